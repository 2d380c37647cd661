"""Judges a plan or a state by the rulebook as a team has set it. Pure: neither an engine nor a cloud."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pulumi_policy import EnforcementLevel
from verdazure import facts

from verdazure_policies.exemptions import Assessed, Excuses, Outcome
from verdazure_policies.judging import Judgement, judge, parameters
from verdazure_policies.plans import Location, Plan
from verdazure_policies.profiles import Ruling
from verdazure_policies.rulebook import RULEBOOK, Rule, Scope
from verdazure_policies.settings import Settings
from verdazure_policies.tokens import is_azure


@dataclass(frozen=True)
class Line:
    """One thing that is said of one resource."""

    assessed: Assessed
    blocks: bool
    """Whether it is a violation of a rule that is mandatory here."""
    type: str
    """The resource's token, as the program has it."""
    location: Location | None

    @property
    def judgement(self) -> Judgement:
        return self.assessed.judgement

    @property
    def outcome(self) -> Outcome:
        return self.assessed.outcome

    @property
    def saves(self) -> float | None:
        """kgCO2e a month."""
        return self.judgement.finding.saves if self.judgement.finding else None


@dataclass(frozen=True)
class Report:
    """What the rulebook says of one plan or state."""

    kind: str
    profile: str
    facts: str
    lines: tuple[Line, ...]
    """What blocks first, then by severity and rule."""
    passed: tuple[tuple[Rule, str, str], ...]
    """Rule, and the URN and the name of a resource that it judged and found nothing about."""
    remarks: tuple[str, ...]
    """What is to tell of exemptions and of the baseline themselves."""
    judged: int
    """Resources that some rule judged."""
    not_judged: Mapping[str, int]
    """Types that no rule knows, with how many resources they have: not passed, but not looked at."""

    @property
    def blocks(self) -> bool:
        return any(line.blocks for line in self.lines)

    def of(self, outcome: Outcome, blocks: bool = False) -> list[Line]:
        return [line for line in self.lines if line.outcome is outcome and line.blocks is blocks]


def check(plan: Plan, settings: Settings, baseline: Mapping[str, Any]) -> Report:
    """Every rule that is not switched off, on every resource that it judges."""
    excuses = Excuses(settings.exemptions, baseline)
    places = {each.urn: each for each in plan.resources}
    lines, passed = [], []
    for rule_id, ruling in settings.rulings().items():
        if ruling.level is EnforcementLevel.DISABLED:
            continue
        for urn, name, judgements in _judged(RULEBOOK[rule_id], ruling, plan):
            if not judgements:
                passed.append((RULEBOOK[rule_id], urn, name))
            for judgement in judgements:
                assessed = excuses.assess(judgement)
                blocks = assessed.outcome is Outcome.VIOLATION and ruling.level is not EnforcementLevel.ADVISORY
                lines.append(Line(assessed, blocks, places[urn].type, places[urn].location))
    return Report(
        plan.kind,
        settings.profile,
        facts.version(),
        tuple(sorted(lines, key=_weight)),
        tuple(passed),
        tuple(_remarks(settings, excuses)),
        len({line.judgement.urn for line in lines} | {urn for _, urn, _ in passed}),
        _not_judged(plan),
    )


def _judged(rule: Rule, ruling: Ruling, plan: Plan) -> Iterator[tuple[str, str, list[Judgement]]]:
    params = parameters(rule, ruling.parameters)
    stack = plan.stack if rule.scope is Scope.STACK else None
    for resource in stack.resources if stack else plan.alone:
        if rule.judges(resource):
            yield resource.urn, resource.name, judge(rule, resource, params, stack, ruling.when_unknown)


_SEVERITIES = ("critical", "high", "medium", "low")


def _weight(line: Line) -> tuple[Any, ...]:
    rule, order = line.judgement.rule, list(Outcome)
    severity = _SEVERITIES.index(rule.severity.value)
    return not line.blocks, order.index(line.outcome), severity, rule.id, line.judgement.urn, line.judgement.path


def _remarks(settings: Settings, excuses: Excuses) -> Iterator[str]:
    yield from excuses.remarks()
    frozen_with = settings.frozen_with()
    if frozen_with and frozen_with != facts.version():
        yield f"{settings.profile} was frozen with the facts {frozen_with}; these are {facts.version()}."


def _not_judged(plan: Plan) -> Mapping[str, int]:
    known = {target.type for rule in RULEBOOK.values() for target in rule.targets} | {"resources:ResourceGroup"}
    counted: dict[str, int] = {}
    for each in plan.resources:
        canonical = each.resource.type
        if canonical not in known and not canonical.startswith("pulumi:") and not _is_component(each.type):
            what = f"{each.type} (by where it is and its tags only)" if is_azure(canonical) else each.type
            counted[what] = counted.get(what, 0) + 1
    return dict(sorted(counted.items()))


def _is_component(token: str) -> bool:
    return token.startswith("verdazure:")
