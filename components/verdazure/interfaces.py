"""What every component takes in the same words: where it lives, locks, roles, private endpoints, diagnostics.

Names and meanings follow the interfaces of Azure Verified Modules. Each interface is a `TypedDict` for callers, a
record for the checks, and a function that registers its resources below the component.
"""

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Annotated, NotRequired, TypedDict

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_azure_native import authorization, monitor, network, privatedns
from pydantic import AfterValidator

from verdazure import facts, roles
from verdazure.args import Flag, Record, Text, TextLeaf, refuse
from verdazure.naming import Kind, physical_name


class LandingRef(TypedDict):
    """Where a component is deployed. In Python pass `landing.ref`; elsewhere fill it from the landing's outputs."""

    resource_group_name: Input[str]
    """Resource group that receives every child."""
    location: Input[str]
    """Azure region of every child, for instance `swedencentral`: co-location is not a choice a component makes."""
    name_suffix: Input[str]
    """Suffix of physical names; the landing draws it once and keeps it."""
    log_workspace_id: NotRequired[Input[str]]
    """ARM id of the Log Analytics workspace that receives diagnostics and telemetry."""
    tags: NotRequired[dict[str, Input[str]]]
    """Tags that every child inherits."""


class Lock(str, Enum):
    """Protection against deletion outside this stack, by Azure's own names."""

    CAN_NOT_DELETE = "CanNotDelete"
    READ_ONLY = "ReadOnly"


class PrincipalType(str, Enum):
    """What kind of principal receives a role; Azure needs it where the principal is new."""

    USER = "User"
    GROUP = "Group"
    SERVICE_PRINCIPAL = "ServicePrincipal"


class RoleAssignmentArgs(TypedDict):
    """Who may do what on the component's main resource. It is given under a name that stays with it."""

    principal_id: Input[str]
    """Object id of the principal."""
    principal_type: PrincipalType
    """Kind of the principal."""
    role: str
    """Built-in role by name, a role definition's GUID, or its ARM id."""


class PrivateEndpointArgs(TypedDict):
    """A way in from a virtual network. It is given under a name that stays with it."""

    subnet_id: Input[str]
    """ARM id of the subnet that receives the endpoint."""
    private_dns_zone_ids: NotRequired[list[Input[str]]]
    """ARM ids of the private DNS zones that resolve it. Without any, name resolution is left to you or to a policy."""


class DiagnosticSettingsArgs(TypedDict):
    """Where logs and metrics go."""

    log_workspace_id: NotRequired[Input[str]]
    """ARM id of a Log Analytics workspace. Default: the landing's."""
    log_category_groups: NotRequired[list[str]]
    """Category groups to send. Default `allLogs`."""
    metrics: NotRequired[bool]
    """Whether to send platform metrics too. Default true."""


# The records


def known_region(location: Input[str]) -> Input[str]:
    """Refuses a plain name that is not in the facts table; makes the others their ARM form."""
    if isinstance(location, str):
        try:
            return facts.region(location).name
        except facts.UnknownFact as unknown:
            refuse("", location, "the name of an Azure region in the facts table", str(unknown))
    return location


def known_redundancy(name: str) -> str:
    """Refuses what is not in the facts table."""
    if name not in facts.replications():
        refuse("", name, ", ".join(facts.replications()), "name it as Azure does")
    return name


Redundancy = Annotated[Text, AfterValidator(known_redundancy)]


class Site(Record):
    """A landing as a component sees it."""

    resource_group_name: TextLeaf
    location: Annotated[TextLeaf, AfterValidator(known_region)]
    name_suffix: TextLeaf
    log_workspace_id: TextLeaf | None = None
    tags: Mapping[str, TextLeaf] = {}


class RoleAssignment(Record):
    """Checked `RoleAssignmentArgs`."""

    principal_id: TextLeaf
    principal_type: PrincipalType
    role: Annotated[Text, AfterValidator(roles.check)]


class PrivateEndpoint(Record):
    """Checked `PrivateEndpointArgs`."""

    subnet_id: TextLeaf
    private_dns_zone_ids: tuple[TextLeaf, ...] = ()


class DiagnosticSettings(Record):
    """Checked `DiagnosticSettingsArgs`."""

    log_workspace_id: TextLeaf | None = None
    log_category_groups: tuple[Text, ...] = ("allLogs",)
    metrics: Flag = True


# The resources


def lock(
    name: str, scope: Input[str], level: Lock | None, inside: Sequence[pulumi.Resource], opts: ResourceOptions
) -> None:
    """Locks `scope`, if a level was asked for.

    A lock also guards what lies in its scope, so it comes after `inside` and, in a destroy, goes before it. A scope
    that other components put resources into, a resource group or a workspace, cannot be locked by one of them.
    """
    if level is not None:
        notes = "Set by the stack; remove it there."
        last = ResourceOptions.merge(opts, ResourceOptions(depends_on=inside))
        authorization.ManagementLockByScope(f"{name}-lock", scope=scope, level=level.value, notes=notes, opts=last)


def grant(
    name: str, scope: Output[str], role: str, principal_id: Input[str], kind: PrincipalType, opts: ResourceOptions
) -> authorization.RoleAssignment:
    """Grants one role on one scope."""
    return authorization.RoleAssignment(
        name,
        scope=scope,
        principal_id=principal_id,
        principal_type=kind.value,
        role_definition_id=scope.apply(lambda scope_id: roles.definition_id(role, subscription_of(scope_id))),
        opts=opts,
    )


def grant_all(
    name: str, scope: Output[str], assignments: Mapping[str, RoleAssignment], opts: ResourceOptions
) -> list[pulumi.Resource]:
    """The caller's own role assignments on the component's main resource."""
    return [
        grant(f"{name}-role-{key}", scope, asked.role, asked.principal_id, asked.principal_type, opts)
        for key, asked in assignments.items()
    ]


def diagnose(
    name: str, target: Input[str], settings: DiagnosticSettings, site: Site, opts: ResourceOptions
) -> list[pulumi.Resource]:
    """Sends the target's logs and metrics to Log Analytics, if there is one to send them to."""
    workspace_id = settings.log_workspace_id or site.log_workspace_id
    if workspace_id is None:
        return []
    return [
        monitor.DiagnosticSetting(
            f"{name}-diagnostics",
            name="verdazure",
            resource_uri=target,
            workspace_id=workspace_id,
            logs=[{"category_group": group, "enabled": True} for group in settings.log_category_groups],
            metrics=[{"category": "AllMetrics", "enabled": True}] if settings.metrics else [],
            opts=opts,
        )
    ]


def connect(
    name: str,
    target: Input[str],
    group: str,
    endpoints: Mapping[str, PrivateEndpoint],
    site: Site,
    tags: Mapping[str, Input[str]],
    opts: ResourceOptions,
) -> None:
    """Private endpoints to the sub-resource `group` of the target (`amlworkspace`, `blob`, ...)."""
    for key, asked in endpoints.items():
        child = f"{name}-endpoint-{key}"
        connection = {"name": group, "private_link_service_id": target, "group_ids": [group]}
        endpoint = network.PrivateEndpoint(
            child,
            private_endpoint_name=physical_name(Kind.PRIVATE_ENDPOINT, f"{name}-{key}", site.name_suffix),
            resource_group_name=site.resource_group_name,
            location=site.location,
            subnet={"id": asked.subnet_id},
            private_link_service_connections=[connection],
            tags=tags,
            opts=opts,
        )
        if asked.private_dns_zone_ids:
            zones = [
                {"name": f"zone-{i}", "private_dns_zone_id": zone} for i, zone in enumerate(asked.private_dns_zone_ids)
            ]
            network.PrivateDnsZoneGroup(
                f"{child}-dns",
                private_dns_zone_group_name="default",
                private_endpoint_name=endpoint.name,
                resource_group_name=site.resource_group_name,
                private_dns_zone_configs=zones,
                opts=opts,
            )


def private_zone(
    name: str,
    zone: str,
    networks: Mapping[str, Input[str]],
    site: Site,
    tags: Mapping[str, Input[str]],
    opts: ResourceOptions,
) -> Output[str]:
    """ARM id of a private DNS zone, such as `privatelink.blob.core.windows.net`, that these virtual networks ask.

    A resource group holds one zone of a name: a platform that has its own hands that one over instead.
    """
    place = {"resource_group_name": site.resource_group_name, "location": "global", "tags": tags, "opts": opts}
    made = privatedns.PrivateZone(name, private_zone_name=zone, **place)
    for key, network_id in networks.items():
        privatedns.VirtualNetworkLink(
            f"{name}-{key}",
            virtual_network_link_name=key,
            private_zone_name=made.name,
            virtual_network={"id": network_id},
            registration_enabled=False,
            **place,
        )
    zone_id: Output[str] = made.id
    return zone_id


def acting_as(identity_id: Input[str] | None) -> dict[str, object]:
    """The identity of a resource: one of yours, or one of its own."""
    if identity_id is None:
        return {"type": "SystemAssigned"}
    return {"type": "UserAssigned", "user_assigned_identities": [identity_id]}


def subscription_of(resource_id: str) -> str:
    """The subscription that an ARM id lies in."""
    return resource_id.split("/")[2]


def resource_group_of(resource_id: str) -> str:
    """The resource group that an ARM id lies in."""
    return resource_id.split("/")[4]


def name_of(resource_id: str) -> str:
    """The last name of an ARM id."""
    return resource_id.rsplit("/", 1)[-1]


def weakened(component: pulumi.Resource, what: str, rule: str) -> None:
    """Warns that a sustainable default was weakened, naming the rule that guards it."""
    pulumi.log.warn(f"{what} This weakens a sustainable default; rule {rule} guards it.", component)
