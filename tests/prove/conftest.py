"""Exports of what real updates made, and the tools of others that judge them, in a virtual environment of their own."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from verdazure.sandbox import environment

ROOT = Path(__file__).parents[2]
SCENARIOS = ROOT / "tests" / "scenarios"
CHECKS = Path(os.environ.get("VERDAZURE_CHECKS_VENV", ROOT / ".venv" / "checks"))


@pytest.fixture(scope="session")
def checks() -> Path:
    """The folder of the tools' commands."""
    if not (CHECKS / "bin" / "checkov").is_file():
        pytest.fail(f"{CHECKS} does not hold the tools of requirements-checks.lock: run `make prove`")
    return CHECKS / "bin"


@pytest.fixture(scope="session")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """`exported("quickstart")` or `exported("storage/max")` is the file with the ARM template of that program."""
    done: dict[str, Path] = {}

    def once(program: str) -> Path:
        if program not in done:
            done[program] = _export(program, tmp_path_factory.mktemp("export"))
        return done[program]

    return once


def _export(program: str, folder: Path) -> Path:
    _write_project(program, folder)
    variables = {**os.environ, **environment.prepare(folder / "sandbox").exports, "NO_COLOR": "1"}
    for command in (["stack", "init", "prove"], ["up", "--yes", "--skip-preview"]):
        _run(["pulumi", "--non-interactive", *command], folder, variables)
    file = folder / "azuredeploy.json"
    verdazure = str(Path(sys.executable).with_name("verdazure"))
    _run([verdazure, "sandbox", "export", "--arm", "--output", str(file)], folder, variables)
    return file


def _write_project(program: str, folder: Path) -> None:
    if program == "quickstart":
        shutil.copytree(ROOT / "stacks", folder / "stacks")
        (folder / "Pulumi.yaml").write_text((ROOT / "Pulumi.yaml").read_text().replace(".venv", str(ROOT / ".venv")))
        return
    topic, name = program.split("/")
    for module in (*SCENARIOS.glob("*.py"), *(SCENARIOS / topic).glob("*.py")):
        shutil.copy(module, folder)
    shutil.copy(SCENARIOS / topic / f"{name}.py", folder / "__main__.py")
    (folder / "Pulumi.yaml").write_text("name: scenario\nruntime: python\n")


def _run(command: list[str], folder: Path, variables: dict[str, str]) -> None:
    done = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, timeout=300)
    if done.returncode != 0:
        pytest.fail(f"{' '.join(command)} ended with {done.returncode}\n{done.stdout}\n{done.stderr}")


@pytest.fixture(scope="session")
def judge(checks: Path) -> Callable[[Path], dict[str, dict[str, Any]]]:
    """`judge(file)`: ARM type -> {"model", "problems"}, by Microsoft's management packages."""

    def run(template: Path) -> dict[str, dict[str, Any]]:
        command = [str(checks / "python"), str(Path(__file__).with_name("judge.py")), str(template)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        verdict: dict[str, dict[str, Any]] = json.loads(done.stdout)
        return verdict

    return run
