"""`verdazure check`, `rules` and `policy-pack`: what is written where, and the exit codes."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner, Result
from verdazure.cli import app
from verdazure_policies.rulebook import RULEBOOK
from verdazure_policies.samples import RESOURCE_GROUP, STACK, STORAGE_ACCOUNT

from tests.unit.policies.files import state_of

OPEN = STORAGE_ACCOUNT.having("allowBlobPublicAccess", True)
ONLY = {"rules": {"all": "disabled", "SE02": "mandatory"}}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a state that breaks one rule, in which the commands run."""
    (tmp_path / "state.json").write_text(state_of([STACK, RESOURCE_GROUP, OPEN]))
    (tmp_path / "clean.json").write_text(state_of([RESOURCE_GROUP]))
    (tmp_path / "verdazure.yaml").write_text(yaml.safe_dump(ONLY))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path


def run(*arguments: str, **more: Any) -> Result:
    return CliRunner().invoke(app, list(arguments), **more)


def test_exit_codes_say_whether_it_blocks(project: Path) -> None:
    assert run("check", "state.json").exit_code == 1
    assert run("check", "clean.json").exit_code == 0
    assert run("check", "-", input=(project / "state.json").read_text()).exit_code == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["check", "nowhere.json"], "error: nowhere.json: cannot be read"),
        (["check", "verdazure.yaml"], "error: verdazure.yaml line 1 is no JSON object"),
        (["check", "state.json", "--stack", "dev"], "error: a file and --stack are given. Allowed: one of the two."),
        (["check", "state.json", "--format", "xml"], "error: --format is 'xml'. Allowed: text, json, sarif, junit"),
        (["check", "state.json", "--profile", "strikt"], "error: verdazure.yaml: profile is 'strikt'."),
        (["rules", "explain", "CM1"], "error: there is no rule 'CM1'. Fix: did you mean"),
        (["rules", "list", "--settings", "nowhere.yaml"], "error: nowhere.yaml: cannot be read"),
        (["policy-pack", "--profile", "strikt"], "error: verdazure.yaml: profile is 'strikt'."),
    ],
)
def test_what_cannot_be_used_ends_with_two(project: Path, arguments: list[str], said: str) -> None:
    done = run(*arguments)
    assert (done.exit_code, done.stderr.startswith(said)) == (2, True), done.stderr


def test_a_report_can_go_to_a_file(project: Path) -> None:
    done = run("check", "state.json", "--format", "sarif", "-o", "report.sarif")
    assert done.stdout == "report.sarif: 1 resource judged: 1 blocks.\n"
    assert json.loads((project / "report.sarif").read_text())["version"] == "2.1.0"


def test_a_baseline_lets_an_old_stack_pass_and_a_new_fault_fail(project: Path) -> None:
    settings = {**ONLY, "baseline": "base.json"}
    (project / "verdazure.yaml").write_text(yaml.safe_dump(settings))
    written = run("check", "state.json", "--write-baseline", "base.json")
    assert (written.exit_code, written.stdout) == (
        0,
        "base.json: 1 resource judged: 1 blocks. Later runs leave these violations out.\n",
    )
    assert run("check", "state.json").exit_code == 0
    (project / "state.json").write_text(state_of([OPEN, replace(OPEN, name="another")]))
    again = run("check", "state.json")
    assert (again.exit_code, "another" in again.stdout) == (1, True)


def test_rules_are_listed_with_their_levels_here(project: Path) -> None:
    rows = {row["id"]: row for row in json.loads(run("rules", "list", "--json").stdout)}
    assert set(rows) == set(RULEBOOK)
    assert (rows["SE02"]["level"], rows["SE01"]["level"]) == ("mandatory", "disabled")
    storage = json.loads(run("rules", "list", "--json", "--group", "storage", "--profile", "strict").stdout)
    assert {row["group"] for row in storage} == {"storage"}


def test_a_rule_is_explained_by_its_page(project: Path) -> None:
    by_id, by_name = run("rules", "explain", "CM01"), run("rules", "explain", "aml-scale-to-zero")
    assert by_id.stdout == by_name.stdout == (Path(__file__).parents[3] / "docs/rules/CM01.md").read_text()


def test_profiles_say_what_they_are_for(project: Path) -> None:
    told = run("rules", "profiles").stdout
    assert re.search(r"^recommended +What is critical or high blocks, the rest is advice\.$", told, re.MULTILINE)


def test_the_pack_is_a_folder_for_this_environment_and_these_settings(project: Path) -> None:
    folder = Path(run("policy-pack").stdout.strip())
    assert run("policy-pack").stdout.strip() == str(folder), "the same settings have the same folder"
    assert f"serve(settings=Path({str(project / 'verdazure.yaml')!r}))" in (folder / "__main__.py").read_text()
    told = yaml.safe_load((folder / "PulumiPolicy.yaml").read_text())
    ours = yaml.safe_load((Path(__file__).parents[3] / "policies/PulumiPolicy.yaml").read_text())
    assert [told[key] for key in ("description", "version")] == [ours[key] for key in ("description", "version")]
    strict = Path(run("policy-pack", "--profile", "strict").stdout.strip())
    assert strict != folder
    assert "profile='strict'" in (strict / "__main__.py").read_text()
