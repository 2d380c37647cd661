"""The pack at work: messages, configuration, tokens, and a rule that crashes."""

from dataclasses import replace
from typing import Any, Never

import pytest
from pulumi_policy import EnforcementLevel
from verdazure_policies import pack
from verdazure_policies.exemptions import Excuses
from verdazure_policies.profiles import Ruling
from verdazure_policies.rulebook import RULEBOOK, WARN
from verdazure_policies.samples import (
    AML_CLUSTER,
    AML_WORKSPACE,
    BLOB_CONTAINER,
    KEY_VAULT,
    LIFECYCLE,
    RESOURCE_GROUP,
    STORAGE_ACCOUNT,
    UNKNOWN,
    VIRTUAL_MACHINE,
    Sample,
)
from verdazure_policies.settings import Settings

from tests.unit.policies.wire import analyse, analyse_stack, policy_of, resource_request, serve


def said(rule_id: str, sample: Sample, config: dict[str, Any] | None = None) -> list[str]:
    """The findings without the policy's why."""
    rule = RULEBOOK[rule_id]
    answer = analyse(serve([policy_of(rule)], {rule.name: config} if config else None), sample)
    return [message.partition("\n")[2] for message in answer.violations.get(rule.name, [])]


def test_a_cluster_that_never_rests() -> None:
    busy = replace(AML_CLUSTER, name="gpu").having("properties.properties.scaleSettings.minNodeCount", 2)
    assert said("CM01", busy) == [
        "CM01 aml-scale-to-zero: gpu: properties.properties.scaleSettings.minNodeCount is 2, wanted at most 0. "
        "Fix: set min_nodes to 0 (minNodeCount: 0), which saves about 8.3 kgCO2e a month."
    ]


def test_a_dirty_region_names_the_cleanest_one_and_what_it_saves() -> None:
    assert said("CR01", RESOURCE_GROUP.having("location", "West Europe")) == [
        "CR01 low-carbon-region: resourcegroup: location is West Europe (398 gCO2e/kWh), wanted at most 300 gCO2e/kWh. "
        "Fix: deploy to swedencentral (23 gCO2e/kWh, 94% less), the cleanest region inside eu."
    ]


def test_a_dirty_region_without_a_cleaner_one_says_so() -> None:
    assert said("CR01", RESOURCE_GROUP.having("location", "polandcentral"), {"max_intensity": 900}) == []
    assert said("CR01", RESOURCE_GROUP.having("location", "koreacentral")) == [
        "CR01 low-carbon-region: resourcegroup: location is koreacentral (491 gCO2e/kWh), "
        "wanted at most 300 gCO2e/kWh. "
        "Fix: no cleaner region inside kr is known: choose another residency or ask for an exception."
    ]


def test_a_retired_size_names_its_successor() -> None:
    assert said("CM07", AML_CLUSTER.having("properties.properties.vmSize", "Standard_NC6s_v3")) == [
        "CM07 current-vm-generation: compute: properties.properties.vmSize is Standard_NC6s_v3, retired, "
        "wanted a size that Azure has not announced to retire. Fix: use Standard_NC4as_T4_v3."
    ]


def test_an_open_store_names_both_ways_to_close_it() -> None:
    assert said("SE04", STORAGE_ACCOUNT.having("publicNetworkAccess", "Enabled")) == [
        "SE04 storage-network: storageaccount: publicNetworkAccess is Enabled, wanted Disabled, "
        "or networkRuleSet.defaultAction Deny. "
        "Fix: set publicNetworkAccess to Disabled, or networkRuleSet.defaultAction to Deny."
    ]


def test_a_step_out_of_order_is_told_where_it_stands() -> None:
    cold = "policy.rules[0].definition.actions.baseBlob.tierToCold.daysAfterModificationGreaterThan"
    cool = cold.replace("tierToCold", "tierToCool")
    assert said("ST02", LIFECYCLE.having(cold, 30)) == [
        f"ST02 lifecycle-tiers: managementpolicy: {cold} is 30, wanted more than 30 days, as {cool} is. "
        "Fix: let the steps follow each other."
    ]


def test_storage_without_lifecycle_is_told_of_the_account() -> None:
    answer = analyse_stack(serve(pack.policies()), [STORAGE_ACCOUNT])
    assert answer.violations["storage-lifecycle"] == [
        f"{RULEBOOK['ST01'].why}\n"
        "ST01 storage-lifecycle: storageaccount: storage:ManagementPolicy is not in the stack, "
        "wanted one whose accountName names it. Fix: add a storage.ManagementPolicy for it, or use TieredStorage."
    ]


def test_an_unknown_value_of_a_mandatory_rule_is_an_advisory_that_names_it() -> None:
    rule = RULEBOOK["CR01"]
    answer = analyse(serve([policy_of(rule)]), RESOURCE_GROUP.having("location", UNKNOWN))
    assert (answer.violations, answer.mandatory) == ({}, frozenset())
    [doubt] = answer.doubts[rule.name]
    assert doubt.endswith(
        "CR01 low-carbon-region: resourcegroup: location is not known before the deployment, so it cannot be verified; "
        "wanted at most 300 gCO2e/kWh. Fix: name a region of the facts table."
    )


def test_a_doubt_about_one_resource_hides_no_violation_of_another() -> None:
    unlinked = replace(KEY_VAULT, name="other")
    setting = Sample("monitor:DiagnosticSetting", {"resourceUri": UNKNOWN}, links={"resourceUri": "vault"})
    loose = Sample("monitor:DiagnosticSetting", {"resourceUri": UNKNOWN}, name="loose")
    answer = analyse_stack(serve(pack.policies()), [KEY_VAULT, unlinked, setting, loose])
    [doubt] = answer.doubts["diagnostics-present"]
    assert "MO01 diagnostics-present: other: " in doubt
    assert "diagnostics-present" not in answer.violations


@pytest.mark.parametrize(
    ("token", "reached"),
    [
        ("azure-native:storage:StorageAccount", True),
        ("azure-native:storage/v20230101:StorageAccount", True),
        ("azure-native_storage_v20240101:storage:StorageAccount", True),
        ("azure:storage/account:Account", False),
        ("verdazure:index:TieredStorage", False),
        ("pulumi:providers:azure-native", False),
    ],
)
def test_a_rule_reaches_its_type_and_no_other(token: str, reached: bool) -> None:
    answer = analyse(serve(pack.policies()), Sample("storage:StorageAccount", {"location": "westeurope"}), token)
    assert ("storage-no-keys" in answer.violations) == reached
    assert ("storage-no-keys" in answer.skipped) != reached
    assert ("low-carbon-region" in answer.skipped) != reached
    assert "ml-no-public-access" in answer.skipped


def test_without_an_engine_the_defaults_are_filled_in() -> None:
    assert said("CM06", AML_CLUSTER.having("properties.properties.scaleSettings.maxNodeCount", 17)) != []


def test_a_pack_configuration_goes_over_the_defaults() -> None:
    many = AML_CLUSTER.having("properties.properties.scaleSettings.maxNodeCount", 17)
    assert said("CM06", many, {"max_nodes": 20.0}) == []
    assert said("CR09", RESOURCE_GROUP, {"required": ["cost-centre"]}) == [
        "CR09 accountability-tags: resourcegroup: tags.cost-centre is not set, wanted a value. "
        "Fix: add the tag cost-centre."
    ]


def test_a_parameter_that_does_not_exist_is_refused() -> None:
    assert said("CM06", AML_CLUSTER, {"max_node": 20}) == [
        "CM06 aml-max-nodes: unknown parameter 'max_node'. Allowed: max_nodes. "
        "Fix: correct the policy pack configuration."
    ]


def test_overrides_of_a_team_stand_in_the_schema_and_in_the_rule() -> None:
    [policy] = [
        each for each in pack.policies(Settings(rules={"CM06": {"max_nodes": 2}})) if each.name == "aml-max-nodes"
    ]
    assert policy.config_schema is not None
    assert policy.config_schema.properties["max_nodes"]["default"] == 2
    assert "aml-max-nodes" in analyse(serve([policy]), AML_CLUSTER).violations


def test_a_parameter_that_is_wrong_is_said_and_mends_nothing() -> None:
    rule = RULEBOOK["CM06"]
    autofix = pack.RulePolicy(rule, Ruling(EnforcementLevel.REMEDIATE, WARN), Excuses()).policy()
    config = {"max_node": 20}
    many = AML_CLUSTER.having("properties.properties.scaleSettings.maxNodeCount", 17)
    servicer = serve([autofix], {rule.name: config})
    assert servicer.Remediate(resource_request(many), None).remediations == []
    [told] = analyse(servicer, many).violations[rule.name]
    assert "unknown parameter 'max_node'. Allowed: max_nodes." in told


def test_what_emits_all_day_says_how_much_it_saves_elsewhere() -> None:
    [found] = said("CR01", VIRTUAL_MACHINE.having("location", "polandcentral"))
    assert found.endswith("the cleanest region inside eu, which saves about 7.7 kgCO2e a month.")


def test_a_crash_names_its_rule_and_the_others_still_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(resource: object, params: object) -> Never:
        raise RuntimeError("hunter2")

    monkeypatch.setitem(RULEBOOK, "SE03", replace(RULEBOOK["SE03"], check=broken))
    open_store = STORAGE_ACCOUNT.having("allowBlobPublicAccess", True)
    answer = analyse(serve(pack.policies()), open_store)
    [crash] = answer.violations["storage-no-keys"]
    assert crash.partition("\n")[2].startswith(
        "SE03 storage-no-keys: storageaccount: the rule crashed (RuntimeError at test_pack.py:"
    )
    assert crash.endswith("Fix: please report it.")
    assert "hunter2" not in crash
    assert "storage-no-public-blob" in answer.violations


def test_a_rule_that_warns_lets_the_deployment_decide() -> None:
    assert {rule.id for rule in RULEBOOK.values() if rule.when_unknown is not WARN} == {
        "BK05",
        "ED03",
        "SE02",
        "SE04",
        "SE05",
        "SE08",
        "SE09",
        "SE10",
    }


def test_children_without_tags_are_not_asked_for_them() -> None:
    assert said("CR09", BLOB_CONTAINER) == []
    assert said("CR09", Sample("authorization:PolicyAssignment", {"location": "swedencentral"})) == []


def test_a_workspace_with_its_data_elsewhere_is_told_which_part() -> None:
    away = STORAGE_ACCOUNT.having("location", "Norway East")
    answer = analyse_stack(serve(pack.policies()), [AML_WORKSPACE, away])
    assert [message.partition("\n")[2] for message in answer.violations["data-compute-colocation"]] == [
        "CR04 data-compute-colocation: workspace: location is swedencentral, wanted norwayeast, "
        "the region of its storageAccount storageaccount. "
        "Fix: create storageaccount and the workspace in one region."
    ]
