"""How data is brought back, step by step, with the names of what was deployed: for whoever is on call.

Commands: Microsoft Learn, Azure CLI reference (`az storage blob`, `az storage fs`, `az storage account failover`,
`az dataprotection backup-instance`); Soft delete for blobs (with versions, undeleting brings back deleted versions, and
a copy makes one of them current); Restore Azure Blobs via Azure CLI; Object replication (no failover by the customer
under a policy); read 2026-11-23.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from verdazure.recovery.measures import Measure
from verdazure.storage.plans import Layout


@dataclass(frozen=True, slots=True)
class Place:
    """Where the data lies, and what protects it, by name."""

    account: str
    containers: tuple[str, ...]
    layout: Layout
    resource_group: str
    region: str
    vault: str
    vault_id: str
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
            yield (
                f"az storage blob copy start --destination-container {container} --destination-blob B {common} "
                f'--source-uri "https://{place.account}.blob.core.windows.net/{container}/B?versionid=V": '
                "makes version V the blob again, whether it was deleted or overwritten."
            )


def _operational_backup(place: Place) -> Iterator[str]:
    """Only these containers are rolled back; recovering all data would roll back the whole account."""
    yield f"az dataprotection restorable-time-range find {_backup(place)} --source-data-store-type OperationalStore"
    yield (
        f"{_RESTORE} initialize-for-item-recovery --datasource-type AzureBlob --restore-location {place.region} "
        f"--source-datastore OperationalStore --backup-instance-id {place.vault_id}/backupInstances/{place.instance} "
        f"--container-list {' '.join(place.containers)} --point-in-time T > restore.json"
    )
    yield f"{_RESTORE} trigger {_backup(place)} --restore-request-object restore.json"
    yield "Until it has ended, Azure lets nobody read or write there."


def _vaulted_backup(place: Place) -> Iterator[str]:
    yield (
        f"Make an empty account A of the same kind in {place.region}, as a vaulted copy goes to another account, and "
        f"give the identity of {place.vault} the role Storage Account Backup Contributor on it."
    )
    yield f"az dataprotection recovery-point list {_backup(place)}"
    yield (
        f"{_RESTORE} initialize-for-data-recovery --datasource-type AzureBlob --restore-location {place.region} "
        "--source-datastore VaultStore --target-resource-id A --recovery-point-id R > restore.json"
    )
    yield f"{_RESTORE} trigger {_backup(place)} --restore-request-object restore.json"


def _zones(place: Place) -> Iterator[str]:
    yield f"Nothing: {place.account} goes on with the other zones. Jobs that failed in between start again."


def _object_replication(place: Place) -> Iterator[str]:
    yield f"Point readers at {place.destination}, where the copies are; what was written last may be missing."
    yield "az storage blob show ... --query objectReplicationSourceProperties tells whether a blob had been copied."
    yield "When the region is back, copy what was written meanwhile, then point readers back."


def _geo(place: Place) -> Iterator[str]:
    yield f"az storage account show --name {place.account} --expand geoReplicationStats --query geoReplicationStats"
    yield "Azure refuses a failover under an object replication policy (a vaulted backup makes one): delete it first."
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


_RESTORE = "az dataprotection backup-instance restore"


def _backup(place: Place) -> str:
    return f"--resource-group {place.resource_group} --vault-name {place.vault} --backup-instance-name {place.instance}"


def _containers(place: Place) -> str:
    return ", ".join(place.containers)
