"""Azure's deployment types: where each processes what it is sent, and which one a need takes.

Source: Microsoft Learn, Deployment types for Microsoft Foundry Models, read 2026-11-23.
"""

from enum import Enum


class NoSku(ValueError):
    """No deployment type does what was asked; the message says why."""


class Sku(str, Enum):
    """Deployment types, by Azure's own names."""

    STANDARD = "Standard"
    DATA_ZONE_STANDARD = "DataZoneStandard"
    GLOBAL_STANDARD = "GlobalStandard"
    DATA_ZONE_BATCH = "DataZoneBatch"
    GLOBAL_BATCH = "GlobalBatch"
    PROVISIONED_MANAGED = "ProvisionedManaged"
    DATA_ZONE_PROVISIONED_MANAGED = "DataZoneProvisionedManaged"
    GLOBAL_PROVISIONED_MANAGED = "GlobalProvisionedManaged"

    @property
    def is_global(self) -> bool:
        """Whether any Azure region may process what it is sent."""
        return self.value.startswith("Global")

    @property
    def is_zonal(self) -> bool:
        """Whether any region of a data zone may."""
        return self.value.startswith("DataZone")

    @property
    def is_batch(self) -> bool:
        """Whether it answers within a day, when there is room, and not at once."""
        return self.value.endswith("Batch")

    @property
    def is_provisioned(self) -> bool:
        """Whether it holds boards for one customer, also while nobody asks anything."""
        return self.value.endswith("ProvisionedManaged")

    def in_zone(self, residency: str | None) -> str:
        """As the facts table names it: `DataZoneStandard:eu`, or `Standard`."""
        return f"{self.value}:{zone_of(residency)}" if self.is_zonal else self.value


# The EU data zone follows the EU Data Boundary: as of May 2026 also regions in Norway and Switzerland, says the page
# on deployment types; member states alone, says the one on availability.
_ZONES = {"eu": "eu", "eea": "eu", "us": "us"}


def zone_of(residency: str | None) -> str | None:
    """The data zone of a residency area; None for a country that is no zone of its own, and for no residency."""
    return _ZONES.get(residency or "")


def fitting(residency: str | None, offline: bool) -> Sku:
    """The type that reaches furthest inside the residency and holds no boards; batch for work that can wait.

    Raises `NoSku`: Azure has no batch within one country.
    """
    if residency is None:
        return Sku.GLOBAL_BATCH if offline else Sku.GLOBAL_STANDARD
    if zone_of(residency):
        return Sku.DATA_ZONE_BATCH if offline else Sku.DATA_ZONE_STANDARD
    if offline:
        raise NoSku(f"Azure batches in a data zone or worldwide, not within {residency!r}")
    return Sku.STANDARD


def leaves(sku: Sku, residency: str | None) -> str | None:
    """Why the type would take data out of the residency area, or nothing."""
    if residency is None:
        return None
    if sku.is_global:
        return f"{sku.value} processes in any Azure region, and residency is {residency!r}"
    if sku.is_zonal and zone_of(residency) is None:
        return f"{sku.value} processes anywhere in its data zone, and residency is {residency!r}"
    return None
