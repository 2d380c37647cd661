"""Limits of shifting in time (Sukprasert et al., EuroSys 2024): what 24 h of slack can save at most in 123 zones.

The bounds are sums over sliding windows, for every hour of the year at once; that the planners reach them is shown on
sampled hours of every zone. As published: windows that the end of the year cuts short count too, and each hour's saving
is the zones' sum over the zones' sum. Strict: whole windows only, each zone's saving over its year, then the mean.
"""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray
from verdazure.carbon.quantities import Power
from verdazure.carbon.scheduling import Job, contiguous, interruptible
from verdazure.carbon.series import Series

from benchmarks.carbon.data import hourly_2022, rows, series
from benchmarks.carbon.figures import Cell, Relation, Table, Target

_SOURCE = "Sukprasert et al., EuroSys 2024"
_SLACK = 24
"""Hours."""
_SAMPLED_HOURS = 4
"""Of each zone, for each length of job."""
_AGREEMENT = 1e-9
"""Relative: the rounding of sums."""

_Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class _Bounds:
    """[zone, starting hour] gCO2e of 1 kW: at once, in the best one piece, in the best hours."""

    at_once: _Floats
    deferred: _Floats
    paused: _Floats


def run() -> list[Table]:
    """Raises `Missing`."""
    start, zones = hourly_2022("all_123_zones_2022_hourly.csv.gz")
    published = {row["stats"]: row for row in rows("decarb", "published_temporal_slack_24_pct.csv")}
    intensities = np.stack(list(zones.values()))
    forecasts = [series(_SOURCE, zone, start, timedelta(hours=1), values) for zone, values in zones.items()]
    body: list[tuple[Cell, ...]] = []
    targets: list[Target] = []
    for hours in (int(column) for column in published["defer"] if column != "stats"):
        bounds = _bounds(intensities, hours)
        off = _planners_off(forecasts, bounds, hours)
        for kind, ours, strict in zip(("defer", "interrupt"), _as_published(bounds), _strict(bounds), strict=True):
            paper = float(published[kind][str(hours)])
            label = f"{hours} h, " + {"defer": "waiting", "interrupt": "and pausing, extra"}[kind]
            body.append((label, paper, ours, strict, ours, f"{off:.0e}"))
            targets.append(Target(label, ours, Relation.EQUAL, paper, _SOURCE, 4))
        targets.append(
            Target(f"{hours} h, planners off the bound", off, Relation.BELOW, _AGREEMENT, "exact planners", 12)
        )
    note = (
        f"Per cent saved by {_SLACK} h of slack, mean of {len(zones)} zones and every hour of 2022. Last: how far"
        f" the planners are off the bound at most, relative, in {_SAMPLED_HOURS} sampled hours of every zone."
    )
    columns = ("job", "paper", "bound, as published", "bound, strict", "optimum", "planners off")
    return [
        Table(
            "shifting-limits", f"Limits of shifting in time: {_SOURCE}", columns, tuple(body), 4, note, tuple(targets)
        )
    ]


def _bounds(intensities: _Floats, hours: int) -> _Bounds:
    """For each hour but the last at which the job still ends within the year, as published."""
    size = intensities.shape[1] - hours
    sums = np.cumsum(np.pad(intensities, ((0, 0), (1, 0))), axis=1)
    pieces = sums[:, hours:] - sums[:, :-hours]
    return _Bounds(
        at_once=pieces[:, :size],
        deferred=np.stack([_windows(row, _SLACK + 1)[:size].min(axis=1) for row in pieces]),
        paused=np.stack([_cheapest(_windows(row, _SLACK + hours)[:size], hours) for row in intensities]),
    )


def _windows(values: _Floats, length: int) -> _Floats:
    """Each start's window; what lies past the year is never chosen."""
    endless = np.concatenate((values, np.full(length - 1, np.inf)))
    return np.lib.stride_tricks.sliding_window_view(endless, length)


def _cheapest(windows: _Floats, count: int) -> _Floats:
    return np.asarray(np.partition(windows, count - 1, axis=1)[:, :count].sum(axis=1))


def _as_published(bounds: _Bounds) -> tuple[float, float]:
    """Per cent by waiting, and by pausing in addition; the publication rounds grams to two digits."""
    deferred, paused = bounds.deferred.round(2).sum(axis=0), bounds.paused.round(2).sum(axis=0)
    at_once = bounds.at_once.sum(axis=0)
    return float(100 * np.mean((at_once - deferred) / at_once)), float(100 * np.mean((deferred - paused) / at_once))


def _strict(bounds: _Bounds) -> tuple[float, float]:
    """The same with whole windows only."""
    whole = slice(bounds.at_once.shape[1] - _SLACK + 1)
    at_once, deferred, paused = (
        grams[:, whole].sum(axis=1) for grams in (bounds.at_once, bounds.deferred, bounds.paused)
    )
    return float(100 * np.mean((at_once - deferred) / at_once)), float(100 * np.mean((deferred - paused) / at_once))


def _planners_off(forecasts: list[Series], bounds: _Bounds, hours: int) -> float:
    """The largest relative difference between a plan's emissions and the bound, in sampled hours."""
    chosen = np.random.default_rng(hours).integers(
        bounds.at_once.shape[1] - _SLACK, size=(len(forecasts), _SAMPLED_HOURS)
    )
    worst = 0.0
    for zone, forecast in enumerate(forecasts):
        for hour in chosen[zone]:
            release = forecast.start + timedelta(hours=int(hour))
            job = Job(Power(1000), hours, release, release + timedelta(hours=hours + _SLACK))
            for planner, bound in ((contiguous, bounds.deferred), (interruptible, bounds.paused)):
                emitted, least = planner(job, forecast).emissions.grams, float(bound[zone, hour])
                worst = max(worst, abs(emitted - least) / least)
    return worst
