"""Redis as the cache sees it: short waits, nothing without an end of its life, left alone while it is down.

Only commands over one key are used, so that any clustering policy serves, and none that needs a module: Azure allows
RediSearch only without eviction, which a cache wants. Source: Microsoft Learn, Use Redis modules with Azure Managed
Redis; read 2026-11-24.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from circuitbreaker import CircuitBreaker
from redis import Redis
from redis.backoff import NoBackoff
from redis.credentials import CredentialProvider
from redis.exceptions import ResponseError
from redis.retry import Retry

from verdazure_jobs.cache.metrics import Counter

# Microsoft Learn, Use Microsoft Entra for cache authentication with Azure Managed Redis, read 2026-11-24.
SCOPE = "https://redis.azure.com/.default"
# Microsoft Learn, Azure Managed Redis architecture: the port of the endpoint, read 2026-11-24.
PORT = 10000
# A model takes seconds: a cache in the same region that takes longer than this saves nothing worth the wait.
ANSWER_SECONDS, CONNECT_SECONDS = 0.25, 1.0
FAILURES_BEFORE_PAUSE, PAUSE_SECONDS = 2, 5.0

T = TypeVar("T")


class Unavailable(Exception):
    """The cache did not answer, or is left alone as it did not before."""


def connect(host: str, port: int = PORT, *, identity: CredentialProvider | None = None) -> "Redis":
    """A client of Azure Managed Redis with the identity of the process; nothing is sent yet.

    `identity` is any provider of redis-py; without one it is `DefaultAzureCredential`'s, whose token redis-entraid
    renews before it ends.
    """
    return Redis(
        host=host,
        port=port,
        ssl=True,
        credential_provider=identity or _own_identity(),
        socket_timeout=ANSWER_SECONDS,
        socket_connect_timeout=CONNECT_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )


def _own_identity() -> CredentialProvider:
    from redis_entraid.cred_provider import create_from_default_azure_credential  # slow: it brings azure-identity

    provider: CredentialProvider = create_from_default_azure_credential((SCOPE,))
    return provider


class Store:
    """The few things that are asked of Redis. Raises `Unavailable`, and nothing else."""

    def __init__(self, client: "Redis", counter: Counter, pause_seconds: float = PAUSE_SECONDS) -> None:
        if client.get_encoder().decode_responses:
            raise ValueError("the client decodes what Redis answers; vectors are not text. Fix: decode_responses=False")
        self._client, self._counter = client, counter
        self._breaker = CircuitBreaker(
            failure_threshold=FAILURES_BEFORE_PAUSE, recovery_timeout=pause_seconds, expected_exception=_is_outage
        )

    def get(self, key: str) -> bytes | None:
        """What is kept there."""
        kept: bytes | None = self._ask(lambda: self._client.get(key))
        return kept

    def put(self, key: str, value: bytes, ttl_seconds: int) -> None:
        """Keeps it, but not longer than that."""
        self._ask(lambda: self._client.set(key, value, ex=ttl_seconds))

    def append(self, key: str, entry: Mapping[Any, bytes], most: int, ttl_seconds: int) -> None:
        """Adds to a log of about `most` entries; the log ends that long after the last one."""
        with_end = self._client.pipeline(transaction=False)
        with_end.xadd(key, dict(entry), maxlen=most, approximate=False)
        with_end.expire(key, ttl_seconds)
        self._ask(with_end.execute)

    def read_after(self, key: str, last: str, most: int) -> list[tuple[str, Mapping[bytes, bytes]]]:
        """The entries of a log after the one with that id, oldest first; `0` is before all of them."""
        found = self._ask(lambda: self._client.xrange(key, min=f"({last}", count=most))
        return [(entry.decode(), said) for entry, said in found]

    def _ask(self, question: Callable[[], Any]) -> Any:
        if self._breaker.opened:
            raise Unavailable("the cache is left alone for a while")
        try:
            with self._breaker:
                return question()
        except Exception as error:  # whatever goes wrong on the cache's side: the network, the sign-in, the server
            self._counter.count("errors")
            if _is_outage(type(error), error):  # redis-py keeps a connection whose sign-in failed, not signed in
                self._client.connection_pool.disconnect(inuse_connections=False)
            raise Unavailable(str(error)) from error


def _is_outage(kind: type[BaseException], _error: BaseException) -> bool:
    """A server that refuses one command, as it is full, still answers others."""
    return not issubclass(kind, ResponseError)
