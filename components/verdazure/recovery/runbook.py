"""How data is brought back, step by step, with the names of what was deployed: for whoever is on call.

Commands: Microsoft Learn, Azure CLI reference (`az storage blob`, `az storage fs`, `az storage account failover`,
`az dataprotection backup-instance`), read 2026-11-23.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from verdazure.recovery.measures import Measure
from verdazure.storage.plans import Layout


@dataclass(frozen=True, slots=True)
class Place:
    """Where the data lies, and what protects it, by name."""

    account: str
    account_id: str
    containers: tuple[str, ...]
    layout: Layout
    resource_group: str
    region: str
    vault: str
    instance: str
    destination: str


DRILL = "Try this out before it is needed, and write down how long it took: the times planned with are no promises."


def runbook(measures: Sequence[Measure], place: Place) -> list[str]:
    """The steps of each measure that was taken, in their order, one text each."""
    steps = [
        f"{measure.value}, step {number}: {step}"
        for measure in measures
        for number, step in enumerate(_STEPS[measure](place), 1)
    ]
    return [*steps, DRILL]


def _recreation(place: Place) -> Iterator[str]:
    yield f"Run again what wrote {_containers(place)} of {place.account}: the job, or the ingestion's windows."
    yield "Compare the counts with those of the run that wrote it first."


def _soft_delete(place: Place) -> Iterator[str]:
    common = f"--account-name {place.account} --auth-mode login"
    for container in place.containers:
        if place.layout is Layout.LAKE:
            yield f"az storage fs list-deleted-path --file-system {container} {common}"
            found = "--deleted-path-name P --deletion-id D"
            yield f"az storage fs undelete-path --file-system {container} {common} {found}"
        else:
            yield f"az storage blob list --container-name {container} --include dv {common}"
            yield f"az storage blob undelete --container-name {container} --name B {common}"
    if place.layout is Layout.DURABLE:
        yield "An overwritten blob: az storage blob copy start, with the URL of the version (?versionid=...) as source."


def _backup(place: Place, store: str, *, point: str) -> Iterator[str]:
    vault = f"--resource-group {place.resource_group} --vault-name {place.vault}"
    yield f"az dataprotection recovery-point list {vault} --backup-instance-name {place.instance}"
    yield (
        "az dataprotection backup-instance restore initialize-for-data-recovery --datasource-type AzureBlob "
        f"--restore-location {place.region} --source-datastore {store} --target-resource-id {place.account_id} "
        f"{point} > restore.json"
    )
    yield (
        f"az dataprotection backup-instance restore trigger {vault} --backup-instance-name {place.instance} "
        "--restore-request-object restore.json"
    )


def _operational_backup(place: Place) -> Iterator[str]:
    yield from _backup(place, "OperationalStore", point="--point-in-time 2026-01-01T00:00:00Z")


def _vaulted_backup(place: Place) -> Iterator[str]:
    yield "Make an empty account of the same kind in the same region; a vaulted copy goes to another account."
    yield from _backup(place, "VaultStore", point="--recovery-point-id R")


def _zones(place: Place) -> Iterator[str]:
    yield f"Nothing: {place.account} goes on with the other zones. Jobs that failed in between start again."


def _object_replication(place: Place) -> Iterator[str]:
    yield f"Point readers at {place.destination}, where the copies are; what was written last may be missing."
    yield "az storage blob show ... --query objectReplicationSourceProperties tells whether a blob had been copied."
    yield "When the region is back, copy what was written meanwhile, then point readers back."


def _geo(place: Place) -> Iterator[str]:
    yield f"az storage account show --name {place.account} --expand geoReplicationStats --query geoReplicationStats"
    yield f"az storage account failover --name {place.account}: what was written after lastSyncTime is lost."
    yield "The account is locally redundant afterwards: set its redundancy again once the region is back."


_STEPS = {
    Measure.RECREATION: _recreation,
    Measure.SOFT_DELETE: _soft_delete,
    Measure.OPERATIONAL_BACKUP: _operational_backup,
    Measure.VAULTED_BACKUP: _vaulted_backup,
    Measure.ZONES: _zones,
    Measure.OBJECT_REPLICATION: _object_replication,
    Measure.GEO: _geo,
}


def _containers(place: Place) -> str:
    return ", ".join(place.containers)
