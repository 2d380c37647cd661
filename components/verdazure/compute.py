"""GpuCluster: an Azure ML cluster that scales to zero and runs on spare capacity."""

import re
from collections.abc import Mapping
from enum import Enum
from typing import Annotated, NotRequired, Optional, TypedDict

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_azure_native import machinelearningservices as ml
from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from verdazure import facts, guardrails, tags
from verdazure.args import Count, Flag, Record, Text, TextLeaf, component_name, normalise, refuse, resource_type
from verdazure.interfaces import LandingRef, Site, weakened

# Azure answers 200 to a change of these and keeps the old value (azure-rest-api-specs#18889): only a new cluster
# takes it.
REPLACED_ON = ["properties.properties.vmSize", "properties.properties.vmPriority", "properties.properties.subnet"]
FALLBACK_SUFFIX = "-ded"
# Microsoft's pages disagree, 2 to 16 characters (resource name rules) or 3 to 32 (clusters): what both take.
COMPUTE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{1,14}[A-Za-z0-9]")


class Priority(str, Enum):
    """Where the nodes' capacity comes from, by Azure's own names."""

    LOW_PRIORITY = "LowPriority"
    """Spare capacity. Since 2026-03-31 these are Spot VMs: the price varies up to that of dedicated nodes, Azure may
    take a node back when it needs the capacity, and the job goes on from its last checkpoint on another one."""
    DEDICATED = "Dedicated"
    """Reserved while it runs; never taken back."""


class GpuClusterArgs(TypedDict):
    """What a team decides about a cluster."""

    landing: LandingRef
    """Where it is deployed: `landing.ref`."""
    workspace_name: Input[str]
    """Workspace that the cluster belongs to."""
    vm_size: str
    """VM size with a GPU, current in the facts table, for instance `Standard_NC4as_T4_v3`. Rule CM07."""
    max_nodes: int
    """Most nodes at once, at least 1 and within the subscription's quota. Rule CM06."""
    min_nodes: NotRequired[int]
    """Nodes that always run; above 0 weakens rule CM01. Default 0."""
    idle_minutes: NotRequired[int]
    """Minutes without work before a node is given back, 2 to 120; above 10 weakens rule CM02. Default 5."""
    priority: NotRequired[Priority]
    """Default LowPriority: Spot VMs since 2026-03-31. Dedicated weakens rule CM05."""
    checkpointable: NotRequired[bool]
    """Whether the jobs save their progress and resume from it; low priority needs true, as nodes can be taken back."""
    dedicated_fallback: NotRequired[bool]
    """Whether to add a second, dedicated cluster `<name>-ded` for work that can no longer wait. Default false."""
    identity_id: NotRequired[Input[str]]
    """ARM id of the nodes' user-assigned identity: the workspace's `identity_id`. Default: system-assigned."""
    subnet_id: NotRequired[Input[str]]
    """ARM id of your own subnet, for a workspace without a managed network."""
    tags: NotRequired[dict[str, Input[str]]]
    """Further tags."""


class GpuCluster(pulumi.ComponentResource):
    """An Azure ML cluster of GPU nodes that costs nothing while nobody trains.

    No node has a public IP or takes SSH, and local authentication is off. A change of VM size, priority or subnet
    replaces the cluster, as Azure would ignore it in place.

    Raises: `ArgumentError` before any resource is registered, naming key, value, allowed values and fix.
    """

    resource_id: Output[str]
    """ARM id of the cluster."""
    resource_name: Output[str]
    """Name by which jobs ask for the cluster."""
    principal_id: Output[Optional[str]]
    """Object id of the nodes' system-assigned identity, unless `identity_id` was given."""
    fallback_name: Output[Optional[str]]
    """Name of the dedicated cluster, if one was asked for."""

    def __init__(self, name: str, args: GpuClusterArgs, opts: Optional[ResourceOptions] = None) -> None:
        spec = normalise(self, name, args, _GpuCluster)
        super().__init__(resource_type(GpuCluster), name, dict(args), opts)

        cluster = self._cluster(name, name, spec, spec.priority)
        fallback = None
        if spec.dedicated_fallback:
            fallback = self._cluster(f"{name}-dedicated", name + FALLBACK_SUFFIX, spec, Priority.DEDICATED)

        self.resource_id = cluster.id
        self.resource_name = cluster.name
        self.principal_id = cluster.identity.apply(lambda identity: identity.principal_id if identity else None)
        self.fallback_name = fallback.name if fallback else Output.from_input(None)
        self._warn(spec)
        self.register_outputs(
            {
                "resource_id": self.resource_id,
                "resource_name": self.resource_name,
                "principal_id": self.principal_id,
                "fallback_name": self.fallback_name,
            }
        )

    def _cluster(self, name: str, compute_name: str, spec: "_GpuCluster", priority: Priority) -> ml.Compute:
        nodes = {
            "os_type": "Linux",
            "vm_size": facts.vm_size(spec.vm_size).name,
            "vm_priority": priority.value,
            "scale_settings": {
                "min_node_count": spec.min_nodes,
                "max_node_count": spec.max_nodes,
                "node_idle_time_before_scale_down": f"PT{spec.idle_minutes}M",
            },
            "enable_node_public_ip": False,
            "remote_login_port_public_access": "Disabled",
            "subnet": {"id": spec.subnet_id} if spec.subnet_id is not None else None,
        }
        interruptible = {"interruptible": str(priority is Priority.LOW_PRIORITY).lower()}
        return ml.Compute(
            name,
            compute_name=compute_name,
            workspace_name=spec.workspace_name,
            resource_group_name=spec.landing.resource_group_name,
            location=spec.landing.location,
            identity=spec.identity,
            properties={"compute_type": "AmlCompute", "disable_local_auth": True, "properties": nodes},
            tags=tags.merged(spec.landing.tags, interruptible, spec.tags),
            opts=ResourceOptions(parent=self, replace_on_changes=REPLACED_ON, delete_before_replace=True),
        )

    def _warn(self, spec: "_GpuCluster") -> None:
        nodes, idle = guardrails.CLUSTER_MIN_NODES, guardrails.CLUSTER_IDLE_MINUTES_MAX
        if spec.min_nodes > nodes.value:
            weakened(self, f"min_nodes is {spec.min_nodes}: idle nodes draw power all day.", nodes.rule)
        if spec.idle_minutes > idle.value:
            weakened(self, f"idle_minutes is {spec.idle_minutes}; the limit is {idle.value}.", idle.rule)
        if spec.priority is Priority.DEDICATED:
            weakened(
                self, "priority is Dedicated: capacity is held that others could use.", guardrails.CLUSTER_PRIORITY.rule
            )
        if spec.max_nodes > guardrails.CLUSTER_NODES_MAX.value:
            limit = guardrails.CLUSTER_NODES_MAX
            weakened(self, f"max_nodes is {spec.max_nodes}; the limit is {limit.value}.", limit.rule)


def _current_gpu_size(vm_size: str) -> str:
    try:
        size = facts.vm_size(vm_size)
    except facts.UnknownFact as unknown:
        refuse("", vm_size, "a GPU size in the facts table", str(unknown))
    if size.gpu is None:
        refuse("", vm_size, "a size with a GPU", "use Standard_NC4as_T4_v3, the smallest GPU size")
    if not size.deployable:
        refuse("", vm_size, f"a size that Azure has not announced to retire ({size.status})", f"use {size.successor}")
    return size.name


class _GpuCluster(Record):
    landing: Site
    workspace_name: TextLeaf
    vm_size: Annotated[Text, AfterValidator(_current_gpu_size)]
    max_nodes: Annotated[Count, Field(ge=1)]
    min_nodes: Annotated[Count, Field(ge=0)] = guardrails.CLUSTER_MIN_NODES.value
    idle_minutes: Annotated[Count, Field(ge=2, le=120)] = 5
    priority: Priority = Priority.LOW_PRIORITY
    checkpointable: Flag = False
    dedicated_fallback: Flag = False
    identity_id: TextLeaf | None = None
    subnet_id: TextLeaf | None = None
    tags: Mapping[str, TextLeaf] = {}

    @model_validator(mode="after")
    def _check(self, info: ValidationInfo) -> "_GpuCluster":
        self._check_name(component_name(info))
        if self.min_nodes > self.max_nodes:
            refuse("min_nodes", self.min_nodes, f"at most max_nodes ({self.max_nodes})", "lower min_nodes, best to 0")
        low_priority = self.priority is Priority.LOW_PRIORITY
        if low_priority and not self.checkpointable:
            fix = "set checkpointable to true once the jobs resume from a checkpoint, or set priority to 'Dedicated'"
            refuse("checkpointable", False, "true when priority is 'LowPriority', as Azure may take nodes back", fix)
        if self.dedicated_fallback and not low_priority:
            refuse("dedicated_fallback", True, "true only beside a low-priority cluster", "remove it")
        return self

    def _check_name(self, name: str) -> None:
        longest = name + FALLBACK_SUFFIX if self.dedicated_fallback else name
        if not COMPUTE_NAME.fullmatch(longest):
            room = 16 - (len(FALLBACK_SUFFIX) if self.dedicated_fallback else 0)
            allowed = f"3 to {room} letters, digits and dashes, starting with a letter, as Azure ML allows a compute"
            refuse("name", name, allowed, "rename the component")

    @property
    def identity(self) -> Mapping[str, object]:
        if self.identity_id is None:
            return {"type": "SystemAssigned"}
        return {"type": "UserAssigned", "user_assigned_identities": [self.identity_id]}
