"""Edge: devices prove who they are, hubs are closed, small and quiet, and what a device can settle is not sent on."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from verdazure import facts, guardrails

from verdazure_policies.frameworks import Guide, Pattern, Recommendation
from verdazure_policies.rulebook import CRITICAL, FAIL, HIGH, LOW, MEDIUM, Params, Target, limit, rule
from verdazure_policies.samples import (
    BROKER_LISTENER,
    EDGE_BASE,
    IOT_HUB,
    LINKED_PROVISIONING,
    PROVISIONING,
    UNKNOWN,
    edge_deployment,
    edge_images,
)
from verdazure_policies.tokens import EDGE_DEPLOYMENT
from verdazure_policies.view import Claim, Finding, Resource, State, Value

HUBS = "iothub:IotHubResource"
LOCAL_AUTH = "properties.disableLocalAuth"
MODULE_KEYS = "properties.disableModuleSAS"
TLS = "properties.minTlsVersion"
PUBLIC = "properties.publicNetworkAccess"
FILTERS = "properties.ipFilterRules"
UNITS = "sku.capacity"
ROUTES = "properties.routing.routes"
ENDPOINTS = "properties.routing.endpoints"
TTL = "properties.cloudToDevice.defaultTtlAsIso8601"
PORTS = "properties.ports"
AGENT = ("content", "modulesContent", "$edgeAgent", "properties.desired")
VERSION = re.compile(r":(?P<version>\d+\.\d+)[^/]*$")
"""The version in an image's tag: of `azureiotedge-agent:1.6.0@sha256:...`, 1.6."""
EDGE_BASE_IMAGES = edge_images("1.6.0")
WITHIN = {"name": "office", "action": "Accept", "ipMask": "203.0.113.0/24"}


@rule(
    id="ED01",
    name="iot-hub-local-auth",
    title="Nobody administers a hub by a shared key",
    severity=HIGH,
    guide=Guide.EDGE,
    why="A key of a hub opens every device that it knows, names nobody, and is copied wherever it is used.",
    types=[HUBS],
    related=("Azure Policy 672d56b3", "Azure Policy 9f8ba900 (sets it)"),
    passes=[IOT_HUB, IOT_HUB.having(MODULE_KEYS, True)],
    fails=[IOT_HUB.without(LOCAL_AUTH), IOT_HUB.having(LOCAL_AUTH, False)],
    unknown=[IOT_HUB.having(LOCAL_AUTH, UNKNOWN)],
)
def iot_hub_local_auth(hub: Resource, params: Params) -> Iterator[Finding]:
    yield from hub[LOCAL_AUTH].equals(True).otherwise("set disableLocalAuth to true, and give roles to identities")


@rule(
    id="ED02",
    name="iot-hub-tls",
    title="Devices talk TLS 1.2 or newer to their hub",
    severity=CRITICAL,
    guide=Guide.EDGE,
    why="Older versions of TLS are read by whoever stands between a device and its hub.",
    types=[HUBS],
    related=("PSRule Azure.IoTHub.MinTLS (in the regions that enforced it when it was written)",),
    passes=[IOT_HUB],
    fails=[IOT_HUB.without(TLS), IOT_HUB.having(TLS, "1.0")],
    unknown=[IOT_HUB.having(TLS, UNKNOWN)],
)
def iot_hub_tls(hub: Resource, params: Params) -> Iterator[Finding]:
    yield from hub[TLS].equals("1.2").otherwise("set minTlsVersion to 1.2; a hub takes it only when it is created")


@rule(
    id="ED03",
    name="iot-hub-network",
    title="A hub is reached from where its devices are, and from nowhere else",
    severity=HIGH,
    guide=Guide.EDGE,
    gsf=(Pattern.CLOUD_NATIVE_NETWORK_SECURITY,),
    waf=(Recommendation.NETWORK_CONTROLS,),
    why="A hub that the whole internet reaches is tried by the whole internet.",
    types=[HUBS],
    when_unknown=FAIL,
    related=("Checkov CKV_AZURE_108 (Terraform only)", "Azure Policy 2d6830fb", "Azure Policy 114eec6e"),
    passes=[
        IOT_HUB,
        IOT_HUB.without(PUBLIC).having(FILTERS, [{"filterName": "plant", **WITHIN}]),
        IOT_HUB.without(PUBLIC).having("properties.networkRuleSets", {"defaultAction": "Deny"}),
    ],
    fails=[
        IOT_HUB.without(PUBLIC),
        IOT_HUB.having(PUBLIC, "Enabled"),
        IOT_HUB.without(PUBLIC).having(FILTERS, []),
    ],
    unknown=[IOT_HUB.having(PUBLIC, UNKNOWN)],
)
def iot_hub_network(hub: Resource, params: Params) -> Iterator[Finding]:
    closed = hub[PUBLIC].equals("Disabled") | hub["properties.networkRuleSets.defaultAction"].equals("Deny")
    yield from (closed | _filtered(hub)).otherwise("set publicNetworkAccess to Disabled and add a private endpoint")


@rule(
    id="ED04",
    name="provisioning-network",
    title="A provisioning service is reached from where devices are set up",
    severity=HIGH,
    guide=Guide.EDGE,
    gsf=(Pattern.CLOUD_NATIVE_NETWORK_SECURITY,),
    waf=(Recommendation.NETWORK_CONTROLS,),
    why="Whoever reaches it can try to enrol a device of their own.",
    types=[
        "deviceprovisioningservices:IotDpsResource",
        Target("resources:Resource", "resourceType", ("provisioningServices",)),
    ],
    related=("Azure Policy d82101f3",),
    passes=[
        PROVISIONING,
        PROVISIONING.without(PUBLIC).having(FILTERS, [{"filterName": "factory", **WITHIN}]),
        LINKED_PROVISIONING,
        LINKED_PROVISIONING.without(PUBLIC).having("resourceType", "routeTables"),
    ],
    fails=[PROVISIONING.without(PUBLIC), PROVISIONING.having(PUBLIC, "Enabled"), LINKED_PROVISIONING.without(PUBLIC)],
    unknown=[PROVISIONING.having(PUBLIC, UNKNOWN)],
)
def provisioning_network(service: Resource, params: Params) -> Iterator[Finding]:
    closed = service[PUBLIC].equals("Disabled") | _filtered(service)
    yield from closed.otherwise("set publicNetworkAccess to Disabled, or name the factory in ipFilterRules")


@rule(
    id="ED05",
    name="iot-hub-right-size",
    title="A hub has no more units than its devices need",
    severity=MEDIUM,
    guide=Guide.SCALING,
    gsf=(Pattern.RIGHT_SIZED_COMPUTE,),
    waf=(Recommendation.SCALABILITY_NEEDS,),
    why="Units of a hub are held day and night for messages that a device need not send.",
    types=[HUBS],
    params={"max_units": limit(guardrails.IOT_HUB_UNITS_MAX, "Most units of one hub")},
    passes=[IOT_HUB, IOT_HUB.having(UNITS, 4)],
    fails=[IOT_HUB.having(UNITS, 5), IOT_HUB.having("sku.name", "S3"), IOT_HUB.having("sku.name", "F1")],
    unknown=[IOT_HUB.having(UNITS, UNKNOWN), IOT_HUB.having("sku.name", UNKNOWN)],
)
def iot_hub_right_size(hub: Resource, params: Params) -> Iterator[Finding]:
    sizes = ("B1", "B2", "S1", "S2")
    yield from hub["sku.name"].one_of(sizes).otherwise("take S1, and filter at the edge before you take a larger one")
    few = hub[UNITS].defaulting_to(1).at_most(params.max_units, "units")
    yield from few.otherwise(f"set capacity to {params.max_units} or less: let modules aggregate what they send")


@rule(
    id="ED06",
    name="filter-telemetry",
    title="A hub keeps what somebody reads, and not all that devices say",
    severity=MEDIUM,
    guide=Guide.EDGE,
    gsf=(Pattern.MODELS_AT_THE_EDGE,),
    waf=(Recommendation.RELEVANT_DATA,),
    why="Raw telemetry in storage is written, copied and kept for a question that nobody asks.",
    types=[HUBS],
    passes=[
        IOT_HUB,
        IOT_HUB.without("properties.routing"),
        IOT_HUB.having(f"{ROUTES}[0].condition", "true").having(f"{ROUTES}[0].source", "DeviceConnectionStateEvents"),
        IOT_HUB.having(f"{ROUTES}[0].condition", "true").having(f"{ROUTES}[0].isEnabled", False),
        IOT_HUB.having(f"{ROUTES}[0].condition", "true").having(f"{ROUTES}[0].endpointNames", ["events"]),
    ],
    fails=[
        IOT_HUB.having(f"{ROUTES}[0].condition", "true"),
        IOT_HUB.having(f"{ROUTES}[0].condition", " TRUE "),
        IOT_HUB.without(f"{ROUTES}[0].condition"),
    ],
    unknown=[IOT_HUB.having(f"{ROUTES}[0].condition", UNKNOWN), IOT_HUB.having(ROUTES, UNKNOWN)],
)
def filter_telemetry(hub: Resource, params: Params) -> Iterator[Finding]:
    want = "a condition that tells messages apart"
    yield from hub[ROUTES].is_told(f"routes with {want}").otherwise("give each route a condition")
    kept = {each["name"].content for each in hub.each(f"{ENDPOINTS}.storageContainers")}
    for route in hub.each(ROUTES):
        stored = any(name.content in kept for name in route.values("endpointNames"))
        telemetry = route["source"].equals("DeviceMessages")
        awake = route["isEnabled"].equals(True)
        told_apart = route["condition"].satisfies(lambda said: str(said).strip().lower() not in ("", "true"), want)
        if stored:
            yield from (
                told_apart.when(telemetry)
                .when(awake)
                .otherwise("give the route a condition such as level = 'alert', or aggregate in a module")
            )


@rule(
    id="ED07",
    name="cloud-to-device-ttl",
    title="A message to a device that is away does not wait for long",
    severity=LOW,
    guide=Guide.EDGE,
    why="Commands that pile up for a device that sleeps are kept, retried, and out of date when it wakes.",
    types=[HUBS],
    params={"max_minutes": limit(guardrails.CLOUD_TO_DEVICE_MINUTES_MAX, "Longest time that a message may wait")},
    passes=[IOT_HUB, IOT_HUB.having(TTL, "PT30M"), IOT_HUB.without("properties.cloudToDevice")],
    fails=[IOT_HUB.having(TTL, "P2D"), IOT_HUB.having(TTL, "PT61M")],
    unknown=[IOT_HUB.having(TTL, UNKNOWN)],
)
def cloud_to_device_ttl(hub: Resource, params: Params) -> Iterator[Finding]:
    waits = hub[TTL].defaulting_to("PT1H")  # its description in the REST API: an hour
    longest = f"PT{params.max_minutes}M"
    yield from waits.lasts_at_most(params.max_minutes).otherwise(f"set it to {longest} or less", to=longest)


@rule(
    id="ED08",
    name="broker-listener-tls",
    title="An edge broker speaks TLS and asks who is there",
    severity=HIGH,
    guide=Guide.EDGE,
    why="A plain listener lets anybody on the shop floor's network read the plant, and write to it.",
    types=["iotoperations:BrokerListener"],
    passes=[BROKER_LISTENER],
    fails=[
        BROKER_LISTENER.without(f"{PORTS}[0].tls"),
        BROKER_LISTENER.without(f"{PORTS}[0].authenticationRef"),
        BROKER_LISTENER.having(f"{PORTS}[1]", {"port": 1883}),
    ],
    unknown=[BROKER_LISTENER.having(PORTS, UNKNOWN), BROKER_LISTENER.having(f"{PORTS}[0].authenticationRef", UNKNOWN)],
)
def broker_listener_tls(listener: Resource, params: Params) -> Iterator[Finding]:
    yield from listener[PORTS].is_told("ports that speak TLS").otherwise("give each port tls")
    for port in listener.each(PORTS):
        yield from port["tls"].is_set().otherwise("give the port tls, by a certificate of its own or an issuer")
        asked = port["authenticationRef"].satisfies(lambda name: str(name) != "", "an authentication")
        yield from asked.otherwise("name a brokerAuthentication")


@rule(
    id="ED09",
    name="edge-runtime-supported",
    title="Devices run a version of IoT Edge that is supported",
    severity=HIGH,
    guide=Guide.EDGE,
    waf=(Recommendation.UPDATES,),
    why="A runtime past its end gets no more fixes, on devices that stand where anybody may reach them.",
    types=[EDGE_DEPLOYMENT],
    passes=[EDGE_BASE, EDGE_BASE.having("content", {"modulesContent": {"camera": {"properties.desired.zoom": 3}}})],
    fails=[
        edge_deployment(*edge_images("1.4.0")),
        edge_deployment(EDGE_BASE_IMAGES[0], edge_images("1.4")[1]),
        edge_deployment(*edge_images("1.1.15-linux-arm64v8")),
    ],
    unknown=[
        edge_deployment(UNKNOWN, EDGE_BASE_IMAGES[1]),
        edge_deployment(*edge_images("9.9")),
        edge_deployment(*edge_images("latest")),
        EDGE_BASE.having("content", UNKNOWN),
    ],
)
def edge_runtime_supported(deployment: Resource, params: Params) -> Iterator[Finding]:
    for module in ("edgeAgent", "edgeHub"):
        image = deployment.at(*AGENT, "systemModules", module, "settings", "image")
        if image.state is not State.MISSING:  # a layer names no runtime
            yield from _is_supported(image).otherwise(f"take IoT Edge {_newest()}")


def _is_supported(image: Value) -> Claim:
    """Undecided where the facts table does not hold the version, or the tag names none."""
    claim = image.satisfies(lambda name: _lives(_version(name)), "a version of IoT Edge that is supported")
    if image.state is not State.KNOWN:
        return claim
    version = _version(image.content)
    row = _runtime(version)
    until = f", supported until {row.supported_until}" if row else ", which the facts table does not hold"
    return replace(claim, found=f"of version {version}{until}" if version else "an image whose tag names no version")


def _lives(version: str | None) -> bool | None:
    row = _runtime(version)
    return None if row is None else row.supported_until is None or row.supported_until >= date.today()


def _version(image: object) -> str | None:
    found = VERSION.search(str(image))
    return found["version"] if found else None


def _runtime(version: str | None) -> facts.Runtime | None:
    return facts.runtimes().get(f"IoT Edge {version}")


def _newest() -> str:
    versions = (row.version for row in facts.runtimes().values() if row.product == "IoT Edge")
    return max(versions, key=lambda version: [int(part) for part in version.split(".")])


def _filtered(service: Resource) -> Claim:
    """Claims that only some addresses are let in."""
    return Claim(bool(service.each(FILTERS)), service[FILTERS], "filters")
