"""The rulebook: what a rule is, and the register that its decorator writes it into."""

import difflib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from types import SimpleNamespace
from typing import Any

from pulumi_policy import Severity
from verdazure.guardrails import Limit

from verdazure_policies.frameworks import Guide, Pattern, Recommendation
from verdazure_policies.samples import Sample
from verdazure_policies.stack import Neighbour, Stack
from verdazure_policies.tokens import is_azure
from verdazure_policies.view import Finding, Resource

CRITICAL, HIGH, MEDIUM, LOW = Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM, Severity.LOW

Params = SimpleNamespace
"""A rule's parameters as attributes."""

ResourceCheck = Callable[[Resource, Params], Iterator[Finding]]
StackCheck = Callable[[Neighbour, Params, Stack], Iterator[Finding]]


class Scope(Enum):
    RESOURCE = "resource"
    """Judged alone, before it is created: a mandatory violation stops it."""
    STACK = "stack"
    """Judged with its neighbours, after all are registered: a mandatory violation blocks previews."""


class WhenUnknown(Enum):
    """What a value means that nobody can tell before the deployment."""

    WARN = "warn"
    """An advisory that names the property; the rule judges the value during the deployment."""
    FAIL = "fail"
    """A violation: for decisions that no program needs to derive from an Output."""


WARN, FAIL = WhenUnknown.WARN, WhenUnknown.FAIL


@dataclass(frozen=True)
class Target:
    """The resources that a rule judges: a type, or of that type those whose property has one of the values."""

    type: str
    """Canonical token, for instance `storage:StorageAccount`, or `EVERY_RESOURCE`: all of azure-native."""
    path: str = ""
    among: tuple[str, ...] = ()

    def names(self, type_: str) -> bool:
        """Whether it is about that type, by its canonical token."""
        return self.type == type_ or (self.type == EVERY_RESOURCE and is_azure(type_))

    def covers(self, resource: Resource) -> bool:
        return self.names(resource.type) and (
            not self.path or resource[self.path].one_of(self.among).holds is not False
        )


EVERY_RESOURCE = "*"
STACK_ROOT = "pulumi:pulumi:Stack"


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_KINDS: dict[type, tuple[str, Callable[[Any], bool]]] = {
    bool: ("true or false", lambda value: isinstance(value, bool)),
    int: ("a whole number", lambda value: _is_number(value) and float(value).is_integer()),
    float: ("a number", _is_number),
    str: ("a text", lambda value: isinstance(value, str)),
    tuple: (
        "a list of texts",
        lambda value: not isinstance(value, str) and all(isinstance(each, str) for each in value),
    ),
}


@dataclass(frozen=True)
class Parameter:
    """What a governance team may set, with the value that holds otherwise."""

    default: Any
    description: str
    choices: tuple[str, ...] = ()
    """The texts that are allowed; empty: any."""

    @property
    def schema(self) -> dict[str, Any]:
        """JSON schema, for the engine to check a pack configuration with."""
        if isinstance(self.default, tuple):
            return {
                "type": "array",
                "items": {"type": "string"},
                "default": list(self.default),
                "description": self.description,
            }
        name = {bool: "boolean", int: "integer", float: "number", str: "string"}[type(self.default)]
        allowed = {"enum": list(self.choices)} if self.choices else {}
        return {"type": name, **allowed, "default": self.default, "description": self.description}

    def read(self, value: Any) -> Any:
        """A configured value in the default's type: numbers arrive as floats, lists as lists. Raises ValueError."""
        wanted, accepts = _KINDS[type(self.default)]
        if not accepts(value):
            raise ValueError(f"is {value!r}, wanted {wanted}")
        if self.choices and value not in self.choices:
            raise ValueError(f"is {value!r}, wanted one of: {', '.join(filter(None, self.choices))}")
        return type(self.default)(value)


@dataclass(frozen=True)
class Disagreement:
    """Rules of other sets that fail what this rule passes, or pass what it fails. Each text is whole sentences."""

    with_rules: tuple[str, ...]
    """Set and id, for instance `Checkov CKV_AZURE_206`."""
    they_ask: str
    because: str
    """Why this rule asks for the opposite."""
    they_are_right: str
    """When that is, and how a team says so."""


def limit(guardrail: Limit[Any], description: str) -> Parameter:
    """A parameter whose default is the guardrail that the components keep to."""
    return Parameter(guardrail.value, f"{description}, in {guardrail.unit}")


@dataclass(frozen=True)
class Rule:
    """One rule of the book."""

    id: str
    """Stable: two letters and two digits. Never reused."""
    name: str
    """Readable: the Pulumi policy's name and the key in a pack configuration."""
    title: str
    why: str
    guide: Guide
    """Recommendation of Microsoft's guide that it serves."""
    severity: Severity
    targets: tuple[Target, ...]
    scope: Scope
    check: Callable[..., Iterator[Finding]]
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    when_unknown: WhenUnknown = WARN
    gsf: tuple[Pattern, ...] = ()
    """Green Software Patterns that it makes a stack keep to; none where none fits."""
    waf: tuple[Recommendation, ...] = ()
    """Recommendations of the Azure Well-Architected Framework, beside the guide's; none where none fits."""
    related: tuple[str, ...] = ()
    """Rules of other sets about the same thing: set and id, in brackets what they leave out. Azure Policy's built-ins
    are named by the first eight digits of their id."""
    disagreement: Disagreement | None = None
    cases_with: Mapping[str, Any] = field(default_factory=dict)
    """Parameters that the cases are judged with, where the defaults ask for nothing."""
    passes: tuple[tuple[Sample, ...], ...] = ()
    """Stacks without a finding; for a rule of RESOURCE scope, of one resource each."""
    fails: tuple[tuple[Sample, ...], ...] = ()
    unknown: tuple[tuple[Sample, ...], ...] = ()
    """Stacks that cannot be judged before the deployment; none where no value that the rule reads can be unknown."""

    @property
    def group(self) -> str:
        return self.check.__module__.rpartition(".")[2]

    @property
    def mandatory(self) -> bool:
        return self.severity in (CRITICAL, HIGH)

    def is_about(self, type_: str) -> bool:
        """Whether it may judge resources of that type, by its canonical token."""
        return any(target.names(type_) for target in self.targets)

    def judges(self, resource: Resource) -> bool:
        return any(target.covers(resource) for target in self.targets)


RULEBOOK: dict[str, Rule] = {}
"""Rules by id, in the order in which the topic modules register them."""


class UnknownRule(ValueError):
    """There is no rule of that id or name."""

    def __init__(self, key: str) -> None:
        by_name = [name for rule in RULEBOOK.values() for name in (rule.id, rule.name)]
        near = difflib.get_close_matches(key, by_name, n=1)
        self.fix = f"did you mean {near[0]!r}?" if near else "take a rule's id or name"
        super().__init__(f"there is no rule {key!r}. Fix: {self.fix}{'' if near else '.'}")


def find(key: str) -> Rule:
    """The rule of that id or name. Raises `UnknownRule`, suggesting the nearest one."""
    for rule in RULEBOOK.values():
        if key in (rule.id, rule.name):
            return rule
    raise UnknownRule(key)


Fixture = Sample | Sequence[Sample]


def rule(
    *, types: Sequence[Target | str], params: Mapping[str, Parameter] | None = None, **record: Any
) -> Callable[[ResourceCheck], ResourceCheck]:
    """Registers a check that judges a resource alone. The record's fields are those of `Rule`."""
    return _registering(Scope.RESOURCE, types, params, record)


def stack_rule(
    *, types: Sequence[Target | str], params: Mapping[str, Parameter] | None = None, **record: Any
) -> Callable[[StackCheck], StackCheck]:
    """Registers a check that judges a resource with its neighbours. The record's fields are those of `Rule`."""
    return _registering(Scope.STACK, types, params, record)


def _registering(
    scope: Scope, types: Sequence[Target | str], params: Mapping[str, Parameter] | None, record: dict[str, Any]
) -> Callable[[Any], Any]:
    cases: dict[str, Any] = {
        kind: tuple(_stack(case) for case in record.pop(kind, ())) for kind in ("passes", "fails", "unknown")
    }
    targets = tuple(each if isinstance(each, Target) else Target(each) for each in types)

    def register(check: Any) -> Any:
        made = Rule(scope=scope, targets=targets, check=check, parameters=dict(params or {}), **cases, **record)
        if made.id in RULEBOOK or made.name in {other.name for other in RULEBOOK.values()}:
            raise ValueError(f"{made.id} {made.name} is in the rulebook already: ids and names are given once")
        RULEBOOK[made.id] = made
        return check

    return register


def _stack(case: Fixture) -> tuple[Sample, ...]:
    return (case,) if isinstance(case, Sample) else tuple(case)
