"""What an intensity source answers and a planner reads: a series of equal steps that says which signal it is."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum

import numpy as np
from numpy.typing import NDArray


class Signal(str, Enum):
    """What the number means. The two rank regions in opposite order; they are never mixed."""

    AVERAGE = "average"
    """The mix that feeds the grid."""
    MARGINAL = "marginal"
    """The plants that answer one more kWh (MOER)."""


class Basis(str, Enum):
    """Which emissions the factor counts."""

    LIFECYCLE = "lifecycle"
    DIRECT = "direct"


class Quality(str, Enum):
    """How a value was come by, best first."""

    MEASURED = "measured"
    ESTIMATED = "estimated"
    FORECAST = "forecast"
    TYPICAL = "typical"
    """Mean of past days; no look at the weather."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose number it is."""

    source: str
    """The service or table, as its owner names it: `Electricity Maps v3`."""
    zone: str
    """Grid zone or balancing area, in the source's own naming."""
    signal: Signal
    basis: Basis | None
    """None where the source does not say."""


class Gap(ValueError):
    """A plan or a sum needs a value that the series does not have."""


@dataclass(frozen=True, eq=False)
class Series:
    """Intensities of equal steps, gCO2e/kWh.

    `values[i]` holds for [start + i·step, start + (i+1)·step); a missing value is NaN, never zero. `start` is in UTC,
    so that a change to summer time neither doubles nor loses an hour.
    """

    origin: Origin
    start: datetime
    step: timedelta
    values: NDArray[np.float64]
    quality: Quality
    issued: datetime | None = None
    """When the source made the newest value or the forecast; None where it does not say."""

    def __post_init__(self) -> None:
        if self.start.tzinfo is None:
            raise ValueError("start has no time zone; give an aware time, such as datetime(2026, 1, 1, tzinfo=UTC)")
        if self.step <= timedelta(0):
            raise ValueError(f"step is {self.step}; it must be longer than nothing")
        values = np.array(self.values, dtype=np.float64)
        if values.ndim != 1:
            raise ValueError(f"values has {values.ndim} dimensions; one number a step is needed")
        if np.isinf(values).any() or (values < 0).any():
            raise ValueError("values holds a negative or infinite intensity; a missing one is NaN")
        values.setflags(write=False)
        object.__setattr__(self, "start", self.start.astimezone(UTC))
        object.__setattr__(self, "values", values)

    def __len__(self) -> int:
        return len(self.values)

    @property
    def end(self) -> datetime:
        """The moment at which the last step ends."""
        return self.start + len(self.values) * self.step

    def index(self, moment: datetime) -> int:
        """The step that holds `moment`. Raises `Gap` outside the series."""
        position = (moment - self.start) // self.step
        if not 0 <= position < len(self.values):
            raise Gap(f"{moment.isoformat()} lies outside {self.start.isoformat()} to {self.end.isoformat()}")
        return int(position)

    def between(self, start: datetime, end: datetime) -> "Series":
        """The steps that [start, end) touches, all of them known. Raises `Gap`."""
        first = self.index(start)
        last = self.index(end - timedelta(microseconds=1))
        part = self.values[first : last + 1]
        if np.isnan(part).any():
            missing = self.start + (first + int(np.flatnonzero(np.isnan(part))[0])) * self.step
            raise Gap(f"{self.origin.source} has no value for {self.origin.zone} at {missing.isoformat()}")
        return Series(self.origin, self.start + first * self.step, self.step, part, self.quality, self.issued)
