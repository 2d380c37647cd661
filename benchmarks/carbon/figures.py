"""What a benchmark answers: tables, and the targets that they are judged by."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

Cell = float | int | str | None
"""None: not known, or not part of the publication."""


class Relation(str, Enum):
    """How a figure must stand to its target."""

    AT_LEAST = ">="
    BELOW = "<"
    EQUAL = "="


@dataclass(frozen=True, slots=True)
class Target:
    """What a figure must reach, compared to as many digits as are published.

    Bounds are compared rounded; equal is what differs by less than half of the last digit.
    """

    what: str
    got: float
    relation: Relation
    want: float
    source: str
    """The publication, or the promise, that names the value."""
    digits: int

    @property
    def met(self) -> bool:
        got, want = round(self.got, self.digits), round(self.want, self.digits)
        if self.relation is Relation.AT_LEAST:
            return got >= want
        if self.relation is Relation.BELOW:
            return got < want
        return abs(self.got - self.want) < 0.5 * 10.0**-self.digits

    def __str__(self) -> str:
        return f"{self.what}: {self.got:.{self.digits}f}, wanted {self.relation.value} {self.want:.{self.digits}f}"


@dataclass(frozen=True, slots=True)
class Table:
    """One table, the note that says how to read it, and its targets."""

    name: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    digits: int
    note: str
    targets: tuple[Target, ...] = ()

    @property
    def verdict(self) -> str:
        """One line: how many targets are met, by source, and which are not."""
        if not self.targets:
            return "No target."
        sources = "; ".join(dict.fromkeys(target.source for target in self.targets))
        missed = [str(target) for target in self.targets if not target.met]
        met = f"Met {len(self.targets) - len(missed)} of {len(self.targets)} targets ({sources})."
        return f"{met} MISSED: {'; '.join(missed)}." if missed else met


def missed(tables: Sequence[Table]) -> list[Target]:
    """The targets that are not met."""
    return [target for table in tables for target in table.targets if not target.met]


def saving(emitted: float, baseline: float) -> float:
    """Per cent of the baseline."""
    return 100 * (1 - emitted / baseline)
