"""The broker of an IoT Operations site: how large it is, who may talk to it, and where it listens, by TLS alone."""

from collections.abc import Mapping
from enum import Enum
from typing import Annotated, Any, NamedTuple, NotRequired, TypedDict

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_azure_native import extendedlocation
from pulumi_azure_native import iotoperations as iot
from pydantic import AfterValidator, Field, model_validator

from verdazure.args import Count, Record, Text, refuse
from verdazure.compute.attach import KUBERNETES_NAME

# What an installation looks for by these names: templates of microsoft/edge-ai and Azure/digital-ops-scale-kit, read
# 2026-11-29.
NAMESPACE = "azure-iot-operations"
DEFAULT = "default"
INTERNAL_SERVICE, INTERNAL_PORT, INTERNAL_AUDIENCE = "aio-broker", 18883, "aio-internal"
INTERNAL_HOST = f"{INTERNAL_SERVICE}.{NAMESPACE}"
# azure-rest-api-specs, Microsoft.IoTOperations 2024-11-01, brokers: `create` without `update`; read 2026-11-29.
MADE_ONCE = ("advanced", "cardinality", "diskBackedMessageBuffer", "generateResourceLimits", "memoryProfile")
# azure-rest-api-specs, Microsoft.IoTOperations, pattern of the names below an instance; read 2026-11-29.
CHILD_NAME = r"^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$"
CLIENT = "client"
"""Attribute by which an authentication tells an authorization which of the `clients` it is."""


class BrokerMemory(str, Enum):
    """What each pod of the broker may keep in memory, by Azure's own names."""

    TINY = "Tiny"
    LOW = "Low"
    MEDIUM = "Medium"
    HIGH = "High"


class LogLevel(str, Enum):
    """From which severity on the broker and the data flows write logs."""

    ERROR = "error"
    WARN = "warn"
    INFO = "info"
    DEBUG = "debug"
    TRACE = "trace"


class ListenerReach(str, Enum):
    """From where a listener is reached, by Kubernetes' kinds of services as Azure names them."""

    CLUSTER = "ClusterIp"
    """From within the cluster."""
    LOAD_BALANCER = "LoadBalancer"
    """From the site's network, at an address of its own."""
    NODE_PORT = "NodePort"
    """From the site's network, at a port of each node."""


class BrokerArgs(TypedDict):
    """How large the broker is. Azure takes all of it, but for the logs, only when it makes a broker."""

    memory: NotRequired[BrokerMemory]
    """Default Low; Azure's own is Medium."""
    frontends: NotRequired[int]
    """Pods that take connections, 1 to 16. Default 1."""
    frontend_workers: NotRequired[int]
    """Workers in each of them, 1 to 16. Default 1."""
    partitions: NotRequired[int]
    """Parts that messages are spread over, 1 to 16. Default 1."""
    partition_workers: NotRequired[int]
    """Workers in each of their pods, 1 to 16. Default 1."""
    copies: NotRequired[int]
    """Pods that hold the same part, 1 to 5. Default 2, so that a message outlives one of them."""
    buffer_gb: NotRequired[int]
    """GB of disk for messages that memory has no room for, of each pod: 1 to 100. Default 1."""
    buffer_storage_class: NotRequired[str]
    """Kubernetes storage class of that disk. Default: the node's own."""
    log_level: NotRequired[LogLevel]
    """Default warn: logs that nobody reads are written all day."""


class BrokerClientArgs(TypedDict):
    """A client that shows a certificate, and the topics that are open to it."""

    subject: str
    """Distinguished name of its certificate, or of the authority above it: `CN = smart-fan`."""
    publishes: NotRequired[list[str]]
    """Topics that it may write to; `+` and `#` stand for one level and for all that follow."""
    subscribes: NotRequired[list[str]]
    """Topics that it may read."""


class ListenerArgs(TypedDict):
    """A port for clients beside those of the installation itself. It speaks TLS, and asks who is there."""

    port: int
    """1 to 65535."""
    reach: NotRequired[ListenerReach]
    """Default ClusterIp."""
    node_port: NotRequired[int]
    """Port of each node, 1 to 65535, with NodePort. Default: Kubernetes chooses."""
    tls_secret: NotRequired[str]
    """Kubernetes secret that holds the certificate of the port; its name, not what it holds. Default: the site's issuer
    makes one and renews it."""
    dns_names: NotRequired[list[str]]
    """Further names that the issuer's certificate is for, such as the one that devices use."""
    ip_addresses: NotRequired[list[str]]
    """Further addresses that it is for."""
    client_ca: NotRequired[str]
    """Kubernetes config map with the authorities that sign clients' certificates: X.509. Default: none, then clients
    are pods and show the tokens of their service accounts."""
    audience: NotRequired[str]
    """Audience of the tokens of pods. Default `aio-internal` without a `client_ca`; with one: no tokens."""
    clients: NotRequired[dict[str, BrokerClientArgs]]
    """Who may do what, by a name that stays; all else is refused. Default: a client that has shown who it is may do
    everything."""


# The resources


class Place(NamedTuple):
    """Where the children of an instance belong."""

    instance_name: Input[str]
    resource_group_name: Input[str]
    extended_location: Mapping[str, Input[str]]
    """The custom location, as each child names it."""

    @classmethod
    def of(cls, location: extendedlocation.CustomLocation, instance: iot.Instance, group: Input[str]) -> "Place":
        """The place in that instance at that location."""
        return cls(instance.name, group, located(location))

    def arguments(self) -> dict[str, Any]:
        """What each child takes."""
        return self._asdict()


def located(location: extendedlocation.CustomLocation) -> dict[str, Input[str]]:
    """A custom location, as what lies in it names it."""
    return {"name": location.id, "type": "CustomLocation"}


def make_broker(
    name: str, spec: "Broker", issuer: Mapping[str, str], place: Place, opts: ResourceOptions
) -> tuple[iot.Broker, list[pulumi.Resource]]:
    """The broker with the listener that the installation itself talks to, and what belongs to it."""
    made_once = ResourceOptions(
        replace_on_changes=[f"properties.{each}" for each in MADE_ONCE], delete_before_replace=True
    )
    broker = iot.Broker(
        name,
        broker_name=DEFAULT,
        properties=spec.as_azure(),
        **place.arguments(),
        opts=ResourceOptions.merge(opts, made_once),
    )
    internal = Listener(port=INTERNAL_PORT)
    return broker, _listen(f"{name}-internal", DEFAULT, INTERNAL_SERVICE, internal, broker, issuer, place, opts)


def listen(
    name: str,
    asked: Mapping[str, "Listener"],
    broker: iot.Broker,
    issuer: Mapping[str, str],
    place: Place,
    opts: ResourceOptions,
) -> list[pulumi.Resource]:
    """The listeners that were asked for, each with its authentication."""
    return [
        each
        for key, listener in asked.items()
        for each in _listen(f"{name}-listener-{key}", key, service_of(key), listener, broker, issuer, place, opts)
    ]


def service_of(key: str) -> str:
    """The Kubernetes service of a listener."""
    return f"{INTERNAL_SERVICE}-{key}"


def _listen(
    child: str,
    key: str,
    service: str,
    asked: "Listener",
    broker: iot.Broker,
    issuer: Mapping[str, str],
    place: Place,
    opts: ResourceOptions,
) -> list[pulumi.Resource]:
    below: dict[str, Any] = {"broker_name": broker.name, **place.arguments(), "opts": opts}
    asks = iot.BrokerAuthentication(
        child, authentication_name=key, properties={"authentication_methods": asked.methods()}, **below
    )
    allows = (
        iot.BrokerAuthorization(
            child,
            authorization_name=key,
            properties={"authorization_policies": {"cache": "Enabled", "rules": asked.rules()}},
            **below,
        )
        if asked.clients
        else None
    )
    named = [asks, *([allows] if allows else [])]
    # By their plain names, so that a preview can tell that every port asks who is there.
    port = {**asked.port_as_azure(issuer), "authentication_ref": key}
    if allows is not None:
        port["authorization_ref"] = key
    listener = iot.BrokerListener(
        child,
        listener_name=key,
        properties={"service_name": service, "service_type": asked.reach.value, "ports": [port]},
        **{**below, "opts": ResourceOptions.merge(opts, ResourceOptions(depends_on=named))},
    )
    return [*named, listener]


# The checked arguments


def topic_filter(topic: str) -> str:
    """Refuses what MQTT takes for no filter of topics."""
    *levels, last = topic.split("/")
    if any("#" in each for each in levels) or (last != "#" and "#" in last):
        refuse("", topic, "a topic with # as its last level alone", "move # to the end")
    if any("+" in each and each != "+" for each in (*levels, last)):
        refuse("", topic, "a topic with + as a whole level", "let + stand alone between slashes")
    return topic


Topic = Annotated[Text, AfterValidator(topic_filter)]
Workers = Annotated[Count, Field(ge=1, le=16)]
Port = Annotated[Count, Field(ge=1, le=65535)]


class Broker(Record):
    """Checked `BrokerArgs`. Ranges: azure-rest-api-specs, Microsoft.IoTOperations, brokers; read 2026-11-29."""

    memory: BrokerMemory = BrokerMemory.LOW
    frontends: Workers = 1
    frontend_workers: Workers = 1
    partitions: Workers = 1
    partition_workers: Workers = 1
    copies: Annotated[Count, Field(ge=1, le=5)] = 2
    buffer_gb: Annotated[Count, Field(ge=1, le=100)] = 1
    buffer_storage_class: Text | None = None
    log_level: LogLevel = LogLevel.WARN

    def as_azure(self) -> dict[str, Any]:
        """CPU is not reserved: small sites have no more cores than workers. Traces are off, as nobody collects them."""
        buffer: dict[str, Any] = {"max_size": f"{self.buffer_gb}G"}
        if self.buffer_storage_class is not None:
            buffer["ephemeral_volume_claim_spec"] = {
                "access_modes": ["ReadWriteOnce"],
                "storage_class_name": self.buffer_storage_class,
            }
        return {
            "memory_profile": self.memory.value,
            "cardinality": {
                "frontend": {"replicas": self.frontends, "workers": self.frontend_workers},
                "backend_chain": {
                    "partitions": self.partitions,
                    "workers": self.partition_workers,
                    "redundancy_factor": self.copies,
                },
            },
            "disk_backed_message_buffer": buffer,
            "generate_resource_limits": {"cpu": "Disabled"},
            "diagnostics": {"logs": {"level": self.log_level.value}, "traces": {"mode": "Disabled"}},
        }


class BrokerClient(Record):
    """Checked `BrokerClientArgs`."""

    subject: Text
    publishes: tuple[Topic, ...] = ()
    subscribes: tuple[Topic, ...] = ()

    @model_validator(mode="after")
    def _check(self) -> "BrokerClient":
        if not self.publishes and not self.subscribes:
            refuse("publishes", None, "topics here or in subscribes", "say what it may do, or take the client out")
        return self

    def rule(self, key: str) -> dict[str, Any]:
        """What Azure lets a client of that name do."""
        allowed = [{"method": "Publish", "topics": list(self.publishes)}] if self.publishes else []
        allowed += [{"method": "Subscribe", "topics": list(self.subscribes)}] if self.subscribes else []
        return {
            "principals": {"attributes": [{CLIENT: key}]},
            "broker_resources": [{"method": "Connect"}, *allowed],
        }


class Listener(Record):
    """Checked `ListenerArgs`."""

    port: Port
    reach: ListenerReach = ListenerReach.CLUSTER
    node_port: Port | None = None
    tls_secret: Annotated[Text, Field(pattern=KUBERNETES_NAME)] | None = None
    dns_names: tuple[Text, ...] = ()
    ip_addresses: tuple[Text, ...] = ()
    client_ca: Annotated[Text, Field(pattern=KUBERNETES_NAME)] | None = None
    audience: Text | None = None
    clients: Mapping[Text, BrokerClient] = {}

    @model_validator(mode="after")
    def _check(self) -> "Listener":
        if self.node_port is not None and self.reach is not ListenerReach.NODE_PORT:
            refuse("node_port", self.node_port, "nothing without reach NodePort", "take it out, or set reach")
        if self.tls_secret is not None and (self.dns_names or self.ip_addresses):
            allowed = "nothing beside dns_names and ip_addresses, which the issuer's certificate is for"
            refuse("tls_secret", self.tls_secret, allowed, "take them out: your certificate says whom it is for")
        if self.clients and self.client_ca is None:
            allowed = "nothing without client_ca: clients are told apart by their certificates"
            refuse("clients", self.clients, allowed, "add client_ca, or take them out")
        return self

    def methods(self) -> list[dict[str, Any]]:
        """How it asks who is there: in no case by nothing."""
        found: list[dict[str, Any]] = []
        if self.client_ca is not None:
            x509: dict[str, Any] = {"trusted_client_ca_cert": self.client_ca}
            if self.clients:
                x509["authorization_attributes"] = {
                    key: {"subject": client.subject, "attributes": {CLIENT: key}}
                    for key, client in self.clients.items()
                }
            found.append({"method": "X509", "x509_settings": x509})
        if self.audience is not None or self.client_ca is None:
            audiences = [self.audience or INTERNAL_AUDIENCE]
            found.append({"method": "ServiceAccountToken", "service_account_token_settings": {"audiences": audiences}})
        return found

    def rules(self) -> list[dict[str, Any]]:
        """What each client may do."""
        return [client.rule(key) for key, client in self.clients.items()]

    def port_as_azure(self, issuer: Mapping[str, str]) -> dict[str, Any]:
        """The port with its TLS."""
        port: dict[str, Any] = {"port": self.port, "protocol": "Mqtt"}
        if self.node_port is not None:
            port["node_port"] = self.node_port
        if self.tls_secret is not None:
            return {**port, "tls": {"mode": "Manual", "manual": {"secret_ref": self.tls_secret}}}
        certificate: dict[str, Any] = {"issuer_ref": issuer}
        if self.dns_names or self.ip_addresses:
            certificate["san"] = {"dns": list(self.dns_names), "ip": list(self.ip_addresses)}
        return {**port, "tls": {"mode": "Automatic", "cert_manager_certificate_spec": certificate}}


def address(host: str, port: int) -> Output[str]:
    """Where clients within the cluster connect."""
    return Output.from_input(f"mqtts://{host}:{port}")
