"""Live schedules: their windows, and what is done at a moment."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from verdazure.carbon.series import Basis, Origin, Quality, Series, Signal
from verdazure.training.live import GRACE, LivePlan, PlanError, decide
from verdazure.training.timing import Every, Timing, TimingMode, WeekDay

HOUR = timedelta(hours=1)
MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
TIMING = Timing(mode=TimingMode.LIVE, every=Every.WEEK, at="06:00", hours=3, within_hours=48, watts=700)
PLAN = LivePlan(region="swedencentral", timing=TIMING, resumable=True)
OPENS = MONDAY + 6 * HOUR


def forecast(*grams: float, start: datetime = OPENS) -> Series:
    origin = Origin("test", "SE", Signal.AVERAGE, Basis.LIFECYCLE)
    return Series(origin, start, HOUR, np.array(grams, dtype=float), Quality.FORECAST)


def falling(start: datetime, hours: int = 72) -> Series:
    """Each hour is cleaner than the one before."""
    return forecast(*(500.0 - hour for hour in range(hours)), start=start)


def at(now: datetime, known: Series):
    return decide(PLAN, "nightly", now, known, HOUR)


def test_a_run_waits_for_cleaner_hours_that_the_forecast_sees():
    due = at(OPENS, falling(OPENS))
    assert (due.run, due.step.runs, due.step.until) == ("nightly-20261123T0600", False, OPENS + HOUR)
    assert (due.job.release, due.job.deadline) == (OPENS, OPENS + 48 * HOUR)


def test_it_starts_at_once_where_waiting_saves_nothing():
    assert at(OPENS, forecast(*[50.0] * 72)).step.runs is True


def test_it_starts_under_any_forecast_once_the_slack_is_used_up():
    latest = OPENS + 45 * HOUR
    assert at(latest, falling(latest)).step.runs is True
    assert at(latest + GRACE, falling(latest)).step.runs is True


def test_a_window_that_is_past_starts_nothing():
    late = OPENS + 45 * HOUR + GRACE + timedelta(seconds=1)
    step = at(late, forecast(*[50.0] * 72, start=late)).step
    assert (step.runs, step.reason) == (False, "Waits for its next window: too late for that of 23 Nov.")


def test_one_window_has_one_run_whenever_it_is_asked_for():
    names = {at(OPENS + hours * HOUR, falling(OPENS)).run for hours in (0, 1, 40, 167)}
    assert names == {"nightly-20261123T0600"}
    assert at(OPENS + 168 * HOUR, falling(OPENS + 168 * HOUR)).run == "nightly-20261130T0600"


@given(st.lists(st.floats(0, 1000), min_size=72, max_size=72))
def test_no_deadline_is_missed_under_any_forecast(grams):
    """Asked every hour, it starts in time."""
    known = forecast(*grams)
    started = next(hour for hour in range(48) if at(OPENS + hour * HOUR, known).step.runs)
    assert started <= 45


@pytest.mark.parametrize(
    ("timing", "now", "last"),
    [
        (TIMING, OPENS - timedelta(minutes=1), OPENS - 7 * 24 * HOUR),
        (TIMING, OPENS, OPENS),
        (
            Timing(mode=TimingMode.FIXED, every=Every.WEEK, week_day=WeekDay.SUNDAY, at="23:59"),
            MONDAY,
            datetime(2026, 11, 22, 23, 59, tzinfo=UTC),
        ),
        (Timing(mode=TimingMode.FIXED, every=Every.DAY, at="00:00"), MONDAY, MONDAY),
        (
            Timing(mode=TimingMode.FIXED, every=Every.MONTH, month_day=28, at="12:00"),
            datetime(2026, 3, 1, tzinfo=UTC),
            datetime(2026, 2, 28, 12, tzinfo=UTC),
        ),
    ],
)
def test_the_last_moment_of_a_pattern(timing, now, last):
    assert timing.last_before(now) == last


@given(st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)), st.sampled_from(Every))
def test_the_last_moment_is_not_after_now_and_within_one_period(naive, every):
    timing = Timing(mode=TimingMode.FIXED, every=every, at="12:34")
    now = naive.replace(tzinfo=UTC)
    last = timing.last_before(now)
    assert last <= now < last + timedelta(hours=every.shortest_hours if every is not Every.MONTH else 31 * 24)
    assert (last.hour, last.minute) == (12, 34)


def test_a_moment_without_a_time_zone_is_refused():
    with pytest.raises(ValueError, match="has no time zone"):
        TIMING.last_before(datetime(2026, 1, 1))


def test_a_plan_is_read_as_it_was_written():
    assert LivePlan.read(PLAN.write()) == PLAN


@pytest.mark.parametrize("text", ["", "{}", '{"region": "x"}', PLAN.write().replace("live", "lively")])
def test_what_is_no_plan_is_refused(text):
    with pytest.raises(PlanError, match=r"^no live plan: .*; deploy the schedule again$"):
        LivePlan.read(text)
