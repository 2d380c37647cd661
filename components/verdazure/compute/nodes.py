"""What clusters of CPU and of GPU nodes have in common: nodes that go when nobody needs them, and are closed.

Each declares its arguments itself, as the component host reads descriptions from a class's own source.
"""

import re
from collections.abc import Mapping
from enum import Enum
from typing import Annotated, Any

import pulumi
from pulumi import ResourceOptions
from pulumi_azure_native import machinelearningservices as ml
from pydantic import Field, ValidationInfo, model_validator

from verdazure import facts, guardrails, tags
from verdazure.args import Count, Flag, Record, Text, TextLeaf, component_name, refuse
from verdazure.interfaces import Site, acting_as, weakened

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


class Eviction(str, Enum):
    """What the loss of a node means for the work on it."""

    CHECKPOINTING = "checkpointing"
    """It goes on from its last checkpoint: spare capacity."""
    RESTARTABLE = "restartable"
    """It begins anew, and is short enough that this costs little: spare capacity."""
    NEVER = "never"
    """It may not be lost: dedicated nodes."""


def current_size(vm_size: str, *, with_gpu: bool) -> str:
    """The size as Azure spells it. Refuses one that is unknown, retires, or is of the other kind."""
    smallest, kind = ("Standard_NC4as_T4_v3", "a GPU") if with_gpu else ("Standard_D2ads_v5", "no GPU")
    try:
        size = facts.vm_size(vm_size)
    except facts.UnknownFact as unknown:
        refuse("", vm_size, f"a {'GPU' if with_gpu else 'CPU'} size in the facts table", str(unknown))
    if (size.gpu is not None) is not with_gpu:
        fix = f"use {smallest}, the smallest {'GPU' if with_gpu else 'CPU'} size"
        refuse("", vm_size, f"a size with {kind}", fix)
    if not size.runs_in_azure_ml:
        refuse("", vm_size, "a size with x64 processors, as Azure ML names no Arm series", f"use {smallest} or larger")
    if not size.deployable:
        refuse("", vm_size, f"a size that Azure has not announced to retire ({size.status})", f"use {size.successor}")
    return size.name


class Nodes(Record):
    """What a team decides about a cluster, checked; `vm_size` is for the kinds of clusters to check."""

    landing: Site
    workspace_name: TextLeaf
    vm_size: Text
    max_nodes: Annotated[Count, Field(ge=1)]
    min_nodes: Annotated[Count, Field(ge=0)] = guardrails.CLUSTER_MIN_NODES.value
    idle_minutes: Annotated[Count, Field(ge=2, le=120)] = 5
    priority: Priority = Priority.LOW_PRIORITY
    checkpointable: Flag = False
    eviction: Eviction | None = None
    dedicated_fallback: Flag = False
    identity_id: TextLeaf | None = None
    subnet_id: TextLeaf | None = None
    tags: Mapping[str, TextLeaf] = {}

    @model_validator(mode="after")
    def _check(self, info: ValidationInfo) -> "Nodes":
        self._check_name(component_name(info))
        if self.min_nodes > self.max_nodes:
            refuse("min_nodes", self.min_nodes, f"at most max_nodes ({self.max_nodes})", "lower min_nodes, best to 0")
        if self.eviction is not None:
            for key in ("priority", "checkpointable"):
                if key in self.model_fields_set:
                    refuse(key, getattr(self, key), "nothing, where eviction says it", f"remove {key}, or eviction")
        elif self.on_spare_capacity and not self.checkpointable:
            fix = "set checkpointable to true once the jobs resume from a checkpoint, or set priority to 'Dedicated'"
            refuse("checkpointable", False, "true when priority is 'LowPriority', as Azure may take nodes back", fix)
        if self.dedicated_fallback and not self.on_spare_capacity:
            refuse("dedicated_fallback", True, "true only beside a low-priority cluster", "remove it")
        return self

    def _check_name(self, name: str) -> None:
        longest = name + FALLBACK_SUFFIX if self.dedicated_fallback else name
        if not COMPUTE_NAME.fullmatch(longest):
            room = 16 - (len(FALLBACK_SUFFIX) if self.dedicated_fallback else 0)
            allowed = f"3 to {room} letters, digits and dashes, starting with a letter, as Azure ML allows a compute"
            refuse("name", name, allowed, "rename the component")

    @property
    def capacity(self) -> Priority:
        """What follows from `eviction`, or what `priority` says."""
        if self.eviction is None:
            return self.priority
        return Priority.DEDICATED if self.eviction is Eviction.NEVER else Priority.LOW_PRIORITY

    @property
    def on_spare_capacity(self) -> bool:
        """Whether Azure may take nodes back."""
        return self.capacity is Priority.LOW_PRIORITY


def clusters(component: pulumi.Resource, name: str, spec: Nodes) -> tuple[ml.Compute, ml.Compute | None]:
    """The cluster, and the dedicated one beside it where that was asked for."""
    made = _cluster(component, name, name, spec, spec.capacity)
    fallback = None
    if spec.dedicated_fallback:
        fallback = _cluster(component, f"{name}-dedicated", name + FALLBACK_SUFFIX, spec, Priority.DEDICATED)
    _warn(component, spec)
    return made, fallback


def _cluster(component: pulumi.Resource, name: str, compute_name: str, spec: Nodes, priority: Priority) -> ml.Compute:
    nodes: dict[str, Any] = {
        "os_type": "Linux",
        "vm_size": spec.vm_size,
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
    labels = {"interruptible": str(priority is Priority.LOW_PRIORITY).lower()}
    if spec.eviction is not None:
        labels["eviction"] = spec.eviction.value
    return ml.Compute(
        name,
        compute_name=compute_name,
        workspace_name=spec.workspace_name,
        resource_group_name=spec.landing.resource_group_name,
        location=spec.landing.location,
        identity=acting_as(spec.identity_id),
        properties={"compute_type": "AmlCompute", "disable_local_auth": True, "properties": nodes},
        tags=tags.merged(spec.landing.tags, labels, spec.tags),
        opts=ResourceOptions(parent=component, replace_on_changes=REPLACED_ON, delete_before_replace=True),
    )


def _warn(component: pulumi.Resource, spec: Nodes) -> None:
    nodes, idle = guardrails.CLUSTER_MIN_NODES, guardrails.CLUSTER_IDLE_MINUTES_MAX
    if spec.min_nodes > nodes.value:
        weakened(component, f"min_nodes is {spec.min_nodes}: idle nodes draw power all day.", nodes.rule)
    if spec.idle_minutes > idle.value:
        weakened(component, f"idle_minutes is {spec.idle_minutes}; the limit is {idle.value}.", idle.rule)
    if spec.capacity is Priority.DEDICATED and facts.vm_size(spec.vm_size).gpu is not None:
        said = "priority is Dedicated" if spec.eviction is None else "eviction is 'never'"
        weakened(component, f"{said}: capacity is held that others could use.", guardrails.CLUSTER_PRIORITY.rule)
    if spec.max_nodes > guardrails.CLUSTER_NODES_MAX.value:
        limit = guardrails.CLUSTER_NODES_MAX
        weakened(component, f"max_nodes is {spec.max_nodes}; the limit is {limit.value}.", limit.rule)
