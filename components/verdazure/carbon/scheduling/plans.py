"""What a planner answers: when to run, what that emits, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from verdazure.carbon.quantities import Emissions
from verdazure.carbon.scheduling.jobs import Job
from verdazure.carbon.scheduling.window import Window
from verdazure.carbon.series import Origin, Quality, Series

NOTHING_SAVED = 1e-9
"""A saving below this share of the emissions is the rounding of sums, not a reason to wait."""


@dataclass(frozen=True, slots=True)
class Run:
    """The job runs in [start, end) on so many nodes."""

    start: datetime
    end: datetime
    nodes: int = 1

    @property
    def hours(self) -> float:
        return (self.end - self.start) / timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Plan:
    """When a job runs. Emissions are what the forecast says, not what the grid will do."""

    runs: tuple[Run, ...]
    """In time order, without overlap."""
    emissions: Emissions
    baseline: Emissions
    """Of starting at once, on the same forecast."""
    signal: Origin
    """Whose numbers were optimised, average or marginal."""
    quality: Quality
    reason: str
    """One sentence."""

    @property
    def start(self) -> datetime:
        return self.runs[0].start

    @property
    def finish(self) -> datetime:
        return self.runs[-1].end

    @property
    def saved(self) -> Emissions:
        """Against starting at once; never negative."""
        return self.baseline - self.emissions

    @property
    def saved_share(self) -> float:
        """Of the baseline, 0 to 1; 0 where nothing was to be saved."""
        return self.saved.grams / self.baseline.grams if self.baseline.grams else 0.0


def choose(
    job: Job, window: Window, forecast: Series, stretches: Sequence[tuple[float, float]], least_saving: float
) -> Plan:
    """The plan that runs in these stretches of the window, or at once where they save too little to move it.

    Raises `ValueError` for a `least_saving` outside 0 to 1.
    """
    if not 0 <= least_saving < 1:
        raise ValueError(f"least_saving is {least_saving}; give a share of the emissions, 0 to below 1, such as 0.02")
    baseline = emissions(job, window, [(0.0, job.hours)])
    shifted = emissions(job, window, stretches)
    saving = (baseline.grams - shifted.grams) / baseline.grams if baseline.grams else 0.0
    if saving <= max(least_saving, NOTHING_SAVED):
        reason = _at_once_reason(job, saving, least_saving)
        stretches, shifted = [(0.0, job.hours)], baseline
    else:
        reason = _shifted_reason(window, stretches, forecast.origin, saving)
    return Plan(
        runs=_runs(job, window, stretches),
        emissions=shifted,
        baseline=baseline,
        signal=forecast.origin,
        quality=forecast.quality,
        reason=reason,
    )


def emissions(job: Job, window: Window, stretches: Sequence[tuple[float, float]]) -> Emissions:
    """What running in these stretches emits, resumes included."""
    starts, ends = np.array(stretches).T
    grams = float(window.grams_between(starts, ends).sum()) * job.power.watts / 1000
    return Emissions(grams + job.resume.kwh * float(window.intensity_at(starts[1:]).sum()))


def _runs(job: Job, window: Window, stretches: Sequence[tuple[float, float]]) -> tuple[Run, ...]:
    if len(stretches) == 1:  # its end is exact, whatever the offset's last digit
        start = min(window.moment(stretches[0][0]), job.latest_start)
        return (Run(start, start + job.running),)
    starts, ends = (window.moments(offsets) for offsets in np.array(stretches).T)
    return tuple(map(Run, starts, ends))


def _at_once_reason(job: Job, saving: float, least_saving: float) -> str:
    if job.latest_start == job.release:
        return "Starts at once: the deadline leaves no room to wait."
    if saving <= NOTHING_SAVED:
        return "Starts at once, no benefit: no later hours before the deadline are cleaner."
    return f"Starts at once, no benefit: waiting saves {saving:.1%}, less than the {least_saving:.1%} asked for."


def _shifted_reason(window: Window, stretches: Sequence[tuple[float, float]], origin: Origin, saving: float) -> str:
    start = window.moment(stretches[0][0])
    pauses = len(stretches) - 1
    how = f", pauses {pauses} time{'s' if pauses > 1 else ''}" if pauses else ""
    return (
        f"Starts {stretches[0][0]:.1f} h later, on {start:%a %d %b at %H:%M} UTC{how}: by {origin.zone}'s"
        f" {origin.signal.value} intensity that emits {saving:.1%} less than starting at once."
    )
