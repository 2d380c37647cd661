"""Alerts on rows of the tables: somebody is told where a query gives one."""

from collections.abc import Mapping

from pulumi import Input, ResourceOptions
from pulumi_azure_native import monitor

from verdazure.args import Record, Text, TextLeaf
from verdazure.interfaces import Site

HOUR, DAY = "PT1H", "P1D"


class LogAlert(Record):
    """What is asked, how often, and of how long."""

    title: Text
    query: TextLeaf
    window: Text = HOUR
    every: Text = HOUR
    looks_back: Text | None = None
    """Instead of the window, where the query reaches further."""
    unchecked: bool | None = None
    """Whether Azure takes the query as it is: its table may come with the same deployment."""


def log_alert(
    name: str,
    rule_name: str,
    alert: LogAlert,
    logs: Input[str],
    action_group_id: Input[str],
    site: Site,
    labels: Mapping[str, Input[str]],
    opts: ResourceOptions,
) -> monitor.ScheduledQueryRule:
    """On the log workspace `logs`, an ARM id."""
    return monitor.ScheduledQueryRule(
        name,
        rule_name=rule_name,
        resource_group_name=site.resource_group_name,
        location=site.location,
        kind="LogAlert",
        display_name=alert.title,
        description=alert.title,
        enabled=True,
        severity=3,
        scopes=[logs],
        evaluation_frequency=alert.every,
        window_size=alert.window,
        override_query_time_range=alert.looks_back,
        auto_mitigate=False,
        skip_query_validation=alert.unchecked,
        criteria={
            "all_of": [
                {
                    "query": alert.query,
                    "operator": "GreaterThan",
                    "threshold": 0,
                    "time_aggregation": "Count",
                    "failing_periods": {"min_failing_periods_to_alert": 1, "number_of_evaluation_periods": 1},
                }
            ]
        },
        actions={"action_groups": [action_group_id]},
        tags=labels,
        opts=opts,
    )
