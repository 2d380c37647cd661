"""Electricity Maps v3 in its documented shapes, over a local socket."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from verdazure.carbon.series import Basis, Origin, Quality, Signal
from verdazure.carbon.sources import BadAnswer, ElectricityMaps, NotCovered, Stale, Unauthorised
from verdazure.carbon.sources.electricity_maps import SERVICE

ORIGIN = Origin("Electricity Maps v3", "SE-SE3", Signal.AVERAGE, Basis.LIFECYCLE)
TOKEN = "sesame-open-1234"
HOUR = timedelta(hours=1)


def reading(hour: int, value: float | None, **changes):
    return {
        "zone": "SE-SE3",
        "carbonIntensity": value,
        "datetime": f"2026-03-06T{hour:02}:00:00.000Z",
        "updatedAt": "2026-03-06T11:48:27.926Z",
        "createdAt": "2026-03-03T19:47:16.265Z",
        "emissionFactorType": "lifecycle",
        "isEstimated": False,
        "estimationMethod": None,
    } | changes


@pytest.fixture
def maps(wire_to):
    return ElectricityMaps(TOKEN, wire=wire_to(SERVICE))


def test_latest_is_asked_by_azure_region_and_never_by_the_callers_address(maps, service) -> None:
    service.reply("/carbon-intensity/latest", reading(12, 24.5))
    series = maps.latest("Sweden Central")
    assert series.origin == ORIGIN
    assert (series.start, series.step) == (datetime(2026, 3, 6, 12, tzinfo=UTC), HOUR)
    assert series.values.tolist() == [24.5]
    assert series.quality is Quality.MEASURED
    assert series.issued == datetime(2026, 3, 6, 11, 48, 27, 926000, tzinfo=UTC)
    assert service.asked[0].query == {
        "dataCenterProvider": "azure",
        "dataCenterRegion": "swedencentral",
        "disableCallerLookup": "true",
        "emissionFactorType": "lifecycle",
        "temporalGranularity": "hourly",
    }
    assert service.asked[0].headers["auth-token"] == TOKEN


def test_a_zone_of_choice_replaces_the_region(wire_to, service) -> None:
    service.reply("/carbon-intensity/latest", reading(12, 24.5))
    ElectricityMaps(TOKEN, zones={"swedencentral": "SE-SE3"}, wire=wire_to(SERVICE)).latest("Sweden Central")
    assert service.asked[0].query["zone"] == "SE-SE3"
    assert "dataCenterRegion" not in service.asked[0].query


def test_an_answer_for_another_zone_is_refused(wire_to, service) -> None:
    service.reply("/carbon-intensity/latest", reading(12, 24.5))
    maps = ElectricityMaps(TOKEN, zones={"swedencentral": "SE-SE4"}, wire=wire_to(SERVICE))
    with pytest.raises(BadAnswer, match="asked for zone SE-SE4, answered SE-SE3"):
        maps.latest("swedencentral")


def test_an_answer_on_another_basis_is_refused(maps, service) -> None:
    service.reply("/carbon-intensity/latest", reading(12, 24.5, emissionFactorType="direct"))
    with pytest.raises(BadAnswer, match="asked for lifecycle, answered direct"):
        maps.latest("swedencentral")


def test_an_estimate_is_called_one(maps, service) -> None:
    estimate = reading(12, 24.5, isEstimated=True, estimationMethod="TIME_SLICER_AVERAGE")
    service.reply("/carbon-intensity/latest", estimate)
    assert maps.latest("swedencentral").quality is Quality.ESTIMATED


def test_a_latest_value_that_is_null_is_no_value(maps, service) -> None:
    service.reply("/carbon-intensity/latest", reading(12, None))
    with pytest.raises(NotCovered, match="has no value for SE-SE3 yet at 2026-03-06T12:10Z"):
        maps.latest("swedencentral")


def test_a_latest_value_past_its_age_is_stale(maps, service, clock) -> None:
    service.reply("/carbon-intensity/latest", reading(8, 24.5))
    clock.moment = datetime(2026, 3, 6, 12, tzinfo=UTC)  # three hours after the value's hour ended
    assert maps.latest("swedencentral").values.tolist() == [24.5]
    clock.moment += timedelta(seconds=1)
    with pytest.raises(Stale, match="is of 2026-03-06T09:00Z, more than 3:00:00 before 2026-03-06T12:00Z"):
        maps.latest("swedencentral")


def test_the_last_day_comes_from_history_with_a_gap_where_the_value_is_null(maps, service) -> None:
    values = [reading(8, 20), reading(9, None), reading(10, 22, isEstimated=True), reading(11, 23)]
    service.reply("/carbon-intensity/history", {"zone": "SE-SE3", "history": values, "temporalGranularity": "hourly"})
    series = maps.history("swedencentral", datetime(2026, 3, 6, 8, tzinfo=UTC), datetime(2026, 3, 6, 11, tzinfo=UTC))
    np.testing.assert_array_equal(series.values, [20, np.nan, 22])
    assert series.start == datetime(2026, 3, 6, 8, tzinfo=UTC)
    assert series.quality is Quality.ESTIMATED
    assert service.paths() == ["/carbon-intensity/history"]


def test_older_hours_come_from_past_range_in_parts_of_ten_days(maps, service) -> None:
    for day in (1, 11, 21):
        first = reading(0, day, datetime=f"2026-02-{day:02}T00:00:00.000Z")
        of_next_part = first | {"carbonIntensity": 999, "datetime": f"2026-02-{min(day + 10, 28)}T00:00:00.000Z"}
        service.reply("/carbon-intensity/past-range", {"zone": "SE-SE3", "data": [first, of_next_part]})
    start = datetime(2026, 2, 1, tzinfo=UTC)
    series = maps.history("swedencentral", start + timedelta(minutes=10), start + timedelta(days=20, minutes=50))
    assert [(asked.query["start"], asked.query["end"]) for asked in service.asked] == [
        ("2026-02-01T00:00Z", "2026-02-11T00:00Z"),
        ("2026-02-11T00:00Z", "2026-02-21T00:00Z"),
        ("2026-02-21T00:00Z", "2026-02-21T01:00Z"),
    ]
    assert len(series) == 20 * 24 + 1
    assert [series.values[index] for index in (0, 240, 480)] == [1, 11, 21]
    assert np.isnan(series.values).sum() == 478
    assert series.quality is Quality.MEASURED


def test_no_hours_at_all_are_not_covered(maps, service) -> None:
    service.reply("/carbon-intensity/history", {"zone": "SE-SE3", "history": []})
    with pytest.raises(NotCovered, match="it knows no value at all"):
        maps.history("swedencentral", datetime(2026, 3, 6, 8, tzinfo=UTC), datetime(2026, 3, 6, 11, tzinfo=UTC))


def test_a_time_outside_the_calendar_is_a_bad_answer(maps, service) -> None:
    service.reply("/carbon-intensity/latest", reading(12, 24.5, datetime="0001-01-01T00:00:00+14:00"))
    with pytest.raises(BadAnswer, match="datetime: Value error, the time lies outside the calendar"):
        maps.latest("swedencentral")


def test_a_forecast_takes_the_next_horizon_and_keeps_what_was_asked(maps, service) -> None:
    hours = [{"carbonIntensity": 30 + hour, "datetime": f"2026-03-06T{hour}:00:00.000Z"} for hour in range(11, 24)]
    service.reply(
        "/carbon-intensity/forecast", {"zone": "SE-SE3", "forecast": hours, "updatedAt": "2026-03-06T11:48:00.000Z"}
    )
    series = maps.forecast("swedencentral", timedelta(hours=7))
    assert service.asked[0].query["horizonHours"] == "24"
    assert "emissionFactorType" not in service.asked[0].query
    assert series.start == datetime(2026, 3, 6, 12, tzinfo=UTC)
    assert series.values.tolist() == [42, 43, 44, 45, 46, 47, 48, 49]
    assert series.quality is Quality.FORECAST
    assert series.issued == datetime(2026, 3, 6, 11, 48, tzinfo=UTC)


def test_a_forecast_made_too_long_ago_is_stale(maps, service) -> None:
    hours = [{"carbonIntensity": 30, "datetime": "2026-03-06T12:00:00.000Z"}]
    service.reply(
        "/carbon-intensity/forecast", {"zone": "SE-SE3", "forecast": hours, "updatedAt": "2026-03-06T09:09:00.000Z"}
    )
    with pytest.raises(Stale, match=r"newest answer for SE-SE3 is of 2026-03-06T09:09Z, more than 3:00:00 before"):
        maps.forecast("swedencentral", HOUR)


@pytest.mark.parametrize(
    ("basis", "horizon", "said"),
    [(Basis.LIFECYCLE, 73, "reaches 72 hours, not 3 days, 1:00:00"), (Basis.DIRECT, 24, "lifecycle basis only")],
)
def test_a_forecast_that_the_service_does_not_make_is_not_asked_for(wire_to, service, basis, horizon, said) -> None:
    maps = ElectricityMaps(TOKEN, basis=basis, wire=wire_to(SERVICE))
    with pytest.raises(NotCovered, match=said):
        maps.forecast("swedencentral", timedelta(hours=horizon))
    assert service.asked == []


def test_without_a_token_the_variable_is_named(monkeypatch) -> None:
    monkeypatch.delenv("ELECTRICITY_MAPS_TOKEN", raising=False)
    with pytest.raises(Unauthorised, match="set ELECTRICITY_MAPS_TOKEN or give token="):
        ElectricityMaps()


def test_the_token_comes_from_the_environment(monkeypatch, wire_to, service) -> None:
    monkeypatch.setenv("ELECTRICITY_MAPS_TOKEN", "from-the-environment")
    service.reply("/carbon-intensity/latest", reading(12, 24.5))
    ElectricityMaps(wire=wire_to(SERVICE)).latest("swedencentral")
    assert service.asked[0].headers["auth-token"] == "from-the-environment"
