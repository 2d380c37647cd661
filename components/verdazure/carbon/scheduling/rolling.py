"""A plan that rolls: what a job does next, given what it has done and the newest forecast."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from verdazure.carbon.quantities import Emissions, Intensity
from verdazure.carbon.scheduling.contiguous import contiguous
from verdazure.carbon.scheduling.interruptible import interruptible
from verdazure.carbon.scheduling.jobs import Job, utc
from verdazure.carbon.scheduling.plans import Plan
from verdazure.carbon.scheduling.smoothing import smoothed
from verdazure.carbon.series import Gap, Series

_ROUNDING = timedelta(milliseconds=1)
"""Of times and of sums of hours. A job starts this much before the last moment, and this little work is none."""


@dataclass(frozen=True, slots=True)
class Progress:
    """What a job has done. Raises `ValueError` for hours below 0."""

    worked: float = 0.0
    """Hours."""
    running: bool = False
    """Whether it runs at this moment."""

    def __post_init__(self) -> None:
        if not 0 <= self.worked < float("inf"):
            raise ValueError(f"worked is {self.worked}; give hours, 0 or more")


@dataclass(frozen=True, slots=True)
class Step:
    """What the job does from now on, until the next step is asked for."""

    runs: bool
    until: datetime
    """Ask again by then: a job that waits longer may miss its deadline."""
    reason: str
    """One sentence."""
    plan: Plan | None
    """Of the work that is left, on the smoothed forecast; None where there was nothing to choose or to choose by."""


def next_step(
    job: Job, may_pause: bool, progress: Progress, now: datetime, forecast: Series, ask_again: timedelta
) -> Step:
    """Whether the job runs now, by the best plan for the work that is left.

    The deadline is safe under any forecast, if the job does as each step says and asks again by its `until`: it runs
    once the slack is used up, and where the forecast does not know the hours ahead. A forecast that ends before the
    deadline is planned up to its end. A pause is made where it saves more than the resume costs. `ask_again` is when a
    newer forecast is expected. Raises `ValueError` for a `now` without a time zone and an `ask_again` of nothing.
    """
    now = utc("now", now)
    if ask_again <= timedelta(0):
        raise ValueError(f"ask_again is {ask_again}; give the time until a newer forecast, such as one hour")
    left = job.running - timedelta(hours=progress.worked)
    latest = job.deadline - left - _ROUNDING
    if left <= _ROUNDING:
        return Step(False, job.deadline, "The work is done.", None)
    if now < job.release:
        return Step(False, min(job.release, now + ask_again), "Waits for its release.", None)
    if now >= latest:
        return Step(True, now + left, "Runs: the slack before its deadline is used up.", None)
    if not may_pause and (progress.worked or progress.running):
        return Step(True, now + left, "Runs on: it may not pause.", None)
    rest = _plannable(job, left, now, forecast)
    if rest is None:
        return Step(True, min(now + left, now + ask_again), "Runs: the forecast does not know enough hours.", None)
    known = smoothed(forecast.between(rest.release, rest.deadline))
    plan = (interruptible if may_pause else contiguous)(rest, known)
    soonest = now + ask_again
    if plan.start <= now:
        until = min(plan.runs[0].end, soonest) if may_pause else now + left
        return Step(True, until, f"Runs: {plan.reason}", plan)
    if progress.running and not _pause_saves(rest, plan, known):
        return Step(True, min(now + left, soonest), "Runs on: a pause would save less than its resume costs.", plan)
    return Step(False, min(plan.start, latest, soonest), f"Waits: {plan.reason}", plan)


def _plannable(job: Job, left: timedelta, now: datetime, forecast: Series) -> Job | None:
    """The work that is left as a job within what the forecast knows; None where it does not fit or is not known."""
    deadline = min(job.deadline, forecast.end)
    if now + left > deadline:
        return None
    try:
        forecast.between(now, deadline)
    except Gap:
        return None
    return Job(job.power, left / timedelta(hours=1), now, deadline, job.resume)


def _pause_saves(rest: Job, plan: Plan, forecast: Series) -> bool:
    """Whether a job that runs should stop now, rather than run through or on to the end of this step of the forecast.

    A plan takes its first start as free; after a stop it costs a resume.
    """
    edge = min(forecast.start + (forecast.index(rest.release) + 1) * forecast.step, rest.release + rest.running)
    hours = (edge - rest.release) / timedelta(hours=1)
    on = rest.power.over(hours).at(_intensity(forecast, rest.release))
    if rest.hours - hours > _ROUNDING / timedelta(hours=1):
        later = interruptible(replace(rest, release=edge, hours=rest.hours - hours), forecast)
        on = on + later.emissions + _resumed(rest, later, forecast, running_until=edge)
    return plan.emissions + _resumed(rest, plan, forecast, running_until=rest.release) < min(on, plan.baseline)


def _resumed(rest: Job, plan: Plan, forecast: Series, running_until: datetime) -> Emissions:
    if plan.start <= running_until:
        return Emissions(0)
    return rest.resume.at(_intensity(forecast, plan.start))


def _intensity(forecast: Series, moment: datetime) -> Intensity:
    return Intensity(float(forecast.values[forecast.index(moment)]))
