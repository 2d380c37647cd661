"""Facts: numbers about the world as dated, sourced tables. Pure: neither Pulumi nor Azure.

Each table is a CSV file in this folder; each row names its sources, their licences and the date they were read. A value
that is not known is `None`, never 0 and never a default: whoever needs it must say what missing means. Every table is
derived from its sources by `python -m verdazure.facts.derive`.
"""

from verdazure.facts.errors import UnknownFact
from verdazure.facts.rows import (
    Accelerator,
    Coefficient,
    Cpu,
    IotHubTier,
    IotOperations,
    Model,
    OpenDataset,
    Region,
    Replication,
    Retention,
    Runtime,
    StorageTier,
    VmSize,
)
from verdazure.facts.tables import (
    accelerators,
    coefficients,
    cpus,
    iot_hub_tiers,
    iot_operations,
    models,
    open_datasets,
    regions,
    replications,
    retentions,
    runtimes,
    storage_tiers,
    version,
    vm_sizes,
)
from verdazure.facts.typical_days import Profile, profile, profiles

__all__ = [
    "Accelerator",
    "Coefficient",
    "Cpu",
    "IotHubTier",
    "IotOperations",
    "Model",
    "OpenDataset",
    "Profile",
    "Region",
    "Replication",
    "Retention",
    "Runtime",
    "StorageTier",
    "UnknownFact",
    "VmSize",
    "accelerators",
    "coefficients",
    "cpus",
    "iot_hub_tiers",
    "iot_operations",
    "models",
    "normal_region",
    "open_datasets",
    "profile",
    "profiles",
    "region",
    "regions",
    "replications",
    "retentions",
    "runtimes",
    "storage_tiers",
    "version",
    "vm_size",
    "vm_sizes",
]


def normal_region(name: str) -> str:
    """The ARM form of a region's name: `Sweden Central` -> `swedencentral`."""
    return name.replace(" ", "").lower()


def region(name: str) -> Region:
    """The region of that ARM or display name. Raises `UnknownFact`."""
    return regions.get(normal_region(name))


def vm_size(name: str) -> VmSize:
    """The VM size of that name, in any case (`standard_nc4as_t4_v3`). Raises `UnknownFact`."""
    exact = {size.lower(): size for size in vm_sizes()}
    return vm_sizes.get(exact.get(name.lower(), name))
