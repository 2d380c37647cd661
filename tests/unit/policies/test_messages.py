"""What the rules about models, serving and platforms say, word for word."""

from typing import Any

import pytest
from verdazure_policies.rulebook import RULEBOOK, Scope
from verdazure_policies.samples import (
    AML_SCHEDULE,
    AML_SWEEP,
    APP_ENVIRONMENT,
    BATCH_POOL,
    CONTENT_FILTER,
    HOSTED_MODEL,
    ONLINE_DEPLOYMENT,
    ONLINE_ENDPOINT,
    VIRTUAL_MACHINE,
    Sample,
    autoscale_of,
)

from tests.unit.policies.wire import analyse, analyse_stack, policy_of, serve

GREEN = ONLINE_DEPLOYMENT.having("deploymentName", "green")
BUSY = ONLINE_DEPLOYMENT.having("sku.capacity", 3)


def said(rule_id: str, *case: Sample, config: dict[str, Any] | None = None) -> list[str]:
    """The findings without the policy's why, the rule's id and its name."""
    rule = RULEBOOK[rule_id]
    servicer = serve([policy_of(rule)], {rule.name: config} if config else None)
    answer = analyse_stack(servicer, case) if rule.scope is Scope.STACK else analyse(servicer, case[0])
    return [
        message.partition("\n")[2].removeprefix(f"{rule_id} {rule.name}: ")
        for message in answer.violations.get(rule.name, [])
    ]


@pytest.mark.parametrize(("size", "arm"), [("Standard_D4ads_v5", "D4pds_v6"), ("Standard_DS3_v2", "D4pds_v6")])
def test_a_machine_is_told_the_arm_size_of_its_vcpus_with_no_less_memory(size: str, arm: str) -> None:
    machine = VIRTUAL_MACHINE.without("tags.architecture").having("hardwareProfile.vmSize", size)
    assert said("CM09", machine) == [
        f"virtualmachine: hardwareProfile.vmSize is {size}, wanted a size with Arm processors. "
        f"Fix: use Standard_{arm}, or tag what is built for x64 alone with architecture: x64."
    ]


def test_a_larger_model_is_told_the_smaller_one() -> None:
    assert said("MI01", HOSTED_MODEL.having("properties.model.name", "gpt-5")) == [
        "deployment: properties.model.name is gpt-5, wanted a model without a smaller one of its kind. "
        "Fix: take gpt-5-mini, or tag need with what it cannot do."
    ]


def test_a_fixed_number_of_instances_is_told_of_autoscale() -> None:
    assert said("MI05", BUSY) == [
        "onlinedeployment: monitor:AutoscaleSetting is not in the stack, wanted one whose targetResourceUri names it. "
        "Fix: add a monitor.AutoscaleSetting with its id, enabled: true."
    ]


def test_an_autoscale_setting_that_keeps_instances_is_told_how_few_do() -> None:
    kept = autoscale_of(BUSY).having("profiles[0].capacity.minimum", "2")
    assert said("MI05", BUSY, kept) == [
        "onlinedeployment: profiles[0].capacity.minimum is 2, wanted at most 1 instances. "
        "Fix: set minimum to 1, or tag slo with high."
    ]
    assert said("MI05", BUSY, kept, config={"max_minimum": 2}) == []


def test_a_gpu_that_serves_is_asked_what_for() -> None:
    assert said("MI06", ONLINE_DEPLOYMENT.having("properties.instanceType", "Standard_NC4as_T4_v3")) == [
        "onlinedeployment: properties.instanceType is Standard_NC4as_T4_v3, wanted a size without a GPU. "
        "Fix: take a CPU size, or tag need with what asks for a GPU."
    ]


def test_a_sweep_without_a_policy_is_told_where_it_is() -> None:
    fix = "Fix: set an early termination policy, such as MedianStopping or Bandit."
    assert said("MI10", AML_SWEEP.without("properties.earlyTermination")) == [
        f"job: properties.earlyTermination is not set, wanted a policy. {fix}"
    ]
    tune = "properties.action.jobDefinition.jobs.tune.early_termination"
    assert said("MI10", AML_SCHEDULE.without(tune)) == [f"schedule: {tune} is not set, wanted a policy. {fix}"]


def test_a_deployment_without_requests_is_told_of_its_share() -> None:
    assert said("MI11", GREEN, ONLINE_ENDPOINT) == [
        "onlinedeployment: properties.traffic.green is not set, wanted more than 0 percent of the requests, "
        "or properties.mirrorTraffic.green more than 0 percent of the requests. "
        "Fix: remove it, send it traffic, or tag justification and justified-until (a day to come)."
    ]


def test_a_global_model_is_told_what_stays_inside_the_residency() -> None:
    anywhere = HOSTED_MODEL.having("sku.name", "GlobalStandard")
    assert said("CR07", anywhere) == []
    assert said("CR07", anywhere, config={"residency": "eu"}) == [
        "deployment: sku.name is GlobalStandard, wanted a type that processes inside eu. "
        "Fix: set sku.name to DataZoneStandard or DataZoneBatch."
    ]
    assert said("CR07", HOSTED_MODEL, config={"residency": "se"}) == [
        "deployment: sku.name is DataZoneStandard, wanted a type that processes inside se. "
        "Fix: set sku.name to Standard."
    ]


def test_a_machine_that_may_be_interrupted_is_told_of_spot() -> None:
    assert said("CM10", VIRTUAL_MACHINE.having("tags.interruptible", "True")) == [
        "virtualmachine: priority is not set, wanted Spot. "
        "Fix: set it to Spot, or tag work that cannot restart with interruptible: false."
    ]


def test_a_profile_that_keeps_nodes_is_told_which() -> None:
    assert said("CM14", APP_ENVIRONMENT.having("workloadProfiles[1].minimumCount", 2)) == [
        "managedenvironment: workloadProfiles[1].minimumCount is 2, wanted at most 0 nodes. "
        "Fix: set minimumCount to 0, or tag slo with high."
    ]


def test_a_pool_of_a_fixed_size_is_told_of_a_formula() -> None:
    assert said("CM15", BATCH_POOL.having("scaleSettings", {"fixedScale": {"targetDedicatedNodes": 3}})) == [
        "pool: scaleSettings.fixedScale.targetDedicatedNodes is 3, wanted at most 0 nodes. "
        "Fix: set scaleSettings.autoScale with a formula over the pending tasks."
    ]


def test_a_filter_that_lets_harm_through_is_told_each_way() -> None:
    open_filter = (
        CONTENT_FILTER.having("properties.contentFilters[0].blocking", False)
        .having("properties.contentFilters[0].severityThreshold", "High")
        .having("properties.contentFilters[0].name", "violence")
    )
    assert said("MI14", open_filter) == [
        "raipolicy: properties.contentFilters[0].blocking is false, wanted true. Fix: set blocking to true.",
        "raipolicy: properties.contentFilters[0].severityThreshold is High, wanted anything but High. "
        "Fix: set severityThreshold to Medium or Low.",
    ]
