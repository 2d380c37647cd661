"""The hub: as large as its devices need, closed, without keys of its own, and keeping only what somebody asked for."""

import re
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Annotated, Any, NotRequired, TypedDict

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_azure_native import iothub
from pydantic import AfterValidator, Field

from verdazure import facts, guardrails
from verdazure.args import Count, Flag, Record, Text, TextLeaf, refuse
from verdazure.edge.language import LanguageError, check_query
from verdazure.edge.sizing import HubSize, Telemetry, TooMuch, size
from verdazure.interfaces import PrincipalType, Site, grant, name_of, resource_group_of, subscription_of, weakened
from verdazure.naming import Kind, named, physical_name

# Microsoft Learn, Azure IoT Hub, Quotas and throttling: routes of a paid hub, and endpoints of one; from memory.
MOST_ROUTES, MOST_CONTAINERS = 100, 10
EVENTS = "events"
# azure-mgmt-iothub 4.0.0, RouteProperties and RoutingStorageContainerProperties: names, and those that are taken.
_NAME = re.compile(r"[A-Za-z0-9-._]{1,64}")
_TAKEN = (EVENTS, "fileNotifications", "$default")
_PARTS = ("{iothub}", "{partition}", "{YYYY}", "{MM}", "{DD}", "{HH}", "{mm}")


class HubTier(str, Enum):
    """Tiers with IoT Edge, by Azure's own names: a day's messages of one unit are 400,000, 6 million or 300 million."""

    S1 = "S1"
    S2 = "S2"
    S3 = "S3"


class MessageSource(str, Enum):
    """What a route is about, by Azure's own names."""

    DEVICE_MESSAGES = "DeviceMessages"
    TWIN_CHANGES = "TwinChangeEvents"
    DEVICE_LIFECYCLE = "DeviceLifecycleEvents"
    JOB_LIFECYCLE = "DeviceJobLifecycleEvents"
    CONNECTION_STATES = "DeviceConnectionStateEvents"


class BlobEncoding(str, Enum):
    """How messages are written, by Azure's own names."""

    COMPRESSED_AVRO = "AvroDeflate"
    AVRO = "Avro"
    JSON = "JSON"


class TelemetryArgs(TypedDict):
    """What devices send, from which the hub's size follows."""

    devices: int
    """How many."""
    messages_per_day: int
    """Of one device."""
    bytes_per_message: int
    """Of one message."""
    batched: NotRequired[bool]
    """Whether a device puts as many messages into one as the hub counts as one, 4 kB. Default false."""


class HubSizeArgs(TypedDict):
    """A size that somebody chose."""

    tier: HubTier
    """Rule ED05."""
    units: NotRequired[int]
    """Default 1. Rule ED05."""


class HubContainerArgs(TypedDict):
    """A storage container that the hub may write into, as its own identity."""

    account_id: Input[str]
    """ARM id of the storage account: `storage.account_ids["lake"]`."""
    container: str
    """Its container: `raw`."""
    encoding: NotRequired[BlobEncoding]
    """Default AvroDeflate, the smallest; JSON for readers that know nothing else."""
    file_name_format: NotRequired[str]
    """All of {iothub}, {partition}, {YYYY}, {MM}, {DD}, {HH} and {mm}, in any order. Default: in this one, with `/`."""
    batch_seconds: NotRequired[int]
    """How long messages gather before a blob is written, 60 to 720. Default 720: few blobs."""
    batch_megabytes: NotRequired[int]
    """Or until they are that many, 10 to 500. Default 300."""


class HubRouteArgs(TypedDict):
    """Which messages are kept, and where."""

    condition: str
    """Such as `level = 'alert'` or `$body.score > 0.8`; `true` for every one. Rule ED06."""
    source: NotRequired[MessageSource]
    """Default DeviceMessages."""
    container: NotRequired[str]
    """One of `containers`, by its name. Default: the hub's built-in events."""


# The records


def _query(text: str) -> str:
    try:
        check_query(text)
    except LanguageError as error:
        refuse("", text, "a query that the hub can read", str(error))
    return text


def _whole_format(text: str) -> str:
    missing = [part for part in _PARTS if part not in text]
    if missing:
        refuse("", text, f"a format with each of {', '.join(_PARTS)}", f"add {', '.join(missing)}")
    return text


def _free_names(given: Mapping[str, Any]) -> Mapping[str, Any]:
    for key in given:
        if not _NAME.fullmatch(key) or key in _TAKEN:
            allowed = f"1 to 64 letters, digits, dots, dashes and underscores, but not {', '.join(_TAKEN)}"
            refuse("", key, allowed, "rename it")
    return given


class TelemetryPlan(Record):
    """Checked `TelemetryArgs`."""

    devices: Annotated[Count, Field(ge=1)]
    messages_per_day: Annotated[Count, Field(ge=1)]
    bytes_per_message: Annotated[Count, Field(ge=1, le=256 * 1024)]
    batched: Flag = False

    def size(self) -> HubSize:
        """Raises `TooMuch`."""
        sent = Telemetry(self.devices, self.messages_per_day, self.bytes_per_message)
        return size(sent.batched(facts.iot_hub_tiers.get(HubTier.S1.value).meter_bytes) if self.batched else sent)


class ChosenSize(Record):
    """Checked `HubSizeArgs`."""

    tier: HubTier
    units: Annotated[Count, Field(ge=1)] = 1


class HubContainer(Record):
    """Checked `HubContainerArgs`."""

    account_id: TextLeaf
    container: Text
    encoding: BlobEncoding = BlobEncoding.COMPRESSED_AVRO
    file_name_format: Annotated[Text, AfterValidator(_whole_format)] = "/".join(_PARTS)
    batch_seconds: Annotated[Count, Field(ge=60, le=720)] = 720
    batch_megabytes: Annotated[Count, Field(ge=10, le=500)] = 300

    def endpoint(self, key: str) -> dict[str, Any]:
        """Where the hub writes, as its own identity. Microsoft Learn, IoT Hub support for managed identities (issue of
        2021-09-02), read 2026-11-29: private resources take no other, and its role has to be there first."""
        account = Output.from_input(self.account_id)
        return {
            "name": key,
            "authentication_type": "identityBased",
            "endpoint_uri": account.apply(lambda found: f"https://{name_of(found)}.blob.core.windows.net/"),
            "container_name": self.container,
            "resource_group": account.apply(resource_group_of),
            "subscription_id": account.apply(subscription_of),
            "encoding": self.encoding.value,
            "file_name_format": self.file_name_format,
            "batch_frequency_in_seconds": self.batch_seconds,
            "max_chunk_size_in_bytes": self.batch_megabytes * 1024 * 1024,
        }


class HubRoute(Record):
    """Checked `HubRouteArgs`."""

    condition: Annotated[Text, AfterValidator(_query)]
    source: MessageSource = MessageSource.DEVICE_MESSAGES
    container: Text | None = None

    def keeps_everything(self) -> bool:
        """Whether it stores whatever devices say."""
        told_apart = self.condition.strip().lower() != "true" or self.source is not MessageSource.DEVICE_MESSAGES
        return self.container is not None and not told_apart


Containers = Annotated[Mapping[str, HubContainer], AfterValidator(_free_names), Field(max_length=MOST_CONTAINERS)]
Routes = Annotated[Mapping[str, HubRoute], AfterValidator(_free_names), Field(max_length=MOST_ROUTES)]


class HubPlan(Record):
    """What the component's arguments say about the hub."""

    landing: Site
    telemetry: TelemetryPlan | None = None
    size: ChosenSize | None = None
    containers: Containers = {}
    routes: Routes = {}
    keep_unrouted: Flag = False
    retention_days: Annotated[Count, Field(ge=1, le=7)] = 1
    partitions: Annotated[Count, Field(ge=2, le=32)] = 2
    command_minutes: Annotated[Count, Field(ge=1, le=2880)] = guardrails.CLOUD_TO_DEVICE_MINUTES_MAX.value
    tpm: Flag = False
    addresses: Mapping[Text, Text] = {}

    def sku(self) -> dict[str, Any]:
        """As chosen, else as the devices need, else the smallest one with IoT Edge."""
        if self.size is not None:
            return {"name": self.size.tier.value, "capacity": self.size.units}
        needed = self.telemetry.size() if self.telemetry else None
        return {"name": needed.tier if needed else HubTier.S1.value, "capacity": needed.units if needed else 1}

    def check_hub(self) -> None:
        """Refuses what contradicts itself."""
        if self.size is not None and self.telemetry is not None:
            refuse("size", "given beside telemetry", "size or telemetry, from which it follows", "give one of the two")
        if self.telemetry is not None:
            try:
                self.telemetry.size()
            except TooMuch as error:
                refuse("telemetry", f"of {self.telemetry.devices} devices", "what one hub takes", str(error))
        for key, route in self.routes.items():
            if route.container is not None and route.container not in self.containers:
                allowed = ", ".join(self.containers) or "none, as containers is empty"
                refuse(f"routes.{key}.container", route.container, allowed, "name one of containers")


# The resources


def make_hub(
    name: str, plan: HubPlan, labels: Mapping[str, Input[str]], child: ResourceOptions
) -> iothub.IotHubResource:
    """No key of the hub opens it, none of a device where certificates do; modules of IoT Edge sign with theirs."""
    site = plan.landing
    # A hub has policies with keys from its birth. They open nothing, and are sealed should it answer with them.
    sealed = ResourceOptions(additional_secret_outputs=["properties"])
    return iothub.IotHubResource(
        name,
        resource_group_name=site.resource_group_name,
        location=site.location,
        sku=plan.sku(),
        identity={"type": "SystemAssigned"},
        properties={
            "min_tls_version": "1.2",
            "disable_local_auth": True,
            # A device with a TPM signs SAS tokens: Microsoft Learn, TPM attestation (issue of 2018-04-23), read
            # 2026-11-29. Modules of IoT Edge do so too, as they have no certificates: not held against a hub.
            "disable_device_sas": not plan.tpm,
            "disable_module_sas": False,
            **_network(plan),
            "event_hub_endpoints": {
                EVENTS: {"retention_time_in_days": plan.retention_days, "partition_count": plan.partitions}
            },
            "cloud_to_device": {
                "default_ttl_as_iso8601": f"PT{plan.command_minutes}M",
                "max_delivery_count": 10,
                "feedback": {
                    "ttl_as_iso8601": f"PT{plan.command_minutes}M",
                    "lock_duration_as_iso8601": "PT1M",
                    "max_delivery_count": 10,
                },
            },
            "routing": _routing(plan),
        },
        tags=labels,
        opts=ResourceOptions.merge(
            ResourceOptions.merge(child, sealed), named(physical_name(Kind.IOT_HUB, name, site.name_suffix))
        ),
    )


def _network(plan: HubPlan) -> dict[str, Any]:
    """Closed, or open to the plants' addresses alone. Microsoft Learn, Use IoT Hub IP filters, read 2026-11-29."""
    if not plan.addresses:
        return {"public_network_access": "Disabled"}
    rules = [{"filter_name": key, "action": "Allow", "ip_mask": mask} for key, mask in plan.addresses.items()]
    return {
        "public_network_access": "Enabled",
        "network_rule_sets": {
            "default_action": "Deny",
            "apply_to_built_in_event_hub_endpoint": True,
            "ip_rules": rules,
        },
    }


def _routing(plan: HubPlan) -> dict[str, Any]:
    """What no route asks for is dropped, unless the fallback route is on."""
    used = [key for key in plan.containers if any(route.container == key for route in plan.routes.values())]
    return {
        "endpoints": {"storage_containers": [plan.containers[key].endpoint(key) for key in used]},
        "routes": [
            {
                "name": key,
                "source": route.source.value,
                "condition": route.condition,
                "endpoint_names": [route.container or EVENTS],
                "is_enabled": True,
            }
            for key, route in plan.routes.items()
        ],
        "fallback_route": {
            "name": "$fallback",
            "source": MessageSource.DEVICE_MESSAGES.value,
            "condition": "true",
            "endpoint_names": [EVENTS],
            "is_enabled": plan.keep_unrouted,
        },
    }


def let_write(name: str, plan: HubPlan, principal_id: Output[str], child: ResourceOptions) -> Sequence[pulumi.Resource]:
    """The hub's role on each container."""
    granted = []
    for key, held in plan.containers.items():
        scope = Output.concat(held.account_id, "/blobServices/default/containers/", held.container)
        role, kind = "Storage Blob Data Contributor", PrincipalType.SERVICE_PRINCIPAL
        granted.append(grant(f"{name}-writes-{key}", scope, role, principal_id, kind, child))
    return granted


def warn(component: pulumi.Resource, plan: HubPlan) -> None:
    """Names the rules that guard what was weakened."""
    units, stay = guardrails.IOT_HUB_UNITS_MAX, guardrails.CLOUD_TO_DEVICE_MINUTES_MAX
    kept = guardrails.EVENT_HOURS_MAX
    if plan.size is not None and (plan.size.tier is HubTier.S3 or plan.size.units > units.value):
        chosen = f"{plan.size.units} units of {plan.size.tier.value}"
        weakened(component, f"The hub has {chosen}; the limit is {units.value} of S2.", units.rule)
    if plan.command_minutes > stay.value:
        said = f"Messages wait {plan.command_minutes} minutes for a device that is away; the limit is {stay.value}."
        weakened(component, said, stay.rule)
    if plan.retention_days * 24 > kept.value:
        weakened(component, f"Events are kept {plan.retention_days * 24} hours; the limit is {kept.value}.", kept.rule)
    for key, route in plan.routes.items():
        if route.keeps_everything():
            weakened(component, f"The route {key} stores whatever devices say.", "ED06")
