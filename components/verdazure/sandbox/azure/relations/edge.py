"""IoT hubs and event hubs."""

from collections.abc import Iterator, Mapping

from verdazure.sandbox.azure import limits
from verdazure.sandbox.azure.finding import Finding, Inputs, items, known

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


# Event Hubs. Azure Event Hubs, "quotas and limits": partitions outside dedicated clusters.
def _event_hub(inputs: Inputs) -> Iterator[Finding]:
    partitions = known(inputs, "partitionCount")
    if partitions is not None and not 1 <= partitions <= 1024:
        yield Finding("partitionCount", f"{partitions:g} is out of range; it must be 1 to 1024")


RULES = {
    "eventhub:EventHub": (_event_hub,),
    "iothub:IotHubResource": (_units, _events, _time_to_live, _routes),
}
