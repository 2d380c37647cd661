"""What it moves and emits to read data that lies in another region. Pure."""

from dataclasses import dataclass

from verdazure import facts
from verdazure.carbon.footprint import Boundary, FunctionalUnit, Grid, Range, Traffic, footprint, grid_of_region
from verdazure.carbon.quantities import Emissions, Energy


@dataclass(frozen=True, slots=True)
class Movement:
    """Of one reading of all of the data."""

    gigabytes: float
    source: str
    destination: str
    energy: Range[Energy]
    """Of the network, with the building's overhead."""
    emissions: Range[Emissions]
    """Low on the cleaner of the two grids, high on the other: where on the way the energy is drawn is not known."""

    def __str__(self) -> str:
        low, high = _short(self.emissions.low.grams), _short(self.emissions.high.grams)
        return (
            f"{self.gigabytes:,.6g} GB from {self.source} to {self.destination}, "
            f"{_short(self.energy.central.kwh)} kWh and {low} to {high} gCO2e"
        )


def movement(gigabytes: float, source: str, destination: str) -> Movement | None:
    """What one reading moves; None within a region. Raises `UnknownFact` for a region or grid that is not known."""
    source, destination = facts.region(source).name, facts.region(destination).name
    if source == destination:
        return None
    ends = [_emitted(gigabytes, grid_of_region(end)) for end in (source, destination)]
    cleaner, other = sorted(ends, key=lambda end: end[1].central)
    middle = (cleaner[1].central + other[1].central).times(0.5)
    return Movement(gigabytes, source, destination, cleaner[0], Range(cleaner[1].low, middle, other[1].high))


def _emitted(gigabytes: float, grid: Grid) -> tuple[Range[Energy], Range[Emissions]]:
    boundary = Boundary(traffic=(Traffic(gigabytes),))
    of_network = footprint(boundary, grid, FunctionalUnit("reading", 1))
    return of_network.energy, of_network.operational


def _short(number: float) -> str:
    return f"{number:,.0f}" if number >= 1000 else f"{number:.3g}"
