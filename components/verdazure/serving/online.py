"""OnlineEndpoint: a model for callers that wait, on as many instances as load and availability need."""

from collections.abc import Mapping
from typing import Annotated, Any, NotRequired, Optional, TypedDict

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_azure_native import machinelearningservices as ml
from pulumi_azure_native import monitor
from pydantic import Field, ValidationInfo, model_validator

from verdazure import facts, guardrails, steering, tags
from verdazure.args import Count, Number, Record, Text, TextLeaf, component_name, normalise, refuse, resource_type
from verdazure.compute.nodes import current_size
from verdazure.datasets.component import WorkspaceId, place
from verdazure.interfaces import (
    DiagnosticSettings,
    DiagnosticSettingsArgs,
    LandingRef,
    RoleAssignment,
    RoleAssignmentArgs,
    Site,
    diagnose,
    grant_all,
    weakened,
)
from verdazure.naming import Kind, check_name, physical_name
from verdazure.serving.redundancy import instances_for
from verdazure.serving.scaling import Cap, CapArgs, Quiet, QuietArgs, above, profiles
from verdazure.serving.scoring import Scoring
from verdazure.steering import SOME_ID, fault_of

# Microsoft Learn, Managed online endpoints, limits: the longest time that a request may take; read 2026-11-24.
LONGEST_LATENCY_MS = 180_000
PATIENT_MS = 30_000
"""Who can wait this long for an answer is served by a batch endpoint as well."""


class OnlineDeploymentArgs(TypedDict):
    """One version of the model, under a name that stays with it: `blue`."""

    model_id: Input[str]
    """ARM id of the model's version."""
    instance_type: str
    """VM size, current in the facts table. A GPU takes a `need`. Rule MI06."""
    ceiling: int
    """Most instances, up to 10. Rule MI06."""
    requests_per_minute: float
    """That one instance answers within `latency_ms`: measure it under load."""
    floor: NotRequired[int]
    """Least instances. Default: what `availability_percent` takes. More than 1 is tagged `slo: high`. Rule MI05."""
    environment_id: NotRequired[Input[str]]
    """ARM id of the environment's version; an MLflow model needs none."""
    code_id: NotRequired[Input[str]]
    """ARM id of the code's version that holds `scoring_script`."""
    scoring_script: NotRequired[str]
    """File in the code, such as `score.py`."""
    concurrent_requests: NotRequired[int]
    """That one instance works on at once. Default 2: one core scores while another reads the next request."""
    need: NotRequired[str]
    """What asks for a GPU: `8 GB of weights, answers within 200 ms`."""
    caps: NotRequired[list[CapArgs]]
    """Most instances by carbon intensity, of what can wait; the controller applies them. Default: none."""
    urgent_share: NotRequired[float]
    """Of the requests, 0 to 1: what no cap holds back. Default 1."""
    watts_per_instance: NotRequired[float]
    """That an instance draws at work, for estimates and records."""
    quiet: NotRequired[QuietArgs]
    """Hours in which few call."""


class RolloutArgs(TypedDict):
    """A new deployment that takes over from an old one, step by step, unless it does harm; the controller does it."""

    old: str
    """Name of the deployment that serves."""
    new: str
    """Name of the one that shall."""
    steps: NotRequired[list[int]]
    """Per cent of the requests, rising to 100. Default 10, 50, 100."""
    more_grams_percent: NotRequired[float]
    """That a request of the new one may emit more before it goes back. Default 10."""
    more_latency_ms: NotRequired[float]
    """Default 10."""
    more_errors_percent: NotRequired[float]
    """Of the requests. Default 0.1."""


class OnlineEndpointArgs(TypedDict):
    """What a team decides about an endpoint."""

    landing: LandingRef
    """Where it is deployed: `landing.ref`."""
    workspace_id: Input[str]
    """ARM id of the Azure ML workspace: `workspace.resource_id`."""
    latency_ms: NotRequired[int]
    """Longest time that callers can wait for nine of ten answers, up to 30,000 ms. Without this need there is none for
    an endpoint that stands ready: take BatchEndpoint. Rule MI07."""
    deployments: dict[str, OnlineDeploymentArgs]
    """Versions of the model, by name."""
    traffic: NotRequired[dict[str, int]]
    """Per cent of the requests by deployment, 100 in sum. Needed for several. The controller, or `verdazure endpoint
    traffic`, applies it once the deployments are there; what a rollout has changed since, no `up` takes back."""
    mirror: NotRequired[dict[str, int]]
    """Per cent of the requests, up to 50, that one deployment gets copies of, whose answers nobody sees."""
    rollout: NotRequired[RolloutArgs]
    """Instead of `traffic`."""
    availability_percent: NotRequired[float]
    """Of the time that it answers. Default 99: one instance. Zones are Azure ML's own affair."""
    tags: NotRequired[dict[str, Input[str]]]
    """Further tags."""
    role_assignments: NotRequired[dict[str, RoleAssignmentArgs]]
    """Who may do what on the endpoint: callers need `AzureML Data Scientist`, or a role that scores."""
    diagnostic_settings: NotRequired[DiagnosticSettingsArgs]
    """Where its logs and metrics go. Default: all to the landing's workspace."""


class OnlineEndpoint(pulumi.ComponentResource):
    """A managed online endpoint without keys and without a public address, whose deployments each scale by load.

    Traffic is no part of the deployment: Azure refuses it before the deployments are there, and a rollout moves it
    while nobody deploys. What is wanted is handed on in `steering`.

    Raises: `ArgumentError` before any resource is registered, naming key, value, allowed values and fix.
    """

    resource_id: Output[str]
    """ARM id of the endpoint."""
    resource_name: Output[str]
    """Name of the endpoint, unique in its region."""
    principal_id: Output[str]
    """Object id of the endpoint's identity."""
    scoring_uri: Output[str]
    """Where requests go, from within the network."""
    deployment_ids: Output[dict[str, str]]
    """ARM ids by deployment."""
    steering: Output[str]
    """For CarbonController: what it scales, and how requests are shared."""

    def __init__(self, name: str, args: OnlineEndpointArgs, opts: Optional[ResourceOptions] = None) -> None:
        spec = normalise(self, name, args, _OnlineEndpoint)
        super().__init__(resource_type(OnlineEndpoint), name, dict(args), opts)
        child = ResourceOptions(parent=self)
        self._warn(spec)

        endpoint = self._endpoint(name, spec, child)
        made = {key: self._deployment(name, key, spec, endpoint, child) for key in spec.deployments}
        scaled = {key: self._scaling(name, key, spec, made[key], child) for key in spec.deployments}
        diagnose(name, endpoint.id, spec.diagnostic_settings, spec.landing, child)
        grant_all(name, endpoint.id, spec.role_assignments, child)

        self.resource_id, self.resource_name = endpoint.id, endpoint.name
        self.principal_id = endpoint.identity.apply(lambda identity: identity.principal_id)
        self.scoring_uri = endpoint.properties.apply(lambda known: known.scoring_uri)
        self.deployment_ids = Output.all(**{key: each.id for key, each in made.items()})
        self.steering = self._steering(name, spec, endpoint, made, scaled)
        self.register_outputs(
            {
                "resource_id": self.resource_id,
                "resource_name": self.resource_name,
                "principal_id": self.principal_id,
                "scoring_uri": self.scoring_uri,
                "deployment_ids": self.deployment_ids,
                "steering": self.steering,
            }
        )

    def _warn(self, spec: "_OnlineEndpoint") -> None:
        for key, each in spec.deployments.items():
            floor = spec.floor(each)
            if floor > 1:
                what = f"Deployment {key} keeps {floor} instances without any load."
                weakened(self, what, "MI05")

    def _endpoint(self, name: str, spec: "_OnlineEndpoint", child: ResourceOptions) -> ml.OnlineEndpoint:
        """Whoever directs requests later, a rollout or a person, is not overruled by the next `up`."""
        site = spec.landing
        theirs = ResourceOptions(ignore_changes=["properties.traffic", "properties.mirrorTraffic"])
        return ml.OnlineEndpoint(
            name,
            endpoint_name=physical_name(Kind.ONLINE_ENDPOINT, name, site.name_suffix),
            location=site.location,
            identity={"type": "SystemAssigned"},
            kind="Managed",
            properties={
                "auth_mode": "AADToken",
                "description": f"Answers within {spec.latency_ms} ms",
                "public_network_access": "Disabled",
            },
            tags=tags.merged(site.tags, {"latency": "interactive", "traffic": "controller"}, spec.tags),
            opts=ResourceOptions.merge(child, theirs),
            **place(spec.workspace_id),
        )

    def _deployment(
        self, name: str, key: str, spec: "_OnlineEndpoint", endpoint: ml.OnlineEndpoint, child: ResourceOptions
    ) -> ml.OnlineDeployment:
        """The number of instances is the autoscaler's from the first minute on."""
        asked, floor = spec.deployments[key], spec.floor(spec.deployments[key])
        own = {"latency": "interactive"}
        own |= {"slo": "high"} if floor > 1 else {}
        own |= {"need": asked.need} if asked.need else {}
        return ml.OnlineDeployment(
            f"{name}-{key}",
            deployment_name=key,
            endpoint_name=endpoint.name,
            location=spec.landing.location,
            sku={"name": "Default", "capacity": floor},
            properties=ml.ManagedOnlineDeploymentArgs(
                endpoint_compute_type="Managed",
                model=asked.model_id,
                environment_id=asked.environment_id,
                code_configuration=asked.code(),
                instance_type=asked.instance_type,
                app_insights_enabled=False,
                egress_public_network_access="Disabled",
                request_settings=ml.OnlineRequestSettingsArgs(
                    max_concurrent_requests_per_instance=asked.concurrent_requests,
                    request_timeout=f"PT{max(1, round((spec.latency_ms or 0) * 2 / 1000))}S",
                ),
                liveness_probe=_PROBE,
                readiness_probe=_PROBE,
            ),
            tags=tags.merged(spec.landing.tags, own, spec.tags),
            opts=ResourceOptions.merge(child, ResourceOptions(ignore_changes=["sku.capacity"])),
            **place(spec.workspace_id),
        )

    def _scaling(
        self, name: str, key: str, spec: "_OnlineEndpoint", made: ml.OnlineDeployment, child: ResourceOptions
    ) -> monitor.AutoscaleSetting:
        """The controller's profile comes and goes; what is deployed stays below it."""
        asked = spec.deployments[key]
        has_gpu = facts.vm_size(asked.instance_type).gpu is not None
        return monitor.AutoscaleSetting(
            f"{name}-{key}",
            autoscale_setting_name=physical_name(Kind.AUTOSCALE_SETTING, f"{name}-{key}", spec.landing.name_suffix),
            resource_group_name=spec.landing.resource_group_name,
            location=spec.landing.location,
            enabled=True,
            target_resource_uri=made.id,
            profiles=profiles(spec.floor(asked), asked.ceiling, has_gpu, asked.quiet, made.id),
            tags=tags.merged(spec.landing.tags, {}, spec.tags),
            opts=child,
        )

    def _steering(
        self,
        name: str,
        spec: "_OnlineEndpoint",
        endpoint: ml.OnlineEndpoint,
        made: Mapping[str, ml.OnlineDeployment],
        scaled: Mapping[str, monitor.AutoscaleSetting],
    ) -> Output[str]:
        known = Output.all(
            endpoint=endpoint.id,
            region=Output.from_input(spec.landing.location),
            deployments=Output.all(**{key: each.id for key, each in made.items()}),
            settings=Output.all(**{key: each.id for key, each in scaled.items()}),
        )
        return known.apply(lambda resolved: spec.document(name, resolved).write())


# The checked arguments


# A model of gigabytes takes minutes to load; Azure ML's own default gives it ten seconds.
_PROBE = ml.ProbeSettingsArgs(
    failure_threshold=30, initial_delay="PT10S", period="PT10S", success_threshold=1, timeout="PT2S"
)


class _OnlineDeployment(Scoring):
    instance_type: Text
    ceiling: Annotated[Count, Field(ge=1, le=guardrails.ONLINE_INSTANCES_MAX.value)]
    requests_per_minute: Annotated[Number, Field(gt=0)]
    floor: Annotated[Count, Field(ge=1)] | None = None
    concurrent_requests: Annotated[Count, Field(ge=1)] = guardrails.REQUESTS_AT_ONCE_MIN.value
    need: Annotated[Text, Field(max_length=256)] | None = None
    caps: tuple[Cap, ...] = ()
    urgent_share: Annotated[Number, Field(ge=0, le=1)] = 1.0
    watts_per_instance: Annotated[Number, Field(gt=0)] | None = None
    quiet: Quiet | None = None

    @model_validator(mode="after")
    def _check(self) -> "_OnlineDeployment":
        try:
            has_gpu = facts.vm_size(self.instance_type).gpu is not None
        except facts.UnknownFact as unknown:
            refuse("instance_type", self.instance_type, "a size in the facts table", str(unknown))
        current_size(self.instance_type, with_gpu=has_gpu)
        if has_gpu and self.need is None:
            fix = "say it, or take a CPU size: many models answer on one"
            refuse("need", None, f"what asks for the GPU of {self.instance_type}", fix)
        self.check_code()
        return self


class _Rollout(Record):
    old: Text
    new: Text
    steps: tuple[Annotated[Count, Field(ge=1, le=100)], ...] = (10, 50, 100)
    more_grams_percent: Annotated[Number, Field(ge=0)] = 10.0
    more_latency_ms: Annotated[Number, Field(ge=0)] = 10.0
    more_errors_percent: Annotated[Number, Field(ge=0)] = 0.1


DeploymentName = Annotated[Text, Field(pattern=r"^[A-Za-z][A-Za-z0-9-]{1,30}[A-Za-z0-9]$")]


class _OnlineEndpoint(Record):
    landing: Site
    workspace_id: WorkspaceId
    latency_ms: Annotated[Count, Field(ge=1)] | None = None
    deployments: Annotated[Mapping[DeploymentName, _OnlineDeployment], Field(min_length=1)]
    traffic: Mapping[Text, Annotated[Count, Field(ge=0, le=100)]] = {}
    mirror: Mapping[Text, Annotated[Count, Field(ge=1, le=50)]] = {}
    rollout: _Rollout | None = None
    availability_percent: Annotated[Number, Field(gt=0, lt=100)] = 99.0
    tags: Mapping[str, TextLeaf] = {}
    role_assignments: Mapping[str, RoleAssignment] = {}
    diagnostic_settings: DiagnosticSettings = DiagnosticSettings()

    @model_validator(mode="after")
    def _check(self, info: ValidationInfo) -> "_OnlineEndpoint":
        check_name(component_name(info), Kind.ONLINE_ENDPOINT, Kind.AUTOSCALE_SETTING)
        if self.latency_ms is None or self.latency_ms > PATIENT_MS:
            fix = "give it, or use BatchEndpoint: its machines are there only while there is work"
            refuse("latency_ms", self.latency_ms, f"how long callers can wait, at most {PATIENT_MS} ms", fix)
        for key, each in self.deployments.items():
            if self.floor(each) > each.ceiling:
                allowed = f"at least {self.floor(each)}, which {self.availability_percent:g} % takes"
                refuse(f"deployments.{key}.ceiling", each.ceiling, allowed, "raise it, or state a floor")
        self._check_shares()
        self._check_document(component_name(info))
        return self

    def _check_shares(self) -> None:
        if self.rollout is not None and (self.traffic or self.mirror):
            refuse("rollout", "given", "either rollout, or traffic and mirror", "remove one")
        named = [*self.traffic, *self.mirror, *([self.rollout.old, self.rollout.new] if self.rollout else [])]
        for key in named:
            if key not in self.deployments:
                refuse("traffic" if not self.rollout else "rollout", key, ", ".join(self.deployments), "name one")
        if self.rollout is None and len(self.deployments) > 1 and sum(self.traffic.values()) != 100:
            shares = sum(self.traffic.values())
            refuse("traffic", shares, "100 per cent in sum, as there are several deployments", "say who gets what")
        if len(self.mirror) > 1:
            refuse("mirror", ", ".join(self.mirror), "one deployment, as Azure mirrors to one", "name one")

    def _check_document(self, name: str) -> None:
        """Caps that contradict one another, and steps that do not rise, are found before anything is deployed."""
        every = dict.fromkeys(self.deployments, SOME_ID)
        try:
            self.document(
                name, {"endpoint": SOME_ID, "region": "swedencentral", "deployments": every, "settings": every}
            )
        except ValueError as error:
            refuse("deployments", "contradictory", fault_of(error), "mend caps, floor, ceiling or the rollout's steps")

    def floor(self, asked: _OnlineDeployment) -> int:
        """Least instances of a deployment."""
        return asked.floor or instances_for(self.availability_percent)

    def document(self, name: str, known: Mapping[str, Any]) -> steering.Steering:
        """Raises `ValueError` for numbers that contradict one another."""
        scaled = {
            f"{name}-{key}": steering.DeploymentScaling(
                deployment_id=known["deployments"][key],
                autoscale_setting_id=known["settings"][key],
                region=known["region"],
                floor=self.floor(asked),
                ceiling=asked.ceiling,
                requests_per_minute=asked.requests_per_minute,
                caps=above(asked.caps),
                urgent_share=asked.urgent_share,
                watts_per_instance=asked.watts_per_instance,
            )
            for key, asked in self.deployments.items()
        }
        if self.rollout is not None:
            return steering.Steering(deployments=scaled, rollouts={name: self._rollout(self.rollout, known)})
        shares = dict(self.traffic) or {next(iter(self.deployments)): 100}
        plan = steering.TrafficPlan(endpoint_id=known["endpoint"], shares=shares, mirror=dict(self.mirror))
        return steering.Steering(deployments=scaled, traffic={name: plan})

    def _rollout(self, asked: _Rollout, known: Mapping[str, Any]) -> steering.RolloutPlan:
        return steering.RolloutPlan(
            endpoint_id=known["endpoint"],
            old=asked.old,
            new=asked.new,
            region=known["region"],
            steps=asked.steps,
            more_grams_share=asked.more_grams_percent / 100,
            more_latency_ms=asked.more_latency_ms,
            more_error_share=asked.more_errors_percent / 100,
            watts_per_instance=self.deployments[asked.old].watts_per_instance,
        )
