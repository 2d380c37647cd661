"""A new version against the old one: verdicts, and how often they are wrong when somebody looks after every window."""

import math

import numpy as np
import pytest
from verdazure.carbon.rollout import Interval, Margins, Measured, Verdict, Window, confidence_sequence, judge

OLD = Measured(grams_per_1000=100.0, latency_ms=50.0, error_share=0.01)


def windows(count, seed=0, grams=0.0, latency=0.0, errors=0.0):
    """Windows in which both versions sway with the hour, and the new one differs by so much on average."""
    random = np.random.default_rng(seed)
    day = 20 * np.sin(np.arange(count) / 24 * 2 * math.pi)
    noise = random.normal(0, (3, 2, 0.0005), (count, 3))
    return [
        Window(
            Measured(100 + sway, 50, 0.01),
            Measured(100 + sway + grams + g, 50 + latency + ms, min(max(0.01 + errors + e, 0), 1)),
        )
        for sway, (g, ms, e) in zip(day, noise, strict=True)
    ]


def test_less_emitted_and_nobody_harmed_goes_on():
    found = judge(windows(200, grams=-5))
    assert found.verdict is Verdict.PROMOTE
    assert found.reason.startswith("emits less and harms nobody: grams_per_1000 -")


@pytest.mark.parametrize("worse", [{"grams": 5}, {"grams": -5, "latency": 15}, {"grams": -5, "errors": 0.003}])
def test_worse_than_a_margin_goes_back_whatever_else_is_gained(worse):
    found = judge(windows(400, **worse))
    assert found.verdict is Verdict.ROLL_BACK
    assert found.reason.startswith("worse than the margin: ")


def test_too_little_is_known_yet():
    assert judge([]).verdict is Verdict.CONTINUE
    few = judge(windows(10, grams=-50))
    assert (few.verdict, few.reason) == (Verdict.CONTINUE, "10 of at least 30 windows")
    assert few.intervals[0] == Interval("grams_per_1000", -math.inf, math.inf)
    unsure = judge(windows(40, grams=-0.1))
    assert (unsure.verdict, unsure.reason[:14]) == (Verdict.CONTINUE, "not sure yet: ")


def test_a_gain_is_not_enough_while_harm_is_not_ruled_out():
    assert judge(windows(60, grams=-5, latency=9.9)).verdict is Verdict.CONTINUE


def test_no_gain_in_the_end_goes_back():
    found = judge(windows(60), Margins(grams_per_1000=5, most=60))
    assert (found.verdict, found.reason[:27]) == (Verdict.ROLL_BACK, "no gain shown in 60 windows")


def test_the_sequence_by_hand():
    """Forty differences of 1 and 3: mean 2, deviation 1.0127; rho^2 after 40 windows and alpha 0.05 from the paper."""
    rho2 = (-2 * math.log(0.05) + math.log(-2 * math.log(0.05)) + 1) / 40
    radius = math.sqrt(40 / 39) * math.sqrt(
        2 * (40 * rho2 + 1) / (1600 * rho2) * math.log(math.sqrt(40 * rho2 + 1) / 0.05)
    )
    found = confidence_sequence("x", [1.0, 3.0] * 20, 0.05, 40)
    assert (found.low, found.high) == pytest.approx((2 - radius, 2 + radius))
    assert radius == pytest.approx(0.4861, abs=1e-4)


def test_equal_versions_are_judged_wrongly_no_more_often_than_allowed():
    """500 rollouts of 300 windows, looked at after each: a promotion or a rollback of an equal version is wrong."""
    random = np.random.default_rng(7)
    wrong = 0
    for _ in range(500):
        differences = random.normal(0, 3, 300)
        low, high = _running(differences, 0.05, 30)
        wrong += bool((low > 0).any() or (high < 0).any())
    assert wrong / 500 <= 0.05


def test_a_running_sequence_is_the_one_that_is_judged():
    differences = np.random.default_rng(1).normal(0, 3, 80)
    low, high = _running(differences, 0.02, 30)
    found = confidence_sequence("x", list(differences), 0.02, 30)
    assert (found.low, found.high) == pytest.approx((low[-1], high[-1]))


def _running(differences, alpha, tuned_for):
    """The bounds after each window, in one pass, from the second half of the paper's formula written again."""
    count = np.arange(1, len(differences) + 1)
    mean = np.cumsum(differences) / count
    variance = (np.cumsum(differences**2) - count * mean**2) / np.maximum(count - 1, 1)
    rho2 = (-2 * math.log(alpha) + math.log(-2 * math.log(alpha)) + 1) / tuned_for
    radius = np.sqrt(variance * 2 * (count * rho2 + 1) / (count**2 * rho2) * np.log(np.sqrt(count * rho2 + 1) / alpha))
    return (mean - radius)[tuned_for - 1 :], (mean + radius)[tuned_for - 1 :]


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (lambda: Measured(-1, 1, 0), "grams_per_1000 is -1; give 0 or more"),
        (lambda: Measured(1, math.nan, 0), "latency_ms is nan"),
        (lambda: Measured(1, 1, 2), "error_share is 2; give a share"),
        (lambda: Margins(latency_ms=-1), "margins are 0 or more"),
        (lambda: Margins(alpha=1), "alpha is 1; give more than 0, less than 1"),
        (lambda: Margins(fewest=50, most=40), "fewest is 50 and most 40"),
    ],
)
def test_bad_input_is_one_clear_error(bad, message):
    with pytest.raises(ValueError, match=message):
        bad()
