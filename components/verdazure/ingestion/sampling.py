"""The same small part of a batch, every time and everywhere: whoever develops on it moves and reads little.

A row is taken when the MD5 of seed and key, as hexadecimal text, is below a bound. Any engine that knows MD5 takes the
same rows, and a larger share takes all rows of a smaller one.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from verdazure.ingestion.files import kind_of
from verdazure.ingestion.specification import Sampling, Specification, SpecificationError

if TYPE_CHECKING:
    import duckdb

DIGITS = 8


def bound(share: float) -> str:
    """Hexadecimal digits below which a hash is taken; one that no hash reaches for all of them."""
    count = round(share * 16**DIGITS)
    return f"{count:0{DIGITS}x}" if count < 16**DIGITS else "g"


def sample(files: Sequence[Path], specification: Specification, output: Path) -> int:
    """Writes the sampled rows as Parquet with zstd, out of core; returns how many. Raises `SpecificationError`."""
    import duckdb  # late: only this command needs it

    if specification.sample is None:
        raise SpecificationError('there is no sample; add one, such as "sample": {"share": 0.01, "by": ["id"]}')
    kind, names = kind_of(files), [str(file) for file in files]
    with duckdb.connect(":memory:") as database:
        database.execute("SET enable_progress_bar = false")  # it would go to stdout
        try:
            rows = _rows(database, kind, names, specification)
            taken = rows.filter(
                _hash(specification.sample) < duckdb.ConstantExpression(bound(specification.sample.share))
            )
            taken.write_parquet(str(output), compression="zstd")
            (count,) = database.execute("SELECT count(*) FROM read_parquet(?)", [str(output)]).fetchone() or (0,)
        except duckdb.Error as error:
            reason = str(error).splitlines()[0]
            raise SpecificationError(f"{', '.join(names)}: cannot be sampled: {reason}") from None
    return int(count)


def _rows(database: "duckdb.DuckDBPyConnection", kind: str, names: list[str], specification: Specification) -> Any:
    """The columns that are asked for, of the rows that are kept."""
    from duckdb import ColumnExpression, ConstantExpression, FunctionExpression

    if kind == ".parquet":
        rows: Any = database.read_parquet(names, union_by_name=True)
    else:
        texts: Any = dict.fromkeys(specification.text_columns, "VARCHAR")
        reader: Any = database.read_csv  # takes a list, which its stub does not say
        rows = reader(names, union_by_name=True, dtype=texts)
    for name, limits in specification.keep.items():
        column = ColumnExpression(name)
        if limits.least is not None:
            rows = rows.filter(column >= ConstantExpression(limits.least))
        if limits.most is not None:
            rows = rows.filter(column <= ConstantExpression(limits.most))
        if limits.allowed is not None:
            rows = rows.filter(column.isin(*map(ConstantExpression, limits.allowed)))
        if limits.pattern is not None:
            rows = rows.filter(FunctionExpression("regexp_matches", column, ConstantExpression(limits.pattern)))
    asked = rows.select(*map(ColumnExpression, specification.columns))
    return asked.distinct() if specification.duplicates == "drop" else asked


def _hash(sampling: Sampling) -> Any:
    from duckdb import ColumnExpression, ConstantExpression, FunctionExpression

    keys = [ColumnExpression(name).cast("VARCHAR") for name in sampling.by]
    joined = FunctionExpression("concat_ws", ConstantExpression("|"), ConstantExpression(str(sampling.seed)), *keys)
    return FunctionExpression(
        "substr", FunctionExpression("md5", joined), ConstantExpression(1), ConstantExpression(DIGITS)
    )
