"""A new version against the old one: verdicts, and how often they are wrong when somebody looks after every window."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from verdazure.carbon.quantities import Emissions
from verdazure.carbon.rollout import Goal, Interval, Margins, Measured, Verdict, Window, confidence_sequence, judge

REQUESTS = 20_000
"""Of each version in a window."""


def windows(count, seed=0, grams=0.0, latency=0.0, errors=0.0):
    """Windows in which both versions sway with the hour, and the new one differs by so much on average."""
    random = np.random.default_rng(seed)
    day = 20 * np.sin(np.arange(count) / 24 * 2 * math.pi)
    noise = random.normal(0, (3, 2), (count, 2))
    failures = random.binomial(REQUESTS, (0.005, 0.005 + errors), (count, 2))
    return [
        Window(
            Measured(REQUESTS, Emissions((100 + sway) * REQUESTS / 1000), 50, int(old)),
            Measured(REQUESTS, Emissions((100 + sway + grams + g) * REQUESTS / 1000), 50 + latency + ms, int(new)),
        )
        for sway, (g, ms), (old, new) in zip(day, noise, failures, strict=True)
    ]


def first_verdict(seen):
    """Of somebody who looks after every window and stops at the first that says something."""
    for count in range(Margins().fewest, len(seen) + 1):
        found = judge(seen[:count])
        if found.verdict is not Verdict.CONTINUE:
            return found
    return judge(seen)


def test_what_is_measured_is_per_request():
    one = Measured(requests=4000, emissions=Emissions(10), latency_ms=50, failures=2)
    assert (one.grams_per_1000, one.error_share) == (2.5, 0.0005)


def test_less_emitted_and_nobody_harmed_goes_on():
    found = judge(windows(200, grams=-5))
    assert found.verdict is Verdict.PROMOTE
    assert found.reason.startswith("emits less and harms nobody: grams_per_1000 -")


@pytest.mark.parametrize(
    ("worse", "metric"),
    [
        ({"grams": 5}, "grams_per_1000"),
        ({"grams": -5, "latency": 15}, "latency_ms"),
        ({"grams": -5, "errors": 0.003}, "error_share"),
    ],
)
def test_worse_than_a_margin_goes_back_whatever_else_is_gained(worse, metric):
    found = judge(windows(400, **worse))
    assert found.verdict is Verdict.ROLL_BACK
    assert found.reason.startswith(f"worse than the margin: {metric} +")


def test_too_little_is_known_yet():
    assert judge([]).verdict is Verdict.CONTINUE
    few = judge(windows(49, grams=-50))
    assert (few.verdict, few.reason) == (Verdict.CONTINUE, "49 of at least 50 windows")
    assert few.intervals[0] == Interval("grams_per_1000", -math.inf, math.inf)
    unsure = judge(windows(60, grams=-0.1))
    assert (unsure.verdict, unsure.reason[:14]) == (Verdict.CONTINUE, "not sure yet: ")


def test_a_gain_is_not_enough_while_harm_is_not_ruled_out():
    assert judge(windows(60, grams=-5, latency=9.9)).verdict is Verdict.CONTINUE


def test_no_gain_in_the_end_goes_back():
    found = judge(windows(60), Margins(grams_per_1000=5, most=60))
    assert (found.verdict, found.reason[:27]) == (Verdict.ROLL_BACK, "no gain shown in 60 windows")


def without_failures(requests):
    """Sixty windows of a version that clearly emits less, in which nothing fails."""
    return [
        Window(
            Measured(requests, Emissions(0.1 * requests), 50, 0),
            Measured(requests, Emissions((0.09 + each % 3 / 1000) * requests), 50 + each % 2, 0),
        )
        for each in range(60)
    ]


def test_few_requests_without_a_failure_prove_no_harmlessness():
    few, many = judge(without_failures(10)), judge(without_failures(10_000))
    assert (few.verdict, many.verdict) == (Verdict.CONTINUE, Verdict.PROMOTE)
    # By hand: Laplace's share of failures is 1 / (2 x 60 x 10 + 2), a window varies by sqrt(p (1 - p) 2 / 10).
    share = 1 / 1202
    one = np.array([1.0, -1.0] * 30)
    unit = confidence_sequence("x", one, 0.05 / 3, 50).high / math.sqrt(60 / 59)
    assert few.intervals[2].high == pytest.approx(unit * math.sqrt(share * (1 - share) / 5))


def test_the_sequence_by_hand():
    """Forty differences of 1 and 3: mean 2, deviation sqrt(40 / 39); the rest from the paper's formula."""
    u = 8.2119  # solves u = log((u + 1) / 0.05^2)
    assert u == pytest.approx(math.log((u + 1) / 0.05**2), abs=1e-4)
    radius = math.sqrt(40 / 39) * math.sqrt(2 * (u + 1) / (40 * u) * math.log(math.sqrt(u + 1) / 0.05))
    found = confidence_sequence("x", np.array([1.0, 3.0] * 20), 0.05, 40)
    assert (found.low, found.high) == pytest.approx((2 - radius, 2 + radius), rel=1e-5)


@given(st.floats(0.001, 0.2), st.integers(2, 300), st.floats(0.2, 5).filter(lambda by: abs(by - 1) > 0.01))
def test_the_sequence_is_narrowest_where_it_is_tuned_for(alpha, count, by):
    """Any other rho, written into the paper's formula, gives wider bounds after so many windows."""
    differences = np.resize([1.0, -1.0], count)
    found = confidence_sequence("x", differences, alpha, count)
    variance = np.var(differences, ddof=1)

    def radius(u):
        return math.sqrt(variance * 2 * (u + 1) / (count * u) * math.log(math.sqrt(u + 1) / alpha))

    tuned = max(np.linspace(1, 40, 4000), key=lambda u: -radius(u))
    assert (found.high - found.low) / 2 <= radius(tuned) + 1e-12
    assert (found.high - found.low) / 2 < radius(tuned * by)


def test_wrong_verdicts_are_no_more_frequent_than_allowed():
    """Rollouts at the very edge of each margin, looked at after every window: any claim about them is wrong."""
    edge = {"latency": Margins().latency_ms, "errors": Margins().error_share}
    claims = [first_verdict(windows(100, seed, **edge)).verdict for seed in range(300)]
    assert sum(each is not Verdict.CONTINUE for each in claims) <= 300 * Margins().alpha


def test_real_gains_and_real_harm_are_found():
    gains = [first_verdict(windows(100, seed, grams=-3)).verdict for seed in range(40)]
    assert gains.count(Verdict.PROMOTE) >= 38
    harm = [first_verdict(windows(100, seed, grams=-3, latency=12)).verdict for seed in range(40)]
    assert harm.count(Verdict.ROLL_BACK) >= 38


PER_WINDOW = 100
"""Requests of each version, in a minute of a small service."""


def small_service(seed, times):
    """Windows of few requests, the energy of each of them as uneven as its mean is large (lognormal)."""
    random = np.random.default_rng(seed)
    spread = math.sqrt(math.log(2))
    energy = random.lognormal(-(spread**2) / 2, spread, (120, 2, PER_WINDOW)).sum(axis=2)
    latency = random.normal(50, 4, (120, 2))
    day = 300 + 100 * np.sin(np.arange(120) / 24 * 2 * math.pi)
    return [
        Window(
            Measured(PER_WINDOW, Emissions(grid * old / 1000), slow, 0),
            Measured(PER_WINDOW, Emissions(grid * new * times / 1000), fast, 0),
        )
        for grid, (old, new), (slow, fast) in zip(day, energy, latency, strict=True)
    ]


def verdicts(times, margins, runs):
    """Verdict and windows of each rollout, by somebody who looks after every window."""
    found = []
    for seed in range(runs):
        seen = small_service(seed, times)
        looked = (judge(seen[:count], margins) for count in range(margins.fewest, len(seen) + 1))
        found.append(next((each for each in looked if each.verdict is not Verdict.CONTINUE), judge(seen, margins)))
    return found


def test_a_version_that_burns_30_percent_more_goes_back_within_6000_requests():
    """A thousand rollouts: each ends within 60 windows of 100 requests to the new version, and says why."""
    margins = Margins(grams_share=0.1, error_share=0.05, goal=Goal.NO_HARM)
    found = verdicts(1.3, margins, 1000)
    in_time = [each for each in found if each.verdict is Verdict.ROLL_BACK and each.windows * PER_WINDOW <= 6000]
    assert len(in_time) >= 990
    assert all(each.reason.startswith("worse than the margin: grams_per_1000 +") for each in in_time)


def test_a_thousand_equal_versions_go_back_by_mistake_in_less_than_one_of_twenty():
    margins = Margins(grams_share=0.1, error_share=0.05, goal=Goal.NO_HARM)
    found = [each.verdict for each in verdicts(1.0, margins, 1000)]
    assert found.count(Verdict.ROLL_BACK) <= 50
    assert found.count(Verdict.PROMOTE) >= 900


def test_a_version_made_for_something_else_need_not_save():
    seen = windows(200, grams=5)
    assert judge(seen, Margins(grams_share=0.1, goal=Goal.NO_HARM)).reason.startswith("emits no more than its margin")
    assert judge(seen, Margins(grams_share=0.1)).verdict is Verdict.CONTINUE
    assert judge(seen, Margins(grams_share=0.01)).verdict is Verdict.ROLL_BACK
    unshown = judge(windows(60, grams=10), Margins(grams_share=0.1, most=60, goal=Goal.NO_HARM))
    assert unshown.reason.startswith("harmlessness not shown in 60 windows")


def test_two_thousand_rollouts_of_equal_versions():
    random = np.random.default_rng(7)
    assert wrong_share(random.normal(0, 3, (2000, 300)), 0.05) <= 0.05


def test_windows_that_feel_the_one_before_are_judged_wrongly_little_more_often():
    """Correlation 0.5 from window to window; without the wider deviation more than a third would be judged wrongly."""
    differences = np.random.default_rng(7).normal(0, 3, (2000, 300))
    for now in range(1, 300):
        differences[:, now] += 0.5 * differences[:, now - 1]
    assert wrong_share(differences, 0.05) <= 2 * 0.05
    assert wrong_share(differences, 0.05, widened=False) > 0.33


def test_a_running_sequence_is_the_one_that_is_judged():
    differences = np.random.default_rng(1).normal(0, 3, (1, 80))
    differences[:, 1:] += 0.5 * differences[:, :-1]
    mean, radius = running(differences, 0.02)
    for count in (50, 66, 80):
        found = confidence_sequence("x", differences[0, :count], 0.02, 50)
        last = (mean[0, count - 50], radius[0, count - 50])
        assert (found.low, found.high) == pytest.approx((last[0] - last[1], last[0] + last[1]))


def wrong_share(differences, alpha, widened=True):
    """Of the rollouts in which the true difference, 0, is outside the bounds after any window from the fiftieth on."""
    mean, radius = running(differences, alpha, widened)
    return (np.abs(mean) > radius).any(axis=1).mean()


def running(differences, alpha, widened=True):
    """Means and radii after each window from the fiftieth on, in one pass over sums: the formulas written again."""
    count = np.arange(1, differences.shape[1] + 1)
    total = differences.cumsum(axis=1)
    mean = total / count
    squares = (differences**2).cumsum(axis=1) - count * mean**2
    products = np.zeros_like(differences)
    products[:, 1:] = (differences[:, 1:] * differences[:, :-1]).cumsum(axis=1)
    products += -mean * (2 * total - differences[:, :1] - differences) + (count - 1) * mean**2
    with np.errstate(divide="ignore", invalid="ignore"):
        r = products / squares
        r = np.clip(r + (1 + 3 * np.maximum(r, 0)) / count, 0, 0.99) * widened
        variance = squares / (count - 1) * (1 + r) / (1 - r)
    u = 8.0
    for _ in range(100):
        u = math.log((u + 1) / alpha**2)
    grown = count * u / 50 + 1
    radius = np.sqrt(variance * 2 * grown / (count**2 * u / 50) * np.log(np.sqrt(grown) / alpha))
    return mean[:, 49:], radius[:, 49:]


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (lambda: Measured(0, Emissions(1), 1, 0), "requests is 0; give 1 or more"),
        (lambda: Measured(1, Emissions(-1), 1, 0), "emissions is -1 g; give 0 or more"),
        (lambda: Measured(1, Emissions(1), math.nan, 0), "latency_ms is nan"),
        (lambda: Measured(1, Emissions(1), 1, 2), "failures is 2; give 0 to the 1 requests"),
        (lambda: Margins(latency_ms=-1), "margins are 0 or more"),
        (lambda: Margins(error_share=math.nan), "margins are 0 or more"),
        (lambda: Margins(alpha=1), "alpha is 1; give more than 0, less than 1"),
        (lambda: Margins(fewest=50, most=40), "fewest is 50 and most 40"),
    ],
)
def test_bad_input_is_one_clear_error(bad, message):
    with pytest.raises(ValueError, match=message):
        bad()
