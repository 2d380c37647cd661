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


def test_silence_is_neither_calm_nor_drift():
    assert asked(days({}, {})) == (Action.NOTHING, "nothing measured since the last training")
    assert asked(days(STABLE, {}, {})) == (Action.NOTHING, "within its bounds; nothing measured in the last 2")
    assert asked(days(SHIFTED, {}, SHIFTED, {}, SHIFTED))[0] is Action.RETRAIN
    assert asked(days(SHIFTED, SHIFTED, {}, {}, {}))[0] is Action.WAIT


def test_drift_that_stays_trains_again():
    assert asked(days(STABLE, SHIFTED, SHIFTED, SHIFTED)) == (
        Action.RETRAIN,
        "population stability index 0.400, above 0.25; 3 windows in a row",
    )
    assert asked(days({"accuracy": 0.87}), persistence=1) == (
        Action.RETRAIN,
        "accuracy 0.870, 0.030 below training; 1 window in a row",
    )
    assert asked(days({"ks_p": 1e-5}), persistence=1)[1].startswith("Kolmogorov-Smirnov p 1e-05, below 0.001")


def test_drift_waits_for_more_windows_and_for_the_cooldown():
    assert asked(days(SHIFTED, SHIFTED)) == (
        Action.WAIT,
        "population stability index 0.400, above 0.25; 2 windows in a row, 3 needed",
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
    assert asked(days(STABLE), age=364, longest_life=365 * DAY)[0] is Action.NOTHING
    assert asked(days(STABLE), age=365, longest_life=365 * DAY)[0] is Action.RETRAIN
    assert asked(days(STABLE), age=400, longest_life=365 * DAY) == (
        Action.RETRAIN,
        "trained 400 days ago, longest 365 days",
    )


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (lambda: Triggers(psi=0), "psi is more than 0"),
        (lambda: Triggers(psi=np.nan), "psi is more than 0"),
        (lambda: Triggers(ks_p=1), "ks_p and accuracy_drop more than 0 and less than 1"),
        (lambda: Observed(TRAINED, psi=np.nan), "psi is nan; give 0 or more, or None"),
        (lambda: Observed(TRAINED, ks_p=1.5), "ks_p is 1.5; give 0 to 1, or None"),
        (lambda: Observed(TRAINED, accuracy=93), "accuracy is 93; give 0 to 1, or None"),
        (lambda: asked(days(STABLE), accuracy=None), "accuracy_at_training is None"),
        (lambda: asked([], accuracy=90), "accuracy_at_training is 90; give 0 to 1"),
        (lambda: population_stability(np.array([1.0]), np.array([1.0]), bins=1), "bins is 1; give 2 or more"),
        (lambda: same_population(np.array([]), np.array([1.0])), "a sample is empty"),
        (lambda: same_population(np.array([1.0]), np.array([np.nan])), "not finite"),
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
    """Two bins at the common median 2: counts (3, 1) and (1, 3); one more in each makes (4, 2) and (2, 4) sixths."""
    one, other = np.array([1.0, 1.0, 1.0, 3.0]), np.array([1.0, 3.0, 3.0, 3.0])
    assert population_stability(one, other, bins=2) == pytest.approx(2 * (4 / 6 - 2 / 6) * np.log(4 / 2))


samples = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60).map(np.array)


@given(samples, samples, st.randoms())
def test_the_index_is_a_distance_that_knows_no_order(one, other, random):
    found = population_stability(one, other)
    assert found >= 0
    assert found == pytest.approx(population_stability(other, one))
    shuffled = [np.array(random.sample(list(each), len(each))) for each in (one, other)]
    assert found == population_stability(*shuffled)
    assert population_stability(one, shuffled[0]) == 0


def test_the_index_and_the_test_tell_a_shift_from_noise():
    random = np.random.default_rng(3)
    reference, same, moved = random.normal(0, 1, 5000), random.normal(0, 1, 5000), random.normal(0.8, 1, 5000)
    assert population_stability(reference, same) < 0.02
    assert population_stability(reference, moved) > 0.25
    assert same_population(reference, same) > 0.001 > same_population(reference, moved)


def test_the_index_without_a_shift_is_as_large_as_its_source_says():
    """(10 - 1) (1 / 500 + 1 / 500) = 0.036 on average; smoothing and joint bins take little away."""
    random = np.random.default_rng(5)
    found = [population_stability(random.normal(0, 1, 500), random.normal(0, 1, 500)) for _ in range(400)]
    assert np.mean(found) == pytest.approx(0.036, rel=0.1)


observed = st.builds(
    lambda psi, accuracy: {"psi": psi, "accuracy": accuracy},
    st.none() | st.sampled_from([0.1, 0.25, 0.3]),
    st.none() | st.sampled_from([0.9, 0.88, 0.8]),
)


@given(
    st.lists(observed, max_size=8), st.integers(8, 60), st.integers(1, 4), st.integers(0, 20), st.none() | st.just(30)
)
def test_training_again_has_its_grounds(found, age, persistence, cooldown, life):
    kept = {"persistence": persistence, "cooldown": cooldown * DAY, "longest_life": life and life * DAY}
    action, reason = asked(days(*found), age=age, **kept)
    drifted = [
        (each["psi"] or 0) > 0.25 or each["accuracy"] == 0.8
        for each in found
        if each != {"psi": None, "accuracy": None}
    ]
    stays = len(drifted) >= persistence and all(drifted[-persistence:])
    old = life is not None and age >= life
    assert (action is Action.RETRAIN) == (old or (stays and age >= cooldown))
    assert (action is Action.NOTHING) == (not old and not (drifted and drifted[-1]))
    assert asked(days(*found), age=age, **kept) == (action, reason)
