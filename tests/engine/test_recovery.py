"""An engine that is killed in the middle of an update: what is left, and the shortest honest way on."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path

from verdazure.sandbox.azure.store import Store

PROGRAM = """
    import pulumi
    from pulumi_azure_native import resources, storage

    group = resources.ResourceGroup("group", resource_group_name="rg-held", location="uksouth")
    for name in ("one", "two"):
        storage.StorageAccount(
            name,
            resource_group_name=group.name,
            account_name=f"stheld{name}",
            kind="StorageV2",
            sku={"name": "Standard_LRS"},
        )
    """
PATIENCE_SECONDS = 60


def wait_for(condition) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "nothing happened"
        time.sleep(0.1)


def recorded(env) -> set[str]:
    """Names of the resources whose creation the engine has written down.

    It does so a moment after Azure has answered: an engine killed between the two loses an answer, which is another
    story (`pulumi import`).
    """
    states = Path(env["PULUMI_BACKEND_URL"].removeprefix("file://")).glob(".pulumi/stacks/*/*.json")
    deployments = [json.loads(state.read_text())["checkpoint"]["latest"] or {} for state in states]
    return {each["id"].rpartition("/")[2] for held in deployments for each in held.get("resources", ()) if "id" in each}


def test_a_killed_engine_recovers_by_cancel_and_up(project, pulumi, fault, sandbox_env):
    folder = project(PROGRAM)
    azure = Store(Path(sandbox_env["VERDAZURE_SANDBOX_DIR"]) / "azure.db")
    fault("add", "timeout", "--operation", "create", "--name", "two", "--seconds", "20")

    command = ["pulumi", "--non-interactive", "up", "--yes", "--skip-preview"]
    running = subprocess.Popen(
        command,
        cwd=folder,
        env=sandbox_env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    wait_for(lambda: "stheldone" in recorded(sandbox_env))
    os.killpg(running.pid, signal.SIGKILL)
    running.wait()

    refused = pulumi("up", "--yes", "--skip-preview", cwd=folder, check=False)
    assert "the stack is currently locked" in refused.stdout + refused.stderr
    pulumi("cancel", "--yes", cwd=folder)
    fault("clear")
    pulumi("up", "--yes", "--skip-preview", "--refresh", cwd=folder)
    assert [each.name for each in azure.resources()] == ["rg-held", "stheldone", "stheldtwo"]
    assert "pulumi:pulumi:Stack" in pulumi("stack", cwd=folder).stdout
    pulumi("up", "--yes", "--skip-preview", "--expect-no-changes", cwd=folder)
    pulumi("destroy", "--yes", "--skip-preview", cwd=folder)
    assert azure.resources() == []
