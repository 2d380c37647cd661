"""What duplicates cost: bytes, and what their disks emit in a year."""

from dataclasses import dataclass

from verdazure.carbon.footprint import Boundary, FunctionalUnit, Grid, KeptData, Range, footprint
from verdazure.carbon.quantities import Emissions
from verdazure.deduplication.inventory import Found
from verdazure.facts import UnknownFact

HOURS_A_YEAR = 8766
_TERABYTE = 10**12


@dataclass(frozen=True, slots=True)
class Saving:
    """Of one tier. `a_year` is None where it cannot be known, and `unknown` says why."""

    tier: str
    blobs: int
    bytes: int
    a_year: Range[Emissions] | None
    unknown: str = ""


def savings(found: Found, redundancy: str, grid: Grid) -> tuple[Saving, ...]:
    """By tier, what a year without the duplicates saves: the energy of their disks on this grid, all copies.

    The making of the disks is not counted: freed space is used again.
    """
    return tuple(_saving(each.tier, each.blobs, each.bytes, redundancy, grid) for each in found.duplicates)


def _saving(tier: str, blobs: int, size: int, redundancy: str, grid: Grid) -> Saving:
    try:
        kept = KeptData(tier or "Hot", redundancy, size / _TERABYTE, HOURS_A_YEAR)
        year = footprint(Boundary(kept_data=(kept,)), grid, FunctionalUnit("year", 1)).operational
    except UnknownFact as unknown:
        return Saving(tier, blobs, size, None, str(unknown))
    return Saving(tier, blobs, size, year)
