"""Azure ML's own monitors of data and prediction drift: a serverless Spark job now and then, nothing in between."""

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Annotated, NotRequired, TypedDict

from pulumi import Input, Output, ResourceOptions
from pulumi_azure_native import machinelearningservices as ml
from pydantic import Field

from verdazure.args import Number, Record, Text, TextLeaf
from verdazure.carbon.typical_hours import cleanest_hour
from verdazure.datasets.component import WorkspaceId, place
from verdazure.interfaces import Site

# Microsoft Learn, Monitor models in production: the sizes and the runtime that serverless Spark takes; read 2026-11-24.
SIZE, RUNTIME = "standard_e4s_v3", "3.4"


class Task(str, Enum):
    """What the model answers, by Azure's own names."""

    CLASSIFICATION = "Classification"
    REGRESSION = "Regression"


class ModelMonitorArgs(TypedDict):
    """A model in production, beside the data that it was trained on."""

    workspace_id: Input[str]
    """ARM id of the Azure ML workspace."""
    task: Task
    """What the model answers."""
    deployment_id: NotRequired[Input[str]]
    """ARM id of the online deployment, as the monitor's target."""
    reference_uri: Input[str]
    """Data asset or path of the data that it was trained on."""
    inputs_uri: Input[str]
    """Data asset or path of what it is asked in production."""
    outputs_uri: NotRequired[Input[str]]
    """Data asset or path of what it answers, for prediction drift."""
    threshold: NotRequired[float]
    """Jensen-Shannon distance, or index of population stability, above which somebody is told. Default 0.25."""
    identity_id: NotRequired[Input[str]]
    """ARM id of the identity that reads the data. Default: whoever the workspace runs Spark as."""


class ModelMonitor(Record):
    """Checked `ModelMonitorArgs`."""

    workspace_id: WorkspaceId
    task: Task
    deployment_id: TextLeaf | None = None
    reference_uri: TextLeaf
    inputs_uri: TextLeaf
    outputs_uri: TextLeaf | None = None
    threshold: Annotated[Number, Field(gt=0)] = 0.25
    identity_id: TextLeaf | None = None


def monitor_schedule(
    name: str,
    asked: ModelMonitor,
    contacts: Sequence[Text],
    site: Site,
    labels: Mapping[str, Input[str]],
    opts: ResourceOptions,
) -> ml.Schedule:
    """Once a week, on Monday, at the hour of the region's typical day that emits least."""
    hour = Output.from_input(site.location).apply(lambda region: cleanest_hour(region) or 0)
    trigger = ml.RecurrenceTriggerArgs(
        trigger_type="Recurrence",
        frequency="Week",
        interval=1,
        schedule=ml.RecurrenceScheduleArgs(hours=[hour], minutes=[0], week_days=["Monday"]),
        time_zone="UTC",
    )
    definition = ml.MonitorDefinitionArgs(
        compute_configuration=ml.MonitorServerlessSparkComputeArgs(
            compute_type="ServerlessSpark",
            compute_identity=_identity(asked),
            instance_type=SIZE,
            runtime_version=RUNTIME,
        ),
        monitoring_target=ml.MonitoringTargetArgs(task_type=asked.task.value, deployment_id=asked.deployment_id),
        signals=_signals(asked),
        alert_notification_settings=ml.MonitorNotificationSettingsArgs(
            email_notification_settings=ml.MonitorEmailNotificationSettingsArgs(emails=list(contacts))
        ),
    )
    return ml.Schedule(
        name,
        name=name,
        properties=ml.SchedulePropertiesArgs(
            action=ml.CreateMonitorActionArgs(action_type="CreateMonitor", monitor_definition=definition),
            display_name=name,
            is_enabled=True,
            tags=labels,
            trigger=trigger,
        ),
        opts=opts,
        **place(asked.workspace_id),
    )


def _identity(asked: ModelMonitor) -> ml.AmlTokenComputeIdentityArgs | ml.ManagedComputeIdentityArgs:
    if asked.identity_id is None:
        return ml.AmlTokenComputeIdentityArgs(compute_identity_type="AmlToken")
    return ml.ManagedComputeIdentityArgs(
        compute_identity_type="ManagedIdentity",
        identity=ml.ManagedServiceIdentityArgs(type="UserAssigned", user_assigned_identities=[asked.identity_id]),
    )


def _signals(
    asked: ModelMonitor,
) -> dict[str, ml.DataDriftMonitoringSignalArgs | ml.PredictionDriftMonitoringSignalArgs]:
    signals: dict[str, ml.DataDriftMonitoringSignalArgs | ml.PredictionDriftMonitoringSignalArgs] = {
        "data_drift": ml.DataDriftMonitoringSignalArgs(
            signal_type="DataDrift",
            reference_data=_fixed(asked.reference_uri, "Training"),
            production_data=_week(asked.inputs_uri, "ModelInputs"),
            metric_thresholds=[
                ml.NumericalDataDriftMetricThresholdArgs(
                    data_type="Numerical", metric="PopulationStabilityIndex", threshold=_above(asked)
                ),
                ml.CategoricalDataDriftMetricThresholdArgs(
                    data_type="Categorical", metric="PopulationStabilityIndex", threshold=_above(asked)
                ),
            ],
        )
    }
    if asked.outputs_uri is not None:
        kind = "Categorical" if asked.task is Task.CLASSIFICATION else "Numerical"
        threshold = (
            ml.CategoricalPredictionDriftMetricThresholdArgs
            if asked.task is Task.CLASSIFICATION
            else ml.NumericalPredictionDriftMetricThresholdArgs
        )
        signals["prediction_drift"] = ml.PredictionDriftMonitoringSignalArgs(
            signal_type="PredictionDrift",
            reference_data=_fixed(asked.reference_uri, "Training"),
            production_data=_week(asked.outputs_uri, "ModelOutputs"),
            metric_thresholds=[threshold(data_type=kind, metric="PopulationStabilityIndex", threshold=_above(asked))],
        )
    return signals


def _above(asked: ModelMonitor) -> ml.MonitoringThresholdArgs:
    return ml.MonitoringThresholdArgs(value=asked.threshold)


def _fixed(uri: Input[str], context: str) -> ml.FixedInputDataArgs:
    return ml.FixedInputDataArgs(input_data_type="Fixed", job_input_type="mltable", uri=uri, data_context=context)


def _week(uri: Input[str], context: str) -> ml.RollingInputDataArgs:
    return ml.RollingInputDataArgs(
        input_data_type="Rolling",
        job_input_type="mltable",
        uri=uri,
        data_context=context,
        window_size="P7D",
        window_offset="P0D",
    )
