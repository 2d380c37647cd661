"""A job that may pause: the slots that emit least."""

import numpy as np

from verdazure.carbon.scheduling.contiguous import best_start
from verdazure.carbon.scheduling.jobs import Job
from verdazure.carbon.scheduling.plans import Plan, choose, emissions
from verdazure.carbon.scheduling.resumes import best_slots
from verdazure.carbon.scheduling.window import Hours, Window
from verdazure.carbon.series import Series

_ROUNDING = 1e-10
"""Hours: less than the microsecond that times are kept in."""


def interruptible(job: Job, forecast: Series, least_saving: float = 0.0) -> Plan:
    """The exact best slots between release and deadline.

    Without resume energy every cheap moment counts, in whole steps or not. With it, work lies in whole steps of the
    forecast and one remainder (`resumes`), or in one piece where that emits less. A job is moved only for a saving
    above `least_saving`, a share of what starting at once emits. Raises `Gap` where the forecast does not cover release
    to deadline.
    """
    window = Window.of(forecast, job.release, job.deadline)
    if not job.resume.kwh:
        return choose(job, window, forecast, window.stretches(cheapest(window, job.hours)), least_saving)
    start = best_start(window, job.hours)
    candidates = [[(start, start + job.hours)]]
    paused = best_slots(window, job.hours, resume_hours=job.resume.kwh * 1000 / job.power.watts)
    if paused is not None:
        candidates.append(window.stretches(paused))
    best = min(candidates, key=lambda stretches: emissions(job, window, stretches).grams)
    return choose(job, window, forecast, best, least_saving)


def cheapest(window: Window, hours: float) -> Hours:
    """Hours of each slot to use: the slots below a threshold wholly, of those at the threshold the earliest.

    Filling the cheapest first is exact, because no slot's price depends on another's (fractional knapsack, Dantzig
    1957). O(n): the threshold is an order statistic.
    """
    needed = min(int(np.ceil(hours / window.step_hours)), len(window.hours))
    while True:
        threshold = np.partition(window.intensities, needed - 1)[needed - 1]
        reach = window.intensities <= threshold
        if needed == len(window.hours) or float(window.hours[reach].sum()) >= hours:
            break
        needed += 1  # the first and the last slot are shorter than a step
    used = np.where(window.intensities < threshold, window.hours, 0.0)
    left = hours - float(used.sum())
    for slot in np.flatnonzero(window.intensities == threshold):
        if left <= _ROUNDING:
            break
        used[slot] = min(left, float(window.hours[slot]))
        left -= float(used[slot])
    return used
