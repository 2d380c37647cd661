"""GAIA (Hanafy et al., ASPLOS 2024), figure 8: a thousand cluster jobs, carbon against waiting.

A job belongs to the short queue (below 2 h, waits 6 h at most) or to the long one (24 h); a planner knows which. As
published: GAIA's policies know the queue's mean length over the whole trace; ours know the lengths of all other jobs
of the queue, never the job's own. Strict: only the lengths of jobs that have finished before the job arrives, under the
same policy; while none has, a job runs at once.
"""

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import numpy as np
from verdazure.carbon.quantities import Emissions, Power
from verdazure.carbon.scheduling import (
    Job,
    LengthHistory,
    OpenJob,
    Run,
    contiguous,
    interruptible,
    waiting_policy,
)
from verdazure.carbon.scheduling.window import Window
from verdazure.carbon.series import Series

from benchmarks.carbon.data import rows, trace
from benchmarks.carbon.figures import Cell, Relation, Table, Target

_DATA_SET = "gaia"
_SOURCE = "Hanafy et al., ASPLOS 2024"
_WAITS = {"short": 6.0, "long": 24.0}
"""Hours that a job may wait, by queue."""
_SHORT_BELOW_HOURS = 2.0
_TICKS_PER_HOUR = 720
"""GAIA plays the trace five times faster, in ticks of a second: times are cut to whole ticks."""
_PRICES = (0.0, 2.0, 5.0, 8.0, 12.0, 18.0, 25.0, 35.0, 50.0, 80.0, 150.0, 300.0)
"""gCO2e that an hour of waiting must spare a job, at 1 kW a core."""

_LENGTHS_UNKNOWN = ("Lowest-Slot", "Carbon-Time", "Lowest-Window", "Ecovisor (suspend-resume threshold)")
_WAIT_AWHILE = "Wait Awhile (suspend-resume)"


@dataclass(frozen=True, slots=True)
class _Request:
    """Times in hours from the start of the trace."""

    arrival: float
    hours: float
    cores: int

    @property
    def queue(self) -> str:
        return "short" if self.hours < _SHORT_BELOW_HOURS else "long"


@dataclass(frozen=True, slots=True)
class _Outcome:
    carbon: float
    """Share of what starting all jobs at once emits."""
    wait: float
    """Mean hours from arrival to finish, less the running time."""


_Finished = list[tuple[float, _Request]]
"""Jobs so far, with the hour of their finish."""
_LengthsKnown = Callable[[_Request, list[_Request], _Finished], list[float]]
"""What a planner may know of lengths, in hours, when a job of all these jobs arrives."""


def run() -> list[Table]:
    """The published points beside ours, then the whole frontier. Raises `Missing`."""
    forecast, requests = _trace(), _requests()
    with ProcessPoolExecutor() as pool:
        as_published = list(pool.map(partial(_unknown, requests, forecast, _all_others), _PRICES))
        strict = list(pool.map(partial(_unknown, requests, forecast, _finished_before), _PRICES))
    return [_points(as_published, strict, _known(requests, forecast)), _frontier(as_published, strict)]


def _points(as_published: list[_Outcome], strict: list[_Outcome], known: dict[str, _Outcome]) -> Table:
    body: list[tuple[Cell, ...]] = []
    targets: list[Target] = []
    optimum = known["interruptible"].carbon
    published = {row["policy"]: row for row in rows(_DATA_SET, "published_vs_reproduced.csv")}
    for policy in _LENGTHS_UNKNOWN:
        paper = float(published[policy]["published_normalized_carbon"])
        wait = float(published[policy]["reproduced_mean_wait_h"])
        ours, ours_strict = _at(as_published, wait), _at(strict, wait)
        body.append((policy, paper, wait, ours.carbon, ours.wait, ours_strict.carbon, ours_strict.wait, optimum))
        for semantics, outcome in {"as published": ours, "strict": ours_strict}.items():
            what = f"lengths unknown, {semantics}, within {wait:.2f} h of waiting ({policy})"
            targets.append(Target(what, outcome.carbon, Relation.BELOW, paper, _SOURCE, 4))
    for planner, outcome in known.items():
        bound = _reproduced(published, f"optimal {planner}")
        wait_awhile = float(published[_WAIT_AWHILE]["published_normalized_carbon"])
        figures = (outcome.carbon, outcome.wait)
        paper_or_none = wait_awhile if planner == "interruptible" else None
        body.append((f"Lengths known, {planner}", paper_or_none, None, *figures, *figures, bound))
        what = f"lengths known, {planner}"
        targets.append(Target(what, outcome.carbon, Relation.EQUAL, bound, "independently computed optimum", 4))
    note = (
        "Carbon as a share of starting at once; mean wait in hours. Ours may pause, as Ecovisor and Wait Awhile do, and"
        " is the frontier's best point within the published wait. As published: it knows the lengths of the other jobs"
        " of the queue, never the job's own; strict: only of those already finished. Optimum where lengths are unknown:"
        " of known lengths, with pauses."
    )
    columns = ("", "paper", "wait h", "ours, as published", "wait h", "ours, strict", "wait h", "optimum")
    return Table("gaia", f"GAIA, 1,000 jobs, AU-SA: {_SOURCE}", columns, tuple(body), 4, note, tuple(targets))


def _reproduced(published: dict[str, dict[str, str]], what: str) -> float:
    """The figure of the row whose policy says `what`."""
    return next(float(row["reproduced_normalized_carbon"]) for policy, row in published.items() if what in policy)


def _at(frontier: list[_Outcome], wait: float) -> _Outcome:
    return min((outcome for outcome in frontier if outcome.wait <= wait), key=lambda outcome: outcome.carbon)


def _frontier(as_published: list[_Outcome], strict: list[_Outcome]) -> Table:
    body = tuple(
        (f"{price:g}", ours.carbon, ours.wait, ours_strict.carbon, ours_strict.wait)
        for price, ours, ours_strict in zip(_PRICES, as_published, strict, strict=True)
    )
    note = "Each row one price: the grams that an hour of waiting must spare a job, at 1 kW a core."
    columns = ("price, g/h", "ours, as published", "wait h", "ours, strict", "wait h")
    return Table("gaia-frontier", "GAIA: carbon against waiting, lengths unknown", columns, body, 4, note)


def _unknown(requests: list[_Request], forecast: Series, lengths_known: _LengthsKnown, price: float) -> _Outcome:
    """Jobs in the order of their arrival, each by the policy that is best over the history it may know."""
    finished: _Finished = []
    runs: list[tuple[Run, ...]] = []
    for request in requests:
        lengths = lengths_known(request, requests, finished)
        release = forecast.start + timedelta(hours=request.arrival)
        if lengths:
            job = OpenJob(Power(1000 * request.cores), release, _WAITS[request.queue])
            policy = waiting_policy(job, LengthHistory(lengths), forecast, Emissions(price))
            runs.append(policy.runs(request.hours))
        else:
            runs.append((Run(release, release + timedelta(hours=request.hours)),))
        finished.append((_hours(runs[-1][-1].end, forecast), request))
    return _outcome(requests, runs, forecast)


def _all_others(request: _Request, requests: list[_Request], _: _Finished) -> list[float]:
    return [other.hours for other in requests if other is not request and other.queue == request.queue]


def _finished_before(request: _Request, _: list[_Request], finished: _Finished) -> list[float]:
    return [other.hours for finish, other in finished if finish <= request.arrival and other.queue == request.queue]


def _known(requests: list[_Request], forecast: Series) -> dict[str, _Outcome]:
    """By the planner's name."""
    jobs = []
    for request in requests:
        release = forecast.start + timedelta(hours=request.arrival)
        deadline = release + timedelta(hours=request.hours) + timedelta(hours=_WAITS[request.queue])
        jobs.append(Job(Power(1000 * request.cores), request.hours, release, deadline))
    return {
        planner.__name__: _outcome(requests, [planner(job, forecast).runs for job in jobs], forecast)
        for planner in (interruptible, contiguous)
    }


def _outcome(requests: list[_Request], runs: list[tuple[Run, ...]], forecast: Series) -> _Outcome:
    window = Window.of(forecast, forecast.start, forecast.end)
    emitted = at_once = wait = 0.0
    for request, stretches in zip(requests, runs, strict=True):
        hours = np.array([[_hours(run.start, forecast), _hours(run.end, forecast)] for run in stretches])
        finish = request.arrival + request.hours
        emitted += request.cores * float(window.grams_between(hours[:, 0], hours[:, 1]).sum())
        at_once += request.cores * float(window.grams_between(request.arrival, finish))
        wait += float(hours[-1, 1]) - finish
    return _Outcome(emitted / at_once, wait / len(requests))


def _hours(moment: datetime, forecast: Series) -> float:
    return (moment - forecast.start) / timedelta(hours=1)


def _trace() -> Series:
    table = rows(_DATA_SET, "AU-SA_2022_720h_from_hour7000.csv")
    values = (row["carbon_intensity_gco2e_kwh"] for row in table)
    return trace(_SOURCE, "AU-SA", (row["datetime_utc"] for row in table), values)


def _requests() -> list[_Request]:
    ticks_per_second = _TICKS_PER_HOUR / 3600
    return [
        _Request(
            int(float(row["arrival_time"]) * ticks_per_second) / _TICKS_PER_HOUR,
            int(float(row["length"]) * ticks_per_second) / _TICKS_PER_HOUR,
            int(row["cpus"]),
        )
        for row in rows(_DATA_SET, "pai_1k.csv")
    ]
