"""IoT hubs, provisioning services and event hubs."""

from collections.abc import Iterator, Mapping

from verdazure.sandbox.azure import limits
from verdazure.sandbox.azure.finding import Finding, Inputs, items, known, unsaid
from verdazure.sandbox.azure.relations.networks import network

# Azure IoT Hub, "Quotas and throttling": units by SKU.
_MOST_UNITS: Mapping[str, int] = {"F1": 1, "B1": 200, "B2": 200, "B3": 10, "S1": 200, "S2": 200, "S3": 10}

# Azure IoT Hub, "Read device-to-cloud messages from the built-in endpoint".
_MOST_DAYS, _MOST_PARTITIONS = 7, 32
_MOST_TTL = 48 * 3600

# Routing names that the service keeps for itself. RouteProperties and RoutingEventHubProperties.
_RESERVED = ("events", "operationsmonitoringevents", "fileNotifications", "$default")


def _units(inputs: Inputs) -> Iterator[Finding]:
    sku, units = known(inputs, "sku.name"), known(inputs, "sku.capacity")
    most = _MOST_UNITS.get(sku or "")
    if most and units is not None and not 1 <= units <= most:
        span = "1" if most == 1 else f"1 to {most}"
        yield Finding("sku.capacity", f"{units:g} is out of range; sku {sku} has {span} units")


def _events(inputs: Inputs) -> Iterator[Finding]:
    for where, endpoint in items(inputs, "properties.eventHubEndpoints"):
        days, partitions = known(endpoint, "retentionTimeInDays"), known(endpoint, "partitionCount")
        if days is not None and not 1 <= days <= _MOST_DAYS:
            yield Finding(f"{where}.retentionTimeInDays", f"{days:g} is out of range; it must be 1 to {_MOST_DAYS}")
        if partitions is not None and not 2 <= partitions <= _MOST_PARTITIONS:
            reason = f"{partitions:g} is out of range; it must be 2 to {_MOST_PARTITIONS}"
            yield Finding(f"{where}.partitionCount", reason)


def _time_to_live(inputs: Inputs) -> Iterator[Finding]:
    # Azure IoT Hub, "Send cloud-to-device messages": up to two days.
    path = "properties.cloudToDevice.defaultTtlAsIso8601"
    length = limits.length_of(str(known(inputs, path)))
    if length is not None and not 60 <= length.total_seconds() <= _MOST_TTL:
        yield Finding(path, f"'{known(inputs, path)}' is out of range; it must be PT1M to P2D")


def _routes(inputs: Inputs) -> Iterator[Finding]:
    names = {"events"}
    for kind in ("eventHubs", "serviceBusQueues", "serviceBusTopics", "storageContainers", "cosmosDBSqlContainers"):
        for where, endpoint in items(inputs, f"properties.routing.endpoints.{kind}"):
            name = known(endpoint, "name")
            if name in _RESERVED:
                yield Finding(f"{where}.name", f"'{name}' is a name that IoT Hub keeps for itself")
            if name is None:  # still to come: no route can be judged
                return
            names.add(name)
    for where, route in items(inputs, "properties.routing.routes"):
        for at, name in items(route, "endpointNames"):
            if name not in names:
                yield Finding(
                    f"{where}.{at}", f"'{name}' is not an endpoint of this hub; it has {', '.join(sorted(names))}"
                )


def _fallback(inputs: Inputs) -> Iterator[Finding]:
    # FallbackRouteProperties: to the built-in endpoint, which is the one that is always there.
    path = "properties.routing.fallbackRoute.endpointNames"
    for where, name in items(inputs, path):
        if name != "events":
            yield Finding(where, f"'{name}' is not the built-in endpoint, 'events', to which the fallback route leads")


def _storage_endpoints(inputs: Inputs) -> Iterator[Finding]:
    # RoutingStorageContainerProperties.
    for where, endpoint in items(inputs, "properties.routing.endpoints.storageContainers"):
        by_identity = str(known(endpoint, "authenticationType")).lower() == "identitybased"
        needed, excess = ("endpointUri", "connectionString") if by_identity else ("connectionString", "endpointUri")
        if unsaid(endpoint, needed):
            yield Finding(f"{where}.{needed}", f"is required {'by identity' if by_identity else 'by key'}")
        if by_identity and not unsaid(endpoint, excess):
            yield Finding(f"{where}.{excess}", "does not go with authentication by identity")
        if by_identity and unsaid(inputs, "identity"):
            yield Finding("identity", f"is required: {where} signs in with it")
        named = known(endpoint, "fileNameFormat")
        missing = [part for part in _NAME_PARTS if named is not None and part not in str(named)]
        if missing:
            yield Finding(f"{where}.fileNameFormat", f"'{named}' lacks {', '.join(missing)}; all parts are mandatory")


_NAME_PARTS = ("{iothub}", "{partition}", "{YYYY}", "{MM}", "{DD}", "{HH}", "{mm}")


def _address_ranges(inputs: Inputs) -> Iterator[Finding]:
    for rules in ("properties.networkRuleSets.ipRules", "properties.ipFilterRules"):
        for where, rule in items(inputs, rules):
            mask = known(rule, "ipMask")
            if mask is not None and network(mask) is None:
                yield Finding(f"{where}.ipMask", f"'{mask}' is not a CIDR block, such as 203.0.113.0/24")


# Provisioning services, also where azure-native's generic resource makes one.


def _links(inputs: Inputs) -> Iterator[Finding]:
    # azure-rest-api-specs, Microsoft.Devices 2026-08-31, IotHubDefinitionDescription; before it, by key alone.
    identities = {str(each).lower() for _, each in items(inputs, "identity.userAssignedIdentities")}
    for where, link in items(inputs, "properties.iotHubs"):
        kind = known(link, "authenticationType") or "KeyBased"
        needed = {"KeyBased": ("connectionString",), "SystemAssigned": ("hostName",)}.get(
            kind, ("hostName", "selectedUserAssignedIdentityResourceId")
        )
        for name in needed:
            if unsaid(link, name):
                yield Finding(f"{where}.{name}", f"is required by a link of type {kind}")
        chosen = known(link, "selectedUserAssignedIdentityResourceId")
        if chosen is not None and identities and str(chosen).lower() not in identities:
            yield Finding(
                f"{where}.selectedUserAssignedIdentityResourceId", f"'{chosen}' is no identity of the service"
            )


def _generic(inputs: Inputs) -> Iterator[Finding]:
    asked = f"{known(inputs, 'resourceProviderNamespace')}/{known(inputs, 'resourceType')}".lower()
    if asked == "microsoft.devices/provisioningservices":
        yield from _links(inputs)
        yield from _address_ranges(inputs)


# Event Hubs. Azure Event Hubs, "quotas and limits": partitions outside dedicated clusters.
def _event_hub(inputs: Inputs) -> Iterator[Finding]:
    partitions = known(inputs, "partitionCount")
    if partitions is not None and not 1 <= partitions <= 1024:
        yield Finding("partitionCount", f"{partitions:g} is out of range; it must be 1 to 1024")


RULES = {
    "deviceprovisioningservices:IotDpsResource": (_links, _address_ranges),
    "eventhub:EventHub": (_event_hub,),
    "iothub:IotHubResource": (
        *(_units, _events, _time_to_live, _routes, _fallback),
        *(_storage_endpoints, _address_ranges),
    ),
    "resources:Resource": (_generic,),
}
