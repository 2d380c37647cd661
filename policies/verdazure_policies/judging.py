"""Runs a rule on a resource: what it found, in words, and a crash inside it kept where it happened."""

import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from verdazure_policies.rulebook import WARN, Params, Rule, Scope
from verdazure_policies.stack import Stack
from verdazure_policies.view import Finding, Resource


@dataclass(frozen=True)
class Verdict:
    """What one rule says of one resource, in full sentences."""

    violations: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    """What cannot be verified before the deployment."""


_CORRECT = "Fix: correct the policy pack configuration"


class ParameterError(ValueError):
    """A pack configuration sets a parameter that the rule does not have, or to a value of another kind."""


def parameters(rule: Rule, *layers: Mapping[str, Any]) -> Params:
    """The rule's defaults, then each layer of configuration over them. Raises `ParameterError`."""
    values = {key: parameter.default for key, parameter in rule.parameters.items()}
    for key, value in (pair for layer in layers for pair in layer.items()):
        if key not in values:
            allowed = ", ".join(values) or "none"
            raise ParameterError(f"unknown parameter {key!r}. Allowed: {allowed}. {_CORRECT}")
        try:
            values[key] = rule.parameters[key].read(value)
        except ValueError as error:
            raise ParameterError(f"parameter {key!r} {error}. {_CORRECT}") from None
    return Params(**values)


def judge(rule: Rule, resource: Resource, params: Params, stack: Stack | None = None) -> Verdict:
    """The rule's verdict. A crash inside the check is a violation that names the rule; it never reaches the caller."""
    verdict = Verdict()
    try:
        findings = rule.check(resource, params, stack) if rule.scope is Scope.STACK else rule.check(resource, params)
        for finding in findings:
            doubtful = not finding.certain and rule.when_unknown is WARN
            (verdict.doubts if doubtful else verdict.violations).append(_sentence(rule, resource, _words(finding)))
    except Exception as crash:  # whatever one rule does, the others must run
        verdict.violations.append(_sentence(rule, resource, _crash_report(crash)))
    return verdict


def _words(finding: Finding) -> str:
    return str(finding) if finding.certain else f"{finding} Fix: {finding.fix}."


def _sentence(rule: Rule, resource: Resource, words: str) -> str:
    return f"{rule.id} {rule.name}: {resource.name}: {words}"


def _crash_report(crash: Exception) -> str:
    """Type and place only: an exception's text may hold a property's value."""
    last = traceback.extract_tb(crash.__traceback__)[-1]
    return (
        f"the rule crashed ({type(crash).__name__} at {Path(last.filename).name}:{last.lineno}). Fix: please report it."
    )
