"""ResultCache: asks the cache, computes what it does not have, and is never the reason that a caller gets an error."""

import math
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from redis import Redis

from verdazure_jobs.cache.envelope import Kept, seal, unseal
from verdazure_jobs.cache.metrics import Counter, Snapshot
from verdazure_jobs.cache.requests import NotCanonical, Request, result_key
from verdazure_jobs.cache.similar import Semantic, Similar, Vector
from verdazure_jobs.cache.store import PAUSE_SECONDS, Store, Unavailable, connect
from verdazure_jobs.flight import Flights

LONGEST_TTL_SECONDS = 30 * 86400


@dataclass(frozen=True, slots=True)
class Computed:
    """What a computation gave."""

    value: Any
    kwh: float | None = None
    """What it drew, if it is known: a hit saves as much."""

    def __post_init__(self) -> None:
        if self.kwh is not None and not 0 <= self.kwh < math.inf:
            raise ValueError(f"kwh is {self.kwh}. Allowed: 0 or more, or None where it is not known.")


@dataclass(frozen=True, slots=True)
class Policy:
    """How long results are kept, and which."""

    ttl_seconds: int = 86400
    """Life of a result, 1 to 2,592,000 (30 days): a result without an end would outlive what it was true for."""
    longest_bytes: int = 256 * 1024
    """Larger results are not kept."""
    keep_sampled: bool = False
    """Whether answers that are drawn at random are kept too, so that the same question gets the same answer."""
    pause_seconds: float = PAUSE_SECONDS
    """How long a cache that is down is left alone."""

    def __post_init__(self) -> None:
        if not 1 <= self.ttl_seconds <= LONGEST_TTL_SECONDS:
            allowed = f"1 to {LONGEST_TTL_SECONDS}"
            raise ValueError(f"ttl_seconds is {self.ttl_seconds}. Allowed: {allowed}. Fix: 86400 is a day.")
        if self.longest_bytes < 1 or not self.pause_seconds > 0:
            raise ValueError("longest_bytes and pause_seconds are above 0.")


@dataclass(frozen=True, slots=True)
class _Answer:
    """How a request was answered; `sealed` is what others who asked the same get, None if they must compute."""

    value: Any
    sealed: bytes | None


class ResultCache:
    """Results of a model, computed once for all who ask the same, within one tenant. Safe to use from several threads.

    A request is looked up exactly, then by meaning if `semantic` says when inputs mean the same, then computed. Equal
    requests of one process at the same time are computed once. While the cache is down everything is computed.
    """

    def __init__(self, client: "Redis", policy: Policy | None = None, semantic: Semantic | None = None) -> None:
        self._policy = policy or Policy()
        self._counter = Counter()
        self._store = Store(client, self._counter, self._policy.pause_seconds)
        self._similar = Similar(semantic, self._store) if semantic else None
        self._flights: Flights[_Answer] = Flights()

    def snapshot(self) -> Snapshot:
        """Hits, misses and saved energy until now."""
        return self._counter.snapshot()

    def get_or_compute(self, request: Request, compute: Callable[[], Computed]) -> Any:
        """The result. Raises only what `compute` raises."""
        try:
            key = request.key
        except NotCanonical:
            key = None
        if key is None or (request.sampled and not self._policy.keep_sampled):
            self._counter.count("bypassed")
            return compute().value
        answer, shared = self._flights.run(key, lambda: self._answer(request, compute))
        return self._own_copy(request, answer, compute) if shared else answer.value

    def _own_copy(self, request: Request, answer: _Answer, compute: Callable[[], Computed]) -> Any:
        """For who waited: a value of its own, as the other one may change what it was given."""
        kept = unseal(request.space, answer.sealed) if answer.sealed else None
        if kept is None:
            self._counter.count("bypassed")
            return compute().value
        self._counter.spare("shared", kept.kwh)
        return kept.value

    def _answer(self, request: Request, compute: Callable[[], Computed]) -> _Answer:
        vector: Vector | None = None
        try:
            if found := self._find(request.space, request.digest):
                return self._spared("hits", *found)
            vector = self._embedding(request)
            if vector is not None and (found := self._find_similar(request.space, vector)):
                return self._spared("similar_hits", *found)
            self._counter.count("misses")
        except Unavailable:
            self._counter.count("outages")
        computed = compute()
        sealed = seal(request.space, computed.value, computed.kwh, self._policy.longest_bytes)
        self._keep(request, sealed, vector)
        return _Answer(computed.value, sealed)

    def _spared(self, how: str, kept: Kept, sealed: bytes) -> _Answer:
        self._counter.spare(how, kept.kwh)
        return _Answer(kept.value, sealed)

    def _find(self, space: str, digest: str) -> tuple[Kept, bytes] | None:
        sealed = self._store.get(result_key(space, digest))
        kept = unseal(space, sealed) if sealed else None
        return (kept, sealed) if kept and sealed else None

    def _embedding(self, request: Request) -> Vector | None:
        """The caller's function; if it fails, requests are still answered."""
        if self._similar is None:
            return None
        self._counter.count("embeddings")
        try:
            return self._similar.embedding(request.input)
        except Exception:  # whatever the caller's model raises: semantic caching is an extra
            self._counter.count("errors")
            return None

    def _find_similar(self, space: str, vector: Vector) -> tuple[Kept, bytes] | None:
        if self._similar is None:
            return None
        nearest = self._similar.nearest(space, vector)
        return next(filter(None, (self._find(space, digest) for digest in nearest)), None)

    def _keep(self, request: Request, sealed: bytes | None, vector: Vector | None) -> None:
        try:
            if sealed is None:
                raise Unavailable("nothing that can be kept")
            self._store.put(request.key, sealed, self._policy.ttl_seconds)
            if self._similar is not None and vector is not None:
                self._similar.add(request.space, request.digest, vector, self._policy.ttl_seconds)
        except Unavailable:
            self._counter.count("not_kept")


def from_environment(
    semantic: Semantic | None = None, environment: Mapping[str, str] = os.environ, policy: Policy | None = None
) -> ResultCache:
    """The cache that the component `ResultCache` describes by its output `environment`. Raises `KeyError`.

    `policy` replaces what the component says of the time to live.
    """
    client = connect(environment["VERDAZURE_CACHE_HOST"], int(environment["VERDAZURE_CACHE_PORT"]))
    told = Policy(ttl_seconds=int(environment["VERDAZURE_CACHE_TTL_SECONDS"]))
    return ResultCache(client, policy or told, semantic)
