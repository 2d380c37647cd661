"""A job that scales: no mixture of scales emits less, the work is done in time, no static scale is better."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from verdazure.carbon.quantities import Emissions, Power
from verdazure.carbon.scheduling import ElasticJob, Infeasible, Plan, Run, Scale, elastic
from verdazure.carbon.series import Gap, Origin, Quality, Series, Signal

START = datetime(2026, 1, 5, tzinfo=UTC)
HOUR = timedelta(hours=1)
ONE, TWO, THREE = Scale(1, 10, Power(1000)), Scale(2, 18, Power(2000)), Scale(3, 24, Power(3000))


def forecast(*values: float) -> Series:
    origin = Origin("a forecast", "SE", Signal.AVERAGE, None)
    return Series(origin, START, HOUR, np.array(values, dtype=float), Quality.FORECAST)


def job(work: float, deadline: float, scales: tuple[Scale, ...] = (ONE, TWO, THREE), release: float = 0) -> ElasticJob:
    return ElasticJob(work, scales, START + release * HOUR, START + deadline * HOUR)


def shape(plan: Plan) -> list[tuple[float, float, int]]:
    return [((run.start - START) / HOUR, (run.end - START) / HOUR, run.nodes) for run in plan.runs]


def test_nodes_are_added_where_a_gram_does_most_work() -> None:
    plan = elastic(job(24, deadline=3), forecast(10, 2, 9))
    assert shape(plan) == [(1.0, 2.0, 3)]
    assert (plan.emissions, plan.baseline) == (Emissions(6), Emissions(10 + 2 + 0.4 * 9))
    assert plan.reason == (
        "Runs on up to 3 nodes where SE's average intensity is low: that emits 61.5% less than 1 node at once."
    )


def test_the_last_step_is_trimmed_to_the_work_that_is_left() -> None:
    plan = elastic(job(14, deadline=3), forecast(10, 2, 9))
    assert shape(plan) == [(1.0, 1.5, 2), (1.5, 2.0, 1)]
    assert plan.emissions == Emissions(3)


def test_a_scale_that_a_mixture_of_others_beats_is_not_used() -> None:
    wasteful = Scale(2, 11, Power(2000))
    plan = elastic(job(24 + 10, deadline=3, scales=(ONE, wasteful, THREE)), forecast(9, 1, 2))
    assert {run.nodes for run in plan.runs} <= {1, 3}


def test_a_flat_signal_delays_nothing() -> None:
    plan = elastic(job(25, deadline=8), forecast(*[300] * 8))
    assert plan.runs == (Run(START, START + 2.5 * HOUR, 1),)
    assert plan.reason == "Starts at once on 1 node, no benefit: no other hours or scales emit less."


def test_a_tight_deadline_needs_a_larger_scale_at_once() -> None:
    plan = elastic(job(36, deadline=2), forecast(5, 5))
    assert plan.baseline == Emissions(2 * 2 * 5)
    assert plan.finish == START + 2 * HOUR


def test_the_baseline_may_be_named() -> None:
    assert elastic(job(24, deadline=3), forecast(10, 2, 9), at_once=THREE).baseline == Emissions(30)
    with pytest.raises(Infeasible, match="the baseline of 1 nodes misses the deadline"):
        elastic(job(24, deadline=2), forecast(10, 2), at_once=ONE)


def test_work_that_no_scale_can_do_in_time_is_refused() -> None:
    with pytest.raises(Infeasible, match="the work takes 2 h on the fastest scale; release to deadline is 1 h"):
        job(48, deadline=1)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"work": 0}, "work is 0"),
        ({"scales": ()}, "one scale or more"),
        ({"scales": (ONE, ONE)}, "each of another number from 1"),
        ({"scales": (Scale(1, 0, Power(1)),)}, "needs a throughput and a power above 0"),
    ],
)
def test_a_value_that_means_nothing_is_refused(change: dict, message: str) -> None:
    valid = {"work": 1, "scales": (ONE,), "release": START, "deadline": START + HOUR}
    with pytest.raises(ValueError, match=message):
        ElasticJob(**(valid | change))


def test_a_forecast_that_ends_too_soon_is_a_gap() -> None:
    with pytest.raises(Gap, match="lies outside"):
        elastic(job(10, deadline=3), forecast(1, 2))


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[float], ElasticJob]:
    values = draw(st.lists(st.integers(0, 9).map(float), min_size=1, max_size=6))
    count = draw(st.integers(1, 4))
    numbers = st.lists(st.integers(1, 30), min_size=count, max_size=count)
    scales = tuple(
        Scale(nodes, throughput, Power(watts * 100))
        for nodes, (throughput, watts) in enumerate(zip(draw(numbers), draw(numbers), strict=True), start=1)
    )
    release = draw(st.sampled_from([0, 0.25, 0.5]))
    most = max(scale.throughput for scale in scales) * (len(values) - release)
    work = draw(st.integers(1, 8)) / 8 * most
    return values, job(work, len(values), scales, release)


def least_possible(values: list[float], wanted: ElasticJob) -> float:
    """Grams of the best mixture of scales in each slot, by a linear program over hours of (slot, scale)."""
    hours = np.ones(len(values))
    hours[0] -= (wanted.release - START) / HOUR
    grams = np.outer(values, [scale.power.watts / 1000 for scale in wanted.scales]).ravel()
    answer = linprog(
        grams,
        A_ub=np.kron(np.eye(len(values)), np.ones(len(wanted.scales))),
        b_ub=hours,
        A_eq=[np.tile([scale.throughput for scale in wanted.scales], len(values))],
        b_eq=[wanted.work],
    )
    return float(answer.fun)


@given(cases())
@settings(max_examples=300, deadline=None)
def test_no_mixture_of_scales_emits_less(case: tuple[list[float], ElasticJob]) -> None:
    values, wanted = case
    plan = elastic(wanted, forecast(*values))
    assert plan.emissions.grams == pytest.approx(least_possible(values, wanted), rel=1e-6, abs=1e-6)
    assert plan.emissions.grams <= plan.baseline.grams
    assert wanted.release <= plan.start
    assert plan.finish <= wanted.deadline
    assert all(before.end <= after.start for before, after in pairwise(plan.runs))
    power = {scale.nodes: scale for scale in wanted.scales}
    done = sum(power[run.nodes].throughput * run.hours for run in plan.runs)
    assert done == pytest.approx(wanted.work, rel=1e-6)
    emitted = sum(
        power[run.nodes].power.watts / 1000 * value * overlap(run, hour)
        for run in plan.runs
        for hour, value in enumerate(values)
    )
    assert emitted == pytest.approx(plan.emissions.grams, rel=1e-6, abs=1e-6)


def overlap(run: Run, hour: int) -> float:
    begin, end = (run.start - START) / HOUR, (run.end - START) / HOUR
    return max(0.0, min(end, hour + 1) - max(begin, hour))


@given(cases(), st.integers(0, 3), st.floats(0, 1))
@settings(max_examples=200, deadline=None)
def test_no_static_scale_is_better_whenever_it_starts(
    case: tuple[list[float], ElasticJob], which: int, place: float
) -> None:
    values, wanted = case
    scale = wanted.scales[which % len(wanted.scales)]
    room = (wanted.deadline - wanted.release) / HOUR - wanted.work / scale.throughput
    if room < 0:
        return
    start = wanted.release + place * room * HOUR
    run = Run(start, start + wanted.work / scale.throughput * HOUR)
    grams = sum(scale.power.watts / 1000 * value * overlap(run, hour) for hour, value in enumerate(values))
    assert elastic(wanted, forecast(*values)).emissions.grams <= grams + 1e-6
