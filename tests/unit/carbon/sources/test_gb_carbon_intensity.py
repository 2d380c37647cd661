"""The GB Carbon Intensity API in its documented shapes, over a local socket."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from verdazure.carbon.series import Basis, Origin, Quality, Signal
from verdazure.carbon.sources import BadAnswer, GbCarbonIntensity, NotCovered, Stale
from verdazure.carbon.sources.gb_carbon_intensity import SERVICE
from verdazure.carbon.sources.spans import iso

HALF_HOUR = timedelta(minutes=30)
ORIGIN = Origin("GB Carbon Intensity API", "GB", Signal.AVERAGE, Basis.DIRECT)


def period(start: datetime, forecast: float | None, actual: float | None):
    intensity = {"forecast": forecast, "actual": actual, "index": "moderate"}
    return {"from": iso(start), "to": iso(start + HALF_HOUR), "intensity": intensity}


def at(hour: int, minute: int = 0, day: int = 6) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


@pytest.fixture
def gb(wire_to):
    return GbCarbonIntensity(wire=wire_to(SERVICE))


def test_latest_is_the_outturn_where_it_is_known(gb, service) -> None:
    service.reply("/intensity", {"data": [period(at(12), 266, 263)]})
    series = gb.latest("uksouth")
    assert (series.origin, series.start, series.step) == (ORIGIN, at(12), HALF_HOUR)
    assert series.values.tolist() == [263]
    assert (series.quality, series.issued) == (Quality.MEASURED, None)
    assert "auth-token" not in service.asked[0].headers


def test_latest_says_that_it_is_a_forecast_while_there_is_no_outturn(gb, service) -> None:
    service.reply("/intensity", {"data": [period(at(12), 266, None)]})
    series = gb.latest("ukwest")
    assert (series.values.tolist(), series.quality) == ([266], Quality.FORECAST)


def test_a_latest_value_past_its_age_is_stale(gb, service) -> None:
    service.reply("/intensity", {"data": [period(at(9, 30), 266, 263)]})
    with pytest.raises(Stale, match="is of 2026-03-06T10:00Z, more than 2:00:00 before 2026-03-06T12:10Z"):
        gb.latest("uksouth")


def test_history_is_outturn_only_and_leaves_out_the_half_hour_before_the_span(gb, service) -> None:
    path = "/intensity/2026-03-06T08:00Z/2026-03-06T09:30Z"
    halves = [
        (7, 30, 250),
        (8, 0, 251),
        (8, 30, None),
        (9, 0, 253),
    ]  # the service also gives the one that ends at `from`
    service.reply(path, {"data": [period(at(hour, minute), 270, actual) for hour, minute, actual in halves]})
    series = gb.history("uksouth", at(8), at(9, 30))
    assert series.start == at(8)
    np.testing.assert_array_equal(series.values, [251, np.nan, 253])
    assert series.quality is Quality.MEASURED


def test_latest_may_be_zero_and_measured(gb, service) -> None:
    service.reply("/intensity", {"data": [period(at(12), 266, 0)]})
    series = gb.latest("uksouth")
    assert (series.values.tolist(), series.quality) == ([0], Quality.MEASURED)


def test_half_hours_that_a_span_cuts_are_asked_for_whole(gb, service) -> None:
    path = "/intensity/2026-03-06T08:00Z/2026-03-06T09:00Z"
    service.reply(path, {"data": [period(at(8), 1, 2), period(at(8, 30), 1, 3)]})
    assert gb.history("uksouth", at(8, 10), at(8, 50)).values.tolist() == [2, 3]


def test_history_is_asked_for_in_parts_of_fourteen_days(gb, service) -> None:
    first, second = "/intensity/2026-02-01T00:00Z/2026-02-15T00:00Z", "/intensity/2026-02-15T00:00Z/2026-02-15T01:00Z"
    start = datetime(2026, 2, 1, tzinfo=UTC)
    joint = start + timedelta(days=14)
    service.reply(first, {"data": [period(start, 1, 1), period(joint - HALF_HOUR, 1, 1)]})
    service.reply(second, {"data": [period(joint - HALF_HOUR, 9, 9), period(joint, 2, 2)]})  # revised in between
    series = gb.history("uksouth", start, start + timedelta(days=14, hours=1))
    assert service.paths() == [first, second]
    assert [series.values[index] for index in (0, 14 * 48 - 1, 14 * 48)] == [1, 1, 2]
    assert len(series) == 14 * 48 + 1


@pytest.mark.parametrize(
    ("change", "hours"), [(datetime(2026, 3, 29), 23), (datetime(2026, 10, 25), 25)], ids=["spring", "autumn"]
)
def test_a_local_day_of_the_clock_change_has_its_true_length(gb, service, change, hours) -> None:
    london = ZoneInfo("Europe/London")
    start, end = change.replace(tzinfo=london), (change + timedelta(days=1)).replace(tzinfo=london)
    halves = [start.astimezone(UTC) + index * HALF_HOUR for index in range(2 * hours)]
    service.reply(
        f"/intensity/{iso(start)}/{iso(end)}", {"data": [period(half, 1, index) for index, half in enumerate(halves)]}
    )
    series = gb.history("uksouth", start, end)
    assert series.values.tolist() == list(range(2 * hours))
    assert series.end == end
    assert series.start.tzinfo is UTC


@pytest.mark.parametrize(("hours", "window"), [(24, "fw24h"), (25, "fw48h"), (48, "fw48h")])
def test_a_forecast_asks_for_the_window_that_holds_it(gb, service, hours, window) -> None:
    path = f"/intensity/2026-03-06T12:00Z/{window}"
    service.reply(path, {"data": [period(at(11, 30) + index * HALF_HOUR, index, None) for index in range(97)]})
    series = gb.forecast("uksouth", timedelta(hours=hours))
    assert service.paths() == [path]
    assert series.start == at(12)
    assert len(series) == min(2 * hours + 1, 96)  # from 12:10, so the half-hour begun at the end counts
    assert series.values[:2].tolist() == [1, 2]
    assert series.quality is Quality.FORECAST


def test_a_forecast_past_48_hours_is_not_asked_for(gb, service) -> None:
    with pytest.raises(NotCovered, match="its forecast reaches 48 hours, not 2 days, 0:30:00"):
        gb.forecast("uksouth", timedelta(hours=48.5))
    assert service.asked == []


def test_a_region_on_another_grid_is_not_covered(gb, service) -> None:
    with pytest.raises(NotCovered, match="northeurope draws from IE, not from GB"):
        gb.latest("northeurope")
    assert service.asked == []


def test_the_documented_error_shape_is_shown(gb, service) -> None:
    service.reply("/intensity", {"error": {"code": "400 Bad Request", "message": "Please enter a valid date"}}, 400)
    with pytest.raises(BadAnswer, match=r"refused with 400: .*Please enter a valid date"):
        gb.latest("uksouth")


@pytest.mark.parametrize("value", ["263", True, -1, float("nan")])
def test_an_intensity_that_cannot_be_one_is_a_bad_answer(gb, service, value) -> None:
    service.reply("/intensity", {"data": [period(at(12), 266, value)]})
    with pytest.raises(BadAnswer, match=r"data\.0\.intensity\.actual"):
        gb.latest("uksouth")


def test_a_time_without_offset_is_a_bad_answer(gb, service) -> None:
    broken = period(at(12), 266, 263) | {"from": "2026-03-06T12:00"}
    service.reply("/intensity", {"data": [broken]})
    with pytest.raises(BadAnswer, match=r"data\.0\.from: Input should have timezone info"):
        gb.latest("uksouth")
