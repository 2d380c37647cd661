"""A job that runs in one piece: the start that emits least."""

import numpy as np

from verdazure.carbon.scheduling.jobs import Job
from verdazure.carbon.scheduling.plans import Plan, choose
from verdazure.carbon.scheduling.window import Window
from verdazure.carbon.series import Series


def contiguous(job: Job, forecast: Series, least_saving: float = 0.0) -> Plan:
    """The exact best start between release and deadline, to the moment and not only to the step.

    A job is moved only for a saving above `least_saving`, a share of what starting at once emits. Raises `Gap` where
    the forecast does not cover release to deadline.
    """
    window = Window.of(forecast, job.release, job.deadline)
    start = best_start(window, job.hours)
    return choose(job, window, forecast, [(start, start + job.hours)], least_saving)


def best_start(window: Window, hours: float) -> float:
    """The offset of the start that emits least, the earliest of equals.

    Over constant steps the emissions are piecewise linear in the start, so a best one begins or ends with a step, or
    at a bound of the window: a sliding window over prefix sums, O(n).
    """
    latest = max(window.length - hours, 0.0)
    edges = np.concatenate((window.offsets, window.offsets - hours, [latest]))
    starts = edges[(edges >= 0) & (edges <= latest)]
    grams = window.grams_between(starts, starts + hours)
    return float(starts[grams <= grams.min() * (1 + 1e-12)].min())
