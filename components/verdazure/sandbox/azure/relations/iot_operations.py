"""Azure IoT Operations, and the extensions of a cluster that it comes as.

Ranges and patterns: azure-rest-api-specs, Microsoft.IoTOperations 2024-11-01; Microsoft's package no longer says them.
"""

import re
from collections.abc import Iterator, Mapping

from verdazure.sandbox.azure.finding import Finding, Inputs, items, known, unsaid

_CARDINALITY: Mapping[str, tuple[int, int]] = {
    "properties.cardinality.backendChain.partitions": (1, 16),
    "properties.cardinality.backendChain.redundancyFactor": (1, 5),
    "properties.cardinality.backendChain.workers": (1, 16),
    "properties.cardinality.frontend.replicas": (1, 16),
    "properties.cardinality.frontend.workers": (1, 16),
    "properties.diagnostics.selfCheck.intervalSeconds": (30, 300),
    "properties.diagnostics.selfCheck.timeoutSeconds": (5, 120),
    "properties.diagnostics.traces.cacheSizeMegabytes": (1, 128),
    "properties.diagnostics.traces.spanChannelCapacity": (1000, 100000),
}
_BATCHES: Mapping[str, tuple[int, int]] = {
    "properties.kafkaSettings.batching.latencyMs": (0, 65535),
    "properties.dataLakeStorageSettings.batching.latencySeconds": (0, 65535),
    "properties.mqttSettings.qos": (0, 2),
}
_BUFFER = re.compile(r"[0-9]+[KMGTPE]")
_PORTS = (0, 65535)


def _within(inputs: Inputs, ranges: Mapping[str, tuple[int, int]], at: str = "") -> Iterator[Finding]:
    for path, (least, most) in ranges.items():
        value = known(inputs, path)
        if value is not None and not least <= value <= most:
            yield Finding(f"{at}{path}", f"{value:g} is out of range; it must be {least} to {most}")


def _broker(inputs: Inputs) -> Iterator[Finding]:
    yield from _within(inputs, _CARDINALITY)
    path = "properties.diskBackedMessageBuffer.maxSize"
    size = known(inputs, path)
    if size is not None and not _BUFFER.fullmatch(size):
        yield Finding(path, f"'{size}' is not a size; it is a number with one of K, M, G, T, P, E: 500M")


def _listener(inputs: Inputs) -> Iterator[Finding]:
    for where, port in items(inputs, "properties.ports"):
        yield from _within(port, {"port": _PORTS, "nodePort": _PORTS}, f"{where}.")


def _profile(inputs: Inputs) -> Iterator[Finding]:
    yield from _within(inputs, {"properties.instanceCount": (1, 20)})


def _endpoint(inputs: Inputs) -> Iterator[Finding]:
    yield from _within(inputs, _BATCHES)


def _pinned(inputs: Inputs) -> Iterator[Finding]:
    # "To use 'version', autoUpgradeMinorVersion must be 'false'": the SDK's documentation of `version`.
    if not unsaid(inputs, "version") and known(inputs, "autoUpgradeMinorVersion") is True:
        yield Finding("version", "cannot be pinned while autoUpgradeMinorVersion is true")


RULES = {
    "iotoperations:Broker": (_broker,),
    "iotoperations:BrokerListener": (_listener,),
    "iotoperations:DataflowEndpoint": (_endpoint,),
    "iotoperations:DataflowProfile": (_profile,),
    "kubernetesconfiguration:Extension": (_pinned,),
}
