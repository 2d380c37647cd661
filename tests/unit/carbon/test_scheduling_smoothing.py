"""Noise goes, shape stays; the plan picks clean hours instead of lucky errors."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from verdazure.carbon.quantities import Power
from verdazure.carbon.scheduling import Job, interruptible, smoothed
from verdazure.carbon.series import Gap, Origin, Quality, Series, Signal

START = datetime(2026, 1, 5, tzinfo=UTC)
HALF_HOUR = timedelta(minutes=30)
HALF_HOURS = np.arange(7 * 48)
WEEK = 200 + 60 * np.sin(2 * np.pi * HALF_HOURS / 48) + 30 * np.sin(2 * np.pi * HALF_HOURS / 200)


def series(values: np.ndarray) -> Series:
    return Series(Origin("a forecast", "SE", Signal.AVERAGE, None), START, HALF_HOUR, values, Quality.FORECAST, START)


def test_most_of_independent_noise_is_taken_out() -> None:
    noisy = WEEK + np.random.default_rng(0).normal(0, 10, len(WEEK))
    before, after = (float(np.std(values - WEEK)) for values in (noisy, smoothed(series(noisy)).values))
    assert (round(before, 2), round(after, 2)) == (10.06, 4.8)


def test_a_forecast_without_noise_keeps_its_shape() -> None:
    assert smoothed(series(WEEK)).values == pytest.approx(WEEK, rel=2e-3)


def test_what_a_series_says_of_itself_is_kept() -> None:
    given_series, result = series(WEEK), smoothed(series(WEEK))
    assert (result.origin, result.start, result.step) == (given_series.origin, START, HALF_HOUR)
    assert (result.quality, result.issued) == (Quality.FORECAST, START)


def test_smoothing_finds_cleaner_hours_than_the_noisy_forecast() -> None:
    job = Job(Power(1000), 20, START, START + timedelta(days=7))
    truth = series(WEEK)
    grams = {"noisy": 0.0, "smooth": 0.0}
    for seed in range(10):
        noisy = series(WEEK + np.random.default_rng(seed).normal(0, 10, len(WEEK)))
        for name, forecast in {"noisy": noisy, "smooth": smoothed(noisy)}.items():
            plan = interruptible(job, forecast)
            grams[name] += sum(float(truth.between(run.start, run.end).values.sum()) / 2 for run in plan.runs)
    assert grams["smooth"] < grams["noisy"], grams


@given(st.floats(0, 1000), st.integers(2, 50))
def test_a_flat_forecast_stays_flat(level: float, size: int) -> None:
    assert smoothed(series(np.full(size, level))).values == pytest.approx(np.full(size, level), abs=1e-9)


@given(st.lists(st.floats(0, 1000), min_size=1, max_size=50))
def test_an_intensity_never_becomes_negative_and_the_mean_stays(values: list[float]) -> None:
    result = smoothed(series(np.array(values))).values
    assert (result >= 0).all()
    assert result.mean() == pytest.approx(np.mean(values), abs=1e-6)


def test_a_missing_step_is_not_invented() -> None:
    with pytest.raises(Gap, match="no value for SE at 2026-01-05T00:30"):
        smoothed(series(np.array([1, np.nan, 3])))
