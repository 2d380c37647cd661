"""What the result cache decides without Redis: keys, what is kept, who signs in."""

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from verdazure_jobs.cache import Computed, Policy, Request, ResultCache, Semantic, Snapshot, connect, from_environment
from verdazure_jobs.cache.envelope import seal, unseal
from verdazure_jobs.cache.requests import NotCanonical, canonical

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)


def test_the_order_of_a_mapping_makes_no_difference() -> None:
    one = Request("t", "m", "1", {"a": 1, "b": [1, 2]}, {"seed": 1, "temperature": 0})
    other = Request("t", "m", "1", {"b": [1, 2], "a": 1}, {"temperature": 0, "seed": 1})

    assert one.key == other.key
    assert one.key.startswith("verdazure:result:")


@given(JSON)
def test_the_canonical_text_is_the_value_and_nothing_else(value: Any) -> None:
    assert json.loads(canonical(value)) == value


@pytest.mark.parametrize("value", [{1: "a"}, [{None: 1}], math.nan, math.inf, b"bytes", object(), {"a": {2: 3}}])
def test_what_json_would_change_has_no_key(value: object) -> None:
    with pytest.raises(NotCanonical):
        canonical(value)


def test_what_refers_to_itself_or_is_nested_without_end_has_no_key() -> None:
    endless: list[object] = []
    endless.append(endless)

    with pytest.raises(NotCanonical):
        canonical(endless)


@pytest.mark.parametrize(
    ("parameters", "sampled"),
    [
        ({}, False),
        ({"temperature": 0}, False),
        ({"temperature": 0.0, "do_sample": False}, False),
        ({"temperature": 0.01}, True),
        ({"temperature": None}, True),
        ({"temperature": "warm"}, True),
        ({"do_sample": True}, True),
    ],
)
def test_an_answer_is_sampled_if_its_parameters_say_so(parameters: dict[str, Any], sampled: bool) -> None:
    assert Request("t", "m", "1", "question", parameters).sampled is sampled


@given(JSON, st.none() | st.floats(0, 1e9))
def test_a_sealed_result_comes_back_as_it_was_and_only_in_its_space(value: Any, kwh: float | None) -> None:
    sealed = seal("mine", value, kwh, 10**6)

    assert sealed is not None
    kept = unseal("mine", sealed)
    assert kept is not None
    assert (kept.value, kept.kwh) == (value, kwh)
    assert unseal("theirs", sealed) is None


def test_a_result_may_be_as_long_as_the_bound_and_no_longer() -> None:
    sealed = seal("s", "x" * 100, None, 10**6)

    assert sealed is not None
    assert seal("s", "x" * 100, None, len(sealed)) == sealed
    assert seal("s", "x" * 100, None, len(sealed) - 1) is None


@pytest.mark.parametrize(
    "spoilt",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\x80\x04K\x01.",
        b'{"space": "s"}',
        b'{"space":"s","value":1,"kwh":"much"}',
        b"[" * 9999,
    ],
)
def test_what_is_torn_is_not_a_result(spoilt: bytes) -> None:
    assert unseal("s", spoilt) is None


@pytest.mark.parametrize(
    "refused",
    [
        lambda: Policy(ttl_seconds=0),
        lambda: Policy(ttl_seconds=30 * 86400 + 1),
        lambda: Semantic(lambda _: [1.0], threshold=0),
        lambda: Semantic(lambda _: [1.0], threshold=1.01),
        lambda: Semantic(lambda _: [1.0], threshold=0.9, entries=0),
        lambda: Policy(pause_seconds=0),
        lambda: Computed("answer", kwh=-1),
        lambda: Computed("answer", kwh=math.nan),
    ],
)
def test_settings_that_mean_nothing_are_refused(refused: Any) -> None:
    with pytest.raises(ValueError, match=r"Allowed|above 0|at least 1"):
        refused()


def test_the_hit_rate_is_of_what_the_cache_was_asked_and_unknown_before() -> None:
    assert Snapshot().hit_rate is None
    assert Snapshot(bypassed=9, outages=9, shared=9).hit_rate is None
    assert Snapshot(hits=2, similar_hits=1, misses=1, outages=7).hit_rate == 0.75


# Signing in


class Identity:
    """What redis-py takes for a sign-in."""

    def get_credentials(self) -> tuple[str, str]:
        return ("object-id", "token")


def test_azure_is_asked_over_tls_with_an_identity_and_is_not_waited_for() -> None:
    client = connect("amr-cache.swedencentral.redis.azure.net", identity=Identity())  # type: ignore[arg-type]

    settings = client.connection_pool.connection_kwargs
    assert client.connection_pool.connection_class.__name__ == "SSLConnection"
    assert (settings["host"], settings["port"]) == ("amr-cache.swedencentral.redis.azure.net", 10000)
    assert (settings["socket_timeout"], settings["socket_connect_timeout"]) == (0.25, 1.0)
    assert settings["credential_provider"].get_credentials() == ("object-id", "token")
    assert (settings.get("password"), settings["retry"].get_retries()) == (None, 0)


def test_without_an_identity_it_is_the_process_own(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, ...]] = []

    def identity(scopes: tuple[str, ...]) -> Identity:
        asked.append(scopes)
        return Identity()

    monkeypatch.setattr("redis_entraid.cred_provider.create_from_default_azure_credential", identity)

    connect("amr-cache.swedencentral.redis.azure.net")

    assert asked == [("https://redis.azure.com/.default",)]


def test_a_client_that_decodes_is_refused() -> None:
    client = connect("localhost", identity=Identity())  # type: ignore[arg-type]
    client.connection_pool.connection_kwargs["decode_responses"] = True

    with pytest.raises(ValueError, match="decode_responses=False"):
        ResultCache(client)


def test_a_service_takes_what_the_component_says(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, int]] = []

    def connected(host: str, port: int) -> Any:
        asked.append((host, port))
        return connect(host, port, identity=Identity())  # type: ignore[arg-type]

    monkeypatch.setattr("verdazure_jobs.cache.results.connect", connected)
    said = {
        "VERDAZURE_CACHE_HOST": "amr-answers-abc123.swedencentral.redis.azure.net",
        "VERDAZURE_CACHE_PORT": "10000",
        "VERDAZURE_CACHE_TTL_SECONDS": "3600",
    }

    cache = from_environment(environment=said)

    assert asked == [("amr-answers-abc123.swedencentral.redis.azure.net", 10000)]
    assert cache._policy == Policy(ttl_seconds=3600)
