"""Two engines in one sandbox at the same time: neither loses nor doubles what the other makes."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from verdazure.sandbox.azure.store import Store

PROGRAM = """
    import pulumi
    from pulumi_azure_native import resources, storage

    prefix, count = pulumi.get_project(), pulumi.Config().require_int("count")
    group = resources.ResourceGroup("group", resource_group_name=f"rg-{prefix}", location="uksouth")
    for number in range(count):
        account = storage.StorageAccount(
            f"st{number}",
            resource_group_name=group.name,
            account_name=f"st{prefix}{number:02}",
            kind="StorageV2",
            sku={"name": "Standard_LRS"},
            tags={"round": str(count)},
        )
        storage.BlobContainer(
            f"raw{number}", resource_group_name=group.name, account_name=account.name, container_name="raw"
        )
    """
ROUNDS = (12, 4, 9)


def test_two_stacks_at_once_keep_each_other_whole(project, pulumi, sandbox_env):
    folders = [project(PROGRAM, name=name) for name in ("left", "right")]
    azure = Store(Path(sandbox_env["VERDAZURE_SANDBOX_DIR"]) / "azure.db")

    def update(folder: Path, count: int) -> None:
        pulumi("config", "set", "count", str(count), cwd=folder)
        pulumi("up", "--yes", "--skip-preview", cwd=folder)

    with ThreadPoolExecutor(max_workers=2) as both:
        for count in ROUNDS:
            list(both.map(update, folders, (count, count)))
            in_stacks = {each for folder in folders for each in ids(pulumi, folder)}
            assert len(in_stacks) == 2 * (1 + 2 * count)
            assert {resource.id for resource in azure.resources()} == in_stacks
        list(both.map(lambda folder: pulumi("destroy", "--yes", "--skip-preview", cwd=folder), folders))
    assert azure.resources() == []


def ids(pulumi, folder: Path) -> set[str]:
    state = json.loads(pulumi("stack", "export", cwd=folder).stdout)["deployment"]["resources"]
    return {each["id"] for each in state if each["type"].startswith("azure-native:")}
