"""Deployment manifests: built from plans, checked, and put together as a device gets them."""

from verdazure.edge.manifest.documents import (
    ManifestError,
    check_base,
    check_layer,
    is_layered,
    oldest_supported,
)
from verdazure.edge.manifest.merging import Deployment, Effective, NoBase, effective, fleet_faults

__all__ = [
    "Deployment",
    "Effective",
    "ManifestError",
    "NoBase",
    "check_base",
    "check_layer",
    "effective",
    "fleet_faults",
    "is_layered",
    "oldest_supported",
]
