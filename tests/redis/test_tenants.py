"""No tenant ever gets what was computed for another one, whatever the tenants, models and questions are called."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from verdazure_jobs.cache import Computed, Request, ResultCache, Semantic

from tests.redis.conftest import Server

# Names that run into each other if they are only put side by side.
NAMES = st.sampled_from(["a", "b", "ab", "a:b", '"a"', 'a","b', "a\x00b", "", "é", "e\u0301"]) | st.text(max_size=3)
QUESTIONS = st.sampled_from(["watt", "joule", ["a", "b"], {"a": "b"}, None, 1, True, 1.0])
REQUESTS = st.builds(Request, NAMES, NAMES, NAMES, QUESTIONS, st.dictionaries(NAMES, QUESTIONS, max_size=2))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(REQUESTS, min_size=2, max_size=12))
def test_every_answer_was_computed_for_the_tenant_model_version_and_parameters_that_asked(
    server: Server, requests: list[Request]
) -> None:
    server.client().flushall()
    everything_is_alike = Semantic(lambda _: [1.0, 1.0], 0.5)
    caches = [ResultCache(server.client(), semantic=semantic) for semantic in (None, everything_is_alike) * 2]

    for cache in caches:
        for asked in requests:
            mine = [asked.tenant, asked.model, asked.version, asked.parameters]
            assert cache.get_or_compute(asked, lambda mine=mine: Computed(mine)) == mine  # type: ignore[misc]

    assert sum(cache.snapshot().errors + cache.snapshot().outages for cache in caches) == 0
    assert caches[3].snapshot().misses == 0, "nothing was hit, so that nothing was tested"


@settings(max_examples=150, deadline=None)
@given(REQUESTS, REQUESTS)
def test_two_requests_share_a_key_only_if_they_are_equal(one: Request, other: Request) -> None:
    said = [
        [
            each.tenant,
            each.model,
            each.version,
            repr(each.input),
            sorted((k, repr(v)) for k, v in each.parameters.items()),
        ]
        for each in (one, other)
    ]
    assert (one.key == other.key) == (said[0] == said[1])
