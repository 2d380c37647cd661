"""Which changes replace a resource: what names it, and what its service takes at creation only.

Sources: pulumi-azure-native, provider/pkg/gen/replacement.go (`forceNewMap`), and `x-ms-mutability` without `update` in
azure-rest-api-specs, which azure-native follows.
"""

from collections.abc import Mapping

from verdazure.sandbox.azure.arm import ArmPath
from verdazure.sandbox.azure.schema import ResourceSchema

# Tracked resources whose specification uses Azure's common type, where `location` is for create and read.
_LOCATION = frozenset({"location"})
_REPLACED_BY: Mapping[str, frozenset[str]] = {
    "authorization:RoleAssignment": frozenset({"principalId", "scope"}),
    "containerregistry:Registry": _LOCATION,
    "applicationinsights:Component": _LOCATION,
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
