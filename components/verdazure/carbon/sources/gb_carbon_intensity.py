"""The GB Carbon Intensity API of NESO: half-hourly, forecast and outturn, no key, CC BY 4.0.

Follows its API definitions and its methodology, which counts "CO2 emissions related to electricity generation only".
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from pydantic import BaseModel, Field

from verdazure import facts
from verdazure.carbon.series import Basis, Origin, Quality, Series, Signal
from verdazure.carbon.sources.spans import Answer, Point, Span, floor, iso, refuse_older
from verdazure.web.cache import AnswerCache, default_folder
from verdazure.web.errors import NotCovered
from verdazure.web.shapes import Amount, Moment
from verdazure.web.wire import Service, Wire

SERVICE = Service(
    name="GB Carbon Intensity API",
    url="https://api.carbonintensity.org.uk",
    requests=2,  # no limit is published
    per=timedelta(seconds=1),
    access="the service: it needs no key",
)

ZONE = "GB"
"""The one grid that the service covers, as the facts table names it."""
_STEP = timedelta(minutes=30)
_LONGEST_RANGE = timedelta(days=14)
_HORIZONS = {timedelta(hours=24): "fw24h", timedelta(hours=48): "fw48h"}
_KEEP = timedelta(minutes=5)


class _Intensity(BaseModel):
    forecast: Amount | None
    actual: Amount | None = None


class _Period(BaseModel):
    start: Moment = Field(alias="from")
    intensity: _Intensity


class _Periods(BaseModel):
    data: list[_Period]


class GbCarbonIntensity:
    """Average intensity of the grid of Great Britain, for the Azure regions on it. A `Source`.

    The service does not say when a forecast was made, so `issued` is None; `max_age` bounds how old the latest value
    may be.
    """

    name = SERVICE.name
    signal = Signal.AVERAGE
    basis = Basis.DIRECT

    def __init__(self, *, max_age: timedelta = timedelta(hours=2), wire: Wire | None = None) -> None:
        self._max_age = max_age
        self._wire = wire or Wire(SERVICE, cache=AnswerCache(default_folder("intensity")))

    def latest(self, region: str) -> Series:
        """The half-hour that holds now: its outturn where that is known, else its forecast, as the quality says."""
        self._check(region)
        path, now = "/intensity", self._wire.now()
        data = self._wire.get(_Periods, path, keep=_KEEP).data
        answer = _answer(path, map(_outturn_or_expected, data))
        series = answer.latest(now)
        refuse_older(answer, series.end, now, self._max_age)
        return series

    def history(self, region: str, start: datetime, end: datetime) -> Series:
        """Half-hours that were; one whose outturn is not known yet is NaN, never its forecast."""
        self._check(region)
        span = Span(start, end)
        points = [
            _outturn(period)
            for part in span.whole(_STEP).chunks(_LONGEST_RANGE)
            for period in self._wire.get(_Periods, f"/intensity/{iso(part.start)}/{iso(part.end)}", keep=_KEEP).data
            if period.start in part  # the service adds the half-hour that ends where the part begins
        ]
        return _answer("/intensity/{from}/{to}", points).series(span)

    def forecast(self, region: str, horizon: timedelta) -> Series:
        """Half-hours to come, at most 48 hours."""
        self._check(region)
        now = self._wire.now()
        span = Span.ahead(now, horizon)
        path = f"/intensity/{iso(floor(now, _STEP))}/{self._window(horizon)}"
        data = self._wire.get(_Periods, path, keep=_KEEP).data
        return _answer(path, map(_expected, data)).series(span)

    def _window(self, horizon: timedelta) -> str:
        for longest, window in _HORIZONS.items():
            if horizon <= longest:
                return window
        raise NotCovered(
            self.name,
            f"its forecast reaches 48 hours, not {horizon}",
            where="/intensity/{from}/fw48h",
            fix="ask for a shorter horizon",
        )

    def _check(self, region: str) -> None:
        found = facts.region(region)
        if found.grid_zone != ZONE:
            raise NotCovered(
                self.name,
                f"{found.name} draws from {found.grid_zone}, not from {ZONE}",
                where="facts table regions",
                fix="use another source for it",
            )


_ORIGIN = Origin(GbCarbonIntensity.name, ZONE, GbCarbonIntensity.signal, GbCarbonIntensity.basis)


def _answer(path: str, points: Iterable[Point]) -> Answer:
    return Answer(_ORIGIN, _STEP, tuple(points), None, path)


def _outturn(period: _Period) -> Point:
    return Point(period.start, period.intensity.actual, Quality.MEASURED)


def _expected(period: _Period) -> Point:
    return Point(period.start, period.intensity.forecast, Quality.FORECAST)


def _outturn_or_expected(period: _Period) -> Point:
    return _expected(period) if period.intensity.actual is None else _outturn(period)
