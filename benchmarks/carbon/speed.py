"""What planning costs: time and memory against the number of slots and of jobs.

On made-up grids with a daily wave, a weekly wave and noise, so that it runs without any data set. One job's time is the
median of many calls, memory the most that one call allocates; a fleet is planned once, in a process of its own, and its
memory is that process's peak, libraries included.
"""

import importlib
import multiprocessing
import resource
import statistics
import time
import tracemalloc
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np
from verdazure.carbon.quantities import Energy, Power
from verdazure.carbon.scheduling import ElasticJob, Job, Scale, contiguous, elastic, interruptible
from verdazure.carbon.series import Series

from benchmarks.carbon.data import Missing, series
from benchmarks.carbon.figures import Cell, Relation, Table, Target

_START = datetime(2026, 1, 1, tzinfo=UTC)
_STEP = timedelta(minutes=30)
_SLOTS = (48, 336, 1_488, 17_520)
"""A day, a week, a month and a year of half-hours."""
_MOST_HOURS = 48.0
"""The job runs for a tenth of the slots, at most for two days."""
_MOST_CALLS = 101
_SECONDS = 1.0
"""After which a planner is not called again."""
_YEAR_LIMIT_MS = 1.0
_FLEETS = (100, 1_000, 10_000)
_FLEET_LIMIT_S = 10.0
_SITES = 5
_WEEK = 336
_LOAD = 0.6
"""Share of all sites' capacity that the fleet needs."""
_PROMISE = "this library's promise"


def run_job() -> list[Table]:
    """One job against the number of slots."""
    body: list[tuple[Cell, ...]] = []
    year = 0.0
    for slots in _SLOTS:
        calls = _calls(_grid(0, slots))
        medians = {name: _median_ms(call) for name, call in calls.items()}
        memory = {name: _peak_kib(call) for name, call in calls.items()}
        body.append((slots, *(figure for name in calls for figure in (medians[name], memory[name]))))
        year = medians["interruptible"]
    target = Target("a job that may pause, a year of half-hours, ms", year, Relation.BELOW, _YEAR_LIMIT_MS, _PROMISE, 3)
    note = (
        f"Milliseconds, median of up to {_MOST_CALLS} calls; KiB, the most allocated in one."
        f" The job fills a tenth of the slots, at most {_MOST_HOURS:g} h."
    )
    columns = (
        "slots",
        "one piece, ms",
        "KiB",
        "with pauses, ms",
        "KiB",
        "pauses that cost, ms",
        "KiB",
        "four scales, ms",
        "KiB",
    )
    return [Table("speed", "One job: cost against slots", columns, tuple(body), 3, note, (target,))]


def _calls(forecast: Series) -> dict[str, Callable[[], object]]:
    hours = min(len(forecast) * (_STEP / timedelta(hours=1)) / 10, _MOST_HOURS)
    job = Job(Power(3000), hours, forecast.start, forecast.end)
    resuming = replace(job, resume=Energy(0.3))
    scales = tuple(Scale(nodes, nodes**0.9, Power(3000 * nodes)) for nodes in (1, 2, 4, 8))
    scaling = ElasticJob(hours, scales, forecast.start, forecast.end)
    return {
        "contiguous": lambda: contiguous(job, forecast),
        "interruptible": lambda: interruptible(job, forecast),
        "interruptible, resumes": lambda: interruptible(resuming, forecast),
        "elastic": lambda: elastic(scaling, forecast),
    }


def _median_ms(call: Callable[[], object]) -> float:
    taken: list[float] = []
    while len(taken) < _MOST_CALLS and sum(taken) < _SECONDS:
        started = time.perf_counter()
        call()
        taken.append(time.perf_counter() - started)
    return 1000 * statistics.median(taken)


def _peak_kib(call: Callable[[], object]) -> int:
    tracemalloc.start()
    call()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return round(peak / 1024)


@dataclass(frozen=True, slots=True)
class _Planned:
    seconds: float
    gap_pct: float
    saved_pct: float
    unplaced: int
    peak_mib: float


def run_fleet() -> list[Table]:
    """Many jobs over a week and five sites, against the number of jobs. Raises `Missing` without a fleet planner."""
    try:
        importlib.import_module("verdazure.carbon.scheduling.fleet")
    except ImportError as error:
        raise Missing(f"verdazure.carbon.scheduling.fleet cannot be imported ({error})") from error
    fresh = multiprocessing.get_context("forkserver")  # its children do not inherit this process's peak
    planned: dict[int, _Planned] = {}
    for jobs in _FLEETS:
        with ProcessPoolExecutor(1, mp_context=fresh) as process:
            planned[jobs] = process.submit(_plan_fleet, jobs).result()
    body = tuple((jobs, p.seconds, p.peak_mib, p.gap_pct, p.saved_pct, p.unplaced) for jobs, p in planned.items())
    most = max(_FLEETS)
    what = f"{most:,} jobs, a week, {_SITES} sites, s"
    target = Target(what, planned[most].seconds, Relation.BELOW, _FLEET_LIMIT_S, _PROMISE, 2)
    note = (
        f"A week of half-hours, {_SITES} sites, {_LOAD:.0%} of their capacity used. Gap: how far above the optimum the"
        " plan can be at most, per cent of its emissions. Saved: against each job at home as soon as there is room, per"
        " cent."
    )
    columns = ("jobs", "seconds", "peak MiB", "gap, %", "saved, %", "left out")
    return [Table("speed-fleet", "A fleet: cost against jobs", columns, body, 2, note, (target,))]


def _plan_fleet(count: int) -> _Planned:
    from verdazure.carbon.scheduling.fleet import FleetJob, Site, plan_fleet

    rng = np.random.default_rng(count)
    hours = rng.integers(1, 25, count) / 2
    releases = rng.integers(0, _WEEK - 24 - 48, count)
    slacks = rng.integers(0, 49, count)
    homes = rng.integers(0, _SITES, count)
    capacity = float(np.ceil(hours.sum() / (_WEEK / 2) / _SITES / _LOAD))
    sites = [Site(f"site-{number}", _grid(number, _WEEK), capacity) for number in range(_SITES)]
    jobs = [
        FleetJob(
            name=f"job-{number}",
            power=Power(3000),
            hours=float(hours[number]),
            release=_START + int(releases[number]) * _STEP,
            deadline=_START + int(releases[number] + 2 * hours[number] + slacks[number]) * _STEP,
            home=f"site-{homes[number]}",
            interruptible=number % 2 == 0,
        )
        for number in range(count)
    ]
    started = time.perf_counter()
    plan = plan_fleet(jobs, sites)
    seconds = time.perf_counter() - started
    saved = plan.saved.grams / plan.at_once.grams
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return _Planned(seconds, 100 * plan.gap, 100 * saved, len(plan.unplaced), peak)


def _grid(number: int, slots: int) -> Series:
    """A made-up intensity: a mean, a day's and a week's wave, noise."""
    hours = np.arange(slots) / 2
    mean = 100 * (number + 1)
    noise = np.random.default_rng(number).normal(0, 0.05, slots)
    wave = 0.3 * np.sin(2 * np.pi * (hours / 24 + number / _SITES)) + 0.1 * np.sin(2 * np.pi * hours / 168)
    return series("made up", f"grid-{number}", _START, _STEP, mean * (1 + wave + noise))
