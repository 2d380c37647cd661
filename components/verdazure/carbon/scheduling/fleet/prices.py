"""What capacity is worth in each slot, and what no plan can undercut: the Lagrangian dual of the fleet's program."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from verdazure.carbon.scheduling.fleet.grid import Floats, Grid, Ints
from verdazure.carbon.scheduling.fleet.placing import least_alone

_CLASSES = 8
"""Of jobs by demand per kilowatt, while prices are sought; the bound is of each job as it is."""
_WORK = 4e8
"""Jobs x sites x slots x rounds: some seconds."""
_MOST_ROUNDS = 100
_TARGET = 0.02
"""Share by which the best bound is thought to fall short, for the length of a step."""
_PATIENCE = 3
"""Rounds without a better bound before the steps are halved."""


@dataclass(frozen=True, eq=False)
class Prices:
    """What was found."""

    per_slot: Floats
    """[site, slot] gCO2e of a unit of capacity for a slot."""
    least: Floats
    """[job] gCO2e, its capacity paid, of the cheapest spot that it could have alone; 0 where it has none."""
    paid: float
    """gCO2e that all capacity would pay."""

    def bound(self, placed: Ints) -> float:
        """gCO2e that no plan that places these jobs can undercut.

        Weak duality: any plan pays at most `paid` for its capacity, and each job at least its `least`.
        """
        return float(self.least[placed].sum() - self.paid)


def seek_prices(grid: Grid, jobs: Ints) -> Prices:
    """Prices by projected subgradient with Polyak's steps (Held, Wolfe and Crowder 1974), for jobs that fit alone.

    Each round finds every job's cheapest spot at the prices, then raises the price where those overrun the capacity and
    lowers it where they leave room.
    """
    classes = _classes(grid, jobs)
    capacity = grid.empty()
    prices = best = np.zeros_like(grid.grams)
    highest, share, idle = -np.inf, 1.0, 0
    for _ in range(int(np.clip(_WORK / (len(jobs) * prices.size), 10, _MOST_ROUNDS))):
        wish = _wish(grid, classes, prices)
        bound = wish.least - float((prices * capacity).sum())
        idle += 1
        if bound > highest:
            best, highest, idle = prices, bound, 0
        if idle == _PATIENCE:
            share, idle = share / 2, 0
        overrun = np.where((prices > 0) | (wish.used > capacity), wish.used - capacity, 0.0)
        if not overrun.any():
            break  # the cheapest spots of all fit together
        step = share * (highest + _TARGET * abs(highest) - bound) / float((overrun**2).sum())
        prices = np.maximum(prices + step * overrun, 0.0)
    return Prices(best, least_alone(grid, jobs, best), float((best * capacity).sum()))


class _Class(NamedTuple):
    """Jobs of about one demand per kilowatt: they see one price per slot, and so share its order of slots."""

    ratio: float
    jobs: Ints
    pausing: bool


class _Wish(NamedTuple):
    """What the jobs would do if each were alone."""

    least: float
    """gCO2e of all together, the price of their capacity included."""
    used: Floats
    """[site, slot] capacity that they would take together."""


def _classes(grid: Grid, jobs: Ints) -> list[_Class]:
    ratios = grid.demand[jobs] / grid.kilowatts[jobs]
    edges = np.unique(np.quantile(ratios, np.linspace(0, 1, _CLASSES + 1)[1:-1]))
    member = np.searchsorted(edges, ratios)
    members = [(member == index) & (grid.pausing[jobs] == pausing) for index in range(_CLASSES) for pausing in (0, 1)]
    return [
        _Class(float(ratios[who].mean()), jobs[who], bool(grid.pausing[jobs[who][0]])) for who in members if who.any()
    ]


def _wish(grid: Grid, classes: list[_Class], prices: Floats) -> _Wish:
    least, used = 0.0, np.zeros_like(prices)
    for ratio, jobs, pausing in classes:
        costs = grid.grams + ratio * prices
        sites = [_CheapestSlots(row) if pausing else _CheapestStretch(row) for row in costs]
        windows = _Windows(grid.first[jobs], grid.last[jobs], grid.need[jobs])
        found = [site.find(windows) for site in sites]
        totals = np.stack([sums for sums, _ in found], axis=1) * grid.kilowatts[jobs, np.newaxis] + grid.transfer[jobs]
        totals[~grid.allowed[jobs]] = np.inf
        chosen = totals.argmin(axis=1)
        least += float(totals.min(axis=1).sum())
        for index, (site, (_, spots)) in enumerate(zip(sites, found, strict=True)):
            here = chosen == index
            used[index] += site.used(
                _Windows(*(of_job[here] for of_job in windows)), spots[here], grid.demand[jobs[here]]
            )
    return _Wish(least, used)


class _Windows(NamedTuple):
    """By job."""

    first: Ints
    last: Ints
    need: Ints


class _CheapestSlots:
    """For any window of one row of costs: its so many cheapest slots.

    Tables of how many slots, and what sum of costs, lie below each rank and before each position; a job's window is
    searched by bisection over the ranks.
    """

    def __init__(self, costs: Floats) -> None:
        size = len(costs)
        self._rank = np.empty(size, dtype=np.intp)
        self._rank[np.argsort(costs, kind="stable")] = np.arange(size)
        below = self._rank < np.arange(size + 1)[:, np.newaxis]
        self._count = np.zeros((size + 1, size + 1), dtype=np.int32)
        self._sum = np.zeros((size + 1, size + 1))
        np.cumsum(below, axis=1, out=self._count[:, 1:])
        np.cumsum(below * costs, axis=1, out=self._sum[:, 1:])

    def find(self, windows: _Windows) -> tuple[Floats, Ints]:
        """[job] the sum, and the rank below which its slots lie."""
        first, last, need = windows
        low, high = np.zeros_like(need), np.full_like(need, len(self._rank))
        while (low < high).any():
            middle = (low + high) // 2
            enough = self._count[middle, last] - self._count[middle, first] >= need
            low, high = np.where(enough, low, middle + 1), np.where(enough, middle, high)
        return self._sum[high, last] - self._sum[high, first], high

    def used(self, windows: _Windows, ranks: Ints, demand: Floats) -> Floats:
        """[slot] the capacity that jobs of these ranks take."""
        slot = np.arange(len(self._rank))
        inside = (slot >= windows.first[:, np.newaxis]) & (slot < windows.last[:, np.newaxis])
        return np.asarray(demand @ (inside & (self._rank < ranks[:, np.newaxis])))


class _CheapestStretch:
    """For any window of one row of costs: its cheapest so many consecutive slots."""

    def __init__(self, costs: Floats) -> None:
        self._until = np.concatenate(([0.0], np.cumsum(costs)))

    def find(self, windows: _Windows) -> tuple[Floats, Ints]:
        """[job] the sum, and the start."""
        first, last, need = windows
        room = last - first - need
        starts = first[:, np.newaxis] + np.minimum(np.arange(int(room.max()) + 1), room[:, np.newaxis])
        sums = self._until[starts + need[:, np.newaxis]] - self._until[starts]
        best = sums.argmin(axis=1)
        return sums[np.arange(len(need)), best], first + best

    def used(self, windows: _Windows, starts: Ints, demand: Floats) -> Floats:
        """[slot] the capacity that jobs that start there take."""
        change = np.zeros(len(self._until))
        np.add.at(change, starts, demand)
        np.add.at(change, starts + windows.need, -demand)
        return np.asarray(np.cumsum(change)[:-1])
