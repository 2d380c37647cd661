"""Faults under the real engine: what a stack's team sees, and that the next `up` finishes the work."""

import json
from pathlib import Path

import pytest
from verdazure.sandbox.azure.store import Store

PROGRAM = """
    from pulumi_azure_native import resources

    for name in ("one", "two"):
        resources.ResourceGroup(name, resource_group_name=f"rg-{name}", location="uksouth")
    """


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


def azure_holds(sandbox_env) -> list[str]:
    return [each.name for each in Store(Path(sandbox_env["VERDAZURE_SANDBOX_DIR"]) / "azure.db").resources()]


def test_a_partial_failure_is_kept_by_the_stack_and_the_next_up_goes_on_with_it(project, pulumi, fault, sandbox_env):
    folder = project(PROGRAM)
    fault("add", "partial", "--operation", "create", "--name", "two")
    failed = pulumi("up", "--yes", "--skip-preview", cwd=folder, check=False)
    assert failed.returncode != 0
    assert "reached terminal provisioning state 'Failed'" in failed.stdout + failed.stderr
    assert held(pulumi, folder) == {"rg-one", "rg-two"}

    mended = pulumi("up", "--yes", "--skip-preview", cwd=folder)
    assert "1 updated" in mended.stdout
    assert azure_holds(sandbox_env) == ["rg-one", "rg-two"]
    pulumi("refresh", "--yes", "--expect-no-changes", cwd=folder)


def test_a_lost_answer_leaves_a_resource_that_an_import_brings_home(project, pulumi, fault, sandbox_env):
    folder = project(PROGRAM)
    fault("add", "lost", "--operation", "create", "--name", "two")
    failed = pulumi("up", "--yes", "--skip-preview", cwd=folder, check=False)
    assert "the connection was lost before Azure's answer to create of 'two' came" in failed.stdout + failed.stderr
    assert (held(pulumi, folder), azure_holds(sandbox_env)) == ({"rg-one"}, ["rg-one", "rg-two"])

    again = pulumi("up", "--yes", "--skip-preview", cwd=folder, check=False)
    assert "cannot create already existing resource" in again.stdout + again.stderr
    (lost,) = (each.id for each in Store(Path(sandbox_env["VERDAZURE_SANDBOX_DIR"]) / "azure.db").resources()[1:])
    command = ("import", "azure-native:resources:ResourceGroup", "two", lost, "--yes", "--protect=false")
    pulumi(*command, "--generate-code=false", cwd=folder)
    pulumi("up", "--yes", "--skip-preview", cwd=folder)
    assert (held(pulumi, folder), azure_holds(sandbox_env)) == ({"rg-one", "rg-two"}, ["rg-one", "rg-two"])
