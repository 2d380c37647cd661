"""What a service does wrong, over a local socket: each failure is one clear error, and no secret leaves the process."""

import logging
import time
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import BaseModel
from verdazure.web import BadAnswer, NotCovered, SourceError, Throttled, Unauthorised, Unavailable
from verdazure.web.wire import Service, Signature, query_of

from tests.unit.web.local_service import NOON, SILENT

SERVICE = Service("Grid Service", "", requests=1000, per=timedelta(seconds=1), access="the key in GRID_KEY")
SECRET = "sesame-open-1234"


class Value(BaseModel):
    value: float


def sign() -> Signature:
    return Signature({"key": SECRET}, (SECRET,))


@pytest.fixture
def wire(wire_to):
    return wire_to(SERVICE)


def test_an_answer_is_checked_against_its_shape(wire, service) -> None:
    service.reply("/now", {"value": 3, "new_field": True})
    assert wire.get(Value, "/now", {"zone": "SE"}, sign=sign) == Value(value=3)
    assert service.asked[0].query == {"zone": "SE"}
    assert service.asked[0].headers["key"] == SECRET


@pytest.mark.parametrize(
    ("status", "error", "fix"),
    [
        (400, BadAnswer, "the service may have changed: update this library"),
        (401, Unauthorised, "check the key in GRID_KEY"),
        (403, NotCovered, "what the plan behind the key in GRID_KEY covers"),
        (404, NotCovered, "ask for another place or time"),
        (302, BadAnswer, "the service may have changed: update this library"),
    ],
)
def test_a_refusal_that_will_not_pass_is_not_tried_again(wire, service, clock, status, error, fix) -> None:
    service.reply("/now", {"error": "says\nthe  service"}, status, {"Location": "/elsewhere"})
    with pytest.raises(error) as caught:
        wire.get(Value, "/now", {"zone": "SE"})
    where = f"(GET {service.url}/now?zone=SE)"
    assert str(caught.value).startswith(
        f'Grid Service: refused with {status}: {{"error": "says\\nthe service"}} {where}; '
    )
    assert fix in caught.value.fix
    assert service.paths() == ["/now"]
    assert clock.slept == []


@pytest.mark.parametrize(
    ("status", "error"), [(429, Throttled), (408, Unavailable), (500, Unavailable), (503, Unavailable)]
)
def test_what_may_pass_is_tried_four_times_with_growing_pauses(wire, service, clock, status, error) -> None:
    service.reply("/now", b"", status)
    with pytest.raises(error, match=f"refused with {status}: no reason given"):
        wire.get(Value, "/now")
    assert len(service.asked) == 4
    assert [0.5 <= clock.slept[0] <= 1, 1 <= clock.slept[1] <= 1.5, 2 <= clock.slept[2] <= 2.5] == [True] * 3
    assert len(clock.slept) == 3


@pytest.mark.parametrize("header", ["7", "Fri, 06 Mar 2026 12:10:07 GMT"])
def test_retry_after_is_waited_for_to_the_second(wire, service, clock, header) -> None:
    service.reply("/now", {}, 429, {"Retry-After": header})
    service.reply("/now", {"value": 3})
    assert wire.get(Value, "/now").value == 3
    assert clock.slept == [7]


def test_a_retry_after_that_passed_means_now(wire, service, clock) -> None:
    service.reply("/now", {}, 503, {"Retry-After": "Fri, 06 Mar 2026 12:00:00 GMT"})
    service.reply("/now", {"value": 3})
    wire.get(Value, "/now")
    assert clock.slept == [0]


def test_a_retry_after_of_ages_is_not_waited_for(wire, service, clock) -> None:
    service.reply("/now", {}, 429, {"Retry-After": "9" * 5000})
    with pytest.raises(Throttled):
        wire.get(Value, "/now")
    assert clock.slept == []


def test_a_retry_after_that_is_nonsense_means_backing_off(wire, service, clock) -> None:
    service.reply("/now", {}, 429, {"Retry-After": "soon"})
    service.reply("/now", {"value": 3})
    wire.get(Value, "/now")
    assert 0.5 <= clock.slept[0] <= 1


def test_a_pause_longer_than_the_limit_is_left_to_the_caller(wire, service, clock) -> None:
    service.reply("/now", {}, 429, {"Retry-After": "61"})
    with pytest.raises(Throttled) as caught:
        wire.get(Value, "/now")
    assert caught.value.retry_after == timedelta(seconds=61)
    assert clock.slept == []


def test_a_failure_that_passes_is_not_seen(wire, service) -> None:
    service.reply("/now", b"", 500)
    service.reply("/now", {"value": 3})
    assert wire.get(Value, "/now").value == 3


def test_a_service_that_does_not_answer_is_unavailable(wire_to, service) -> None:
    service.reply("/now", b"", SILENT)
    with pytest.raises(Unavailable, match="Grid Service: no answer: timed out"):
        wire_to(SERVICE, timeout=0.02, attempts=2).get(Value, "/now")
    assert len(service.asked) == 2


def test_a_service_that_is_not_there_is_unavailable(service, clock) -> None:
    from verdazure.web.wire import Wire

    nowhere = Wire(Service("Grid Service", "http://127.0.0.1:9", 9, timedelta(1), "it"), attempts=1, now=clock.now)
    with pytest.raises(Unavailable, match="Connection refused"):
        nowhere.get(Value, "/now")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"<html>Bad gateway</html>", "the answer is not JSON: Expecting value"),
        (b"\xff\xfe{", "the answer is not JSON"),
        (b'{"value": ', "the answer is not JSON"),
        (b"[" * 100_000, "the answer is not JSON: maximum recursion depth exceeded"),
        ({"valeu": 3}, "value: Field required"),
        ({"value": "many"}, "value: Input should be a valid number"),
        ([1], "the answer: Input should be a valid dictionary"),
    ],
)
def test_garbage_is_a_bad_answer_that_names_the_place(wire, service, body, said) -> None:
    service.reply("/now", body)
    with pytest.raises(BadAnswer) as caught:
        wire.get(Value, "/now")
    assert caught.value.what.startswith(said)
    assert len(service.asked) == 1


def test_no_secret_in_messages_reprs_logs_or_cache(wire_to, service, cache, caplog) -> None:
    caplog.set_level(logging.DEBUG)
    wire = wire_to(SERVICE, cache=cache)
    service.reply("/now", {"error": f"key {SECRET} is unknown"}, 401)
    service.reply("/now", {"value": 3})
    with pytest.raises(Unauthorised, match=r"key \*\*\* is unknown") as caught:
        wire.get(Value, "/now", sign=sign)
    wire.get(Value, "/now", sign=sign, keep=timedelta(minutes=5))
    kept = "".join(file.read_text() for file in cache.folder.iterdir())
    shown = [str(caught.value), repr(caught.value), repr(wire), repr(sign()), caplog.text, kept]
    assert [text for text in shown if SECRET in text] == []
    assert '"value": 3' in kept


@pytest.mark.parametrize("key", [f"{SECRET}\n", f"{SECRET}é"])
def test_a_key_that_cannot_be_sent_is_refused_without_showing_it(wire, service, key) -> None:
    with pytest.raises(Unauthorised, match="characters that cannot be sent, such as a line break") as caught:
        wire.get(Value, "/now", sign=lambda: Signature({"key": key}, (key,)))
    assert SECRET not in str(caught.value)
    assert service.asked == []


def test_a_long_message_is_cut_after_the_secret_is_gone(wire, service) -> None:
    service.reply("/now", ("x" * 195 + SECRET).encode(), 401)
    with pytest.raises(Unauthorised) as caught:
        wire.get(Value, "/now", sign=sign)
    assert caught.value.what == "refused with 401: " + "x" * 195 + "***"


def test_an_answer_is_kept_until_it_expires(wire_to, service, clock, cache) -> None:
    wire = wire_to(SERVICE, cache=cache)
    for value in (1, 2):
        service.reply("/now", {"value": value})
    keep = timedelta(minutes=5)
    assert wire.get(Value, "/now", keep=keep).value == 1
    clock.moment = NOON + keep - timedelta(seconds=1)
    assert wire_to(SERVICE, cache=cache).get(Value, "/now", keep=keep).value == 1  # another process
    clock.moment = NOON + keep
    assert wire.get(Value, "/now", keep=keep).value == 2


def test_other_parameters_are_another_answer(wire_to, service, cache) -> None:
    wire = wire_to(SERVICE, cache=cache)
    for value in (1, 2):
        service.reply("/now", {"value": value})
    assert wire.get(Value, "/now", {"zone": "SE"}, keep=timedelta(minutes=5)).value == 1
    assert wire.get(Value, "/now", {"zone": "NO"}, keep=timedelta(minutes=5)).value == 2


def test_an_answer_at_hand_is_not_signed_for(wire_to, service, cache) -> None:
    wire = wire_to(SERVICE, cache=cache)
    service.reply("/now", {"value": 1})
    wire.get(Value, "/now", keep=timedelta(minutes=5))
    signed = []
    wire.get(Value, "/now", sign=lambda: signed.append(1) or Signature(), keep=timedelta(minutes=5))
    assert signed == []


def test_a_bad_answer_is_not_kept(wire_to, service, cache) -> None:
    wire = wire_to(SERVICE, cache=cache)
    service.reply("/now", {"valeu": 3})
    service.reply("/now", {"value": 3})
    with pytest.raises(BadAnswer):
        wire.get(Value, "/now", keep=timedelta(minutes=5))
    assert wire.get(Value, "/now", keep=timedelta(minutes=5)).value == 3


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b"\xff", b'{"request": 1}', None])
def test_a_damaged_file_is_a_miss(wire_to, service, cache, damage) -> None:
    wire = wire_to(SERVICE, cache=cache)
    for value in (1, 2):
        service.reply("/now", {"value": value})
    wire.get(Value, "/now", keep=timedelta(minutes=5))
    (file,) = cache.folder.iterdir()
    file.write_bytes(file.read_bytes().replace(b'"value"', b'"other"') if damage is None else damage)
    assert wire.get(Value, "/now", keep=timedelta(minutes=5)).value == 2


def test_a_file_under_another_requests_name_is_a_miss(wire_to, service, cache) -> None:
    wire = wire_to(SERVICE, cache=cache)
    for value in (1, 2, 3):
        service.reply("/now", {"value": value})
    keep = timedelta(minutes=5)
    wire.get(Value, "/now", {"zone": "SE"}, keep=keep)
    (sweden,) = cache.folder.iterdir()
    wire.get(Value, "/now", {"zone": "NO"}, keep=keep)
    (norway,) = set(cache.folder.iterdir()) - {sweden}
    norway.write_bytes(sweden.read_bytes())
    assert wire.get(Value, "/now", {"zone": "NO"}, keep=keep).value == 3


def test_expired_files_go_when_another_is_kept(wire_to, service, clock, cache) -> None:
    wire = wire_to(SERVICE, cache=cache)
    service.reply("/now", {"value": 1})
    wire.get(Value, "/now", {"at": "noon"}, keep=timedelta(minutes=5))
    clock.moment += timedelta(minutes=6)
    wire.get(Value, "/now", {"at": "later"}, keep=timedelta(minutes=5))
    assert len(list(cache.folder.iterdir())) == 1


def test_the_last_answer_is_at_hand_for_a_while_and_says_how_old_it_is(wire_to, service, clock, cache) -> None:
    wire = wire_to(SERVICE, cache=cache)
    service.reply("/now", {"value": 1})
    keep, spare = timedelta(minutes=5), timedelta(days=1)
    assert wire.last(Value, "/now") is None
    wire.get(Value, "/now", keep=keep, spare=spare)
    clock.moment = NOON + keep + spare - timedelta(seconds=1)
    wire.get(Value, "/now", {"at": "later"}, keep=keep)  # this sweeps what is too old
    assert wire.last(Value, "/now") == (Value(value=1), NOON)
    assert len(service.asked) == 2
    clock.moment += timedelta(seconds=2)
    wire.get(Value, "/now", {"at": "too late"}, keep=keep)
    assert wire.last(Value, "/now") is None


def test_a_damaged_last_answer_is_none(wire_to, service, cache) -> None:
    wire = wire_to(SERVICE, cache=cache)
    service.reply("/now", {"value": 1})
    wire.get(Value, "/now", keep=timedelta(minutes=5))
    (file,) = cache.folder.iterdir()
    file.write_text(file.read_text().replace('"value": 1', '"value": "many"'))
    assert wire.last(Value, "/now") is None
    file.write_text("{")
    assert wire.last(Value, "/now") is None
    assert wire_to(SERVICE).last(Value, "/now") is None


def test_of_a_link_only_the_parameters_are_taken() -> None:
    assert query_of("https://elsewhere.example:443/x?$skip=100&a=b%20c") == {"$skip": "100", "a": "b c"}
    with pytest.raises(ValueError, match="is not a link"):
        query_of("https://x/\x00")


def test_a_cache_that_cannot_be_written_is_reported_and_left_out(wire_to, service, tmp_path, caplog) -> None:
    from verdazure.web.cache import AnswerCache

    (tmp_path / "file").write_text("")
    service.reply("/now", {"value": 1})
    wire = wire_to(SERVICE, cache=AnswerCache(tmp_path / "file" / "cache"))
    assert wire.get(Value, "/now", keep=timedelta(minutes=5)).value == 1
    assert "answers are not cached in" in caplog.text


def test_the_rate_is_kept_by_waiting(wire_to, service, clock) -> None:
    service.reply("/now", {"value": 1})
    wire = wire_to(Service("Grid Service", "", requests=2, per=timedelta(seconds=1), access="it"))
    for _ in range(4):
        wire.get(Value, "/now")
    assert clock.slept == [0.5, 0.5]
    clock.moment += timedelta(seconds=10)  # the bucket holds two, however long nobody asks
    for _ in range(3):
        wire.get(Value, "/now")
    assert clock.slept == pytest.approx([0.5, 0.5, 0.5])


def test_every_error_says_source_what_where_and_fix() -> None:
    error = SourceError("Grid Service", "fails", where="GET /now", fix="wait")
    assert str(error) == "Grid Service: fails (GET /now); wait"
    assert {kind.__mro__[1] for kind in (Unauthorised, NotCovered, Throttled, Unavailable, BadAnswer)} == {SourceError}


def test_a_clock_in_local_time_is_read_in_utc(wire_to, clock) -> None:
    clock.moment = datetime.fromisoformat("2026-03-06T13:10:00+01:00")
    assert wire_to(SERVICE).now() == NOON
    assert wire_to(SERVICE).now().tzinfo is UTC


def test_the_default_clock_is_in_utc() -> None:
    from verdazure.web.clock import utc_now

    assert abs(utc_now() - datetime.now(UTC)) < timedelta(minutes=1)


def test_a_service_that_fails_again_and_again_is_left_alone_and_asked_again_later(wire, service, monkeypatch) -> None:
    service.reply("/now", {"error": "down"}, 503)
    for _ in range(3):
        with pytest.raises(Unavailable, match="refused with 503"):
            wire.get(Value, "/now")
    asked = len(service.asked)
    with pytest.raises(Unavailable, match=r"left alone after it failed .*; it is asked again in [23]\d\d s"):
        wire.get(Value, "/now")
    assert len(service.asked) == asked
    monkeypatch.setattr("circuitbreaker.monotonic", lambda: time.monotonic() + 301)
    service.reply("/now", {"value": 3})
    assert wire.get(Value, "/now") == Value(value=3)
