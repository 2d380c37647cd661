"""Sources without a network: the facts table, and traces in a file."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from verdazure import facts
from verdazure.carbon.series import Basis, Origin, Quality, Signal
from verdazure.carbon.sources import BadAnswer, CsvTrace, NotCovered, Unavailable, annual_mean, typical_day

HOUR = timedelta(hours=1)
HOURLY = "datetime_utc,SE-SE3,DE\n2022-01-01T00:00Z,24.5,400\n2022-01-01T01:00Z,,410\n2022-01-01T02:00Z,26,420\n"


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2022, 1, 1, hour, minute, tzinfo=UTC)


@pytest.fixture
def trace(tmp_path):
    """`trace(text)`: a trace of averages in a file of that text, its clock at 01:30."""

    def write(text: str, **options) -> CsvTrace:
        file = tmp_path / "trace.csv"
        file.write_text(text)
        return CsvTrace(file, signal=Signal.AVERAGE, basis=Basis.LIFECYCLE, now=lambda: at(1, 30), **options)

    return write


def test_the_annual_mean_is_flat_and_as_old_as_its_year(clock) -> None:
    region = facts.region("swedencentral")
    table = annual_mean(now=clock.now)
    series = table.forecast("swedencentral", timedelta(hours=3))
    assert series.origin == Origin("facts table regions", region.grid_zone, Signal.AVERAGE, Basis.LIFECYCLE)
    assert series.start == datetime(2026, 3, 6, 12, tzinfo=UTC)  # asked for at 12:10
    assert series.values.tolist() == [region.intensity_g_per_kwh] * 4
    assert (series.quality, series.issued) == (Quality.TYPICAL, datetime(region.intensity_year + 1, 1, 1, tzinfo=UTC))
    assert len(table.latest("swedencentral")) == 1
    assert table.history("swedencentral", at(1, 30), at(3)).start == at(1)
    assert len(table.history("swedencentral", at(1, 30), at(3))) == 2


def test_a_region_of_unknown_intensity_is_not_covered(monkeypatch) -> None:
    unknown = facts.region("swedencentral").model_copy(update={"intensity_g_per_kwh": None})
    monkeypatch.setattr(facts, "region", lambda name: unknown)
    with pytest.raises(NotCovered, match="holds nothing about swedencentral, which draws from SE-SE3"):
        annual_mean().latest("swedencentral")


def test_a_region_that_does_not_exist_is_the_callers_mistake() -> None:
    with pytest.raises(facts.UnknownFact, match="did you mean swedencentral"):
        annual_mean().latest("swedencentrall")


def test_the_typical_day_is_that_of_the_month_in_utc(clock) -> None:
    june = datetime(2027, 5, 31, 22, 30, tzinfo=UTC)
    series = typical_day(now=lambda: june).forecast("germanywestcentral", timedelta(hours=3))
    days = facts.profile("DE").grams_per_kwh
    assert series.values.tolist() == [days[4][22], days[4][23], days[5][0], days[5][1]]
    assert series.origin == Origin("facts table profiles", "DE", Signal.AVERAGE, Basis.LIFECYCLE)
    assert (series.quality, series.issued) == (Quality.TYPICAL, datetime(2023, 1, 1, tzinfo=UTC))


def test_a_zone_without_profile_is_not_covered() -> None:
    with pytest.raises(NotCovered, match="facts table profiles: holds nothing about qatarcentral, which draws from QA"):
        typical_day().latest("qatarcentral")


def test_a_trace_is_read_from_the_column_of_the_grid_zone(trace) -> None:
    replay = trace(HOURLY, columns={"swedencentral": "SE-SE3"})
    series = replay.history("swedencentral", at(0), at(3))
    np.testing.assert_array_equal(series.values, [24.5, np.nan, 26])
    assert series.origin == Origin("trace.csv", "SE-SE3", Signal.AVERAGE, Basis.LIFECYCLE)
    assert series.quality is Quality.MEASURED
    assert replay.latest("swedencentral").values.tolist() == [24.5]
    assert replay.latest("germanywestcentral").values.tolist() == [410]
    assert replay.forecast("germanywestcentral", HOUR).values.tolist() == [410, 420]


def test_a_trace_keeps_its_own_steps(trace) -> None:
    lines = [f"2022-01-01T01:{minute:02}Z,{minute}" for minute in (0, 5, 10, 20)]
    series = trace("\n".join(["datetime_utc,DE", *lines])).history("germanywestcentral", at(1), at(2))
    assert series.step == timedelta(minutes=5)
    np.testing.assert_array_equal(series.values, [0, 5, 10, np.nan, 20])


def test_local_times_with_their_offset_keep_both_hours_of_a_clock_change(trace) -> None:
    text = "at,DE\n2022-10-30T02:00+02:00,1\n2022-10-30T02:00+01:00,2\n2022-10-30T03:00+01:00,3\n"
    replay = trace(text, time_column="at")
    start = datetime(2022, 10, 30, tzinfo=UTC)
    assert replay.history("germanywestcentral", start, start + 3 * HOUR).values.tolist() == [1, 2, 3]


def test_times_without_offset_are_utc_only_if_the_caller_says_so(trace) -> None:
    text = "Time,Carbon Intensity\n2022-01-01 00:00:00,218.3\n2022-01-01 00:15:00,217.9\n"
    options = {"time_column": "Time", "columns": {"DE": "Carbon Intensity"}}
    assert trace(text, naive_is_utc=True, **options).history("DE", at(0), at(1)).values.tolist() == [218.3, 217.9]
    with pytest.raises(BadAnswer, match="'2022-01-01 00:00:00' in line 2 has no offset; add one, or say naive_is_utc"):
        trace(text, **options)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "has no column 'datetime_utc', only an empty first line"),
        ("time,DE\n", "has no column 'datetime_utc', only time, DE"),
        ("datetime_utc,DE\n2022-01-01T00:00Z,1\n", "has fewer than two rows"),
        ("datetime_utc,DE\n2022-01-01T00:00Z,1\nyesterday,1\n", "'yesterday' in line 3 is not an ISO 8601 time"),
        ("datetime_utc,DE\n2022-01-01T01:00Z,1\n2022-01-01T01:00Z,1\n", "the time in line 3 is not later"),
        ('datetime_utc,DE\n2022-01-01T01:00Z,"1\n', "is not CSV in UTF-8: unexpected end of data"),
    ],
)
def test_a_file_that_is_no_trace_is_refused_at_once(trace, text, said) -> None:
    with pytest.raises(BadAnswer, match=said):
        trace(text)


@pytest.mark.parametrize("cell", ["many", "-1", "nan", "inf"])
def test_a_cell_that_is_no_intensity_is_named(trace, cell) -> None:
    replay = trace(f"datetime_utc,DE\n2022-01-01T00:00Z,1\n2022-01-01T01:00Z,{cell}\n")
    with pytest.raises(BadAnswer, match=f"'{cell}' in line 3 is not an intensity; leave a missing one empty"):
        replay.latest("germanywestcentral")


def test_a_zone_without_column_is_not_covered(trace) -> None:
    with pytest.raises(NotCovered, match="has no column 'GB' for uksouth"):
        trace(HOURLY).latest("uksouth")


def test_a_time_outside_the_trace_is_not_covered(trace) -> None:
    with pytest.raises(NotCovered, match="its newest value is of 2022-01-01T02:00Z"):
        trace(HOURLY).history("germanywestcentral", at(3), at(4))


def test_a_file_that_is_not_there_is_unavailable(tmp_path) -> None:
    with pytest.raises(Unavailable, match=r"none\.csv: cannot be read: No such file or directory"):
        CsvTrace(tmp_path / "none.csv", signal=Signal.AVERAGE, basis=None)
