"""Hit rates against theory: what requests of Zipf's law must give, without a bound on the memory and with one.

Redis tells when a key was used by a clock of seconds, in which a test asks a thousand times: its LRU cannot be held to
Che's theory here. Random eviction has an exact theory too, and LFU keeps no such time.
"""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import brentq
from verdazure_jobs.cache import Computed, Request, ResultCache

from tests.redis.conftest import Server

QUESTIONS, REQUESTS = 3000, 6000
WITHIN = 0.03
ANSWER = "x" * 2000


def popularity(exponent: float) -> NDArray[np.float64]:
    """Share of the requests that each question has, by Zipf's law."""
    weights = np.arange(1, QUESTIONS + 1) ** -exponent
    shares: NDArray[np.float64] = weights / weights.sum()
    return shares


def ask(cache: ResultCache, shares: NDArray[np.float64], requests: int, seed: int) -> None:
    for question in np.random.default_rng(seed).choice(QUESTIONS, size=requests, p=shares):
        cache.get_or_compute(Request("contoso", "phi", "5", int(question)), lambda: Computed(ANSWER, 0.001))


@pytest.mark.parametrize("exponent", [0.7, 1.0, 1.3])
def test_without_a_bound_only_first_requests_miss(server: Server, exponent: float) -> None:
    cache, shares = ResultCache(server.client()), popularity(exponent)

    ask(cache, shares, REQUESTS, seed=1)

    first_requests = np.sum(1 - (1 - shares) ** REQUESTS)
    expected = 1 - first_requests / REQUESTS
    now = cache.snapshot()
    assert now.hit_rate == pytest.approx(expected, abs=WITHIN)
    assert now.hits + now.misses == REQUESTS
    assert now.saved_kwh == pytest.approx(0.001 * now.hits)


@pytest.mark.parametrize("exponent", [0.7, 1.0, 1.3])
def test_with_a_bound_and_random_eviction_the_popular_are_there_more_often(server: Server, exponent: float) -> None:
    """Gelenbe, A Unified Approach to the Evaluation of a Class of Replacement Algorithms (IEEE ToC 1973), in the limit
    of many keys: a question of share p is there p T / (1 + p T) of the time, for the T that fills the cache."""
    shares = popularity(exponent)

    measured, kept = rate_when_full(server, "allkeys-random", shares)

    stay = brentq(lambda requests: np.sum(shares * requests / (1 + shares * requests)) - kept, 1, 1e9)
    assert measured == pytest.approx(np.sum(shares * shares * stay / (1 + shares * stay)), abs=WITHIN)


@pytest.mark.parametrize("exponent", [0.7, 1.0])
def test_keeping_what_is_used_often_beats_keeping_what_was_used_last(server: Server, exponent: float) -> None:
    """Why the component evicts by frequency unless it is told otherwise. What was used last, at its best: Che, Tung,
    Wang, Hierarchical Web Caching Systems (IEEE JSAC 2002). No policy beats having the most popular there always."""
    shares = popularity(exponent)

    measured, kept = rate_when_full(server, "allkeys-lfu", shares)

    stay = brentq(lambda requests: np.sum(-np.expm1(-shares * requests)) - kept, 1, 1e9)
    assert np.sum(shares * -np.expm1(-shares * stay)) < measured < np.sum(shares[:kept]) + WITHIN


def rate_when_full(server: Server, policy: str, shares: NDArray[np.float64]) -> tuple[float, int]:
    """The hit rate of a megabyte that is full, and how many results it holds."""
    empty = server.client().info("memory")["used_memory"]
    server.client().config_set("maxmemory", str(empty + 1_000_000))
    server.client().config_set("maxmemory-policy", policy)
    ask(ResultCache(server.client()), shares, REQUESTS, seed=1)
    cache = ResultCache(server.client())

    ask(cache, shares, REQUESTS, seed=2)

    kept: int = server.client().dbsize()
    assert 100 < kept < QUESTIONS / 4, "the bound must be what decides"
    assert (cache.snapshot().errors, cache.snapshot().not_kept) == (0, 0)
    return cache.snapshot().hit_rate or 0.0, kept
