"""Monitoring, RetrainingPolicy and CarbonController: what they register, refuse and hand on."""

import json

import pytest
from verdazure import ArgumentError, CarbonController, ModelKind, Monitoring, RetrainingPolicy
from verdazure.operations.permissions import ACTIONS, ROLES
from verdazure.operations.tables import TABLES
from verdazure.steering import Steering

from tests.unit.conftest import SITE, SUBSCRIPTION

GROUP = f"{SUBSCRIPTION}/resourceGroups/rg-ai/providers"
WORKSPACE = f"{GROUP}/Microsoft.MachineLearningServices/workspaces/mlw"
LOGS = f"{GROUP}/Microsoft.OperationalInsights/workspaces/log"
HOME = {**SITE, "log_workspace_id": LOGS}
ACTION = f"{GROUP}/Microsoft.Insights/actionGroups/ag"
ACCOUNT = f"{GROUP}/Microsoft.Storage/storageAccounts/stflat"
RULE = f"{GROUP}/Microsoft.Insights/dataCollectionRules/dcr"
VAULT = f"{GROUP}/Microsoft.KeyVault/vaults/kv"


def watch(deploy, **args):
    wanted = {"landing": HOME, "contact_emails": ["a@example.com"], **args}
    return deploy(lambda: Monitoring("watch", wanted) and None)


def test_each_table_has_the_columns_that_the_rule_takes(deploy):
    found = watch(deploy)
    tables = found.of("operationalinsights:Table")
    assert {each["tableName"] for each in tables.values()} == set(TABLES)
    assert {each["retentionInDays"] for each in tables.values()} == {30}
    rule = found.of("monitor:DataCollectionRule")["watch"]
    for table, columns in TABLES.items():
        declared = rule["streamDeclarations"][f"Custom-{table}"]["columns"]
        assert {each["name"]: each["type"] for each in declared} == columns
        assert columns["TimeGenerated"] == "datetime"
    assert [flow["outputStream"] for flow in rule["dataFlows"]] == [f"Custom-{table}" for table in TABLES]


def test_only_what_was_asked_for_is_watched(deploy):
    assert set(watch(deploy).of("monitor:ScheduledQueryRule")) == {"watch-drift"}
    more = watch(
        deploy,
        monthly_kilograms=10,
        controller=True,
        workspace_ids={"ml": WORKSPACE},
        endpoint_ids={"chat": f"{WORKSPACE}/onlineEndpoints/chat"},
        latency_ms=300,
    )
    queries = {
        name: each["criteria"]["allOf"][0]["query"] for name, each in more.of("monitor:ScheduledQueryRule").items()
    }
    assert set(queries) == {"watch-drift", "watch-carbon", "watch-silent"}
    assert queries["watch-carbon"].endswith("where Grams > 10000")
    metrics = more.of("monitor:MetricAlert")
    assert {name: each["criteria"]["allOf"][0]["metricName"] for name, each in metrics.items()} == {
        "watch-idle-gpu-ml": "GpuUtilizationPercentage",
        "watch-slow-chat": "RequestLatency_P90",
    }


def test_the_workbook_shows_performance_cost_and_carbon_side_by_side(deploy):
    book = json.loads(watch(deploy).of("applicationinsights:Workbook")["watch"]["serializedData"])
    first = next(each for each in book["items"] if each["name"] == "workloads")["content"]["query"]
    for column in ("LatencyMs", "Cost", "Kilograms"):
        assert column in first
    assert book["fallbackResourceIds"] == [LOGS]


def test_a_landing_without_logs_is_refused(deploy):
    bare = {key: value for key, value in SITE.items() if key != "log_workspace_id"}
    with pytest.raises(ArgumentError, match="Allowed: a landing with a log workspace"):
        watch(deploy, landing=bare)


def policy(deploy, **args):
    wanted = {
        "landing": HOME,
        "workspace_id": WORKSPACE,
        "schedule_name": "churn-training",
        "model": "churn",
        "kind": ModelKind.TABULAR,
        "action_group_id": ACTION,
        **args,
    }
    return deploy(lambda: {"steering": RetrainingPolicy("churn", wanted).steering})


def test_a_policy_tells_the_controller_when_a_model_is_too_old(deploy):
    plan = Steering.read(policy(deploy).outputs["steering"]).retraining["churn"]
    assert (plan.schedule, plan.longest_life_days, plan.psi, plan.cooldown_days) == ("churn-training", 180.0, 0.25, 7.0)
    own = Steering.read(policy(deploy, longest_life_days=20.0).outputs["steering"]).retraining["churn"]
    assert own.longest_life_days == 20.0
    never = Steering.read(policy(deploy, kind=ModelKind.TIMELESS).outputs["steering"]).retraining["churn"]
    assert never.longest_life_days is None


def test_somebody_is_told_when_nobody_measures(deploy):
    alert = policy(deploy).of("monitor:ScheduledQueryRule")["churn"]
    assert alert["criteria"]["allOf"][0]["query"] == (
        'VerdazureDrift_CL | where Model == "churn" | summarize Rows = count() | where Rows == 0'
    )
    assert alert["actions"] == {"actionGroups": [ACTION]}


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ({"psi": 0.0}, "psi is more than 0"),
        ({"cooldown_days": 30.0, "longest_life_days": 20.0}, "longest_life is longer than cooldown"),
        ({"model": 'churn" | take 1'}, "model is"),
    ],
    ids=str,
)
def test_thresholds_that_mean_nothing_are_refused(deploy, args, said):
    with pytest.raises(ArgumentError) as refused:
        policy(deploy, **args)
    assert said in str(refused.value)


def controller(deploy, **args):
    wanted = {
        "landing": HOME,
        "account_id": ACCOUNT,
        "steering": [json.dumps({"training": {"ml": {"at_once": 2, "workspace_id": WORKSPACE}}})],
        "scopes": {"ml": WORKSPACE},
        "rule_id": RULE,
        "rule_immutable_id": "dcr-1",
        "ingestion_endpoint": "https://dce.example.com",
        **args,
    }
    return deploy(lambda: CarbonController("carbon", wanted) and None)


def test_its_role_holds_the_calls_of_its_loops_and_no_other(deploy):
    found = controller(deploy)
    (role,) = found.of("authorization:RoleDefinition").values()
    assert role["permissions"] == [
        {"actions": sorted(ACTIONS), "notActions": [], "dataActions": [], "notDataActions": []}
    ]
    assert not [action for action in ACTIONS if "*" in action or "delete" in action.lower()]
    given = found.of("authorization:RoleAssignment")
    assert set(given) == {"carbon-blobs", "carbon-queue", "carbon-records", "carbon-drift", "carbon-acts-ml"}
    assert given["carbon-acts-ml"]["scope"] == WORKSPACE
    assert {each["principalType"] for each in given.values()} == {"ServicePrincipal"}


def test_no_setting_of_the_app_is_a_secret(deploy):
    keys = {"vault_id": VAULT, "secret_uris": {"ELECTRICITY_MAPS_TOKEN": "https://kv.vault.azure.net/secrets/em"}}
    found = controller(deploy, keys=keys, every_minutes=30)
    app = found.of("web:WebApp")["carbon"]
    settings = {each["name"]: each["value"] for each in app["siteConfig"]["appSettings"]}
    assert settings["ELECTRICITY_MAPS_TOKEN"] == (
        "@Microsoft.KeyVault(SecretUri=https://kv.vault.azure.net/secrets/em)"
    )
    assert settings["VERDAZURE_SCHEDULE"] == "0 */30 * * * *"
    assert Steering.unpack(settings["VERDAZURE_STEERING"]).every_minutes == 30
    assert Steering.unpack(settings["VERDAZURE_STEERING"]).training["ml"].at_once == 2
    assert {name for name in settings if name.startswith("AzureWebJobsStorage")} == {
        "AzureWebJobsStorage__credential",
        "AzureWebJobsStorage__clientId",
        "AzureWebJobsStorage__blobServiceUri",
        "AzureWebJobsStorage__queueServiceUri",
        "AzureWebJobsStorage__tableServiceUri",
    }
    assert app["publicNetworkAccess"] == "Disabled"
    assert "carbon-keys" in found.of("authorization:RoleAssignment")


def test_each_built_in_role_that_it_gets_says_what_for():
    assert set(ROLES) == {
        "Storage Blob Data Owner",
        "Storage Queue Data Contributor",
        "Monitoring Metrics Publisher",
        "Log Analytics Reader",
        "Key Vault Secrets User",
    }


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ({"every_minutes": 7}, "every_minutes is 7. Allowed: 5, 10, 15, 20, 30 or 60."),
        ({"steering": ["{"]}, "Allowed: a steering document."),
        ({"steering": []}, "steering is missing. Allowed: something to steer: steering, training or clusters."),
        (
            {"clusters": {"gpu": {"cluster_id": ACCOUNT, "most": 2, "caps": [{"grams_per_kwh": 200, "instances": 3}]}}},
            "caps must rise in intensity and not rise in instances",
        ),
        ({"scopes": {}}, "scopes is empty."),
    ],
    ids=str,
)
def test_a_controller_that_has_nothing_to_do_or_no_word_to_go_by_is_refused(deploy, args, said):
    with pytest.raises(ArgumentError) as refused:
        controller(deploy, **args)
    assert said in str(refused.value)
