"""How good the tables are: sources, licences, ages and gaps, as data."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

from verdazure.facts.rows import Row
from verdazure.facts.tables import ALL, Table


@dataclass(frozen=True, slots=True)
class Audit:
    """What is known about one table."""

    table: str
    about: str
    rows: int
    oldest: date
    """When the sources of the row read longest ago were read."""
    use_until: date
    """The last day of that row's shelf life."""
    stale: tuple[str, ...]
    """Rows past their shelf life."""
    unsourced: tuple[str, ...]
    """Rows without a source or a licence."""
    gaps: dict[str, tuple[str, ...]]
    """Column -> rows whose value no source gave."""
    licences: dict[str, int]
    """Licence -> rows that hold something under it."""


def audit(table: Table[Any], today: date) -> Audit:
    """The state of a table on a day."""
    rows: list[Row] = list(table().values())
    gaps: dict[str, list[str]] = {}
    for row in rows:
        for column in row.gaps():
            gaps.setdefault(column, []).append(row.name)
    oldest = min(row.read_on for row in rows)
    return Audit(
        table=table.name,
        about=table.about,
        rows=len(rows),
        oldest=oldest,
        use_until=oldest + table.shelf_life,
        stale=table.stale(today),
        unsourced=tuple(row.name for row in rows if not all(map(all, row.origins()))),
        gaps={column: tuple(names) for column, names in gaps.items()},
        licences=dict(Counter(licence for row in rows for licence in _licences(row)).most_common()),
    )


def audit_all(today: date) -> tuple[Audit, ...]:
    """Every table's state."""
    return tuple(audit(table, today) for table in ALL)


def _licences(row: Row) -> set[str]:
    return {licence for _, licences in row.origins() for licence in licences.split("; ")}
