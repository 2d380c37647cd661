"""BatchEndpoint: a model for what may wait, on a cluster that is there only while there is work."""

from collections.abc import Mapping
from typing import Annotated, NotRequired, Optional, TypedDict

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_azure_native import machinelearningservices as ml
from pydantic import Field, ValidationInfo, model_validator

from verdazure import tags
from verdazure.args import Count, Record, Text, TextLeaf, component_name, normalise, refuse, resource_type
from verdazure.datasets.component import WorkspaceId, place
from verdazure.interfaces import (
    LandingRef,
    RoleAssignment,
    RoleAssignmentArgs,
    Site,
    grant_all,
)
from verdazure.naming import Kind, check_name, physical_name
from verdazure.serving.scoring import Scoring

LONGEST_MINUTES = 24 * 60


class BatchDeploymentArgs(TypedDict):
    """One version of the model, under a name that stays with it."""

    model_id: Input[str]
    """ARM id of the model's version."""
    compute_id: Input[str]
    """ARM id of a cluster that scales to zero and runs on spare capacity: `cluster.resource_id` of GpuCluster or
    CpuCluster. A node that is taken back costs its mini-batch, which is tried again."""
    environment_id: NotRequired[Input[str]]
    """ARM id of the environment's version; an MLflow model needs none."""
    code_id: NotRequired[Input[str]]
    """ARM id of the code's version that holds `scoring_script`."""
    scoring_script: NotRequired[str]
    """File in the code, such as `score.py`."""
    nodes: NotRequired[int]
    """That one job takes, at most. Default 1."""
    mini_batch_size: NotRequired[int]
    """Files, or rows of a table, that a node is handed at a time. Default 10."""
    concurrency: NotRequired[int]
    """Mini-batches that one node works on at once. Default 1."""
    timeout_minutes: NotRequired[int]
    """Of one mini-batch, up to a day. Default 30."""
    retries: NotRequired[int]
    """Of a mini-batch that failed, or whose node was taken back. Default 3."""
    errors_allowed: NotRequired[int]
    """Inputs that may fail before the job is given up. Default 0: a broken input ends it before it burns the rest."""


class BatchEndpointArgs(TypedDict):
    """What a team decides about an endpoint for batches."""

    landing: LandingRef
    """Where it is deployed: `landing.ref`."""
    workspace_id: Input[str]
    """ARM id of the Azure ML workspace: `workspace.resource_id`."""
    deployments: dict[str, BatchDeploymentArgs]
    """Versions of the model, by name; none costs anything while it has no work."""
    default: NotRequired[str]
    """The one that answers who names none. Needed for several."""
    tags: NotRequired[dict[str, Input[str]]]
    """Further tags."""
    role_assignments: NotRequired[dict[str, RoleAssignmentArgs]]
    """Who may do what on the endpoint."""


class BatchEndpoint(pulumi.ComponentResource):
    """A batch endpoint without keys: the default for everything that nobody waits for.

    Raises: `ArgumentError` before any resource is registered, naming key, value, allowed values and fix.
    """

    resource_id: Output[str]
    """ARM id of the endpoint."""
    resource_name: Output[str]
    """Name of the endpoint, unique in its region."""
    deployment_ids: Output[dict[str, str]]
    """ARM ids by deployment."""
    default_deployment: Output[str]
    """For the call's `deployment-name`. Azure takes no default of an endpoint before its deployments are there."""

    def __init__(self, name: str, args: BatchEndpointArgs, opts: Optional[ResourceOptions] = None) -> None:
        spec = normalise(self, name, args, _BatchEndpoint)
        super().__init__(resource_type(BatchEndpoint), name, dict(args), opts)
        child = ResourceOptions(parent=self)

        endpoint = self._endpoint(name, spec, child)
        made = {key: self._deployment(name, key, spec, endpoint, child) for key in spec.deployments}
        grant_all(name, endpoint.id, spec.role_assignments, child)

        self.resource_id, self.resource_name = endpoint.id, endpoint.name
        self.deployment_ids = Output.all(**{key: each.id for key, each in made.items()})
        self.default_deployment = Output.from_input(spec.chosen)
        self.register_outputs(
            {
                "resource_id": self.resource_id,
                "resource_name": self.resource_name,
                "deployment_ids": self.deployment_ids,
                "default_deployment": self.default_deployment,
            }
        )

    def _endpoint(self, name: str, spec: "_BatchEndpoint", child: ResourceOptions) -> ml.BatchEndpoint:
        return ml.BatchEndpoint(
            name,
            endpoint_name=physical_name(Kind.BATCH_ENDPOINT, name, spec.landing.name_suffix),
            location=spec.landing.location,
            identity={"type": "SystemAssigned"},
            properties=ml.BatchEndpointPropertiesArgs(
                auth_mode="AADToken",
                description="Answers when there is capacity",
            ),
            tags=tags.merged(spec.landing.tags, {"latency": "offline"}, spec.tags),
            opts=child,
            **place(spec.workspace_id),
        )

    def _deployment(
        self, name: str, key: str, spec: "_BatchEndpoint", endpoint: ml.BatchEndpoint, child: ResourceOptions
    ) -> ml.BatchDeployment:
        asked = spec.deployments[key]
        return ml.BatchDeployment(
            f"{name}-{key}",
            deployment_name=key,
            endpoint_name=endpoint.name,
            location=spec.landing.location,
            properties=ml.BatchDeploymentPropertiesArgs(
                model=ml.IdAssetReferenceArgs(reference_type="Id", asset_id=asked.model_id),
                compute=asked.compute_id,
                environment_id=asked.environment_id,
                code_configuration=asked.code(),
                resources=ml.DeploymentResourceConfigurationArgs(instance_count=asked.nodes),
                max_concurrency_per_instance=asked.concurrency,
                mini_batch_size=asked.mini_batch_size,
                error_threshold=asked.errors_allowed,
                retry_settings=ml.BatchRetrySettingsArgs(
                    max_retries=asked.retries, timeout=f"PT{asked.timeout_minutes}M"
                ),
                output_action="AppendRow",
                output_file_name="predictions.csv",
                logging_level="Info",
            ),
            tags=tags.merged(spec.landing.tags, {"latency": "offline"}, spec.tags),
            opts=child,
            **place(spec.workspace_id),
        )


# The checked arguments


class _BatchDeployment(Scoring):
    compute_id: TextLeaf
    nodes: Annotated[Count, Field(ge=1)] = 1
    mini_batch_size: Annotated[Count, Field(ge=1)] = 10
    concurrency: Annotated[Count, Field(ge=1)] = 1
    timeout_minutes: Annotated[Count, Field(ge=1, le=LONGEST_MINUTES)] = 30
    retries: Annotated[Count, Field(ge=0)] = 3
    errors_allowed: Annotated[Count, Field(ge=0)] = 0

    @model_validator(mode="after")
    def _check(self) -> "_BatchDeployment":
        self.check_code()
        return self


class _BatchEndpoint(Record):
    landing: Site
    workspace_id: WorkspaceId
    deployments: Annotated[Mapping[Text, _BatchDeployment], Field(min_length=1)]
    default: Text | None = None
    tags: Mapping[str, TextLeaf] = {}
    role_assignments: Mapping[str, RoleAssignment] = {}

    @model_validator(mode="after")
    def _check(self, info: ValidationInfo) -> "_BatchEndpoint":
        check_name(component_name(info), Kind.BATCH_ENDPOINT)
        if self.default is None and len(self.deployments) > 1:
            refuse("default", None, ", ".join(self.deployments), "say which of them answers who names none")
        if self.default is not None and self.default not in self.deployments:
            refuse("default", self.default, ", ".join(self.deployments), "name one of them")
        return self

    @property
    def chosen(self) -> str:
        return self.default or next(iter(self.deployments))
