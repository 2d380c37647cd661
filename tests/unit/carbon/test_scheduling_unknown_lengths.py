"""A job of unknown length: the policy is the best on average, keeps its wait, and does not look at the job's length."""

from datetime import UTC, datetime, timedelta
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from verdazure.carbon.quantities import Emissions, Power
from verdazure.carbon.scheduling import LengthHistory, OpenJob, WaitingPolicy, waiting_policy
from verdazure.carbon.series import Gap, Origin, Quality, Series, Signal

START = datetime(2026, 1, 5, tzinfo=UTC)
HOUR = timedelta(hours=1)
FREE = Emissions(0)


def forecast(*values: float) -> Series:
    origin = Origin("a forecast", "SE", Signal.AVERAGE, None)
    return Series(origin, START, HOUR, np.array(values, dtype=float), Quality.FORECAST)


def open_job(wait: float, release: float = 0, watts: float = 1000) -> OpenJob:
    return OpenJob(Power(watts), START + release * HOUR, wait)


def offsets(policy: WaitingPolicy, hours: float) -> list[tuple[float, float]]:
    return [((run.start - START) / HOUR, (run.end - START) / HOUR) for run in policy.runs(hours)]


def test_a_job_waits_for_clean_hours_as_long_as_it_may() -> None:
    policy = waiting_policy(open_job(2), LengthHistory([1]), forecast(9, 5, 1), FREE)
    assert offsets(policy, 1) == [(2, 3)]
    assert (policy.emissions, policy.baseline, policy.wait) == (Emissions(1), Emissions(9), 2)
    assert policy.reason == "Waits 2.0 h on average, at the dirtiest hours, and so is expected to emit 88.9% less."
    assert offsets(waiting_policy(open_job(1), LengthHistory([1]), forecast(9, 5, 1), FREE), 1) == [(1, 2)]


def test_a_wait_is_made_only_while_it_is_worth_its_price() -> None:
    for price, start in {3.9: 2, 4.1: 0}.items():
        policy = waiting_policy(open_job(2), LengthHistory([1]), forecast(9, 9, 1), Emissions(price))
        assert offsets(policy, 1) == [(start, start + 1)]
        assert policy.runs_now is (start == 0)


def test_it_pauses_where_most_jobs_have_already_finished() -> None:
    """Nine of ten end after an hour: who is still there is one of the long, and waits for the clean hours."""
    history = LengthHistory([1] * 9 + [3])
    policy = waiting_policy(open_job(2), history, forecast(2, 9, 9, 1, 1), Emissions(1))
    assert offsets(policy, 1) == [(0, 1)]
    assert offsets(policy, 3) == [(0, 1), (3, 5)]
    assert policy.wait == pytest.approx(0.2)


def test_a_job_longer_than_all_known_ones_runs_through() -> None:
    policy = waiting_policy(open_job(1), LengthHistory([1]), forecast(9, 1), FREE)
    assert offsets(policy, 4) == [(1, 5)]


def test_a_flat_signal_delays_nothing() -> None:
    policy = waiting_policy(open_job(6), LengthHistory([0.5, 2, 7]), forecast(*[300] * 13), FREE)
    assert offsets(policy, 7) == [(0, 7)]
    assert policy.reason == "Runs at once and through: at this price of an hour, no wait is worth what it saves."


def test_the_rest_of_a_job_is_judged_by_those_that_ran_as_long() -> None:
    assert list(LengthHistory([3, 1, 5]).beyond(2).hours) == [1, 3]
    with pytest.raises(ValueError, match="the history holds no lengths"):
        LengthHistory([1]).beyond(1)


@pytest.mark.parametrize("lengths", [[0], [1, -2], [float("nan")]])
def test_a_length_that_means_nothing_is_refused(lengths: list[float]) -> None:
    with pytest.raises(ValueError, match="give hours above 0"):
        LengthHistory(lengths)


def test_values_that_mean_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="longest_wait is -1"):
        open_job(-1)
    with pytest.raises(ValueError, match="hour_of_wait is -2 g"):
        waiting_policy(open_job(1), LengthHistory([1]), forecast(1, 2), Emissions(-2))


def test_a_forecast_that_ends_before_the_longest_job_may_is_a_gap() -> None:
    with pytest.raises(Gap, match="lies outside"):
        waiting_policy(open_job(2), LengthHistory([1, 2]), forecast(1, 2, 3), FREE)


def best_by_hand(values: list[float], lengths: list[float], release: float, wait: float, price: float) -> float:
    """Least expected grams + price x hours of wait, by plain recursion over the jobs that are still alive."""

    @cache
    def cost(now: float, worked: float) -> float:
        alive = [length for length in lengths if length > worked + 1e-9]
        if not alive:
            return 0.0
        step = 1 - now % 1
        run = sum(min(step, length - worked) * values[int(now)] for length in alive) + cost(now + step, worked + step)
        if now + step - release - worked > wait + 1e-9:
            return run
        return min(run, price * step * len(alive) + cost(now + step, worked))

    return cost(release, 0.0) / len(lengths)


@given(
    st.lists(st.integers(0, 9).map(float), min_size=9, max_size=9),
    st.lists(st.integers(1, 16).map(lambda quarters: quarters / 4), min_size=1, max_size=4),
    st.sampled_from([0, 0.25, 0.5]),
    st.integers(0, 4),
    st.sampled_from([0, 0.5, 2]),
)
@settings(max_examples=400, deadline=None)
def test_no_policy_is_better_on_average(
    values: list[float], lengths: list[float], release: float, wait: int, price: float
) -> None:
    policy = waiting_policy(open_job(wait, release), LengthHistory(lengths), forecast(*values), Emissions(price))
    assert policy.emissions.grams + price * policy.wait == pytest.approx(
        best_by_hand(values, lengths, release, wait, price), abs=1e-9
    )
    assert policy.emissions.grams <= policy.baseline.grams + 1e-9
    grams, waits = 0.0, 0.0
    for length in lengths:
        runs = policy.runs(length)
        waited = (runs[-1].end - START) / HOUR - release - length
        assert sum((run.end - run.start for run in runs), timedelta()) == timedelta(hours=length)
        assert -1e-9 <= waited <= wait + 1e-9
        grams += sum(emitted(values, (run.start - START) / HOUR, (run.end - START) / HOUR) for run in runs)
        waits += waited
    assert policy.emissions.grams == pytest.approx(grams / len(lengths), abs=1e-9)
    assert policy.wait == pytest.approx(waits / len(lengths), abs=1e-9)


def emitted(values: list[float], start: float, end: float) -> float:
    return sum(value * max(0.0, min(end, hour + 1) - max(start, hour)) for hour, value in enumerate(values))
