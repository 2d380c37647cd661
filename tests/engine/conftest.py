"""What tests need to drive the real `pulumi`: a sandbox of their own each, and throwaway projects in it."""

import json
import os
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from verdazure.sandbox import environment, toolchain

ROOT = Path(__file__).parents[2]
STACK = "test"

Pulumi = Callable[..., "subprocess.CompletedProcess[str]"]
Project = Callable[..., Path]


@pytest.fixture(scope="session")
def pulumi_toolchain() -> toolchain.Toolchain:
    """The toolchain, obtained before the first test that needs it; all sandboxes share it."""
    return toolchain.ensure()


@pytest.fixture
def sandbox_env(tmp_path: Path, pulumi_toolchain: toolchain.Toolchain) -> dict[str, str]:
    """A complete environment in which `pulumi` runs in an empty sandbox that only this test uses."""
    return {**os.environ, **environment.prepare(tmp_path / "sandbox").exports, "NO_COLOR": "1"}


@pytest.fixture
def pulumi(sandbox_env: dict[str, str]) -> Pulumi:
    """`pulumi(*args, cwd=..., check=True, env=..., timeout=...)` runs the CLI and returns what it printed.

    With `check` (the default) a failing command fails the test and shows its output; `env` adds variables.
    """

    def run(
        *args: str, cwd: Path, check: bool = True, env: Mapping[str, str] | None = None, timeout: float = 120
    ) -> "subprocess.CompletedProcess[str]":
        done = subprocess.run(
            ["pulumi", "--non-interactive", *args],
            cwd=cwd,
            env={**sandbox_env, **(env or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
        )
        if check and done.returncode != 0:
            pytest.fail(f"pulumi {' '.join(args)} ended with {done.returncode}\n{done.stdout}\n{done.stderr}")
        return done

    return run


@pytest.fixture
def project(tmp_path: Path, pulumi: Pulumi) -> Project:
    """`project(main_source, config=None, name="throwaway")` writes a Python project, its stack `test` selected.

    Returns its folder. `main_source` may be indented. `config` maps a key to its value; a key without a namespace gets
    the project's.
    """

    def write(main_source: str, config: Mapping[str, object] | None = None, name: str = "throwaway") -> Path:
        folder = tmp_path / name
        folder.mkdir()
        (folder / "Pulumi.yaml").write_text(f"name: {name}\nruntime: python\n")
        (folder / "__main__.py").write_text(textwrap.dedent(main_source))
        pulumi("stack", "init", STACK, cwd=folder)
        for key, value in (config or {}).items():
            pulumi("config", "set", key, _config_text(value), cwd=folder)
        return folder

    return write


@pytest.fixture
def fault(sandbox_env: dict[str, str]) -> Callable[..., str]:
    """`fault(*args)` runs `verdazure sandbox fault` in this test's sandbox."""
    command = str(Path(sys.executable).with_name("verdazure"))

    def run(*args: str) -> str:
        return subprocess.run(
            [command, "sandbox", "fault", *args], env=sandbox_env, capture_output=True, text=True, check=True
        ).stdout

    return run


@pytest.fixture
def quickstart(tmp_path: Path, pulumi: Pulumi) -> Path:
    """The quick-start project as it stands in the repository, in a folder of its own with its stack selected."""
    folder = tmp_path / "quickstart"
    shutil.copytree(ROOT / "stacks", folder / "stacks")
    (folder / "Pulumi.yaml").write_text((ROOT / "Pulumi.yaml").read_text().replace(".venv", str(ROOT / ".venv")))
    pulumi("stack", "init", "dev", cwd=folder)
    return folder


@pytest.fixture
def stack_to_copy(tmp_path: Path, pulumi: Pulumi) -> Callable[[str], Path]:
    """`stack_to_copy("training")`: a project of stacks/ as it stands, in a folder of its own, its stack selected."""

    def copy(name: str) -> Path:
        folder = tmp_path / name
        shutil.copytree(ROOT / "stacks" / name, folder, ignore=shutil.ignore_patterns(".verdazure", "__pycache__"))
        described = (folder / "Pulumi.yaml").read_text()
        (folder / "Pulumi.yaml").write_text(described.replace("../../.venv", str(ROOT / ".venv")))
        pulumi("stack", "init", "dev", cwd=folder)
        return folder

    return copy


@pytest.fixture
def held(pulumi: Pulumi) -> Callable[[Path], dict[str, dict[str, Any]]]:
    """`held(folder)`: the inputs of what the stack holds, by logical name."""

    def inputs(folder: Path) -> dict[str, dict[str, Any]]:
        deployment = json.loads(pulumi("stack", "export", cwd=folder).stdout)["deployment"]
        found = deployment.get("resources", [])
        return {each["urn"].rsplit("::", 1)[-1]: each["inputs"] for each in found if "inputs" in each}

    return inputs


def _config_text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
