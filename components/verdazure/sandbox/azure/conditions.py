"""What a resource may only say beside others as they are: an account's features, a registry's tier, a network's space.

Codes and words are those that the services are seen to answer in public issue trackers; where none was found, the code
is the nearest documented one and the words are ours, which the rule's comment says.
"""

from collections.abc import Callable, Mapping
from itertools import chain
from typing import Any

from verdazure.sandbox.azure import arm
from verdazure.sandbox.azure.errors import AzureError
from verdazure.sandbox.azure.finding import Inputs, items, known
from verdazure.sandbox.azure.relations.networks import Network, contains, network
from verdazure.sandbox.azure.store import Held

Condition = Callable[[Held, str, Inputs], None]


def require_allowed(held: Held, kind: str, resource_id: str, inputs: Inputs) -> None:
    """Refuses what others that exist do not allow. `kind` is the token's end, such as `storage:ManagementPolicy`."""
    for condition in _CONDITIONS.get(kind, ()):
        condition(held, resource_id, inputs)


def _parent(held: Held, resource_id: str) -> Inputs:
    """The inputs of the resource that holds this one; empty where it was made unasked."""
    parent = held.get(arm.parent_id(resource_id))
    return parent.inputs if parent else {}


def _account(held: Held, resource_id: str) -> Inputs:
    account = held.get("/".join(resource_id.split("/")[:9]))
    return account.inputs if account else {}


def _feature_not_supported(feature: str) -> AzureError:
    return AzureError(409, "FeatureNotSupportedForAccount", f"{feature} is not supported for the account.")


# Storage


def _lifecycle_of_account(held: Held, resource_id: str, inputs: Inputs) -> None:
    actions = _lifecycle_actions(inputs)
    # Azure Storage, "Access tiers for blob data": archive needs LRS, GRS or RA-GRS. The words are ours.
    sku = known(_account(held, resource_id), "sku.name")
    archives = any(name == "tierToArchive" for name, _ in actions)
    if archives and sku in ("Standard_ZRS", "Standard_GZRS", "Standard_RAGZRS"):
        raise _feature_not_supported(f"The archive tier with {sku}")
    tracked = known(_blob_service(held, resource_id), "lastAccessTimeTrackingPolicy.enable")
    if not tracked and any(_goes_by_access(condition) for _, condition in actions):
        message = (
            "Last access time based tracking policy must be enabled before using its specific actions in object "
            "lifecycle management policy"
        )
        raise AzureError(400, "MissingLastAccessTimeBasedTrackingPolicy", message)


def _lifecycle_actions(inputs: Inputs) -> list[tuple[str, Any]]:
    targets = (known(rule, "definition.actions") or {} for _, rule in items(inputs, "policy.rules"))
    actions = chain.from_iterable((target or {}).values() for target in targets)
    return list(chain.from_iterable(action.items() for action in actions if isinstance(action, dict)))


def _goes_by_access(condition: Any) -> bool:
    return isinstance(condition, dict) and "daysAfterLastAccessTimeGreaterThan" in condition


def _blob_service(held: Held, resource_id: str) -> Inputs:
    service = held.get("/".join(resource_id.split("/")[:9]) + "/blobServices/default")
    return service.inputs if service else {}


def _blob_service_of_account(held: Held, resource_id: str, inputs: Inputs) -> None:
    # Azure Storage, "Blob Storage feature support in Azure storage accounts".
    if not known(_account(held, resource_id), "isHnsEnabled"):
        return
    for path, feature in (("isVersioningEnabled", "Versioning"), ("restorePolicy.enabled", "Point in time restore")):
        if known(inputs, path):
            raise _feature_not_supported(feature)


def _public_container(held: Held, resource_id: str, inputs: Inputs) -> None:
    wanted = known(inputs, "publicAccess")
    # An account that does not say lets nobody in: Azure Storage, "Remediate anonymous read access to blob data".
    if wanted not in (None, "None") and not known(_account(held, resource_id), "allowBlobPublicAccess"):
        message = "Public access is not permitted on this storage account."
        raise AzureError(409, "PublicAccessNotPermitted", message)


def _flat_storage_of_workspace(held: Held, resource_id: str, inputs: Inputs) -> None:
    # Azure Machine Learning, "Manage workspaces": the default account has no hierarchical namespace and is not a
    # premium one. The words are ours.
    account = held.get(known(inputs, "storageAccount") or "")
    if account and known(account.inputs, "isHnsEnabled"):
        message = f"The storage account {account.name} has a hierarchical namespace (HNS), which is not supported."
        raise AzureError(400, "BadRequest", message)
    if account and str(known(account.inputs, "sku.name")).startswith("Premium"):
        message = f"The storage account {account.name} is a premium account, which is not supported."
        raise AzureError(400, "BadRequest", message)


# Container registries


def _replicated_registry(held: Held, resource_id: str, inputs: Inputs) -> None:
    # Azure Container Registry, "Geo-replication": a feature of Premium. The words are ours.
    sku = known(_parent(held, resource_id), "sku.name")
    if sku and sku != "Premium":
        message = f"The resource type is not supported for the registry SKU '{sku}'; 'Premium' is needed."
        raise AzureError(400, "UnsupportedSku", message)


# Networks


def _subnet_of_network(held: Held, resource_id: str, inputs: Inputs) -> None:
    parent = held.get(arm.parent_id(resource_id))
    if parent is None:
        return
    name, holder = arm.name(resource_id), parent.name
    spaces = [network(block) for _, block in items(parent.inputs, "addressSpace.addressPrefixes")]
    for block in _blocks(inputs):
        if spaces and not any(space and contains(space, block) for space in spaces):
            message = (
                f"Subnet '{name}' is not valid because its IP address range is outside the IP address range of virtual "
                f"network '{holder}'."
            )
            raise AzureError(400, "NetcfgSubnetRangeOutsideVnet", message)
        for other in held.below(parent.id):
            overlaps = any(block.overlaps(taken) for taken in _blocks(other.inputs))
            if overlaps and other.id.lower() != resource_id.lower() and other.type == arm.arm_type(resource_id):
                message = (
                    f"Subnet '{name}' is not valid because its IP address range overlaps with that of an existing "
                    f"subnet in virtual network '{holder}'."
                )
                raise AzureError(400, "NetcfgSubnetRangesOverlap", message)


def _blocks(subnet: Inputs) -> list[Network]:
    texts = [known(subnet, "addressPrefix"), *(block for _, block in items(subnet, "addressPrefixes"))]
    return [block for block in map(network, texts) if block]


_CONDITIONS: Mapping[str, tuple[Condition, ...]] = {
    "containerregistry:Replication": (_replicated_registry,),
    "machinelearningservices:Workspace": (_flat_storage_of_workspace,),
    "network:Subnet": (_subnet_of_network,),
    "storage:BlobContainer": (_public_container,),
    "storage:BlobServiceProperties": (_blob_service_of_account,),
    "storage:ManagementPolicy": (_lifecycle_of_account,),
}
