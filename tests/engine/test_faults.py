"""Faults under the real engine: what a stack's team sees, and that the next `up` finishes the work."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
    from pulumi_azure_native import resources

    for name in ("one", "two"):
        resources.ResourceGroup(name, resource_group_name=f"rg-{name}", location="uksouth")
    """


@pytest.fixture
def fault(sandbox_env):
    """`fault(*args)` runs `verdazure sandbox fault` in this test's sandbox."""
    command = str(Path(sys.executable).with_name("verdazure"))

    def run(*args: str) -> str:
        return subprocess.run(
            [command, "sandbox", "fault", *args], env=sandbox_env, capture_output=True, text=True, check=True
        ).stdout

    return run


def held(pulumi, folder) -> set[str]:
    found = json.loads(pulumi("stack", "export", cwd=folder).stdout)["deployment"].get("resources", [])
    return {resource["id"].rsplit("/", 1)[-1] for resource in found if resource["type"].endswith(":ResourceGroup")}


@pytest.mark.parametrize(
    ("kind", "times", "message"),
    [
        ("conflict", 1, 'Status=409 Code="AnotherOperationInProgress"'),
        ("quota", 1, 'Status=409 Code="QuotaExceeded"'),
        ("throttled", 4, 'Status=429 Code="TooManyRequests"'),
        ("timeout", 4, 'Status=504 Code="GatewayTimeout"'),
    ],
)
def test_a_failed_create_is_one_clear_error_and_the_next_up_finishes(project, pulumi, fault, kind, times, message):
    folder = project(PROGRAM)
    fault("add", kind, "--operation", "create", "--name", "two", "--times", str(times))
    failed = pulumi("up", "--yes", "--skip-preview", cwd=folder, check=False)
    assert failed.returncode != 0
    assert message in failed.stdout
    assert "Traceback" not in failed.stdout
    assert held(pulumi, folder) == {"rg-one"}

    pulumi("up", "--yes", "--skip-preview", cwd=folder)
    assert held(pulumi, folder) == {"rg-one", "rg-two"}
    pulumi("refresh", "--yes", "--expect-no-changes", cwd=folder)


def test_a_throttle_shorter_than_the_retries_is_never_seen(project, pulumi, fault):
    folder = project(PROGRAM)
    fault("add", "throttled", "--operation", "create", "--times", "3")
    pulumi("up", "--yes", "--skip-preview", cwd=folder)
    assert held(pulumi, folder) == {"rg-one", "rg-two"}


def test_a_delete_that_fails_leaves_the_resource_in_the_stack_until_it_is_gone(project, pulumi, fault):
    folder = project(PROGRAM)
    pulumi("up", "--yes", "--skip-preview", cwd=folder)
    fault("add", "conflict", "--operation", "delete", "--name", "one")
    assert pulumi("destroy", "--yes", "--skip-preview", cwd=folder, check=False).returncode != 0
    assert "rg-one" in held(pulumi, folder)
    pulumi("destroy", "--yes", "--skip-preview", cwd=folder)
    assert held(pulumi, folder) == set()
