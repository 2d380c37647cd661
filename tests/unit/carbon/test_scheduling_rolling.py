"""Plans that roll: the deadline holds under any forecast, and a good forecast is followed."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from verdazure.carbon.quantities import Energy, Power
from verdazure.carbon.scheduling import Job, interruptible
from verdazure.carbon.scheduling.rolling import Progress, Step, next_step
from verdazure.carbon.series import Basis, Origin, Quality, Series, Signal

START = datetime(2026, 1, 5, tzinfo=UTC)
HOUR = timedelta(hours=1)
ORIGIN = Origin("a forecast", "SE", Signal.AVERAGE, Basis.LIFECYCLE)


def forecast(values, *, start: datetime = START, step: timedelta = HOUR) -> Series:
    return Series(ORIGIN, start, step, np.asarray(values, dtype=float), Quality.FORECAST)


def job(hours: float, *, release: float = 0, deadline: float, resume: float = 0) -> Job:
    return Job(Power(1000), hours, START + release * HOUR, START + deadline * HOUR, Energy(resume))


def ask(
    wanted: Job, values, *, at: float = 0, worked: float = 0, running: bool = False, may_pause: bool = True
) -> Step:
    return next_step(wanted, may_pause, Progress(worked, running), START + at * HOUR, forecast(values), 2 * HOUR)


def hours(moment: datetime) -> float:
    return (moment - START) / HOUR


NIGHT = [100.0 + 60 * abs(hour - 7) for hour in range(24)]
"""Cleanest at seven; smooth, so that smoothing moves no plan."""


@pytest.mark.parametrize(
    ("step", "runs", "until", "reason"),
    [
        (ask(job(3, deadline=24), NIGHT), False, 2, "Waits: Starts 6.0 h later"),
        (ask(job(3, deadline=24), NIGHT, at=5), False, 6, "Waits: Starts 1.0 h later"),
        (ask(job(3, deadline=24), NIGHT, at=6), True, 8, "Runs: Starts at once"),
        (ask(job(3, deadline=24), NIGHT, at=8, worked=2, running=True), True, 9, "Runs: Starts at once"),
        (ask(job(3, deadline=24), NIGHT, at=9, worked=3), False, 24, "The work is done."),
        (ask(job(3, release=1, deadline=24), NIGHT), False, 1, "Waits for its release."),
        (ask(job(3, deadline=3), NIGHT), True, 3, "Runs: the slack before its deadline is used up."),
        (ask(job(3, deadline=24), NIGHT, at=23, worked=1), True, 25, "Runs: the slack before its deadline is used up."),
        (ask(job(3, deadline=24), [300.0] * 24), True, 2, "Runs: Starts at once, no benefit"),
        (ask(job(3, deadline=24), NIGHT, may_pause=False), False, 2, "Waits: Starts 6.0 h later"),
        (ask(job(3, deadline=24), NIGHT, at=1, worked=1, may_pause=False), True, 3, "Runs on: it may not pause."),
        (ask(job(3, deadline=24), [400.0, np.nan, *[1.0] * 22]), True, 2, "Runs: the forecast does not know enough"),
        (ask(job(3, deadline=24), [400.0, 1.0]), True, 2, "Runs: the forecast does not know enough"),
        (ask(job(3, deadline=30), NIGHT), False, 2, "Waits: Starts 6.0 h later"),
    ],
)
def test_what_a_job_does_next(step: Step, runs: bool, until: float, reason: str) -> None:
    assert (step.runs, hours(step.until)) == (runs, until)
    assert step.reason.startswith(reason)


@pytest.mark.parametrize(("resume", "runs"), [(0.5, False), (5, True)])
def test_a_job_that_runs_stops_where_that_saves_more_than_its_resume(resume: float, runs: bool) -> None:
    step = ask(job(4, deadline=24, resume=resume), NIGHT, at=4, worked=1, running=True)
    assert step.runs is runs


def test_the_slack_is_waited_out_to_its_end_and_no_further() -> None:
    rising_at_the_end = [400.0] * 20 + [100.0] * 4
    step = next_step(job(2.5, deadline=24), True, Progress(), START + 21 * HOUR, forecast(rising_at_the_end), 9 * HOUR)
    assert step.runs
    step = next_step(job(2.5, deadline=24), True, Progress(), START, forecast([*[400.0] * 22, 1.0, 1.0]), 99 * HOUR)
    assert (step.runs, hours(step.until)) == (False, pytest.approx(21.5, abs=1e-6))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"now": datetime(2026, 1, 5)}, "now 2026-01-05T00:00:00 has no time zone"),
        ({"ask_again": timedelta(0)}, "give the time until a newer forecast"),
    ],
)
def test_a_question_that_means_nothing_is_refused(change: dict, message: str) -> None:
    valid = {"now": START, "ask_again": HOUR}
    with pytest.raises(ValueError, match=message):
        next_step(job(1, deadline=2), True, Progress(), forecast=forecast([1, 1]), **(valid | change))


def test_progress_below_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="worked is -1; give hours, 0 or more"):
        Progress(-1)


def follow(wanted: Job, may_pause: bool, asked: Callable[[datetime], tuple[Series, timedelta]]) -> list[tuple]:
    """Do as each step says; the stretches (from, to) in which the job ran."""
    now, progress, ran = START, Progress(), []
    while progress.worked < wanted.hours - 1e-6:
        known, ask_again = asked(now)
        step = next_step(wanted, may_pause, progress, now, known, ask_again)
        assert step.until > now
        if step.runs:
            ran.append((now, step.until))
        worked = progress.worked + (step.until - now) / HOUR * step.runs
        now, progress = step.until, Progress(worked, step.runs)
    return ran


@st.composite
def any_job(draw: st.DrawFn) -> Job:
    release = draw(st.integers(0, 20)) / 4
    length = draw(st.integers(1, 30)) / 4
    slack = draw(st.integers(0, 40)) / 4
    return job(length, release=release, deadline=release + length + slack, resume=draw(st.sampled_from([0, 0.5, 5])))


@given(any_job(), st.booleans(), st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_the_deadline_holds_under_any_forecast(wanted: Job, may_pause: bool, random) -> None:
    def whatever(now: datetime) -> tuple[Series, timedelta]:
        values = [random.choice([random.uniform(0, 900), random.uniform(0, 9)]) for _ in range(random.randint(1, 60))]
        if random.random() < 0.2:
            values[random.randrange(len(values))] = float("nan")
        step = random.choice([HOUR / 12, HOUR / 2, HOUR])
        start = now - random.choice([timedelta(0), step / 2, 3 * step])
        return forecast(values, start=start, step=step), random.choice([HOUR / 4, HOUR, 5 * HOUR])

    ran = follow(wanted, may_pause, whatever)
    assert ran[0][0] >= wanted.release
    assert ran[-1][1] <= wanted.deadline
    assert sum(((end - start) / HOUR for start, end in ran), 0.0) == pytest.approx(wanted.hours, abs=1e-5)
    if not may_pause:
        assert all(before[1] == after[0] for before, after in pairwise(ran))


def test_a_forecast_that_comes_true_is_followed_to_its_plan() -> None:
    daily = 300 + 200 * np.cos(np.arange(48) * np.pi / 12)
    wanted = job(7, deadline=40)
    ran = follow(wanted, may_pause=True, asked=lambda _: (forecast(daily), HOUR))
    emitted = sum(daily[int(hours(start))] * ((end - start) / HOUR) for start, end in ran)
    assert emitted == pytest.approx(interruptible(wanted, forecast(daily)).emissions.grams, rel=0.02)
    assert emitted < 0.6 * sum(daily[:7])
