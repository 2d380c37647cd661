"""GpuCluster: an Azure ML cluster that scales to zero and runs on spare capacity."""

from functools import partial
from typing import Annotated, NotRequired, Optional, TypedDict

import pulumi
from pulumi import Input, Output, ResourceOptions
from pydantic import AfterValidator

from verdazure.args import Text, normalise, resource_type
from verdazure.compute.nodes import Eviction, Nodes, Priority, clusters, current_size
from verdazure.interfaces import LandingRef


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
    eviction: NotRequired[Eviction]
    """What the loss of a node means for the work: says priority and checkpointable in one, and takes their place."""
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

        cluster, fallback = clusters(self, name, spec)

        self.resource_id = cluster.id
        self.resource_name = cluster.name
        self.principal_id = cluster.identity.apply(lambda identity: identity.principal_id if identity else None)
        self.fallback_name = fallback.name if fallback else Output.from_input(None)
        self.register_outputs(
            {
                "resource_id": self.resource_id,
                "resource_name": self.resource_name,
                "principal_id": self.principal_id,
                "fallback_name": self.fallback_name,
            }
        )


class _GpuCluster(Nodes):
    vm_size: Annotated[Text, AfterValidator(partial(current_size, with_gpu=True))]
