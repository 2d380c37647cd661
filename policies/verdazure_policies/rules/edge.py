"""Edge: devices prove who they are, hubs are closed, small and quiet, and what a device can settle is not sent on."""

from collections.abc import Iterator

from verdazure import guardrails

from verdazure_policies.rulebook import CRITICAL, FAIL, HIGH, LOW, MEDIUM, Params, Target, limit, rule
from verdazure_policies.samples import BROKER_LISTENER, IOT_HUB, LINKED_PROVISIONING, PROVISIONING, UNKNOWN
from verdazure_policies.view import Claim, Finding, Resource

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
SECURITY = "Model reusability"  # the guide's row on "meeting security and compliance requirements"
EDGE = "Regional data strategy"  # the guide's row that asks to process near the data, and to move little of it
WITHIN = {"name": "office", "action": "Accept", "ipMask": "203.0.113.0/24"}


@rule(
    id="ED01",
    name="iot-hub-local-auth",
    title="Nobody administers a hub by a shared key",
    severity=HIGH,
    guide=SECURITY,
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
    guide=SECURITY,
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
    guide=SECURITY,
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
    guide=SECURITY,
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
    guide="Scaling and workload resiliency",
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
    guide=EDGE,
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
    guide=EDGE,
    why="Commands that pile up for a device that sleeps are kept, retried, and out of date when it wakes.",
    types=[HUBS],
    params={"max_minutes": limit(guardrails.CLOUD_TO_DEVICE_MINUTES_MAX, "Longest time that a message may wait")},
    passes=[IOT_HUB, IOT_HUB.having(TTL, "PT30M"), IOT_HUB.without("properties.cloudToDevice")],
    fails=[IOT_HUB.having(TTL, "P2D"), IOT_HUB.having(TTL, "PT61M")],
    unknown=[IOT_HUB.having(TTL, UNKNOWN)],
)
def cloud_to_device_ttl(hub: Resource, params: Params) -> Iterator[Finding]:
    waits = hub[TTL].defaulting_to("PT1H")  # its description in the REST API: an hour
    yield from waits.lasts_at_most(params.max_minutes).otherwise(f"set it to PT{params.max_minutes}M or less")


@rule(
    id="ED08",
    name="broker-listener-tls",
    title="An edge broker speaks TLS and asks who is there",
    severity=HIGH,
    guide=SECURITY,
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


def _filtered(service: Resource) -> Claim:
    """Claims that only some addresses are let in."""
    return Claim(bool(service.each(FILTERS)), service[FILTERS], "filters")
