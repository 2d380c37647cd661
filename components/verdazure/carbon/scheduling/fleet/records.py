"""What a fleet is made of, and what its plan says."""

from dataclasses import dataclass
from datetime import datetime

from verdazure.carbon.quantities import Emissions, Power
from verdazure.carbon.scheduling.jobs import utc
from verdazure.carbon.scheduling.plans import Run
from verdazure.carbon.series import Basis, Quality, Series, Signal

_NOTHING_EMITTED = Emissions(0)


@dataclass(frozen=True, eq=False)
class Site:
    """Capacity on one region's grid. Raises `ValueError` for a capacity below 0."""

    name: str
    forecast: Series
    capacity: float
    """At any time, in the unit of the jobs' demand: nodes or watts."""
    residencies: frozenset[str] = frozenset()
    """The areas whose data may be here: `eu`, country codes."""

    def __post_init__(self) -> None:
        if not 0 <= self.capacity < float("inf"):
            raise ValueError(f"{self.name}: capacity is {self.capacity:g}; give 0 or more")


@dataclass(frozen=True, slots=True)
class FleetJob:
    """One job of a fleet. Raises `ValueError` for a value that means nothing."""

    name: str
    power: Power
    """Drawn while it runs."""
    hours: float
    """Running time, without pauses."""
    release: datetime
    deadline: datetime
    home: str
    """The site where its data are, and where it runs when nobody plans."""
    demand: float = 1.0
    """What it takes of a site's capacity while it runs: nodes or watts."""
    interruptible: bool = True
    priority: int = 0
    """A job is never left out in favour of jobs of lower priority."""
    longest_wait: float | None = None
    """Hours that it may stand still between release and finish, where that is less than the deadline allows."""
    residency: str | None = None
    """It runs only at sites of this area; None: anywhere."""
    movable: bool = True
    """False: only at home."""
    transfer: Emissions = _NOTHING_EMITTED
    """Of moving its data to another site than home."""

    def __post_init__(self) -> None:
        for name in ("release", "deadline"):
            object.__setattr__(self, name, utc(f"{self.name}: {name}", getattr(self, name)))
        for name, value in {"hours": self.hours, "power": self.power.watts, "demand": self.demand}.items():
            if not 0 < value < float("inf"):
                raise ValueError(f"{self.name}: {name} is {value:g}; give more than 0")
        if self.longest_wait is not None and not 0 <= self.longest_wait < float("inf"):
            raise ValueError(f"{self.name}: longest_wait is {self.longest_wait:g}; give hours, 0 or more")
        if self.transfer.grams < 0:
            raise ValueError(f"{self.name}: transfer is {self.transfer.grams:g} g; give 0 or more")


@dataclass(frozen=True, slots=True)
class Placement:
    """Where and when a job runs."""

    job: str
    site: str
    runs: tuple[Run, ...]
    """Whole slots, in time order."""
    emissions: Emissions
    """Its transfer included."""


@dataclass(frozen=True, slots=True)
class Unplaced:
    """A job that the plan leaves out."""

    job: str
    reason: str


@dataclass(frozen=True, slots=True)
class FleetPlan:
    """Who runs where and when. Emissions are what the forecasts say."""

    placements: tuple[Placement, ...]
    """In the order of the jobs that were given."""
    unplaced: tuple[Unplaced, ...]
    emissions: Emissions
    bound: Emissions
    """No plan that places the same jobs emits less."""
    baseline: tuple[Placement, ...]
    """Each job in one piece, as soon as its home has room: higher priority first, then first come, first served."""
    signal: Signal
    basis: Basis | None
    quality: Quality
    """The worst of the forecasts'."""
    reason: str
    """One sentence."""

    @property
    def gap(self) -> float:
        """How far above the optimum the plan can be at most, as a share of its emissions; 0 is optimal."""
        return (self.emissions.grams - self.bound.grams) / self.emissions.grams if self.emissions.grams else 0.0

    @property
    def at_once(self) -> Emissions:
        """What the baseline emits for the jobs that it and the plan both place."""
        return _emitted_by(self.baseline, {placement.job for placement in self.placements})

    @property
    def saved(self) -> Emissions:
        """Against the baseline, over the jobs that both place.

        Never negative where both place the same jobs. One that makes room for more jobs may have to use dirtier hours.
        """
        return self.at_once - _emitted_by(self.placements, {placement.job for placement in self.baseline})


def _emitted_by(placements: tuple[Placement, ...], jobs: set[str]) -> Emissions:
    return Emissions(sum(placement.emissions.grams for placement in placements if placement.job in jobs))
