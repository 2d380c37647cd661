"""Our servicer says what the SDK's own says, about everything that the rulebook has a case for."""

from typing import Any

import pytest
from pulumi_policy import EnforcementLevel, StackValidationPolicy
from pulumi_policy.policy import _PolicyAnalyzerServicer
from verdazure_policies import pack
from verdazure_policies.rulebook import RULEBOOK
from verdazure_policies.samples import Sample
from verdazure_policies.serving import Analyzer

from tests.unit.policies.wire import analyse, analyse_stack, serve

CASES = [case for rule in RULEBOOK.values() for case in (*rule.passes, *rule.fails, *rule.unknown)]
POLICIES = pack.policies()


def answers(kind: type[Any], case: tuple[Sample, ...]) -> list[dict[str, Any]]:
    """Both analyses of a case, the SDK's words for what it could not run taken off."""
    servicer = serve(POLICIES, kind=kind)
    found = [analyse_stack(servicer, case), *(analyse(servicer, sample) for sample in case)]
    return [
        {
            "said": {name: sorted(map(_bare, texts)) for name, texts in _all(each).items()},
            "mandatory": each.mandatory,
            "skipped": each.skipped,
        }
        for each in found
    ]


def _all(answer: Any) -> dict[str, list[str]]:
    names = {*answer.violations, *answer.doubts}
    return {name: [*answer.violations.get(name, []), *answer.doubts.get(name, [])] for name in names}


def _bare(text: str) -> str:
    """Without what precedes the first finding: the rule's why, or that the policy could not run."""
    at = min(text.find(rule_id) for rule_id in RULEBOOK if rule_id in text)
    return text[at:]


@pytest.mark.parametrize("case", CASES[::7], ids=lambda case: case[0].type)
def test_it_answers_as_the_sdk_does(case: tuple[Sample, ...]) -> None:
    assert answers(Analyzer, case) == answers(_PolicyAnalyzerServicer, case)


def test_a_policy_that_is_switched_off_says_nothing() -> None:
    case = RULEBOOK["MO07"].fails[0]
    [budget] = [each for each in POLICIES if each.name == "budget-exists"]
    assert "budget-exists" in analyse_stack(serve([budget]), case).violations
    off = StackValidationPolicy("off", "Off.", lambda args, report: report("said"), EnforcementLevel.DISABLED)
    assert analyse_stack(serve([off]), case).violations == {}
