"""Which changes replace a resource: what names it, and what its service takes at creation only.

Sources: pulumi-azure-native, provider/pkg/gen/replacement.go (`forceNewMap`), and `x-ms-mutability` without `update` in
azure-rest-api-specs, which azure-native follows.
"""

from collections.abc import Mapping

from verdazure.sandbox.azure.arm import ArmPath
from verdazure.sandbox.azure.schema import ResourceSchema

# Tracked resources whose specification uses Azure's common type, where `location` is for create and read.
_LOCATION = frozenset({"location"})
_IN_A_PLACE = frozenset({"extendedLocation"})
_REPLACED_BY: Mapping[str, frozenset[str]] = {
    "authorization:RoleAssignment": frozenset({"principalId", "scope"}),
    "containerregistry:Registry": _LOCATION,
    "applicationinsights:Component": _LOCATION,
    "extendedlocation:CustomLocation": _LOCATION,
    "deviceregistry:SchemaRegistry": _LOCATION,
    "iotoperations:Broker": _IN_A_PLACE
    | {
        "properties.advanced",
        "properties.cardinality",
        "properties.diskBackedMessageBuffer",
        "properties.generateResourceLimits",
        "properties.memoryProfile",
    },
    "iotoperations:BrokerAuthentication": _IN_A_PLACE,
    "iotoperations:BrokerAuthorization": _IN_A_PLACE,
    "iotoperations:BrokerListener": _IN_A_PLACE,
    "iotoperations:Dataflow": _IN_A_PLACE,
    "iotoperations:DataflowEndpoint": _IN_A_PLACE,
    "iotoperations:DataflowGraph": _IN_A_PLACE,
    "iotoperations:DataflowProfile": _IN_A_PLACE,
    "iotoperations:Instance": _LOCATION | _IN_A_PLACE,
    "iotoperations:RegistryEndpoint": _IN_A_PLACE,
    "managedidentity:UserAssignedIdentity": _LOCATION,
    "network:PrivateEndpoint": frozenset({"subnet"}),
    "network:PublicIPAddress": frozenset({"location", "publicIPAddressVersion", "publicIPPrefix", "sku"}),
    "network:VirtualNetwork": _LOCATION,
    "operationalinsights:Workspace": _LOCATION,
    "privatedns:PrivateZone": _LOCATION,
    "resources:ResourceGroup": _LOCATION,
    "storage:StorageAccount": frozenset({"isHnsEnabled", "location"}),
}


def replacing_properties(schema: ResourceSchema, path: ArmPath) -> frozenset[str]:
    """The property paths of a type whose change replaces the resource."""
    kind = schema.token.partition(":")[2]
    return frozenset(path.parameters) | _REPLACED_BY.get(kind, frozenset())
