"""The edge: the only module of facts and carbon, and of whoever asks a service through it, that touches the network.

A `Wire` asks one service for JSON: it keeps the rate, retries what may pass, keeps answers for a while, and turns every
failure into one `SourceError`.
"""

import functools
import json
import ssl
import time
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

import httpx
from circuitbreaker import CircuitBreaker
from pydantic import BaseModel, ValidationError
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    wait_exponential,
    wait_random,
)

from verdazure.web.cache import AnswerCache
from verdazure.web.clock import utc, utc_now
from verdazure.web.errors import (
    BadAnswer,
    NotCovered,
    SourceError,
    Throttled,
    Unauthorised,
    Unavailable,
)
from verdazure.web.limits import TokenBucket

AnswerT = TypeVar("AnswerT", bound=BaseModel)

_BACKOFF = wait_exponential(multiplier=0.5, max=20) + wait_random(0, 0.5)
_MESSAGE_LENGTH = 200
_NONE = timedelta(0)
_FAILURES, _REST_SECONDS = 3, 300
"""Questions, each asked `attempts` times, after which a service is left alone, and for how long."""


@dataclass(frozen=True)
class Service:
    """A web service, as its documentation describes it."""

    name: str
    url: str
    requests: int
    """Most requests `per` span of time: the documented limit, or a polite one where none is published."""
    per: timedelta
    access: str
    """Where the right to ask comes from, for messages: `the token in ELECTRICITY_MAPS_TOKEN`."""


@dataclass(frozen=True)
class Signature:
    """Headers that prove who asks, and what of them no message may repeat."""

    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)

    @property
    def sendable(self) -> bool:
        """Whether the headers can go on the wire: a line break at the end of a key is easily read along."""
        return all(value.isascii() and value.isprintable() for value in self.headers.values())

    def redact(self, text: str) -> str:
        """`text` without any of the secrets."""
        for secret in self.secrets:
            text = text.replace(secret, "***") if secret else text
        return text


class Wire:
    """JSON over HTTP from one service.

    `timeout` is for each of connecting, sending and reading, in seconds; `attempts` counts the first; a pause longer
    than `longest_pause` seconds is not waited for. `now` and `sleep` are the clock. Safe among threads.
    """

    def __init__(
        self,
        service: Service,
        *,
        cache: AnswerCache | None = None,
        timeout: float = 10.0,
        attempts: int = 4,
        longest_pause: float = 60.0,
        now: Callable[[], datetime] = utc_now,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.service = service
        self._now = now
        self._cache = cache
        self._sleep = sleep
        self._attempts = attempts
        self._longest_pause = longest_pause
        self._breaker = CircuitBreaker(_FAILURES, _REST_SECONDS, (Throttled, Unavailable), name=service.name)
        self._bucket = TokenBucket(service.requests, service.per)
        # Redirects are not followed: the headers that go with a request are meant for this service alone.
        self._client = httpx.Client(
            timeout=timeout, follow_redirects=False, headers={"Accept": "application/json"}, verify=_certificates()
        )
        weakref.finalize(self, self._client.close)  # the connections end with the wire

    def now(self) -> datetime:
        """The time on the wire's clock, in UTC."""
        return utc(self._now())

    def get(
        self,
        shape: type[AnswerT],
        path: str,
        params: Mapping[str, str] | None = None,
        *,
        sign: Callable[[], Signature] = Signature,
        keep: timedelta | None = None,
        spare: timedelta = _NONE,
    ) -> AnswerT:
        """The answer to GET `path`, checked against `shape`. Raises `SourceError`.

        `sign` is called when the network is asked, not for an answer that is at hand; an answer stays on disk for
        `keep` (None: not at all), and for `last` until `spare` later.
        """
        request = self._request(path, params)
        kept = self._kept(shape, request) if keep else None
        if kept is not None:
            return kept
        body = self._unbroken(request["url"], sign())
        answer = self._checked(shape, body, request["url"])
        if self._cache is not None and keep:
            self._cache.put(request, body, self.now(), keep, spare)
        return answer

    def last(
        self, shape: type[AnswerT], path: str, params: Mapping[str, str] | None = None
    ) -> tuple[AnswerT, datetime] | None:
        """The newest answer on disk, however old, and when it was given. Asks nobody."""
        found = None if self._cache is None else self._cache.last(self._request(path, params))
        try:
            return None if found is None else (shape.model_validate(found[0]), found[1])
        except ValidationError:
            return None  # a damaged file is a miss

    def _request(self, path: str, params: Mapping[str, str] | None) -> dict[str, str]:
        return {"url": str(httpx.URL(self.service.url + path, params=dict(params or {})))}

    def _kept(self, shape: type[AnswerT], request: Mapping[str, str]) -> AnswerT | None:
        body = None if self._cache is None else self._cache.get(request, self.now())
        try:
            return None if body is None else shape.model_validate(body)
        except ValidationError:
            return None  # a damaged file is a miss

    def _unbroken(self, url: str, signature: Signature) -> Any:
        """A service that fails again and again is left alone for a while: who asks then need not wait to hear it."""
        if self._breaker.opened:
            fix = f"it is asked again in {self._breaker.open_remaining:.0f} s"
            raise Unavailable(self.service.name, "left alone after it failed", where=f"GET {url}", fix=fix)
        return self._breaker.call(self._retrying(), self._ask, url, signature)

    def _retrying(self) -> Retrying:
        return Retrying(
            retry=retry_if_exception_type((Throttled, Unavailable)),
            wait=_pause,
            stop=self._give_up,
            sleep=self._sleep,
            reraise=True,
        )

    def _give_up(self, state: RetryCallState) -> bool:
        return state.attempt_number >= self._attempts or state.upcoming_sleep > self._longest_pause

    def _ask(self, url: str, signature: Signature) -> Any:
        if not signature.sendable:
            what = "the key holds characters that cannot be sent, such as a line break"
            raise Unauthorised(self.service.name, what, where=f"GET {url}", fix=f"check {self.service.access}")
        wait = self._bucket.take(self.now().timestamp())
        if wait:
            self._sleep(wait)
        try:
            response = self._client.get(url, headers=dict(signature.headers))
        except (httpx.TransportError, httpx.DecodingError) as error:
            raise Unavailable(
                self.service.name,
                f"no answer: {signature.redact(str(error)) or type(error).__name__}",
                where=f"GET {url}",
                fix="check the connection and the service's status page",
            ) from error
        if response.status_code != httpx.codes.OK:
            raise self._refusal(response, signature)
        try:
            return json.loads(response.content)
        except (ValueError, RecursionError) as error:
            raise self._bad(f"the answer is not JSON: {error}", url) from None

    def _refusal(self, response: httpx.Response, signature: Signature) -> SourceError:
        kind, fix = _meaning(response.status_code, self.service.access)
        said = "".join(letter for letter in " ".join(response.text.split()) if letter.isprintable())
        said = signature.redact(said)[:_MESSAGE_LENGTH]
        return kind(
            self.service.name,
            f"refused with {response.status_code}: {said or 'no reason given'}",
            where=f"GET {response.request.url}",
            fix=fix,
            retry_after=_retry_after(response.headers.get("Retry-After", ""), self.now()),
        )

    def _checked(self, shape: type[AnswerT], body: Any, url: str) -> AnswerT:
        try:
            return shape.model_validate(body)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            key = ".".join(str(part) for part in first["loc"]) or "the answer"
            raise self._bad(f"{key}: {first['msg']}", url) from None

    def _bad(self, what: str, url: str) -> BadAnswer:
        return BadAnswer(
            self.service.name, what, where=f"GET {url}", fix="the service may have changed: update this library"
        )


def query_of(link: str) -> dict[str, str]:
    """The parameters of a link that a service gave, such as to its next page. Raises `ValueError`.

    Where the link leads is the caller's to decide: a service must not send its callers elsewhere.
    """
    try:
        return dict(httpx.URL(link).params)
    except httpx.InvalidURL as error:
        raise ValueError(f"{link[:_MESSAGE_LENGTH]!r} is not a link: {error}") from None


@functools.cache
def _certificates() -> ssl.SSLContext:
    """The trusted certificates, read once for all wires: reading them takes longer than a request."""
    return httpx.create_ssl_context()


def _pause(state: RetryCallState) -> float:
    """Seconds until the next attempt: what the service asks for, else exponential backoff with jitter."""
    error = state.outcome.exception() if state.outcome else None
    if isinstance(error, SourceError) and error.retry_after is not None:
        return error.retry_after.total_seconds()
    return _BACKOFF(state)


def _meaning(status: int, access: str) -> tuple[type[SourceError], str]:
    """What a status other than 200 means (RFC 9110), and what helps."""
    if status == httpx.codes.UNAUTHORIZED:
        return Unauthorised, f"check {access}"
    if status in (httpx.codes.FORBIDDEN, httpx.codes.NOT_FOUND):
        return NotCovered, f"ask for another place or time, or check what the plan behind {access} covers"
    if status == httpx.codes.TOO_MANY_REQUESTS:
        return Throttled, "ask less often, or later"
    if status == httpx.codes.REQUEST_TIMEOUT or status >= httpx.codes.INTERNAL_SERVER_ERROR:
        return Unavailable, "check the service's status page"
    return BadAnswer, "the service may have changed: update this library"


def _retry_after(header: str, now: datetime) -> timedelta | None:
    """Retry-After (RFC 9110 §10.2.3): seconds or a date; None where it is absent or neither."""
    if header.isdecimal():
        return timedelta(seconds=int(header[:9]))  # nine digits are thirty years
    try:
        moment = parsedate_to_datetime(header)
    except ValueError:
        return None
    return max(timedelta(0), moment.replace(tzinfo=moment.tzinfo or UTC) - now)
