"""A value that is only known within bounds, carried through the arithmetic."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

ValueT = TypeVar("ValueT")


@dataclass(frozen=True, slots=True)
class Range(Generic[ValueT]):
    """Low, central and high value. The bounds are what the sources differ by, not a confidence interval."""

    low: ValueT
    central: ValueT
    high: ValueT

    def __post_init__(self) -> None:
        low, central, high = self.low, self.central, self.high
        if not low <= central <= high:  # type: ignore[operator]  # floats and quantities alike are ordered
            raise ValueError(f"a range rises from low over central to high, not {low}, {central}, {high}")


def exactly(value: ValueT) -> Range[ValueT]:
    """A value of which no range is known."""
    return Range(value, value, value)


def rising(function: Callable[..., ValueT], *inputs: Range[Any]) -> Range[ValueT]:
    """The range of a function that never falls when one of its inputs rises; lows make the low, highs the high."""
    return Range(
        function(*(each.low for each in inputs)),
        function(*(each.central for each in inputs)),
        function(*(each.high for each in inputs)),
    )
