"""A number that is known, or the reason why it is not: what is unknown stays unknown in every sum."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """Either a value or a reason. Raises `ValueError` for both or neither."""

    value: float | None
    reason: str = ""

    def __post_init__(self) -> None:
        if (self.value is None) is not bool(self.reason):
            raise ValueError(f"a figure has a value or a reason, not {self.value!r} and {self.reason!r}")


def unknown(reason: str) -> Figure:
    """A figure that nobody knows, and why."""
    return Figure(None, reason)


def total(figures: Iterable[Figure]) -> Figure:
    """The sum; unknown, with every reason once, where one of them is unknown."""
    parts = tuple(figures)
    reasons = dict.fromkeys(part.reason for part in parts if part.reason)
    if reasons:
        return unknown("; ".join(reasons))
    return Figure(sum(part.value for part in parts if part.value is not None))
