"""The same small part of a batch, every time and everywhere: whoever develops on it moves and reads little.

A row is taken when the MD5 of seed and key, as hexadecimal text, is below a bound. Any engine that knows MD5 takes the
same rows, and a larger share takes all rows of a smaller one.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from verdazure.ingestion.files import kind_of
from verdazure.ingestion.specification import Sampling, SpecificationError

_DIGITS = 8


def bound(share: float) -> str:
    """Hexadecimal digits below which a hash is taken; one that no hash reaches for all of them."""
    count = round(share * 16**_DIGITS)
    return f"{count:0{_DIGITS}x}" if count < 16**_DIGITS else "g"


def sample(files: Sequence[Path], sampling: Sampling, output: Path) -> int:
    """Writes the sampled rows as Parquet with zstd, out of core; returns how many. Raises `SpecificationError`."""
    import duckdb  # late: only this command needs it

    kind = kind_of(files)
    names = [str(file) for file in files]
    with duckdb.connect(":memory:") as database:
        database.execute("SET enable_progress_bar = false")  # it would go to stdout
        reader: Any = database.read_parquet if kind == ".parquet" else database.read_csv
        try:
            rows = reader(names, union_by_name=True)
            taken = rows.filter(_hash(sampling) < duckdb.ConstantExpression(bound(sampling.share)))
            taken.write_parquet(str(output), compression="zstd")
            (count,) = database.execute("SELECT count(*) FROM read_parquet(?)", [str(output)]).fetchone() or (0,)
        except duckdb.Error as error:
            reason = str(error).splitlines()[0]
            raise SpecificationError(f"{', '.join(names)}: cannot be sampled: {reason}") from None
    return int(count)


def _hash(sampling: Sampling) -> Any:
    from duckdb import ColumnExpression, ConstantExpression, FunctionExpression

    keys = [ColumnExpression(name).cast("VARCHAR") for name in sampling.by]
    joined = FunctionExpression("concat_ws", ConstantExpression("|"), ConstantExpression(str(sampling.seed)), *keys)
    return FunctionExpression(
        "substr", FunctionExpression("md5", joined), ConstantExpression(1), ConstantExpression(_DIGITS)
    )
