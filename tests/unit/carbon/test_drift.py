"""Training again: only for drift that stays, not too soon, and not for the calendar's sake."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from verdazure.carbon.drift import Action, Observed, Triggers, decide, population_stability, same_population

DAY = timedelta(days=1)
TRAINED = datetime(2026, 11, 1, tzinfo=UTC)


def days(*found):
    """One window a day since the training."""
    return [Observed(TRAINED + (index + 1) * DAY, **each) for index, each in enumerate(found)]


def asked(windows, age=20, accuracy=0.9, **triggers):
    decision = decide(windows, TRAINED, accuracy, TRAINED + age * DAY, Triggers(**triggers))
    return decision.action, decision.reason


STABLE, SHIFTED = {"psi": 0.05, "accuracy": 0.9}, {"psi": 0.4}


def test_a_model_within_its_bounds_is_left_alone():
    assert asked(days(STABLE, STABLE)) == (Action.NOTHING, "within its bounds")
    assert asked([]) == (Action.NOTHING, "nothing measured since the last training")
    assert asked(days(SHIFTED, SHIFTED, SHIFTED, STABLE))[0] is Action.NOTHING


def test_drift_that_stays_trains_again():
    assert asked(days(STABLE, SHIFTED, SHIFTED, SHIFTED)) == (
        Action.RETRAIN,
        "population stability index 0.400, above 0.25; 3 windows in a row",
    )
    assert asked(days({"accuracy": 0.87}), persistence=1) == (
        Action.RETRAIN,
        "accuracy 0.870, 0.030 below training; 1 windows in a row",
    )
    assert asked(days({"ks_p": 1e-5}), persistence=1)[1].startswith("Kolmogorov-Smirnov p 1e-05, below 0.001")


def test_drift_waits_for_more_windows_and_for_the_cooldown():
    assert asked(days(SHIFTED, SHIFTED)) == (
        Action.WAIT,
        "population stability index 0.400, above 0.25; 2 of 3 windows in a row",
    )
    assert asked(days(SHIFTED, SHIFTED, SHIFTED), age=5) == (
        Action.WAIT,
        "population stability index 0.400, above 0.25; trained 5 days ago, not yet 7 days",
    )


def test_windows_before_the_training_do_not_count():
    old = [Observed(TRAINED - index * DAY, psi=1.0) for index in (3, 2, 1)]
    assert asked(old)[0] is Action.NOTHING


def test_age_alone_trains_again_only_when_somebody_set_a_limit():
    assert asked(days(STABLE), age=400)[0] is Action.NOTHING
    assert asked(days(STABLE), age=400, longest_life=365 * DAY) == (
        Action.RETRAIN,
        "trained 400 days ago, longest 365 days",
    )


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (lambda: Triggers(psi=0), "psi is more than 0"),
        (lambda: Triggers(persistence=0), "persistence is 1 or more"),
        (lambda: Triggers(longest_life=DAY), "longest_life is longer than cooldown"),
        (lambda: decide([], datetime(2026, 1, 1), None, TRAINED), "a time has no time zone"),
        (lambda: decide([], TRAINED, None, TRAINED - DAY), "in the order of time"),
        (lambda: decide(days({}, {})[::-1], TRAINED, None, TRAINED + 9 * DAY), "in the order of time"),
        (lambda: population_stability(np.array([]), np.array([1.0])), "a sample is empty"),
        (lambda: population_stability(np.array([np.nan]), np.array([1.0])), "not finite"),
    ],
)
def test_bad_input_is_one_clear_error(bad, message):
    with pytest.raises(ValueError, match=message):
        bad()


def test_the_index_by_hand():
    """Two bins at the common median 2: shares (3.5/5, 1.5/5) and (1.5/5, 3.5/5) with half a count in each bin."""
    one, other = np.array([1.0, 1.0, 1.0, 3.0]), np.array([1.0, 3.0, 3.0, 3.0])
    assert population_stability(one, other, bins=2) == pytest.approx(2 * (0.7 - 0.3) * np.log(0.7 / 0.3))


samples = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60).map(np.array)


@given(samples, samples, st.randoms())
def test_the_index_is_a_distance_that_knows_no_order(one, other, random):
    found = population_stability(one, other)
    assert found >= -1e-12
    assert found == pytest.approx(population_stability(other, one))
    assert found == population_stability(np.array(random.sample(list(one), len(one))), other)
    assert population_stability(one, one) == pytest.approx(0)


def test_the_index_and_the_test_tell_a_shift_from_noise():
    random = np.random.default_rng(3)
    reference, same, moved = random.normal(0, 1, 5000), random.normal(0, 1, 5000), random.normal(0.8, 1, 5000)
    assert population_stability(reference, same) < 0.02
    assert population_stability(reference, moved) > 0.25
    assert same_population(reference, same) > 0.001 > same_population(reference, moved)
