"""Electricity Maps v3: flow-traced average intensity, by Azure region. Needs a token.

Follows the API reference of Electricity Maps v3 and the models of its official SDK (electricitymaps 0.0.1).
"""

import os
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from pydantic import BaseModel, ConfigDict, Field, SecretStr
from pydantic.alias_generators import to_camel

from verdazure import facts
from verdazure.carbon.series import Basis, Origin, Quality, Series, Signal
from verdazure.carbon.sources.spans import Answer, Point, Span, iso, refuse_older
from verdazure.web.cache import AnswerCache, default_folder
from verdazure.web.errors import BadAnswer, NotCovered, Unauthorised
from verdazure.web.shapes import Amount, Moment
from verdazure.web.wire import Service, Signature, Wire

TOKEN_VARIABLE = "ELECTRICITY_MAPS_TOKEN"  # noqa: S105 - the variable's name, not a token

SERVICE = Service(
    name="Electricity Maps v3",
    url="https://api.electricitymaps.com/v3",
    requests=5,  # no limit is published
    per=timedelta(seconds=1),
    access=f"the token in {TOKEN_VARIABLE}",
)

_STEP = timedelta(hours=1)
_RECENT = timedelta(hours=24)  # how far `history` reaches back
_LONGEST_RANGE = timedelta(days=10)  # of hourly steps in one `past-range`
_HORIZONS = (6, 24, 48, 72)  # hours that `forecast` takes
_KEEP_LATEST = timedelta(minutes=5)
_KEEP_FORECAST = timedelta(minutes=15)
_KEEP_RANGE = timedelta(hours=1)  # estimates of past hours are replaced by measurements


class _Shape(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel)


class _Value(_Shape):
    carbon_intensity: Amount | None
    start: Moment = Field(alias="datetime")


class _Reading(_Value):
    updated_at: Moment
    emission_factor_type: Basis
    is_estimated: bool


class _Latest(_Reading):
    zone: str


class _Recent(_Shape):
    zone: str
    history: list[_Reading]


class _Range(_Shape):
    zone: str
    data: list[_Reading]


class _Forecast(_Shape):
    zone: str
    updated_at: Moment
    forecast: list[_Value]


class ElectricityMaps:
    """Average intensity of the grid behind an Azure region, hourly. A `Source`.

    `token` defaults to the variable ELECTRICITY_MAPS_TOKEN. The service resolves the region to a zone, unless `zones`
    names one for its ARM name. `max_age` bounds how old the latest value and the forecast may be. Raises `Unauthorised`
    without a token.
    """

    name = SERVICE.name
    signal = Signal.AVERAGE

    def __init__(
        self,
        token: str | None = None,
        *,
        basis: Basis = Basis.LIFECYCLE,
        zones: Mapping[str, str] | None = None,
        max_age: timedelta = timedelta(hours=3),
        wire: Wire | None = None,
    ) -> None:
        found = token or os.environ.get(TOKEN_VARIABLE)
        if not found:
            raise Unauthorised(self.name, "no token", where="set-up", fix=f"set {TOKEN_VARIABLE} or give token=")
        self._token = SecretStr(found)
        self.basis = basis
        self._zones = dict(zones or {})
        self._max_age = max_age
        self._wire = wire or Wire(SERVICE, cache=AnswerCache(default_folder("intensity")))

    def latest(self, region: str) -> Series:
        """The hour that holds now, or the newest before; `Stale` where it ended more than `max_age` ago."""
        path, query = "/carbon-intensity/latest", self._query_on_basis(region)
        reading = self._wire.get(_Latest, path, query, sign=self._sign, keep=_KEEP_LATEST)
        answer = self._answer(path, query, reading.zone, [reading])
        now = self._wire.now()
        series = answer.latest(now)
        refuse_older(answer, series.end, now, self._max_age)
        return series

    def history(self, region: str, start: datetime, end: datetime) -> Series:
        """Hours that were. The last 24 come from `history`, which free plans hold; older ones from `past-range`."""
        span, query = Span(start, end), self._query_on_basis(region)
        if span.start >= self._wire.now() - _RECENT:
            path = "/carbon-intensity/history"
            recent = self._wire.get(_Recent, path, query, sign=self._sign, keep=_KEEP_LATEST)
            return self._answer(path, query, recent.zone, recent.history).series(span)
        path = "/carbon-intensity/past-range"
        zone, readings = "", []
        for part in span.whole(_STEP).chunks(_LONGEST_RANGE):
            bounds = {"start": iso(part.start), "end": iso(part.end)}
            answered = self._wire.get(_Range, path, {**query, **bounds}, sign=self._sign, keep=_KEEP_RANGE)
            zone = answered.zone
            readings += [reading for reading in answered.data if reading.start in part]
        return self._answer(path, query, zone, readings).series(span)

    def forecast(self, region: str, horizon: timedelta) -> Series:
        """Hours to come, at most 72; `Stale` where the forecast was made more than `max_age` ago."""
        now, path = self._wire.now(), "/carbon-intensity/forecast"
        span = Span.ahead(now, horizon)
        query = {**self._query(region), "horizonHours": str(self._horizon(horizon))}
        made = self._wire.get(_Forecast, path, query, sign=self._sign, keep=_KEEP_FORECAST)
        self._check_zone(path, query, made.zone)
        points = tuple(Point(value.start, value.carbon_intensity, Quality.FORECAST) for value in made.forecast)
        answer = Answer(self._origin(made.zone), _STEP, points, made.updated_at, path)
        refuse_older(answer, made.updated_at, now, self._max_age)
        return answer.series(span)

    def _sign(self) -> Signature:
        token = self._token.get_secret_value()
        return Signature({"auth-token": token}, (token,))

    def _query(self, region: str) -> dict[str, str]:
        zone = self._zones.get(facts.normal_region(region))
        if zone is not None:
            place = {"zone": zone}
        else:
            place = {"dataCenterProvider": "azure", "dataCenterRegion": facts.region(region).name}
        # Without disableCallerLookup an unknown place is answered with the grid of the caller's own address.
        return {**place, "disableCallerLookup": "true", "temporalGranularity": "hourly"}

    def _query_on_basis(self, region: str) -> dict[str, str]:
        return {**self._query(region), "emissionFactorType": self.basis.value}

    def _horizon(self, horizon: timedelta) -> int:
        if self.basis is not Basis.LIFECYCLE:
            raise self._no_forecast("is on the lifecycle basis only", "use basis=Basis.LIFECYCLE for forecasts")
        for hours in _HORIZONS:
            if horizon <= timedelta(hours=hours):
                return hours
        raise self._no_forecast(f"reaches {_HORIZONS[-1]} hours, not {horizon}", "ask for a shorter horizon")

    def _no_forecast(self, what: str, fix: str) -> NotCovered:
        return NotCovered(self.name, f"its forecast {what}", where="/carbon-intensity/forecast", fix=fix)

    def _answer(self, path: str, query: Mapping[str, str], zone: str, readings: Sequence[_Reading]) -> Answer:
        self._check_zone(path, query, zone)
        for reading in readings:
            if reading.emission_factor_type is not self.basis:
                raise self._bad(path, f"asked for {self.basis.value}, answered {reading.emission_factor_type.value}")
        points = tuple(map(_point, readings))
        issued = max((reading.updated_at for reading in readings), default=None)
        return Answer(self._origin(zone), _STEP, points, issued, path)

    def _check_zone(self, path: str, query: Mapping[str, str], zone: str) -> None:
        if query.get("zone", zone) != zone:
            raise self._bad(path, f"asked for zone {query['zone']}, answered {zone}")

    def _bad(self, path: str, what: str) -> BadAnswer:
        return BadAnswer(self.name, what, where=path, fix="check the zone and the plan behind the token")

    def _origin(self, zone: str) -> Origin:
        return Origin(self.name, zone, self.signal, self.basis)


def _point(reading: _Reading) -> Point:
    quality = Quality.ESTIMATED if reading.is_estimated else Quality.MEASURED
    return Point(reading.start, reading.carbon_intensity, quality)
