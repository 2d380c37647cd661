"""Device Update for IoT Hub, for what containers cannot renew: a device's operating system and firmware.

Off unless it is asked for: modules are renewed by deployments already, and the service reaches the hub as a principal
of Microsoft's that a tenant has to know. Microsoft Learn, "Configure access control for Device Update resources" and
"Azure private endpoint private DNS zone values", read on 2026-11-29. Which regions have it, and what it logs, no page
that was found says.
"""

from collections.abc import Mapping
from typing import NotRequired, TypedDict

from pulumi import Input, Output, ResourceOptions
from pulumi_azure_native import deviceupdate

from verdazure.args import Record, Text, TextLeaf
from verdazure.interfaces import PrincipalType, PrivateEndpoint, PrivateEndpointArgs, Site, connect, grant
from verdazure.naming import Kind, physical_name

GROUP = "DeviceUpdate"


class DeviceUpdateArgs(TypedDict):
    """Updates of operating systems and firmware. The landing's region has to offer the service."""

    principal_id: Input[str]
    """Object id, in your tenant, of the service principal `Azure Device Update`: it gets IoT Hub Data Contributor."""
    private_endpoints: NotRequired[dict[str, PrivateEndpointArgs]]
    """Ways in from virtual networks. There are no others."""


class DeviceUpdate(Record):
    """Checked `DeviceUpdateArgs`."""

    principal_id: TextLeaf
    private_endpoints: Mapping[Text, PrivateEndpoint] = {}


def make_updates(
    name: str,
    asked: DeviceUpdate,
    hub_id: Output[str],
    site: Site,
    labels: Mapping[str, Input[str]],
    child: ResourceOptions,
) -> None:
    """The account, and the instance in it that knows the hub by its id."""
    place = {"resource_group_name": site.resource_group_name, "location": site.location, "tags": labels}
    account = deviceupdate.Account(
        f"{name}-updates",
        account_name=physical_name(Kind.DEVICE_UPDATE, name, site.name_suffix),
        identity={"type": "SystemAssigned"},
        public_network_access="Disabled",
        sku="Standard",
        opts=child,
        **place,
    )
    role = grant(
        f"{name}-updates-role",
        hub_id,
        "IoT Hub Data Contributor",
        asked.principal_id,
        PrincipalType.SERVICE_PRINCIPAL,
        child,
    )
    deviceupdate.Instance(
        f"{name}-updates",
        account_name=account.name,
        instance_name="fleet",
        iot_hubs=[{"resource_id": hub_id}],
        enable_diagnostics=False,
        opts=ResourceOptions.merge(child, ResourceOptions(depends_on=[role])),
        **place,
    )
    connect(f"{name}-updates", account.id, GROUP, asked.private_endpoints, site, labels, child)
