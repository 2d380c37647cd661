"""Somebody is told when devices stay away, modules fail, or messages back up on a device.

The hub's own log says who is connected. What happens on a device comes from Microsoft's metrics collector 2.0, which
sends to a data collection rule by an identity and not, as before it, by a workspace's key. After Microsoft Learn:
columns and `Origin`, "Migrate the IoT Edge metrics collector to Logs Ingestion" (2026-09-16); the query of messages
that back up, "Queries for the InsightsMetrics table" (2024-02-18); what metrics mean, "Access built-in metrics"; the
hub's log, "Monitoring Azure IoT Hub data reference"; all read on 2026-11-29. How Log Analytics names its columns is
from memory, and none of it is held against a fleet yet.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from pulumi import Input, Output, ResourceOptions
from pulumi_azure_native import monitor, operationalinsights

from verdazure import guardrails
from verdazure.contacts import action_group
from verdazure.interfaces import Site, name_of, resource_group_of
from verdazure.naming import Kind, physical_name
from verdazure.operations.alerts import LogAlert, log_alert

TABLE = "IoTEdgeMetrics_CL"
STREAM = "Custom-IoTEdgeMetrics"
COLUMNS = {
    "TimeGenerated": "datetime",
    "Origin": "string",
    "Namespace": "string",
    "Name": "string",
    "Value": "real",
    "Tags": "string",
    "ResourceId": "string",
}


@dataclass(frozen=True)
class Watch:
    """Who is told, and of what."""

    contact_emails: tuple[str, ...]
    offline_minutes: int
    queued_messages: int
    running_percent: int

    def alerts(self, hub_id: Output[str]) -> Mapping[str, LogAlert]:
        """Each fires where its query gives a row, once an hour."""
        told = (
            ("offline", f"Devices have been away for {self.offline_minutes} minutes", self._away, "P2D"),
            ("failing", f"Modules ran less than {self.running_percent} % of the time", self._failing, None),
            ("queued", f"{self.queued_messages} messages wait on a device", self._queued, None),
        )
        return {
            key: LogAlert(title=title, query=hub_id.apply(query), looks_back=reach, unchecked=True)
            for key, title, query, reach in told
        }

    def _away(self, hub_id: str) -> str:
        return (
            f"AzureDiagnostics | where ResourceId =~ '{hub_id}' and Category == 'Connections'"
            " | where OperationName in ('deviceConnect', 'deviceDisconnect')"
            " | extend Device = tostring(parse_json(properties_s).deviceId)"
            " | summarize arg_max(TimeGenerated, OperationName) by Device"
            f" | where OperationName == 'deviceDisconnect' and TimeGenerated < ago({self.offline_minutes}m)"
        )

    def _failing(self, hub_id: str) -> str:
        running, expected = (
            f"edgeAgent_total_time_{each}_seconds" for each in ("running_correctly", "expected_running")
        )
        return (
            f"{_metrics(hub_id)} | where Name in ('{running}', '{expected}')"
            " | extend Module = tostring(Dimensions.module_name), Start = tostring(Dimensions.instance_number)"
            " | summarize Seconds = max(Value) - min(Value) by Name, Device, Module, Start"
            f" | summarize Running = sumif(Seconds, Name == '{running}'),"
            f" Expected = sumif(Seconds, Name == '{expected}') by Device, Module"
            f" | where Running < Expected * {self.running_percent / 100:g}"
        )

    def _queued(self, hub_id: str) -> str:
        return (
            f"{_metrics(hub_id)} | where Name == 'edgehub_queue_length'"
            " | summarize Queued = sum(Value) by TimeGenerated, Device"
            f" | where Queued >= {self.queued_messages} | distinct Device"
        )


def _metrics(hub_id: str) -> str:
    return (
        f"{TABLE} | where Origin == 'iot.azm.ms' and ResourceId =~ '{hub_id}'"
        " | extend Dimensions = parse_json(Tags) | extend Device = tostring(Dimensions.edge_device)"
    )


def make_table(name: str, logs: Output[str], child: ResourceOptions) -> operationalinsights.Table:
    """Of what happens on devices."""
    days = guardrails.LOG_RETENTION_DAYS_MIN.value
    return operationalinsights.Table(
        f"{name}-metrics",
        table_name=TABLE,
        workspace_name=logs.apply(name_of),
        resource_group_name=logs.apply(resource_group_of),
        plan="Analytics",
        retention_in_days=days,
        total_retention_in_days=days,
        schema={"name": TABLE, "columns": [{"name": key, "type": kind} for key, kind in COLUMNS.items()]},
        opts=child,
    )


def make_entry(
    name: str, site: Site, labels: Mapping[str, Input[str]], child: ResourceOptions
) -> monitor.DataCollectionEndpoint:
    """Where collectors send to, over the internet, by who has the role; none can read here."""
    return monitor.DataCollectionEndpoint(
        f"{name}-metrics",
        data_collection_endpoint_name=physical_name(Kind.DATA_COLLECTION_ENDPOINT, name, site.name_suffix),
        resource_group_name=site.resource_group_name,
        location=site.location,
        network_acls={"public_network_access": "Enabled"},
        tags=labels,
        opts=child,
    )


def make_rule(
    name: str,
    entry: monitor.DataCollectionEndpoint,
    logs: Output[str],
    site: Site,
    labels: Mapping[str, Input[str]],
    opts: ResourceOptions,
) -> monitor.DataCollectionRule:
    """`opts` wait for the table."""
    flow = {
        "streams": [STREAM],
        "destinations": ["logs"],
        "output_stream": f"Custom-{TABLE}",
        "transform_kql": "source",
    }
    return monitor.DataCollectionRule(
        f"{name}-metrics",
        data_collection_rule_name=physical_name(Kind.DATA_COLLECTION_RULE, name, site.name_suffix),
        resource_group_name=site.resource_group_name,
        location=site.location,
        data_collection_endpoint_id=entry.id,
        description="What IoT Edge devices say of themselves",
        stream_declarations={STREAM: {"columns": [{"name": key, "type": kind} for key, kind in COLUMNS.items()]}},
        destinations={"log_analytics": [{"name": "logs", "workspace_resource_id": logs}]},
        data_flows=[flow],
        tags=labels,
        opts=opts,
    )


def watch_over(
    name: str,
    watch: Watch,
    hub_id: Output[str],
    logs: Output[str],
    site: Site,
    labels: Mapping[str, Input[str]],
    opts: ResourceOptions,
) -> None:
    """Alerts, and the group that they tell."""
    group = action_group(name, "verdazure", watch.contact_emails, site, labels, opts)
    for key, alert in watch.alerts(hub_id).items():
        log_alert(f"{name}-{key}", f"{name}-{key}", alert, logs, group.id, site, labels, opts)
