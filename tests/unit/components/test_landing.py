"""Landing: what it registers, what it refuses, when it warns."""

from datetime import date

import pulumi
import pytest
from verdazure import ArgumentError, Landing

TEAM = {"team": "vision", "environment": "dev"}


def test_defaults_choose_the_cleanest_open_region_of_the_residency(deploy):
    done = deploy(lambda: {"landing": Landing("ml", {**TEAM, "residency": "eu"}).location})
    assert done.outputs == {"landing": "swedencentral"}
    group = done.of("resources:ResourceGroup")["ml"]
    suffix = done.of("pulumi:index:Stash")["ml-choices"]["input"]["name_suffix"]
    assert group["location"] == "swedencentral"
    assert group["resourceGroupName"] == f"rg-ml-{suffix}"
    assert group["tags"] == {"managed-by": "verdazure", "workload": "ml", "owner": "vision", "environment": "dev"}


def test_the_log_workspace_is_small_and_takes_no_keys(deploy):
    logs = deploy(lambda: Landing("ml", TEAM) and {}).of("operationalinsights:Workspace")["ml"]
    assert logs["retentionInDays"] == 30
    assert logs["workspaceCapping"] == {"dailyQuotaGb": 1.0}
    assert logs["sku"] == {"name": "PerGB2018"}
    assert logs["features"] == {"disableLocalAuth": True, "enableLogAccessUsingOnlyResourcePermissions": True}


def test_choices_are_kept_and_never_drawn_again(deploy):
    done = deploy(lambda: Landing("ml", TEAM) and {})
    first = done.of("pulumi:index:Stash")["ml-choices"]["input"]
    assert first["region"] == "swedencentral"
    assert len(first["name_suffix"]) == 6
    assert first["first_month"] == f"{date.today():%Y-%m}-01T00:00:00Z"


def test_a_region_of_one_s_own_is_taken_in_either_spelling(deploy):
    done = deploy(lambda: {"at": Landing("ml", {**TEAM, "region": "Norway East"}).location})
    assert done.outputs == {"at": "norwayeast"}
    assert done.warnings == []


def test_a_dirty_region_warns_and_names_the_rule(deploy):
    done = deploy(lambda: Landing("ml", {**TEAM, "region": "polandcentral"}) and {})
    assert done.warnings == [
        "The grid intensity of polandcentral is 819.2 gCO2e/kWh; the limit is 300. "
        "This weakens a sustainable default; rule CR01 guards it."
    ]


def test_a_region_of_unknown_intensity_warns_too(deploy):
    done = deploy(lambda: {"grams": Landing("ml", {**TEAM, "region": "uaenorth"}).grid_intensity})
    assert done.outputs == {"grams": None}
    assert done.warnings == [
        "The grid intensity of uaenorth is unknown; the limit is 300. "
        "This weakens a sustainable default; rule CR01 guards it."
    ]


def test_a_budget_starts_in_the_month_of_creation_and_tells_twice(deploy):
    budget = {"amount": 500, "contact_emails": ["a@example.com"]}
    made = deploy(lambda: Landing("ml", {**TEAM, "monthly_budget": budget}) and {}).of("consumption:Budget")["ml"]
    assert made["amount"] == 500.0
    assert made["timePeriod"] == {"startDate": f"{date.today():%Y-%m}-01T00:00:00Z"}
    assert {key: (told["threshold"], told["thresholdType"]) for key, told in made["notifications"].items()} == {
        "spent-80-percent": (80, "Actual"),
        "forecast-100-percent": (100, "Forecasted"),
    }


def test_what_is_adopted_is_not_created(deploy):
    group = "/subscriptions/s/resourceGroups/rg-theirs"
    logs = f"{group}/providers/Microsoft.OperationalInsights/workspaces/log-theirs"
    done = deploy(lambda: Landing("ml", {**TEAM, "resource_group_id": group, "log_workspace_id": logs}).ref)
    assert done.of("resources:ResourceGroup") == done.of("operationalinsights:Workspace") == {}
    assert done.outputs["resource_group_name"] == "rg-theirs"
    assert done.outputs["log_workspace_id"] == logs


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (
            {"region": "eastus", "residency": "eu"},
            "Landing 'ml': region is 'eastus'. Allowed: a region inside residency 'eu': swedencentral, francecentral, "
            "denmarkeast, belgiumcentral, spaincentral, austriaeast, italynorth, northeurope, westeurope, "
            "germanywestcentral, polandcentral. Fix: use swedencentral (23.43 gCO2e/kWh), or leave region out to have "
            "it chosen.",
        ),
        (
            {"region": "swedncentral"},
            "Landing 'ml': region is 'swedncentral'. Allowed: the name of an Azure region in the facts table. Fix: "
            "'swedncentral' is not in the facts table: no such Azure region is known; did you mean swedencentral?",
        ),
        (
            {"environment": "production"},
            "Landing 'ml': environment is 'production'. Allowed: 'dev', 'test' or 'prod'. Fix: did you mean 'prod'?",
        ),
        (
            {"log_retention_days": 7},
            "Landing 'ml': log_retention_days is 7. Allowed: greater than or equal to 30. "
            "Fix: set 'log_retention_days' to greater than or equal to 30.",
        ),
        (
            {"log_workspace_id": "/subscriptions/s/x", "log_daily_quota_gb": 2},
            "Landing 'ml': log_daily_quota_gb is 2.0. Allowed: nothing when log_workspace_id adopts a workspace. "
            "Fix: remove it, or let the landing create the workspace.",
        ),
        (
            {"regoin": "swedencentral"},
            "Landing 'ml': unknown key 'regoin'. Allowed: data_strategy, environment, log_daily_quota_gb, "
            "log_retention_days, log_workspace_id, monthly_budget, region, residency, resource_group_id, tags, team, "
            "workload. "
            "Fix: did you mean 'region'?",
        ),
    ],
)
def test_bad_input_is_refused_before_anything_is_registered(deploy, args, message):
    registered = []

    def program():
        with pytest.raises(ArgumentError) as refused:
            Landing("ml", {**TEAM, **args})
        registered.append(str(refused.value))

    assert deploy(program).inputs == {}
    assert registered == [message]


def test_a_kept_region_outside_a_new_residency_is_refused(deploy, monkeypatch):
    kept = {"region": "eastus", "name_suffix": "abc123", "first_month": "2026-11-01T00:00:00Z"}

    class Kept:
        output = pulumi.Output.from_input(kept)

    monkeypatch.setattr(pulumi, "Stash", lambda *_, **__: Kept)
    with pytest.raises(Exception, match=r"region is 'eastus'\. Allowed: a region inside residency 'eu'"):
        deploy(lambda: {"at": Landing("ml", {**TEAM, "residency": "eu"}).location})
