"""What protects stored data: from which loss, how soon it is back, whether it can be used here, and what it draws.

Sources: Microsoft Learn, Azure Storage redundancy (no archive tier with zones; geo-replication is typically behind by
less than 15 minutes, without a promise, and a failover also answers the loss of a datacentre); Initiate a storage
account failover (typically within an hour); Object replication (needs versions and the change feed, not in a lake,
fails for archived blobs, no promised delay without priority replication); Support matrix for Azure Blobs backup
(operational backup needs versions, up to 360 days, not in a lake; neither backup brings back archived blobs); Azure
Data Lake Storage vaulted backup (a preview, which azure-native cannot describe); read 2026-11-23. Times to restore from
versions and vaults depend on the amount and are promised nowhere: those below are planning figures, to be confirmed by
a drill.
"""

from dataclasses import dataclass, replace
from enum import Enum

from verdazure import facts
from verdazure.carbon.footprint import (
    ANY_GRID,
    Boundary,
    FunctionalUnit,
    Grid,
    KeptData,
    Traffic,
    footprint,
    grid_of_region,
)
from verdazure.storage.plans import PLANS, DataClass, Layout

HOURS_A_MONTH = 8766 / 12
DAYS_A_MONTH = 365.25 / 12
OPERATIONAL_DAYS_MAX = 360
_GIGABYTE_IN_TB = 1e-3


class Loss(str, Enum):
    """The worst that data survives; each includes those before it."""

    DELETION = "Deletion"
    """Somebody or a program deletes or overwrites it."""
    ZONE = "Zone"
    """A datacentre is gone."""
    REGION = "Region"
    """All datacentres of a region are gone."""


class Measure(str, Enum):
    """What protects, in the order in which equal ones are taken."""

    RECREATION = "re-creation"
    SOFT_DELETE = "soft delete and versions"
    OPERATIONAL_BACKUP = "operational backup"
    VAULTED_BACKUP = "vaulted backup"
    ZONES = "zone redundancy"
    OBJECT_REPLICATION = "object replication"
    GEO = "geo redundancy"


@dataclass(frozen=True, slots=True)
class Need:
    """What may be lost of some data, and what is known of it."""

    data_class: DataClass
    region: str
    redundancy: str
    """The account's, as it is: `LRS`."""
    recovery_point_hours: float
    """RPO: how old what is brought back may be."""
    recovery_time_hours: float
    """RTO: how long it may be away."""
    survives: Loss
    retention_days: int
    """For how long a deletion can be undone."""
    isolated: bool = False
    """Whether it must outlive the account: a copy that nobody who owns the account can delete."""
    recreatable_in_hours: float | None = None
    """How long it takes to make it again; None: it cannot be made again."""
    written_once: bool = False
    """Whether nothing is ever overwritten, so that what can be lost is only deleted."""
    archives: bool = False
    """Whether it moves to the archive tier, which accounts with zone redundancy do not have."""
    changed_share: float = 0.1
    """Share of the data that is overwritten or deleted in a month: what soft delete and backups keep beside it."""
    replicated_share: float = 1.0
    """Share of the data that object replication copies."""
    destination_region: str | None = None
    """Where the account lies that receives replicated objects."""
    residency: str | None = None
    """Area that no copy may leave."""

    @property
    def layout(self) -> Layout:
        return PLANS[self.data_class].layout


@dataclass(frozen=True, slots=True)
class Judged:
    """A measure as this need sees it."""

    measure: Measure
    covers: frozenset[Loss]
    why_not: str
    """Why it cannot serve; empty where it can."""
    gb: float
    """What lies on disks in addition for each GB of the data, all copies counted."""
    kwh: float
    """What it draws in a month for each GB of the data."""
    grams: float | None
    """gCO2e of that; None where the grid's intensity is not known."""
    there: bool = False
    """Whether TieredStorage keeps it anyway, so that choosing it adds nothing."""

    @property
    def added_kwh(self) -> float:
        return 0.0 if self.there else self.kwh

    def __str__(self) -> str:
        grams = "gCO2e unknown" if self.grams is None else f"{self.grams:.2g} gCO2e"
        verdict = self.why_not or f"serves against loss by {_losses(self.covers)}"
        anyway = ", which the account keeps anyway" if self.there else ""
        return f"{self.measure.value}: {verdict}; {self.gb:.2g} GB, {self.kwh:.2g} kWh, {grams} a GB-month{anyway}"


def judge(need: Need) -> tuple[Judged, ...]:
    """Every measure, in the order of the enum."""
    return tuple(_JUDGES[measure](need) for measure in Measure)


# One by one


def _recreation(need: Need) -> Judged:
    hours = need.recreatable_in_hours
    why_not = _late(need, hours) if hours is not None else "it cannot be made again"
    if need.isolated:
        why_not = why_not or "a copy of its own was asked for"
    return Judged(Measure.RECREATION, frozenset(Loss), why_not, 0.0, 0.0, 0.0)


def _soft_delete(need: Need) -> Judged:
    days = need.layout.soft_delete_days
    doubts = [
        _beside(need),
        f"it keeps {days} days, {need.retention_days} were asked for" if need.retention_days > days else "",
        "" if need.written_once or need.layout is Layout.DURABLE else "the account keeps no versions of what changes",
        _late(need, 1),
    ]
    kept = need.changed_share * days / DAYS_A_MONTH
    found = _judged(Measure.SOFT_DELETE, {Loss.DELETION}, doubts, need, kept, need.redundancy)
    return replace(found, there=True)


def _operational_backup(need: Need) -> Judged:
    doubts = [
        _beside(need),
        "" if need.layout is Layout.DURABLE else "it needs an account with versions",
        "" if need.retention_days <= OPERATIONAL_DAYS_MAX else f"it keeps {OPERATIONAL_DAYS_MAX} days at most",
        _archived(need),
        _late(need, 4),
    ]
    kept = need.changed_share * need.retention_days / DAYS_A_MONTH
    return _judged(Measure.OPERATIONAL_BACKUP, {Loss.DELETION}, doubts, need, kept, need.redundancy)


def _vaulted_backup(need: Need) -> Judged:
    lake = "of a lake it is a preview that azure-native cannot describe"
    doubts = [
        lake if need.layout is Layout.LAKE else "",
        "" if need.layout is not Layout.FLAT else "it needs an account with versions",
        _archived(need),
        _old(need, 24),
        _late(need, 24),
    ]
    kept = 1 + need.changed_share * need.retention_days / DAYS_A_MONTH
    return _judged(Measure.VAULTED_BACKUP, {Loss.DELETION}, doubts, need, kept, "LRS")


def _zones(need: Need) -> Judged:
    doubts = [
        "" if facts.region(need.region).availability_zones else f"{need.region} has no zones",
        "accounts with zones have no archive tier" if need.archives else "",
    ]
    added = _copies("ZRS") / _copies(need.redundancy) - 1
    return _judged(Measure.ZONES, {Loss.ZONE}, doubts, need, max(0.0, added), need.redundancy)


def _object_replication(need: Need) -> Judged:
    place = need.destination_region
    doubts = [
        "" if need.layout is Layout.DURABLE else "it needs an account with versions",
        "no account was named to receive it" if place is None else _outside(need, place),
        "the account that receives it is in the same region" if place == need.region else "",
        _archived(need),
        _old(need, 24),
        _late(need, 1),
    ]
    covers, share = {Loss.ZONE, Loss.REGION}, need.replicated_share
    moved = need.changed_share * share
    return _judged(Measure.OBJECT_REPLICATION, covers, doubts, need, share, "LRS", place or need.region, moved)


def _geo(need: Need) -> Judged:
    pair = facts.region(need.region).paired_region
    redundancy = geo_redundancy(need)
    doubts = [
        _outside(need, pair) if pair else f"{need.region} has no paired region",
        _old(need, 0.25),
        _late(need, 1),
    ]
    covers = {Loss.ZONE, Loss.REGION}
    added = max(0.0, _copies(redundancy) / _copies(need.redundancy) - 1)
    return _judged(Measure.GEO, covers, doubts, need, added, need.redundancy, pair or need.region, need.changed_share)


def geo_redundancy(need: Need) -> str:
    """What an account with a copy in the paired region is called here: with zones where they and the tiers allow."""
    return "GZRS" if facts.region(need.region).availability_zones and not need.archives else "GRS"


def asked_of_account(need: Need, measure: Measure) -> str | None:
    """The redundancy that the account has to be given for a measure; None where it serves as it is."""
    held = need.redundancy.removeprefix("RA")
    wanted = {Measure.ZONES: ("ZRS", "GZRS"), Measure.GEO: (geo_redundancy(need), "GZRS")}.get(measure)
    return None if wanted is None or held in wanted else wanted[0]


_JUDGES = {
    Measure.RECREATION: _recreation,
    Measure.SOFT_DELETE: _soft_delete,
    Measure.OPERATIONAL_BACKUP: _operational_backup,
    Measure.VAULTED_BACKUP: _vaulted_backup,
    Measure.ZONES: _zones,
    Measure.OBJECT_REPLICATION: _object_replication,
    Measure.GEO: _geo,
}

# Doubts


def _late(need: Need, hours: float) -> str:
    return f"it takes {hours:g} h, {need.recovery_time_hours:g} are allowed" if hours > need.recovery_time_hours else ""


def _old(need: Need, hours: float) -> str:
    allowed = need.recovery_point_hours
    return f"it can be {hours:g} h behind, {allowed:g} are allowed" if hours > allowed else ""


def _beside(need: Need) -> str:
    return "what it keeps goes with the account" if need.isolated else ""


def _archived(need: Need) -> str:
    return "it leaves out what is archived" if need.archives else ""


def _outside(need: Need, region: str) -> str:
    known = facts.region(region)
    if need.residency is None or need.residency in known.residencies:
        return ""
    return f"{known.name} lies outside of {need.residency}"


def _losses(covers: frozenset[Loss]) -> str:
    return ", ".join(loss.value.lower() for loss in Loss if loss in covers)


# Energy


def _judged(
    measure: Measure,
    covers: set[Loss],
    doubts: list[str],
    need: Need,
    share: float,
    redundancy: str,
    region: str | None = None,
    moved: float = 0.0,
) -> Judged:
    """`share`: how much is kept in addition to each GB; `moved`: how much is sent in a month."""
    kwh, grams = _drawn(share, redundancy, region or need.region, moved)
    kept = share * _copies(redundancy)
    return Judged(measure, frozenset(covers), next(filter(None, doubts), ""), kept, kwh, grams)


def _drawn(share: float, redundancy: str, region: str, moved: float) -> tuple[float, float | None]:
    kept = KeptData("Hot", redundancy, share * _GIGABYTE_IN_TB, HOURS_A_MONTH)
    boundary = Boundary(kept_data=(kept,), traffic=(Traffic(moved),))
    grid = _grid(region)
    counted = footprint(boundary, grid or ANY_GRID, FunctionalUnit("GB-month", 1))
    return counted.energy.central.kwh, counted.operational.central.grams if grid else None


def _grid(region: str) -> Grid | None:
    try:
        return grid_of_region(region)
    except facts.UnknownFact:
        return None


def _copies(redundancy: str) -> int:
    return int(facts.replications.value(redundancy, "copies"))
