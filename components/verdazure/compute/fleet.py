"""Clusters: several clusters of one workspace, each by a name that stays with it."""

from collections.abc import Mapping
from typing import Annotated, Any, NotRequired, Optional, TypedDict

import pulumi
from pulumi import Input, Output, ResourceOptions
from pydantic import AfterValidator, Field

from verdazure import facts
from verdazure.args import Count, Flag, Record, Text, TextLeaf, normalise, refuse, resource_type
from verdazure.compute.cpu import CpuCluster, _CpuCluster
from verdazure.compute.gpu import GpuCluster, _GpuCluster
from verdazure.compute.nodes import Eviction
from verdazure.interfaces import LandingRef, Site


class ClusterArgs(TypedDict):
    """One of them. Whether it is a `GpuCluster` or a `CpuCluster` its size says."""

    vm_size: str
    """VM size, current in the facts table: `verdazure size` says which does a job with the least energy."""
    max_nodes: int
    """Most nodes at once."""
    eviction: Eviction
    """What the loss of a node means for the work on it."""
    min_nodes: NotRequired[int]
    """Nodes that always run. Default 0."""
    idle_minutes: NotRequired[int]
    """Minutes without work before a node is given back. Default 5."""
    dedicated_fallback: NotRequired[bool]
    """Whether to add a dedicated cluster `<name>-ded` for work that can no longer wait. Default false."""
    tags: NotRequired[dict[str, Input[str]]]
    """Further tags of this one."""


class ClustersArgs(TypedDict):
    """What a team decides about all of its clusters."""

    landing: LandingRef
    """Where they are deployed: `landing.ref`."""
    workspace_name: Input[str]
    """Workspace that they belong to."""
    clusters: dict[str, ClusterArgs]
    """The clusters, by name."""
    identity_id: NotRequired[Input[str]]
    """ARM id of the nodes' user-assigned identity. Default: each its own."""
    subnet_id: NotRequired[Input[str]]
    """ARM id of your own subnet, for a workspace without a managed network."""
    tags: NotRequired[dict[str, Input[str]]]
    """Further tags of all."""


class Clusters(pulumi.ComponentResource):
    """A map of clusters: one goes without the others being touched.

    Raises: `ArgumentError` before any resource is registered, naming key, value, allowed values and fix.
    """

    resource_ids: Output[dict[str, str]]
    """ARM ids, by name."""
    resource_names: Output[dict[str, str]]
    """Names by which jobs ask for them, by name."""

    def __init__(self, name: str, args: ClustersArgs, opts: Optional[ResourceOptions] = None) -> None:
        spec = normalise(self, name, args, _Clusters)
        for key, asked in spec.clusters.items():
            normalise(self, key, spec.alone(asked, args["landing"]), _GpuCluster if asked.has_gpu else _CpuCluster)
        super().__init__(resource_type(Clusters), name, dict(args), opts)

        child = ResourceOptions(parent=self)
        made = {
            key: (GpuCluster if asked.has_gpu else CpuCluster)(key, spec.alone(asked, args["landing"]), child)
            for key, asked in spec.clusters.items()
        }
        self.resource_ids = Output.all(**{key: each.resource_id for key, each in made.items()})
        self.resource_names = Output.all(**{key: each.resource_name for key, each in made.items()})
        self.register_outputs({"resource_ids": self.resource_ids, "resource_names": self.resource_names})


# The checked arguments


def _known(vm_size: str) -> str:
    try:
        return facts.vm_size(vm_size).name
    except facts.UnknownFact as unknown:
        refuse("", vm_size, "a size in the facts table", str(unknown))


class _Cluster(Record):
    vm_size: Annotated[Text, AfterValidator(_known)]
    max_nodes: Count
    eviction: Eviction
    min_nodes: Count = 0
    idle_minutes: Count = 5
    dedicated_fallback: Flag = False
    tags: Mapping[str, TextLeaf] = {}

    @property
    def has_gpu(self) -> bool:
        return facts.vm_size(self.vm_size).gpu is not None


class _Clusters(Record):
    landing: Site
    workspace_name: TextLeaf
    clusters: Annotated[Mapping[Text, _Cluster], Field(min_length=1)]
    identity_id: TextLeaf | None = None
    subnet_id: TextLeaf | None = None
    tags: Mapping[str, TextLeaf] = {}

    def alone(self, asked: _Cluster, landing: LandingRef) -> Any:
        """The arguments that a cluster of its own would take."""
        given = asked.model_dump(exclude_unset=True) | {
            "landing": landing,
            "workspace_name": self.workspace_name,
            "tags": {**self.tags, **asked.tags},
        }
        shared = {"identity_id": self.identity_id, "subnet_id": self.subnet_id}
        return given | {key: value for key, value in shared.items() if value is not None}
