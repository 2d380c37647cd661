"""A fleet as arrays: what the planners compute on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from verdazure.carbon.scheduling.fleet.records import FleetJob, Site
from verdazure.carbon.series import Series

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Flags = NDArray[np.bool_]

_ROUNDING = 1e-9
"""Of a slot, or of a capacity: what sums of floats are wrong by."""


class Spot(NamedTuple):
    """Where and when one job runs."""

    site: int
    slots: Ints
    """Ascending."""


@dataclass(frozen=True, eq=False)
class Grid:
    """Sites by rows, slots of one length by columns; jobs by index.

    A fleet is planned in whole slots: a job holds its capacity in every slot that it touches, and draws its energy
    evenly over them, in the plan and in the baseline alike.
    """

    start: datetime
    step: timedelta
    grams: Floats
    """[site, slot] gCO2e of 1 kW over the slot."""
    capacity: Floats
    """[site]"""
    kilowatts: Floats
    """[job] Its energy over the time of its slots."""
    demand: Floats
    need: Ints
    """[job] Slots of work."""
    first: Ints
    """[job] First slot of its window: the first that begins at its release or later."""
    last: Ints
    """[job] Slot after its window, by deadline, longest wait and the end of the forecasts."""
    pausing: Flags
    home: Ints
    resident: Flags
    """[job, site] where residency lets the job run, and its data may move to."""
    transfer: Floats
    """[job, site] gCO2e"""
    priority: Ints

    @property
    def slots(self) -> int:
        return int(self.grams.shape[1])

    @cached_property
    def allowed(self) -> Flags:
        """[job, site] where residency and the site's capacity let the job run."""
        return self.resident & (self.demand[:, np.newaxis] <= self.capacity * (1 + _ROUNDING))

    def empty(self) -> Floats:
        """[site, slot] The room of a fleet that runs nothing, to be used up in place."""
        return np.repeat(self.capacity[:, np.newaxis], self.slots, axis=1)

    def has_room(self, room: Floats, job: int) -> Flags:
        """[site, slot of the job's window] where the job may run and its demand fits."""
        window = room[:, self.first[job] : self.last[job]]
        fits = window >= self.demand[job] - _ROUNDING * self.capacity[:, np.newaxis]
        return np.asarray(fits & self.resident[job][:, np.newaxis])

    def emitted(self, job: int, spot: Spot) -> float:
        """gCO2e of one placement, transfer included."""
        grams = self.kilowatts[job] * self.grams[spot.site, spot.slots].sum()
        return float(grams + self.transfer[job, spot.site])


def lay_out(jobs: Sequence[FleetJob], sites: Sequence[Site]) -> Grid:
    """The arrays of a fleet.

    Raises `ValueError` for names that are not unique, unknown homes and forecasts that cannot be compared, and `Gap`
    where a forecast has a hole.
    """
    _check_names(jobs, sites)
    start, step, grams = _common_slots([site.forecast for site in sites])
    names = {site.name: index for index, site in enumerate(sites)}
    home = np.array([names[job.home] for job in jobs], dtype=np.intp)
    away = np.arange(len(sites)) != home[:, np.newaxis]
    movable = np.array([job.movable for job in jobs], dtype=np.bool_)
    first = np.array([-((start - job.release) // step) for job in jobs], dtype=np.intp)
    need = np.array([int(np.ceil(timedelta(hours=job.hours) / step - _ROUNDING)) for job in jobs], dtype=np.intp)
    end = np.array(
        [_end(job, start, step, begin + length) for job, begin, length in zip(jobs, first, need, strict=True)]
    )
    energy = np.array([job.power.over(job.hours).kwh for job in jobs])
    return Grid(
        start=start,
        step=step,
        grams=grams,
        capacity=np.array([site.capacity for site in sites], dtype=np.float64),
        kilowatts=energy / (need * (step / timedelta(hours=1))),
        demand=np.array([job.demand for job in jobs], dtype=np.float64),
        need=need,
        first=np.maximum(first, 0),
        last=np.clip(end, 0, grams.shape[1]).astype(np.intp),
        pausing=np.array([job.interruptible for job in jobs], dtype=np.bool_),
        home=home,
        resident=_in_residency(jobs, sites) & (movable[:, np.newaxis] | ~away),
        transfer=np.where(away, np.array([job.transfer.grams for job in jobs])[:, np.newaxis], 0.0),
        priority=np.array([job.priority for job in jobs], dtype=np.intp),
    )


def _check_names(jobs: Sequence[FleetJob], sites: Sequence[Site]) -> None:
    if not jobs or not sites:
        raise ValueError("the fleet is empty; give one job and one site, or more")
    places = [site.name for site in sites]
    for what, names in {"sites": places, "jobs": [job.name for job in jobs]}.items():
        if len(set(names)) < len(names):
            twice = next(name for index, name in enumerate(names) if name in names[:index])
            raise ValueError(f"two {what} are named {twice!r}; give each its own name")
    for job in jobs:
        if job.home not in places:
            raise ValueError(f"{job.name}: home is {job.home!r}; give one of the sites {', '.join(places)}")


def _common_slots(forecasts: Sequence[Series]) -> tuple[datetime, timedelta, Floats]:
    """Start and step of the slots that all forecasts know, and gCO2e of 1 kW by site and slot."""
    whole = [forecast.between(forecast.start, forecast.end) for forecast in forecasts]
    one = whole[0]
    for other in whole[1:]:
        if (other.origin.signal, other.origin.basis) != (one.origin.signal, one.origin.basis):
            raise ValueError(
                f"{one.origin.zone} and {other.origin.zone} are not the same signal and basis;"
                " give forecasts of one signal, from one kind of source"
            )
        if other.step != one.step or (other.start - one.start) % one.step:
            raise ValueError(
                f"the steps of {one.origin.zone} and {other.origin.zone} differ in length or beginning;"
                " give forecasts in the same steps"
            )
    start, end = max(series.start for series in whole), min(series.end for series in whole)
    if start >= end:
        raise ValueError("the forecasts have no time in common; give forecasts of the same hours")
    values = [series.between(start, end).values for series in whole]
    return start, one.step, np.stack(values) * (one.step / timedelta(hours=1))


def _end(job: FleetJob, start: datetime, step: timedelta, at_once: int) -> int:
    """The slot after the job's window; `at_once` is the one after it where the job does not wait."""
    end = (job.deadline - start) // step
    if job.longest_wait is None:
        return end
    return min(end, at_once + timedelta(hours=job.longest_wait) // step)


def _in_residency(jobs: Sequence[FleetJob], sites: Sequence[Site]) -> Flags:
    return np.array([[job.residency in (None, *site.residencies) for site in sites] for job in jobs], dtype=np.bool_)
