"""Alerts: somebody is told of idle GPUs and of a model that has drifted, and the watching itself costs little."""

from collections.abc import Iterator

from verdazure import guardrails

from verdazure_policies.frameworks import Guide, Pattern, Recommendation
from verdazure_policies.machines import AML_CLUSTERS, MANAGED_DEPLOYMENTS, is_gpu
from verdazure_policies.reasons import FUTURE, justified
from verdazure_policies.rulebook import LOW, MEDIUM, Parameter, Params, limit, rule, stack_rule
from verdazure_policies.samples import (
    ACTION_GROUP,
    AML_CLUSTER,
    AML_WORKSPACE,
    LOG_ALERT,
    MODEL_MONITOR,
    ONLINE_DEPLOYMENT,
    UNKNOWN,
    idle_alert_of,
)
from verdazure_policies.stack import Neighbour, Stack
from verdazure_policies.view import Claim, Finding, Resource, State

METRIC_ALERTS, LOG_ALERTS = "monitor:MetricAlert", "monitor:ScheduledQueryRule"
WORKSPACES = "machinelearningservices:Workspace"
SCHEDULES = "machinelearningservices:Schedule"
MONITORED = "properties.action.monitorDefinition.monitoringTarget.deploymentId"
IN_USE = Parameter(("prod",), "Environments, as the tag says, in which this is asked")
IDLE = idle_alert_of(AML_WORKSPACE)
EVERY = "evaluationFrequency"
PLAIN_SIZE = "Standard_D4ads_v5"


@stack_rule(
    id="MO08",
    name="idle-gpu-alert",
    title="Somebody is told of GPUs that are held and hardly used",
    severity=MEDIUM,
    guide=Guide.MONITORING,
    gsf=(Pattern.RIGHT_SIZED_COMPUTE,),
    waf=(Recommendation.METRICS,),
    why="A GPU that waits for data is held and powered all the same, and no job fails of it.",
    types=[AML_CLUSTERS],
    params={"environments": IN_USE},
    passes=[
        (AML_CLUSTER, AML_WORKSPACE, IDLE),
        (AML_CLUSTER,),
        (AML_CLUSTER.having("properties.properties.vmSize", PLAIN_SIZE), AML_WORKSPACE),
        (AML_CLUSTER, AML_WORKSPACE.having("tags.environment", "dev")),
    ],
    fails=[
        (AML_CLUSTER, AML_WORKSPACE),
        (AML_CLUSTER, AML_WORKSPACE, IDLE.having("enabled", False)),
        (AML_CLUSTER, AML_WORKSPACE, IDLE.having("criteria.allOf[0].metricName", "CpuUtilization")),
    ],
    unknown=[
        (AML_CLUSTER, AML_WORKSPACE, IDLE.linked({})),
        (AML_CLUSTER.having("properties.properties.vmSize", UNKNOWN), AML_WORKSPACE),
        (AML_CLUSTER, AML_WORKSPACE.having("tags", UNKNOWN)),
    ],
)
def idle_gpu_alert(cluster: Neighbour, params: Params, stack: Stack) -> Iterator[Finding]:
    workspace = stack.named_by(cluster, "workspaceName", WORKSPACES)
    if workspace is None:
        return
    told = stack.where(METRIC_ALERTS, _watches_gpus).has_naming(workspace, "scopes", METRIC_ALERTS)
    needed = told.when(is_gpu(cluster["properties.properties.vmSize"]))
    used = workspace.tag("environment").one_of(params.environments)
    yield from needed.when(used).otherwise("add Monitoring with the workspace's id among its workspace_ids")


def _watches_gpus(alert: Neighbour) -> bool | None:
    # Its description in the API: enabled is required.
    metrics = [each["metricName"].content for each in alert.each("criteria.allOf")]
    if alert["criteria.allOf"].state is State.UNKNOWN:
        return None
    return alert["enabled"].equals(True).holds if any("gpu" in str(name).lower() for name in metrics) else False


@rule(
    id="MO09",
    name="alert-frequency",
    title="Alerts are worked out no more often than somebody acts on them",
    severity=LOW,
    guide=Guide.MONITORING,
    why="A query that runs each minute reads the same logs 1,440 times a day.",
    types=[METRIC_ALERTS, LOG_ALERTS],
    params={"min_minutes": limit(guardrails.ALERT_MINUTES_MIN, "Least time between two evaluations")},
    related=("PSRule Azure.Alert.HighFrequencyQuery (log alerts only)",),
    passes=[
        IDLE,
        LOG_ALERT,
        LOG_ALERT.having(EVERY, "PT5M"),
        LOG_ALERT.having(EVERY, "PT1M").having("tags.slo", "high"),
    ],
    fails=[LOG_ALERT.having(EVERY, "PT1M"), IDLE.having(EVERY, "PT1M"), LOG_ALERT.without(EVERY)],
    unknown=[LOG_ALERT.having(EVERY, UNKNOWN), IDLE.having(EVERY, UNKNOWN)],
)
def alert_frequency(alert: Resource, params: Params) -> Iterator[Finding]:
    calm = alert[EVERY].lasts_at_least(params.min_minutes)
    fix = f"set evaluationFrequency to PT{params.min_minutes}M or more, or tag slo with high"
    yield from calm.unless(alert.tag("slo").equals("high")).otherwise(fix, to=f"PT{params.min_minutes}M")


RECEIVERS = (
    *("armRoleReceivers", "automationRunbookReceivers", "azureAppPushReceivers", "azureFunctionReceivers"),
    *("emailReceivers", "eventHubReceivers", "itsmReceivers", "logicAppReceivers", "smsReceivers", "voiceReceivers"),
    "webhookReceivers",
)


@rule(
    id="MO10",
    name="alert-reaches-somebody",
    title="An alert reaches somebody",
    severity=MEDIUM,
    guide=Guide.MONITORING,
    why="An alert that nobody receives is worked out for nothing.",
    types=[METRIC_ALERTS, LOG_ALERTS, "monitor:ActionGroup"],
    passes=[IDLE, LOG_ALERT, ACTION_GROUP, LOG_ALERT.having("actions", UNKNOWN)],
    fails=[
        IDLE.without("actions"),
        IDLE.having("actions", []),
        LOG_ALERT.without("actions"),
        LOG_ALERT.having("actions.actionGroups", []),
        ACTION_GROUP.without("emailReceivers"),
        ACTION_GROUP.having("enabled", False),
    ],
    unknown=[ACTION_GROUP.having("enabled", UNKNOWN)],
)
def alert_reaches_somebody(resource: Resource, params: Params) -> Iterator[Finding]:
    if resource.type == "monitor:ActionGroup":
        yield from resource["enabled"].equals(True).otherwise("set enabled to true", to=True)
        reached = any(_is_filled(resource, each) for each in RECEIVERS)
        yield from Claim(reached, resource["emailReceivers"], "a receiver").otherwise("add a receiver of any kind")
        return
    path = "actions" if resource.type == METRIC_ALERTS else "actions.actionGroups"
    told = Claim(_is_filled(resource, path), resource[path], "an action group")
    yield from told.otherwise("add the id of a monitor.ActionGroup")


def _is_filled(resource: Resource, path: str) -> bool:
    """Whether a list is there and not empty; one that is not known yet counts: something will resolve it."""
    return resource[path].state is State.UNKNOWN or bool(resource.values(path))


@stack_rule(
    id="MO11",
    name="model-monitor",
    title="A model that answers in production is watched for drift",
    severity=MEDIUM,
    guide=Guide.RETRAINING,
    why="A model that is retrained by the calendar trains too often or too late; drift says when it is needed.",
    types=[MANAGED_DEPLOYMENTS],
    params={"environments": IN_USE},
    passes=[
        (ONLINE_DEPLOYMENT, MODEL_MONITOR),
        (ONLINE_DEPLOYMENT.having("tags.environment", "dev"),),
        (ONLINE_DEPLOYMENT.having("tags.justification", "rules, no model").having("tags.justified-until", FUTURE),),
    ],
    fails=[
        (ONLINE_DEPLOYMENT,),
        (ONLINE_DEPLOYMENT, MODEL_MONITOR.having("properties.isEnabled", False)),
        (ONLINE_DEPLOYMENT, MODEL_MONITOR.having("properties.action.actionType", "CreateJob")),
    ],
    unknown=[
        (ONLINE_DEPLOYMENT, MODEL_MONITOR.linked({})),
        (ONLINE_DEPLOYMENT.having("tags", UNKNOWN),),
    ],
)
def model_monitor(deployment: Neighbour, params: Params, stack: Stack) -> Iterator[Finding]:
    watched = stack.where(SCHEDULES, _monitors).has_naming(deployment, MONITORED, SCHEDULES)
    used = deployment.tag("environment").one_of(params.environments)
    fix = "name it in the monitors of Monitoring, or tag justification and justified-until (a day to come)"
    yield from watched.when(used).unless(justified(deployment)).otherwise(fix)


def _monitors(schedule: Neighbour) -> bool | None:
    monitors = schedule["properties.action.actionType"].equals("CreateMonitor").holds
    awake = schedule["properties.isEnabled"].defaulting_to(True).equals(True).holds
    return False if False in (monitors, awake) else monitors and awake
