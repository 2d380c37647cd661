"""Whether a batch is what its specification says: a bad one is stopped before anybody trains on it."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from verdazure.ingestion.files import kind_of
from verdazure.ingestion.specification import Column, Specification, SpecificationError

if TYPE_CHECKING:
    import polars

# polars and pointblank are imported where a batch is read: whoever only builds a pipeline does without.


@dataclass(frozen=True, slots=True)
class Breach:
    """One rule that the batch breaks."""

    rule: str
    """`column-missing`, `type`, `nulls`, `least`, `most`, `allowed`, `pattern`, `key` or `least-rows`."""
    column: str
    """Several are joined by commas; empty for the whole batch."""
    failing: int
    """Rows that break it."""
    wanted: str
    found: str


@dataclass(frozen=True, slots=True)
class Report:
    """What was found in a batch."""

    rows: int
    breaches: tuple[Breach, ...]

    @property
    def passed(self) -> bool:
        return not self.breaches


def check(files: Sequence[Path], specification: Specification) -> Report:
    """Judges the rows that are taken of all files together. Raises `SpecificationError` for files that are no batch."""
    batch = _read(files, specification)
    breaches = list(_shape(batch, specification))
    unsound = {each.column for each in breaches}
    sound = {name: column for name, column in specification.columns.items() if name not in unsound}
    rows = _taken(batch, specification, sound)
    breaches += _size(rows, specification)
    breaches += _values(rows, specification, sound)
    return Report(rows.height, tuple(breaches))


def _read(files: Sequence[Path], specification: Specification) -> "polars.DataFrame":
    import polars

    kind = kind_of(files)
    try:
        if kind == ".parquet":
            return polars.concat([polars.read_parquet(file) for file in files], how="diagonal_relaxed")
        texts = dict.fromkeys(specification.text_columns, polars.String)
        frames = [
            polars.read_csv(file, infer_schema_length=None, try_parse_dates=True, schema_overrides=texts)
            for file in files
        ]
        return polars.concat(frames, how="diagonal_relaxed")
    except (OSError, polars.exceptions.PolarsError) as error:
        reason = str(error).splitlines()[0]
        raise SpecificationError(f"{', '.join(map(str, files))}: cannot be read as a batch: {reason}") from None


def _taken(batch: "polars.DataFrame", specification: Specification, sound: Iterable[str]) -> "polars.DataFrame":
    """The columns that are asked for, of the rows that are kept; a limit on a column that is unsound waits."""
    from polars import col

    rows = batch
    for name in set(specification.keep) & set(sound):
        limits = specification.keep[name]
        if limits.least is not None:
            rows = rows.filter(col(name) >= limits.least)
        if limits.most is not None:
            rows = rows.filter(col(name) <= limits.most)
        if limits.allowed is not None:
            rows = rows.filter(col(name).is_in(list(limits.allowed)))
        if limits.pattern is not None:
            rows = rows.filter(col(name).str.contains(limits.pattern))
    asked = rows.select([name for name in specification.columns if name in rows.columns])
    return asked.unique() if specification.duplicates == "drop" else asked


# Columns and their types


def _shape(batch: "polars.DataFrame", specification: Specification) -> Iterator[Breach]:
    rows = batch.height
    for name, column in specification.columns.items():
        if name not in batch.columns:
            yield Breach("column-missing", name, rows, f"a column of type {column.type}", "no such column")
        elif not _is(column.type, batch[name]):
            yield Breach("type", name, rows, column.type, str(batch[name].dtype))


def _is(wanted: str, values: "polars.Series") -> bool:
    import polars

    kind = values.dtype
    return {
        "integer": kind.is_integer(),
        "number": kind.is_numeric(),
        "text": kind in (polars.String, polars.Categorical, polars.Enum),
        "boolean": kind == polars.Boolean,
        "date": kind == polars.Date,
        "timestamp": kind == polars.Datetime,
    }[wanted] or kind == polars.Null  # nothing but missing values: how many may be missing is another rule


# Rows and values


def _size(batch: "polars.DataFrame", specification: Specification) -> Iterator[Breach]:
    rows = batch.height
    if rows < specification.least_rows:
        yield Breach("least-rows", "", rows, f"at least {specification.least_rows:,} rows", f"{rows:,} rows")


def _values(batch: "polars.DataFrame", specification: Specification, sound: dict[str, Column]) -> Iterator[Breach]:
    import pointblank  # type: ignore[import-untyped]

    plan = pointblank.Validate(batch)
    promised: list[tuple[str, str, str, float]] = []
    for name, column in sound.items():
        for rule, wanted, method, arguments, share in _rules(column):
            plan = getattr(plan, method)(columns=name, **arguments)
            promised.append((rule, name, wanted, share))
    keyed = bool(specification.key) and set(specification.key) <= set(batch.columns)
    if keyed:
        plan = plan.rows_distinct(columns_subset=list(specification.key))
        promised.append(("key", ", ".join(specification.key), "no two rows alike", 0.0))
    if not promised or not batch.height:
        return
    steps = json.loads(plan.interrogate().get_json_report())
    for (rule, name, wanted, share), step in zip(promised, steps, strict=True):
        failing = int(step["n_failed"])
        if failing > share * batch.height:
            yield Breach(rule, name, failing, wanted, f"{failing:,} of {batch.height:,} rows")


def _rules(column: Column) -> Iterator[tuple[str, str, str, dict[str, Any], float]]:
    """Rule, what is wanted, pointblank's method, its arguments, and the share of rows that may fail."""
    shown = f"at most {column.most_nulls:.0%} missing" if column.most_nulls else "none missing"
    yield "nulls", shown, "col_vals_not_null", {}, column.most_nulls
    if column.least is not None:
        yield "least", f"{column.least:g} or more", "col_vals_ge", {"value": column.least, "na_pass": True}, 0.0
    if column.most is not None:
        yield "most", f"{column.most:g} or less", "col_vals_le", {"value": column.most, "na_pass": True}, 0.0
    if column.allowed is not None:
        known = [*column.allowed, None]
        yield "allowed", f"one of {', '.join(map(str, column.allowed))}", "col_vals_in_set", {"set": known}, 0.0
    if column.pattern is not None:
        arguments = {"pattern": column.pattern, "na_pass": True}
        yield "pattern", f"text like {column.pattern}", "col_vals_regex", arguments, 0.0
