"""The rules' pages: fresh, and with examples that are programs."""

import ast
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from verdazure_policies import pages
from verdazure_policies.examples import OUTSIDE_GROUPS, argument, program
from verdazure_policies.rulebook import RULEBOOK, STACK_ROOT
from verdazure_policies.samples import ALL, UNKNOWN, Sample
from verdazure_policies.tokens import is_azure

from tests.unit.conftest import Deploy
from tests.unit.policies import sdk_schema

CHECKOUT = Path(__file__).parents[3]
FOLDER = CHECKOUT / pages.FOLDER
WRITTEN = pages.pages(CHECKOUT)
SHOWN = [case for rule in RULEBOOK.values() for case in pages.shown(rule)]
EXAMPLES = [
    pytest.param(case, id=f"{rule.id}-{word}")
    for rule in RULEBOOK.values()
    for word, case in zip(("passes", "fails"), pages.shown(rule), strict=True)
]


@pytest.mark.parametrize("name", WRITTEN)
def test_a_page_is_what_its_record_says(name: str) -> None:
    page = FOLDER / name
    fresh = page.exists() and page.read_text(encoding="utf-8") == WRITTEN[name]
    assert fresh, f"{pages.FOLDER / name} is stale: run `{pages.COMMAND}`"


def test_no_page_is_left_of_a_rule_that_is_gone() -> None:
    gone = {page.name for page in FOLDER.glob("*.md")} - set(WRITTEN)
    assert not gone, f"{gone} belong to no rule: run `{pages.COMMAND}`"


def test_writing_takes_the_pages_of_gone_rules_away(tmp_path: Path) -> None:
    (tmp_path / "XX99.md").write_text("# XX99")
    pages.write(tmp_path, CHECKOUT)
    assert {page.name for page in tmp_path.iterdir()} == set(WRITTEN)


@pytest.mark.parametrize("case", EXAMPLES)
def test_an_example_is_a_program_that_registers_its_case(case: tuple[Sample, ...], deploy: Deploy) -> None:
    code = program(case)
    registered = deploy(lambda: exec(compile(code, "example", "exec"), _readers_own(code)))  # noqa: S102
    expected = {(sample.type, sample.name): _asked(sample) for sample in case if sample.type != STACK_ROOT}
    assert {key: _overlap(registered.inputs[key], expected[key]) for key in expected} == expected
    assert len(registered.inputs) == len(expected)


def _readers_own(code: str) -> dict[str, Any]:
    """A value for each name that the program reads and does not make."""
    names = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Name)]
    made = {node.id for node in names if isinstance(node.ctx, ast.Store)}
    return {node.id: "given" for node in names if node.id not in made} | {"resource_group": SimpleNamespace(name="rg")}


def _asked(sample: Sample) -> Mapping[str, Any]:
    """The properties, with those that name another resource open: the program takes them from that resource."""
    named = {key: UNKNOWN for key in sample.links if isinstance(sample.properties[key], str)}
    return {**sample.properties, **named}


def _overlap(found: Any, wanted: Any) -> Any:
    """What was found where something is wanted: the SDK adds defaults, and a value may be the deployment's."""
    if wanted == UNKNOWN:
        return UNKNOWN if found else found
    if isinstance(wanted, Mapping) and isinstance(found, Mapping):
        return {key: _overlap(found.get(key), each) for key, each in wanted.items()}
    if isinstance(wanted, list) and isinstance(found, list):
        return [_overlap(*pair) for pair in zip(found, wanted, strict=True)]
    return found


def test_only_what_has_no_resource_group_is_declared_without() -> None:
    grouped = {
        sample.type: sdk_schema.exists(f"azure-native:{sample.type}", "resourceGroupName")
        for sample in (*ALL, *(each for case in SHOWN for each in case))
        if is_azure(sample.type)
    }
    assert {type_ for type_, has in grouped.items() if not has} <= OUTSIDE_GROUPS
    assert not any(grouped.get(type_) for type_ in OUTSIDE_GROUPS - {"resources:ResourceGroup"})


def test_arguments_have_the_names_of_the_sdk() -> None:
    types = {sample.type for sample in ALL if is_azure(sample.type)}
    named = [pair for type_ in types for pair in sdk_schema.names(f"azure-native:{type_}")]
    assert len(named) > 1000
    assert [(property_, name) for property_, name in named if argument(property_) != name] == []


@pytest.mark.parametrize("key", ["data-class", "ArchivedRP", "hidden-link:a.b"])
def test_a_key_that_the_user_chose_stays_as_it_is(key: str) -> None:
    assert argument(key) == key


def test_a_resource_is_declared_after_those_it_refers_to() -> None:
    account = Sample("storage:StorageAccount", {"kind": "StorageV2"}, name="data-lake")
    container = Sample("storage:BlobContainer", {"accountName": UNKNOWN}, "raw", {"accountName": "data-lake"})
    assert (
        program([container, account])
        == """\
from pulumi_azure_native import storage

data_lake = storage.StorageAccount(
    "data-lake",
    resource_group_name=resource_group.name,
    kind="StorageV2",
)

storage.BlobContainer(
    "raw",
    resource_group_name=resource_group.name,
    account_name=data_lake.name,
)"""
    )
