"""The policy pack: each rule of the book as a Pulumi policy.

A team that writes its own pack takes the policies from here:

    from pulumi_policy import PolicyPack
    from verdazure_policies.pack import policies

    PolicyPack("our-rules", policies=[*policies({"low-carbon-region": {"max_intensity": 200}}), our_own_policy])
"""

import difflib
from collections.abc import Callable, Mapping
from typing import Any

from pulumi_policy import (
    EnforcementLevel,
    Policy,
    PolicyComplianceFramework,
    PolicyConfigSchema,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE, UnknownValueError

from verdazure_policies import rules
from verdazure_policies.frameworks import GUIDE
from verdazure_policies.judging import ParameterError, Verdict, judge, parameters
from verdazure_policies.rulebook import RULEBOOK, Rule, Scope
from verdazure_policies.stack import Stack
from verdazure_policies.view import Resource

Overrides = Mapping[str, Mapping[str, Any]]
"""Rule name or id -> parameter -> value."""

rules.load()


def policies(overrides: Overrides | None = None) -> list[Policy]:
    """The whole rulebook as policies; a pack configuration given to the engine still goes over `overrides`.

    Raises `ParameterError` for a rule or parameter that does not exist.
    """
    by_id = {_known(key).id: dict(values) for key, values in (overrides or {}).items()}
    return [_policy(rule, by_id.get(rule.id, {})) for rule in RULEBOOK.values()]


class Unverified(UnknownValueError):
    """Doubts about a resource. The SDK reports it as an advisory, also where the policy itself is mandatory."""

    def __init__(self, doubts: list[str]) -> None:
        super().__init__(UNKNOWN_STRING_VALUE, [])
        self.message = "\n".join(doubts)


def _policy(rule: Rule, overrides: Mapping[str, Any]) -> Policy:
    parameters(rule, overrides)
    record: dict[str, Any] = {
        "name": rule.name,
        "description": rule.why,
        "enforcement_level": EnforcementLevel.MANDATORY if rule.mandatory else EnforcementLevel.ADVISORY,
        "config_schema": _schema(rule, overrides),
        "display_name": f"{rule.id} {rule.title}",
        "severity": rule.severity,
        # Pulumi takes one framework for a policy: the others are tags.
        "framework": PolicyComplianceFramework(name=GUIDE, specification=rule.guide),
        "tags": [rule.group, *(f"gsf:{each.slug}" for each in rule.gsf), *(f"waf:{each.slug}" for each in rule.waf)],
    }
    if rule.scope is Scope.STACK:
        return StackValidationPolicy(validate=_stack_validation(rule, overrides), **record)
    return ResourceValidationPolicy(validate=_resource_validation(rule, overrides), **record)


def _schema(rule: Rule, overrides: Mapping[str, Any]) -> PolicyConfigSchema | None:
    """The engine fills a missing value with the schema's default, so the overrides have to stand there."""
    properties = {key: parameter.schema for key, parameter in rule.parameters.items()}
    for key, value in overrides.items():
        properties[key]["default"] = list(value) if isinstance(value, tuple) else value
    return PolicyConfigSchema(properties) if properties else None


def _resource_validation(
    rule: Rule, overrides: Mapping[str, Any]
) -> Callable[[ResourceValidationArgs, ReportViolation], None]:
    def validate(args: ResourceValidationArgs, report: ReportViolation) -> None:
        resource = Resource(args.resource_type, args.name, args.urn, args.props)
        if not rule.judges(resource):
            args.not_applicable(f"{rule.id} does not judge this resource")
        try:
            params = parameters(rule, overrides, args.get_config())
        except ParameterError as error:
            report(f"{rule.id} {rule.name}: {error}.", None)
            return
        _report([(resource, judge(rule, resource, params))], report)

    return validate


def _stack_validation(
    rule: Rule, overrides: Mapping[str, Any]
) -> Callable[[StackValidationArgs, ReportViolation], None]:
    def validate(args: StackValidationArgs, report: ReportViolation) -> None:
        stack = Stack(args.resources)
        judged = [resource for resource in stack.resources if rule.judges(resource)]
        if not judged:
            args.not_applicable(f"{rule.id} judges no resource of this stack")
        try:
            params = parameters(rule, overrides, args.get_config())
        except ParameterError as error:
            report(f"{rule.id} {rule.name}: {error}.", None)
            return
        _report([(resource, judge(rule, resource, params, stack)) for resource in judged], report)

    return validate


def _report(verdicts: list[tuple[Resource, Verdict]], report: ReportViolation) -> None:
    for resource, verdict in verdicts:
        for violation in verdict.violations:
            report(violation, resource.urn)
    doubts = [doubt for _, verdict in verdicts for doubt in verdict.doubts]
    if doubts:
        raise Unverified(doubts)


def _known(key: str) -> Rule:
    by_name = {name: rule for rule in RULEBOOK.values() for name in (rule.id, rule.name)}
    if key not in by_name:
        near = difflib.get_close_matches(key, by_name, n=1)
        hint = f"did you mean {near[0]!r}?" if near else "take a rule's id or name."
        raise ParameterError(f"there is no rule {key!r}. Fix: {hint}")
    return by_name[key]
