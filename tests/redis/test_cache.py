"""The result cache against a real Redis: what it keeps, for whom, for how long, and how it behaves without it."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import numpy as np
import pytest
from redis import Redis
from redis.credentials import CredentialProvider
from redis.exceptions import ResponseError
from verdazure_jobs.cache import Computed, Policy, Request, ResultCache, Semantic

from tests.redis.conftest import Server

MONTH = 30 * 86400
QUESTION = Request("contoso", "phi-4-mini", "5", "What is a watt?", {"temperature": 0})


class Model:
    """Answers, and says how often it had to."""

    def __init__(self, answer: object = "a joule a second", kwh: float | None = 0.002) -> None:
        self.runs, self._answer, self._kwh = 0, answer, kwh

    def __call__(self) -> Computed:
        self.runs += 1
        return Computed(self._answer, self._kwh)


def test_an_equal_request_is_computed_once_by_all_processes(server: Server) -> None:
    first, second, model = ResultCache(server.client()), ResultCache(server.client()), Model({"text": ["a", 1, None]})
    again = Request("contoso", "phi-4-mini", "5", "What is a watt?", {"temperature": 0})

    answers = [first.get_or_compute(QUESTION, model), second.get_or_compute(again, model)]

    assert answers == [{"text": ["a", 1, None]}] * 2
    assert model.runs == 1
    assert (first.snapshot().misses, first.snapshot().hits, first.snapshot().saved_kwh) == (1, 0, 0.0)
    assert (second.snapshot().hits, second.snapshot().saved_kwh, second.snapshot().hit_rate) == (1, 0.002, 1.0)


@pytest.mark.parametrize(
    "other",
    [
        Request("fabrikam", "phi-4-mini", "5", "What is a watt?", {"temperature": 0}),
        Request("contoso", "phi-4", "5", "What is a watt?", {"temperature": 0}),
        Request("contoso", "phi-4-mini", "6", "What is a watt?", {"temperature": 0}),
        Request("contoso", "phi-4-mini", "5", "What is a Watt?", {"temperature": 0}),
        Request("contoso", "phi-4-mini", "5", "What is a watt?", {"temperature": 0, "max_tokens": 9}),
    ],
)
def test_another_tenant_model_version_input_or_parameter_is_another_result(server: Server, other: Request) -> None:
    cache, model = ResultCache(server.client()), Model()

    cache.get_or_compute(QUESTION, model)
    cache.get_or_compute(other, model)

    assert model.runs == 2


def test_everything_in_redis_has_an_end(server: Server) -> None:
    cache = ResultCache(server.client(), Policy(ttl_seconds=100), Semantic(lambda _: [1.0, 0.0], 0.9))

    cache.get_or_compute(QUESTION, Model())

    ends = {key: server.client().ttl(key) for key in server.client().scan_iter()}
    assert len(ends) == 2
    assert all(98 <= seconds <= 100 for seconds in ends.values())


def test_a_result_is_gone_when_its_time_is_over(server: Server) -> None:
    cache, model = ResultCache(server.client(), Policy(ttl_seconds=1)), Model()

    cache.get_or_compute(QUESTION, model)
    time.sleep(1.2)
    cache.get_or_compute(QUESTION, model)

    assert model.runs == 2


def test_nothing_of_the_question_or_the_tenant_can_be_read_from_a_key(server: Server) -> None:
    ResultCache(server.client()).get_or_compute(QUESTION, Model())

    (key,) = server.client().keys()

    assert key == f"verdazure:result:{QUESTION.space}:{QUESTION.digest}".encode()
    assert b"contoso" not in key


def test_sampled_answers_are_kept_only_if_that_is_asked_for(server: Server) -> None:
    sampled = Request("contoso", "phi-4-mini", "5", "Tell me a story", {"temperature": 0.7})
    careful, asked, model = (
        ResultCache(server.client()),
        ResultCache(server.client(), Policy(keep_sampled=True)),
        Model(),
    )

    for cache in (careful, careful, asked, asked):
        cache.get_or_compute(sampled, model)

    assert model.runs == 3
    assert (careful.snapshot().bypassed, careful.snapshot().hit_rate) == (2, None)
    assert (asked.snapshot().hits, asked.snapshot().misses) == (1, 1)


@pytest.mark.parametrize("answer", [{1: "a key that is not text"}, (1, 2), float("nan"), object(), "x" * 200])
def test_what_cannot_be_given_back_as_it_is_is_computed_each_time(server: Server, answer: object) -> None:
    cache, model = ResultCache(server.client(), Policy(longest_bytes=200)), Model(answer)

    answers = [cache.get_or_compute(QUESTION, model) for _ in range(2)]

    assert answers[0] is answer
    assert (model.runs, cache.snapshot().not_kept, cache.snapshot().errors) == (2, 2, 0)


def test_energy_that_nobody_knows_is_not_counted_as_saved(server: Server) -> None:
    cache, model = ResultCache(server.client()), Model(kwh=None)

    for _ in range(3):
        cache.get_or_compute(QUESTION, model)

    assert (cache.snapshot().saved_kwh, cache.snapshot().spared_unknown) == (0.0, 2)


def test_equal_requests_at_the_same_time_are_computed_once(server: Server) -> None:
    cache, started = ResultCache(server.client()), Barrier(8)

    class Slow(Model):
        def __call__(self) -> Computed:
            time.sleep(0.3)
            return super().__call__()

    model = Slow(["mine"])

    def ask(_: int) -> object:
        started.wait()
        return cache.get_or_compute(QUESTION, model)

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(ask, range(8)))

    assert model.runs == 1
    assert answers == [["mine"]] * 8
    assert len({id(answer) for answer in answers}) == 8, "one caller could change another one's answer"
    assert cache.snapshot().shared == 7
    assert cache.snapshot().saved_kwh == pytest.approx(7 * 0.002)


def test_an_error_of_the_computation_reaches_the_caller_and_nothing_is_kept(server: Server) -> None:
    cache = ResultCache(server.client())

    def fail() -> Computed:
        raise RuntimeError("the model is out of memory")

    for _ in range(2):
        with pytest.raises(RuntimeError, match="out of memory"):
            cache.get_or_compute(QUESTION, fail)

    assert server.client().dbsize() == 0


# By meaning


def embed(question: str) -> list[float]:
    """Three words that everybody asks about, and how far a question is from the plain one."""
    words = {"watt": [1.0, 0.0, 0.0], "joule": [0.0, 1.0, 0.0], "volt": [0.0, 0.0, 1.0]}
    word = next(each for each in words if each in question)
    return list(np.array(words[word]) + 0.05 * question.count("please"))


def about(question: str, tenant: str = "contoso") -> Request:
    return Request(tenant, "phi-4-mini", "5", question)


def test_a_question_that_means_the_same_takes_the_answer_of_the_other(server: Server) -> None:
    first, second = (ResultCache(server.client(), semantic=Semantic(embed, 0.95)) for _ in range(2))
    watts, joules = Model("a joule a second"), Model("a watt for a second")

    first.get_or_compute(about("a watt"), watts)
    first.get_or_compute(about("a joule"), joules)

    assert second.get_or_compute(about("please, a watt"), watts) == "a joule a second"
    assert second.get_or_compute(about("a joule, please"), joules) == "a watt for a second"
    assert (watts.runs, joules.runs) == (1, 1)
    assert (second.snapshot().similar_hits, second.snapshot().hit_rate, second.snapshot().embeddings) == (2, 1.0, 2)


def test_below_the_threshold_a_question_is_another_one(server: Server) -> None:
    cache = ResultCache(server.client(), semantic=Semantic(embed, 0.95))
    cosine = 1.2 / np.sqrt(1.2**2 + 2 * 0.2**2)
    assert cosine > 0.95
    cosine_of_ten = 1.5 / np.sqrt(1.5**2 + 2 * 0.5**2)
    assert cosine_of_ten < 0.95
    model = Model()

    for question in ("a watt", "a watt" + " please" * 4, "a watt" + " please" * 10):
        cache.get_or_compute(about(question), model)

    assert model.runs == 2


def test_a_similar_question_whose_result_is_gone_is_computed(server: Server) -> None:
    cache, model = ResultCache(server.client(), semantic=Semantic(embed, 0.95)), Model()

    cache.get_or_compute(about("a watt"), model)
    server.client().delete(about("a watt").key)
    cache.get_or_compute(about("please, a watt"), model)

    assert model.runs == 2


def test_only_the_newest_vectors_of_a_space_are_compared(server: Server) -> None:
    model = Model()
    writer = ResultCache(server.client(), semantic=Semantic(embed, 0.95, entries=2))
    for question in ("a watt", "a joule", "a volt"):
        writer.get_or_compute(about(question), model)
    reader = ResultCache(server.client(), semantic=Semantic(embed, 0.95, entries=2))

    for question in ("please, a joule", "please, a volt", "please, a watt"):
        reader.get_or_compute(about(question), model)

    assert (reader.snapshot().similar_hits, reader.snapshot().misses) == (2, 1)


def test_more_vectors_than_one_answer_holds_are_all_read(server: Server) -> None:
    rng = np.random.default_rng(3)
    vectors = rng.normal(size=(250, 64))
    semantic = Semantic(lambda asked: vectors[asked % 250] * (1 + asked // 250), 0.99)
    writer, reader = (ResultCache(server.client(), semantic=semantic) for _ in range(2))
    model = Model()

    for asked in range(250):
        writer.get_or_compute(Request("contoso", "phi", "5", asked), model)
    for asked in range(250, 500):
        reader.get_or_compute(Request("contoso", "phi", "5", asked), model)

    assert (model.runs, reader.snapshot().similar_hits) == (250, 250)


def test_a_space_that_was_forgotten_is_read_anew(server: Server) -> None:
    cache, model = ResultCache(server.client(), semantic=Semantic(embed, 0.95, spaces=1)), Model()

    for tenant, question in (("a", "a watt"), ("b", "a watt"), ("a", "please, a watt"), ("b", "please, a watt")):
        cache.get_or_compute(about(question, tenant), model)

    assert (model.runs, cache.snapshot().similar_hits) == (2, 2)


def test_an_embedding_that_fails_costs_no_answer(server: Server) -> None:
    def broken(_: object) -> list[float]:
        raise RuntimeError("no such model")

    for embedding in (broken, lambda _: [0.0, 0.0], lambda _: ["text"]):
        cache, model = ResultCache(server.client(), semantic=Semantic(embedding, 0.95)), Model()  # type: ignore[arg-type]
        server.client().flushall()

        answers = [cache.get_or_compute(QUESTION, model) for _ in range(2)]

        assert answers == ["a joule a second"] * 2
        assert (cache.snapshot().errors, cache.snapshot().hits) == (1, 1)


def test_entries_that_others_spoilt_are_passed_over(server: Server) -> None:
    cache, model = ResultCache(server.client(), semantic=Semantic(embed, 0.95)), Model()
    asked = about("a watt")
    log = f"verdazure:vectors:{asked.space}"
    for entry in ({"digest": b"\xff", "vector": b"1234"}, {"digest": "d", "vector": b"123"}, {b"\xff": "x"}):
        server.client().xadd(log, entry)
    server.client().set(asked.key, b"\x80\x04 a pickle")

    assert cache.get_or_compute(asked, model) == "a joule a second"
    assert (cache.snapshot().misses, cache.snapshot().errors) == (1, 0)


def test_a_result_is_refused_where_it_does_not_belong(server: Server) -> None:
    cache, model = ResultCache(server.client()), Model("theirs")
    mine, theirs = about("a watt"), about("a watt", "fabrikam")
    cache.get_or_compute(theirs, model)

    server.client().copy(theirs.key, mine.key)

    assert cache.get_or_compute(mine, Model("mine")) == "mine"


# Without Redis


def test_an_outage_costs_no_answer_and_the_cache_comes_back(server: Server) -> None:
    cache, model = ResultCache(server.client(), Policy(pause_seconds=0.5), Semantic(embed, 0.95)), Model()
    cache.get_or_compute(about("a watt"), model)

    server.kill()
    begun = time.monotonic()
    during = [cache.get_or_compute(about("a watt"), model) for _ in range(50)]
    seconds = time.monotonic() - begun
    server.start()
    time.sleep(0.6)
    after = [cache.get_or_compute(about("a watt"), model) for _ in range(2)]

    assert during + after == ["a joule a second"] * 52
    assert model.runs == 1 + 50 + 1
    assert seconds < 3
    now = cache.snapshot()
    assert (now.outages, now.hits, now.misses) == (50, 1, 2)
    assert 1 < now.errors < 20, "a cache that is down is left alone between attempts"


def test_a_cache_that_hangs_is_not_waited_for(server: Server) -> None:
    slow = server.client()
    cache, model = ResultCache(slow, Policy(pause_seconds=60)), Model()
    slow.connection_pool.connection_kwargs["socket_timeout"] = 0.1
    server.client().execute_command("CLIENT", "PAUSE", "3000", "ALL")

    begun = time.monotonic()
    for _ in range(20):
        cache.get_or_compute(QUESTION, model)

    assert time.monotonic() - begun < 1
    assert (model.runs, cache.snapshot().outages) == (20, 20)


def test_a_full_cache_that_may_not_evict_still_answers(server: Server) -> None:
    cache, model, other = ResultCache(server.client()), Model(), about("a joule")
    cache.get_or_compute(QUESTION, model)
    server.client().config_set("maxmemory", "1")
    server.client().config_set("maxmemory-policy", "noeviction")
    with pytest.raises(ResponseError):
        server.client().set("something", "more")

    for _ in range(5):
        cache.get_or_compute(other, model)

    assert cache.get_or_compute(QUESTION, model) == "a joule a second"
    now = cache.snapshot()
    assert (model.runs, now.hits, now.not_kept, now.outages) == (6, 1, 5, 0)


def test_a_sign_in_that_fails_costs_no_answer(server: Server) -> None:
    class Refused(CredentialProvider):
        def get_credentials(self) -> tuple[str, str]:
            raise RuntimeError("no managed identity here")

    cache, model = ResultCache(Redis(port=server.port, credential_provider=Refused())), Model()

    for _ in range(5):
        assert cache.get_or_compute(QUESTION, model) == "a joule a second"

    assert (cache.snapshot().outages, cache.snapshot().errors) == (5, 2)
