"""What Azure keeps of a workspace that was deleted, and how it is got rid of, or back.

A workspace is soft-deleted for up to 14 days where its subscription is enrolled, one with a key of yours never; it is
purged by its deletion with `forceToPurge`, and recovered in the Azure portal alone: the REST interface has no word for
it. Its vault is soft-deleted always, cannot be purged before its time, as purge protection is on, and is recovered by
being created in the mode `recover`.

Source: Microsoft Learn, Recover workspace data after accidental deletion with soft delete; Azure Machine Learning REST
API, Workspaces - Delete; Key Vault management REST API, Vaults - List Deleted and Create Or Update; read 2026-11-24.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from verdazure.arm import Arm, is_id_of
from verdazure.interfaces import subscription_of

WORKSPACES = "Microsoft.MachineLearningServices/workspaces"
VAULTS = "Microsoft.KeyVault/vaults"
_ML_VERSION = "2024-10-01"
_VAULT_VERSION = "2023-07-01"
_SUBSCRIPTION_VERSION = "2022-12-01"


class NotThere(ValueError):
    """The id names nothing of the kind, or Azure holds nothing by that name."""


@dataclass(frozen=True, slots=True)
class DeletedVault:
    """A vault that Azure keeps."""

    vault_id: str
    location: str
    deleted: str
    purged: str
    """When Azure forgets it by itself."""
    protected: bool
    """Whether nobody can purge it before."""


def deleted_vaults(arm: Arm, subscription: str) -> Iterator[DeletedVault]:
    """The soft-deleted vaults of a subscription: their names are taken until Azure forgets them."""
    for each in arm.read_all(
        f"/subscriptions/{subscription}/providers/Microsoft.KeyVault/deletedVaults", _VAULT_VERSION
    ):
        told = each["properties"]
        yield DeletedVault(
            vault_id=str(told["vaultId"]),
            location=str(told["location"]),
            deleted=str(told.get("deletionDate", "not told")),
            purged=str(told.get("scheduledPurgeDate", "not told")),
            protected=bool(told.get("purgeProtectionEnabled", False)),
        )


def inside(arm: Arm, workspace_id: str) -> list[str]:
    """What a purge would take with the workspace: its endpoints and computes, by name. Raises `NotThere`."""
    _check(WORKSPACES, workspace_id)
    if arm.find(workspace_id, _ML_VERSION) is None:
        raise NotThere(f"there is no {workspace_id}; one that is soft-deleted is purged in the Azure portal")
    kinds = ("computes", "onlineEndpoints", "batchEndpoints")
    return [f"{kind}/{each['name']}" for kind in kinds for each in arm.read_all(f"{workspace_id}/{kind}", _ML_VERSION)]


def purge(arm: Arm, workspace_id: str) -> None:
    """Deletes a workspace so that nothing of it can be recovered and its name is free. Raises `NotThere`."""
    _check(WORKSPACES, workspace_id)
    arm.delete(workspace_id, _ML_VERSION, forceToPurge="true")


def deleted_vault(arm: Arm, vault_id: str) -> DeletedVault:
    """The soft-deleted vault that had this id. Raises `NotThere`."""
    _check(VAULTS, vault_id)
    for each in deleted_vaults(arm, subscription_of(vault_id)):
        if each.vault_id.lower() == vault_id.lower():
            return each
    raise NotThere(f"Azure keeps no deleted vault {vault_id}; `verdazure workspace deleted` lists what it keeps")


def recover_vault(arm: Arm, vault: DeletedVault) -> None:
    """Brings a soft-deleted vault back with its keys and secrets."""
    # Azure takes the vault's own tenant and SKU when it recovers; the interface asks for them all the same.
    tenant = str(arm.read(f"/subscriptions/{subscription_of(vault.vault_id)}", _SUBSCRIPTION_VERSION)["tenantId"])
    properties = {"createMode": "recover", "tenantId": tenant, "sku": {"family": "A", "name": "standard"}}
    arm.put(vault.vault_id, _VAULT_VERSION, {"location": vault.location, "properties": properties})


def _check(kind: str, resource_id: str) -> None:
    if not is_id_of(kind, resource_id):
        raise NotThere(f"{resource_id!r} is no id of a {kind}; `pulumi stack output` shows it")
