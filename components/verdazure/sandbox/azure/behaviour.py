"""How the services differ: what each type answers beyond its inputs, whose names are global, what is soft-deleted."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from verdazure.sandbox.azure import arm, identity, outputs
from verdazure.sandbox.azure.diff import plain_location
from verdazure.sandbox.azure.errors import AzureError
from verdazure.sandbox.azure.schema import ResourceSchema
from verdazure.sandbox.azure.store import Held, SoftDeleted, StoredResource


class Request(NamedTuple):
    """What an answer is made from. `echo` is the part of the inputs that the service answers with."""

    schema: ResourceSchema
    id: str
    inputs: Mapping[str, Any]
    echo: dict[str, Any]
    before: StoredResource | None
    held: Held
    now: datetime

    @property
    def name(self) -> str:
        return arm.name(self.id)


def answer(
    schema: ResourceSchema,
    resource_id: str,
    inputs: Mapping[str, Any],
    before: StoredResource | None,
    held: Held,
    now: datetime,
) -> dict[str, Any]:
    """The outputs of a created or updated resource, in the SDK's shape."""
    request = Request(schema, resource_id, inputs, outputs.echoed(schema, inputs), before, held, now)
    specific = _ANSWERS.get(schema.token.partition(":")[2], lambda _: {})
    computed = {
        **_common(request),
        **request.echo,
        **_placed(request),
        **identity.answered(request.echo, resource_id, held),
    }
    merged = {**computed, **specific(request)}
    return {name: value for name, value in merged.items() if name in schema.outputs}


def _common(request: Request) -> dict[str, Any]:
    created = request.now.isoformat()
    if request.before and "systemData" in request.before.outputs:
        created = request.before.outputs["systemData"].get("createdAt", created)
    return {
        "name": request.name,
        "type": arm.arm_type(request.id),
        "azureApiVersion": request.schema.api_version,
        "provisioningState": "Succeeded",
        "systemData": {
            "createdAt": created,
            "createdBy": identity.CALLER_OBJECT_ID,
            "createdByType": "Application",
            "lastModifiedAt": request.now.isoformat(),
            "lastModifiedBy": identity.CALLER_OBJECT_ID,
            "lastModifiedByType": "Application",
        },
    }


def _placed(request: Request) -> dict[str, Any]:
    location = request.echo.get("location")
    return {"location": plain_location(location)} if isinstance(location, str) else {}


def _user_assigned_identity(request: Request) -> dict[str, Any]:
    return {
        "principalId": identity.guid(request.id, "principal"),
        "clientId": identity.guid(request.id, "client"),
        "tenantId": identity.TENANT_ID,
    }


_ANSWERS: Mapping[str, Callable[[Request], dict[str, Any]]] = {
    "managedidentity:UserAssignedIdentity": _user_assigned_identity,
}


# Names and deletion

_GLOBAL_NAMES: Mapping[str, tuple[str, str]] = {
    "microsoft.storage/storageaccounts": (
        "StorageAccountAlreadyTaken",
        "The storage account named {name} is already taken.",
    ),
    "microsoft.keyvault/vaults": (
        "VaultAlreadyExists",
        "The vault name '{name}' is already in use. Vault names are globally unique so it is possible that the name is "
        "already taken. If you are sure that the vault name was not taken then it is possible that a vault with the same "
        "name was recently deleted but not purged after being placed in a recoverable state.",
    ),
    "microsoft.containerregistry/registries": (
        "AlreadyInUse",
        "The registry DNS name {name}.azurecr.io is already in use. You can check if the name is already claimed using "
        "following API: https://docs.microsoft.com/en-us/rest/api/containerregistry/registries/checknameavailability",
    ),
}


def is_globally_named(arm_type: str) -> bool:
    """Whether a name of this type can exist once in all of Azure."""
    return arm_type.lower() in _GLOBAL_NAMES


def taken(arm_type: str, name: str) -> AzureError:
    """409: a global name is in use."""
    code, message = _GLOBAL_NAMES[arm_type.lower()]
    return AzureError(409, code, message.format(name=name))


def is_soft_deleted(resource: StoredResource) -> bool:
    """Whether Azure keeps a deleted resource of this kind, and its name, for a while."""
    return resource.type.lower() in ("microsoft.keyvault/vaults", "microsoft.machinelearningservices/workspaces")


def is_purge_protected(resource: StoredResource) -> bool:
    """Whether the kept resource cannot be purged before its time."""
    return resource.outputs.get("properties", {}).get("enablePurgeProtection") is True


def is_blocked_by(deleted: SoftDeleted, resource_id: str) -> bool:
    """Whether a soft-deleted resource of the same type stands in the way of this id."""
    if is_globally_named(deleted.type):
        return deleted.name.lower() == arm.name(resource_id).lower()
    return deleted.id.lower() == resource_id.lower()


def blocked(deleted: SoftDeleted) -> AzureError:
    """409: the name belongs to a resource that was deleted and is still recoverable."""
    return AzureError(409, "ConflictError", f"A {deleted.type} named '{deleted.name}' exists in deleted state.")
