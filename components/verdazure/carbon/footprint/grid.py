"""The intensity that energy is multiplied by: whose, which signal, and never a market-based one."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

import numpy as np

from verdazure import facts
from verdazure.carbon.footprint.ranges import Range, exactly
from verdazure.carbon.quantities import Intensity
from verdazure.carbon.series import Basis, Origin, Series, Signal


class Accounting(str, Enum):
    """What the intensity describes: the grid that the power comes from, or contracts that were bought."""

    LOCATION = "location-based"
    MARKET = "market-based"


@dataclass(frozen=True, slots=True)
class Grid:
    """An intensity and whose it is. Raises `ValueError` for a market-based one: SCI 1.1 excludes those."""

    intensity: Range[Intensity]
    origin: Origin
    period: str
    """The time that it holds for, as a person says it: `2022`, `2026-11-23T10:00Z to 2026-11-23T16:00Z`."""
    accounting: Accounting = Accounting.LOCATION

    def __post_init__(self) -> None:
        if self.accounting is not Accounting.LOCATION:
            raise ValueError(
                f"the intensity of {self.origin.source} is {self.accounting.value}; SCI 1.1 allows location-based only "
                "(certificates and contracts do not change what the grid emits): give the grid's own intensity"
            )


ANY_GRID = Grid(exactly(Intensity(0)), Origin("none", "none", Signal.AVERAGE, None), "any time")
"""For energy alone, which does not depend on the grid: where its intensity is not known, the energy still is."""


def grid_of_region(name: str) -> Grid:
    """The annual average of the region's grid, from the facts table. Raises `UnknownFact` where there is none."""
    region = facts.region(name)
    grams = facts.regions.value(region.name, "intensity_g_per_kwh")
    source = facts.regions.value(region.name, "intensity_source")
    origin = Origin(source, region.grid_zone, Signal.AVERAGE, Basis.LIFECYCLE)
    return Grid(exactly(Intensity(grams)), origin, str(region.intensity_year))


def grid_over(series: Series, start: datetime, end: datetime) -> Grid:
    """The mean over [start, end) for a constant draw, parts of a step by their length. Raises `Gap`, `ValueError`."""
    if end <= start:
        raise ValueError(f"the end {end.isoformat()} is not after the start {start.isoformat()}")
    part = series.between(start, end)
    lengths = np.full(len(part), part.step.total_seconds())
    lengths[0] -= (start - part.start).total_seconds()
    lengths[-1] -= (part.end - end).total_seconds()
    mean = float(np.average(part.values, weights=lengths))
    return Grid(exactly(Intensity(mean)), series.origin, f"{start.isoformat()} to {end.isoformat()}")
