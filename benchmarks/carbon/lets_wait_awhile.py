"""Let's Wait Awhile (Wiesner et al., Middleware 2021), scenario II: a year of machine-learning jobs that may wait.

As published: the planner may use the half-hour that begins at the deadline, and the baseline may start half an hour
late where that emits less. Strict: neither. The forecast is the true intensity with independent normal noise of 5 % of
the year's mean; ours takes the noise out of that same forecast first (`smoothed`).
"""

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import product

import numpy as np
from verdazure.carbon.quantities import Power
from verdazure.carbon.scheduling import Job, Plan, contiguous, interruptible, smoothed
from verdazure.carbon.scheduling.window import Window
from verdazure.carbon.series import Series

from benchmarks.carbon.data import Missing, rows, trace, utc
from benchmarks.carbon.figures import Cell, Relation, Table, Target, saving

_DATA_SET = "lets-wait-awhile"
_SOURCE = "Wiesner et al., Middleware 2021"
_ZONES = {"ger": "Germany", "gb": "Great Britain", "fr": "France", "cal": "California"}
_STEP = timedelta(minutes=30)
_NOISE = 0.05
_SEEDS = range(10)
_POWER = Power(1000)
_OF_PERFECT = 0.985
"""The share of what a perfect forecast saves that smoothing must keep."""

_Case = tuple[str, str]
"""Deadline and planner, by the names of the published table."""
_PLANNERS = {"nonint": contiguous, "int": interruptible}
_WORDS = {"next_workday": "next workday", "semi_weekly": "semi-weekly", "nonint": "one piece", "int": "with pauses"}


@dataclass(frozen=True, slots=True)
class _Request:
    start: datetime
    running: timedelta


def run() -> list[Table]:
    """Raises `Missing` where no trace is there."""
    requests = _requests()
    published = {
        (row["region"], row["deadline"], row["mode"], float(row["forecast_error"])): row
        for row in rows(_DATA_SET, "ml_scenario_savings_pct.csv")
    }
    body: list[tuple[Cell, ...]] = []
    targets: list[Target] = []
    absent: list[str] = []
    with ProcessPoolExecutor() as pool:
        for zone, name in _ZONES.items():
            try:
                true = _trace(zone)
            except Missing as missing:
                absent.append(f"{name} skipped: {missing}.")
                continue
            for case, ours in _savings(true, requests, pool).items():
                paper = float(published[zone, *case, _NOISE]["published_2020_pct"])
                label = f"{name}, {', '.join(_WORDS[word] for word in case)}"
                body.append((label, paper, ours.unsmoothed, ours.as_published, ours.strict, ours.optimum))
                targets += _targets(label, case, paper, ours)
    if not body:
        raise Missing(" ".join(absent))
    note = (
        "Per cent of the baseline's emissions saved, 3,387 jobs of 2020, 5 % noise, mean of seeds 0-9."
        " Optimum: the same planners on the perfect forecast, as published. " + " ".join(absent)
    )
    columns = ("", "paper", "our planners, unsmoothed", "ours, as published", "ours, strict", "optimum")
    return [Table("lets-wait-awhile", f"Let's Wait Awhile: {_SOURCE}", columns, tuple(body), 3, note, tuple(targets))]


@dataclass(frozen=True, slots=True)
class _Savings:
    """Per cent of the baseline."""

    unsmoothed: float
    as_published: float
    strict: float
    optimum: float


def _targets(label: str, case: _Case, paper: float, ours: _Savings) -> Iterator[Target]:
    yield Target(f"{label}, as published", ours.as_published, Relation.AT_LEAST, paper, _SOURCE, 3)
    if case == ("semi_weekly", "int"):
        share = 100 * ours.as_published / ours.optimum
        aim = f"{_OF_PERFECT:.1%} of a perfect forecast's saving"
        yield Target(f"{label}, per cent of the optimum", share, Relation.AT_LEAST, 100 * _OF_PERFECT, aim, 3)


def _savings(true: Series, requests: list[_Request], pool: ProcessPoolExecutor) -> dict[_Case, _Savings]:
    noisy = [_noisy(true, seed) for seed in _SEEDS]
    forecasts = [true, *noisy, *(smoothed(forecast) for forecast in noisy)]
    as_published = list(pool.map(partial(_emitted, true=true, requests=requests, late=_STEP), forecasts))
    strict = list(
        pool.map(partial(_emitted, true=true, requests=requests, late=timedelta(0)), forecasts[-len(noisy) :])
    )
    published_baseline = _grams(true, [contiguous(_job(request, _STEP), true) for request in requests])
    at_once = _grams(true, [contiguous(_job(request, timedelta(0)), true) for request in requests])
    return {
        case: _Savings(
            unsmoothed=saving(_mean(as_published[1 : 1 + len(noisy)], case), published_baseline),
            as_published=saving(_mean(as_published[1 + len(noisy) :], case), published_baseline),
            strict=saving(_mean(strict, case), at_once),
            optimum=saving(as_published[0][case], published_baseline),
        )
        for case in as_published[0]
    }


def _mean(runs: list[dict[_Case, float]], case: _Case) -> float:
    return float(np.mean([run[case] for run in runs]))


def _emitted(forecast: Series, true: Series, requests: list[_Request], late: timedelta) -> dict[_Case, float]:
    """gCO2e of all jobs by case, planned on the forecast and counted on the truth."""
    return {
        (deadline, mode): _grams(
            true, [_PLANNERS[mode](_job(request, late + waits(request)), forecast) for request in requests]
        )
        for (deadline, waits), mode in product(_WAITS.items(), _PLANNERS)
    }


def _grams(true: Series, plans: list[Plan]) -> float:
    window = Window.of(true, true.start, true.end)
    hours = np.array(
        [
            [(moment - true.start) / timedelta(hours=1) for moment in (run.start, run.end)]
            for plan in plans
            for run in plan.runs
        ]
    )
    return float(window.grams_between(hours[:, 0], hours[:, 1]).sum()) * _POWER.watts / 1000


def _job(request: _Request, slack: timedelta) -> Job:
    hours = request.running / timedelta(hours=1)
    return Job(_POWER, hours, request.start, request.start + request.running + slack)


def until_next_workday(finish: datetime) -> timedelta:
    """From a finish at night or on a weekend to 09:00 of the next workday, else nothing."""
    nine = finish.replace(hour=9, minute=0)
    if finish.weekday() == 5:
        return nine + timedelta(days=2) - finish
    if finish.weekday() == 6 or finish > finish.replace(hour=17, minute=0):
        return nine + timedelta(days=1) - finish
    return max(nine - finish, timedelta(0))


def until_monday_or_thursday(finish: datetime) -> timedelta:
    """From a finish to the next Monday or Thursday, 09:00, whichever comes first."""
    nine = finish.replace(hour=9, minute=0)
    return min(
        wait
        for days in range(8)
        if (nine + timedelta(days=days)).weekday() in (0, 3)
        and (wait := nine + timedelta(days=days) - finish) >= timedelta(0)
    )


def _next_workday(request: _Request) -> timedelta:
    return until_next_workday(request.start + request.running)


def _semi_weekly(request: _Request) -> timedelta:
    return until_monday_or_thursday(request.start + request.running)


_WAITS = {"next_workday": _next_workday, "semi_weekly": _semi_weekly}


def _noisy(true: Series, seed: int) -> Series:
    noise = np.random.default_rng(seed).normal(0, _NOISE * true.values.mean(), size=len(true))
    return replace(true, values=np.maximum(true.values + noise, 0.0))


def _trace(zone: str) -> Series:
    table = [
        row
        for row in rows(_DATA_SET, f"{zone}_ci.csv")
        if row["Time"][:4] >= "2020" and row["Time"][14:16] in ("00", "30")
    ]
    return trace(_SOURCE, zone, (row["Time"] for row in table), (row["Carbon Intensity"] for row in table))


def _requests() -> list[_Request]:
    first = utc("2020-01-01T00:00")
    return [
        _Request(
            first + int(row["arrival_slot_30min_from_2020-01-01T00:00"]) * _STEP,
            int(row["duration_slots_30min"]) * _STEP,
        )
        for row in rows(_DATA_SET, "ml_jobs_2020.csv")
    ]
