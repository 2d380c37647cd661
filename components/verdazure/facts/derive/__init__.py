"""How each table came to be: one module a table, from the source files that it names.

`python -m verdazure.facts.derive` writes all tables anew, `--check` only tells which ones differ. Rows that were read
from documentation stand in `documented/`; data sets are read from the folder `VERDAZURE_DATA_DIR`.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

from verdazure.facts.derive import (
    accelerators,
    coefficients,
    cpus,
    iot_hub_tiers,
    iot_operations,
    models,
    open_datasets,
    profiles,
    regions,
    retentions,
    runtimes,
    storage,
    vm_sizes,
)
from verdazure.facts.derive.text import Cells, as_csv

DERIVATIONS: Mapping[str, Callable[[Path], list[Cells]]] = {
    "accelerators": accelerators.derive,
    "coefficients": coefficients.derive,
    "cpus": cpus.derive,
    "iot_hub_tiers": iot_hub_tiers.derive,
    "iot_operations": iot_operations.derive,
    "models": models.derive,
    "open_datasets": open_datasets.derive,
    "profiles": profiles.derive,
    "regions": regions.derive,
    "replications": storage.derive_replications,
    "retentions": retentions.derive,
    "runtimes": runtimes.derive,
    "storage_tiers": storage.derive_tiers,
    "vm_sizes": vm_sizes.derive,
}
"""Table -> how its rows are derived from the folder of data sets."""


def table_text(table: str, data: Path) -> str:
    """The file of that table as its sources give it. Raises `MissingSource`."""
    return as_csv(DERIVATIONS[table](data))
