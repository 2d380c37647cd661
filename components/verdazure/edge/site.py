"""EdgeSite: Azure IoT Operations on a cluster near the machines, which sends results to Azure in place of signals.

All of it is Azure Resource Manager. What azure-native 3.29 does not have, as its API version for IoT Operations is
2024-11-01: an instance's `features` and `adrNamespaceRef`, and the broker's `persistence`. Data flow graphs and
registry endpoints are those of 2025-07-01-preview. Azure Monitor's list of resource logs has neither instances nor
schema registries (read 2026-11-29), so there are no diagnostic settings.
"""

import re
from collections.abc import Mapping
from enum import Enum
from typing import Annotated, NotRequired, Optional, TypedDict

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_azure_native import deviceregistry, extendedlocation, kubernetesconfiguration, managedidentity, storage
from pulumi_azure_native import iotoperations as iot
from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from verdazure import facts, tags
from verdazure.args import Count, Flag, Record, Text, TextLeaf, component_name, normalise, refuse, resource_type
from verdazure.compute.attach import (
    KUBERNETES_NAME,
    Inference,
    InstanceType,
    InstanceTypeArgs,
    KubernetesCompute,
)
from verdazure.compute.nodes import COMPUTE_NAME
from verdazure.edge.broker import (
    CHILD_NAME,
    DEFAULT,
    INTERNAL_AUDIENCE,
    INTERNAL_HOST,
    INTERNAL_PORT,
    NAMESPACE,
    Broker,
    BrokerArgs,
    Listener,
    ListenerArgs,
    Place,
    listen,
    located,
    make_broker,
    service_of,
)
from verdazure.edge.dataflows import (
    Dataflow,
    DataflowArgs,
    Upstream,
    UpstreamArgs,
    check_flows,
    connect_upstreams,
    profile,
    send,
    source,
    transforms,
)
from verdazure.extensions import extend
from verdazure.interfaces import (
    LandingRef,
    Lock,
    PrincipalType,
    RoleAssignment,
    RoleAssignmentArgs,
    Site,
    grant,
    grant_all,
    lock,
    name_of,
    resource_group_of,
)
from verdazure.naming import Kind, check_name, named, physical_name

_CLUSTER = re.compile(
    r"/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft\.Kubernetes/connectedClusters/[^/]+"
)
BROKER = f"mqtts://{INTERNAL_HOST}:{INTERNAL_PORT}"
# The issuer and the bundle of authorities that an installation makes for itself, the account of its pods that move
# data, and whom a cluster's token is for. microsoft/edge-ai and Azure/digital-ops-scale-kit, read 2026-11-29.
SELF_SIGNED_ISSUER, SELF_SIGNED_BUNDLE = f"{NAMESPACE}-aio-certificate-issuer", f"{NAMESPACE}-aio-ca-trust-bundle"
SUBJECT, AUDIENCE = f"system:serviceaccount:{NAMESPACE}:aio-dataflow", "api://AzureADTokenExchange"


class IssuerKind(str, Enum):
    """Kinds of cert-manager's issuers."""

    ISSUER = "Issuer"
    CLUSTER_ISSUER = "ClusterIssuer"


class TrustArgs(TypedDict):
    """Who signs the site's certificates, where it is an authority of your own."""

    issuer: str
    """Name of cert-manager's issuer."""
    issuer_kind: NotRequired[IssuerKind]
    """Default ClusterIssuer."""
    config_map: str
    """Kubernetes config map that holds the authorities to trust."""
    config_map_key: NotRequired[str]
    """Key in it. Default `ca.crt`."""


class EdgeInferenceArgs(TypedDict):
    """Models of Azure ML that answer at the site."""

    workspace_name: Input[str]
    """Workspace that deploys to it."""
    instance_types: dict[str, InstanceTypeArgs]
    """What a model may take of a node, by name."""
    tls_secret: str
    """Name of the Kubernetes secret in the extension's namespace that holds `cert.pem` and `key.pem`."""
    host_name: str
    """Name that the certificate is for."""
    namespace: NotRequired[str]
    """Kubernetes namespace that they run in. Default `azureml`."""


class EdgeSiteArgs(TypedDict):
    """What a team decides about a site."""

    landing: LandingRef
    """Where the site's resources in Azure are: `landing.ref`."""
    cluster_id: Input[str]
    """ARM id of a cluster that is connected by Azure Arc, in the landing's region, with custom locations, workload
    identity and its token issuer enabled."""
    token_issuer: Input[str]
    """The cluster's token issuer: `az connectedk8s show --query oidcIssuerProfile.issuerUrl`."""
    storage_account_id: Input[str]
    """ARM id of a storage account with hierarchical namespace that receives the message schemas, in a container of
    their own; trusted services of Azure reach it."""
    release: NotRequired[str]
    """Release of IoT Operations by year and month, of those in the facts table. Default: the newest."""
    auto_upgrade: NotRequired[bool]
    """Whether Azure installs newer minor versions by itself, which interrupts the site. Default false."""
    installs_cert_manager: NotRequired[bool]
    """Whether cert-manager is installed by this stack. Default true; false where the cluster has it."""
    trust: NotRequired[TrustArgs]
    """Default: the installation signs its certificates itself."""
    broker: NotRequired[BrokerArgs]
    """Default: the smallest that keeps two copies of a message."""
    listeners: NotRequired[dict[str, ListenerArgs]]
    """Ports for clients, by a name that stays. Default: within the cluster alone, for pods."""
    upstreams: NotRequired[dict[str, UpstreamArgs]]
    """Destinations in Azure, by a name that stays."""
    dataflows: NotRequired[dict[str, DataflowArgs]]
    """What is sent there, by a name that stays."""
    dataflow_instances: NotRequired[int]
    """Pods that share the work of the data flows, 1 to 20. Default 1."""
    inference: NotRequired[EdgeInferenceArgs]
    """Models that answer at the site. Default: none."""
    tags: NotRequired[dict[str, Input[str]]]
    """Further tags."""
    lock: NotRequired[Lock]
    """Lock on the instance."""
    role_assignments: NotRequired[dict[str, RoleAssignmentArgs]]
    """Who may do what on the instance."""


class EdgeSite(pulumi.ComponentResource):
    """IoT Operations on your own cluster: a small broker that speaks TLS, and data that is made less before it leaves.

    Raises: `ArgumentError` before any resource is registered, naming key, value, allowed values and fix.
    """

    resource_id: Output[str]
    """ARM id of the instance."""
    resource_name: Output[str]
    """Its name."""
    principal_id: Output[str]
    """Object id of the identity that the site sends to Azure as."""
    custom_location_id: Output[str]
    """ARM id of the custom location, in which assets and devices of the site belong."""
    schema_registry_id: Output[str]
    """ARM id of the schema registry."""
    broker_address: Output[str]
    """Where pods of the cluster reach the broker."""
    listener_addresses: Output[dict[str, str]]
    """Where they reach the listeners, by name; what lies outside goes by the address that the cluster gives them."""

    def __init__(self, name: str, args: EdgeSiteArgs, opts: Optional[ResourceOptions] = None) -> None:
        spec = normalise(self, name, args, _EdgeSite)
        super().__init__(resource_type(EdgeSite), name, dict(args), opts)
        child = ResourceOptions(parent=self)
        labels = tags.merged(spec.landing.tags, {}, spec.tags)
        self._warn(spec)

        identity = self._identity(name, spec, labels, child)
        installed = self._install(name, spec, child)
        registry, granted = self._registry(name, spec, installed[-1], labels, child)
        location = self._location(name, spec, installed, labels, child)
        after = ResourceOptions.merge(child, ResourceOptions(depends_on=granted))
        instance = self._instance(name, spec, identity, registry, location, labels, after)
        place = Place.of(location, instance, spec.landing.resource_group_name)
        listening = self._broker(name, spec, place, child)
        flowing = self._dataflows(name, spec, identity, place, listening, child)
        self._serve(name, spec, args, installed, child)

        self.resource_id, self.resource_name = instance.id, instance.name
        self.principal_id, self.custom_location_id = identity.principal_id, location.id
        self.schema_registry_id = registry.id
        self.broker_address = Output.from_input(BROKER)
        self.listener_addresses = Output.from_input(spec.addresses())
        assigned = grant_all(name, instance.id, spec.role_assignments, child)
        lock(name, instance.id, spec.lock, [*listening, *flowing, *assigned], child)
        self.register_outputs(
            {
                "resource_id": self.resource_id,
                "resource_name": self.resource_name,
                "principal_id": self.principal_id,
                "custom_location_id": self.custom_location_id,
                "schema_registry_id": self.schema_registry_id,
                "broker_address": self.broker_address,
                "listener_addresses": self.listener_addresses,
            }
        )

    def _warn(self, spec: "_EdgeSite") -> None:
        for key, flow in spec.dataflows.items():
            if flow.justification is not None:
                said = f"until {flow.justification.expires}: {flow.justification.reason}"
                pulumi.log.warn(f"Data flow '{key}' sends every message of its topics to Azure, {said}", self)

    def _identity(
        self, name: str, spec: "_EdgeSite", labels: Mapping[str, Input[str]], child: ResourceOptions
    ) -> managedidentity.UserAssignedIdentity:
        """An identity that the cluster's own tokens are exchanged for: no key is at the site."""
        identity = managedidentity.UserAssignedIdentity(
            name,
            resource_group_name=spec.landing.resource_group_name,
            location=spec.landing.location,
            tags=labels,
            opts=ResourceOptions.merge(child, named(physical_name(Kind.IDENTITY, name, spec.landing.name_suffix))),
        )
        managedidentity.FederatedIdentityCredential(
            f"{name}-dataflow",
            resource_name_=identity.name,
            federated_identity_credential_resource_name="aio-dataflow",
            resource_group_name=spec.landing.resource_group_name,
            issuer=spec.token_issuer,
            subject=SUBJECT,
            audiences=[AUDIENCE],
            opts=child,
        )
        return identity

    def _install(self, name: str, spec: "_EdgeSite", child: ResourceOptions) -> list[kubernetesconfiguration.Extension]:
        """The extensions, each after the one that it needs; that of IoT Operations is the last."""
        release = facts.iot_operations.get(spec.release)
        made: list[kubernetesconfiguration.Extension] = []

        def install(
            part: str,
            extension: str,
            kind: str,
            version: str,
            settings: Mapping[str, str],
            namespace: str | None = None,
        ) -> None:
            extended = extend(
                f"{name}-{part}",
                spec.cluster_id,
                extension,
                kind,
                settings,
                ResourceOptions.merge(child, ResourceOptions(depends_on=made[-1:])),
                namespace=namespace,
                version=None if spec.auto_upgrade else version,
                train=release.train,
            )
            made.append(extended)

        if spec.installs_cert_manager:
            manager = "cert-manager"
            install("certificates", manager, "microsoft.certmanagement", release.cert_manager, CERTIFICATES, manager)
        install("secrets", "azure-secret-store", "microsoft.azure.secretstore", release.secret_store, SECRETS)
        operations = "microsoft.iotoperations"
        install("operations", NAMESPACE, operations, release.iot_operations, spec.settings(), NAMESPACE)
        return made

    def _registry(
        self,
        name: str,
        spec: "_EdgeSite",
        operations: kubernetesconfiguration.Extension,
        labels: Mapping[str, Input[str]],
        child: ResourceOptions,
    ) -> tuple[deviceregistry.SchemaRegistry, list[pulumi.Resource]]:
        """The schemas of messages, in a container that only the registry's own identity is let into."""
        account = Output.from_input(spec.storage_account_id)
        container = storage.BlobContainer(
            f"{name}-schemas",
            container_name=physical_name(Kind.SCHEMA_REGISTRY, name, spec.landing.name_suffix),
            account_name=account.apply(name_of),
            resource_group_name=account.apply(resource_group_of),
            public_access="None",
            opts=child,
        )
        registry_name = physical_name(Kind.SCHEMA_REGISTRY, name, spec.landing.name_suffix)
        registry = deviceregistry.SchemaRegistry(
            name,
            schema_registry_name=registry_name,
            namespace=registry_name,
            resource_group_name=spec.landing.resource_group_name,
            location=spec.landing.location,
            identity={"type": "SystemAssigned"},
            storage_account_container_url=Output.concat(
                "https://", account.apply(name_of), ".blob.core.windows.net/", container.name
            ),
            tags=labels,
            opts=child,
        )
        own = registry.identity.apply(lambda identity: identity.principal_id if identity else "")
        site = operations.identity.apply(lambda identity: identity.principal_id if identity else "")
        kind = PrincipalType.SERVICE_PRINCIPAL
        # The site writes the schemas that it learns: microsoft/edge-ai, iot-ops-instance, gives it this role there.
        return registry, [
            grant(f"{name}-schemas-store", container.id, "Storage Blob Data Contributor", own, kind, child),
            grant(f"{name}-schemas-site", registry.id, "Contributor", site, kind, child),
        ]

    def _location(
        self,
        name: str,
        spec: "_EdgeSite",
        installed: list[kubernetesconfiguration.Extension],
        labels: Mapping[str, Input[str]],
        child: ResourceOptions,
    ) -> extendedlocation.CustomLocation:
        """The cluster's namespace as a place that Azure deploys to."""
        location_name = physical_name(Kind.CUSTOM_LOCATION, name, spec.landing.name_suffix)
        return extendedlocation.CustomLocation(
            name,
            resource_group_name=spec.landing.resource_group_name,
            location=spec.landing.location,
            host_resource_id=spec.cluster_id,
            host_type="Kubernetes",
            namespace=NAMESPACE,
            display_name=location_name,
            cluster_extension_ids=[each.id for each in installed[-2:]],
            identity={"type": "SystemAssigned"},
            tags=labels,
            opts=ResourceOptions.merge(child, named(location_name)),
        )

    def _instance(
        self,
        name: str,
        spec: "_EdgeSite",
        identity: managedidentity.UserAssignedIdentity,
        registry: deviceregistry.SchemaRegistry,
        location: extendedlocation.CustomLocation,
        labels: Mapping[str, Input[str]],
        opts: ResourceOptions,
    ) -> iot.Instance:
        return iot.Instance(
            name,
            instance_name=physical_name(Kind.IOT_OPERATIONS, name, spec.landing.name_suffix),
            resource_group_name=spec.landing.resource_group_name,
            location=spec.landing.location,
            extended_location=located(location),
            identity={"type": "UserAssigned", "user_assigned_identities": [identity.id]},
            properties={"schema_registry_ref": {"resource_id": registry.id}},
            tags=labels,
            opts=opts,
        )

    def _broker(self, name: str, spec: "_EdgeSite", place: Place, child: ResourceOptions) -> list[pulumi.Resource]:
        made, listening = make_broker(name, spec.broker, spec.issuer(), place, child)
        listening += listen(name, spec.listeners, made, spec.issuer(), place, child)
        return [made, *listening]

    def _dataflows(
        self,
        name: str,
        spec: "_EdgeSite",
        identity: managedidentity.UserAssignedIdentity,
        place: Place,
        before: list[pulumi.Resource],
        child: ResourceOptions,
    ) -> list[pulumi.Resource]:
        after = ResourceOptions.merge(child, ResourceOptions(depends_on=before))
        pods = profile(name, spec.dataflow_instances, spec.broker.log_level.value, place, after)
        local = source(name, spec.bundle(), place, child)
        registry = transforms(name, place, child) if spec.aggregates else None
        upstreams = connect_upstreams(name, spec.upstreams, identity, place, child)
        flows = send(name, spec.dataflows, pods, local, registry, upstreams, place, child)
        return [pods, local, *([registry] if registry else []), *upstreams.values(), *flows]

    def _serve(
        self,
        name: str,
        spec: "_EdgeSite",
        args: EdgeSiteArgs,
        installed: list[kubernetesconfiguration.Extension],
        child: ResourceOptions,
    ) -> None:
        """Models are served by the component that attaches clusters, within the same limits, and nothing is trained."""
        asked = args.get("inference")
        if asked is None or spec.inference is None:
            return
        KubernetesCompute(
            spec.compute_name(name),
            {
                "landing": args["landing"],
                "workspace_name": asked["workspace_name"],
                "cluster_id": spec.cluster_id,
                "namespace": spec.inference.namespace,
                "instance_types": asked["instance_types"],
                "trains": False,
                "inference": {"tls_secret": asked["tls_secret"], "host_name": asked["host_name"]},
                "tags": dict(spec.tags),
            },
            ResourceOptions.merge(child, ResourceOptions(depends_on=installed)),
        )


# The checked arguments

# Azure/digital-ops-scale-kit, enablement.bicep and aio-releases/2607.yaml on: nothing is synchronised into secrets that
# nobody names. Read 2026-11-29.
CERTIFICATES: Mapping[str, str] = {
    "AgentOperationTimeoutInMinutes": "20",
    "global.telemetry.enabled": "true",
    "trust-manager.secretTargets.enabled": "false",
    "trust-manager.secretTargets.authorizedSecretsAll": "false",
}
SECRETS: Mapping[str, str] = {
    "rotationPollIntervalInSeconds": "120",
    "validatingAdmissionPolicies.applyPolicies": "false",
}


def _cluster(cluster_id: Input[str]) -> Input[str]:
    if isinstance(cluster_id, str) and not _CLUSTER.fullmatch(cluster_id):
        allowed = "the ARM id of a Microsoft.Kubernetes/connectedClusters"
        refuse("", cluster_id, allowed, "connect it: az connectedk8s connect")
    return cluster_id


def _release(name: str) -> str:
    if name not in facts.iot_operations():
        refuse("", name, ", ".join(facts.iot_operations()), "take one of these: `verdazure facts show iot_operations`")
    return name


def _child_names(names: Mapping[str, object]) -> Mapping[str, object]:
    for key in names:
        if key == DEFAULT or not re.fullmatch(CHILD_NAME, key):
            allowed = f"names of 3 to 63 small letters, digits and dashes, no dash at either end, not {DEFAULT}"
            refuse("", key, allowed, "rename it")
    return names


class _Trust(Record):
    issuer: Text
    issuer_kind: IssuerKind = IssuerKind.CLUSTER_ISSUER
    config_map: Annotated[Text, Field(pattern=KUBERNETES_NAME)]
    config_map_key: Text = "ca.crt"


class _EdgeInference(Inference):
    workspace_name: TextLeaf
    instance_types: Annotated[Mapping[Text, InstanceType], Field(min_length=1)]
    namespace: Annotated[Text, Field(pattern=KUBERNETES_NAME)] = "azureml"


class _EdgeSite(Record):
    landing: Site
    cluster_id: Annotated[TextLeaf, AfterValidator(_cluster)]
    token_issuer: TextLeaf
    storage_account_id: TextLeaf
    release: Annotated[Text, AfterValidator(_release)] = max(facts.iot_operations())
    auto_upgrade: Flag = False
    installs_cert_manager: Flag = True
    trust: _Trust | None = None
    broker: Broker = Broker()
    listeners: Annotated[Mapping[Text, Listener], AfterValidator(_child_names)] = {}
    upstreams: Annotated[Mapping[Text, Upstream], AfterValidator(_child_names)] = {}
    dataflows: Annotated[Mapping[Text, Dataflow], AfterValidator(_child_names)] = {}
    dataflow_instances: Annotated[Count, Field(ge=1, le=20)] = 1
    inference: _EdgeInference | None = None
    tags: Mapping[str, TextLeaf] = {}
    lock: Lock | None = None
    role_assignments: Mapping[str, RoleAssignment] = {}

    @model_validator(mode="after")
    def _check(self, info: ValidationInfo) -> "_EdgeSite":
        name = component_name(info)
        check_name(name, Kind.IDENTITY, Kind.CUSTOM_LOCATION, Kind.SCHEMA_REGISTRY, Kind.IOT_OPERATIONS)
        if self.inference is not None and not COMPUTE_NAME.fullmatch(self.compute_name(name)):
            allowed = "up to 13 letters, digits and dashes with inference, as Azure ML names the compute after it"
            refuse("name", name, allowed, "rename the component")
        check_flows(self.dataflows, self.upstreams, self.dataflow_instances)
        return self

    @property
    def aggregates(self) -> bool:
        """Whether any data flow needs the steps of a graph."""
        return any(flow.aggregates for flow in self.dataflows.values())

    def compute_name(self, name: str) -> str:
        """What Azure ML calls the site."""
        return f"{name}-ml"

    def issuer(self) -> dict[str, str]:
        """Who signs the certificates of ports."""
        named, kind = SELF_SIGNED_ISSUER, IssuerKind.CLUSTER_ISSUER
        if self.trust is not None:
            named, kind = self.trust.issuer, self.trust.issuer_kind
        return {"name": named, "kind": kind.value, "group": "cert-manager.io"}

    def bundle(self) -> str:
        """Config map of the authorities that clients of the broker trust."""
        return self.trust.config_map if self.trust is not None else SELF_SIGNED_BUNDLE

    def addresses(self) -> dict[str, str]:
        """Where each listener is."""
        return {
            key: f"mqtts://{service_of(key)}.{NAMESPACE}:{listener.port}" for key, listener in self.listeners.items()
        }

    def settings(self) -> dict[str, str]:
        """What the extension needs to find its own broker, as both templates of Microsoft say it. Metrics are for a
        collector that this does not install."""
        found = {
            "AgentOperationTimeoutInMinutes": "120",
            "connectors.values.mqttBroker.address": BROKER,
            "connectors.values.mqttBroker.serviceAccountTokenAudience": INTERNAL_AUDIENCE,
            "dataFlows.values.tinyKube.mqttBroker.hostName": INTERNAL_HOST,
            "dataFlows.values.tinyKube.mqttBroker.port": str(INTERNAL_PORT),
            "dataFlows.values.tinyKube.mqttBroker.authentication.serviceAccountTokenAudience": INTERNAL_AUDIENCE,
            "dataFlows.values.wasmGraphController.mqttBroker.caCertConfigMapRef": self.bundle(),
            "dataFlows.values.wasmGraphController.mqttBroker.caCertFileName": (
                self.trust.config_map_key if self.trust is not None else "ca.crt"
            ),
            "observability.metrics.enabled": "false",
            "observability.metrics.openTelemetryCollectorAddress": "",
            "schemaRegistry.values.mqttBroker.host": BROKER,
            "schemaRegistry.values.mqttBroker.serviceAccountTokenAudience": INTERNAL_AUDIENCE,
            "trustSource": "SelfSigned",
        }
        if self.trust is None:
            return found
        return {
            **found,
            "trustSource": "CustomerManaged",
            "trustBundleSettings.issuer.name": self.trust.issuer,
            "trustBundleSettings.issuer.kind": self.trust.issuer_kind.value,
            "trustBundleSettings.configMap.name": self.trust.config_map,
            "trustBundleSettings.configMap.key": self.trust.config_map_key,
        }
