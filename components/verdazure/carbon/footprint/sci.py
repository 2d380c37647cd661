"""SCI = (E x I + M) per R: Green Software Foundation, Software Carbon Intensity 1.1 (ISO/IEC 21031).

E: energy of the reserved equipment times PUE. I: location-based intensity of the grid. M: the reserved share of what
making the hardware emitted. R: the functional unit. What is not counted is named in the result.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from operator import add
from typing import TypeVar

from verdazure import facts
from verdazure.carbon.footprint.grid import Grid
from verdazure.carbon.footprint.parts import (
    Assumption,
    Embodied,
    KeptData,
    Machines,
    Method,
    Part,
    Traffic,
    assumption,
    machine_embodied,
    machine_parts,
    network_part,
    range_of,
    storage_part,
)
from verdazure.carbon.footprint.ranges import Range, exactly, rising
from verdazure.carbon.quantities import Emissions, Energy
from verdazure.carbon.series import Basis, Signal

QuantityT = TypeVar("QuantityT", Energy, Emissions)


@dataclass(frozen=True, slots=True)
class FunctionalUnit:
    """R: what the emissions are shared out over, such as 10,000 `predictions`."""

    name: str
    count: float

    def __post_init__(self) -> None:
        if not 0 < self.count < float("inf"):
            raise ValueError(f"the functional unit counts {self.count} {self.name}; it must be a finite number above 0")


@dataclass(frozen=True, slots=True)
class Boundary:
    """What belongs to the software: all that is reserved for it over the same time.

    `pue`: power usage effectiveness of the region where it is known, such as from the user's copy of a metadata table;
    None takes the facts table's mean over Azure.
    """

    machines: tuple[Machines, ...] = ()
    kept_data: tuple[KeptData, ...] = ()
    traffic: tuple[Traffic, ...] = ()
    pue: float | None = None

    def __post_init__(self) -> None:
        if not (self.machines or self.kept_data or self.traffic):
            raise ValueError("the boundary holds nothing; give machines, kept_data or traffic")
        if self.pue is not None and not 1 <= self.pue < float("inf"):
            raise ValueError(f"pue is {self.pue}; a building draws at least what its equipment draws: 1 or more")


@dataclass(frozen=True, slots=True)
class Line:
    """One kind of hardware in the result: energy with the building's overhead, and what it emitted."""

    name: str
    energy: Range[Energy]
    emissions: Range[Emissions]
    method: Method


@dataclass(frozen=True, slots=True)
class Footprint:
    """The score and everything that it was made of."""

    lines: tuple[Line, ...]
    energy: Range[Energy]
    """E, kWh with the building's overhead."""
    operational: Range[Emissions]
    """O = E x I."""
    embodied: Range[Emissions]
    """M."""
    per_unit: Range[Emissions]
    """The score: gCO2e of one functional unit."""
    unit: FunctionalUnit
    signal: Signal
    basis: Basis | None
    assumptions: tuple[Assumption, ...]
    uncounted: tuple[str, ...]

    @property
    def total(self) -> Range[Emissions]:
        """O + M."""
        return rising(add, self.operational, self.embodied)


def footprint(boundary: Boundary, grid: Grid, unit: FunctionalUnit) -> Footprint:
    """The SCI score of what is inside the boundary.

    Raises `UnknownFact`, naming the table, row and column that is missing; nothing is left out silently.
    """
    parts = energy_parts(boundary)
    making = tuple(machine_embodied(machines) for machines in boundary.machines)
    pue, of_building = _overhead(boundary)
    lines = tuple(_line(part, pue, grid) for part in parts)
    operational = _sum((line.emissions for line in lines), Emissions(0))
    embodied = _sum((each.emissions for each in making), Emissions(0))
    return Footprint(
        lines=lines,
        energy=_sum((line.energy for line in lines), Energy(0)),
        operational=operational,
        embodied=embodied,
        per_unit=rising(lambda o, m: (o + m).times(1 / unit.count), operational, embodied),
        unit=unit,
        signal=grid.origin.signal,
        basis=grid.origin.basis,
        assumptions=_assumptions(parts, making, (of_building, _of_grid(grid))),
        uncounted=_uncounted(boundary),
    )


def energy_parts(boundary: Boundary) -> tuple[Part, ...]:
    """Energy of the equipment, before the building; needs no facts about how the hardware was made."""
    return (
        *(part for machines in boundary.machines for part in machine_parts(machines)),
        *(storage_part(data) for data in boundary.kept_data),
        *(network_part(traffic) for traffic in boundary.traffic),
    )


def _line(part: Part, pue: Range[float], grid: Grid) -> Line:
    energy = rising(Energy.times, part.energy, pue)
    return Line(part.name, energy, rising(Energy.at, energy, grid.intensity), part.method)


def _overhead(boundary: Boundary) -> tuple[Range[float], Assumption]:
    if boundary.pue is not None:
        return exactly(boundary.pue), Assumption("PUE", f"{boundary.pue:g}", "given by the caller")
    mean = facts.coefficients.get("pue")
    return range_of(mean), assumption(mean, "PUE")


def _of_grid(grid: Grid) -> Assumption:
    origin = grid.origin
    basis = origin.basis.value if origin.basis else "basis not stated"
    return Assumption(
        f"intensity of {origin.zone}, {grid.period}: {origin.signal.value}, {basis}, {grid.accounting.value}",
        f"{grid.intensity.central.grams_per_kwh:g} gCO2e/kWh",
        origin.source,
    )


def _sum(ranges: Iterable[Range[QuantityT]], nothing: QuantityT) -> Range[QuantityT]:
    total = exactly(nothing)
    for each in ranges:
        total = rising(add, total, each)
    return total


def _assumptions(
    parts: tuple[Part, ...], making: tuple[Embodied, ...], shared: tuple[Assumption, ...]
) -> tuple[Assumption, ...]:
    of_energy = [assumed for part in parts for assumed in part.assumptions]
    of_making = [assumed for each in making for assumed in each.assumptions]
    return tuple(dict.fromkeys([*of_energy, *of_making, *shared]))  # each once, in the order of first use


def _uncounted(boundary: Boundary) -> tuple[str, ...]:
    missing = []
    if boundary.kept_data:
        missing.append("embodied emissions of storage: no source that may be used gives them by the terabyte")
    if boundary.traffic:
        missing.append("embodied emissions of network equipment: no source that may be used gives them by the gigabyte")
    return tuple(missing)
