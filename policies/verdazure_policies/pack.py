"""The policy pack: each rule of the book as a Pulumi policy.

A team that writes its own pack takes the policies from here:

    from pulumi_policy import PolicyPack
    from verdazure_policies.pack import policies
    from verdazure_policies.settings import Settings

    settings = Settings(profile="strict-2026-12", rules={"all": "advisory", "CR01": {"max_intensity": 200}})
    PolicyPack("our-rules", policies=[*policies(settings), our_own_policy])
"""

import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pulumi_policy import EnforcementLevel as Level
from pulumi_policy import (
    Policy,
    PolicyComplianceFramework,
    PolicyConfigSchema,
    PolicyResource,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE, UnknownValueError

from verdazure_policies.exemptions import Assessed, Excuses, Outcome
from verdazure_policies.fixing import can_fix, changes_of, is_secret, mended, plain, readable
from verdazure_policies.frameworks import GUIDE
from verdazure_policies.judging import Judgement, ParameterError, judge, parameters
from verdazure_policies.profiles import Ruling
from verdazure_policies.rulebook import RULEBOOK, Params, Rule, Scope
from verdazure_policies.settings import Settings
from verdazure_policies.stack import Stack
from verdazure_policies.view import Resource

REMARKS = "verdazure-exemptions"
"""The policy that tells of exemptions and of the baseline themselves."""


def policies(settings: Settings | None = None, baseline: Mapping[str, Any] | None = None) -> list[Policy]:
    """The whole rulebook as policies; a pack configuration given to the engine still goes over the settings."""
    settings = settings or Settings()
    excuses = Excuses(settings.exemptions, baseline)
    rulings = settings.rulings()
    made = [RulePolicy(rule, rulings[rule.id], excuses).policy() for rule in RULEBOOK.values()]
    return [*made, _remarks(excuses)] if excuses.given else made


class Advice(UnknownValueError):
    """What is said without blocking, whatever the policy's level. The SDK reports it as an advisory."""

    def __init__(self, said: Iterable[object]) -> None:
        super().__init__(UNKNOWN_STRING_VALUE, [])
        self.message = "\n".join(map(str, said))


class RulePolicy:
    """One rule as it is set, with what Pulumi calls."""

    def __init__(self, rule: Rule, ruling: Ruling, excuses: Excuses) -> None:
        self._rule, self._ruling, self._excuses = rule, ruling, excuses
        parameters(rule, ruling.parameters)

    def policy(self) -> Policy:
        rule = self._rule
        record: dict[str, Any] = {
            "name": rule.name,
            "description": rule.why,
            "enforcement_level": self._ruling.level,
            "config_schema": self._schema(),
            "display_name": f"{rule.id} {rule.title}",
            "severity": rule.severity,
            # Pulumi takes one framework for a policy: the others are tags.
            "framework": PolicyComplianceFramework(name=GUIDE, specification=rule.guide),
            "tags": [
                rule.group,
                *(f"gsf:{each.slug}" for each in rule.gsf),
                *(f"waf:{each.slug}" for each in rule.waf),
            ],
        }
        if rule.scope is Scope.STACK:
            return StackValidationPolicy(validate=self._validate_stack, **record)
        remediate: Any = self._remediate if can_fix(rule) else None  # the SDK's type forgets that it need not await
        return ResourceValidationPolicy(validate=self._validate, remediate=remediate, **record)

    def _schema(self) -> PolicyConfigSchema | None:
        """The engine fills a missing value with the schema's default, so the ruling's values have to stand there."""
        properties = {key: parameter.schema for key, parameter in self._rule.parameters.items()}
        for key, value in self._ruling.parameters.items():
            properties[key]["default"] = list(value) if isinstance(value, tuple) else value
        return PolicyConfigSchema(properties) if properties else None

    def _validate(self, args: ResourceValidationArgs, report: ReportViolation) -> None:
        resource = Resource(args.resource_type, args.name, args.urn, args.props)
        if not self._rule.judges(resource):
            args.not_applicable(f"{self._rule.id} does not judge this resource")
        self._say(report, args.get_config(), lambda params: self._judged(resource, params))

    def _validate_stack(self, args: StackValidationArgs, report: ReportViolation) -> None:
        stack = _stacks.of(args.resources)
        judged = [each for each in stack.resources if self._rule.judges(each)]
        if not judged:
            args.not_applicable(f"{self._rule.id} judges no resource of this stack")
        config = args.get_config()
        self._say(
            report, config, lambda params: [each for found in judged for each in self._judged(found, params, stack)]
        )

    def _remediate(self, args: ResourceValidationArgs) -> Mapping[str, Any] | None:
        """The properties mended, where the rule finds something that it can mend and nobody has reasons for."""
        properties = plain(args.props)
        resource = Resource(args.resource_type, args.name, args.urn, readable(properties))
        if not self._rule.judges(resource):
            args.not_applicable(f"{self._rule.id} does not judge this resource")
        try:
            params = parameters(self._rule, self._ruling.parameters, args.get_config())
        except ParameterError:  # which the validation that follows reports
            return None
        found = self._judged(resource, params)
        open_ones = [each for each in found if self._excuses.assess(each).outcome is Outcome.VIOLATION]
        changed = mended(properties, changes_of(open_ones))
        if changed is not None:
            _tell(open_ones, properties)
        return changed

    def _judged(self, resource: Resource, params: Params, stack: Stack | None = None) -> list[Judgement]:
        return judge(self._rule, resource, params, stack, self._ruling.when_unknown)

    def _say(
        self, report: ReportViolation, config: Mapping[str, Any], judged: Callable[[Params], list[Judgement]]
    ) -> None:
        try:
            params = parameters(self._rule, self._ruling.parameters, config)
        except ParameterError as error:
            report(f"{self._rule.id} {self._rule.name}: {error}.", None)
            return
        assessed = [self._excuses.assess(each) for each in judged(params)]
        for each in assessed:
            if each.outcome is Outcome.VIOLATION:
                report(str(each), each.judgement.urn)
        _advise(assessed)


def _tell(judgements: Iterable[Judgement], properties: Mapping[str, Any]) -> None:
    """Before and after: the engine shows what a pack writes to standard error, and itself says only how many."""
    for each in judgements:
        if each.change:
            secret = is_secret(properties, each.change.path)
            said = f"{each.change.path}: [secret]" if secret else each.mending
            print(f"{each.rule.id} {each.rule.name}: {each.name}: mended: {said}", file=sys.stderr)


def _advise(assessed: Iterable[Assessed]) -> None:
    said = [each for each in assessed if each.outcome in (Outcome.UNVERIFIED, Outcome.EXEMPT)]
    if said:
        raise Advice(said)


def _remarks(excuses: Excuses) -> Policy:
    """Comes last, when every other policy has asked for what it needed."""

    def validate(args: StackValidationArgs, report: ReportViolation) -> None:
        for remark in excuses.remarks():
            report(remark, None)

    return StackValidationPolicy(
        REMARKS, "An exemption is for something, and ends.", validate, enforcement_level=Level.ADVISORY
    )


class _Stacks:
    """The stack of the last list of resources: each rule is handed the same list, and the index is made once."""

    def __init__(self) -> None:
        self._resources: object = None
        self._stack = Stack(())

    def of(self, resources: list[PolicyResource]) -> Stack:
        if resources is not self._resources:
            self._resources, self._stack = resources, Stack(resources)
        return self._stack


_stacks = _Stacks()
