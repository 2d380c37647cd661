"""Plain azure-native programs under the real engine, in the simulated Azure."""

import json
import os
import subprocess
import time
from pathlib import Path

import pytest
from verdazure.sandbox.azure import plugin
from verdazure.sandbox.azure.store import Store

PROGRAM = """
import pulumi
from pulumi_azure_native import authorization, keyvault, managedidentity, resources, storage
from pulumi_azure_native import machinelearningservices as ml

config, client = pulumi.Config(), authorization.get_client_config_output()
group = resources.ResourceGroup("rg", location="Sweden Central")
account = storage.StorageAccount(
    "data",
    resource_group_name=group.name,
    kind="StorageV2",
    sku={"name": "Standard_LRS"},
    access_tier=config.get("tier") or "Hot",
    is_hns_enabled=config.get_bool("hns") or False,
)
container = storage.BlobContainer(
    "raw-data", resource_group_name=group.name, account_name=account.name
)
identity = managedidentity.UserAssignedIdentity("identity", resource_group_name=group.name)
authorization.RoleAssignment(
    "reader",
    scope=account.id,
    principal_id=identity.principal_id,
    principal_type="ServicePrincipal",
    role_definition_id=pulumi.Output.concat(
        "/subscriptions/", client.subscription_id,
        "/providers/Microsoft.Authorization/roleDefinitions/2a2b9908-6ea1-4ae2-8e65-a410df84e7d1",
    ),
)
vault = keyvault.Vault(
    "kv",
    resource_group_name=group.name,
    properties={"tenant_id": client.tenant_id, "sku": {"family": "A", "name": "standard"}},
)
workspace = ml.Workspace(
    "mlw",
    resource_group_name=group.name,
    storage_account="/subscriptions/5d0cbd32-6f0e-4c1e-8f0b-2f1b6a1c9c11/resourceGroups/shared/providers/"
    "Microsoft.Storage/storageAccounts/stshared",
    key_vault=vault.id,
    identity={"type": "UserAssigned", "user_assigned_identities": [identity.id]},
    primary_user_assigned_identity=identity.id,
)
ml.Compute(
    "gpu-nodes",
    resource_group_name=group.name,
    workspace_name=workspace.name,
    properties=ml.AmlComputeArgs(
        compute_type="AmlCompute",
        properties={"vm_size": "Standard_NC4as_T4_v3", "scale_settings": {"max_node_count": 2}},
    ),
)
keys = storage.list_storage_account_keys_output(resource_group_name=group.name, account_name=account.name)
pulumi.export("key", pulumi.Output.secret(keys.keys[0].value))
pulumi.export("account", account.id)
pulumi.export("blob", account.primary_endpoints.blob)
"""


@pytest.fixture
def azure(sandbox_env: dict[str, str]) -> Store:
    return Store(Path(sandbox_env["VERDAZURE_SANDBOX_DIR"]) / "azure.db")


def steps(text: str) -> list[tuple[str, str]]:
    """(resource, operation) of a preview that was printed as JSON."""
    planned = json.loads(text)["steps"]
    return [(step["urn"].rpartition("::")[2], step["op"]) for step in planned if step["op"] != "same"]


def test_a_program_lives_and_dies(project, pulumi, azure):
    folder = project(PROGRAM)

    previewed = steps(pulumi("preview", "--json", cwd=folder).stdout)
    assert {operation for _, operation in previewed} == {"create"}
    assert len(previewed) == 9
    assert azure.resources() == []

    pulumi("up", "--yes", cwd=folder)
    held = {resource.type: resource for resource in azure.resources()}
    outputs = json.loads(pulumi("stack", "output", "--json", cwd=folder).stdout)
    account = held["Microsoft.Storage/storageAccounts"]
    assert len(held) == 8
    assert outputs["account"] == account.id
    assert outputs["blob"] == f"https://{account.name}.blob.core.windows.net/"
    assert outputs["key"] == "[secret]"

    assert steps(pulumi("preview", "--json", cwd=folder).stdout) == []
    pulumi("refresh", "--yes", "--expect-no-changes", cwd=folder)

    pulumi("config", "set", "tier", "Cool", cwd=folder)
    assert steps(pulumi("preview", "--json", cwd=folder).stdout) == [("data", "update")]
    pulumi("up", "--yes", cwd=folder)
    assert azure.get(account.id).outputs["accessTier"] == "Cool"

    pulumi("config", "set", "hns", "true", cwd=folder)
    pulumi("up", "--yes", cwd=folder)
    (replacement,) = (resource for resource in azure.resources() if resource.type == account.type)
    assert replacement.outputs["isHnsEnabled"] is True
    assert replacement.name != account.name
    assert [resource.name for resource in azure.resources() if "/containers/" in resource.id] == ["raw-data"]

    pulumi("destroy", "--yes", cwd=folder)
    assert azure.resources() == []
    assert sorted(kept.type for kept in azure.soft_deleted()) == [
        "Microsoft.KeyVault/vaults",
        "Microsoft.MachineLearningServices/workspaces",
    ]
    pulumi("up", "--yes", cwd=folder)


def test_what_changed_outside_is_seen_and_mended(project, pulumi, azure):
    folder = project(PROGRAM)
    pulumi("up", "--yes", cwd=folder)
    (account,) = (resource for resource in azure.resources() if resource.type == "Microsoft.Storage/storageAccounts")
    (workspace,) = (resource for resource in azure.resources() if resource.type.endswith("/workspaces"))
    with azure.transaction() as held:
        held.remove(workspace.id)
        account.outputs["accessTier"] = "Premium"
        held.put(account)
    pulumi("refresh", "--yes", cwd=folder)
    assert set(steps(pulumi("preview", "--json", cwd=folder).stdout)) >= {("data", "update"), ("mlw", "create")}
    pulumi("up", "--yes", cwd=folder)
    assert azure.get(account.id).outputs["accessTier"] == "Hot"


def test_a_secret_stays_sealed(project, pulumi, azure):
    folder = project(
        "import pulumi\n"
        "from pulumi_azure_native import resources\n"
        "group = resources.ResourceGroup('rg', location='uksouth', tags={'code': pulumi.Output.secret('hush-hush')})\n"
        "pulumi.export('tags', group.tags)\n"
    )
    shown = pulumi("up", "--yes", cwd=folder)
    exported = pulumi("stack", "export", cwd=folder).stdout
    assert "hush-hush" not in shown.stdout + shown.stderr + exported
    revealed = json.loads(pulumi("stack", "output", "--json", "--show-secrets", cwd=folder).stdout)
    assert revealed == {"tags": {"code": "hush-hush"}}


WRONG = """
from pulumi_azure_native import resources, storage

group = resources.ResourceGroup("rg", location="swedencentral")
storage.StorageAccount("data", resource_group_name=group.name, kind="StorageV2", {arguments})
"""


@pytest.mark.parametrize(
    ("arguments", "messages"),
    [
        (
            'sku={"name": "Standard_LRS", "size": "big"}',
            ["sku.size", "unknown property 'size'. Allowed: name."],
        ),
        (
            'sku={"name": "Standard_LSR"}',
            ["sku.name", "'Standard_LSR' is not a value that Azure knows here. Did you mean 'Standard_LRS'?"],
        ),
        (
            'sku={"name": "Standard_LRS"}, account_name="Not-Allowed"',
            ["accountName", "'Not-Allowed' is not a name that Azure accepts here; it asks for 3 to 24 characters"],
        ),
    ],
)
def test_a_wrong_program_fails_in_the_preview_and_creates_nothing(project, pulumi, azure, arguments, messages):
    folder = project(WRONG.replace("{arguments}", arguments))
    failed = pulumi("preview", cwd=folder, check=False)
    assert failed.returncode != 0
    for message in messages:
        assert message in failed.stdout + failed.stderr
    assert "Traceback" not in failed.stdout + failed.stderr
    assert azure.resources() == []


def test_a_missing_parent_fails_in_azures_words(project, pulumi, azure):
    folder = project(
        "from pulumi_azure_native import storage\n"
        "storage.StorageAccount('data', resource_group_name='nowhere', location='uksouth', kind='StorageV2', "
        "sku={'name': 'Standard_LRS'})\n"
    )
    pulumi("preview", cwd=folder)
    failed = pulumi("up", "--yes", "--skip-preview", cwd=folder, check=False)
    assert failed.returncode != 0
    assert 'Status=404 Code="ResourceGroupNotFound" Message="Resource group \'nowhere\' could not be found."' in (
        failed.stdout + failed.stderr
    )
    assert azure.resources() == []


def test_a_type_without_a_model_lives_with_a_warning(project, pulumi, azure):
    folder = project(
        "from pulumi_azure_native import relay, resources\n"
        "group = resources.ResourceGroup('rg', location='uksouth')\n"
        "spaces = relay.Namespace('ns', resource_group_name=group.name, sku={'name': 'Standard'})\n"
        "relay.HybridConnection('way', resource_group_name=group.name, namespace_name=spaces.name)\n"
    )
    shown = pulumi("up", "--yes", cwd=folder).stdout
    assert "warning: azure-native:relay:HybridConnection is simulated by its general shape only" in shown
    assert [resource.type for resource in azure.resources()][1:] == [
        "Microsoft.Relay/namespaces",
        "Microsoft.Relay/namespaces/hybridConnections",
    ]
    pulumi("destroy", "--yes", cwd=folder)
    assert azure.resources() == []


def test_the_plugin_prints_its_port_and_ends_with_the_engine_that_started_it(tmp_path):
    executable = plugin.install(tmp_path / "home")
    # A shell stands in for the engine: it starts the plugin, tells its process id, and is gone.
    engine = subprocess.Popen(
        ["sh", "-c", '"$1" >port & echo $!; sleep 1', "sh", str(executable)],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        text=True,
    )
    provider = int(engine.stdout.readline())
    engine.wait()
    assert ends(provider)
    assert (tmp_path / "port").read_text().strip().isdigit()


def ends(process_id, within=10):
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        try:
            os.kill(process_id, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False
