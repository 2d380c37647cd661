"""Every rule on its own cases, through the SDK's real proxies and messages."""

from collections.abc import Sequence

import pytest
from _pytest.mark import ParameterSet
from verdazure_policies import pack, samples
from verdazure_policies.rulebook import FAIL, RULEBOOK, Rule
from verdazure_policies.samples import Sample

from tests.unit.policies.wire import analyse, analyse_stack, judge_cases, serve


def cases(kind: str) -> list[ParameterSet]:
    return [
        pytest.param(rule, case, id=f"{rule.id}-{number}")
        for rule in RULEBOOK.values()
        for number, case in enumerate(getattr(rule, kind))
    ]


@pytest.mark.parametrize(("rule", "case"), cases("passes"))
def test_what_complies_gives_no_word(rule: Rule, case: Sequence[Sample]) -> None:
    answer = judge_cases(rule, case)
    assert (answer.violations, answer.doubts) == ({}, {})


@pytest.mark.parametrize(("rule", "case"), cases("fails"))
def test_what_breaks_the_rule_is_a_violation_of_its_severity(rule: Rule, case: Sequence[Sample]) -> None:
    answer = judge_cases(rule, case)
    for message in answer.violations[rule.name]:
        assert message.startswith(f"{rule.why}\n{rule.id} {rule.name}: {case[0].name}: ")
        assert ". Fix: " in message
        assert "crashed" not in message
    assert answer.doubts == {}
    assert (rule.name in answer.mandatory) == rule.mandatory


@pytest.mark.parametrize(("rule", "case"), cases("unknown"))
def test_what_nobody_can_tell_yet_never_passes_silently(rule: Rule, case: Sequence[Sample]) -> None:
    answer = judge_cases(rule, case)
    said = answer.violations if rule.when_unknown is FAIL else answer.doubts
    assert all("so it cannot be verified" in message for message in said[rule.name])
    assert (rule.name in answer.mandatory) == (rule.when_unknown is FAIL and rule.mandatory)


def test_the_samples_comply_with_every_resource_rule() -> None:
    servicer = serve(pack.policies())
    answers = {sample.name: analyse(servicer, sample) for sample in samples.ALL}
    assert {name: (answer.violations, answer.doubts) for name, answer in answers.items()} == dict.fromkeys(
        answers, ({}, {})
    )


def test_the_samples_comply_with_every_stack_rule() -> None:
    answer = analyse_stack(serve(pack.policies()), samples.ALL)
    assert (answer.violations, answer.doubts, answer.skipped) == ({}, {}, frozenset())
