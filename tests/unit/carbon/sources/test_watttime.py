"""WattTime v3 in its documented shapes, over a local socket."""

import base64
import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from verdazure import facts
from verdazure.carbon.series import Basis, Origin, Quality, Signal
from verdazure.carbon.sources import BadAnswer, NotCovered, Stale, Unauthorised, WattTime
from verdazure.carbon.sources.spans import iso
from verdazure.carbon.sources.watttime import SERVICE

PASSWORD = "sesame-open-1234"
STEP = timedelta(minutes=5)
GRAMS = 0.45359237
"""Grams a kWh in one pound a MWh."""


def answer(*values: float | None, start=datetime(2026, 3, 6, 12, 10, tzinfo=UTC), **meta):
    return {
        "data": [
            {"point_time": (start + index * STEP).isoformat(), "value": value, "version": "2026-03-01"}
            for index, value in enumerate(values)
        ],
        "meta": {
            "region": "PJM_DC",
            "signal_type": "co2_moer",
            "model": {"date": "2026-03-01"},
            "units": "lbs_co2_per_mwh",
            "data_point_period_seconds": 300,
            "generated_at": "2026-03-06T12:05:00+00:00",
            "warnings": [],
        }
        | meta,
    }


@pytest.fixture
def watttime(wire_to, service):
    service.reply("/login", {"token": "token-1"})
    return WattTime("ada", PASSWORD, regions={"eastus": "PJM_DC"}, wire=wire_to(SERVICE))


def test_latest_logs_in_and_converts_pounds(watttime, service) -> None:
    service.reply("/v3/forecast", answer(1000))
    series = watttime.latest("eastus")
    assert series.origin == Origin("WattTime v3", "PJM_DC", Signal.MARGINAL, Basis.DIRECT)
    assert (series.start, series.step) == (datetime(2026, 3, 6, 12, 10, tzinfo=UTC), STEP)
    assert series.values.tolist() == pytest.approx([453.59237], abs=1e-9)
    assert series.quality is Quality.FORECAST
    assert service.paths() == ["/login", "/v3/forecast"]
    proof = base64.b64encode(f"ada:{PASSWORD}".encode()).decode()
    assert service.asked[0].headers["Authorization"] == f"Basic {proof}"
    assert service.asked[1].headers["Authorization"] == "Bearer token-1"
    assert service.asked[1].query == {"region": "PJM_DC", "signal_type": "co2_moer", "horizon_hours": "0"}


def test_one_login_serves_29_minutes(watttime, service, clock) -> None:
    service.reply("/v3/historical", answer(1000, start=datetime(2026, 3, 6, 10, tzinfo=UTC)))
    start = datetime(2026, 3, 6, 10, tzinfo=UTC)
    service.reply("/login", {"token": "token-2"})
    for minutes in (0, 28, 1):
        clock.moment += timedelta(minutes=minutes)
        watttime.history("eastus", start, start + STEP)
    assert service.paths() == ["/login", *["/v3/historical"] * 2, "/login", "/v3/historical"]
    assert service.asked[-1].headers["Authorization"] == "Bearer token-2"


def test_threads_share_one_login(watttime, service) -> None:
    service.reply("/v3/forecast", answer(1000))
    together = threading.Barrier(6)

    def ask(_: int) -> float:
        together.wait(timeout=5)
        return watttime.latest("eastus").values[0]

    with ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(ask, range(6)))) == 1
    assert service.paths().count("/login") == 1
    assert service.paths().count("/v3/forecast") == 6


def test_a_token_refused_before_its_time_is_replaced_once(watttime, service) -> None:
    service.reply("/v3/forecast", {"error": "token expired"}, 401)
    service.reply("/v3/forecast", answer(1000))
    assert len(watttime.latest("eastus")) == 1
    assert service.paths() == ["/login", "/v3/forecast", "/login", "/v3/forecast"]


def test_a_token_refused_twice_is_an_error(watttime, service) -> None:
    service.reply("/v3/forecast", {"error": "token token-1 expired"}, 401)
    with pytest.raises(Unauthorised, match=r"refused with 401: .*token \*\*\* expired.*check WATTTIME_USER") as caught:
        watttime.latest("eastus")
    assert len(service.asked) == 4
    assert "token-1" not in str(caught.value)


@pytest.mark.parametrize("status", [401, 403])
def test_a_login_that_is_refused_is_tried_once_and_says_what_to_check(wire_to, service, status, caplog) -> None:
    caplog.set_level(logging.DEBUG)
    service.reply("/login", {"error": f"wrong password {PASSWORD}"}, status)
    watttime = WattTime("ada", PASSWORD, regions={"eastus": "PJM_DC"}, wire=wire_to(SERVICE))
    with pytest.raises(Unauthorised, match="check WATTTIME_USER and WATTTIME_PASSWORD") as caught:
        watttime.latest("eastus")
    assert service.paths() == ["/login"]
    assert [text for text in (str(caught.value), repr(watttime), caplog.text) if PASSWORD in text] == []


def test_neither_token_nor_password_reaches_the_disk(wire_to, service, cache) -> None:
    service.reply("/login", {"token": "token-1"})
    service.reply("/v3/forecast", answer(1000))
    WattTime("ada", PASSWORD, regions={"eastus": "PJM_DC"}, wire=wire_to(SERVICE, cache=cache)).latest("eastus")
    kept = [file.read_text() for file in cache.folder.iterdir()]
    assert len(kept) == 1
    assert "token-1" not in kept[0]
    assert PASSWORD not in kept[0]


def test_an_account_is_asked_for_by_name(monkeypatch) -> None:
    monkeypatch.delenv("WATTTIME_USER", raising=False)
    monkeypatch.setenv("WATTTIME_PASSWORD", PASSWORD)
    with pytest.raises(Unauthorised, match="set WATTTIME_USER and WATTTIME_PASSWORD"):
        WattTime()


def test_a_region_is_found_by_its_coordinates_once(wire_to, service, cache) -> None:
    service.reply("/login", {"token": "token-1"})
    service.reply("/v3/region-from-loc", {"region": "PJM_DC", "region_full_name": "PJM", "signal_type": "co2_moer"})
    service.reply("/v3/forecast", answer(1000))
    watttime = WattTime("ada", PASSWORD, wire=wire_to(SERVICE, cache=cache))
    watttime.latest("East US")
    watttime.latest("eastus")
    assert service.paths() == ["/login", "/v3/region-from-loc", "/v3/forecast"]
    place = facts.region("eastus")
    assert service.asked[1].query == {
        "latitude": str(place.latitude),
        "longitude": str(place.longitude),
        "signal_type": "co2_moer",
    }


def test_a_region_outside_the_plan_is_not_covered(watttime, service) -> None:
    service.reply("/v3/forecast", {"error": "Your plan covers CAISO_NORTH"}, 403)
    with pytest.raises(NotCovered, match="plan behind WATTTIME_USER and WATTTIME_PASSWORD covers"):
        watttime.latest("eastus")


def test_history_is_asked_for_in_parts_of_thirty_days_with_inclusive_ends(watttime, service) -> None:
    start = datetime(2026, 1, 1, 0, 2, tzinfo=UTC)
    service.reply("/v3/historical", answer(1000, None, 3000, start=datetime(2026, 1, 1, tzinfo=UTC)))
    service.reply("/v3/historical", answer(2000, start=datetime(2026, 1, 31, tzinfo=UTC)))
    series = watttime.history("eastus", start, start + timedelta(days=30))
    assert [(asked.query["start"], asked.query["end"]) for asked in service.asked[1:]] == [
        ("2026-01-01T00:00Z", "2026-01-30T23:55Z"),
        ("2026-01-31T00:00Z", "2026-01-31T00:00Z"),
    ]
    assert series.start == datetime(2026, 1, 1, tzinfo=UTC)
    assert len(series) == 30 * 288 + 1
    np.testing.assert_allclose(series.values[[0, 1, 2, -1]], [1000 * GRAMS, np.nan, 3000 * GRAMS, 2000 * GRAMS])
    assert series.quality is Quality.ESTIMATED


def test_a_forecast_is_five_minutely_and_says_when_it_was_made(watttime, service) -> None:
    service.reply("/v3/forecast", answer(*range(0, 1300, 100)))
    series = watttime.forecast("eastus", timedelta(minutes=50))
    assert service.asked[1].query["horizon_hours"] == "1"
    np.testing.assert_allclose(series.values, np.arange(0, 1000, 100) * GRAMS)
    assert series.issued == datetime(2026, 3, 6, 12, 5, tzinfo=UTC)


def test_a_forecast_past_72_hours_is_not_asked_for(watttime, service) -> None:
    with pytest.raises(NotCovered, match="its forecast reaches 72 hours, not 3 days, 1:00:00"):
        watttime.forecast("eastus", timedelta(hours=73))
    assert service.asked == []


def test_a_forecast_made_too_long_ago_is_stale(watttime, service) -> None:
    service.reply("/v3/forecast", answer(1000, generated_at="2026-03-06T11:09:00+00:00"))
    with pytest.raises(Stale, match="is of 2026-03-06T11:09Z, more than 1:00:00 before 2026-03-06T12:10Z"):
        watttime.forecast("eastus", timedelta(hours=1))


def test_the_average_signal_is_another_source(wire_to, service) -> None:
    service.reply("/login", {"token": "token-1"})
    service.reply("/v3/forecast", answer(1000, signal_type="co2_aoer"))
    watttime = WattTime("ada", PASSWORD, signal=Signal.AVERAGE, regions={"eastus": "PJM_DC"}, wire=wire_to(SERVICE))
    assert watttime.latest("eastus").origin.signal is Signal.AVERAGE
    assert service.asked[1].query["signal_type"] == "co2_aoer"


@pytest.mark.parametrize(
    ("meta", "said"),
    [
        ({"units": "pounds_of_health_damage"}, r"meta\.units: Input should be 'lbs_co2_per_mwh'"),
        ({"signal_type": "co2_aoer"}, "asked for signal_type co2_moer, answered co2_aoer"),
        ({"region": "ERCOT"}, "asked for region PJM_DC, answered ERCOT"),
        ({"data_point_period_seconds": 0}, r"meta\.data_point_period_seconds: Input should be greater than 0"),
    ],
)
def test_an_answer_to_another_question_is_refused(watttime, service, meta, said) -> None:
    service.reply("/v3/forecast", answer(1000, **meta))
    with pytest.raises(BadAnswer, match=said):
        watttime.latest("eastus")


def test_a_warning_of_the_service_reaches_the_log(watttime, service, caplog) -> None:
    service.reply("/v3/forecast", answer(1000, warnings=[{"message": "model changes on 1 April"}]))
    watttime.latest("eastus")
    assert "WattTime v3 warns about PJM_DC: {'message': 'model changes on 1 April'}" in caplog.text


def test_step_and_time_of_making_may_be_absent_as_in_the_documented_example(watttime, service) -> None:
    body = answer(1000, 1100)
    for key in ("data_point_period_seconds", "generated_at", "warnings"):
        del body["meta"][key]
    service.reply("/v3/forecast", body)
    series = watttime.forecast("eastus", timedelta(minutes=10))
    assert (series.step, series.issued, len(series)) == (STEP, None, 2)


def test_a_region_without_coordinates_asks_for_its_name(watttime, monkeypatch) -> None:
    unplaced = facts.region("swedencentral").model_copy(update={"latitude": None})
    monkeypatch.setattr(facts, "region", lambda name: unplaced)
    with pytest.raises(NotCovered, match="name WattTime's region for it in regions="):
        watttime.latest("swedencentral")


def test_times_are_asked_for_in_utc() -> None:
    assert iso(datetime.fromisoformat("2026-03-29T03:30+02:00")) == "2026-03-29T01:30Z"
