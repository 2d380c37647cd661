"""KubernetesCompute: a cluster that is there already, in Azure or elsewhere, takes jobs of Azure ML."""

import re
from collections.abc import Mapping
from typing import Annotated, NotRequired, Optional, TypedDict

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_azure_native import kubernetesconfiguration
from pulumi_azure_native import machinelearningservices as ml
from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from verdazure import tags
from verdazure.args import Count, Flag, Record, Text, TextLeaf, component_name, normalise, refuse, resource_type
from verdazure.compute.nodes import COMPUTE_NAME
from verdazure.extensions import extend
from verdazure.interfaces import LandingRef, Site, acting_as

EXTENSION = "microsoft.azureml.kubernetes"
KUBERNETES_NAME = r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"
"""A label of DNS, as Kubernetes names namespaces and services."""
_CLUSTER = re.compile(
    r"/subscriptions/[^/]+/resourceGroups/[^/]+/providers/"
    r"(Microsoft\.ContainerService/managedClusters|Microsoft\.Kubernetes/connectedClusters)/[^/]+"
)


class InstanceTypeArgs(TypedDict):
    """What one pod of a job may take of a node; a job asks for it by name."""

    cpu: str
    """Cores, as Kubernetes writes them: `4` or `500m`."""
    memory: str
    """As Kubernetes writes it: `16Gi`."""
    gpus: NotRequired[int]
    """NVIDIA GPUs. Default 0."""
    node_selector: NotRequired[dict[str, str]]
    """Labels of the nodes that it runs on, for instance those of a spot pool."""


class InferenceArgs(TypedDict):
    """How models are asked on the cluster: by TLS, from within it."""

    tls_secret: str
    """Name of the Kubernetes secret in the extension's namespace that holds `cert.pem` and `key.pem`."""
    host_name: str
    """Name that the certificate is for."""


class KubernetesComputeArgs(TypedDict):
    """What a team decides about a cluster that it has already."""

    landing: LandingRef
    """Where the workspace is: `landing.ref`."""
    workspace_name: Input[str]
    """Workspace that sends jobs to it."""
    cluster_id: Input[str]
    """ARM id of an AKS cluster, or of one that is connected by Azure Arc."""
    namespace: NotRequired[str]
    """Namespace that jobs run in. Default `azureml`."""
    instance_types: dict[str, InstanceTypeArgs]
    """What jobs may ask for, by name. There is no default: the service's own takes whole nodes' worth unbounded."""
    default_instance_type: NotRequired[str]
    """Name of the one that is taken where a job names none. Default: the first."""
    identity_id: NotRequired[Input[str]]
    """ARM id of the user-assigned identity that jobs act as. Default: system-assigned."""
    installs_extension: NotRequired[bool]
    """Whether the Azure ML extension is installed by this stack. Default true."""
    trains: NotRequired[bool]
    """Whether the extension runs training jobs. Default true."""
    inference: NotRequired[InferenceArgs]
    """Whether it serves models too. Default: it does not, as pods that wait for requests would run all day."""
    tags: NotRequired[dict[str, Input[str]]]
    """Further tags."""


class KubernetesCompute(pulumi.ComponentResource):
    """Jobs of Azure ML on nodes that run anyway, within limits that each job asks for by name.

    Raises: `ArgumentError` before any resource is registered, naming key, value, allowed values and fix.
    """

    resource_id: Output[str]
    """ARM id of the compute."""
    resource_name: Output[str]
    """Name by which jobs ask for it."""
    principal_id: Output[Optional[str]]
    """Object id of its system-assigned identity, unless `identity_id` was given."""

    def __init__(self, name: str, args: KubernetesComputeArgs, opts: Optional[ResourceOptions] = None) -> None:
        spec = normalise(self, name, args, _KubernetesCompute)
        super().__init__(resource_type(KubernetesCompute), name, dict(args), opts)

        before = [self._extension(name, spec)] if spec.installs_extension else []
        compute = ml.Compute(
            name,
            compute_name=name,
            workspace_name=spec.workspace_name,
            resource_group_name=spec.landing.resource_group_name,
            location=spec.landing.location,
            identity=acting_as(spec.identity_id),
            properties=ml.KubernetesArgs(
                compute_type="Kubernetes",
                resource_id=spec.cluster_id,
                disable_local_auth=True,
                properties=ml.KubernetesPropertiesArgs(
                    namespace=spec.namespace,
                    default_instance_type=spec.default_instance_type or next(iter(spec.instance_types)),
                    instance_types={key: kind.as_azure() for key, kind in spec.instance_types.items()},
                ),
            ),
            tags=tags.merged(spec.landing.tags, {}, spec.tags),
            opts=ResourceOptions(parent=self, depends_on=before),
        )

        self.resource_id, self.resource_name = compute.id, compute.name
        self.principal_id = compute.identity.apply(lambda identity: identity.principal_id if identity else None)
        self.register_outputs(
            {
                "resource_id": self.resource_id,
                "resource_name": self.resource_name,
                "principal_id": self.principal_id,
            }
        )

    def _extension(self, name: str, spec: "_KubernetesCompute") -> kubernetesconfiguration.Extension:
        settings = {"enableTraining": str(spec.trains), "enableInference": str(spec.inference is not None)}
        if spec.inference is not None:
            settings |= spec.inference.settings()
        child = ResourceOptions(parent=self)
        return extend(
            f"{name}-extension", spec.cluster_id, "azureml", EXTENSION, settings, child, namespace="azureml-system"
        )


# The checked arguments


def _cluster(cluster_id: Input[str]) -> Input[str]:
    if isinstance(cluster_id, str) and not _CLUSTER.fullmatch(cluster_id):
        allowed = "the ARM id of a Microsoft.ContainerService/managedClusters or Microsoft.Kubernetes/connectedClusters"
        refuse("", cluster_id, allowed, "take it from the cluster's stack: `pulumi stack output`")
    return cluster_id


class InstanceType(Record):
    """Checked `InstanceTypeArgs`."""

    cpu: Annotated[Text, Field(pattern=r"^[1-9]\d*m?$")]
    memory: Annotated[Text, Field(pattern=r"^[1-9]\d*(Mi|Gi)$")]
    gpus: Annotated[Count, Field(ge=0, le=16)] = 0
    node_selector: Mapping[str, Text] = {}

    def as_azure(self) -> ml.InstanceTypeSchemaArgs:
        """Requests equal limits, so that a node is never promised twice."""
        amounts = {"cpu": self.cpu, "memory": self.memory}
        if self.gpus:
            amounts["nvidia.com/gpu"] = str(self.gpus)
        resources = ml.InstanceTypeSchemaResourcesArgs(requests=amounts, limits=amounts)
        return ml.InstanceTypeSchemaArgs(node_selector=dict(self.node_selector) or None, resources=resources)


class Inference(Record):
    """Checked `InferenceArgs`."""

    tls_secret: Annotated[Text, Field(pattern=KUBERNETES_NAME)]
    host_name: Text

    def settings(self) -> dict[str, str]:
        """One router, as three would ask for three nodes. Microsoft Learn, Deploy the Azure Machine Learning extension
        on a Kubernetes cluster, review of its settings; read 2026-11-29."""
        return {
            "allowInsecureConnections": "False",
            "inferenceRouterHA": "False",
            "inferenceRouterServiceType": "ClusterIP",
            "sslCname": self.host_name,
            "sslSecret": self.tls_secret,
        }


class _KubernetesCompute(Record):
    landing: Site
    workspace_name: TextLeaf
    cluster_id: Annotated[TextLeaf, AfterValidator(_cluster)]
    namespace: Annotated[Text, Field(pattern=KUBERNETES_NAME)] = "azureml"
    instance_types: Annotated[Mapping[Text, InstanceType], Field(min_length=1)]
    default_instance_type: Text | None = None
    identity_id: TextLeaf | None = None
    installs_extension: Flag = True
    trains: Flag = True
    inference: Inference | None = None
    tags: Mapping[str, TextLeaf] = {}

    @model_validator(mode="after")
    def _check(self, info: ValidationInfo) -> "_KubernetesCompute":
        if not COMPUTE_NAME.fullmatch(component_name(info)):
            allowed = "3 to 16 letters, digits and dashes, starting with a letter, as Azure ML allows a compute"
            refuse("name", component_name(info), allowed, "rename the component")
        if self.default_instance_type is not None and self.default_instance_type not in self.instance_types:
            fix = "name one of them"
            refuse("default_instance_type", self.default_instance_type, ", ".join(self.instance_types), fix)
        if not self.trains and self.inference is None:
            refuse("trains", self.trains, "true, or inference", "say what the cluster is for")
        if not self.installs_extension and (self.inference is not None or not self.trains):
            allowed = "true where trains or inference say what the extension does"
            refuse("installs_extension", self.installs_extension, allowed, "leave both to who installed it")
        return self
