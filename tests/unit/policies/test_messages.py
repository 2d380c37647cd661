"""What the rules about models and serving say, word for word."""

from typing import Any

from verdazure_policies.rulebook import RULEBOOK, Scope
from verdazure_policies.samples import (
    AML_SCHEDULE,
    AML_SWEEP,
    HOSTED_MODEL,
    ONLINE_DEPLOYMENT,
    ONLINE_ENDPOINT,
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
