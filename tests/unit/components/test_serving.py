"""OnlineEndpoint, BatchEndpoint and CarbonAwareTraffic: what they register, what they refuse, what they hand on."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from verdazure import ArgumentError, BatchEndpoint, CarbonAwareTraffic, LoadBalancer, OnlineEndpoint
from verdazure.serving.redundancy import instances_for, regions_for
from verdazure.steering import Steering

from tests.unit.conftest import SITE, SUBSCRIPTION

WORKSPACE = f"{SUBSCRIPTION}/resourceGroups/rg-ai/providers/Microsoft.MachineLearningServices/workspaces/mlw"
MODEL = f"{WORKSPACE}/models/churn/versions/1"
PLAIN = {"model_id": MODEL, "instance_type": "Standard_D2ads_v5", "ceiling": 4, "requests_per_minute": 600}


def online(deploy, deployments=None, **args):
    def program():
        wanted = {"landing": SITE, "workspace_id": WORKSPACE, "latency_ms": 200, **args}
        endpoint = OnlineEndpoint("churn", {**wanted, "deployments": deployments or {"blue": PLAIN}})
        return {"steering": endpoint.steering}

    return deploy(program)


def test_an_endpoint_takes_identities_has_no_public_address_and_says_nothing_of_traffic(deploy):
    found = online(deploy)
    assert found.of("machinelearningservices:OnlineEndpoint") == {
        "churn": {
            "endpointName": "oep-churn-abc123",
            "identity": {"type": "SystemAssigned"},
            "kind": "Managed",
            "location": "swedencentral",
            "properties": {
                "authMode": "AADToken",
                "description": "Answers within 200 ms",
                "publicNetworkAccess": "Disabled",
            },
            "resourceGroupName": "rg-ai",
            "workspaceName": "mlw",
            "tags": {"managed-by": "verdazure", **SITE["tags"], "latency": "interactive", "traffic": "controller"},
        }
    }


def test_a_deployment_has_one_instance_and_scales_by_load(deploy):
    found = online(deploy)
    deployment = found.of("machinelearningservices:OnlineDeployment")["churn-blue"]
    assert deployment["sku"] == {"name": "Default", "capacity": 1}
    assert deployment["properties"]["requestSettings"] == {
        "maxConcurrentRequestsPerInstance": 2,
        "maxQueueWait": "PT0.5S",
        "requestTimeout": "PT1S",
    }
    setting = found.of("monitor:AutoscaleSetting")["churn-blue"]
    (profile,) = setting["profiles"]
    assert profile["capacity"] == {"minimum": "1", "maximum": "4", "default": "1"}
    assert [
        (rule["metricTrigger"]["metricName"], rule["metricTrigger"]["threshold"], rule["scaleAction"]["direction"])
        for rule in profile["rules"]
    ] == [("CpuUtilizationPercentage", 70, "Increase"), ("CpuUtilizationPercentage", 30, "Decrease")]


def test_quiet_hours_lower_the_floor_and_end(deploy):
    quiet = {"start": "20:00", "end": "06:30", "instances": 1}
    found = online(deploy, {"blue": {**PLAIN, "floor": 3, "quiet": quiet}})
    load, low, back = found.of("monitor:AutoscaleSetting")["churn-blue"]["profiles"]
    assert [each["capacity"]["minimum"] for each in (load, low, back)] == ["3", "1", "3"]
    assert json.loads(back["name"]) == {"name": "load", "for": "quiet"}
    assert (low["recurrence"]["schedule"]["hours"], back["recurrence"]["schedule"]["minutes"]) == ([20], [30])
    assert found.warnings == [
        "Deployment blue keeps 3 instances without any load. This weakens a sustainable default; rule MI05 guards it."
    ]


def test_the_controller_is_told_of_caps_and_of_the_share_of_requests(deploy):
    caps = [{"grams_per_kwh": 200, "instances": 2}]
    document = Steering.read(online(deploy, {"blue": {**PLAIN, "caps": caps}}).outputs["steering"])
    assert document.deployments["churn-blue"].caps[0].instances == 2
    assert document.traffic["churn"].shares == {"blue": 100}


def test_the_controller_is_told_of_a_rollout(deploy):
    both = {"blue": PLAIN, "green": PLAIN}
    document = Steering.read(online(deploy, both, rollout={"old": "blue", "new": "green"}).outputs["steering"])
    assert document.rollouts["churn"].steps == (10, 50, 100)
    assert document.rollouts["churn"].more_grams_share == 0.1
    assert document.traffic == {}


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (
            {"latency_ms": None},
            "latency_ms is missing. Allowed: how long callers can wait, at most 30000 ms. Fix: give it, or use "
            "BatchEndpoint: its machines are there only while there is work.",
        ),
        ({"latency_ms": 60_000}, "latency_ms is 60000. Allowed: how long callers can wait, at most 30000 ms."),
        (
            {"deployments": {"blue": {**PLAIN, "instance_type": "Standard_NC4as_T4_v3"}}},
            "deployments.blue.need is missing. Allowed: what asks for the GPU of Standard_NC4as_T4_v3.",
        ),
        ({"deployments": {"blue": {**PLAIN, "ceiling": 11}}}, "deployments.blue.ceiling is 11."),
        (
            {"deployments": {"blue": {**PLAIN, "ceiling": 1}}, "availability_percent": 99.9},
            "deployments.blue.ceiling is 1. Allowed: at least 2, which 99.9 % takes.",
        ),
        (
            {"deployments": {"blue": PLAIN, "green": PLAIN}},
            "traffic is 0. Allowed: 100 per cent in sum, as there are several deployments.",
        ),
        ({"traffic": {"gren": 100}}, "traffic is 'gren'. Allowed: blue."),
        (
            {"deployments": {"blue": PLAIN, "green": PLAIN}, "rollout": {"old": "blue", "new": "blue"}},
            "old and new are both 'blue'",
        ),
        (
            {"deployments": {"blue": {**PLAIN, "caps": [{"grams_per_kwh": 100.0, "instances": 9}]}}},
            "caps must rise in intensity and not rise in instances",
        ),
        ({"deployments": {"blue": {**PLAIN, "scoring_script": "score.py"}}}, "both scoring_script and code_id"),
    ],
    ids=lambda case: next(iter(case)) if isinstance(case, dict) else "",
)
def test_what_contradicts_itself_or_burns_for_nothing_is_refused(deploy, args, said):
    given_ = {key: value for key, value in args.items() if value is not None}
    wanted = {"landing": SITE, "workspace_id": WORKSPACE, "latency_ms": 200, "deployments": {"blue": PLAIN}} | given_
    if args.get("latency_ms", 0) is None:
        del wanted["latency_ms"]
    with pytest.raises(ArgumentError) as refused:
        deploy(lambda: OnlineEndpoint("churn", wanted) and None)
    assert said in str(refused.value)


def test_a_batch_endpoint_gives_up_on_a_broken_input_and_tries_a_lost_node_again(deploy):
    cluster = f"{WORKSPACE}/computes/cpu"

    def program():
        made = BatchEndpoint(
            "nightly",
            {
                "landing": SITE,
                "workspace_id": WORKSPACE,
                "deployments": {"blue": {"model_id": MODEL, "compute_id": cluster}},
            },
        )
        return {"default": made.default_deployment}

    found = deploy(program)
    assert found.outputs == {"default": "blue"}
    properties = found.of("machinelearningservices:BatchDeployment")["nightly-blue"]["properties"]
    assert properties["compute"] == cluster
    assert properties["errorThreshold"] == 0
    assert properties["retrySettings"] == {"maxRetries": 3, "timeout": "PT30M"}
    assert "defaults" not in found.of("machinelearningservices:BatchEndpoint")["nightly"]["properties"]


def test_several_batch_deployments_need_a_default(deploy):
    each = {"model_id": MODEL, "compute_id": f"{WORKSPACE}/computes/cpu"}
    args = {"landing": SITE, "workspace_id": WORKSPACE, "deployments": {"blue": each, "green": each}}
    with pytest.raises(ArgumentError, match=r"default is missing\. Allowed: blue, green\."):
        deploy(lambda: BatchEndpoint("nightly", args) and None)


def origin(region, **more):
    return {
        "host": f"chat.{region}.example.com",
        "region": region,
        "requests_per_second": 50,
        "joules_per_request": 9,
        **more,
    }


def traffic(deploy, *regions, **args):
    def program():
        made = CarbonAwareTraffic(
            "chat", {"landing": SITE, "origins": {region: origin(region) for region in regions}, **args}
        )
        return {"weights": made.weights, "explanation": made.explanation}

    return deploy(program)


def test_the_cleanest_region_serves_and_the_others_stand_by(deploy):
    found = traffic(deploy, "germanywestcentral", "swedencentral", "francecentral")
    assert found.outputs == {
        "weights": {"germanywestcentral": 1, "swedencentral": 98, "francecentral": 1},
        "explanation": "99.9 % with 99.9 % a region: one region keeps it, the others stand by; cleanest by annual mean "
        "first.",
    }
    weights = {name: each["weight"] for name, each in found.of("cdn:AFDOrigin").items()}
    assert weights == {"chat-germanywestcentral": 1, "chat-swedencentral": 98, "chat-francecentral": 1}
    settings = found.of("cdn:AFDOriginGroup")["chat"]["loadBalancingSettings"]
    assert settings["additionalLatencyInMilliseconds"] == 1000, "weights decide, not latency"


def test_a_high_target_takes_two_regions_at_once(deploy):
    found = traffic(deploy, "germanywestcentral", "swedencentral", "francecentral", availability_percent=99.99)
    assert found.outputs["weights"] == {"germanywestcentral": 1, "swedencentral": 50, "francecentral": 49}


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ({"residency": "se"}, "Allowed: a region inside residency 'se'."),
        ({"availability_percent": 99.99999}, "origins is 2. Allowed: at least 3, which 100 % takes."),
        (
            {"load_balancer": LoadBalancer.TRAFFIC_MANAGER},
            "deployment_id is missing. Allowed: the deployment that counts its requests",
        ),
    ],
    ids=str,
)
def test_traffic_that_cannot_keep_its_word_is_refused(deploy, args, said):
    with pytest.raises(ArgumentError) as refused:
        traffic(deploy, "swedencentral", "germanywestcentral", **args)
    assert said in str(refused.value)


@given(st.floats(1, 99.999))
def test_redundancy_is_enough_and_not_one_more(target):
    for count, available in ((instances_for(target), 0.99), (regions_for(target), 0.999)):
        assert 1 - (1 - available) ** count >= target / 100 - 1e-9
        assert count == 1 or 1 - (1 - available) ** (count - 1) < target / 100
