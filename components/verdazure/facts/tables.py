"""The tables: which there are, how long each stays fresh, and how they are read."""

import csv
import functools
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from importlib import resources
from types import MappingProxyType
from typing import Any, Generic, TypeVar

from verdazure.facts import rows
from verdazure.facts.errors import UnknownFact, nearest

RowT = TypeVar("RowT", bound=rows.Row)
_YEAR = timedelta(days=365)


@functools.cache
def _read(file: str, row: type[RowT]) -> Mapping[str, RowT]:
    lines = (resources.files("verdazure.facts") / file).read_text(encoding="utf-8").splitlines()
    entries = [row.model_validate(cells) for cells in csv.DictReader(lines)]
    return MappingProxyType({entry.name: entry for entry in entries})


def version() -> str:
    """Which facts these are: the day on which the newest source was read, and a digest of all tables."""
    digest = hashlib.sha256()
    for table in ALL:
        digest.update((resources.files("verdazure.facts") / f"{table.name}.csv").read_bytes())
    newest = max(row.read_on for table in ALL for row in table().values())
    return f"{newest}-{digest.hexdigest()[:8]}"


@dataclass(frozen=True)
class Table(Generic[RowT]):
    """One CSV file of facts."""

    name: str
    kind: str
    """What a row is, as an error message says it."""
    row: type[RowT]
    about: str
    shelf_life: timedelta
    """How long after reading its sources a row can be trusted."""

    def __call__(self) -> Mapping[str, RowT]:
        """The rows by name, in the order of the file."""
        return _read(f"{self.name}.csv", self.row)

    def get(self, name: str) -> RowT:
        """The row of that name. Raises `UnknownFact`, suggesting the nearest one."""
        known = self()
        try:
            return known[name]
        except KeyError:
            hint = nearest(name, known)
            raise UnknownFact(f"{name!r} is not in the facts table: no such {self.kind} is known{hint}") from None

    def value(self, name: str, column: str) -> Any:
        """The value in that row and column. Raises `UnknownFact` where the row or its value is missing."""
        cell = getattr(self.get(name), column)
        if cell is None:
            raise UnknownFact(f"{self.name}.csv has no {column} for {name!r}: no source that may be used gives one")
        return cell

    def stale(self, today: date) -> tuple[str, ...]:
        """Names of the rows whose sources were read longer ago than the shelf life."""
        return tuple(name for name, row in self().items() if today - row.read_on > self.shelf_life)


regions = Table("regions", "Azure region", rows.Region, "Azure regions and the grids that feed them", _YEAR)
vm_sizes = Table("vm_sizes", "VM size", rows.VmSize, "VM sizes for machine learning", _YEAR / 2)
cpus = Table("cpus", "CPU", rows.Cpu, "Power of one vCPU by CPU generation", 2 * _YEAR)
accelerators = Table("accelerators", "accelerator", rows.Accelerator, "Power and making of GPU boards", 2 * _YEAR)
storage_tiers = Table("storage_tiers", "storage tier", rows.StorageTier, "Energy of stored data by tier", 2 * _YEAR)
replications = Table("replications", "redundancy", rows.Replication, "Copies that a redundancy keeps", 2 * _YEAR)
coefficients = Table("coefficients", "coefficient", rows.Coefficient, "Numbers of the footprint model", 2 * _YEAR)
typical_days = Table("profiles", "typical day", rows.TypicalDay, "Average day of each grid zone by month", 4 * _YEAR)
models = Table("models", "model", rows.Model, "Size, task, licence and hosting of pre-trained models", _YEAR / 2)
open_datasets = Table(
    "open_datasets", "open dataset", rows.OpenDataset, "Azure Open Datasets: where, how large, whose terms", _YEAR / 2
)
retentions = Table("retentions", "retention period", rows.Retention, "How long records must or may be kept", _YEAR)
iot_hub_tiers = Table("iot_hub_tiers", "IoT Hub tier", rows.IotHubTier, "What a unit of an IoT Hub takes", 2 * _YEAR)
iot_operations = Table(
    "iot_operations", "release of IoT Operations", rows.IotOperations, "Extensions that go together", _YEAR / 4
)
runtimes = Table("runtimes", "runtime", rows.Runtime, "End of life of runtimes", _YEAR / 2)

ALL: tuple[Table[Any], ...] = (
    regions,
    vm_sizes,
    cpus,
    accelerators,
    storage_tiers,
    replications,
    coefficients,
    models,
    open_datasets,
    retentions,
    iot_hub_tiers,
    iot_operations,
    runtimes,
    typical_days,
)
