"""Sources that need no network: what the facts tables hold of each region's grid."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import numpy as np

from verdazure import facts
from verdazure.carbon.series import Basis, Origin, Quality, Series, Signal
from verdazure.carbon.sources.errors import NotCovered
from verdazure.carbon.sources.spans import Span, floor, utc_now

_STEP = timedelta(hours=1)


class AnnualMean:
    """The facts table's annual mean of a region's grid, the same for every hour. A `Source`.

    Good for comparing regions, useless for choosing a time: every series is flat, and a planner sees that. `issued` is
    the end of the year that the mean was taken over. `now` is the clock.
    """

    name = "facts table regions"
    signal = Signal.AVERAGE
    basis = Basis.LIFECYCLE

    def __init__(self, *, now: Callable[[], datetime] = utc_now) -> None:
        self._now = now

    def latest(self, region: str) -> Series:
        """This hour."""
        hour = floor(self._now(), _STEP)
        return self._flat(region, Span(hour, hour + _STEP))

    def history(self, region: str, start: datetime, end: datetime) -> Series:
        """The hours that [start, end) touches."""
        return self._flat(region, Span(start, end))

    def forecast(self, region: str, horizon: timedelta) -> Series:
        """The hours from this one until now + horizon."""
        return self._flat(region, Span.ahead(self._now(), horizon))

    def _flat(self, region: str, span: Span) -> Series:
        found = facts.region(region)
        if found.intensity_g_per_kwh is None:
            raise NotCovered(
                self.name, f"the intensity of {found.name} is unknown", where="regions.csv", fix="use another source"
            )
        start = floor(span.start, _STEP)
        values = np.full(-((start - span.end) // _STEP), found.intensity_g_per_kwh)
        origin = Origin(self.name, found.grid_zone, self.signal, self.basis)
        year = found.intensity_year
        issued = None if year is None else datetime(year + 1, 1, 1, tzinfo=UTC)
        return Series(origin, start, _STEP, values, Quality.TYPICAL, issued)
