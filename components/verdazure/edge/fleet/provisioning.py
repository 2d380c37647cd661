"""The Device Provisioning Service, linked to the hub by an identity: no key of the hub is in it.

azure-native 3.29 links hubs by connection string alone (deviceprovisioningservices, API 2023-03-01-preview; so do all
versions that it knows), and a hub without local authentication takes none. The API 2026-08-31 links by identity and
switches the service's own keys off (Azure/bicep-types-az, microsoft.devices 2026-08-31, read 2026-11-29; Microsoft's
Python models of it are in tests/prove). So the service is made by azure-native's generic resource at that version,
which keeps to it since pulumi-azure-native pull request 4692. Not yet held against Azure.
"""

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_azure_native import deviceprovisioningservices, managedidentity, resources

from verdazure.edge.dataplane.enrolments import AllocationPolicy
from verdazure.interfaces import Site, acting_as
from verdazure.naming import Kind, named, physical_name

API = "2026-08-31"
_POLICIES = {
    AllocationPolicy.HASHED: "Hashed",
    AllocationPolicy.GEO_LATENCY: "GeoLatency",
    AllocationPolicy.STATIC: "Static",
}
ROLE = "IoT Hub Data Contributor"
"""It registers devices and writes their first twins. Whether a smaller role would do is not yet held against Azure."""


def make_identity(
    name: str, site: Site, labels: Mapping[str, Input[str]], child: ResourceOptions
) -> managedidentity.UserAssignedIdentity:
    """Made before the service: one of the service's own could have no role when the link is made."""
    return managedidentity.UserAssignedIdentity(
        f"{name}-provisioning",
        resource_group_name=site.resource_group_name,
        location=site.location,
        tags=labels,
        opts=ResourceOptions.merge(
            child, named(physical_name(Kind.IDENTITY, f"{name}-provisioning", site.name_suffix))
        ),
    )


def make_service(
    name: str,
    hub_hostname: Input[str],
    identity: managedidentity.UserAssignedIdentity,
    policy: AllocationPolicy,
    addresses: Mapping[str, str],
    site: Site,
    labels: Mapping[str, Input[str]],
    opts: ResourceOptions,
) -> resources.Resource:
    """`opts` wait for the identity's role on the hub."""
    link = {
        "hostName": hub_hostname,
        "location": site.location,
        "authenticationType": "UserAssigned",
        "selectedUserAssignedIdentityResourceId": identity.id,
        "applyAllocationPolicy": True,
        "allocationWeight": 1,
    }
    return resources.Resource(
        f"{name}-provisioning",
        api_version=API,
        resource_provider_namespace="Microsoft.Devices",
        parent_resource_path="",
        resource_type="provisioningServices",
        resource_group_name=site.resource_group_name,
        location=site.location,
        sku={"name": "S1", "capacity": 1},
        identity=acting_as(identity.id),
        properties={
            "disableLocalAuth": True,
            "allocationPolicy": _POLICIES[policy],
            "iotHubs": [link],
            **_network(addresses),
        },
        tags=labels,
        opts=ResourceOptions.merge(
            ResourceOptions.merge(opts, ResourceOptions(additional_secret_outputs=["properties"])),
            named(physical_name(Kind.PROVISIONING, name, site.name_suffix)),
        ),
    )


def _network(addresses: Mapping[str, str]) -> dict[str, Any]:
    """The first rule that fits counts, so the last one is for all others. Microsoft Learn, Use Azure IoT DPS IP
    connection filters, read 2026-11-29."""
    if not addresses:
        return {"publicNetworkAccess": "Disabled"}
    allowed = [_filter(key, "Accept", mask) for key, mask in addresses.items()]
    return {
        "publicNetworkAccess": "Enabled",
        "ipFilterRules": [*allowed, _filter("all-others", "Reject", "0.0.0.0/0")],
    }


def _filter(name: str, action: str, mask: str) -> dict[str, str]:
    return {"filterName": name, "action": action, "ipMask": mask, "target": "all"}


def as_it_is(
    service: resources.Resource, site: Site, opts: pulumi.InvokeOptions
) -> Output[deviceprovisioningservices.GetIotDpsResourceResult]:
    """What only the service knows. The generic resource shows in a preview what was asked for, this what there is."""
    found: Output[deviceprovisioningservices.GetIotDpsResourceResult]
    found = deviceprovisioningservices.get_iot_dps_resource_output(
        provisioning_service_name=service.name, resource_group_name=site.resource_group_name, opts=opts
    )
    return found


ENDPOINT = ("iotDps", "privatelink.azure-devices-provisioning.net")
"""Microsoft Learn, Azure private endpoint private DNS zone values, read 2026-11-29."""
