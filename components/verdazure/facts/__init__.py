"""Facts: numbers about the world as dated, sourced tables. Pure: neither Pulumi nor Azure.

Each table is a CSV file in this folder; each row names its sources, their licences and the date they were read. A value
that is not known is `None`, never 0 and never a default: whoever needs it must say what missing means.
"""

import csv
import functools
from collections.abc import Callable, Mapping
from datetime import date
from importlib import resources
from types import MappingProxyType
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict

from verdazure.facts.errors import UnknownFact, nearest
from verdazure.facts.typical_days import Profile, profile, profiles

__all__ = [
    "Profile",
    "Region",
    "UnknownFact",
    "VmSize",
    "normal_region",
    "profile",
    "profiles",
    "region",
    "regions",
    "vm_size",
    "vm_sizes",
]


def _missing_as_none(cell: object) -> object:
    return None if cell == "" else cell


def _words(cell: object) -> object:
    return frozenset(cell.split()) if isinstance(cell, str) else cell


Text = Annotated[str | None, BeforeValidator(_missing_as_none)]
Number = Annotated[float | None, BeforeValidator(_missing_as_none)]
Flag = Annotated[bool | None, BeforeValidator(_missing_as_none)]


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    name: str
    read_on: date
    """The day on which the sources were read."""


class Region(_Row):
    """An Azure region and the grid that feeds it."""

    display_name: str
    geography: str
    country: str
    """ISO 3166-1 alpha-3."""
    residencies: Annotated[frozenset[str], BeforeValidator(_words)]
    """Residency areas that hold the region: the country's code (`se`, `uk`, `us`, ...), `eu`, `eea`."""
    access: Literal["open", "restricted"]
    """`restricted`: open to a subscription only on request (disaster-recovery regions)."""
    availability_zones: Flag
    grid_zone: str
    """Electricity Maps zone."""
    intensity_g_per_kwh: Number
    """gCO2e/kWh: annual mean of the hourly, flow-traced, lifecycle average; one vintage and basis for all regions."""
    intensity_year: Annotated[int | None, BeforeValidator(_missing_as_none)]
    intensity_source: Text
    intensity_licence: Text
    region_source: str
    region_licence: str


class VmSize(_Row):
    """A VM size as Azure names it."""

    family: str
    status: Literal["current", "preview", "retiring", "retired"]
    gpu: Text
    """Model of the accelerator; None for a CPU size."""
    gpu_count: float
    """Boards; a fraction where a board is shared."""
    gpu_memory_gib: Number
    """GiB of one board."""
    gpu_tdp_w: Number
    """W of one board at its limit."""
    vcpus: int
    memory_gib: Number
    successor: Text
    """For a retiring or retired size: the current size with about as many boards that this library suggests."""
    source: str
    licence: str

    @property
    def deployable(self) -> bool:
        """Whether new work should start on it: neither retired nor announced to be."""
        return self.status in ("current", "preview")


RowT = TypeVar("RowT", bound=_Row)


def _table(file: str, row: type[RowT]) -> Callable[[], Mapping[str, RowT]]:
    @functools.cache
    def load() -> Mapping[str, RowT]:
        lines = (resources.files(__name__) / file).read_text(encoding="utf-8").splitlines()
        rows = [row.model_validate(cells) for cells in csv.DictReader(lines)]
        return MappingProxyType({entry.name: entry for entry in rows})

    return load


regions = _table("regions.csv", Region)
vm_sizes = _table("vm_sizes.csv", VmSize)


def normal_region(name: str) -> str:
    """The ARM form of a region's name: `Sweden Central` -> `swedencentral`."""
    return name.replace(" ", "").lower()


def region(name: str) -> Region:
    """The region of that ARM or display name. Raises `UnknownFact`."""
    return _look_up(regions(), normal_region(name), "Azure region")


def vm_size(name: str) -> VmSize:
    """The VM size of that name, in any case (`standard_nc4as_t4_v3`). Raises `UnknownFact`."""
    exact = {size.lower(): size for size in vm_sizes()}
    return _look_up(vm_sizes(), exact.get(name.lower(), name), "VM size")


def _look_up(table: Mapping[str, RowT], name: str, kind: str) -> RowT:
    try:
        return table[name]
    except KeyError:
        raise UnknownFact(
            f"{name!r} is not in the facts table: no such {kind} is known{nearest(name, table)}"
        ) from None
