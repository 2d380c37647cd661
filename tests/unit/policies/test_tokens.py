"""Renamed types, against the aliases of the installed SDK."""

import re
from pathlib import Path

import pulumi_azure_native
import pytest
import verdazure_policies
from verdazure_policies.rulebook import RULEBOOK
from verdazure_policies.tokens import RENAMED, canonical, is_azure

SDK = Path(pulumi_azure_native.__path__[0])
POLICIES = Path(verdazure_policies.__path__[0])
NAMED = re.compile(r'"([a-z]+:[A-Z]\w+)"')
TOKEN = re.compile(r'@pulumi\.type_token\("azure-native:([^"]+)"\)')
ALIAS = re.compile(r'Alias\(type_="azure-native:(\w+)(?:/v\w+)?:(\w+)"\)')


def types_that_rules_name() -> set[str]:
    sources = (POLICIES.glob("rules/*.py"), [POLICIES / "machines.py", POLICIES / "samples.py"])
    return {type_ for files in sources for file in files for type_ in NAMED.findall(file.read_text(encoding="utf-8"))}


def test_the_names_that_are_searched_for_hold_all_that_rules_judge() -> None:
    judged = {target.type for rule in RULEBOOK.values() for target in rule.targets if is_azure(target.type)}
    assert judged <= types_that_rules_name()


def test_every_former_name_of_a_type_that_rules_name_is_known() -> None:
    named = types_that_rules_name()
    former, found = {}, set()
    for module in {type_.partition(":")[0] for type_ in named}:
        for source in (SDK / module).glob("[!_]*.py"):
            text = source.read_text(encoding="utf-8")
            token = TOKEN.search(text)
            if token and token[1] in named:
                found.add(token[1])
                former |= {":".join(alias): token[1] for alias in ALIAS.findall(text)}
    assert found == named
    assert {old: new for old, new in former.items() if old != new} == RENAMED


@pytest.mark.parametrize("old", RENAMED)
def test_a_former_name_is_known_with_and_without_a_version(old: str) -> None:
    module, _, resource = old.partition(":")
    assert canonical(f"azure-native:{module}:{resource}") == RENAMED[old]
    assert canonical(f"azure-native:{module}/v20230101preview:{resource}") == RENAMED[old]
    assert canonical(f"azure-native_{module}_v20230101:{module}:{resource}") == RENAMED[old]
