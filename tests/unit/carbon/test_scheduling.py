"""One job on one grid: brute force agrees, deadlines hold, flat signals delay nothing."""

from datetime import UTC, datetime, timedelta
from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from verdazure.carbon.quantities import Emissions, Energy, Power
from verdazure.carbon.scheduling import Infeasible, Job, Plan, Run, contiguous, interruptible
from verdazure.carbon.series import Basis, Gap, Origin, Quality, Series, Signal

START = datetime(2026, 1, 5, tzinfo=UTC)
HOUR = timedelta(hours=1)
ORIGIN = Origin("a forecast", "SE", Signal.AVERAGE, Basis.LIFECYCLE)


def forecast(*values: float, step: timedelta = HOUR) -> Series:
    return Series(ORIGIN, START, step, np.array(values, dtype=float), Quality.FORECAST)


def job(hours: float, *, release: float = 0, deadline: float, watts: float = 1000, resume: float = 0) -> Job:
    return Job(Power(watts), hours, START + release * HOUR, START + deadline * HOUR, Energy(resume))


def offsets(plan: Plan) -> list[tuple[float, float]]:
    return [((run.start - START) / HOUR, (run.end - START) / HOUR) for run in plan.runs]


def grams(plan: Plan, values: list[float], job: Job) -> float:
    """What a plan emits, minute by minute: slow, and independent of the planners' sums."""
    total = 0.0
    for place, run in enumerate(plan.runs):
        minute = run.start
        if place:
            total += job.resume.kwh * values[int((run.start - START) / HOUR)]
        while minute < run.end:
            total += values[int((minute - START) / HOUR)] * job.power.watts / 1000 / 60
            minute += timedelta(minutes=1)
    return total


def test_a_job_in_one_piece_starts_where_its_hours_are_cleanest_together() -> None:
    plan = contiguous(job(2, deadline=6, watts=3000), forecast(9, 8, 1, 5, 2, 2))
    assert plan.runs == (Run(START + 4 * HOUR, START + 6 * HOUR),)
    assert (plan.emissions, plan.baseline) == (Emissions(12), Emissions(51))
    assert plan.saved_share == pytest.approx(39 / 51)
    assert (plan.signal, plan.quality) == (ORIGIN, Quality.FORECAST)
    assert plan.reason == (
        "Starts 4.0 h later, on Mon 05 Jan at 04:00 UTC: by SE's average intensity that emits 76.5%"
        " less than starting at once."
    )


def test_a_start_may_lie_inside_a_step_so_that_the_end_meets_its_edge() -> None:
    plan = contiguous(job(1.5, deadline=4), forecast(9, 4, 1, 9))
    assert offsets(plan) == [(1.5, 3.0)]
    assert plan.emissions == Emissions(3)


def test_a_job_that_may_pause_takes_the_cheapest_hours_and_trims_the_dearest() -> None:
    plan = interruptible(job(2.5, deadline=5), forecast(5, 1, 9, 4, 2))
    assert offsets(plan) == [(1.0, 2.0), (3.5, 5.0)]
    assert plan.emissions == Emissions(5)
    assert ", pauses 1 time:" in plan.reason


def test_a_release_inside_a_step_leaves_only_its_rest() -> None:
    plan = interruptible(job(1, release=0.5, deadline=3.5), forecast(1, 7, 7, 5))
    assert offsets(plan) == [(0.5, 1.0), (3.0, 3.5)]


def test_a_pause_that_costs_more_than_it_saves_is_not_made() -> None:
    values = (1, 4, 1, 9, 9)
    assert offsets(interruptible(job(2, deadline=5), forecast(*values))) == [(0.0, 1.0), (2.0, 3.0)]
    assert offsets(interruptible(job(2, deadline=5, resume=2.9), forecast(*values))) == [(0.0, 1.0), (2.0, 3.0)]
    assert offsets(interruptible(job(2, deadline=5, resume=3.1), forecast(*values))) == [(0.0, 2.0)]


def test_resumes_are_counted_in_the_emissions() -> None:
    plan = interruptible(job(2, deadline=3, resume=0.5), forecast(1, 8, 2))
    assert plan.emissions == Emissions(1 + 2 + 0.5 * 2)


@pytest.mark.parametrize("planner", [contiguous, interruptible])
@pytest.mark.parametrize("resume", [0, 0.5])
def test_a_flat_signal_delays_nothing(planner, resume: float) -> None:
    plan = planner(job(2.5, deadline=24, resume=resume), forecast(*[371.3] * 24))
    assert offsets(plan) == [(0.0, 2.5)]
    assert plan.saved == Emissions(0)
    assert plan.reason == "Starts at once, no benefit: no later hours before the deadline are cleaner."


def test_a_saving_below_the_least_asked_for_moves_nothing() -> None:
    values = forecast(100, 99, 99, 99)
    assert offsets(contiguous(job(1, deadline=4), values)) == [(1.0, 2.0)]
    plan = contiguous(job(1, deadline=4), values, least_saving=0.02)
    assert offsets(plan) == [(0.0, 1.0)]
    assert plan.reason == "Starts at once, no benefit: waiting saves 1.0%, less than the 2.0% asked for."


def test_a_deadline_without_slack_says_so() -> None:
    plan = contiguous(job(2, deadline=2), forecast(9, 1))
    assert (offsets(plan), plan.reason) == ([(0.0, 2.0)], "Starts at once: the deadline leaves no room to wait.")


def test_a_grid_without_emissions_has_nothing_to_save() -> None:
    assert contiguous(job(1, deadline=3), forecast(0, 0, 0)).saved_share == 0


def test_a_step_that_the_forecast_does_not_know_fails_the_plan() -> None:
    with pytest.raises(Gap, match="no value for SE at 2026-01-05T02:00"):
        contiguous(job(1, deadline=4), forecast(5, 4, float("nan"), 1))
    with pytest.raises(Gap, match="lies outside"):
        interruptible(job(1, deadline=5), forecast(5, 4))


def test_a_job_that_cannot_meet_its_deadline_is_refused_with_the_earliest_that_can() -> None:
    with pytest.raises(Infeasible, match=r"6 h do not fit .* the earliest deadline is 2026-01-05 06:00 UTC"):
        job(6, deadline=5)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"hours": 0}, "hours is 0; a job runs for more than 0 hours"),
        ({"power": Power(0)}, "power is 0 W; a job draws more than 0 W"),
        ({"resume": Energy(-1)}, "resume is -1 kWh; give 0 or more"),
        ({"release": datetime(2026, 1, 5)}, "release 2026-01-05T00:00:00 has no time zone"),
    ],
)
def test_a_value_that_means_nothing_is_refused(change: dict, message: str) -> None:
    valid = {"power": Power(1), "hours": 1, "release": START, "deadline": START + HOUR, "resume": Energy(0)}
    with pytest.raises(ValueError, match=message):
        Job(**(valid | change))


@pytest.mark.parametrize("share", [-0.1, 1, 5])
def test_a_least_saving_that_is_no_share_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match="give a share of the emissions"):
        contiguous(job(1, deadline=2), forecast(1, 2), least_saving=share)


# A quarter of an hour is the grain of everything below, so that brute force can visit every case.
QUARTERS = 4
values_of_hours = st.lists(st.integers(0, 9).map(float), min_size=2, max_size=5)


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[float], Job]:
    values = draw(values_of_hours)
    length = len(values) * QUARTERS
    release = draw(st.integers(0, length - 1))
    deadline = draw(st.integers(release + 1, length))
    quarters = draw(st.integers(1, deadline - release))
    return values, job(quarters / QUARTERS, release=release / QUARTERS, deadline=deadline / QUARTERS, watts=1000)


def quarters_of(values: list[float], job: Job) -> list[float]:
    first, last = (int((moment - START) / HOUR * QUARTERS) for moment in (job.release, job.deadline))
    return [values[quarter // QUARTERS] / QUARTERS for quarter in range(first, last)]


@given(cases())
@settings(max_examples=400, deadline=None)
def test_no_start_is_better(case: tuple[list[float], Job]) -> None:
    values, wanted = case
    plan = contiguous(wanted, forecast(*values))
    prices, length = quarters_of(values, wanted), round(wanted.hours * QUARTERS)
    best = min(sum(prices[start : start + length]) for start in range(len(prices) - length + 1))
    assert plan.emissions.grams == pytest.approx(best, abs=1e-9)
    keeps_its_promises(plan, wanted, values)


@given(cases())
@settings(max_examples=400, deadline=None)
def test_no_choice_of_slots_is_better(case: tuple[list[float], Job]) -> None:
    values, wanted = case
    plan = interruptible(wanted, forecast(*values))
    best = sum(sorted(quarters_of(values, wanted))[: round(wanted.hours * QUARTERS)])
    assert plan.emissions.grams == pytest.approx(best, abs=1e-9)
    keeps_its_promises(plan, wanted, values)


@given(st.lists(st.integers(0, 9).map(float), min_size=2, max_size=8), st.data())
@settings(max_examples=400, deadline=None)
def test_no_choice_of_whole_slots_with_resumes_is_better(values: list[float], data: st.DataObject) -> None:
    length = data.draw(st.integers(1, len(values)))
    resume = data.draw(st.sampled_from([0.25, 0.5, 1.0, 3.0]))
    wanted = job(length, deadline=len(values), resume=resume)
    plan = interruptible(wanted, forecast(*values))

    def cost(slots: tuple[int, ...]) -> float:
        resumed = [slot for before, slot in pairwise(slots) if slot != before + 1]
        return sum(values[slot] for slot in slots) + resume * sum(values[slot] for slot in resumed)

    best = min(cost(slots) for slots in combinations(range(len(values)), length))
    assert plan.emissions.grams == pytest.approx(best, abs=1e-9)
    keeps_its_promises(plan, wanted, values)


@given(cases(), st.sampled_from([0.1, 1.0]))
@settings(max_examples=400, deadline=None)
def test_plans_with_resumes_and_remainders_keep_their_promises(case: tuple[list[float], Job], resume: float) -> None:
    values, plain = case
    wanted = Job(plain.power, plain.hours, plain.release, plain.deadline, Energy(resume))
    plan = interruptible(wanted, forecast(*values))
    assert plan.emissions.grams <= contiguous(wanted, forecast(*values)).emissions.grams + 1e-9
    keeps_its_promises(plan, wanted, values)


def keeps_its_promises(plan: Plan, wanted: Job, values: list[float]) -> None:
    assert wanted.release <= plan.start
    assert plan.finish <= wanted.deadline
    assert sum((run.end - run.start for run in plan.runs), timedelta()) == wanted.running
    assert all(before.end < after.start for before, after in pairwise(plan.runs))
    assert plan.emissions.grams == pytest.approx(grams(plan, values, wanted), abs=1e-9)
    assert plan.emissions.grams <= plan.baseline.grams
    if len(set(values)) == 1:
        assert plan.start == wanted.release
