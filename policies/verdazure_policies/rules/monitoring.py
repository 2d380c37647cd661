"""Monitoring: what runs is measured, and the measuring itself stays small."""

from collections.abc import Iterator

from verdazure import guardrails

from verdazure_policies.frameworks import Guide, Pattern, Recommendation
from verdazure_policies.rulebook import (
    HIGH,
    LOW,
    MEDIUM,
    STACK_ROOT,
    Disagreement,
    Parameter,
    Params,
    limit,
    rule,
    stack_rule,
)
from verdazure_policies.samples import (
    AML_WORKSPACE,
    APP_INSIGHTS,
    BUDGET,
    KEY_VAULT,
    LOG_TABLE,
    LOG_WORKSPACE,
    RESOURCE_GROUP,
    STACK,
    UNKNOWN,
    diagnostics_of,
)
from verdazure_policies.stack import Neighbour, Stack, absent
from verdazure_policies.tokens import is_azure
from verdazure_policies.view import Claim, Finding, Resource

DAILY_QUOTA = "workspaceCapping.dailyQuotaGb"
BUDGETS = ("consumption:Budget", "costmanagement:Budget")


@stack_rule(
    id="MO01",
    name="diagnostics-present",
    title="Workspaces and vaults send their logs somewhere",
    severity=HIGH,
    guide=Guide.MONITORING,
    waf=(Recommendation.METRICS,),
    why="What is not measured cannot be improved, and waste shows first in the logs.",
    types=["machinelearningservices:Workspace", "keyvault:Vault"],
    related=(
        "PSRule Azure.KeyVault.Logs",
        "Azure Policy afe0c3be",
        "Azure Policy 383856f8",
        "Azure Policy cf820ca0",
        "Azure Policy 1b4d1c4e",
    ),
    passes=[(AML_WORKSPACE, diagnostics_of(AML_WORKSPACE)), (KEY_VAULT, diagnostics_of(KEY_VAULT))],
    fails=[(AML_WORKSPACE,), (KEY_VAULT, AML_WORKSPACE, diagnostics_of(AML_WORKSPACE))],
    unknown=[(KEY_VAULT, diagnostics_of(KEY_VAULT).linked({}))],
)
def diagnostics_present(resource: Neighbour, params: Params, stack: Stack) -> Iterator[Finding]:
    settings = stack.has_naming(resource, "resourceUri", "monitor:DiagnosticSetting")
    yield from settings.otherwise("add a monitor.DiagnosticSetting with its id as resourceUri")


@rule(
    id="MO02",
    name="log-retention-bounds",
    title="Logs are kept long enough to learn from, and no longer",
    severity=MEDIUM,
    guide=Guide.MONITORING,
    gsf=(Pattern.EXPIRING_STORAGE,),
    waf=(Recommendation.LOG_COLLECTION,),
    why="Logs that nobody reads any more fill powered disks; what an audit needs belongs in an archive.",
    types=["operationalinsights:Workspace"],
    params={
        "min_days": limit(guardrails.LOG_RETENTION_DAYS_MIN, "Least time"),
        "max_days": limit(guardrails.LOG_RETENTION_DAYS_MAX, "Longest time"),
    },
    disagreement=Disagreement(
        with_rules=("Checkov CKV_AZURE_37", "Azure Policy b02aacc0"),
        they_ask="Activity logs are kept for a year or longer.",
        because=(
            "Activity logs are for auditors; this rule is about a workload's own logs, which hardly anybody reads "
            "after a quarter."
        ),
        they_are_right=(
            "For audit logs. Export those to a storage account that archives them, or raise max_days for the "
            "stack that holds them."
        ),
    ),
    passes=[LOG_WORKSPACE, LOG_WORKSPACE.having("retentionInDays", 90), LOG_WORKSPACE.without("retentionInDays")],
    fails=[LOG_WORKSPACE.having("retentionInDays", 7), LOG_WORKSPACE.having("retentionInDays", 730)],
    unknown=[LOG_WORKSPACE.having("retentionInDays", UNKNOWN)],
)
def log_retention_bounds(workspace: Resource, params: Params) -> Iterator[Finding]:
    days = workspace["retentionInDays"].defaulting_to(30)  # Azure docs, Log Analytics: 30 days for the PerGB2018 tier
    kept = days.between(params.min_days, params.max_days, "days")
    yield from kept.otherwise(f"set retentionInDays to {params.min_days} to {params.max_days}")


@rule(
    id="MO03",
    name="log-daily-cap",
    title="A log workspace has a daily cap",
    severity=MEDIUM,
    guide=Guide.MONITORING,
    waf=(Recommendation.LOG_COLLECTION,),
    why="One chatty loop can store more logs in a night than a workload does in a year.",
    types=["operationalinsights:Workspace"],
    passes=[LOG_WORKSPACE, LOG_WORKSPACE.having(DAILY_QUOTA, 0.5)],
    fails=[LOG_WORKSPACE.without("workspaceCapping"), LOG_WORKSPACE.having(DAILY_QUOTA, -1)],
    unknown=[LOG_WORKSPACE.having(DAILY_QUOTA, UNKNOWN)],
)
def log_daily_cap(workspace: Resource, params: Params) -> Iterator[Finding]:
    cap = workspace[DAILY_QUOTA].above(0, "GB (-1 means no cap)")
    yield from cap.otherwise("set workspaceCapping.dailyQuotaGb to what a normal day needs")


@rule(
    id="MO04",
    name="log-table-plan",
    title="Verbose tables are on a cheap plan, and no archive is without an end",
    severity=LOW,
    guide=Guide.MONITORING,
    gsf=(Pattern.EXPIRING_STORAGE,),
    waf=(Recommendation.LOG_COLLECTION, Recommendation.ACCESS_TIER),
    why="Traces are written by the gigabyte and searched a few times a year; a full index over them is seldom used.",
    types=["operationalinsights:Table"],
    params={
        "verbose": Parameter(("AppTraces", "ContainerLogV2"), "Tables that a plan other than Analytics is asked for"),
        "max_days": limit(guardrails.TABLE_ARCHIVE_DAYS_MAX, "Longest time in workspace and archive together"),
    },
    passes=[
        LOG_TABLE,
        LOG_TABLE.having("plan", "Auxiliary"),
        LOG_TABLE.having("tableName", "Decisions_CL").without("plan"),
        LOG_TABLE.without("totalRetentionInDays"),
    ],
    fails=[
        LOG_TABLE.without("plan"),
        LOG_TABLE.having("plan", "Analytics"),
        LOG_TABLE.having("totalRetentionInDays", 2556),
    ],
    unknown=[LOG_TABLE.having("plan", UNKNOWN), LOG_TABLE.having("totalRetentionInDays", UNKNOWN)],
)
def log_table_plan(table: Resource, params: Params) -> Iterator[Finding]:
    verbose = table["tableName"].one_of(params.verbose)
    cheap = table["plan"].defaulting_to("Analytics").one_of(("Basic", "Auxiliary"))  # description of plan in its API
    yield from cheap.when(verbose).otherwise("set plan to Basic")
    # -1, and nothing, is what the workspace keeps (description of totalRetentionInDays in its API).
    kept = table["totalRetentionInDays"].defaulting_to(-1).at_most(params.max_days, "days")
    yield from kept.otherwise(f"set totalRetentionInDays to {params.max_days} or less")


@rule(
    id="MO06",
    name="no-double-logs",
    title="Logs are kept in one place",
    severity=LOW,
    guide=Guide.MONITORING,
    gsf=(Pattern.LITTLE_DATA_SENT,),
    waf=(Recommendation.LOG_COLLECTION,),
    why="The same lines in a workspace and in a storage account are written, kept and paid for twice.",
    types=["monitor:DiagnosticSetting"],
    passes=[
        diagnostics_of(KEY_VAULT),
        diagnostics_of(KEY_VAULT).having("storageAccountId", UNKNOWN).without("workspaceId"),
        diagnostics_of(KEY_VAULT).having("eventHubAuthorizationRuleId", UNKNOWN).without("workspaceId"),
    ],
    fails=[diagnostics_of(KEY_VAULT).having("storageAccountId", "/subscriptions/x/storageAccounts/logs")],
    # An id that is not known yet is there all the same: whether a place is named is always known.
)
def no_double_logs(setting: Resource, params: Params) -> Iterator[Finding]:
    places = [setting[path] for path in ("workspaceId", "storageAccountId")]
    both = all(place.is_set().holds for place in places)
    one = Claim(not both, setting["storageAccountId"], "nothing, as a workspace keeps them")
    yield from one.otherwise("leave out storageAccountId, or workspaceId where only an auditor reads them")


@rule(
    id="MO05",
    name="telemetry-sampling",
    title="Telemetry is sampled and goes to a log workspace",
    severity=LOW,
    guide=Guide.MONITORING,
    waf=(Recommendation.LOG_COLLECTION,),
    why="Half of the requests tell as much about a trend as all of them, for half of the storage.",
    types=["applicationinsights:Component"],
    params={"max_percent": limit(guardrails.TELEMETRY_SAMPLING_PERCENT_MAX, "Largest share of telemetry that is kept")},
    related=(
        "PSRule Azure.AppInsights.Workspace (the workspace only)",
        "Azure Policy d550e854 (the workspace only)",
    ),
    passes=[APP_INSIGHTS, APP_INSIGHTS.without("samplingPercentage").having("tags.criticality", "high")],
    fails=[
        APP_INSIGHTS.without("samplingPercentage"),
        APP_INSIGHTS.having("samplingPercentage", 100),
        APP_INSIGHTS.without("workspaceResourceId"),
    ],
    unknown=[APP_INSIGHTS.having("samplingPercentage", UNKNOWN)],
)
def telemetry_sampling(component: Resource, params: Params) -> Iterator[Finding]:
    yield from component["workspaceResourceId"].is_set().otherwise("set workspaceResourceId to a log workspace's id")
    sampled = component["samplingPercentage"].at_most(params.max_percent, "percent")
    fix = f"set samplingPercentage to {params.max_percent:g}, or tag what needs every request with criticality: high"
    yield from sampled.unless(component.tag("criticality").equals("high")).otherwise(fix, to=params.max_percent)


@stack_rule(
    id="MO07",
    name="budget-exists",
    title="A stack has a budget that tells somebody",
    severity=MEDIUM,
    guide=Guide.MONITORING,
    waf=(Recommendation.COST_AS_PROXY,),
    why="Cost is the first sign of waste that reaches a person, days before a carbon report does.",
    types=[STACK_ROOT],
    params={
        "exempt_environments": Parameter(
            ("dev", "test"), "Environments, as the tag of every resource group says, whose stacks need no budget"
        )
    },
    passes=[
        (STACK, BUDGET),
        (STACK, BUDGET.having("notifications", UNKNOWN)),
        (STACK, RESOURCE_GROUP.having("tags.environment", "dev")),
        (STACK,),  # what it holds is no resource of Azure, and costs nothing by itself
    ],
    fails=[
        (STACK, RESOURCE_GROUP),
        (STACK, RESOURCE_GROUP, BUDGET.without("notifications")),
        (STACK, RESOURCE_GROUP, RESOURCE_GROUP.having("tags.environment", "dev")),
    ],
)
def budget_exists(root: Neighbour, params: Params, stack: Stack) -> Iterator[Finding]:
    if not any(is_azure(each.type) for each in stack.resources):
        return
    groups = stack.of("resources:ResourceGroup")
    if groups and all(group.tag("environment").one_of(params.exempt_environments).holds for group in groups):
        return
    if not any(budget["notifications"].is_set().holds for budget in stack.of(*BUDGETS)):
        fix = "add one for the resource group, or set monthly_budget on the Landing"
        yield from absent(BUDGETS[0], "one with notifications").otherwise(fix)
