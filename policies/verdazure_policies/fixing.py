"""What a rule mends by itself: the changes of its findings, made in a copy, and nothing that is unknown touched."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pulumi_policy import Secret
from pulumi_policy.proxy import unknown_checking_proxy

from verdazure_policies.judging import Judgement, judge, parameters
from verdazure_policies.rulebook import Rule, Scope
from verdazure_policies.tokens import token
from verdazure_policies.view import Change, Resource, State


def plain(properties: Any) -> Any:
    """A copy in plain containers of what the SDK hands to a remediation: secrets stay wrapped, unknowns as they are."""
    if isinstance(properties, Mapping):
        inside = _inside(properties)
        return {key: plain(inside[key]) for key in inside}
    if isinstance(properties, Sequence) and not isinstance(properties, str):
        return [plain(each) for each in _inside(properties)]
    return properties


def readable(properties: Any) -> Any:
    """Plain properties as a rule may read them: secrets unwrapped, what is unknown raising where it is read."""
    return unknown_checking_proxy(_revealed(properties))


def mended(properties: Mapping[str, Any], changes: Iterable[Change]) -> dict[str, Any] | None:
    """A plain copy of the properties with the changes made; None where there is nothing to change."""
    copy, view = plain(properties), Resource("", "", "", readable(properties))
    made = [_set(copy, change) for change in changes if view[change.path].state is not State.UNKNOWN]
    return copy if any(made) else None


def is_secret(properties: Mapping[str, Any], path: str) -> bool:
    """Whether what stands at a path of plain properties, or around it, is secret."""
    place: Any = properties
    for key in _keys(path):
        if not isinstance(place, dict | list):
            break
        place = place[int(key)] if isinstance(place, list) else place.get(key)
    return isinstance(place, Secret)


def changes_of(judgements: Iterable[Judgement]) -> list[Change]:
    return [each.change for each in judgements if each.change is not None]


def can_fix(rule: Rule) -> bool:
    """Whether the rule mends one of its own failing cases."""
    return rule.scope is Scope.RESOURCE and any(changes_of(judge_alone(rule, case[0])) for case in rule.fails)


def judge_alone(rule: Rule, sample: Any) -> list[Judgement]:
    """What a rule says of a sample that stands alone, with the parameters that the rule's cases are judged with."""
    resource = Resource(token(sample.type), sample.name, "", readable(dict(sample.properties)))
    return judge(rule, resource, parameters(rule, rule.cases_with))


def _inside(proxy: Any) -> Any:
    """What the SDK's proxy stands for, and a plain container itself."""
    try:
        return proxy["__target"]
    except (KeyError, TypeError):
        return proxy


def _revealed(value: Any) -> Any:
    if isinstance(value, Secret):
        return _revealed(value.value)
    if isinstance(value, dict):
        return {key: _revealed(each) for key, each in value.items()}
    return [_revealed(each) for each in value] if isinstance(value, list) else value


def _set(properties: dict[str, Any], change: Change) -> bool:
    """Sets one property, its parents made where they are missing. False where a parent is no container."""
    *parents, last = _keys(change.path)
    place: Any = properties
    for key in parents:
        place = place[int(key)] if isinstance(place, list) else place.setdefault(key, {})
        if not isinstance(place, dict | list):
            return False
    if isinstance(place, list):
        place[int(last)] = _as_it_was(place[int(last)], change.value)
    else:
        place[last] = _as_it_was(place.get(last), change.value)
    return True


def _as_it_was(was: Any, value: Any) -> Any:
    return Secret(value) if isinstance(was, Secret) else value


def _keys(path: str) -> list[str]:
    return re.findall(r"[^.\[\]]+", path)
