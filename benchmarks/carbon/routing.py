"""Requests routed over regions for the year 2022: by latency alone, by us, and as linear programming would.

Users sit at one place; each region serves 40 per cent of the peak, so that no region can take all. By latency alone,
the nearest regions serve first. The optimum is solved each hour, free to move anything anywhere within capacity and
residency; ours moves at most 10 points an hour, keeps a floor warm, and stays still where little is to be gained.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog  # type: ignore[import-untyped]
from verdazure import facts
from verdazure.carbon.quantities import Energy, Intensity
from verdazure.carbon.routing import WHOLE, Origin, Rules, route

from benchmarks.carbon.data import hourly_2022
from benchmarks.carbon.figures import Cell, Relation, Table, Target, saving

_PEAK, _CAPACITY = 1000.0, 400.0
"""Requests per second: of all users, and that one region serves."""
_PER_REQUEST = Energy(3600 / 3_600_000)
_MS_PER_KM = 2 / 200
"""Light in a fibre covers about 200 km a millisecond, there and back: a lower bound of any latency."""
_EARTH_KM = 6371
_PROMISE = "issue: less than latency-only routing"


@dataclass(frozen=True, slots=True)
class _Case:
    name: str
    users: tuple[float, float]
    """Latitude and longitude, degrees."""
    regions: tuple[str, ...]
    residency: str


_CASES = (
    _Case(
        "EU, users in Frankfurt",
        (50.11, 8.68),
        ("germanywestcentral", "westeurope", "francecentral", "swedencentral", "switzerlandnorth"),
        "eu",
    ),
    _Case(
        "EU without Sweden and France, users in Frankfurt",
        (50.11, 8.68),
        ("germanywestcentral", "westeurope", "northeurope", "italynorth", "switzerlandnorth"),
        "eu",
    ),
    _Case(
        "US, users in Chicago",
        (41.88, -87.63),
        ("centralus", "northcentralus", "eastus", "westus2", "canadacentral"),
        "us",
    ),
)


def run() -> list[Table]:
    """Each case over each hour of the year. Raises `Missing`."""
    _, traces = hourly_2022("azure_zones_2022_hourly.csv")
    body: list[tuple[Cell, ...]] = []
    targets: list[Target] = []
    for case in _CASES:
        grids = {name: traces[facts.region(name).grid_zone] for name in case.regions}
        nearest, best, ours, moves, broken = _year(case, grids)
        body.append((case.name, saving(ours, nearest), saving(best, nearest), moves, broken))
        targets += [
            Target(f"{case.name}, grams", ours, Relation.BELOW, nearest, _PROMISE, 0),
            Target(f"{case.name}, rules broken", broken, Relation.EQUAL, 0, "issue: never", 0),
        ]
    columns = ("case", "ours, % saved", "optimum, % saved", "moves", "overloads and requests abroad")
    note = "Per cent of what routing by latency alone emits, average lifecycle intensities of 2022; one region abroad."
    return [Table("routing", "Routing of requests", columns, tuple(body), 1, note, tuple(targets))]


def _year(case: _Case, grids: Mapping[str, NDArray[np.float64]]) -> tuple[float, float, float, int, int]:
    """Grams by latency, at best and by us; how often we moved weights, and hours that broke a rule."""
    regions = {name: facts.region(name) for name in case.regions}
    latency = {name: _MS_PER_KM * _km(case.users, (each.latitude, each.longitude)) for name, each in regions.items()}
    at_home = {name for name, each in regions.items() if case.residency in each.residencies}
    rules = Rules(longest_latency_ms=100, residency=case.residency, floor=2, step=10, worth=0.02)
    weights: Mapping[str, int] | None = None
    nearest = best = ours = 0.0
    moves = broken = 0
    for hour in range(len(next(iter(grids.values())))):
        load = _PEAK * (0.6 - 0.4 * math.cos(2 * math.pi * (hour % 24 - 3) / 24))
        now = {name: float(values[hour]) for name, values in grids.items()}
        origins = [
            Origin(
                name,
                _CAPACITY,
                latency[name],
                Intensity(now[name]),
                _PER_REQUEST,
                residencies=frozenset(regions[name].residencies),
            )
            for name in case.regions
        ]
        told = route(origins, load, rules, weights).weights
        moves += weights is not None and told != weights
        weights = told
        broken += any(share * load / WHOLE > _CAPACITY * (1 + 1e-9) for share in weights.values())
        broken += any(share for name, share in weights.items() if name not in at_home)
        grams = load * 3600 * _PER_REQUEST.kwh
        ours += grams * sum(share / WHOLE * now[name] for name, share in weights.items())
        nearest += grams * _by_latency(latency, at_home, load, now)
        best += grams * _optimum(at_home, load, now)
    return nearest, best, ours, moves, broken


def _by_latency(latency: Mapping[str, float], at_home: set[str], load: float, now: Mapping[str, float]) -> float:
    """gCO2e/kWh where the nearest serve first."""
    left, emitted = 1.0, 0.0
    for name in sorted(at_home, key=lambda each: latency[each]):
        share = min(left, _CAPACITY / load)
        left, emitted = left - share, emitted + share * now[name]
    return emitted


def _optimum(at_home: set[str], load: float, now: Mapping[str, float]) -> float:
    """gCO2e/kWh where the shares may be any within capacity."""
    names = sorted(at_home)
    limits = [(0, min(1, _CAPACITY / load))] * len(names)
    solved = linprog([now[name] for name in names], A_eq=[[1] * len(names)], b_eq=[1], bounds=limits)
    return float(solved.fun)


def _km(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Along the great circle."""
    (lat, lon), (to_lat, to_lon) = (tuple(map(math.radians, each)) for each in (one, other))
    inner = math.sin(lat) * math.sin(to_lat) + math.cos(lat) * math.cos(to_lat) * math.cos(lon - to_lon)
    return _EARTH_KM * math.acos(min(1.0, inner))
