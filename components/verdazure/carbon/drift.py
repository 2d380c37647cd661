"""Whether a model is trained again: only when its data or its accuracy really left where they were.

Training again by the calendar spends energy that a stable model does not need.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from itertools import takewhile

import numpy as np
from numpy.typing import NDArray
from scipy import stats  # type: ignore[import-untyped]

_SMOOTHED = 1.0
"""Added to the count of each bin (Laplace's rule of succession), so that an empty bin does not make the index infinite.

It draws the index of small samples towards 0: with 10 bins and 100 values, a bin without any counts as 1 of 110."""


class Action(str, Enum):
    """What to do about a model."""

    RETRAIN = "retrain"
    WAIT = "wait"
    """Something left its bounds, but not for long enough, or too soon after the last training."""
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Triggers:
    """When a window counts as drifted, and when drift counts. Raises `ValueError`."""

    psi: float = 0.25
    """Population stability index above which a population has shifted (Siddiqi, Credit Risk Scorecards, 2006)."""
    ks_p: float = 0.001
    """p-value of the two-sample Kolmogorov-Smirnov test below which two samples differ."""
    accuracy_drop: float = 0.02
    """Below the accuracy at training, as a difference of shares."""
    persistence: int = 3
    """Windows in a row."""
    cooldown: timedelta = timedelta(days=7)
    """Since the last training."""
    longest_life: timedelta | None = None
    """Since the last training, after which it is trained again whatever is measured. None: never for its age."""

    def __post_init__(self) -> None:
        if not 0 < self.psi < math.inf or not 0 < self.ks_p < 1 or not 0 < self.accuracy_drop < 1:
            raise ValueError("psi is more than 0, ks_p and accuracy_drop more than 0 and less than 1")
        if self.persistence < 1 or self.cooldown < timedelta(0):
            raise ValueError("persistence is 1 or more, cooldown 0 or more")
        if self.longest_life is not None and self.longest_life <= self.cooldown:
            raise ValueError("longest_life is longer than cooldown")


@dataclass(frozen=True, slots=True)
class Observed:
    """What one window showed; None for what was not measured. Raises `ValueError` for numbers that cannot be."""

    ended: datetime
    psi: float | None = None
    """By `population_stability`, 0 or more."""
    ks_p: float | None = None
    """By `same_population`, 0 to 1."""
    accuracy: float | None = None
    """Share that was right, 0 to 1."""

    def __post_init__(self) -> None:
        for key, value, most in (("psi", self.psi, math.inf), ("ks_p", self.ks_p, 1), ("accuracy", self.accuracy, 1)):
            if value is not None and not (0 <= value <= most and math.isfinite(value)):
                limits = "0 or more" if most == math.inf else "0 to 1"
                raise ValueError(f"{key} is {value}; give {limits}, or None where it was not measured")

    @property
    def measured(self) -> bool:
        return any(each is not None for each in (self.psi, self.ks_p, self.accuracy))


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do and why."""

    action: Action
    reason: str
    in_a_row: int
    """Drifted windows up to the last one."""


def decide(
    windows: Sequence[Observed],
    trained: datetime,
    accuracy_at_training: float | None,
    now: datetime,
    triggers: Triggers = Triggers(),
) -> Decision:
    """What the windows since the last training say, oldest first.

    Beyond its longest life a model is trained again whatever was measured. A window without any measurement is no sign
    of drift and none of calm: it neither lengthens a row of drifted windows nor ends it. Raises `ValueError` for times
    out of order and for an accuracy that cannot be compared.
    """
    _check(windows, trained, accuracy_at_training, now)
    since = [each for each in windows if each.ended > trained]
    causes = [_cause(each, accuracy_at_training, triggers) for each in since if each.measured]
    row = list(takewhile(bool, reversed(causes)))
    age = now - trained
    if triggers.longest_life is not None and age >= triggers.longest_life:
        return Decision(Action.RETRAIN, f"trained {_days(age)} ago, longest {_days(triggers.longest_life)}", len(row))
    if not row:
        return Decision(Action.NOTHING, _calm(since), 0)
    in_a_row = f"{len(row)} window{'s' * (len(row) > 1)} in a row"
    if len(row) < triggers.persistence:
        return Decision(Action.WAIT, f"{row[0]}; {in_a_row}, {triggers.persistence} needed", len(row))
    if age < triggers.cooldown:
        reason = f"{row[0]}; trained {_days(age)} ago, not yet {_days(triggers.cooldown)}"
        return Decision(Action.WAIT, reason, len(row))
    return Decision(Action.RETRAIN, f"{row[0]}; {in_a_row}", len(row))


def population_stability(reference: NDArray[np.float64], recent: NDArray[np.float64], bins: int = 10) -> float:
    """How far a population moved: 0 where both fall alike into the bins of both together, more the further apart.

    The sum over bins of (p - q) ln(p / q). Bins hold equal parts of the two samples together, so that the order of the
    two does not matter. Without any shift it is about (bins - 1) (1 / n + 1 / m) on average for samples of n and m
    values (Yurdakul and Naranjo, Journal of Risk Model Validation 2020), so samples of a few dozen exceed usual
    thresholds by chance. Raises `ValueError` for a sample that is empty or not finite and for fewer than 2 bins.
    """
    if bins < 2:
        raise ValueError(f"bins is {bins}; give 2 or more")
    samples = _finite(reference, recent)
    inner = np.unique(np.quantile(_balanced(*samples), np.linspace(0, 1, bins + 1)[1:-1]))
    shares = [_shares(each, inner) for each in samples]
    return float(((shares[1] - shares[0]) * np.log(shares[1] / shares[0])).sum())


def same_population(reference: NDArray[np.float64], recent: NDArray[np.float64]) -> float:
    """p-value of the two-sample Kolmogorov-Smirnov test, by `scipy.stats.ks_2samp`: small where the two differ.

    In large samples it is small for differences that matter to nobody. Raises `ValueError` for a sample that is empty
    or not finite.
    """
    return float(stats.ks_2samp(*_finite(reference, recent)).pvalue)


def _finite(*samples: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    arrays = [np.asarray(each, dtype=np.float64) for each in samples]
    if any(each.size == 0 or not np.isfinite(each).all() for each in arrays):
        raise ValueError("a sample is empty or holds values that are not finite; leave missing values out")
    return arrays


def _balanced(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """Both samples with equal weight, by their quantiles."""
    at = (np.arange(max(one.size, other.size)) + 0.5) / max(one.size, other.size)
    return np.concatenate([np.quantile(one, at), np.quantile(other, at)])


def _shares(sample: NDArray[np.float64], inner: NDArray[np.float64]) -> NDArray[np.float64]:
    counts = np.bincount(np.searchsorted(inner, sample, side="right"), minlength=inner.size + 1) + _SMOOTHED
    return np.asarray(counts / counts.sum(), dtype=np.float64)


def _cause(window: Observed, accuracy_at_training: float | None, triggers: Triggers) -> str:
    if window.accuracy is not None and accuracy_at_training is not None:
        drop = accuracy_at_training - window.accuracy
        if drop > triggers.accuracy_drop and not math.isclose(drop, triggers.accuracy_drop):
            return f"accuracy {window.accuracy:.3f}, {drop:.3f} below training"
    if window.psi is not None and window.psi > triggers.psi:
        return f"population stability index {window.psi:.3f}, above {triggers.psi:g}"
    if window.ks_p is not None and window.ks_p < triggers.ks_p:
        return f"Kolmogorov-Smirnov p {window.ks_p:.2g}, below {triggers.ks_p:g}"
    return ""


def _calm(since: Sequence[Observed]) -> str:
    """Why nothing is done, without taking silence for calm."""
    silent = len(list(takewhile(lambda each: not each.measured, reversed(since))))
    if silent == len(since):
        return "nothing measured since the last training"
    return "within its bounds" + (f"; nothing measured in the last {silent}" if silent else "")


def _check(windows: Sequence[Observed], trained: datetime, accuracy_at_training: float | None, now: datetime) -> None:
    moments = [each.ended for each in windows]
    if any(moment.tzinfo is None for moment in (*moments, trained, now)):
        raise ValueError("a time has no time zone; give aware times, such as datetime(2026, 1, 1, tzinfo=UTC)")
    if accuracy_at_training is None and any(each.accuracy is not None for each in windows):
        raise ValueError(
            "accuracy_at_training is None, so no window's accuracy can be compared; give it, or leave both"
        )
    if accuracy_at_training is not None and not 0 <= accuracy_at_training <= 1:
        raise ValueError(f"accuracy_at_training is {accuracy_at_training}; give 0 to 1")
    if moments != sorted(moments) or max((*moments, trained)) > now:
        raise ValueError("the windows are in the order of time, and neither they nor the training lie after now")


def _days(span: timedelta) -> str:
    return f"{span / timedelta(days=1):g} days"
