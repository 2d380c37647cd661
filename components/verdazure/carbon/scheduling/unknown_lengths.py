"""A job whose length nobody knows: when to run and when to wait, judged by how long its like have run."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from verdazure.carbon.quantities import Emissions, Power
from verdazure.carbon.scheduling.plans import Run
from verdazure.carbon.scheduling.window import Window
from verdazure.carbon.series import Origin, Quality, Series

_Grid = NDArray[np.float64]
"""By whether the first slot was worked (0 or 1), by number of later slots worked."""


@dataclass(frozen=True, eq=False)
class LengthHistory:
    """How long such jobs have run: hours, sorted. Raises `ValueError` for an empty history or a length below 0."""

    hours: NDArray[np.float64]

    def __init__(self, hours: Sequence[float] | NDArray[np.float64]) -> None:
        known = np.sort(np.asarray(hours, dtype=np.float64))
        if not len(known):
            raise ValueError("the history holds no lengths; give those of jobs that have finished, or plan a known one")
        if not (np.isfinite(known).all() and known[0] > 0):
            raise ValueError(f"the history holds a length of {known[0]:g} h; give hours above 0")
        known.setflags(write=False)
        object.__setattr__(self, "hours", known)
        object.__setattr__(self, "_sums", np.concatenate(([0.0], np.cumsum(known))))

    @property
    def longest(self) -> float:
        return float(self.hours[-1])

    def beyond(self, worked: float) -> "LengthHistory":
        """What is left of those that ran longer than `worked` hours. Raises `ValueError` where none did."""
        return LengthHistory(self.hours[self.hours > worked] - worked)

    def alive(self, worked: _Grid) -> _Grid:
        """The share that still runs after `worked` hours."""
        return 1 - np.searchsorted(self.hours, worked, side="right") / len(self.hours)

    def mean_until(self, worked: _Grid) -> _Grid:
        """The mean of hours worked by jobs that are stopped at `worked`."""
        ended = np.searchsorted(self.hours, worked, side="right")
        sums: NDArray[np.float64] = self._sums  # type: ignore[attr-defined]
        return np.asarray((sums[ended] + (len(self.hours) - ended) * worked) / len(self.hours))


@dataclass(frozen=True, slots=True)
class OpenJob:
    """A job without a known length. Raises `ValueError` for a wait below 0."""

    power: Power
    release: datetime
    longest_wait: float
    """Hours that it may stand still in all, before its start and in pauses."""

    def __post_init__(self) -> None:
        if not 0 <= self.longest_wait < float("inf"):
            raise ValueError(f"longest_wait is {self.longest_wait}; give hours, 0 or more")


class _Expected(NamedTuple):
    """Of the jobs in the history: grams and hours of waiting from a slot on, counted for those still alive."""

    grams: _Grid
    wait: _Grid


@dataclass(frozen=True, eq=False)
class WaitingPolicy:
    """For each slot and each amount of work done: run, or wait until the next slot.

    To roll on with a newer forecast, ask for the policy of what is left: `OpenJob` with the release moved to now and
    the wait that is left, `LengthHistory.beyond` of the hours worked.
    """

    window: Window
    runs_in: NDArray[np.bool_]
    """By slot, by whether the first slot was worked, by number of later slots worked."""
    emissions: Emissions
    """Expected over the history."""
    baseline: Emissions
    """Of starting at once, expected over the history."""
    wait: float
    """Hours, expected over the history."""
    signal: Origin
    quality: Quality
    reason: str

    @property
    def runs_now(self) -> bool:
        """Whether to run in the slot that begins at release."""
        return bool(self.runs_in[0, 0, 0])

    def runs(self, hours: float) -> tuple[Run, ...]:
        """When the job runs if it turns out to be so long; after the window it runs through."""
        used = np.zeros(len(self.window.hours))
        left, first, later = hours, 0, 0
        for slot, length in enumerate(self.window.hours.tolist()):
            if left <= 0:
                break
            if self.runs_in[slot, first, later]:
                used[slot] = min(length, left)
                left -= length
                first, later = (1, later) if slot == 0 else (first, later + 1)
        runs = [Run(self.window.moment(start), self.window.moment(end)) for start, end in self.window.stretches(used)]
        if left > 0:
            end = self.window.moment(self.window.length)
            start = runs.pop().start if runs and runs[-1].end == end else end
            runs.append(Run(start, end + timedelta(hours=left)))
        return tuple(runs)


def waiting_policy(job: OpenJob, history: LengthHistory, forecast: Series, hour_of_wait: Emissions) -> WaitingPolicy:
    """The policy that is best on average over the history, where sparing an hour of waiting is worth `hour_of_wait`.

    Exact by backward induction over (slot, hours worked), for policies that decide at the beginning of each step of
    the forecast (Bellman 1957); each candidate length counts as likely as it was. In expectation it emits no more than
    starting at once; a single job may. A job outside the history runs on. Raises `ValueError` for a price below 0 and
    `Gap` where the forecast does not cover release + longest wait + longest known length.
    """
    if hour_of_wait.grams < 0:
        raise ValueError(f"hour_of_wait is {hour_of_wait.grams:g} g; give 0 or more")
    end = job.release + timedelta(hours=job.longest_wait + history.longest)
    window = Window.of(forecast, job.release, end)
    runs_in, expected = _induce(job, history, window, hour_of_wait.grams)
    emissions, wait = Emissions(float(expected.grams[0, 0])), float(expected.wait[0, 0])
    baseline = Emissions(_at_once(job, history, window))
    return WaitingPolicy(
        window,
        runs_in,
        emissions,
        baseline,
        wait,
        forecast.origin,
        forecast.quality,
        _reason(emissions, baseline, wait),
    )


def _induce(job: OpenJob, history: LengthHistory, window: Window, price: float) -> tuple[NDArray[np.bool_], _Expected]:
    slots = len(window.hours)
    later = np.arange(slots + 1) * window.step_hours
    worked = np.stack((later, later + window.hours[0]))
    alive, mean = history.alive(worked), history.mean_until(worked)
    expected = _Expected(np.zeros_like(worked), np.zeros_like(worked))
    runs_in = np.zeros((slots, *worked.shape), dtype=np.bool_)
    for slot in range(slots - 1, -1, -1):
        length = window.hours[slot]
        grams = job.power.watts / 1000 * window.intensities[slot] * (history.mean_until(worked + length) - mean)
        run = _Expected(grams + _worked_on(expected.grams, slot), _worked_on(expected.wait, slot))
        wait = _Expected(expected.grams, expected.wait + length * alive)
        may_wait = window.offsets[slot + 1] - worked <= job.longest_wait + 1e-9
        runs_in[slot] = ~may_wait | (run.grams + price * run.wait <= wait.grams + price * wait.wait)
        expected = _Expected(
            np.where(runs_in[slot], run.grams, wait.grams), np.where(runs_in[slot], run.wait, wait.wait)
        )
    return runs_in, expected


def _worked_on(after: _Grid, slot: int) -> _Grid:
    """What `after` holds for those who work this slot."""
    if slot == 0:
        return after[[1, 1]]
    return np.concatenate((after[:, 1:], after[:, -1:]), axis=1)


def _at_once(job: OpenJob, history: LengthHistory, window: Window) -> float:
    worked = np.diff(history.mean_until(window.offsets))
    return float((worked * window.intensities).sum()) * job.power.watts / 1000


def _reason(emissions: Emissions, baseline: Emissions, wait: float) -> str:
    if not wait:
        return "Runs at once and through: at this price of an hour, no wait is worth what it saves."
    saved = (baseline.grams - emissions.grams) / baseline.grams
    return f"Waits {wait:.1f} h on average, at the dirtiest hours, and so is expected to emit {saved:.1%} less."
