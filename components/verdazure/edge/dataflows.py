"""What a site sends to Azure: filtered and aggregated before it leaves, signed in to by identity.

Azure has two ways. A data flow filters and maps message by message, and reaches every destination. A data flow graph
aggregates over a span of time too, and reaches MQTT and Kafka alone. Microsoft Learn, Azure IoT Operations, Data flows
and data flow graphs; read 2026-11-29.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from itertools import pairwise
from typing import Annotated, Any, NotRequired, TypedDict

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_azure_native import iotoperations as iot
from pulumi_azure_native import managedidentity
from pydantic import Field, model_validator

from verdazure.args import Count, Record, Text, TextLeaf, refuse
from verdazure.edge.broker import DEFAULT, INTERNAL_AUDIENCE, INTERNAL_HOST, INTERNAL_PORT, Place, Topic
from verdazure.interfaces import PrincipalType, grant, name_of
from verdazure.justification import Justification, JustificationArgs

# Microsoft Learn, Azure IoT Operations, data flow graphs: window transforms, and filter and route; read 2026-11-29.
_FILTER, _MAP, _WINDOW = (f"azureiotoperations/graph-dataflow-{each}:1.0.0" for each in ("filter", "map", "window"))
_REGISTRY = "mcr.microsoft.com"
_AGGREGATES = ("average", "count", "first", "last", "max", "min", "sum")
_AGGREGATE = re.compile(rf"\b({'|'.join(_AGGREGATES)})\(\$\d+\)")
_POSITION = re.compile(r"\$(\d+)")
_SCHEMA = r"^aio-sr://[^/]+/[^/:]+:\d+$"


class UpstreamKind(str, Enum):
    """Services of Azure that take what a site sends."""

    EVENT_HUBS = "EventHubs"
    """An Event Hubs namespace, by Kafka."""
    EVENT_GRID = "EventGrid"
    """An Event Grid namespace, by MQTT."""
    DATA_LAKE = "DataLake"
    """A storage account with hierarchical namespace, as Parquet files."""


ROLES: Mapping[UpstreamKind, str] = {
    UpstreamKind.EVENT_HUBS: "Azure Event Hubs Data Sender",
    UpstreamKind.EVENT_GRID: "EventGrid TopicSpaces Publisher",
    UpstreamKind.DATA_LAKE: "Storage Blob Data Contributor",
}
AGGREGATED = (UpstreamKind.EVENT_HUBS, UpstreamKind.EVENT_GRID)
"""Where a data flow graph can send to."""


class UpstreamArgs(TypedDict):
    """A destination in Azure. The site's identity is given the one role that it needs there."""

    kind: UpstreamKind
    """What it is."""
    resource_id: Input[str]
    """ARM id of the namespace or of the storage account."""
    host: NotRequired[Input[str]]
    """With EventGrid: its MQTT host name, an output of the namespace. The others are named after the resource."""
    batch_seconds: NotRequired[int]
    """How long messages wait to go together, 0 to 60; not with EventGrid, which takes them one by one. Default 60."""


class ConditionArgs(TypedDict):
    """What is true of a message, by the language of Azure's data flows."""

    inputs: list[str]
    """Fields of the message: the first is `$1`, the second `$2`."""
    expression: str
    """`$1 < 80 && $2 == "ok"`."""


class FieldArgs(TypedDict):
    """How a field of what is sent comes about."""

    inputs: list[str]
    """Fields of the message: the first is `$1`, the second `$2`."""
    expression: NotRequired[str]
    """`cToF($1)`; in an aggregate `average($1)`. Default: the first field as it is."""


class DataflowArgs(TypedDict):
    """Messages of the broker that are sent to Azure."""

    topics: list[str]
    """Topics that they are read from; `+` and `#` stand for one level and for all that follow."""
    upstream: str
    """Name of the destination."""
    destination: str
    """Event hub, MQTT topic or container there."""
    drops: NotRequired[list[ConditionArgs]]
    """Conditions, any of which keeps a message at the site."""
    map: NotRequired[dict[str, FieldArgs]]
    """What is sent of each message, by the field's name. Default: all of it."""
    window_seconds: NotRequired[int]
    """Span of time that becomes one message, 1 to 86,400."""
    aggregates: NotRequired[dict[str, FieldArgs]]
    """What is sent of a span, by the field's name: `average`, `count`, `first`, `last`, `max`, `min`, `sum`."""
    schema_ref: NotRequired[str]
    """With DataLake: the registered schema of what is sent, `aio-sr://<namespace>/<schema>:<version>`."""
    justification: NotRequired[JustificationArgs]
    """Why every message is sent, and until when. Only where neither drops nor aggregates make them fewer."""


# The resources


def profile(name: str, instances: int, level: str, place: Place, opts: ResourceOptions) -> iot.DataflowProfile:
    """The pods that move the data."""
    return iot.DataflowProfile(
        name,
        dataflow_profile_name=DEFAULT,
        properties={"instance_count": instances, "diagnostics": {"logs": {"level": level}}},
        **place.arguments(),
        opts=opts,
    )


def source(name: str, trust: str, place: Place, opts: ResourceOptions) -> iot.DataflowEndpoint:
    """The site's own broker, by the token of the pods' service account."""
    return iot.DataflowEndpoint(
        f"{name}-broker",
        dataflow_endpoint_name=DEFAULT,
        properties={
            "endpoint_type": "Mqtt",
            "mqtt_settings": {
                "host": f"{INTERNAL_HOST}:{INTERNAL_PORT}",
                "authentication": {
                    "method": "ServiceAccountToken",
                    "service_account_token_settings": {"audience": INTERNAL_AUDIENCE},
                },
                "tls": {"mode": "Enabled", "trusted_ca_certificate_config_map_ref": trust},
            },
        },
        **place.arguments(),
        opts=opts,
    )


def transforms(name: str, place: Place, opts: ResourceOptions) -> iot.RegistryEndpoint:
    """Where the steps of a data flow graph come from: Microsoft's public registry."""
    return iot.RegistryEndpoint(
        f"{name}-transforms",
        registry_endpoint_name=DEFAULT,
        properties={"host": _REGISTRY, "authentication": {"method": "Anonymous", "anonymous_settings": {}}},
        **place.arguments(),
        opts=opts,
    )


def connect_upstreams(
    name: str,
    asked: Mapping[str, "Upstream"],
    identity: managedidentity.UserAssignedIdentity,
    place: Place,
    opts: ResourceOptions,
) -> dict[str, iot.DataflowEndpoint]:
    """The destinations, by name, each after its role."""
    made = {}
    for key, upstream in asked.items():
        child = f"{name}-upstream-{key}"
        scope = Output.from_input(upstream.resource_id)
        role = grant(child, scope, ROLES[upstream.kind], identity.principal_id, PrincipalType.SERVICE_PRINCIPAL, opts)
        made[key] = iot.DataflowEndpoint(
            child,
            dataflow_endpoint_name=key,
            properties=upstream.as_azure(identity),
            **place.arguments(),
            opts=ResourceOptions.merge(opts, ResourceOptions(depends_on=[role])),
        )
    return made


def send(
    name: str,
    asked: Mapping[str, "Dataflow"],
    within: iot.DataflowProfile,
    broker: iot.DataflowEndpoint,
    registry: iot.RegistryEndpoint | None,
    upstreams: Mapping[str, iot.DataflowEndpoint],
    place: Place,
    opts: ResourceOptions,
) -> list[pulumi.Resource]:
    """The data flows; those that aggregate are graphs."""
    made: list[pulumi.Resource] = []
    for key, flow in asked.items():
        below: dict[str, Any] = {"dataflow_profile_name": within.name, **place.arguments(), "opts": opts}
        to = upstreams[flow.upstream].name
        if registry is not None and flow.aggregates:
            graph = flow.graph(broker.name, registry.name, to)
            made.append(iot.DataflowGraph(f"{name}-flow-{key}", dataflow_graph_name=key, properties=graph, **below))
        else:
            operations = flow.operations(broker.name, to)
            made.append(
                iot.Dataflow(
                    f"{name}-flow-{key}",
                    dataflow_name=key,
                    properties={"mode": "Enabled", "operations": operations},
                    **below,
                )
            )
    return made


# The checked arguments


class Upstream(Record):
    """Checked `UpstreamArgs`."""

    kind: UpstreamKind
    resource_id: TextLeaf
    host: TextLeaf | None = None
    batch_seconds: Annotated[Count, Field(ge=0, le=60)] | None = None

    @model_validator(mode="after")
    def _check(self) -> "Upstream":
        by_host = self.kind is UpstreamKind.EVENT_GRID
        if by_host and self.host is None:
            refuse("host", None, "the MQTT host name with EventGrid", "take it from the namespace's outputs")
        if not by_host and self.host is not None:
            refuse("host", self.host, "nothing but with EventGrid", "take it out: it follows from resource_id")
        if by_host and self.batch_seconds is not None:
            refuse("batch_seconds", self.batch_seconds, "nothing with EventGrid", "take it out")
        return self

    def as_azure(self, identity: managedidentity.UserAssignedIdentity) -> dict[str, Any]:
        """The endpoint, signed in to as that identity."""
        itself = {"client_id": identity.client_id, "tenant_id": identity.tenant_id}
        signed_in = {"method": "UserAssignedManagedIdentity", "user_assigned_managed_identity_settings": itself}
        named = Output.from_input(self.resource_id).apply(name_of)
        waits = 60 if self.batch_seconds is None else self.batch_seconds
        if self.kind is UpstreamKind.EVENT_GRID:
            host = Output.concat(self.host or "", ":8883")
            mqtt = {"host": host, "authentication": signed_in, "tls": {"mode": "Enabled"}}
            return {"endpoint_type": "Mqtt", "mqtt_settings": mqtt}
        if self.kind is UpstreamKind.EVENT_HUBS:
            kafka = {
                "host": Output.concat(named, ".servicebus.windows.net:9093"),
                "authentication": signed_in,
                "tls": {"mode": "Enabled"},
                "batching": {"mode": "Enabled", "latency_ms": 1000 * waits},
            }
            return {"endpoint_type": "Kafka", "kafka_settings": kafka}
        lake = {
            "host": Output.concat("https://", named, ".blob.core.windows.net"),
            "authentication": signed_in,
            "batching": {"latency_seconds": waits},
        }
        return {"endpoint_type": "DataLakeStorage", "data_lake_storage_settings": lake}


class _Expression(Record):
    inputs: Annotated[tuple[Text, ...], Field(min_length=1)]

    def check_positions(self, expression: str) -> None:
        """Refuses an expression that asks for an input that is not there."""
        missing = sorted({int(each) for each in _POSITION.findall(expression)} - set(range(1, len(self.inputs) + 1)))
        if missing:
            allowed = ", ".join(f"${position}" for position in range(1, len(self.inputs) + 1))
            refuse("expression", expression, f"{allowed}, one for each of inputs", f"add an input for ${missing[0]}")


class Condition(_Expression):
    """Checked `ConditionArgs`."""

    expression: Text

    @model_validator(mode="after")
    def _check(self) -> "Condition":
        self.check_positions(self.expression)
        return self

    def as_rule(self) -> dict[str, Any]:
        """The rule, as both ways write it."""
        return {"inputs": list(self.inputs), "expression": self.expression}


class MappedField(_Expression):
    """Checked `FieldArgs`."""

    expression: Text | None = None

    @model_validator(mode="after")
    def _check(self) -> "MappedField":
        if self.expression is not None:
            self.check_positions(self.expression)
        elif len(self.inputs) > 1:
            refuse("expression", None, "an expression where there are several inputs", "say how they become one")
        return self

    def as_rule(self, output: str) -> dict[str, Any]:
        """The rule, as both ways write it."""
        rule = {"inputs": list(self.inputs), "output": output}
        return rule if self.expression is None else {**rule, "expression": self.expression}


class Dataflow(Record):
    """Checked `DataflowArgs`."""

    topics: Annotated[tuple[Topic, ...], Field(min_length=1)]
    upstream: Text
    destination: Text
    drops: tuple[Condition, ...] = ()
    map: Mapping[Text, MappedField] = {}
    window_seconds: Annotated[Count, Field(ge=1, le=86400)] | None = None
    aggregates: Mapping[Text, MappedField] = {}
    schema_ref: Annotated[Text, Field(pattern=_SCHEMA)] | None = None
    justification: Justification | None = None

    @property
    def sends_everything(self) -> bool:
        """Whether each message of the topics leaves the site."""
        return not self.drops and not self.aggregates

    @model_validator(mode="after")
    def _check(self) -> "Dataflow":
        if bool(self.aggregates) != (self.window_seconds is not None):
            allowed = "a number of seconds together with aggregates, or neither"
            refuse("window_seconds", self.window_seconds, allowed, "say what becomes of a span, and how long it is")
        for output, field in self.aggregates.items():
            if field.expression is None or not _AGGREGATE.search(field.expression):
                allowed = f"an expression with one of {', '.join(_AGGREGATES)}, of one input: average($1)"
                refuse(f"aggregates.{output}.expression", field.expression, allowed, "say what many values become")
        if self.sends_everything and self.justification is None:
            fix = "add drops or aggregates, or a justification with reason and expires"
            refuse("drops", None, "something that makes fewer messages leave the site", fix)
        if not self.sends_everything and self.justification is not None:
            allowed = "nothing where drops or aggregates make fewer messages leave the site"
            refuse("justification", self.justification, allowed, "take it out")
        return self

    def operations(self, broker: Input[str], to: Input[str]) -> list[dict[str, Any]]:
        """The steps of a data flow: source, transformation, destination."""
        steps: dict[str, Any] = {
            "serialization_format": "Json" if self.schema_ref is None else "Parquet",
            "filter": [{"type": "Filter", **rule.as_rule()} for rule in self.drops],
            "map": list(self._mapped()),
        }
        if self.schema_ref is not None:
            steps["schema_ref"] = self.schema_ref
        return [
            {
                "operation_type": "Source",
                "source_settings": {
                    "endpoint_ref": broker,
                    "data_sources": list(self.topics),
                    "serialization_format": "Json",
                },
            },
            {"operation_type": "BuiltInTransformation", "built_in_transformation_settings": steps},
            {
                "operation_type": "Destination",
                "destination_settings": {"endpoint_ref": to, "data_destination": self.destination},
            },
        ]

    def _mapped(self) -> Iterator[dict[str, Any]]:
        """Azure sends only what is mapped, so without a map all of it is."""
        if not self.map:
            yield {"type": "PassThrough", "inputs": ["*"], "output": "*"}
        for output, field in self.map.items():
            kind = "Rename" if field.expression is None else "Compute"
            yield {"type": kind, **field.as_rule(output)}

    def graph(self, broker: Input[str], registry: Input[str], to: Input[str]) -> dict[str, Any]:
        """The nodes of a data flow graph in one line, each connected with the next."""
        first = {
            "node_type": "Source",
            "name": "messages",
            "source_settings": {"endpoint_ref": broker, "data_sources": list(self.topics)},
        }
        last = {
            "node_type": "Destination",
            "name": "upstream",
            "destination_settings": {"endpoint_ref": to, "data_destination": self.destination},
        }
        nodes: list[dict[str, Any]] = [first, *self._steps(registry), last]
        return {
            "mode": "Enabled",
            "nodes": nodes,
            "node_connections": [
                {"from_": {"name": before["name"]}, "to": {"name": after["name"]}} for before, after in pairwise(nodes)
            ],
        }

    def _steps(self, registry: Input[str]) -> Iterator[dict[str, Any]]:
        if self.drops:
            rules = {"filter": [rule.as_rule() for rule in self.drops]}
            yield _step("drop", _FILTER, {"rules": rules}, registry)
        if self.map:
            rules = {"map": [field.as_rule(output) for output, field in self.map.items()]}
            yield _step("map", _MAP, {"rules": rules}, registry)
        span = {"type": "duration", "delaySeconds": self.window_seconds}
        rules = {"accumulate": [field.as_rule(output) for output, field in self.aggregates.items()]}
        yield _step("aggregate", _WINDOW, {"delay": span, "rules": rules}, registry)


def _step(name: str, artifact: str, configuration: Mapping[str, Any], registry: Input[str]) -> dict[str, Any]:
    return {
        "node_type": "Graph",
        "name": name,
        "graph_settings": {
            "artifact": artifact,
            "registry_endpoint_ref": registry,
            "configuration": [
                {"key": key, "value": json.dumps(value, separators=(",", ":"))} for key, value in configuration.items()
            ],
        },
    }


def check_flows(flows: Mapping[str, Dataflow], upstreams: Mapping[str, Upstream], instances: int) -> None:
    """Refuses flows to nowhere, and what the kind of their destination cannot take."""
    for key, flow in flows.items():
        upstream = upstreams.get(flow.upstream)
        if upstream is None:
            allowed = ", ".join(upstreams) or "the name of one of upstreams, of which there are none"
            refuse(f"dataflows.{key}.upstream", flow.upstream, allowed, "name one of them, or add it to upstreams")
        if flow.aggregates and upstream.kind not in AGGREGATED:
            allowed = f"nothing to {upstream.kind.value}: Azure aggregates to {_listed(AGGREGATED)} alone"
            refuse(f"dataflows.{key}.aggregates", flow.aggregates, allowed, "send to one of these, or use drops")
        lake = upstream.kind is UpstreamKind.DATA_LAKE
        if lake != (flow.schema_ref is not None):
            allowed = "a registered schema to DataLake" if lake else "nothing but to DataLake"
            refuse(f"dataflows.{key}.schema_ref", flow.schema_ref, allowed, "add it" if lake else "take it out")
    if instances > 1 and any(flow.aggregates for flow in flows.values()):
        allowed = "1 with aggregates: each instance would see a part of the messages"
        refuse("dataflow_instances", instances, allowed, "take it out, or aggregate elsewhere")


def _listed(kinds: Sequence[UpstreamKind]) -> str:
    return " and ".join(kind.value for kind in kinds)
