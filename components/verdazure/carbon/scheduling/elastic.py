"""A job that runs on more nodes where power is clean: its scale in each slot."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from verdazure.carbon.quantities import Emissions, Power
from verdazure.carbon.scheduling.jobs import Infeasible, utc
from verdazure.carbon.scheduling.plans import NOTHING_SAVED, Plan, Run
from verdazure.carbon.scheduling.window import Window
from verdazure.carbon.series import Series


@dataclass(frozen=True, slots=True)
class Scale:
    """What the job does on so many nodes."""

    nodes: int
    throughput: float
    """Work per hour, in any unit that the whole job uses."""
    power: Power


@dataclass(frozen=True, slots=True)
class ElasticJob:
    """A job of known work that may run on any of its scales, or none, in each slot.

    Raises `ValueError` for a value that means nothing and `Infeasible` for work that even its fastest scale cannot do
    by the deadline.
    """

    work: float
    """In the unit of the scales' throughput."""
    scales: tuple[Scale, ...]
    """At least one; each of its own number of nodes."""
    release: datetime
    deadline: datetime

    def __post_init__(self) -> None:
        for name in ("release", "deadline"):
            object.__setattr__(self, name, utc(name, getattr(self, name)))
        object.__setattr__(self, "scales", tuple(sorted(self.scales, key=lambda scale: scale.nodes)))
        if not 0 < self.work < float("inf"):
            raise ValueError(f"work is {self.work}; give more than 0")
        nodes = [scale.nodes for scale in self.scales]
        if not nodes or nodes[0] < 1 or len(set(nodes)) < len(nodes):
            raise ValueError(f"scales has {nodes} nodes; give one scale or more, each of another number from 1")
        for scale in self.scales:
            if scale.throughput <= 0 or scale.power.watts <= 0:
                raise ValueError(f"the scale of {scale.nodes} nodes needs a throughput and a power above 0")
        fastest = max(scale.throughput for scale in self.scales)
        needed = self.work / fastest
        given = (self.deadline - self.release) / timedelta(hours=1)
        if needed > given + _ROUNDING:
            raise Infeasible(f"the work takes {needed:g} h on the fastest scale; release to deadline is {given:g} h")


_ROUNDING = 1e-9
"""Of an hour or of a step: what sums of floats are wrong by, and no plan is."""


@dataclass(frozen=True, slots=True)
class _Step:
    """From one scale that is worth using up to the next: more work an hour for more power."""

    nodes_before: int
    nodes: int
    throughput: float
    kilowatts: float


def elastic(job: ElasticJob, forecast: Series, at_once: Scale | None = None) -> Plan:
    """The exact best scale in each slot: marginal work per gram first, the last step trimmed to the work that is left.

    CarbonScaler (Hanafy et al., SIGMETRICS 2024) ranks (slot, added node) by marginal throughput per gram. Over the
    scales that no mixture of two others beats, the margins fall, so each slot takes its steps in order and filling the
    best first is exact (fractional knapsack); trimming the last step removes the published overshoot. No scale held
    throughout, started at any moment, emits less. `at_once` is the scale of the baseline, by default the smallest that
    meets the deadline. Raises `Gap` where the forecast does not cover release to deadline.
    """
    window = Window.of(forecast, job.release, job.deadline)
    steps = _worthwhile_steps(job.scales)
    hours = _fill(window, steps, job.work)
    baseline = _baseline(job, window, at_once)
    emissions = _emissions(window, steps, hours)
    static_hours = job.work / baseline.throughput
    static = float(window.grams_between(0.0, static_hours)) * baseline.power.watts / 1000
    if emissions.grams >= static * (1 - NOTHING_SAVED):
        run = Run(job.release, min(job.release + timedelta(hours=static_hours), job.deadline), baseline.nodes)
        reason = f"Starts at once on {_nodes(baseline.nodes)}, no benefit: no other hours or scales emit less."
        return Plan((run,), Emissions(static), Emissions(static), forecast.origin, forecast.quality, reason)
    runs = _runs(window, steps, hours)
    most = max(run.nodes for run in runs)
    reason = (
        f"Runs on up to {_nodes(most)} where {forecast.origin.zone}'s {forecast.origin.signal.value} intensity is low:"
        f" that emits {(static - emissions.grams) / static:.1%} less than {_nodes(baseline.nodes)} at once."
    )
    return Plan(runs, emissions, Emissions(static), forecast.origin, forecast.quality, reason)


def _nodes(count: int) -> str:
    return "1 node" if count == 1 else f"{count} nodes"


def _worthwhile_steps(scales: Sequence[Scale]) -> list[_Step]:
    """Between the scales on the lower convex hull of power over throughput, nothing included: margins fall."""
    hull: list[tuple[int, float, float]] = [(0, 0.0, 0.0)]
    for scale in sorted(scales, key=lambda scale: (scale.throughput, scale.power.watts)):
        point = (scale.nodes, scale.throughput, scale.power.watts / 1000)
        if point[1] <= hull[-1][1]:
            continue
        while len(hull) > 1 and _slope(hull[-2], hull[-1]) >= _slope(hull[-1], point):
            hull.pop()
        hull.append(point)
    return [_Step(low[0], high[0], high[1] - low[1], high[2] - low[2]) for low, high in pairwise(hull)]


def _slope(low: tuple[int, float, float], high: tuple[int, float, float]) -> float:
    return (high[2] - low[2]) / (high[1] - low[1])


def _fill(window: Window, steps: Sequence[_Step], work: float) -> NDArray[np.float64]:
    """Hours by slot and step that do the work with least emissions, earliest first among equals."""
    gram_per_work = np.outer(window.intensities, [step.kilowatts / step.throughput for step in steps])
    capacity = np.outer(window.hours, [step.throughput for step in steps])
    # Lower steps first among equals: over a clean grid all grams are 0, and a step needs the one below it.
    order = np.lexsort((np.tile(np.arange(len(steps)), len(window.hours)), gram_per_work.ravel()))
    done_before = np.concatenate(([0.0], np.cumsum(capacity.ravel()[order])[:-1]))
    share = np.clip((work - done_before) / capacity.ravel()[order], 0.0, 1.0)
    filled = np.zeros(capacity.size)
    filled[order] = np.where(share > _ROUNDING, share, 0.0)
    hours: NDArray[np.float64] = filled.reshape(capacity.shape) * window.hours[:, np.newaxis]
    return hours


def _emissions(window: Window, steps: Sequence[_Step], hours: NDArray[np.float64]) -> Emissions:
    kilowatts = np.array([step.kilowatts for step in steps])
    return Emissions(float(window.intensities @ hours @ kilowatts))


def _baseline(job: ElasticJob, window: Window, at_once: Scale | None) -> Scale:
    if at_once is not None:
        if job.work / at_once.throughput > window.length + _ROUNDING:
            raise Infeasible(f"the baseline of {at_once.nodes} nodes misses the deadline; give a faster one")
        return at_once
    return next(scale for scale in job.scales if job.work / scale.throughput <= window.length + _ROUNDING)


def _runs(window: Window, steps: Sequence[_Step], hours: NDArray[np.float64]) -> tuple[Run, ...]:
    """Each slot's scale; where one step is trimmed, the larger scale comes first and the smaller fills the slot."""
    runs: list[Run] = []
    for slot in np.flatnonzero(hours.any(axis=1)):
        start = float(window.offsets[slot])
        level = int(np.flatnonzero(hours[slot])[-1])
        part = float(hours[slot, level])
        trimmed = part < float(window.hours[slot])
        end = start + part if trimmed else float(window.offsets[slot + 1])
        _extend(runs, Run(window.moment(start), window.moment(end), steps[level].nodes))
        if trimmed and steps[level].nodes_before:
            rest = Run(window.moment(end), window.moment(float(window.offsets[slot + 1])), steps[level].nodes_before)
            _extend(runs, rest)
    return tuple(runs)


def _extend(runs: list[Run], run: Run) -> None:
    if runs and runs[-1].nodes == run.nodes and runs[-1].end == run.start:
        run = Run(runs.pop().start, run.end, run.nodes)
    runs.append(run)
