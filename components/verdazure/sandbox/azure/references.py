"""What a resource names must exist. Azure looks up the ids in these properties before it creates or changes anything.

An id in another subscription, or of a type whose path is only guessed, cannot be judged and is let through.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from verdazure.sandbox.azure import arm
from verdazure.sandbox.azure.errors import AzureError, resource_not_found
from verdazure.sandbox.azure.finding import Inputs, items, known
from verdazure.sandbox.azure.store import Held

# By type: paths of the properties that hold ids; `[]` stands for each item. Source: the services' REST reference.
_REFERENCES: Mapping[str, tuple[str, ...]] = {
    "app:ContainerApp": ("managedEnvironmentId", "environmentId"),
    "applicationinsights:Component": ("workspaceResourceId",),
    "compute:VirtualMachine": ("networkProfile.networkInterfaces[].id", "availabilitySet.id"),
    "containerservice:AgentPool": ("vnetSubnetID", "podSubnetID"),
    "containerservice:ManagedCluster": ("agentPoolProfiles[].vnetSubnetID", "agentPoolProfiles[].podSubnetID"),
    "deviceupdate:Instance": ("iotHubs[].resourceId",),
    "extendedlocation:CustomLocation": ("hostResourceId", "clusterExtensionIds[]"),
    "iotoperations:Instance": ("properties.schemaRegistryRef.resourceId",),
    "machinelearningservices:Compute": ("properties.properties.subnet.id",),
    "machinelearningservices:Workspace": (
        "storageAccount",
        "keyVault",
        "applicationInsights",
        "containerRegistry",
        "primaryUserAssignedIdentity",
        "hubResourceId",
    ),
    "monitor:DiagnosticSetting": ("workspaceId", "storageAccountId"),
    "network:NetworkInterface": (
        "ipConfigurations[].subnet.id",
        "ipConfigurations[].publicIPAddress.id",
        "networkSecurityGroup.id",
    ),
    "network:PrivateDnsZoneGroup": ("privateDnsZoneConfigs[].privateDnsZoneId",),
    "network:PrivateEndpoint": (
        "subnet.id",
        "privateLinkServiceConnections[].privateLinkServiceId",
        "manualPrivateLinkServiceConnections[].privateLinkServiceId",
    ),
    "network:Subnet": ("networkSecurityGroup.id", "routeTable.id", "natGateway.id"),
    "network:VirtualNetworkPeering": ("remoteVirtualNetwork.id",),
    "privatedns:VirtualNetworkLink": ("virtualNetwork.id",),
    "web:WebApp": ("serverFarmId",),
}

# Of every type that has an identity, and of every one that lies in a custom location.
_OF_ALL = ("identity.userAssignedIdentities[]", "extendedLocation.name")

_SUBSCRIPTION = re.compile(r"/subscriptions/([^/]+)/", re.IGNORECASE)


def require_referenced(held: Held, kind: str, resource_id: str, inputs: Inputs) -> None:
    """Refuses a resource that names one which does not exist. `kind` is the token's end, such as `web:WebApp`."""
    for path in (*_REFERENCES.get(kind, ()), *_OF_ALL):
        for named in _ids(inputs, path):
            if _can_be_judged(named, resource_id) and not _exists(held, named):
                raise _missing(kind, named, resource_id)


def _ids(inputs: Any, path: str) -> Iterator[str]:
    if "[]" not in path:
        value = known(inputs, path)
        if isinstance(value, str) and value:
            yield value
        return
    head, _, rest = path.partition("[]")
    for _, item in items(inputs, head):
        if rest:
            yield from _ids(item, rest.lstrip("."))
        elif isinstance(item, str):
            yield item


def _can_be_judged(named: str, resource_id: str) -> bool:
    asked, own = _SUBSCRIPTION.match(named), _SUBSCRIPTION.match(resource_id)
    return bool(asked and own and asked[1].lower() == own[1].lower() and arm.has_exact_path(named))


def _exists(held: Held, named: str) -> bool:
    return held.exists(named) or _is_told_by_network(held, named)


def _is_told_by_network(held: Held, named: str) -> bool:
    """Whether an id is that of a subnet which its network's own inputs hold."""
    network = held.get(arm.parent_id(named)) if arm.arm_type(named).lower().endswith("/subnets") else None
    subnets = items(network.inputs, "subnets") if network else iter(())
    return any(str(known(subnet, "name")).lower() == arm.name(named).lower() for _, subnet in subnets)


def _missing(kind: str, named: str, resource_id: str) -> AzureError:
    if kind.startswith("network:"):  # as seen in public issue trackers
        message = (
            f"Resource {named} referenced by resource {resource_id} was not found. Please make sure that the "
            "referenced resource exists, and that both resources are in the same region."
        )
        return AzureError(400, "InvalidResourceReference", message)
    return resource_not_found(arm.arm_type(named), arm.name(named), arm.resource_group(named))
