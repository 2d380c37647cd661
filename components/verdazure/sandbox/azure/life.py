"""How resources come and go: whose names are global, what stays after a deletion, what may never change, what locks."""

from collections.abc import Callable, Mapping
from typing import Any

from verdazure.sandbox.azure import arm, errors
from verdazure.sandbox.azure.diff import plain_location
from verdazure.sandbox.azure.errors import AzureError
from verdazure.sandbox.azure.store import Held, SoftDeleted, StoredResource

_VAULT = "microsoft.keyvault/vaults"
_ML_WORKSPACE = "microsoft.machinelearningservices/workspaces"
_LOCK = "microsoft.authorization/locks"
_ROLE_ASSIGNMENT = "microsoft.authorization/roleassignments"

# Names that can exist once in all of Azure, by ARM type: code and message of the refusal.
# Source: the services' "Check Name Availability" and the conflicts seen in public issue trackers.
_GLOBAL_NAMES: Mapping[str, tuple[str, str]] = {
    "microsoft.storage/storageaccounts": (
        "StorageAccountAlreadyTaken",
        "The storage account named {name} is already taken.",
    ),
    _VAULT: (
        "VaultAlreadyExists",
        "The vault name '{name}' is already in use. Vault names are globally unique so it is possible that the name is "
        "already taken. If you are sure that the vault name was not taken then it is possible that a vault with the "
        "same name was recently deleted but not purged after being placed in a recoverable state. If the vault is in a "
        "recoverable state then the vault will need to be purged before reusing the name.",
    ),
    "microsoft.containerregistry/registries": (
        "AlreadyInUse",
        "The registry DNS name {name}.azurecr.io is already in use.",
    ),
}

# How Azure refuses a name that a soft-deleted resource still holds. Key Vault, "Azure Key Vault soft-delete overview";
# Azure Machine Learning, "Workspace soft deletion": a vault's name is blocked everywhere, a workspace's in its group.
_KEPT_AFTER_DELETION: Mapping[str, AzureError] = {
    _VAULT: AzureError(
        409,
        "ConflictError",
        "A vault with the same name already exists in deleted state. You need to either recover or purge existing key "
        "vault. Follow this link https://go.microsoft.com/fwlink/?linkid=2149745 for more information on soft delete.",
    ),
    _ML_WORKSPACE: AzureError(
        400,
        "BadRequest",
        "Soft-deleted workspace exists. Please purge or recover it. https://aka.ms/wsoftdelete",
    ),
}


def require_holder(held: Held, resource_id: str, exact: bool) -> None:
    """Refuses a resource whose group, parent or scope does not exist.

    Of a guessed id (`exact` is false) only the resource group is known for sure.
    """
    group_id = arm.resource_group_id(resource_id)
    if group_id and group_id != resource_id and not held.get(group_id):
        raise errors.resource_group_not_found(arm.name(group_id))
    holder = arm.parent_id(resource_id)
    if not exact or held.exists(holder):
        return
    if arm.is_extension(resource_id):
        raise errors.resource_not_found(arm.arm_type(holder), arm.name(holder), arm.resource_group(holder))
    raise errors.parent_not_found(arm.relative(holder))


def require_free(held: Held, resource_id: str, inputs: Mapping[str, Any]) -> None:
    """Refuses what is taken: the id itself, a global name, a soft-deleted one's name, a grant that was made already."""
    if held.get(resource_id):
        raise errors.already_managed(resource_id)
    arm_type, name = arm.arm_type(resource_id).lower(), arm.name(resource_id)
    kept = _KEPT_AFTER_DELETION.get(arm_type)
    if kept and any(_blocks(deleted, resource_id) for deleted in held.soft_deleted()):
        raise kept
    if arm_type in _GLOBAL_NAMES and held.of_type(arm_type, name):
        code, message = _GLOBAL_NAMES[arm_type]
        raise AzureError(409, code, message.format(name=name))
    if arm_type == _ROLE_ASSIGNMENT and _is_granted(held, resource_id, inputs):
        raise AzureError(409, "RoleAssignmentExists", "The role assignment already exists.")


def _blocks(deleted: SoftDeleted, resource_id: str) -> bool:
    if deleted.type.lower() != arm.arm_type(resource_id).lower():
        return False
    if deleted.type.lower() in _GLOBAL_NAMES:
        return deleted.name.lower() == arm.name(resource_id).lower()
    return deleted.id.lower() == resource_id.lower()


def _is_granted(held: Held, resource_id: str, inputs: Mapping[str, Any]) -> bool:
    grants = held.below(resource_id.rpartition("/")[0])
    return any(
        other.inputs.get("principalId") == inputs.get("principalId")
        and _same_id(other.inputs.get("roleDefinitionId"), inputs.get("roleDefinitionId"))
        for other in grants
    )


def _same_id(one: Any, other: Any) -> bool:
    return str(one).lower() == str(other).lower()


def is_kept_after_deletion(resource: StoredResource) -> bool:
    """Whether Azure keeps a deleted resource of this kind, and its name, for a while."""
    return resource.type.lower() in _KEPT_AFTER_DELETION


def is_purge_protected(resource: StoredResource) -> bool:
    """Whether the kept resource cannot be purged before its time."""
    return resource.outputs.get("properties", {}).get("enablePurgeProtection") is True


# Changes


def require_changeable(before: StoredResource, inputs: Mapping[str, Any]) -> None:
    """Refuses an update that the service refuses."""
    asked = inputs.get("location")
    if isinstance(asked, str) and before.location and plain_location(asked) != plain_location(before.location):
        raise errors.other_location(before.name, arm.resource_group(before.id), before.location, plain_location(asked))
    refuse = _FIXED.get(before.type.lower())
    if refuse:
        refuse(before, inputs)


def _fixed_role(before: StoredResource, inputs: Mapping[str, Any]) -> None:
    if not _same_id(before.inputs.get("roleDefinitionId"), inputs.get("roleDefinitionId")):
        message = "Tenant ID, application ID, principal ID, and scope are not allowed to be updated."
        raise AzureError(400, "RoleAssignmentUpdateNotPermitted", message)


def _fixed_protection(before: StoredResource, inputs: Mapping[str, Any]) -> None:
    asked = inputs.get("properties", {})
    if is_purge_protected(before) and asked.get("enablePurgeProtection") is False:
        message = (
            'The property "enablePurgeProtection" cannot be set to false. Enabling the purge protection for a vault is '
            "an irreversible action."
        )
        raise AzureError(400, "BadRequest", message)
    kept_for = before.outputs.get("properties", {}).get("softDeleteRetentionInDays")
    if asked.get("softDeleteRetentionInDays", kept_for) != kept_for:
        message = 'The property "softDeleteRetentionInDays" has been set already and it can\'t be modified.'
        raise AzureError(400, "BadRequest", message)


def _fixed_parts(before: StoredResource, inputs: Mapping[str, Any]) -> None:
    # Workspaces - Create Or Update: neither can be changed once the workspace is there. The words are ours.
    for part in ("storageAccount", "keyVault"):
        if before.inputs.get(part) and not _same_id(before.inputs[part], inputs.get(part)):
            message = f"The {part} of workspace '{before.name}' cannot be changed once the workspace has been created."
            raise AzureError(400, "BadRequest", message)


_FIXED: Mapping[str, Callable[[StoredResource, Mapping[str, Any]], None]] = {
    _ML_WORKSPACE: _fixed_parts,
    _ROLE_ASSIGNMENT: _fixed_role,
    _VAULT: _fixed_protection,
}


# Locks. Source: Azure Resource Manager, "Lock your resources to protect your infrastructure".


def require_unlocked(held: Held, resource_id: str, operation: str) -> None:
    """Refuses a `write` or a `delete` that a lock on the resource, or on what holds it, forbids."""
    if arm.arm_type(resource_id).lower() == _LOCK:
        return
    for lock in held.of_type(_LOCK):
        scope = arm.parent_id(lock.id)
        level = lock.inputs.get("level")
        forbids = level == "ReadOnly" or (level == "CanNotDelete" and operation == "delete")
        if forbids and _within(resource_id, scope, operation):
            raise errors.locked(resource_id, operation, scope)


def _within(resource_id: str, scope: str, operation: str) -> bool:
    inside = (resource_id + "/").lower().startswith(scope.lower() + "/")
    # Deleting a group deletes what it holds, so a lock on any of it stops the deletion.
    holds = operation == "delete" and (scope + "/").lower().startswith(resource_id.lower() + "/")
    return inside or holds
