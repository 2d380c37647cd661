"""What a rule mends: it satisfies the rule, breaks no other, and touches nothing that nobody knows."""

import re
from typing import Any

import pytest
from pulumi_policy import Secret
from pulumi_policy.deserialize import deserialize_properties
from verdazure_policies import rules
from verdazure_policies.fixing import can_fix, changes_of, is_secret, judge_alone, mended, plain, readable
from verdazure_policies.rulebook import RULEBOOK, Rule, Scope
from verdazure_policies.samples import UNKNOWN, Sample
from verdazure_policies.view import Change, Resource

from tests.unit.policies import sdk_schema

rules.load()

ALONE = [rule for rule in RULEBOOK.values() if rule.scope is Scope.RESOURCE]
FIXING = [rule for rule in ALONE if can_fix(rule)]
every_fix = pytest.mark.parametrize("rule", FIXING, ids=[rule.id for rule in FIXING])


def findings(rule: Rule, sample: Sample) -> set[str]:
    return {f"{rule.id} {each.path}" for each in judge_alone(rule, sample)}


def everything(sample: Sample) -> set[str]:
    """What any rule says of the sample."""
    resource = Resource(f"azure-native:{sample.type}", sample.name, "", readable(dict(sample.properties)))
    return {said for rule in ALONE if rule.judges(resource) for said in findings(rule, sample)}


def fixed(rule: Rule, sample: Sample) -> Sample | None:
    changed = mended(dict(sample.properties), changes_of(judge_alone(rule, sample)))
    return None if changed is None else Sample(sample.type, changed, sample.name)


@every_fix
def test_a_fix_satisfies_its_rule_and_breaks_no_other(rule: Rule) -> None:
    for [sample] in rule.fails:
        after = fixed(rule, sample)
        if after is None:
            continue
        settled = {f"{rule.id} {each.path}" for each in judge_alone(rule, sample) if each.change}
        assert everything(after) <= everything(sample) - settled


@every_fix
def test_a_fix_sets_what_the_sdk_knows(rule: Rule) -> None:
    for [sample] in rule.fails:
        for change in changes_of(judge_alone(rule, sample)):
            assert sdk_schema.exists(f"azure-native:{sample.type}", _indexless(change.path)), change


@every_fix
def test_what_passes_and_what_is_unknown_stay_as_they_are(rule: Rule) -> None:
    for [sample] in (*rule.passes, *rule.unknown):
        after = fixed(rule, sample)
        if after is not None:
            kept = _unknowns(sample.properties)
            assert kept <= _unknowns(after.properties)


def test_what_was_given_is_not_changed_itself() -> None:
    given: dict[str, Any] = {"scale": {"least": 2}, "list": [{"a": 1}]}
    after = mended(given, [Change("scale.least", 0), Change("list[0].a", 5), Change("made.7", True)])
    assert after == {"scale": {"least": 0}, "list": [{"a": 5}], "made": {"7": True}}
    assert given == {"scale": {"least": 2}, "list": [{"a": 1}]}


def test_an_unknown_value_or_parent_is_not_written_over() -> None:
    assert mended({"scale": {"least": UNKNOWN}}, [Change("scale.least", 0)]) is None
    assert mended({"scale": UNKNOWN}, [Change("scale.least", 0)]) is None
    assert mended({"scale": "text"}, [Change("scale.least", 0)]) is None


def test_a_secret_stays_one() -> None:
    sealed = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "value": "hush"}
    handed = deserialize_properties({"key": sealed, "open": True}, True)
    after = mended(plain(handed), [Change("open", False), Change("key", "new")])
    assert after is not None
    assert after["open"] is False
    assert isinstance(after["key"], Secret)
    assert after["key"].value == "new"
    paths = ("key", "key.inner", "open", "nowhere.at")
    assert [is_secret(plain(handed), path) for path in paths] == [True, True, False, False]


def _indexless(path: str) -> str:
    return re.sub(r"\[\d+\]", "[]", path)


def _unknowns(value: Any, path: str = "") -> set[str]:
    if isinstance(value, dict):
        return {each for key, inner in value.items() for each in _unknowns(inner, f"{path}.{key}")}
    if isinstance(value, list):
        return {each for at, inner in enumerate(value) for each in _unknowns(inner, f"{path}[{at}]")}
    return {path} if value == UNKNOWN else set()
