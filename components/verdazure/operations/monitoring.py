"""Monitoring: what models emit, cost and answer, in one place, and somebody who is told when it is too much."""

from collections.abc import Mapping
from typing import Annotated, NotRequired, Optional, TypedDict
from uuid import UUID, uuid5

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_azure_native import applicationinsights, monitor, operationalinsights
from pydantic import Field, ValidationInfo, model_validator

from verdazure import guardrails, tags
from verdazure.args import Count, Flag, Number, Record, Text, TextLeaf, component_name, normalise, refuse, resource_type
from verdazure.contacts import action_group
from verdazure.interfaces import LandingRef, Site, name_of, resource_group_of, weakened
from verdazure.naming import Kind, check_name, named, physical_name
from verdazure.operations.alerts import DAY, HOUR, LogAlert, log_alert
from verdazure.operations.monitors import ModelMonitor, ModelMonitorArgs, monitor_schedule
from verdazure.operations.tables import TABLES, stream
from verdazure.operations.workbook import document

_WORKBOOKS = "b7a9a1c1-1f0b-5a57-9f0e-5d2c3a4e6f10"
"""Namespace of the workbooks' names, which are GUIDs."""


class MonitoringArgs(TypedDict):
    """What a team decides about what it watches."""

    landing: LandingRef
    """Where it is deployed: `landing.ref`; its log workspace gets the tables."""
    contact_emails: list[str]
    """Who is told."""
    retention_days: NotRequired[int]
    """Days that rows can be asked for, 4 to 730. Default 30. Rule MO02."""
    monthly_kilograms: NotRequired[float]
    """kgCO2e that all workloads together may emit in 30 days before somebody is told. Default: nobody is."""
    drift_psi: NotRequired[float]
    """Population stability index above which somebody is told. Default 0.25."""
    idle_gpu_percent: NotRequired[int]
    """Utilisation of GPUs, averaged over an hour in which they are held, below which somebody is told. Default 10."""
    workspace_ids: NotRequired[dict[str, Input[str]]]
    """ARM ids of Azure ML workspaces whose GPUs are watched, by a name that stays."""
    endpoint_ids: NotRequired[dict[str, Input[str]]]
    """ARM ids of online endpoints whose answers are watched, by a name that stays."""
    latency_ms: NotRequired[int]
    """P90 of an endpoint's answers above which somebody is told. Needed where endpoints are watched."""
    controller: NotRequired[bool]
    """Whether somebody is told when a carbon controller has been silent for an hour. Default false."""
    open_ingestion: NotRequired[bool]
    """Whether rows may be sent over the internet, by who has the role; else by an Azure Monitor private link scope of
    yours alone. Default true."""
    monitors: NotRequired[dict[str, ModelMonitorArgs]]
    """Azure ML's own monitors of data and prediction drift, by name."""
    tags: NotRequired[dict[str, Input[str]]]
    """Further tags."""


class Monitoring(pulumi.ComponentResource):
    """Tables for energy, carbon, drift and decisions, the rule that fills them, alerts, and a workbook.

    Rows come by the Logs Ingestion API with an identity that has `Monitoring Metrics Publisher` on the rule: there is
    no key. An alert asks once an hour, as nothing here is an emergency.

    Raises: `ArgumentError` before any resource is registered, naming key, value, allowed values and fix.
    """

    resource_id: Output[str]
    """ARM id of the data collection rule."""
    resource_name: Output[str]
    """Name of the data collection rule."""
    rule_id: Output[str]
    """ARM id of the data collection rule, for role assignments."""
    rule_immutable_id: Output[str]
    """By which rows are sent."""
    ingestion_endpoint: Output[str]
    """Where rows are sent to."""
    action_group_id: Output[str]
    """ARM id of the action group, for alerts of your own."""
    workbook_id: Output[str]
    """ARM id of the workbook."""

    def __init__(self, name: str, args: MonitoringArgs, opts: Optional[ResourceOptions] = None) -> None:
        spec = normalise(self, name, args, _Monitoring)
        super().__init__(resource_type(Monitoring), name, dict(args), opts)
        child = ResourceOptions(parent=self)
        labels = tags.merged(spec.landing.tags, {}, spec.tags)
        self._warn(spec)

        tables = [self._table(name, table, spec, child) for table in TABLES]
        entry = self._entry(name, spec, labels, child)
        rule = self._rule(name, spec, entry, labels, ResourceOptions.merge(child, ResourceOptions(depends_on=tables)))
        group = action_group(name, "verdazure", spec.contact_emails, spec.landing, labels, child)
        self._log_alerts(name, spec, group, labels, ResourceOptions.merge(child, ResourceOptions(depends_on=tables)))
        self._metric_alerts(name, spec, group, labels, child)
        workbook = self._workbook(name, spec, labels, child)
        for key, asked in spec.monitors.items():
            monitor_schedule(f"{name}-{key}", asked, spec.contact_emails, spec.landing, labels, child)

        self.resource_id = self.rule_id = rule.id
        self.resource_name, self.rule_immutable_id = rule.name, rule.immutable_id
        self.ingestion_endpoint = entry.logs_ingestion.apply(lambda known: known.endpoint)
        self.action_group_id, self.workbook_id = group.id, workbook.id
        self.register_outputs(
            {
                "resource_id": self.resource_id,
                "resource_name": self.resource_name,
                "rule_id": self.rule_id,
                "rule_immutable_id": self.rule_immutable_id,
                "ingestion_endpoint": self.ingestion_endpoint,
                "action_group_id": self.action_group_id,
                "workbook_id": self.workbook_id,
            }
        )

    def _warn(self, spec: "_Monitoring") -> None:
        limit = guardrails.LOG_RETENTION_DAYS_MAX
        if spec.retention_days > limit.value:
            weakened(self, f"Rows are kept {spec.retention_days} days; the limit is {limit.value}.", limit.rule)

    def _table(self, name: str, table: str, spec: "_Monitoring", child: ResourceOptions) -> operationalinsights.Table:
        return operationalinsights.Table(
            f"{name}-{table.removesuffix('_CL').removeprefix('Verdazure').lower()}",
            table_name=table,
            workspace_name=spec.logs.apply(name_of),
            resource_group_name=spec.logs.apply(resource_group_of),
            plan="Analytics",
            retention_in_days=spec.retention_days,
            total_retention_in_days=spec.retention_days,
            schema={"name": table, "columns": [{"name": key, "type": kind} for key, kind in TABLES[table].items()]},
            opts=child,
        )

    def _entry(
        self, name: str, spec: "_Monitoring", labels: Mapping[str, Input[str]], child: ResourceOptions
    ) -> monitor.DataCollectionEndpoint:
        """Where rows go in, by who has `Monitoring Metrics Publisher` on the rule; none can be read here."""
        return monitor.DataCollectionEndpoint(
            name,
            data_collection_endpoint_name=physical_name(Kind.DATA_COLLECTION_ENDPOINT, name, spec.landing.name_suffix),
            resource_group_name=spec.landing.resource_group_name,
            location=spec.landing.location,
            network_acls={"public_network_access": "Enabled" if spec.open_ingestion else "Disabled"},
            tags=labels,
            opts=child,
        )

    def _rule(
        self,
        name: str,
        spec: "_Monitoring",
        entry: monitor.DataCollectionEndpoint,
        labels: Mapping[str, Input[str]],
        opts: ResourceOptions,
    ) -> monitor.DataCollectionRule:
        columns = {
            stream(table): {"columns": [{"name": key, "type": kind} for key, kind in declared.items()]}
            for table, declared in TABLES.items()
        }
        flows = [
            {
                "streams": [stream(table)],
                "destinations": ["logs"],
                "output_stream": stream(table),
                "transform_kql": "source",
            }
            for table in TABLES
        ]
        return monitor.DataCollectionRule(
            name,
            data_collection_rule_name=physical_name(Kind.DATA_COLLECTION_RULE, name, spec.landing.name_suffix),
            resource_group_name=spec.landing.resource_group_name,
            location=spec.landing.location,
            data_collection_endpoint_id=entry.id,
            description="Energy, carbon, drift and decisions",
            stream_declarations=columns,
            destinations={"log_analytics": [{"name": "logs", "workspace_resource_id": spec.logs}]},
            data_flows=flows,
            tags=labels,
            opts=opts,
        )

    def _log_alerts(
        self,
        name: str,
        spec: "_Monitoring",
        group: monitor.ActionGroup,
        labels: Mapping[str, Input[str]],
        opts: ResourceOptions,
    ) -> None:
        for key, alert in spec.log_alerts().items():
            log_alert(f"{name}-{key}", f"{name}-{key}", alert, spec.logs, group.id, spec.landing, labels, opts)

    def _metric_alerts(
        self,
        name: str,
        spec: "_Monitoring",
        group: monitor.ActionGroup,
        labels: Mapping[str, Input[str]],
        opts: ResourceOptions,
    ) -> None:
        idle = ("GpuUtilizationPercentage", "LessThan", spec.idle_gpu_percent, "A GPU is held and hardly used")
        slow = ("RequestLatency_P90", "GreaterThan", spec.latency_ms or 0, "An endpoint answers too slowly")
        watched = {f"idle-gpu-{key}": (scope, *idle) for key, scope in spec.workspace_ids.items()}
        watched |= {f"slow-{key}": (scope, *slow) for key, scope in spec.endpoint_ids.items()}
        for key, (scope, metric, operator, threshold, title) in watched.items():
            criterion = monitor.MetricCriteriaArgs(
                criterion_type="StaticThresholdCriterion",
                name=metric,
                metric_name=metric,
                operator=operator,
                threshold=threshold,
                time_aggregation="Average",
            )
            monitor.MetricAlert(
                f"{name}-{key}",
                rule_name=f"{name}-{key}",
                resource_group_name=spec.landing.resource_group_name,
                location="global",
                description=title,
                enabled=True,
                severity=3,
                scopes=[scope],
                evaluation_frequency="PT15M",
                window_size=HOUR,
                auto_mitigate=True,
                criteria=monitor.MetricAlertSingleResourceMultipleMetricCriteriaArgs(
                    odata_type="Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria", all_of=[criterion]
                ),
                actions=[{"action_group_id": group.id}],
                tags=labels,
                opts=opts,
            )

    def _workbook(
        self, name: str, spec: "_Monitoring", labels: Mapping[str, Input[str]], child: ResourceOptions
    ) -> applicationinsights.Workbook:
        title = f"Sustainable AI: {name}"
        return applicationinsights.Workbook(
            name,
            resource_group_name=spec.landing.resource_group_name,
            location=spec.landing.location,
            kind="shared",
            category="workbook",
            display_name=title,
            source_id=spec.logs,
            serialized_data=spec.logs.apply(lambda logs: document(title, logs)),
            version="1.0",
            tags=labels,
            opts=ResourceOptions.merge(child, named(spec.workbook_name(name))),
        )


# The checked arguments


class _Monitoring(Record):
    landing: Site
    contact_emails: Annotated[tuple[Text, ...], Field(min_length=1)]
    retention_days: Annotated[Count, Field(ge=4, le=730)] = guardrails.LOG_RETENTION_DAYS_MIN.value
    monthly_kilograms: Annotated[Number, Field(gt=0)] | None = None
    drift_psi: Annotated[Number, Field(gt=0)] = 0.25
    idle_gpu_percent: Annotated[Count, Field(ge=1, le=100)] = 10
    workspace_ids: Mapping[Text, TextLeaf] = {}
    endpoint_ids: Mapping[Text, TextLeaf] = {}
    latency_ms: Annotated[Count, Field(ge=1)] | None = None
    controller: Flag = False
    open_ingestion: Flag = True
    monitors: Mapping[Text, ModelMonitor] = {}
    tags: Mapping[str, TextLeaf] = {}

    @model_validator(mode="after")
    def _check(self, info: ValidationInfo) -> "_Monitoring":
        check_name(component_name(info), Kind.ACTION_GROUP, Kind.DATA_COLLECTION_ENDPOINT, Kind.DATA_COLLECTION_RULE)
        if self.landing.log_workspace_id is None:
            refuse("landing", None, "a landing with a log workspace", "let Landing make one, or give log_workspace_id")
        if self.endpoint_ids and self.latency_ms is None:
            refuse("latency_ms", None, "the P90 above which somebody is told, ms", "give it, or remove endpoint_ids")
        return self

    @property
    def logs(self) -> Output[str]:
        """ARM id of the log workspace."""
        return Output.from_input(self.landing.log_workspace_id or "")

    def workbook_name(self, name: str) -> Output[str]:
        """A GUID, the same for the same landing and name."""
        return Output.from_input(self.landing.name_suffix).apply(
            lambda suffix: str(uuid5(UUID(_WORKBOOKS), f"{name}-{suffix}"))
        )

    def log_alerts(self) -> Mapping[str, LogAlert]:
        """Each fires where its query gives a row."""
        alerts = {
            "drift": LogAlert(
                title="A model's data or predictions have drifted",
                query=f"VerdazureDrift_CL | where Psi > {self.drift_psi:g} | distinct Model",
                window=DAY,
                every=DAY,
            )
        }
        if self.monthly_kilograms is not None:
            alerts["carbon"] = LogAlert(
                title=f"More than {self.monthly_kilograms:g} kgCO2e in 30 days",
                query="VerdazureSustainability_CL | where TimeGenerated > ago(30d) | summarize Grams = sum(Grams)"
                f" | where Grams > {self.monthly_kilograms * 1000:g}",
                window=DAY,
                every=DAY,
                looks_back="P2D",
            )
        if self.controller:
            alerts["silent"] = LogAlert(
                title="The carbon controller says nothing",
                query="VerdazureDecisions_CL | summarize Rows = count() | where Rows == 0",
            )
        return alerts
