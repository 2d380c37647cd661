"""EdgeFleet: what a fleet of IoT Edge devices talks to, and what lets its devices in."""

from collections.abc import Mapping, Sequence
from ipaddress import IPv4Network
from typing import Annotated, NotRequired, Optional, TypedDict

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_azure_native import iothub, resources
from pydantic import Field, ValidationInfo, model_validator

from verdazure import tags
from verdazure.args import Count, Text, TextLeaf, component_name, normalise, refuse, resource_type
from verdazure.edge.dataplane.enrolments import AllocationPolicy
from verdazure.edge.fleet import hub as hubs
from verdazure.edge.fleet import provisioning, watching
from verdazure.edge.fleet.hub import HubContainerArgs, HubPlan, HubRouteArgs, HubSizeArgs, TelemetryArgs
from verdazure.edge.fleet.updating import DeviceUpdate, DeviceUpdateArgs, make_updates
from verdazure.interfaces import (
    DiagnosticSettings,
    DiagnosticSettingsArgs,
    LandingRef,
    Lock,
    PrincipalType,
    PrivateEndpoint,
    PrivateEndpointArgs,
    RoleAssignment,
    RoleAssignmentArgs,
    connect,
    diagnose,
    grant,
    grant_all,
    lock,
    private_zone,
)
from verdazure.naming import Kind, check_name

# Microsoft Learn, Azure private endpoint private DNS zone values, read 2026-11-29. The second zone is that of the
# built-in events.
HUB_GROUP = "iotHub"
HUB_ZONES = {"hub-dns": "privatelink.azure-devices.net", "events-dns": "privatelink.servicebus.windows.net"}


class EdgeFleetArgs(TypedDict):
    """What a team decides about a fleet."""

    landing: LandingRef
    """Where it is deployed: `landing.ref`."""
    telemetry: NotRequired[TelemetryArgs]
    """What devices send: the hub becomes as large as that takes. Default: one unit of S1, 400,000 messages a day."""
    size: NotRequired[HubSizeArgs]
    """Instead: a size that you chose. Rule ED05."""
    routes: NotRequired[dict[str, HubRouteArgs]]
    """Which messages are kept, and where, by name. What none asks for is dropped. Rule ED06."""
    containers: NotRequired[dict[str, HubContainerArgs]]
    """Storage containers that the hub may write into, by name. It does so as its own identity, as accounts behind a
    firewall let in no other; that identity needs its role before a route leads there, so on a new hub give the
    containers first and the routes to them with the next `up`."""
    keep_unrouted: NotRequired[bool]
    """Whether messages that no route takes go to the built-in events. Default false."""
    retention_days: NotRequired[int]
    """Days that the built-in events are kept, 1 to 7. Default 1. Rule DA01."""
    partitions: NotRequired[int]
    """Of the built-in events, 2 to 32: as many readers at once. They stay as they are made. Default 2."""
    command_minutes: NotRequired[int]
    """How long a message waits for a device that is away. Default 60. Rule ED07."""
    tpm: NotRequired[bool]
    """Whether devices enrol by TPM: they sign SAS tokens with a key that their TPM holds. Default false: certificates
    alone."""
    addresses: NotRequired[dict[str, str]]
    """IPv4 ranges, by name, from which devices, and whoever administers them, come over the internet: a plant's
    `203.0.113.0/24`. Default: none; private endpoints are the only way in."""
    allocation_policy: NotRequired[AllocationPolicy]
    """Which hub a device gets where a service knows several. Default hashed."""
    device_update: NotRequired[DeviceUpdateArgs]
    """Updates of what is no container. Default: none."""
    contact_emails: NotRequired[list[str]]
    """Who is told when devices stay away, modules fail or messages back up. Default: nobody is."""
    offline_minutes: NotRequired[int]
    """How long a device may be away. Default 30."""
    queued_messages: NotRequired[int]
    """How many messages may wait on a device. Default 1,000."""
    running_percent: NotRequired[int]
    """How much of the time a module has to run. Default 90."""
    private_endpoints: NotRequired[dict[str, PrivateEndpointArgs]]
    """Ways to the hub from virtual networks."""
    provisioning_endpoints: NotRequired[dict[str, PrivateEndpointArgs]]
    """Ways to the provisioning service from virtual networks."""
    dns_virtual_network_ids: NotRequired[dict[str, Input[str]]]
    """ARM ids of virtual networks, by a name that stays: the DNS zones of the endpoints are made in the landing's
    resource group and linked to them. A resource group holds one zone of a name. Default: zones are yours."""
    tags: NotRequired[dict[str, Input[str]]]
    """Further tags."""
    lock: NotRequired[Lock]
    """Lock on the hub and on the provisioning service."""
    role_assignments: NotRequired[dict[str, RoleAssignmentArgs]]
    """Who may do what on the hub. Who deploys to devices needs `IoT Hub Data Contributor`."""
    provisioning_role_assignments: NotRequired[dict[str, RoleAssignmentArgs]]
    """And on the provisioning service. Who enrols devices needs `Device Provisioning Service Data Contributor`."""
    diagnostic_settings: NotRequired[DiagnosticSettingsArgs]
    """Where logs and metrics of both go. Default: all of them to the landing's workspace."""


class EdgeFleet(pulumi.ComponentResource):
    """An IoT Hub and a Device Provisioning Service, closed, without a key, as large as the fleet needs.

    `EnrolmentGroup`, `DeviceIdentity` and `EdgeDeployment` take its host names. The service is linked to the hub by an
    identity, which azure-native's own type cannot do: `verdazure.edge.fleet.provisioning` says how it is done. Nothing
    is logged of Device Update: Azure Monitor names no log of it.

    Raises: `ArgumentError` before any resource is registered, naming key, value, allowed values and fix.
    """

    resource_id: Output[str]
    """ARM id of the hub."""
    resource_name: Output[str]
    """Name of the hub."""
    principal_id: Output[str]
    """Object id of the hub's own identity."""
    hub_hostname: Output[str]
    """Where devices and deployments find the hub: `NAME.azure-devices.net`."""
    provisioning_id: Output[str]
    """ARM id of the provisioning service."""
    provisioning_hostname: Output[str]
    """Where enrolments are made: `NAME.azure-devices-provisioning.net`."""
    id_scope: Output[str]
    """By which devices name the service; not a secret."""
    metrics_rule_id: Output[Optional[str]]
    """ARM id of the rule that takes devices' metrics, for `Monitoring Metrics Publisher`; none without contacts."""
    metrics_environment: Output[dict[str, str]]
    """Environment of the module azureiotedge-metrics-collector:2.0.0; empty without contacts."""

    def __init__(self, name: str, args: EdgeFleetArgs, opts: Optional[ResourceOptions] = None) -> None:
        spec = normalise(self, name, args, _EdgeFleet)
        super().__init__(resource_type(EdgeFleet), name, dict(args), opts)
        child = ResourceOptions(parent=self)
        labels = tags.merged(spec.landing.tags, {}, spec.tags)
        hubs.warn(self, spec)

        hub = hubs.make_hub(name, spec, labels, child)
        self.resource_id, self.resource_name = hub.id, hub.name
        self.hub_hostname = Output.unsecret(hub.properties).apply(lambda known: known.host_name)
        self.principal_id = hub.identity.apply(lambda own: own.principal_id if own else "")
        writes = hubs.let_write(name, spec, self.principal_id, child)
        service = self._provisioning(name, spec, hub, labels, child)
        found = provisioning.as_it_is(service, spec.landing, pulumi.InvokeOptions(parent=self))
        self.provisioning_id = service.id
        self.provisioning_hostname = found.apply(lambda known: known.properties.service_operations_host_name)
        self.id_scope = found.apply(lambda known: known.properties.id_scope)
        self._endpoints(name, spec, hub, service, labels, child)
        if spec.device_update is not None:
            make_updates(name, spec.device_update, hub.id, spec.landing, labels, child)
        self._watch(name, spec, hub, labels, child)
        self._close(name, spec, hub, service, writes, child)
        self.register_outputs(
            {
                "resource_id": self.resource_id,
                "resource_name": self.resource_name,
                "principal_id": self.principal_id,
                "hub_hostname": self.hub_hostname,
                "provisioning_id": self.provisioning_id,
                "provisioning_hostname": self.provisioning_hostname,
                "id_scope": self.id_scope,
                "metrics_rule_id": self.metrics_rule_id,
                "metrics_environment": self.metrics_environment,
            }
        )

    def _provisioning(
        self,
        name: str,
        spec: "_EdgeFleet",
        hub: iothub.IotHubResource,
        labels: Mapping[str, Input[str]],
        child: ResourceOptions,
    ) -> resources.Resource:
        identity = provisioning.make_identity(name, spec.landing, labels, child)
        role = grant(
            f"{name}-provisioning-role",
            hub.id,
            provisioning.ROLE,
            identity.principal_id,
            PrincipalType.SERVICE_PRINCIPAL,
            child,
        )
        return provisioning.make_service(
            name,
            self.hub_hostname,
            identity,
            spec.allocation_policy,
            spec.addresses,
            spec.landing,
            labels,
            ResourceOptions.merge(child, ResourceOptions(depends_on=[role])),
        )

    def _endpoints(
        self,
        name: str,
        spec: "_EdgeFleet",
        hub: iothub.IotHubResource,
        service: resources.Resource,
        labels: Mapping[str, Input[str]],
        child: ResourceOptions,
    ) -> None:
        group, zone = provisioning.ENDPOINT
        ways = (
            (name, hub.id, HUB_GROUP, HUB_ZONES, spec.private_endpoints),
            (f"{name}-provisioning", service.id, group, {"provisioning-dns": zone}, spec.provisioning_endpoints),
        )
        for child_name, target, kind, zones, asked in ways:
            made = [
                private_zone(f"{name}-{key}", dns, spec.dns_virtual_network_ids, spec.landing, labels, child)
                for key, dns in zones.items()
                if asked and spec.dns_virtual_network_ids
            ]
            endpoints = {
                key: each.model_copy(update={"private_dns_zone_ids": (*each.private_dns_zone_ids, *made)})
                for key, each in asked.items()
            }
            connect(child_name, target, kind, endpoints, spec.landing, labels, child)

    def _watch(
        self,
        name: str,
        spec: "_EdgeFleet",
        hub: iothub.IotHubResource,
        labels: Mapping[str, Input[str]],
        child: ResourceOptions,
    ) -> None:
        watch, logs = spec.watch(), Output.from_input(spec.landing.log_workspace_id or "")
        if watch is None:
            self.metrics_rule_id, self.metrics_environment = Output.from_input(None), Output.from_input({})
            return
        table = watching.make_table(name, logs, child)
        after = ResourceOptions.merge(child, ResourceOptions(depends_on=[table]))
        entry = watching.make_entry(name, spec.landing, labels, child)
        rule = watching.make_rule(name, entry, logs, spec.landing, labels, after)
        watching.watch_over(name, watch, hub.id, logs, spec.landing, labels, after)
        self.metrics_rule_id = rule.id
        endpoint = entry.logs_ingestion.apply(lambda known: known.endpoint)
        self.metrics_environment = Output.all(endpoint, rule.immutable_id, hub.id).apply(
            lambda known: {
                "UploadTarget": "AzureMonitor",
                "DataCollectionEndpoint": known[0],
                "DataCollectionRuleId": known[1],
                "DataCollectionStreamName": watching.STREAM,
                "ResourceId": known[2],
                "AzureDomain": "azure.com",
            }
        )

    def _close(
        self,
        name: str,
        spec: "_EdgeFleet",
        hub: iothub.IotHubResource,
        service: resources.Resource,
        inside: Sequence[pulumi.Resource],
        child: ResourceOptions,
    ) -> None:
        """Logs, roles, and last the locks, which guard those too."""
        settings, site, other = spec.diagnostic_settings, spec.landing, f"{name}-provisioning"
        of_hub = [
            *diagnose(name, hub.id, settings, site, child),
            *grant_all(name, hub.id, spec.role_assignments, child),
        ]
        of_service = [
            *diagnose(other, service.id, settings, site, child),
            *grant_all(other, service.id, spec.provisioning_role_assignments, child),
        ]
        lock(name, hub.id, spec.lock, [*of_hub, *inside, service], child)
        lock(other, service.id, spec.lock, of_service, child)


# The checked arguments


class _EdgeFleet(HubPlan):
    allocation_policy: AllocationPolicy = AllocationPolicy.HASHED
    device_update: DeviceUpdate | None = None
    contact_emails: tuple[Text, ...] = ()
    offline_minutes: Annotated[Count, Field(ge=5, le=1440)] | None = None
    queued_messages: Annotated[Count, Field(ge=1)] | None = None
    running_percent: Annotated[Count, Field(ge=1, le=100)] | None = None
    private_endpoints: Mapping[Text, PrivateEndpoint] = {}
    provisioning_endpoints: Mapping[Text, PrivateEndpoint] = {}
    dns_virtual_network_ids: Mapping[Text, TextLeaf] = {}
    tags: Mapping[str, TextLeaf] = {}
    lock: Lock | None = None
    role_assignments: Mapping[str, RoleAssignment] = {}
    provisioning_role_assignments: Mapping[str, RoleAssignment] = {}
    diagnostic_settings: DiagnosticSettings = DiagnosticSettings()

    @model_validator(mode="after")
    def _check(self, info: ValidationInfo) -> "_EdgeFleet":
        self._check_names(component_name(info))
        self.check_hub()
        for key, mask in self.addresses.items():
            try:
                IPv4Network(mask)
            except ValueError:
                refuse(
                    f"addresses.{key}", mask, "an IPv4 range such as 203.0.113.0/24", "clear what follows the prefix"
                )
        self._check_watch()
        if self.dns_virtual_network_ids and not (self.private_endpoints or self.provisioning_endpoints):
            allowed = "nothing without private endpoints, whose names the zones resolve"
            refuse("dns_virtual_network_ids", self.dns_virtual_network_ids, allowed, "add an endpoint, or take it out")
        return self

    def _check_names(self, name: str) -> None:
        check_name(name, Kind.IOT_HUB, Kind.PROVISIONING)
        check_name(name, Kind.IDENTITY, role="-provisioning")
        if self.contact_emails:
            check_name(name, Kind.ACTION_GROUP, Kind.DATA_COLLECTION_ENDPOINT, Kind.DATA_COLLECTION_RULE)
        for key in self.private_endpoints:
            check_name(name, Kind.PRIVATE_ENDPOINT, role=f"-{key}")
        for key in self.provisioning_endpoints:
            check_name(name, Kind.PRIVATE_ENDPOINT, role=f"-provisioning-{key}")
        if self.device_update is not None:
            check_name(name, Kind.DEVICE_UPDATE)
            for key in self.device_update.private_endpoints:
                check_name(name, Kind.PRIVATE_ENDPOINT, role=f"-updates-{key}")

    def _check_watch(self) -> None:
        if self.contact_emails and self.landing.log_workspace_id is None:
            refuse("landing", None, "a landing with a log workspace", "let Landing make one, or give log_workspace_id")
        for key in ("offline_minutes", "queued_messages", "running_percent"):
            if getattr(self, key) is not None and not self.contact_emails:
                refuse(key, getattr(self, key), "nothing without contact_emails", "say who is told, or take it out")

    def watch(self) -> watching.Watch | None:
        """Who is told of what, if anybody is."""
        if not self.contact_emails:
            return None
        return watching.Watch(
            contact_emails=self.contact_emails,
            offline_minutes=self.offline_minutes or 30,
            queued_messages=self.queued_messages or 1000,
            running_percent=self.running_percent or 90,
        )
