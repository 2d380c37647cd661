"""The steps between a job's release and its deadline: what every planner reads."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from verdazure.carbon.series import Series

Hours = NDArray[np.float64]
_MICROSECONDS_PER_HOUR = 3.6e9


@dataclass(frozen=True, eq=False)
class Window:
    """Slots that fill [start, start + hours.sum()) without a gap.

    All slots are one step of the forecast long, only the first and the last may be shorter. Offsets are hours from
    `start`.
    """

    start: datetime
    hours: Hours
    """Length of each slot."""
    intensities: NDArray[np.float64]
    """gCO2e/kWh of each slot, all known."""
    step_hours: float
    """Length of a whole slot."""

    @classmethod
    def of(cls, forecast: Series, start: datetime, end: datetime) -> "Window":
        """The slots of [start, end). Raises `Gap` where the forecast does not know one of them."""
        part = forecast.between(start, end)
        step = part.step / timedelta(hours=1)
        hours = np.full(len(part), step)
        hours[0] -= (start - part.start) / timedelta(hours=1)
        hours[-1] -= (part.end - end) / timedelta(hours=1)
        return cls(start, hours, part.values, step)

    @cached_property
    def offsets(self) -> Hours:
        """Where each slot begins, and where the last one ends."""
        offsets = np.arange(len(self.hours) + 1, dtype=np.float64)
        offsets *= self.step_hours
        offsets -= self.step_hours - self.hours[0]
        offsets[0] = 0.0
        offsets[-1] = offsets[-2] + self.hours[-1]
        return offsets

    @cached_property
    def _grams_per_kw(self) -> NDArray[np.float64]:
        grams = np.zeros(len(self.hours) + 1)
        np.multiply(self.hours, self.intensities, out=grams[1:])
        np.cumsum(grams, out=grams)  # in place: over a year, fresh memory costs more than the sums
        return grams

    @property
    def length(self) -> float:
        """Hours from the first slot to the end of the last."""
        return float(self.offsets[-1])

    def grams_until(self, offset: Hours | float) -> NDArray[np.float64]:
        """gCO2e of drawing 1 kW from the start until `offset`."""
        return np.asarray(np.interp(offset, self.offsets, self._grams_per_kw))

    def grams_between(self, start: Hours | float, end: Hours | float) -> NDArray[np.float64]:
        """gCO2e of drawing 1 kW from `start` to `end`."""
        return self.grams_until(end) - self.grams_until(start)

    def intensity_at(self, offsets: Hours) -> NDArray[np.float64]:
        """gCO2e/kWh of the slots that hold these offsets."""
        slots = np.searchsorted(self.offsets, offsets, side="right") - 1
        return self.intensities[np.minimum(slots, len(self.hours) - 1)]

    def moment(self, offset: float) -> datetime:
        """The time at an offset, never past the window's end."""
        return self.start + timedelta(hours=min(offset, self.length))

    def moments(self, offsets: Hours) -> list[datetime]:
        """The times at many offsets, never past the window's end."""
        microseconds = np.rint(np.minimum(offsets, self.length) * _MICROSECONDS_PER_HOUR).astype(np.int64)
        return [self.start + timedelta(0, 0, microsecond) for microsecond in microseconds.tolist()]

    def stretches(self, used: Hours) -> list[tuple[float, float]]:
        """The stretches (from, to) that use `used[i]` hours of slot i, with as few pauses as that allows.

        Work that fills only a part of a slot lies at the slot's end where a stretch begins with it, else at the slot's
        beginning.
        """
        slots = np.flatnonzero(used > 0)
        partial = used < self.hours
        pause = np.diff(slots) > 1
        begins = np.concatenate(([True], pause))
        ends = np.concatenate((pause | (partial[slots[:-1]] & ~begins[:-1]), [True]))
        firsts = slots[np.concatenate(([True], ends[:-1]))]
        lasts = slots[ends]
        late = partial[firsts] & (firsts < lasts)
        start = np.where(late, self.offsets[firsts + 1] - used[firsts], self.offsets[firsts])
        end = np.where(partial[lasts], self.offsets[lasts] + used[lasts], self.offsets[lasts + 1])
        return list(zip(start.tolist(), end.tolist(), strict=True))
