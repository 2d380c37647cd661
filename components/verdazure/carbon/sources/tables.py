"""Sources that ask nobody: what the facts tables hold of each region's grid."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from verdazure import facts
from verdazure.carbon.series import Basis, Origin, Quality, Series, Signal
from verdazure.carbon.sources.spans import Span, floor
from verdazure.web.clock import utc_now
from verdazure.web.errors import NotCovered

_STEP = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class _Held:
    """What a table holds of a grid: a value an hour, and the year that it was taken from."""

    values: list[float]
    year: int | None


@dataclass(frozen=True)
class FactsTable:
    """A facts table as a `Source`: averages on the lifecycle basis, the same whenever they are asked for.

    `issued` is the end of the year that the values were taken from.
    """

    name: str
    hold: Callable[[facts.Region, Sequence[datetime]], _Held | None]
    """The values of these hours for a region; None where the table has none."""
    now: Callable[[], datetime]

    signal = Signal.AVERAGE
    basis = Basis.LIFECYCLE

    def latest(self, region: str) -> Series:
        """This hour."""
        hour = floor(self.now(), _STEP)
        return self._series(region, Span(hour, hour + _STEP))

    def history(self, region: str, start: datetime, end: datetime) -> Series:
        """The hours that [start, end) touches."""
        return self._series(region, Span(start, end))

    def forecast(self, region: str, horizon: timedelta) -> Series:
        """The hours from this one until now + horizon."""
        return self._series(region, Span.ahead(self.now(), horizon))

    def _series(self, region: str, span: Span) -> Series:
        found = facts.region(region)
        start = floor(span.start, _STEP)
        hours = [start + index * _STEP for index in range(-((start - span.end) // _STEP))]
        held = self.hold(found, hours)
        if held is None:
            what = f"holds nothing about {found.name}, which draws from {found.grid_zone}"
            raise NotCovered(self.name, what, where="verdazure.facts", fix="use another source")
        origin = Origin(self.name, found.grid_zone, self.signal, self.basis)
        issued = None if held.year is None else datetime(held.year + 1, 1, 1, tzinfo=UTC)
        return Series(origin, start, _STEP, np.array(held.values), Quality.TYPICAL, issued)


def annual_mean(*, now: Callable[[], datetime] = utc_now) -> FactsTable:
    """The annual mean of a region's grid, for every hour.

    Good for comparing regions, useless for choosing a time: every series is flat, and a planner sees that.
    """
    return FactsTable("facts table regions", _annual_mean, now)


def typical_day(*, now: Callable[[], datetime] = utc_now) -> FactsTable:
    """The average day of the month of a region's grid: what is usual at this hour, blind to the weather."""
    return FactsTable("facts table profiles", _typical_day, now)


def _annual_mean(region: facts.Region, hours: Sequence[datetime]) -> _Held | None:
    if region.intensity_g_per_kwh is None:
        return None
    return _Held([region.intensity_g_per_kwh] * len(hours), region.intensity_year)


def _typical_day(region: facts.Region, hours: Sequence[datetime]) -> _Held | None:
    profile = facts.profiles().get(region.grid_zone)
    return None if profile is None else _Held([profile.at(hour) for hour in hours], profile.year)
