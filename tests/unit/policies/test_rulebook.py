"""What holds of every rule, so that the next one can only be added whole."""

import re
from collections.abc import Iterator
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from verdazure import guardrails
from verdazure_policies import pack, samples
from verdazure_policies.frameworks import GUIDE, Article, Guide, Pattern, Recommendation
from verdazure_policies.rulebook import CRITICAL, EVERY_RESOURCE, HIGH, RULEBOOK, Rule, Scope, rule
from verdazure_policies.samples import UNKNOWN, Sample
from verdazure_policies.tokens import is_azure
from verdazure_policies.view import Resource, Value, View

from tests.unit.policies import sdk_schema
from tests.unit.policies.wire import analyse, analyse_stack, judge_cases, policy_of, serve

RULES = list(RULEBOOK.values())
every_rule = pytest.mark.parametrize("rule", RULES, ids=[rule.id for rule in RULES])

# What rules on every resource ask for to learn whether the resource has it.
ASKED_OF_ALL = re.compile(r"location|tags(\..*)?")

# What a resource has in a finished stack only; no argument bears these names.
OUTPUTS = {"id", "name"}

# Whether a budget is in the stack, whether a setting names a place, what the program made from what.
ALWAYS_KNOWN = {"CM19", "MO06", "MO07"}

WAVE_ONE = {
    *("CR01", "CR02", "CR03", "CR04", "CR05", "CR06", "CR07", "CR08", "CR09", "CR10"),
    *("CM01", "CM02", "CM03", "CM04", "CM05", "CM06", "CM07", "CM08", "CM09", "CM10", "CM11", "CM12", "CM13"),
    *("CM14", "CM15", "CM16", "CM17", "CM18", "CM19"),
    *("ST01", "ST02", "ST03", "ST04", "ST05", "ST06", "ST07", "ST08", "ST09", "ST10", "ST11"),
    *("DA01", "DA02", "DA03", "DA04", "DA05"),
    *("BK01", "BK02", "BK03", "BK04", "BK05"),
    *("ED01", "ED02", "ED03", "ED04", "ED05", "ED06", "ED07", "ED08", "ED09"),
    *("MI01", "MI02", "MI03", "MI04", "MI05", "MI06", "MI07", "MI08", "MI09", "MI10", "MI11", "MI12"),
    *("MI13", "MI14", "MI15"),
    *("MO01", "MO02", "MO03", "MO04", "MO05", "MO06", "MO07", "MO08", "MO09", "MO10", "MO11"),
    *("SE01", "SE02", "SE03", "SE04", "SE05", "SE06", "SE07", "SE08", "SE09", "SE10", "SE11", "SE12", "SE13"),
}


def test_the_rulebook_holds_the_rules_of_the_first_release() -> None:
    assert set(RULEBOOK) == WAVE_ONE


@every_rule
def test_a_rule_has_all_its_parts(rule: Rule) -> None:
    assert re.fullmatch(r"[A-Z]{2}\d{2}", rule.id)
    assert re.fullmatch(r"[a-z]+(-[a-z]+)+|residency", rule.name)
    assert re.fullmatch(r"[A-Z].*[^.]", rule.title)
    assert re.fullmatch(r"[A-Z][^\n]+\.", rule.why)
    assert rule.passes
    assert rule.fails
    assert rule.unknown or rule.id in ALWAYS_KNOWN


OTHERS = re.compile(
    r"(Checkov CKV2?_AZURE_\d+|Azure Policy [0-9a-f]{8}|PSRule (Azure(\.\w+){2}|AZR-\d{6}))( \([^()]+\))?"
)


@every_rule
def test_rules_of_other_sets_are_named_by_set_and_id(rule: Rule) -> None:
    opposite = rule.disagreement.with_rules if rule.disagreement else ()
    assert [name for name in (*rule.related, *opposite) if not OTHERS.fullmatch(name)] == []
    assert len(set(rule.related) | set(opposite)) == len(rule.related) + len(opposite)


def test_every_known_disagreement_is_explained() -> None:
    explained = {rule.id: rule.disagreement for rule in RULES if rule.disagreement}
    assert set(explained) == {"CR06", "CM12", "CM13", "ST11", "DA04", "MO02", "BK04"}
    for text in (part for each in explained.values() for part in (each.they_ask, each.because, each.they_are_right)):
        assert re.fullmatch(r"[A-Z][^\n]+\.", text)


@every_rule
def test_severity_decides_what_blocks(rule: Rule) -> None:
    level = policy_of(rule).enforcement_level
    assert level is not None
    assert level.value == ("mandatory" if rule.severity in (CRITICAL, HIGH) else "advisory")


@every_rule
def test_every_parameter_has_a_schema_with_its_default(rule: Rule) -> None:
    schema = policy_of(rule).config_schema
    described = {
        key: (entry["default"], entry["description"]) for key, entry in (schema.properties if schema else {}).items()
    }
    expected = {
        key: (
            list(parameter.default) if isinstance(parameter.default, tuple) else parameter.default,
            parameter.description,
        )
        for key, parameter in rule.parameters.items()
    }
    assert described == expected


@every_rule
def test_a_rule_names_its_guardrail(rule: Rule) -> None:
    limits = [
        limit for limit in vars(guardrails).values() if isinstance(limit, guardrails.Limit) and limit.rule == rule.id
    ]
    defaults = [parameter.default for parameter in rule.parameters.values()]
    assert [limit for limit in limits if limit.value not in defaults] == []


STANDS_FOR = {"resources:Resource": "deviceprovisioningservices:IotDpsResource"}
"""The generic resource takes any properties: those of the type that a rule judges it as."""


@every_rule
def test_every_path_that_a_rule_reads_is_an_argument_in_the_sdk(rule: Rule) -> None:
    read = {(type_, path) for case in (*rule.passes, *rule.fails) for type_, path in _paths_read(rule, case)}
    asked = {(STANDS_FOR.get(type_, type_), _as_asked(type_, path)) for type_, path in read}
    asked -= {("monitor:AutoscaleSetting", ""), *((type_, "resourceType") for type_ in STANDS_FOR.values())}
    assert [
        (type_, path) for type_, path in sorted(asked) if not sdk_schema.exists(f"azure-native:{type_}", path)
    ] == []


def _as_asked(type_: str, path: str) -> str:
    """Its properties are arguments side by side, and stand below `properties` in the outputs that stack rules get."""
    return re.sub(r"^properties\.?", "", path) if type_ == "monitor:AutoscaleSetting" else path


def _paths_read(rule: Rule, case: tuple[Sample, ...]) -> Iterator[tuple[str, str]]:
    seen: list[tuple[str, str]] = []
    owners: dict[int, str] = {}
    made, read = Resource.__init__, View._read

    def remember(self: Resource, type_: str, name: str, urn: str, properties: object) -> None:
        made(self, type_, name, urn, properties)
        owners[id(properties)] = self.type

    def note(self: View, path: str, keys: list[str]) -> Value:
        seen.append((owners[id(self._properties)], re.sub(r"\[\d+\]", "[]", path)))
        return read(self, path, keys)

    with patch.object(Resource, "__init__", remember), patch.object(View, "_read", note):
        judge_cases(rule, case)
    asked = ((type_, path) for type_, path in seen if is_azure(type_) and path not in OUTPUTS)
    judges_all = any(target.type == EVERY_RESOURCE for target in rule.targets)
    return (each for each in asked if not (judges_all and ASKED_OF_ALL.fullmatch(each[1])))


def test_an_id_is_given_once() -> None:
    taken = RULES[0]
    record = {"id": taken.id, "name": taken.name, "title": "", "why": "", "guide": taken.guide, "severity": HIGH}
    with pytest.raises(ValueError, match=f"{taken.id} {taken.name} is in the rulebook already"):
        rule(types=["storage:StorageAccount"], **record)(lambda resource, params: iter(()))


def test_a_wild_property_breaks_no_rule() -> None:
    """Whatever a program sets, and wherever: no rule crashes, no message is lost."""
    servicer, types = serve(pack.policies()), sorted({sample.type for sample in samples.ALL})
    paths = sorted({path for sample in samples.ALL for path in _leaves(sample.properties)})
    texts, unknown = st.text(max_size=3), st.just(UNKNOWN)
    scalars = st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), texts
    )
    keys = st.sampled_from(["properties", "rules", "owner", "name", "days"])
    objects = st.dictionaries(keys, st.one_of(scalars, unknown), max_size=3)
    wild = st.one_of(scalars, unknown, objects, st.lists(st.one_of(scalars, unknown, objects), max_size=3))

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.sampled_from(types), st.dictionaries(st.sampled_from(paths), wild, max_size=6))
    def never_crashes(type_: str, chosen: dict[str, object]) -> None:
        sample = _built(type_, chosen)
        for answer in (analyse(servicer, sample), analyse_stack(servicer, [sample])):
            assert [text for texts in answer.violations.values() for text in texts if "crashed" in text] == []

    never_crashes()


def _built(type_: str, chosen: dict[str, object]) -> Sample:
    sample = Sample(type_, {})
    for path, value in sorted(chosen.items()):
        try:
            sample = sample.having(path, value)
        except (TypeError, KeyError, AttributeError, IndexError):  # a parent is already something without children
            continue
    return sample


def _leaves(properties: object, base: str = "") -> Iterator[str]:
    if base:
        yield base
    if isinstance(properties, dict):
        for key, value in properties.items():
            yield from _leaves(value, f"{base}.{key}" if base else key)


@every_rule
def test_what_a_rule_serves_is_in_the_tables_of_the_frameworks(rule: Rule) -> None:
    assert type(rule.guide) is Guide
    assert {type(each) for each in rule.gsf} <= {Pattern}
    assert {type(each) for each in rule.waf} <= {Recommendation}
    assert len(set(rule.gsf)) + len(set(rule.waf)) == len(rule.gsf) + len(rule.waf)


def test_every_pattern_and_recommendation_of_the_tables_is_served() -> None:
    assert {each for rule in RULES for each in rule.gsf} == set(Pattern)
    assert {each for rule in RULES for each in rule.waf} == set(Recommendation)
    assert {each.article for each in Recommendation} == set(Article)


def test_the_guide_has_eighteen_rows() -> None:
    assert list(Guide) == [
        "Model size", "Model reusability", "Energy-efficient frameworks", "Fine-tuning", "Training region",
        "Caching strategies", "Public datasets", "Optimized ingestion methods", "Data quality optimization",
        "Edge computing", "Storage optimization", "Regional data strategy", "Disaster recovery and backup",
        "Carbon-aware deployment", "Retraining frequency", "Comprehensive monitoring strategy",
        "Scaling and workload resiliency", "Sustainable machine learning operations practices",
    ]  # fmt: skip


def test_a_policy_carries_what_its_rule_serves() -> None:
    policy = policy_of(RULEBOOK["CM08"])
    assert policy.framework is not None
    assert policy.framework.name == GUIDE
    assert policy.framework.specification == "Sustainable machine learning operations practices"
    assert policy.tags == [
        "compute",
        "gsf:efficient-hardware-ai-workloads",
        "gsf:rightsize-compute-to-match-utilization",
        "waf:match-the-scalability-needs",
    ]


def test_stack_rules_are_those_about_neighbours() -> None:
    assert {rule.id for rule in RULES if rule.scope is Scope.STACK} == {
        "CR04",
        "CR05",
        "CR08",
        "CR10",
        "CM11",
        "CM19",
        "MI05",
        "MI11",
        "ST01",
        "ST03",
        "ST04",
        "ST08",
        "ST11",
        "MO01",
        "MO07",
        "MO08",
        "MO11",
    }
