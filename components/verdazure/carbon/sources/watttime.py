"""WattTime v3: marginal (MOER) or average (AOER) intensity in five-minute steps. Needs an account.

Follows the API documentation of WattTime v3 and its official client (watttime 1.4.0). WattTime counts the CO2 that
generators emit, in pounds per MWh.
"""

import base64
import logging
import math
import os
import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, PositiveInt, SecretStr

from verdazure import facts
from verdazure.carbon.quantities import Intensity
from verdazure.carbon.series import Basis, Origin, Quality, Series, Signal
from verdazure.carbon.sources.spans import Answer, Point, Span, iso, refuse_older
from verdazure.web.cache import AnswerCache, default_folder
from verdazure.web.errors import BadAnswer, NotCovered, Unauthorised
from verdazure.web.shapes import Amount, Moment
from verdazure.web.wire import Service, Signature, Wire

USER_VARIABLE = "WATTTIME_USER"
PASSWORD_VARIABLE = "WATTTIME_PASSWORD"  # noqa: S105 - the variable's name, not a password

SERVICE = Service(
    name="WattTime v3",
    url="https://api.watttime.org",
    requests=3000,
    per=timedelta(minutes=5),
    access=f"{USER_VARIABLE} and {PASSWORD_VARIABLE}",
)

_STEP = timedelta(minutes=5)
_LONGEST_RANGE = timedelta(days=30)
_LONGEST_HORIZON = timedelta(hours=72)
_TOKEN_LIFE = timedelta(minutes=30)
_EARLY = timedelta(minutes=1)  # a token is renewed before it ends, so that none ends on its way
_KEEP = timedelta(minutes=5)
_KEEP_REGION = timedelta(days=7)
_SIGNAL_TYPES = {Signal.MARGINAL: "co2_moer", Signal.AVERAGE: "co2_aoer"}

_log = logging.getLogger(__name__)


class _Login(BaseModel):
    token: SecretStr


class _Region(BaseModel):
    region: str


class _Meta(BaseModel):
    region: str
    signal_type: str
    units: Literal["lbs_co2_per_mwh"]
    data_point_period_seconds: PositiveInt = int(_STEP.total_seconds())
    generated_at: Moment | None = None
    warnings: list[Any] = []


class _Value(BaseModel):
    point_time: Moment
    value: Amount | None


class _Values(BaseModel):
    data: list[_Value]
    meta: _Meta


ShapeT = TypeVar("ShapeT", bound=BaseModel)


class WattTime:
    """Intensity of the balancing area around an Azure region, marginal unless told otherwise. A `Source`.

    `user` and `password` default to the variables WATTTIME_USER and WATTTIME_PASSWORD. `regions` names WattTime's
    region by Azure region (`eastus`); for others the service is asked which one holds their coordinates. `max_age`
    bounds how old the latest value and the forecast may be. Raises `Unauthorised` without an account.
    """

    name = SERVICE.name
    basis = Basis.DIRECT

    def __init__(
        self,
        user: str | None = None,
        password: str | None = None,
        *,
        signal: Signal = Signal.MARGINAL,
        regions: Mapping[str, str] | None = None,
        max_age: timedelta = timedelta(hours=1),
        wire: Wire | None = None,
    ) -> None:
        user, password = user or os.environ.get(USER_VARIABLE), password or os.environ.get(PASSWORD_VARIABLE)
        if not (user and password):
            fix = f"set {USER_VARIABLE} and {PASSWORD_VARIABLE}, or give user= and password="
            raise Unauthorised(self.name, "no account", where="set-up", fix=fix)
        self.signal = signal
        self._regions = dict(regions or {})
        self._max_age = max_age
        self._wire = wire or Wire(SERVICE, cache=AnswerCache(default_folder("intensity")))
        self._session = _Session(self._wire, user, SecretStr(password))

    def latest(self, region: str) -> Series:
        """The five minutes that hold now, as WattTime's forecast gives them for the present."""
        now = self._wire.now()
        answer = self._forecast(region, hours=0)
        series = answer.latest(now)
        refuse_older(answer, series.end, now, self._max_age)
        return series

    def history(self, region: str, start: datetime, end: datetime) -> Series:
        """Five-minute steps that were; all are modelled, as nobody can meter the margin."""
        span, query, path = Span(start, end), self._query(region), "/v3/historical"
        parts = [
            self._session.get(_Values, path, {**query, **_inclusive(part)}, keep=_KEEP)
            for part in span.whole(_STEP).chunks(_LONGEST_RANGE)
        ]
        values = [value for part in parts for value in part.data]
        return self._answer(path, query, parts[-1].meta, values, Quality.ESTIMATED).series(span)

    def forecast(self, region: str, horizon: timedelta) -> Series:
        """Five-minute steps to come, at most 72 hours; `Stale` where made more than `max_age` ago."""
        now = self._wire.now()
        span = Span.ahead(now, horizon)
        if horizon > _LONGEST_HORIZON:
            what = f"its forecast reaches 72 hours, not {horizon}"
            raise NotCovered(self.name, what, where="/v3/forecast", fix="ask for a shorter horizon")
        answer = self._forecast(region, hours=math.ceil(horizon / timedelta(hours=1)))
        if answer.issued is not None:
            refuse_older(answer, answer.issued, now, self._max_age)
        return answer.series(span)

    def _forecast(self, region: str, hours: int) -> Answer:
        query, path = self._query(region), "/v3/forecast"
        made = self._session.get(_Values, path, {**query, "horizon_hours": str(hours)}, keep=_KEEP)
        return self._answer(path, query, made.meta, made.data, Quality.FORECAST)

    def _query(self, region: str) -> dict[str, str]:
        signal_type = {"signal_type": _SIGNAL_TYPES[self.signal]}
        return {"region": self._region(region, signal_type), **signal_type}

    def _region(self, region: str, signal_type: Mapping[str, str]) -> str:
        named = self._regions.get(facts.normal_region(region))
        if named is not None:
            return named
        found = facts.region(region)
        if found.latitude is None or found.longitude is None:
            what, fix = f"the coordinates of {found.name} are unknown", "name WattTime's region for it in regions="
            raise NotCovered(self.name, what, where="facts table regions", fix=fix)
        query = {"latitude": str(found.latitude), "longitude": str(found.longitude), **signal_type}
        return self._session.get(_Region, "/v3/region-from-loc", query, keep=_KEEP_REGION).region

    def _answer(
        self, path: str, query: Mapping[str, str], meta: _Meta, values: list[_Value], quality: Quality
    ) -> Answer:
        for key, answered in (("region", meta.region), ("signal_type", meta.signal_type)):
            if answered != query[key]:
                what = f"asked for {key} {query[key]}, answered {answered}"
                raise BadAnswer(self.name, what, where=path, fix="the service may have changed: update this library")
        for warning in meta.warnings:
            _log.warning("%s warns about %s: %s", self.name, meta.region, warning)
        points = tuple(Point(value.point_time, _grams(value.value), quality) for value in values)
        origin = Origin(self.name, meta.region, self.signal, self.basis)
        step = timedelta(seconds=meta.data_point_period_seconds)
        return Answer(origin, step, points, meta.generated_at, path)


def _grams(pounds_per_mwh: float | None) -> float | None:
    return None if pounds_per_mwh is None else Intensity.of_pounds_per_mwh(pounds_per_mwh).grams_per_kwh


def _inclusive(part: Span) -> dict[str, str]:
    """The part as the service asks for it: both ends belong to what is asked."""
    return {"start": iso(part.start), "end": iso(part.end - _STEP)}


class _Session:
    """Asks with a token that a login with user and password gives for half an hour. Safe among threads."""

    def __init__(self, wire: Wire, user: str, password: SecretStr) -> None:
        self._wire = wire
        self._user = user
        self._password = password
        self._token: SecretStr | None = None
        self._ends: datetime | None = None
        self._lock = threading.Lock()

    def get(self, shape: type[ShapeT], path: str, params: Mapping[str, str], keep: timedelta) -> ShapeT:
        """`Wire.get` with the token; one that is refused before its time is replaced, once."""
        try:
            return self._wire.get(shape, path, params, sign=self._bearer, keep=keep)
        except _LoginRefused:
            raise
        except Unauthorised:
            self._token = None
            return self._wire.get(shape, path, params, sign=self._bearer, keep=keep)

    def _bearer(self) -> Signature:
        with self._lock:
            if self._token is None or self._ends is None or self._wire.now() >= self._ends:
                self._ends = self._wire.now() + _TOKEN_LIFE - _EARLY
                self._token = self._log_in()
            token = self._token.get_secret_value()
        return Signature({"Authorization": f"Bearer {token}"}, (token,))

    def _log_in(self) -> SecretStr:
        try:
            return self._wire.get(_Login, "/login", sign=self._basic).token
        except (NotCovered, Unauthorised) as refused:
            raise _LoginRefused(
                refused.source, refused.what, where=refused.where, fix=f"check {SERVICE.access}"
            ) from None

    def _basic(self) -> Signature:
        password = self._password.get_secret_value()
        proof = base64.b64encode(f"{self._user}:{password}".encode()).decode()
        return Signature({"Authorization": f"Basic {proof}"}, (proof, password))


class _LoginRefused(Unauthorised):
    """Another login would be refused as well."""
