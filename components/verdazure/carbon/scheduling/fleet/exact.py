"""A small fleet as a mixed-integer linear program, solved to its optimum by HiGHS."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp  # type: ignore[import-untyped]
from scipy.sparse import csr_array  # type: ignore[import-untyped]

from verdazure.carbon.scheduling.fleet.grid import Floats, Grid, Ints, Spot

MOST_VARIABLES = 3000
"""Above it, a program of tight capacities may take minutes."""
_MOST_NODES = 2000
"""Of the search tree, so that a hard program ends too, the same on every machine."""
_PROVEN = 0
"""What scipy's `milp` calls an optimal solution."""


class Optimum(NamedTuple):
    spots: list[Spot | None]
    bound: float
    """gCO2e; what the spots emit, but for rounding."""


class _Column(NamedTuple):
    """One yes-or-no of the program: that a job runs in a stretch, or at a site at all, or in a slot there."""

    job: int
    site: int
    slots: Ints
    """Of capacity taken; none for running at a site at all."""
    grams: float
    places: bool
    """Whether it alone says that the job is placed."""


def variables(grid: Grid, jobs: Ints) -> int:
    """How many yes-or-nos the program of these jobs has."""
    windows = grid.last[jobs] - grid.first[jobs]
    own = np.where(grid.pausing[jobs], windows + 1, windows - grid.need[jobs] + 1)
    return int((own * grid.allowed[jobs].sum(axis=1)).sum())


def optimum(grid: Grid, jobs: Ints) -> Optimum | None:
    """The plan that places most jobs of the highest priority, then of the next, and emits least among those.

    None where the search ends before that is proven.
    """
    program = _Program(grid, jobs)
    everyone = program.solve(program.grams, {int(level): None for level in np.unique(grid.priority[jobs])})
    if everyone is not None:
        return everyone
    placed: dict[int, int | None] = {}
    for level in np.unique(grid.priority[jobs])[::-1].tolist():
        most = program.solve(-program.starts(level), placed)
        if most is None:
            return None
        placed[level] = sum(spot is not None and grid.priority[job] == level for job, spot in enumerate(most.spots))
    return program.solve(program.grams, placed)


class _Program:
    def __init__(self, grid: Grid, jobs: Ints) -> None:
        self._grid = grid
        self._jobs = jobs
        self._columns = [column for job in jobs.tolist() for column in _columns(grid, job)]
        self.grams = np.array([column.grams for column in self._columns])
        self._rules = [self._capacity(), self._once(), self._whole()]

    def starts(self, priority: int) -> Floats:
        """1 in each column that places a job of this priority."""
        placing = [column.places and self._grid.priority[column.job] == priority for column in self._columns]
        return np.array(placing, dtype=np.float64)

    def solve(self, costs: Floats, placed: dict[int, int | None]) -> Optimum | None:
        """The cheapest choice that places so many jobs of each priority; None of them: all."""
        counts = [self._placed(level, count) for level, count in placed.items()]
        found = milp(
            costs,
            integrality=np.ones(len(costs)),
            bounds=Bounds(0, 1),
            constraints=[*self._rules, *counts],
            options={"mip_rel_gap": 0.0, "node_limit": _MOST_NODES},
        )
        if found.status != _PROVEN:
            return None
        return Optimum(self._spots(np.flatnonzero(found.x > 0.5)), float(found.mip_dual_bound))

    def _spots(self, chosen: Ints) -> list[Spot | None]:
        spots: list[Spot | None] = [None] * len(self._grid.need)
        for column in (self._columns[index] for index in chosen.tolist() if len(self._columns[index].slots)):
            held = spots[column.job]
            slots = column.slots if held is None else np.sort(np.concatenate((held.slots, column.slots)))
            spots[column.job] = Spot(column.site, slots)
        return spots

    def _capacity(self) -> LinearConstraint:
        cells = [(column.site * self._grid.slots + column.slots) for column in self._columns]
        demand = [np.full(len(column.slots), self._grid.demand[column.job]) for column in self._columns]
        taken = self._matrix(cells, demand, self._grid.grams.size)
        return LinearConstraint(taken, ub=self._grid.empty().ravel())

    def _once(self) -> LinearConstraint:
        """Each job is placed at one site and start, or not at all."""
        rows = [np.array([column.job] if column.places else [], dtype=np.intp) for column in self._columns]
        return LinearConstraint(self._matrix(rows, [np.ones(len(row)) for row in rows], len(self._grid.need)), ub=1)

    def _whole(self) -> LinearConstraint:
        """A job that pauses does all its work at the site where it is placed."""
        pausing = [bool(self._grid.pausing[column.job]) for column in self._columns]
        sites = len(self._grid.capacity)
        rows = [
            np.array([column.job * sites + column.site] if pauses else [], dtype=np.intp)
            for column, pauses in zip(self._columns, pausing, strict=True)
        ]
        work = [
            np.full(len(row), -float(self._grid.need[column.job]) if column.places else 1.0)
            for column, row in zip(self._columns, rows, strict=True)
        ]
        return LinearConstraint(self._matrix(rows, work, len(self._grid.need) * sites), lb=0, ub=0)

    def _placed(self, priority: int, count: int | None) -> LinearConstraint:
        wanted = int((self._grid.priority[self._jobs] == priority).sum()) if count is None else count
        return LinearConstraint(self.starts(priority)[np.newaxis], lb=wanted, ub=wanted)

    def _matrix(self, rows: Sequence[Ints], values: Sequence[Floats], height: int) -> csr_array:
        columns = np.repeat(np.arange(len(rows)), [len(row) for row in rows])
        entries = (np.concatenate(values), (np.concatenate(rows), columns))
        return csr_array(entries, shape=(height, len(rows)))


def _columns(grid: Grid, job: int) -> Iterator[_Column]:
    first, last, need = int(grid.first[job]), int(grid.last[job]), int(grid.need[job])
    for site in np.flatnonzero(grid.allowed[job]).tolist():
        if grid.pausing[job]:
            yield _Column(job, site, np.array([], dtype=np.intp), float(grid.transfer[job, site]), places=True)
            for slot in range(first, last):
                grams = float(grid.kilowatts[job] * grid.grams[site, slot])
                yield _Column(job, site, np.array([slot]), grams, places=False)
            continue
        for start in range(first, last - need + 1):
            spot = Spot(site, np.arange(start, start + need))
            yield _Column(job, site, spot.slots, grid.emitted(job, spot), places=True)
