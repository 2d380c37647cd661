"""One job after another into the room that is left: first come, first served; by price; and again, to improve."""

from collections.abc import Sequence

import numpy as np

from verdazure.carbon.scheduling.fleet.grid import Flags, Floats, Grid, Ints, Spot

_SAME = 1e-9
"""Costs that differ by less than this share are rounded differently, not better."""


def first_come(grid: Grid) -> list[Spot | None]:
    """Each job in one piece as soon as its home has room: what happens where nobody plans."""
    room, spots = grid.empty(), _nobody(grid)
    for job in np.lexsort((grid.first, -grid.priority)).tolist():
        spots[job] = _earliest_at_home(grid, job, room)
        _take(grid, job, spots[job], room)
    return spots


def by_price(grid: Grid, prices: Floats) -> list[Spot | None]:
    """Each job where its emissions and the price of the capacity it takes are least in sum.

    Those with least slack for each slot of work come first: who has most choice takes what is left. Priority decides
    only where not all find room, because the order decides who takes the clean hours.
    """
    room, spots = grid.empty(), _nobody(grid)
    for job in _least_choice_first(grid).tolist():
        spots[job] = _best(grid, job, room, prices)
        _take(grid, job, spots[job], room)
    return settled(grid, prices, spots)


def settled(grid: Grid, prices: Floats, spots: Sequence[Spot | None]) -> list[Spot | None]:
    """The same spots, as far as no job is left out that has room once all jobs of lower priority are gone.

    Such a job takes its spot; those that it drives out look for another.
    """
    if None not in spots:
        return list(spots)
    order = _least_choice_first(grid)
    room, after = grid.empty(), _nobody(grid)
    for level in np.unique(grid.priority)[::-1]:
        jobs = order[grid.priority[order] == level].tolist()
        for job in jobs:
            if _still_fits(grid, job, spots[job], room):
                after[job] = spots[job]
                _take(grid, job, after[job], room)
        for job in (job for job in jobs if after[job] is None):
            after[job] = _best(grid, job, room, prices)
            _take(grid, job, after[job], room)
    return after


def _least_choice_first(grid: Grid) -> Ints:
    return np.argsort((grid.last - grid.first - grid.need) / grid.need, kind="stable")


def improved(grid: Grid, spots: Sequence[Spot | None], passes: int) -> list[Spot | None]:
    """The same jobs and others that fit, each moved where it emits less, or emits the same and ends earlier.

    `passes` over all jobs at most.
    """
    room, after = grid.empty(), list(spots)
    for job, spot in enumerate(after):
        _take(grid, job, spot, room)
    nothing = np.zeros_like(grid.grams)
    order = np.lexsort((grid.first, -grid.priority)).tolist()
    for _ in range(passes):
        moved = False
        for job in order:
            _take(grid, job, after[job], room, share=-1.0)
            found = _best(grid, job, room, nothing)
            if found is not None and _better(grid, job, found, after[job]):
                after[job], moved = found, True
            _take(grid, job, after[job], room)
        if not moved:
            break
    return after


def least_alone(grid: Grid, jobs: Ints, prices: Floats) -> Floats:
    """[job] emissions and price of the cheapest spot in an empty fleet; 0 for other jobs."""
    room, least = grid.empty(), np.zeros(len(grid.need))
    for job in jobs.tolist():
        spot = _best(grid, job, room, prices)
        if spot is not None:
            paid = grid.demand[job] * prices[spot.site, spot.slots].sum()
            least[job] = (grid.emitted(job, spot) + paid) * (1 - 2 * _SAME)
    return least


def _nobody(grid: Grid) -> list[Spot | None]:
    return [None] * len(grid.need)


def _take(grid: Grid, job: int, spot: Spot | None, room: Floats, share: float = 1.0) -> None:
    if spot is not None:
        room[spot.site, spot.slots] -= share * grid.demand[job]


def _still_fits(grid: Grid, job: int, spot: Spot | None, room: Floats) -> bool:
    return spot is not None and bool(grid.has_room(room, job)[spot.site, spot.slots - grid.first[job]].all())


def _better(grid: Grid, job: int, found: Spot, held: Spot | None) -> bool:
    if held is None:
        return True
    new, old = grid.emitted(job, found), grid.emitted(job, held)
    if new < old * (1 - _SAME):
        return True
    return new <= old and bool(found.slots[-1] < held.slots[-1])


def _earliest_at_home(grid: Grid, job: int, room: Floats) -> Spot | None:
    site, need = int(grid.home[job]), int(grid.need[job])
    starts = np.flatnonzero(_open_stretches(grid.has_room(room, job)[[site]], need)[0])
    if not len(starts):
        return None
    return Spot(site, grid.first[job] + starts[0] + np.arange(need))


def _best(grid: Grid, job: int, room: Floats, prices: Floats) -> Spot | None:
    need, begin, end = int(grid.need[job]), int(grid.first[job]), int(grid.last[job])
    if end - begin < need:
        return None
    free = grid.has_room(room, job)
    costs = grid.kilowatts[job] * grid.grams[:, begin:end] + grid.demand[job] * prices[:, begin:end]
    choose = _cheapest_slots if grid.pausing[job] else _cheapest_stretch
    totals, slots = choose(costs, free, need)
    totals = totals + grid.transfer[job]
    site, home = int(totals.argmin()), int(grid.home[job])
    if not np.isfinite(totals[site]):
        return None
    if totals[home] <= totals[site] * (1 + _SAME):
        site = home
    return Spot(site, begin + slots[site])


def _cheapest_slots(costs: Floats, free: Flags, need: int) -> tuple[Floats, Ints]:
    """[site] what the cheapest free slots cost in sum, infinite where they do not suffice; [site, slot] which."""
    priced = np.where(free, costs, np.inf)
    slots = np.sort(np.argsort(priced, axis=1, kind="stable")[:, :need], axis=1)
    return np.take_along_axis(priced, slots, axis=1).sum(axis=1), slots


def _cheapest_stretch(costs: Floats, free: Flags, need: int) -> tuple[Floats, Ints]:
    """The same for consecutive slots, the earliest of equals."""
    until = np.cumsum(costs, axis=1)
    sums = until[:, need - 1 :].copy()
    sums[:, 1:] -= until[:, :-need]
    sums = np.where(_open_stretches(free, need), sums, np.inf)
    starts = (sums <= sums.min(axis=1, keepdims=True) * (1 + _SAME)).argmax(axis=1)
    return sums[np.arange(len(sums)), starts], starts[:, np.newaxis] + np.arange(need)


def _open_stretches(free: Flags, need: int) -> Flags:
    """[site, start] whether so many slots from there on are all free."""
    closed = np.pad(np.cumsum(~free, axis=1), ((0, 0), (1, 0)))
    if closed.shape[1] <= need:
        return np.zeros((len(free), 0), dtype=np.bool_)
    return np.asarray(closed[:, need:] == closed[:, :-need])
