"""The sandbox as a person uses it: up, a change behind Pulumi's back, a refresh that finds it, a repair, and down."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
    from pulumi_azure_native import resources

    resources.ResourceGroup("rg", resource_group_name="rg-drift", location="uksouth", tags={"owner": "vision"})
    """


@pytest.fixture
def verdazure(sandbox_env):
    """`verdazure(*args, cwd=...)` runs the command in this test's sandbox and returns what it printed."""
    command = str(Path(sys.executable).with_name("verdazure"))

    def run(*args: str, cwd: Path, code: int = 0) -> str:
        done = subprocess.run([command, "sandbox", *args], cwd=cwd, env=sandbox_env, capture_output=True, text=True)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    return run


def operations(pulumi, folder, *command):
    plan = json.loads(pulumi(*command, "--json", cwd=folder).stdout)
    return {step["urn"].rsplit("::", 1)[-1]: step["op"] for step in plan["steps"] if step["op"] != "same"}


def test_drift_is_made_found_and_repaired(project, pulumi, verdazure):
    folder = project(PROGRAM)
    assert "+ 2 created" in verdazure("up", "--stack", "test", cwd=folder)

    assert "Changed /subscriptions/" in verdazure("edit", "rg-drift", "tags.owner=somebody", cwd=folder)
    assert "1 updated" in pulumi("refresh", "--yes", cwd=folder).stdout
    assert operations(pulumi, folder, "preview") == {"rg": "update"}
    assert "1 updated" in verdazure("up", "--stack", "test", cwd=folder)
    pulumi("refresh", "--yes", "--expect-no-changes", cwd=folder)

    assert "Deleted /subscriptions/" in verdazure("edit", "rg-drift", "--delete", cwd=folder)
    pulumi("refresh", "--yes", cwd=folder)
    assert operations(pulumi, folder, "preview") == {"rg": "create"}
    assert "1 created" in verdazure("up", "--stack", "test", cwd=folder)

    assert "Simulated Azure: none" in verdazure("down", "--stack", "test", cwd=folder)


def test_up_and_down_pass_arguments_on_and_return_pulumi_s_exit_code(project, verdazure):
    folder = project("raise SystemExit(1)")
    assert "Program exited with non-zero exit code: 1" in verdazure("up", "--stack", "test", cwd=folder, code=1)
    assert "no stack named 'other'" in verdazure("down", "--stack", "other", cwd=folder, code=6)


def test_an_edit_needs_something_to_do(project, verdazure):
    folder = project(PROGRAM)
    assert "give either settings and removals, or --delete" in verdazure("edit", "rg-drift", cwd=folder, code=2)
    assert "holds nothing named 'rg-drift'" in verdazure("edit", "rg-drift", "tags.a=1", cwd=folder, code=1)
