"""Whether a new version goes on, stays under watch or goes back, by what a request emits, how long it takes and fails.

The two versions run side by side; each window of time gives one difference a metric. The test may be looked at after
every window: it is an asymptotic confidence sequence (Waudby-Smith, Arbour, Sinha, Kennedy, Ramdas: Time-uniform
central limit theory and asymptotic confidence sequences, Annals of Statistics 2024, arXiv:2103.06476).

What both versions share, such as the hour's load, drops out of a difference. Where a window still feels the one before,
the deviation is widened for it; wrong verdicts then stay near alpha, above it where the echo is long or the differences
lean far to one side. Longer windows help against both.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray
from scipy.special import lambertw  # type: ignore[import-untyped]

from verdazure.carbon.quantities import Emissions


class Goal(str, Enum):
    """What a new version must show to be promoted."""

    GAIN = "gain"
    """That it emits less: for a version that is made to save."""
    NO_HARM = "no harm"
    """That it emits no more than the margins allow: for a version that is made for something else."""


class Verdict(str, Enum):
    """What happens to the new version."""

    CONTINUE = "continue"
    PROMOTE = "promote"
    ROLL_BACK = "roll back"


@dataclass(frozen=True, slots=True)
class Measured:
    """One version in one window; leave out a window in which either served nothing. Raises `ValueError`."""

    requests: int
    emissions: Emissions
    latency_ms: float
    """Of the window, as the team measures it: a mean or a percentile, the same for both versions."""
    failures: int
    """Requests that failed."""

    def __post_init__(self) -> None:
        if self.requests < 1:
            raise ValueError(f"requests is {self.requests}; give 1 or more, leave out a window without any")
        if self.emissions.grams < 0:
            raise ValueError(f"emissions is {self.emissions.grams} g; give 0 or more")
        if not 0 <= self.latency_ms < math.inf:
            raise ValueError(f"latency_ms is {self.latency_ms}; give 0 or more")
        if not 0 <= self.failures <= self.requests:
            raise ValueError(f"failures is {self.failures}; give 0 to the {self.requests} requests")

    @property
    def grams_per_1000(self) -> float:
        """gCO2e of a thousand requests."""
        return self.emissions.grams / self.requests * 1000

    @property
    def error_share(self) -> float:
        """Of the requests, 0 to 1."""
        return self.failures / self.requests


@dataclass(frozen=True, slots=True)
class Window:
    """Both versions over the same time."""

    old: Measured
    new: Measured


@dataclass(frozen=True, slots=True)
class Margins:
    """How much worse the new version may be, and how sure the verdict is. Raises `ValueError`."""

    grams_per_1000: float = 0.0
    """Added to what the old version emits; more than both is worse."""
    grams_share: float = 0.0
    """The same as a share of what the old version emits in the same window: 0.1 is a tenth more."""
    goal: Goal = Goal.GAIN
    latency_ms: float = 10.0
    error_share: float = 0.001
    alpha: float = 0.05
    """Chance, over the whole rollout and however often it is looked at, to promote what is worse than it may be or to
    call worse what is not. Each of the three metrics gets a third. Giving up after `most` windows is no such claim."""
    fewest: int = 50
    """Windows before any verdict: the sequence holds in the limit."""
    most: int = 1000
    """Windows after which a version that could not show a gain goes back."""

    def __post_init__(self) -> None:
        shares = (self.grams_per_1000, self.grams_share, self.latency_ms, self.error_share)
        if not all(0 <= each < math.inf for each in shares):
            raise ValueError("margins are 0 or more: they say how much worse is still accepted")
        if not 0 < self.alpha < 1:
            raise ValueError(f"alpha is {self.alpha}; give more than 0, less than 1")
        if not 2 <= self.fewest <= self.most:
            raise ValueError(f"fewest is {self.fewest} and most {self.most}; give 2 <= fewest <= most")


@dataclass(frozen=True, slots=True)
class Interval:
    """Where the mean difference, new less old, lies; infinite while nothing can be said."""

    metric: str
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.metric} {self.low:+.4g} to {self.high:+.4g}"


@dataclass(frozen=True, slots=True)
class Rollout:
    """A verdict and what it rests on."""

    verdict: Verdict
    reason: str
    windows: int
    intervals: tuple[Interval, ...]


def judge(windows: Sequence[Window], margins: Margins = Margins()) -> Rollout:
    """What the windows so far say; to be asked again after each.

    It goes back as soon as a metric is surely worse than its margin, and is promoted once it surely reaches the goal
    and surely harms no more than the margins of latency and errors allow. Every window counts alike.
    """
    alpha = margins.alpha / len(_METRICS)
    intervals = tuple(_difference(metric, windows, alpha, margins) for metric in _METRICS)
    # Of this second sequence one side is used, of the first the other, so both together cost no more alpha.
    allowed = _difference(_CARBON, windows, alpha, margins, 1 + margins.grams_share)
    verdict, reason = _verdict(intervals, allowed, len(windows), margins)
    return Rollout(verdict, reason, len(windows), intervals)


def _difference(metric: str, windows: Sequence[Window], alpha: float, margins: Margins, times: float = 1.0) -> Interval:
    """New less `times` old."""
    return confidence_sequence(
        metric,
        np.array([getattr(each.new, metric) - times * getattr(each.old, metric) for each in windows], dtype=float),
        alpha,
        margins.fewest,
        _least_deviation(windows) if metric == "error_share" else 0.0,
    )


def confidence_sequence(
    metric: str, differences: NDArray[np.float64], alpha: float, tuned_for: int, least_deviation: float = 0.0
) -> Interval:
    """Bounds that hold at all times together with probability 1 - alpha, narrowest after `tuned_for` windows.

    Before those it says nothing: the sequence holds in the limit, and a deviation of few windows is too uncertain.
    """
    count = differences.size
    if count < tuned_for:
        return Interval(metric, -math.inf, math.inf)
    rho2 = _tuned(alpha) / tuned_for
    grown = count * rho2 + 1
    deviation = max(_deviation(differences), least_deviation)
    radius = deviation * math.sqrt(2 * grown / (count**2 * rho2) * math.log(math.sqrt(grown) / alpha))
    mean = float(np.mean(differences))
    return Interval(metric, mean - radius, mean + radius)


_MOST_CORRELATED = 0.99
"""At 1 the windows would say nothing; the bounds stay finite."""
_CARBON = "grams_per_1000"
_METRICS = (_CARBON, "latency_ms", "error_share")


def _tuned(alpha: float) -> float:
    """Windows times rho squared at which the sequence is narrowest.

    With u for it, (u + 1) / u * log((u + 1) / alpha^2) is least where u = log((u + 1) / alpha^2).
    """
    return float(-lambertw(-(alpha**2) / math.e, k=-1).real - 1)


def _deviation(differences: NDArray[np.float64]) -> float:
    """The deviation of independent windows that would say as much as these.

    Windows that follow the one before with correlation r say as much as (1 - r) / (1 + r) times as many (Bayley and
    Hammersley 1946). The estimate of r is too low by about (1 + 3 r) / n (Kendall 1954), which is given back; a
    negative one, which would narrow the bounds, is not used.
    """
    centred = differences - differences.mean()
    squares = float((centred**2).sum())
    if squares == 0:
        return 0.0
    measured = float((centred[1:] * centred[:-1]).sum()) / squares
    r = min(max(measured + (1 + 3 * max(measured, 0.0)) / differences.size, 0.0), _MOST_CORRELATED)
    return math.sqrt(squares / (differences.size - 1) * (1 + r) / (1 - r))


def _least_deviation(windows: Sequence[Window]) -> float:
    """What a window's difference of error shares must be thought to vary by, however few errors were seen.

    Without it, a short time without errors would prove that there are none. The share of failures is estimated by
    Laplace's rule of succession: one failure more, two requests more.
    """
    if not windows:
        return 0.0
    requests = np.array([(each.old.requests, each.new.requests) for each in windows])
    failures = sum(each.old.failures + each.new.failures for each in windows)
    share = (failures + 1) / (int(requests.sum()) + 2)
    return math.sqrt(share * (1 - share) * float((1 / requests).sum(axis=1).mean()))


def _verdict(intervals: Sequence[Interval], allowed: Interval, count: int, margins: Margins) -> tuple[Verdict, str]:
    carbon, *guards = intervals
    worse = [carbon] if allowed.low > margins.grams_per_1000 else []
    worse += [each for each in guards if each.low > getattr(margins, each.metric)]
    said = ", ".join(map(str, intervals))
    if worse:
        return Verdict.ROLL_BACK, f"worse than the margin: {', '.join(map(str, worse))}"
    harmless = all(each.high <= getattr(margins, each.metric) for each in guards)
    if carbon.high < 0 and harmless:
        return Verdict.PROMOTE, f"emits less and harms nobody: {said}"
    if margins.goal is Goal.NO_HARM and allowed.high <= margins.grams_per_1000 and harmless:
        return Verdict.PROMOTE, f"emits no more than its margin and harms nobody: {said}"
    if count >= margins.most:
        unshown = "no gain" if margins.goal is Goal.GAIN else "harmlessness not"
        return Verdict.ROLL_BACK, f"{unshown} shown in {count} windows: {said}"
    if count < margins.fewest:
        return Verdict.CONTINUE, f"{count} of at least {margins.fewest} windows"
    return Verdict.CONTINUE, f"not sure yet: {said}"
