"""Many jobs that share capacity: exactly where the fleet is small, by prices and with a bound where it is large."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from verdazure.carbon.quantities import Emissions
from verdazure.carbon.scheduling.fleet import exact
from verdazure.carbon.scheduling.fleet.grid import Grid, Ints, Spot, lay_out
from verdazure.carbon.scheduling.fleet.placing import by_price, first_come, improved, settled
from verdazure.carbon.scheduling.fleet.prices import seek_prices
from verdazure.carbon.scheduling.fleet.records import FleetJob, FleetPlan, Placement, Site, Unplaced
from verdazure.carbon.scheduling.plans import NOTHING_SAVED, Run
from verdazure.carbon.series import Quality

_PASSES = 2
"""Over all jobs, to improve a plan: what a third one finds is not worth its time."""


def plan_fleet(jobs: Sequence[FleetJob], sites: Sequence[Site]) -> FleetPlan:
    """Who runs where and when, so that most jobs run, those of higher priority first, and emit least.

    Exact as a mixed-integer program where that is small (`exact.MOST_VARIABLES`); above, a heuristic: capacity prices
    by Lagrangian relaxation, jobs placed one by one at those prices, then moved while that emits less. Either way the
    plan keeps capacity, deadline, longest wait and residency, places by priority no fewer jobs than first come, first
    served at home, and emits no more where both place the same; `gap` says how far it is from the optimum at most.

    Jobs run in whole slots of the forecasts, each at one site, from the first slot that begins at release or later.
    Windows end with the forecasts. Raises `ValueError` for names, homes or forecasts that do not fit together and `Gap`
    for a forecast with a hole.
    """
    grid = lay_out(jobs, sites)
    fitting = np.flatnonzero((grid.last - grid.first >= grid.need) & grid.allowed.any(axis=1))
    baseline = first_come(grid)
    spots, bound = _choose(grid, fitting, baseline)
    placements = _placements(grid, jobs, sites, spots)
    emissions = _emitted(grid, spots)
    one = sites[0].forecast.origin
    return FleetPlan(
        placements=placements,
        unplaced=tuple(
            Unplaced(jobs[job].name, _why_not(grid, jobs[job], job)) for job, spot in enumerate(spots) if spot is None
        ),
        emissions=Emissions(emissions),
        bound=Emissions(min(max(bound, 0.0), emissions)),
        baseline=_placements(grid, jobs, sites, baseline),
        signal=one.signal,
        basis=one.basis,
        quality=max((site.forecast.quality for site in sites), key=list(Quality).index),
        reason=_reason(grid, spots, baseline),
    )


def _choose(grid: Grid, fitting: Ints, baseline: list[Spot | None]) -> tuple[list[Spot | None], float]:
    """The best plan found, and what no plan of the same jobs undercuts."""
    if not len(fitting):
        return baseline, 0.0
    if exact.variables(grid, fitting) <= exact.MOST_VARIABLES and (optimum := exact.optimum(grid, fitting)):
        return _never_worse(grid, optimum.spots, baseline), optimum.bound
    prices = seek_prices(grid, fitting)
    spots = _never_worse(grid, by_price(grid, prices.per_slot), baseline)
    return spots, prices.bound(np.flatnonzero([spot is not None for spot in spots]))


def _never_worse(grid: Grid, spots: list[Spot | None], baseline: list[Spot | None]) -> list[Spot | None]:
    """The better of the two, improved; the baseline itself where that saves nothing."""
    better = improved(grid, spots if _rank(grid, spots) < _rank(grid, baseline) else baseline, _PASSES)
    found = settled(grid, np.zeros_like(grid.grams), better)
    same_jobs = [spot is None for spot in baseline] == [spot is None for spot in found]
    nothing_saved = _emitted(grid, found) >= _emitted(grid, baseline) * (1 - NOTHING_SAVED)
    return baseline if same_jobs and nothing_saved else found


def _rank(grid: Grid, spots: list[Spot | None]) -> tuple[tuple[int, ...], float]:
    """Lower is better: jobs left out, by priority from the highest, then emissions."""
    left_out = np.array([spot is None for spot in spots])
    levels = np.unique(grid.priority)[::-1].tolist()
    return tuple(int(left_out[grid.priority == level].sum()) for level in levels), _emitted(grid, spots)


def _emitted(grid: Grid, spots: list[Spot | None]) -> float:
    return sum(grid.emitted(job, spot) for job, spot in enumerate(spots) if spot is not None)


def _placements(
    grid: Grid, jobs: Sequence[FleetJob], sites: Sequence[Site], spots: list[Spot | None]
) -> tuple[Placement, ...]:
    return tuple(
        Placement(jobs[job].name, sites[spot.site].name, _runs(grid, spot), Emissions(grid.emitted(job, spot)))
        for job, spot in enumerate(spots)
        if spot is not None
    )


def _runs(grid: Grid, spot: Spot) -> tuple[Run, ...]:
    slots = spot.slots.tolist()
    pauses = [(before, after) for before, after in pairwise(slots) if after != before + 1]
    begins = [slots[0], *(after for _, after in pauses)]
    ends = [*(before for before, _ in pauses), slots[-1]]
    return tuple(
        Run(grid.start + begin * grid.step, grid.start + (end + 1) * grid.step)
        for begin, end in zip(begins, ends, strict=True)
    )


def _why_not(grid: Grid, wanted: FleetJob, job: int) -> str:
    if not grid.resident[job].any():
        return f"no site may hold its data: residency {wanted.residency}"
    if not grid.allowed[job].any():
        return f"its demand of {wanted.demand:g} is more than the capacity of any site that it may use"
    need, window = int(grid.need[job]), max(0, int(grid.last[job] - grid.first[job]))
    if window < need:
        return f"it takes {need} slots, and {window} lie between its release and its deadline or longest wait"
    return f"no room was left at priority {wanted.priority}: give more capacity or a later deadline"


def _reason(grid: Grid, spots: list[Spot | None], baseline: list[Spot | None]) -> str:
    if all(spot is None for spot in spots):
        return "No job can be placed."
    if spots is baseline:
        return "Each job runs as soon as its home has room, no benefit: no other hours or sites emit less."
    both = [job for job, spot in enumerate(spots) if spot is not None and baseline[job] is not None]
    at_once = sum(grid.emitted(job, spot) for job in both if (spot := baseline[job]) is not None)
    planned = sum(grid.emitted(job, spot) for job in both if (spot := spots[job]) is not None)
    placed = sum(spot is not None for spot in spots)
    more = placed - sum(spot is not None for spot in baseline)
    rest = f" and places {more} more" if more else ""
    if not at_once:
        return f"Runs {placed} of {len(spots)} jobs on a grid that emits nothing{rest}."
    return (
        f"Runs {placed} of {len(spots)} jobs{rest}: cleaner hours and sites emit {(at_once - planned) / at_once:.1%}"
        " less than running each at home as soon as there is room."
    )
