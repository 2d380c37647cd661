"""The page that says what of each framework is covered: told by what components register, and by what exists."""

from pathlib import Path

import pytest
import verdazure
from typer.testing import CliRunner
from verdazure import CpuCluster, DevInstance, GpuCluster
from verdazure.cli import app
from verdazure_policies import coverage
from verdazure_policies.frameworks import Guide
from verdazure_policies.rulebook import RULEBOOK

from tests.unit.components.test_compute import GOOD, PERSON, WITHOUT_GPU
from tests.unit.conftest import Deploy

GOLDEN = Path(__file__).parents[3] / coverage.GOLDEN
PAGE = "\n\n".join(coverage.blocks(GOLDEN))
NAMES = [name for names in coverage.INSTEAD.values() for name in names]


def test_components_are_told_by_their_urns(tmp_path: Path) -> None:
    urns = [
        "azure-native:keyvault:Vault::keys",
        "verdazure:index:Clusters$verdazure:index:GpuCluster$azure-native:machinelearningservices:Compute::gpu",
        "verdazure:index:Landing$azure-native:resources:ResourceGroup::ml",
        "verdazure:index:Landing$azure-native:insights/v20200202:Component::ml",
        "verdazure:index:Landing::ml",
    ]
    (tmp_path / "a.txt").write_text("\n".join(urns))
    (tmp_path / "b.txt").write_text("verdazure:index:CpuCluster$azure-native:machinelearningservices:Compute::cpu\n")
    assert coverage.components(tmp_path) == {
        "machinelearningservices:Compute": ("CpuCluster", "GpuCluster"),
        "resources:ResourceGroup": ("Landing",),
        "applicationinsights:Component": ("Landing",),
    }


def test_without_urns_nothing_is_called_uncovered(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="holds no URNs: run this in a checkout"):
        coverage.components(tmp_path)


def test_every_row_of_the_guide_has_rules_or_says_what_serves_it() -> None:
    with_rules = {rule.guide for rule in RULEBOOK.values()}
    assert set(coverage.INSTEAD) == set(Guide) - with_rules
    assert [row for row in Guide if f"### {row}\n" in PAGE] == list(Guide)
    assert "### Fine-tuning\n\nNo rule. What serves it instead: `FineTuning`.\n" in PAGE


def test_a_row_that_nothing_serves_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coverage, "INSTEAD", {})
    page = "\n\n".join(coverage.blocks(GOLDEN))
    assert "### Fine-tuning\n\nNo rule. What serves it instead: nothing yet.\n" in page


@pytest.mark.parametrize("name", [name for name in NAMES if not name.startswith("verdazure ")])
def test_a_component_that_serves_a_row_exists(name: str) -> None:
    assert hasattr(verdazure, name)


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("verdazure ")])
def test_a_command_that_serves_a_row_exists(name: str) -> None:
    assert CliRunner().invoke(app, [*name.split()[1:], "--help"]).exit_code == 0


def test_the_components_of_a_kind_of_compute_make_that_kind(deploy: Deploy) -> None:
    def program() -> None:
        GpuCluster("GpuCluster", GOOD)
        CpuCluster("CpuCluster", WITHOUT_GPU)
        DevInstance("DevInstance", PERSON)

    made = deploy(program).of("machinelearningservices:Compute")
    kinds: dict[str, list[str]] = {}
    for name, inputs in sorted(made.items()):
        kinds.setdefault(inputs["properties"]["computeType"], []).append(name)
    assert {kind: tuple(names) for kind, names in kinds.items()} == coverage.COMPUTES


def test_a_rule_names_the_components_of_its_kind_alone() -> None:
    lines = {line.split("]")[0][3:]: line for line in PAGE.splitlines() if line.startswith("| [")}
    assert lines["CM03"].endswith("| `DevInstance` |")
    assert lines["CM01"].endswith("| `CpuCluster`, `GpuCluster` |")
    assert lines["ED09"].endswith("| `EdgeDeployment` |")
    assert lines["CR01"].endswith("| all |")
    assert lines["CM16"].endswith("| none: resources of one's own |")
