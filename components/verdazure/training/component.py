"""TrainingSchedule: a job that runs when power is clean, ends in time and goes on after an interruption."""

from collections.abc import Mapping
from math import ceil
from typing import Annotated, Any, NotRequired, Optional, TypedDict

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_azure_native import machinelearningservices as ml
from pydantic import Field, ValidationInfo, model_validator

from verdazure import tags
from verdazure.args import Flag, Record, Text, TextLeaf, component_name, normalise, refuse, resource_type
from verdazure.carbon.typical_hours import cleanest_hour
from verdazure.datasets.component import ASSET_NAME, WorkspaceId, place
from verdazure.interfaces import LandingRef, Site
from verdazure.training import definition
from verdazure.training.environments import Source, digest, source
from verdazure.training.jobs import Identifier, PathType, Step, StepArgs
from verdazure.training.live import PROPERTY, LivePlan
from verdazure.training.timing import Timing, TimingArgs, TimingMode


class TrainingScheduleArgs(TypedDict):
    """What a team decides about training that recurs."""

    landing: LandingRef
    """Where it is deployed: `landing.ref`."""
    workspace_id: Input[str]
    """ARM id of the Azure ML workspace: `workspace.resource_id`."""
    compute_id: Input[str]
    """ARM id of the cluster that it runs on: `cluster.resource_id`."""
    steps: dict[str, StepArgs]
    """What runs, by name and in order: one command, one sweep, or a pipeline of several."""
    timing: TimingArgs
    """When it runs."""
    interruptible: NotRequired[bool]
    """Whether Azure may take nodes back, as from a low-priority cluster: then each step needs `checkpoints`. Default
    true."""
    experiment: NotRequired[str]
    """Name that runs are listed under. Default: the component's name."""
    enabled: NotRequired[bool]
    """Whether Azure ML starts it. Default true; a `live` or `drift` schedule never is, as the controller starts it."""
    tags: NotRequired[dict[str, Input[str]]]
    """Further tags of the schedule and of each run."""


class TrainingSchedule(pulumi.ComponentResource):
    """A schedule of Azure ML whose every step has limits, a pinned environment and, where it can be interrupted,
    checkpoints; nobody's credentials run it but the cluster's identity.

    Azure ML schedules pipelines alone, so that a single command is a pipeline of one step. Each step becomes a
    component whose version is the hash of what it does.

    Raises: `ArgumentError` before any resource is registered, naming key, value, allowed values and fix.
    """

    resource_id: Output[str]
    """ARM id of the schedule."""
    resource_name: Output[str]
    """Name of the schedule."""
    component_ids: Output[dict[str, str]]
    """ARM ids of the command components' versions, by step."""
    start_hour: Output[int]
    """UTC hour at which it starts, or may start at the earliest."""
    live_plan: Output[Optional[str]]
    """For a `live` or `drift` schedule, as JSON, what the controller reads."""

    def __init__(self, name: str, args: TrainingScheduleArgs, opts: Optional[ResourceOptions] = None) -> None:
        spec = normalise(self, name, args, _TrainingSchedule)
        super().__init__(resource_type(TrainingSchedule), name, dict(args), opts)
        child = ResourceOptions(parent=self)
        where = place(spec.workspace_id)

        versions = {key: self._component(name, key, step, spec, where) for key, step in spec.steps.items()}
        self.start_hour = self._start_hour(name, spec, child)
        self.live_plan = self._live_plan(spec)
        schedule = ml.Schedule(
            name,
            name=name,
            properties=self._schedule(name, spec, versions),
            opts=child,
            **where,
        )

        self.resource_id, self.resource_name = schedule.id, schedule.name
        self.component_ids = Output.all(**{key: version.id for key, version in versions.items()})
        self.register_outputs(
            {
                "resource_id": self.resource_id,
                "resource_name": self.resource_name,
                "component_ids": self.component_ids,
                "start_hour": self.start_hour,
                "live_plan": self.live_plan,
            }
        )

    def _component(
        self, name: str, key: str, step: Step, spec: "_TrainingSchedule", where: Mapping[str, Any]
    ) -> ml.ComponentVersion:
        """No version stays behind, as one that comes back, when a change is taken back, would find its name taken."""
        child = ResourceOptions(parent=self)
        asset = f"{name}_{key}".replace("-", "_").lower()
        environment = self._environment(f"{name}-{key}", asset, step, spec, where)
        container = ml.ComponentContainer(
            f"{name}-{key}", name=asset, properties={"description": f"Step {key} of {name}"}, opts=child, **where
        )
        described = Output.all(environment, step.code_id).apply(
            lambda known: definition.component_spec(asset, step, known[0], known[1])
        )
        return ml.ComponentVersion(
            f"{name}-{key}-version",
            name=container.name,
            version=described.apply(definition.version_of),
            properties={
                "component_spec": described.apply(lambda body: body | {"version": definition.version_of(body)}),
                "is_anonymous": False,
            },
            opts=child,
            **where,
        )

    def _environment(
        self, child: str, asset: str, step: Step, spec: "_TrainingSchedule", where: Mapping[str, Any]
    ) -> Output[str]:
        """Registers an image; what has a version already is named as it is."""
        kind = source(step.environment)
        if kind is Source.CURATED:
            return Output.from_input(step.environment)
        if kind is Source.OWN:
            _, own, version = step.environment.split(":")
            return Output.concat("azureml:", spec.workspace_id, "/environments/", own, "/versions/", version)
        container = ml.EnvironmentContainer(
            f"{child}-environment",
            name=asset,
            properties={"description": f"Image of {child}"},
            opts=ResourceOptions(parent=self),
            **where,
        )
        made = ml.EnvironmentVersion(
            f"{child}-environment-version",
            name=container.name,
            version=digest(step.environment)[:12],
            properties={"image": step.environment, "os_type": "Linux", "is_anonymous": False},
            opts=ResourceOptions(parent=self),
            **where,
        )
        return Output.concat("azureml:", made.id)

    def _start_hour(self, name: str, spec: "_TrainingSchedule", child: ResourceOptions) -> Output[int]:
        """Kept in the stack's state: a later release that knows the grid better must not move what runs."""
        if spec.timing.mode is not TimingMode.TYPICAL:
            return Output.from_input(spec.timing.clock[0])
        hours = ceil(spec.timing.hours or 1)
        chosen = Output.from_input(spec.landing.location).apply(lambda region: cleanest_hour(region, hours) or 0)
        kept = ResourceOptions.merge(child, ResourceOptions(ignore_changes=["input"]))
        stashed: Output[int] = pulumi.Stash(f"{name}-start-hour", input=chosen, opts=kept).output.apply(int)
        return stashed

    def _live_plan(self, spec: "_TrainingSchedule") -> Output[Optional[str]]:
        if not spec.timing.mode.is_live:
            return Output.from_input(None)
        resumable = all(step.checkpoints is not None for step in spec.steps.values())
        return Output.from_input(spec.landing.location).apply(
            lambda region: LivePlan(region=region, timing=spec.timing, resumable=resumable).write()
        )

    def _schedule(
        self, name: str, spec: "_TrainingSchedule", versions: Mapping[str, ml.ComponentVersion]
    ) -> ml.SchedulePropertiesArgs:
        labels = tags.merged(spec.landing.tags, {}, spec.tags)
        live = spec.timing.mode.is_live
        inputs: dict[str, Any] = {}
        outputs: dict[str, Any] = {}
        for key, step in spec.steps.items():
            inputs |= spec.inputs(key, step)
            outputs |= definition.pipeline_outputs(key, step)
        job = ml.PipelineJobArgs(
            job_type="Pipeline",
            display_name=name,
            experiment_name=spec.experiment or name,
            identity=ml.ManagedIdentityArgs(identity_type="Managed"),
            inputs=inputs,
            jobs={
                key: definition.node(key, step, versions[key].id, step.compute_id or spec.compute_id)
                for key, step in spec.steps.items()
            },
            outputs=outputs,
            settings={"continue_on_step_failure": False, "force_rerun": False},
            tags=labels,
        )
        return ml.SchedulePropertiesArgs(
            action=ml.JobScheduleActionArgs(action_type="CreateJob", job_definition=job),
            display_name=name,
            is_enabled=spec.enabled and not live,
            properties={PROPERTY: self.live_plan} if live else None,
            tags=labels,
            trigger=self._trigger(spec.timing),
        )

    def _trigger(self, timing: Timing) -> ml.RecurrenceTriggerArgs:
        """A recurrence, not a cron expression: Azure ML ignores the days and months of the latter."""
        return ml.RecurrenceTriggerArgs(
            trigger_type="Recurrence",
            frequency=timing.every.value,
            interval=1,
            schedule=ml.RecurrenceScheduleArgs(hours=[self.start_hour], minutes=[timing.clock[1]], **timing.days()),
            time_zone="UTC",
        )


# The checked arguments


class _TrainingSchedule(Record):
    landing: Site
    workspace_id: WorkspaceId
    compute_id: TextLeaf
    steps: Annotated[Mapping[Identifier, Step], Field(min_length=1)]
    timing: Timing
    interruptible: Flag = True
    experiment: Annotated[Text, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,254}$")] | None = None
    enabled: Flag = True
    tags: Mapping[str, TextLeaf] = {}

    @model_validator(mode="after")
    def _check(self, info: ValidationInfo) -> "_TrainingSchedule":
        if not ASSET_NAME.fullmatch(component_name(info)):
            allowed = "1 to 255 letters, digits, dashes and underscores, as Azure ML allows a schedule"
            refuse("name", component_name(info), allowed, "rename the component")
        earlier: dict[str, Step] = {}
        for key, step in self.steps.items():
            self._check_bindings(key, step, earlier)
            if self.interruptible and step.checkpoints is None:
                allowed = "how it goes on after an interruption, as interruptible is true"
                fix = "give checkpoints, or run it on a dedicated cluster and set interruptible to false"
                refuse(f"steps.{key}.checkpoints", None, allowed, fix)
            earlier[key] = step
        self._check_hours()
        return self

    def _check_hours(self) -> None:
        allowed = sum(step.limits.timeout_minutes for step in self.steps.values()) / 60
        if self.timing.hours is not None and self.timing.hours > allowed:
            fix = "raise limits.timeout_minutes, or lower hours"
            refuse("timing.hours", self.timing.hours, f"at most what its steps may take, {allowed:g} h", fix)

    def _check_bindings(self, key: str, step: Step, earlier: Mapping[str, Step]) -> None:
        known = [f"{name}.{output}" for name, before in earlier.items() for output in before.outputs]
        for name, read in step.inputs.items():
            if read.step_output is not None and read.step_output not in known:
                allowed = ", ".join(known) or "an output of a step that is listed before; this is the first"
                refuse(f"steps.{key}.inputs.{name}.step_output", read.step_output, allowed, "list that step before")

    def inputs(self, key: str, step: Step) -> dict[str, Any]:
        """What the pipeline hands to a step, by the ARM ids of assets."""
        described = definition.pipeline_inputs(key, step)
        for name, read in step.inputs.items():
            if read.path is not None:
                described[f"{key}_{name}"]["uri"] = self._uri(read.type, read.path)
        return described

    def _uri(self, type_: PathType, path: Input[str]) -> Output[str]:
        return Output.all(self.workspace_id, path).apply(lambda known: definition.asset_id(known[0], type_, known[1]))
