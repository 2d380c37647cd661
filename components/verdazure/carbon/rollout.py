"""Whether a new version goes on, stays under watch or goes back, by what a request emits, how long it takes and fails.

The two versions run side by side; each window of time gives one difference a metric. The test may be looked at after
every window: it is an asymptotic confidence sequence (Waudby-Smith, Arbour, Sinha, Kennedy, Ramdas: Time-uniform
central limit theory and asymptotic confidence sequences, Annals of Statistics 2024, arXiv:2103.06476, theorem 2.2).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np


class Verdict(str, Enum):
    """What happens to the new version."""

    CONTINUE = "continue"
    PROMOTE = "promote"
    ROLL_BACK = "roll back"


@dataclass(frozen=True, slots=True)
class Measured:
    """One version in one window. Raises `ValueError` for numbers that cannot be."""

    grams_per_1000: float
    """gCO2e of a thousand requests."""
    latency_ms: float
    error_share: float

    def __post_init__(self) -> None:
        for key, value in (("grams_per_1000", self.grams_per_1000), ("latency_ms", self.latency_ms)):
            if not 0 <= value < math.inf:
                raise ValueError(f"{key} is {value}; give 0 or more")
        if not 0 <= self.error_share <= 1:
            raise ValueError(f"error_share is {self.error_share}; give a share, 0 to 1")


@dataclass(frozen=True, slots=True)
class Window:
    """Both versions over the same time."""

    old: Measured
    new: Measured


@dataclass(frozen=True, slots=True)
class Margins:
    """How much worse the new version may be, and how sure the verdict is. Raises `ValueError`."""

    grams_per_1000: float = 0.0
    """More than this is worse; to be promoted it must emit less than the old one."""
    latency_ms: float = 10.0
    error_share: float = 0.001
    alpha: float = 0.05
    """Chance of a wrong verdict over the whole rollout, however often it is looked at."""
    fewest: int = 30
    """Windows before any verdict: the sequence holds in the limit."""
    most: int = 1000
    """Windows after which a version that could not show a gain goes back."""

    def __post_init__(self) -> None:
        if min(self.grams_per_1000, self.latency_ms, self.error_share) < 0:
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
    """What the windows so far say; to be asked again after each."""
    share = margins.alpha / len(_METRICS)
    intervals = tuple(
        confidence_sequence(
            metric, [getattr(each.new, metric) - getattr(each.old, metric) for each in windows], share, margins.fewest
        )
        for metric in _METRICS
    )
    verdict, reason = _verdict(intervals, len(windows), margins)
    return Rollout(verdict, reason, len(windows), intervals)


def confidence_sequence(metric: str, differences: Sequence[float], alpha: float, tuned_for: int) -> Interval:
    """Bounds that hold at all times together with probability 1 - alpha, narrowest after `tuned_for` windows."""
    count = len(differences)
    if count < tuned_for:
        return Interval(metric, -math.inf, math.inf)
    rho2 = (-2 * math.log(alpha) + math.log(-2 * math.log(alpha)) + 1) / tuned_for
    grown = count * rho2 + 1
    deviation = float(np.std(differences, ddof=1))
    radius = deviation * math.sqrt(2 * grown / (count**2 * rho2) * math.log(math.sqrt(grown) / alpha))
    mean = float(np.mean(differences))
    return Interval(metric, mean - radius, mean + radius)


_METRICS = ("grams_per_1000", "latency_ms", "error_share")


def _verdict(intervals: Sequence[Interval], count: int, margins: Margins) -> tuple[Verdict, str]:
    worse = [each for each in intervals if each.low > getattr(margins, each.metric)]
    if worse:
        return Verdict.ROLL_BACK, f"worse than the margin: {', '.join(map(str, worse))}"
    carbon, *guards = intervals
    harmless = all(each.high <= getattr(margins, each.metric) for each in guards)
    if carbon.high < 0 and harmless:
        return Verdict.PROMOTE, f"emits less and harms nobody: {', '.join(map(str, intervals))}"
    if count >= margins.most:
        return Verdict.ROLL_BACK, f"no gain shown in {count} windows: {', '.join(map(str, intervals))}"
    if count < margins.fewest:
        return Verdict.CONTINUE, f"{count} of at least {margins.fewest} windows"
    return Verdict.CONTINUE, f"not sure yet: {', '.join(map(str, intervals))}"
