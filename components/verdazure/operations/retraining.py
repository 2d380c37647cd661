"""RetrainingPolicy: what is asked of a model in production, and when it is trained again."""

from collections.abc import Mapping
from datetime import timedelta
from enum import Enum
from typing import Annotated, NotRequired, Optional, TypedDict

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_azure_native import monitor
from pydantic import Field, ValidationInfo, model_validator

from verdazure import steering, tags
from verdazure.args import Count, Number, Record, Text, TextLeaf, component_name, normalise, refuse, resource_type
from verdazure.carbon.drift import Triggers
from verdazure.datasets.component import ASSET_NAME, WorkspaceId
from verdazure.interfaces import LandingRef, Site, name_of
from verdazure.operations.alerts import DAY, LogAlert, log_alert
from verdazure.steering import SOME_ID, fault_of

_USUAL = Triggers()


class ModelKind(str, Enum):
    """What a model is, as far as it ages. The ages are decisions: what is measured goes before."""

    FORECAST = "forecast"
    """30 days: it lives on the last weeks."""
    TABULAR = "tabular"
    """180 days."""
    LANGUAGE = "language"
    """365 days."""
    VISION = "vision"
    """365 days."""
    TIMELESS = "timeless"
    """Never for its age."""

    @property
    def longest_life_days(self) -> float | None:
        """Days after which it is trained again whatever is measured."""
        return {
            ModelKind.FORECAST: 30.0,
            ModelKind.TABULAR: 180.0,
            ModelKind.LANGUAGE: 365.0,
            ModelKind.VISION: 365.0,
            ModelKind.TIMELESS: None,
        }[self]


class RetrainingPolicyArgs(TypedDict):
    """What a team decides about a model's training again."""

    landing: LandingRef
    """Where it is deployed: `landing.ref`; its log workspace holds VerdazureDrift_CL."""
    workspace_id: Input[str]
    """ARM id of the Azure ML workspace: `workspace.resource_id`."""
    schedule_name: Input[str]
    """`schedule.resource_name` of a TrainingSchedule whose timing has mode `drift`: its windows are opportunities."""
    model: str
    """Name of the model asset. Its newest version says when it was trained and, by its tag `accuracy`, how right."""
    kind: ModelKind
    """How long it may live."""
    action_group_id: Input[str]
    """`monitoring.action_group_id`: who is told when nobody measures its drift."""
    psi: NotRequired[float]
    """Population stability index above which a window has drifted. Default 0.25."""
    ks_p: NotRequired[float]
    """p-value of the Kolmogorov-Smirnov test below which it has. Default 0.001."""
    accuracy_drop: NotRequired[float]
    """Below the accuracy at training, as a share. Default 0.02."""
    persistence: NotRequired[int]
    """Drifted windows in a row that it takes. Default 3."""
    cooldown_days: NotRequired[float]
    """Since the last training. Default 7."""
    longest_life_days: NotRequired[float]
    """Instead of its kind's."""
    silent_days: NotRequired[int]
    """Without any measurement, 1 or 2, after which somebody is told. Default 2: an alert looks back no further."""
    tags: NotRequired[dict[str, Input[str]]]
    """Further tags."""


class RetrainingPolicy(pulumi.ComponentResource):
    """Training by need instead of by the calendar: by drift that lasts, by accuracy, or by age.

    The carbon controller orders a run, and starts it in the clean hours of the schedule's next window. Where nobody
    measures there is no drift to be seen: that is told.

    Raises: `ArgumentError` before any resource is registered, naming key, value, allowed values and fix.
    """

    resource_id: Output[str]
    """ARM id of the alert that nobody measures."""
    resource_name: Output[str]
    """Name of that alert."""
    steering: Output[str]
    """For CarbonController."""

    def __init__(self, name: str, args: RetrainingPolicyArgs, opts: Optional[ResourceOptions] = None) -> None:
        spec = normalise(self, name, args, _RetrainingPolicy)
        super().__init__(resource_type(RetrainingPolicy), name, dict(args), opts)
        child = ResourceOptions(parent=self)

        alert = self._alert(name, spec, child)
        self.resource_id, self.resource_name = alert.id, alert.name
        known = Output.all(spec.workspace_id, spec.schedule_name, spec.landing.log_workspace_id or "")
        self.steering = known.apply(lambda ids: spec.document(name, *ids).write())
        self.register_outputs(
            {
                "resource_id": self.resource_id,
                "resource_name": self.resource_name,
                "steering": self.steering,
            }
        )

    def _alert(self, name: str, spec: "_RetrainingPolicy", child: ResourceOptions) -> monitor.ScheduledQueryRule:
        asked = f'VerdazureDrift_CL | where Model == "{spec.model}" | summarize Rows = count() | where Rows == 0'
        alert = LogAlert(
            title=f"Nobody measures the drift of {spec.model}",
            query=asked,
            window=f"P{spec.silent_days}D",
            every=DAY,
            unchecked=True,
        )
        logs, labels = spec.landing.log_workspace_id or "", tags.merged(spec.landing.tags, {}, spec.tags)
        return log_alert(name, f"{name}-silent", alert, logs, spec.action_group_id, spec.landing, labels, child)


# The checked arguments


class _RetrainingPolicy(Record):
    landing: Site
    workspace_id: WorkspaceId
    schedule_name: TextLeaf
    model: Annotated[Text, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]
    kind: ModelKind
    action_group_id: TextLeaf
    psi: Number = _USUAL.psi
    ks_p: Number = _USUAL.ks_p
    accuracy_drop: Number = _USUAL.accuracy_drop
    persistence: Annotated[Count, Field(ge=1)] = _USUAL.persistence
    cooldown_days: Annotated[Number, Field(ge=0)] = _USUAL.cooldown / timedelta(days=1)
    longest_life_days: Annotated[Number, Field(gt=0)] | None = None
    silent_days: Annotated[Count, Field(ge=1, le=2)] = 2
    tags: Mapping[str, TextLeaf] = {}

    @model_validator(mode="after")
    def _check(self, info: ValidationInfo) -> "_RetrainingPolicy":
        name = component_name(info)
        if not ASSET_NAME.fullmatch(name) or len(name) > 100:
            refuse("name", name, "1 to 100 letters, digits, dashes and underscores", "rename the component")
        if self.landing.log_workspace_id is None:
            refuse("landing", None, "a landing with a log workspace", "let Landing make one, or give log_workspace_id")
        try:
            self.document(name, SOME_ID, "schedule", SOME_ID)
        except ValueError as error:
            refuse("psi, ks_p, accuracy_drop or the days", "contradictory", fault_of(error), "mend it")
        return self

    def document(self, name: str, workspace_id: str, schedule: str, log_workspace_id: str) -> steering.Steering:
        """Raises `ValueError` for thresholds that mean nothing."""
        plan = steering.RetrainingPlan(
            workspace_id=workspace_id,
            schedule=name_of(schedule),
            model=self.model,
            log_workspace_id=log_workspace_id,
            psi=self.psi,
            ks_p=self.ks_p,
            accuracy_drop=self.accuracy_drop,
            persistence=self.persistence,
            cooldown_days=self.cooldown_days,
            longest_life_days=self.longest_life_days or self.kind.longest_life_days,
        )
        return steering.Steering(retraining={name: plan})
