"""Files are judged as the engine's stacks are: each case of each rule, by the pack and by the check."""

import json
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from verdazure_policies import pack
from verdazure_policies.checking import Report, check
from verdazure_policies.exemptions import Outcome
from verdazure_policies.plans import read
from verdazure_policies.rulebook import RULEBOOK, Rule
from verdazure_policies.samples import AML_CLUSTER, RESOURCE_GROUP, STORAGE_ACCOUNT, UNKNOWN, Sample
from verdazure_policies.settings import Settings

from tests.unit.policies.files import plan_of, state_of
from tests.unit.policies.wire import analyse, analyse_stack, serve

RULES = list(RULEBOOK.values())
OPEN = STORAGE_ACCOUNT.having("allowBlobPublicAccess", True)


def checked(case: Sequence[Sample], **settings: Any) -> Report:
    return check(plan_of(case), Settings(**settings), {})


@pytest.mark.parametrize("rule", RULES, ids=[rule.id for rule in RULES])
def test_a_file_is_judged_as_the_stack_that_it_tells_of(rule: Rule) -> None:
    settings = {"rules": {rule.id: dict(rule.cases_with)}}
    servicer = serve(pack.policies(Settings(**settings)))
    for case in (*rule.fails, *rule.unknown):
        answers = [analyse_stack(servicer, case), *(analyse(servicer, sample) for sample in case)]
        texts = {text for each in answers for told in (each.violations, each.doubts) for text in told.values()
                 for said in text for text in said.splitlines()[1:]}  # fmt: skip
        assert {str(line.assessed) for line in checked(case, **settings).lines} == texts


def test_what_blocks_comes_first_and_then_what_weighs_more() -> None:
    report = checked([OPEN, AML_CLUSTER.having("properties.properties.vmPriority", "Dedicated"), RESOURCE_GROUP])
    assert report.blocks
    ordered = [(line.blocks, line.judgement.rule.id) for line in report.lines]
    assert ordered[:2] == [(True, "SE02"), (True, "CM05")]
    assert [blocks for blocks, _ in ordered] == sorted((blocks for blocks, _ in ordered), reverse=True)


def test_a_profile_decides_what_blocks() -> None:
    kept = STORAGE_ACCOUNT.having("allowSharedKeyAccess", True)
    rules = {"all": "disabled", "SE03": {}}
    assert not checked([kept], rules=rules).lines
    assert checked([kept], rules={"all": "disabled", "SE03": "mandatory"}).blocks
    advised = checked([kept], rules={"all": "disabled", "SE03": "advisory"})
    assert (len(advised.lines), advised.blocks) == (1, False)


def test_strict_blocks_what_nobody_can_tell() -> None:
    late = RESOURCE_GROUP.having("location", UNKNOWN)
    region = {"all": "disabled", "CR03": {"enforcementLevel": "mandatory", "residency": "eu"}}
    assert [line.outcome for line in checked([late], rules=region).lines] == [Outcome.UNVERIFIED]
    strict = checked([late], profile="strict", rules=region)
    assert [(line.outcome, line.blocks) for line in strict.lines] == [(Outcome.VIOLATION, True)]


def test_an_exemption_excuses_and_is_shown() -> None:
    given = {"rule": "SE02", "resource": "urn:pulumi:*", "category": "Mitigated", "reason": "Public data.",
             "owner": "us", "expires": date.today() + timedelta(90)}  # fmt: skip
    report = checked([OPEN], rules={"all": "disabled", "SE02": "mandatory"}, exemptions=[given])
    [line] = report.lines
    assert (line.outcome, report.blocks) == (Outcome.EXEMPT, False)
    assert str(line.assessed).endswith(f"Exempt (Mitigated by us until {given['expires']}: Public data.).")


def test_what_no_rule_knows_is_said() -> None:
    strangers = [Sample("web:WebApp", {}), Sample("resources:ResourceGroup", {"location": "swedencentral"})]
    kind = "azure:storage/account:Account"
    document = json.loads(state_of(strangers))
    document["deployment"]["resources"].append({"urn": f"urn:pulumi:prod::shop::{kind}::old", "type": kind})
    assert check(read(json.dumps(document)), Settings(), {}).not_judged == {
        "azure-native:web:WebApp (by where it is and its tags only)": 1,
        "azure:storage/account:Account": 1,
    }


def test_a_dated_profile_says_when_its_facts_are_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("verdazure_policies.profiles.facts_of", lambda name: "2020-01-01-00000000")
    [remark] = checked([RESOURCE_GROUP]).remarks
    assert remark.startswith("recommended was frozen with the facts 2020-01-01-00000000; these are ")
