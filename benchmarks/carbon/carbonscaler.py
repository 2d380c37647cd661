"""CarbonScaler (Hanafy et al., SIGMETRICS 2024): an N-body job that may run on up to seven nodes, in twelve zones.

The publication prints no table; its greedy planner was run again on the traces of 2022. As published: a slot is held
whole, so the last one overshoots the work. Strict: the last step is trimmed to the work that is left. The optimum is a
linear program over hours by slot and scale, solved for a sample of the jobs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog  # type: ignore[import-untyped]
from verdazure.carbon.quantities import Power
from verdazure.carbon.scheduling import ElasticJob, Plan, Scale, elastic
from verdazure.carbon.series import Series

from benchmarks.carbon.data import hourly_2022, read, rows, series
from benchmarks.carbon.figures import Cell, Relation, Table, Target, saving

_SOURCE = "Hanafy et al., SIGMETRICS 2024, run again"
_PROFILE = Path(__file__).with_name("nbody100k.csv")
_HOUR = timedelta(hours=1)
_BETWEEN_ARRIVALS = 23
"""Hours; a day less one, so that jobs arrive at every hour of the day."""
_SOLVED_EVERY = 100
"""Jobs between two that the linear program solves."""
_AGREEMENT = 1e-9
"""Relative: what the rounding of sums and the solver leave."""


@dataclass(frozen=True, slots=True)
class _Savings:
    """Per cent of one node at once, over all jobs."""

    as_published: float
    strict: float
    off_optimum: float
    """The largest relative difference from the linear program."""


def run() -> list[Table]:
    """Raises `Missing`."""
    start, zones = hourly_2022("azure_zones_2022_hourly.csv")
    scales = tuple(
        Scale(int(row["nodes"]), float(row["throughput_per_hour"]), Power(float(row["watts"])))
        for row in read(_PROFILE)
    )
    body: list[tuple[Cell, ...]] = []
    targets: list[Target] = []
    for row in rows("decarb", "carbonscaler_nbody100k_2022.csv"):
        zone, hours, deadline = row["em_zone"], int(row["job_h_at_1_node"]), int(row["deadline_h"])
        forecast = series(_SOURCE, zone, start, _HOUR, zones[zone])
        ours = _savings(forecast, scales, hours, deadline)
        paper = float(row["carbonscaler_saving_pct"])
        label = f"{zone}, {hours} h within {deadline} h"
        body.append((label, paper, ours.as_published, ours.strict, ours.strict, f"{ours.off_optimum:.0e}"))
        targets += [
            Target(label, ours.strict, Relation.AT_LEAST, max(paper, 0.0), _SOURCE, 2),
            Target(f"{label}, off the optimum", ours.off_optimum, Relation.BELOW, _AGREEMENT, "linear program", 12),
        ]
    note = (
        "Per cent saved against one node at once, a job every 23 h of 2022, sum over sum. Where the published planner"
        " saves less than nothing, the target is 0. Last: how far ours is off the linear program at most, relative."
    )
    columns = ("", "paper", "ours, as published", "ours, strict", "optimum", "ours off")
    return [Table("carbonscaler", f"CarbonScaler, N-body: {_SOURCE}", columns, tuple(body), 2, note, tuple(targets))]


def _savings(forecast: Series, scales: Sequence[Scale], hours: int, deadline: int) -> _Savings:
    work = hours * scales[0].throughput
    at_once = trimmed = whole = off = 0.0
    for number, arrival in enumerate(range(0, len(forecast) - deadline, _BETWEEN_ARRIVALS)):
        release = forecast.start + arrival * _HOUR
        job = ElasticJob(work, tuple(scales), release, release + deadline * _HOUR)
        plan = elastic(job, forecast, at_once=scales[0])
        at_once += plan.baseline.grams
        trimmed += plan.emissions.grams
        whole += held_whole(plan, forecast, scales)
        if number % _SOLVED_EVERY == 0:
            least = _least(forecast.values[arrival : arrival + deadline], scales, work)
            off = max(off, abs(plan.emissions.grams - least) / least)
    return _Savings(saving(whole, at_once), saving(trimmed, at_once), off)


def held_whole(plan: Plan, forecast: Series, scales: Sequence[Scale]) -> float:
    """gCO2e where each hour that a plan touches is held to its end, on the most nodes that it has in the hour."""
    watts = {scale.nodes: scale.power.watts for scale in scales}
    held: dict[int, float] = {}
    for run in plan.runs:
        for hour in range(_hour(run.start, forecast), _hour(run.end - timedelta(microseconds=1), forecast) + 1):
            held[hour] = max(held.get(hour, 0.0), watts[run.nodes])
    return sum(power / 1000 * float(forecast.values[hour]) for hour, power in held.items())


def _hour(moment: datetime, forecast: Series) -> int:
    return (moment - forecast.start) // _HOUR


def _least(intensities: NDArray[np.float64], scales: Sequence[Scale], work: float) -> float:
    """gCO2e of the linear program: hours by slot and scale, at most one in each slot, that do the work."""
    throughput = np.array([scale.throughput for scale in scales])
    kilowatts = np.array([scale.power.watts / 1000 for scale in scales])
    slots = len(intensities)
    solution = linprog(
        np.outer(intensities, kilowatts).ravel(),
        A_ub=np.kron(np.eye(slots), np.ones(len(scales))),
        b_ub=np.ones(slots),
        A_eq=np.tile(throughput, slots)[np.newaxis],
        b_eq=[work],
    )
    return float(solution.fun)
