"""Guardrails: each limit belongs to a rule of the book, and the rule judges by that very limit."""

import pytest
from verdazure import guardrails
from verdazure.guardrails import Limit
from verdazure_policies import rules
from verdazure_policies.rulebook import RULEBOOK

rules.load()
LIMITS = {name: value for name, value in vars(guardrails).items() if isinstance(value, Limit)}


@pytest.mark.parametrize("name", LIMITS)
def test_a_limit_guards_through_its_rule(name: str):
    limit = LIMITS[name]
    defaults = [parameter.default for parameter in RULEBOOK[limit.rule].parameters.values()]
    assert limit.value in defaults
