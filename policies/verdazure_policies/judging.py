"""Runs a rule on a resource: what it found, in words, and a crash inside it kept where it happened."""

import hashlib
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from verdazure_policies.rulebook import FAIL, Params, Rule, Scope, WhenUnknown
from verdazure_policies.stack import Stack
from verdazure_policies.view import Change, Finding, Resource


@dataclass(frozen=True)
class Judgement:
    """One thing that one rule says of one resource."""

    rule: Rule
    urn: str
    name: str
    """The resource's, in the program."""
    finding: Finding | None
    """None where the rule itself crashed."""
    doubtful: bool = False
    """Nobody can tell before the deployment, and the rule is not one that fails on that."""
    crash: str = ""

    @property
    def path(self) -> str:
        return self.finding.path if self.finding else ""

    @property
    def change(self) -> Change | None:
        """What mends it by itself."""
        return self.finding.change if self.finding and self.finding.certain else None

    @property
    def id(self) -> str:
        """Names this finding and no other, from run to run, as long as resource and property keep their names."""
        digest = hashlib.sha256(f"{self.urn}\n{self.path}".encode()).hexdigest()
        return f"{self.rule.id}-{digest[:8]}"

    def __str__(self) -> str:
        return f"{self.rule.id} {self.rule.name}: {self.name}: {self.finding or self.crash}"


_CORRECT = "Fix: correct the policy pack configuration"


class ParameterError(ValueError):
    """A pack configuration sets a parameter that the rule does not have, or to a value of another kind."""

    def __init__(self, parameter: str, fault: str, allowed: str) -> None:
        self.parameter, self.allowed = parameter, allowed
        super().__init__(f"{fault}. {_CORRECT}")


def parameters(rule: Rule, *layers: Mapping[str, Any]) -> Params:
    """The rule's defaults, then each layer of configuration over them. Raises `ParameterError`."""
    values = {key: parameter.default for key, parameter in rule.parameters.items()}
    for key, value in (pair for layer in layers for pair in layer.items()):
        if key not in values:
            allowed = ", ".join(values) or "none"
            raise ParameterError(key, f"unknown parameter {key!r}. Allowed: {allowed}", f"as parameters: {allowed}")
        try:
            values[key] = rule.parameters[key].read(value)
        except ValueError as error:
            raise ParameterError(key, f"parameter {key!r} {error}", str(error).partition(", wanted ")[2]) from None
    return Params(**values)


def judge(
    rule: Rule,
    resource: Resource,
    params: Params,
    stack: Stack | None = None,
    when_unknown: WhenUnknown | None = None,
) -> list[Judgement]:
    """What the rule says of the resource. A crash inside the check is a violation that names the rule; it never
    reaches the caller. `when_unknown` goes over the rule's own."""
    fails = (when_unknown or rule.when_unknown) is FAIL
    judgements: list[Judgement] = []
    try:
        findings = rule.check(resource, params, stack) if rule.scope is Scope.STACK else rule.check(resource, params)
        judgements.extend(
            Judgement(rule, resource.urn, resource.name, each, not each.certain and not fails) for each in findings
        )
    except Exception as crash:  # whatever one rule does, the others must run
        judgements.append(Judgement(rule, resource.urn, resource.name, None, crash=_crash_report(crash)))
    return judgements


def _crash_report(crash: Exception) -> str:
    """Type and place only: an exception's text may hold a property's value."""
    last = traceback.extract_tb(crash.__traceback__)[-1]
    return (
        f"the rule crashed ({type(crash).__name__} at {Path(last.filename).name}:{last.lineno}). Fix: please report it."
    )
