"""From points to equal steps: gaps stay gaps, contradictions are refused, and no clock change moves an hour."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from verdazure.carbon.series import Basis, Origin, Quality, Signal
from verdazure.carbon.sources import BadAnswer, NotCovered
from verdazure.carbon.sources.spans import Answer, Point, Span, floor, iso, worst

START = datetime(2026, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
ORIGIN = Origin("a service", "SE", Signal.AVERAGE, Basis.LIFECYCLE)


def answer(*points: tuple[float, float | None], step: timedelta = HOUR) -> Answer:
    """Points by hour since START."""
    made = tuple(Point(START + hour * HOUR, value, Quality.MEASURED) for hour, value in points)
    return Answer(ORIGIN, step, made, START, "GET /here")


def hours(start: float, end: float) -> Span:
    return Span(START + start * HOUR, START + end * HOUR)


def test_points_in_any_order_become_steps_with_gaps() -> None:
    series = answer((3, 30), (0, 0), (2, None)).series(hours(0, 5))
    np.testing.assert_array_equal(series.values, [0, np.nan, np.nan, 30])
    assert (series.start, series.step, series.issued) == (START, HOUR, START)


def test_the_steps_that_a_span_touches_are_in_it() -> None:
    series = answer(*[(hour, hour) for hour in range(6)]).series(hours(1.5, 3.01))
    assert series.values.tolist() == [1, 2, 3]
    assert answer((0, 7), (1, 8)).series(hours(0, 1)).values.tolist() == [7]


def test_the_same_value_twice_is_one_value_and_two_values_are_a_contradiction() -> None:
    assert answer((0, 5), (0, 5), (0, None)).series(hours(0, 1)).values.tolist() == [5]
    with pytest.raises(BadAnswer, match="two values for 2026-01-01T00:00Z: 5 and 6"):
        answer((0, 5), (0, 6)).series(hours(0, 1))


def test_a_point_off_the_grid_is_refused() -> None:
    with pytest.raises(BadAnswer, match=r"2026-01-01T01:30:00\+00:00 does not lie on steps of 1:00:00"):
        answer((0, 5), (1.5, 6)).series(hours(0, 3))


def test_a_span_without_a_known_value_is_not_covered() -> None:
    with pytest.raises(
        NotCovered, match=r"a service: has no value for SE from 2026-01-01T02:00Z to 2026-01-01T03:00Z "
    ):
        answer((2, None)).series(hours(2, 3))
    with pytest.raises(NotCovered, match="its newest value is of 2026-01-01T01:00Z"):
        answer((0, 5), (1, 6)).series(hours(2, 3))
    with pytest.raises(NotCovered, match="it knows no value at all"):
        answer().series(hours(2, 3))


def test_the_latest_value_is_the_newest_that_has_begun_and_is_known() -> None:
    points = answer((0, 5), (1, 6), (2, None), (3, 8))
    assert points.latest(START + 2.5 * HOUR).values.tolist() == [6]
    assert points.latest(START + 3 * HOUR).start == START + 3 * HOUR
    with pytest.raises(NotCovered, match="has no value for SE yet at 2025-12-31T23:59Z"):
        points.latest(START - timedelta(seconds=1))


@given(
    values=st.lists(st.none() | st.floats(0, 2000), min_size=1, max_size=60).filter(
        lambda some: any(v is not None for v in some)
    ),
    step=st.sampled_from([timedelta(minutes=5), timedelta(minutes=30), HOUR]),
    shuffled=st.randoms(use_true_random=False),
)
def test_every_point_lands_on_its_step(values, step, shuffled) -> None:
    points = [Point(START + index * step, value, Quality.MEASURED) for index, value in enumerate(values)]
    shuffled.shuffle(points)
    series = Answer(ORIGIN, step, tuple(points), None, "here").series(Span(START, START + len(values) * step))
    np.testing.assert_array_equal(series.values, [np.nan if value is None else value for value in values])


@given(days=st.floats(0.01, 100), longest=st.integers(1, 30))
def test_the_parts_of_a_span_follow_one_another(days, longest) -> None:
    span = Span(START, START + timedelta(days=days))
    parts = list(span.chunks(timedelta(days=longest)))
    assert [part.start for part in parts[1:]] == [part.end for part in parts[:-1]]
    assert (parts[0].start, parts[-1].end) == (span.start, span.end)
    assert max(part.end - part.start for part in parts) <= timedelta(days=longest)


def test_a_span_is_refused_without_zone_or_length() -> None:
    with pytest.raises(ValueError, match="2026-01-01T00:00:00 has no time zone"):
        Span(datetime(2026, 1, 1), START)
    with pytest.raises(ValueError, match="the span from 2026-01-01T00:00Z to 2026-01-01T00:00Z is empty"):
        Span(START, START)


def test_the_hour_that_a_clock_change_repeats_is_two_hours() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    once, again = datetime(2026, 10, 25, 2, tzinfo=berlin, fold=0), datetime(2026, 10, 25, 2, tzinfo=berlin, fold=1)
    assert (iso(once), iso(again)) == ("2026-10-25T00:00Z", "2026-10-25T01:00Z")
    series = Answer(
        ORIGIN, HOUR, (Point(once, 1, Quality.MEASURED), Point(again, 2, Quality.MEASURED)), None, "here"
    ).series(Span(once, again + HOUR))
    assert series.values.tolist() == [1, 2]


def test_a_horizon_is_as_long_as_it_says_over_a_clock_change() -> None:
    evening = datetime(2026, 3, 28, 18, tzinfo=ZoneInfo("Europe/Berlin"))
    assert str(Span.ahead(evening, 24 * HOUR)) == "2026-03-28T17:00Z to 2026-03-29T17:00Z"


def test_steps_are_counted_from_midnight_utc() -> None:
    moment = datetime.fromisoformat("2026-03-29T03:44:59+02:00")
    assert floor(moment, timedelta(minutes=30)) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert floor(moment, HOUR).tzinfo is UTC


def test_a_series_is_as_good_as_the_worst_value_in_it() -> None:
    kinds = [(0, 5, Quality.ESTIMATED), (1, 6, Quality.MEASURED), (2, None, Quality.FORECAST), (3, 7, Quality.FORECAST)]
    points = tuple(Point(START + hour * HOUR, value, quality) for hour, value, quality in kinds)
    given = Answer(ORIGIN, HOUR, points, None, "here")
    spans = [hours(0, 2), hours(1, 3), hours(0, 4)]
    assert [given.series(span).quality for span in spans] == [Quality.ESTIMATED, Quality.MEASURED, Quality.FORECAST]


def test_the_whole_steps_of_a_span_hold_it() -> None:
    assert hours(1.5, 3.01).whole(HOUR) == hours(1, 4)
    assert hours(1, 3).whole(HOUR) == hours(1, 3)


def test_a_whole_is_as_good_as_its_worst_part() -> None:
    assert worst([Quality.MEASURED, Quality.FORECAST, Quality.ESTIMATED]) is Quality.FORECAST
