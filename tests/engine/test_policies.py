"""The pack under the real engine: a stack that breaks rules is blocked in the preview, one that keeps them is not."""

import json
import re
import subprocess
from pathlib import Path

from tests.engine.conftest import Project, Pulumi

ROOT = Path(__file__).parents[2]
PACK = str(ROOT / "policies")

HAND_WRITTEN = """
    import pulumi_azure_native as azure

    shared = "/subscriptions/5d0cbd32-6f0e-4c1e-8f0b-2f1b6a1c9c11/resourceGroups/shared/providers"
    tags = {"workload": "shop", "owner": "ml", "environment": "prod"}
    group = azure.resources.ResourceGroup("group", location="swedencentral", tags=tags)
    far = azure.resources.ResourceGroup("far", location="polandcentral", tags=tags)
    azure.storage.StorageAccount(
        "data",
        resource_group_name=group.name,
        location="swedencentral",
        kind="StorageV2",
        sku={"name": "Standard_LRS"},
        minimum_tls_version="TLS1_2",
        allow_blob_public_access=True,
        allow_shared_key_access=False,
        public_network_access="Enabled",
        tags=tags,
    )
    workspace = azure.machinelearningservices.Workspace(
        "ml",
        resource_group_name=group.name,
        location="swedencentral",
        identity={"type": "SystemAssigned"},
        storage_account=f"{shared}/Microsoft.Storage/storageAccounts/stshared",
        key_vault=f"{shared}/Microsoft.KeyVault/vaults/kv-shared",
        public_network_access="Enabled",
        managed_network={"isolation_mode": "AllowInternetOutbound"},
        system_datastores_auth_mode="Identity",
        tags=tags,
    )
    azure.machinelearningservices.Compute(
        "gpu",
        resource_group_name=group.name,
        workspace_name=workspace.name,
        location="swedencentral",
        properties={
            "compute_type": "AmlCompute",
            "disable_local_auth": True,
            "properties": {
                "vm_size": "Standard_NC4as_T4_v3",
                "vm_priority": "Dedicated",
                "enable_node_public_ip": False,
                "scale_settings": {
                    "min_node_count": 2,
                    "max_node_count": 4,
                    "node_idle_time_before_scale_down": "PT5M",
                },
            },
        },
        tags=tags,
    )
"""

BLOCKED = [
    "CM01 aml-scale-to-zero: gpu: properties.properties.scaleSettings.minNodeCount is 2, wanted at most 0. "
    "Fix: set min_nodes to 0 (minNodeCount: 0), which saves about 8.3 kgCO2e a month.",
    "CM05 aml-spare-capacity: gpu: properties.properties.vmPriority is Dedicated, wanted LowPriority. "
    "Fix: set priority to LowPriority, or tag work that cannot restart with interruptible: false.",
    "CR01 low-carbon-region: far: location is polandcentral (819 gCO2e/kWh), wanted at most 300 gCO2e/kWh. "
    "Fix: deploy to swedencentral (23 gCO2e/kWh, 97% less), the cleanest region inside eu.",
    "MO01 diagnostics-present: ml: monitor:DiagnosticSetting is not in the stack, "
    "wanted one whose resourceUri names it. Fix: add a monitor.DiagnosticSetting with its id as resourceUri.",
    "SE02 storage-no-public-blob: data: allowBlobPublicAccess is true, wanted false. "
    "Fix: set allowBlobPublicAccess to false.",
    "SE04 storage-network: data: publicNetworkAccess is Enabled, wanted Disabled, "
    "or networkRuleSet.defaultAction Deny. "
    "Fix: set publicNetworkAccess to Disabled, or networkRuleSet.defaultAction to Deny.",
    "SE05 ml-no-public-access: ml: publicNetworkAccess is Enabled, wanted Disabled. "
    "Fix: set publicNetworkAccess to Disabled.",
    "ST01 storage-lifecycle: data: storage:ManagementPolicy is not in the stack, "
    "wanted one whose accountName names it. Fix: add a storage.ManagementPolicy for it, or use TieredStorage.",
]

ADVISED = [
    "MO08 idle-gpu-alert: gpu: monitor:MetricAlert is not in the stack, wanted one whose scopes names it. "
    "Fix: add Monitoring with the workspace's id among its workspace_ids.",
    "MO07 budget-exists: throwaway-test: consumption:Budget is not in the stack, wanted one with notifications. "
    "Fix: add one for the resource group, or set monthly_budget on the Landing.",
    "SE07 ml-user-identity: ml: identity.type is SystemAssigned, wanted UserAssigned. "
    "Fix: give the workspace a user-assigned identity.",
    "SE07 ml-user-identity: ml: primaryUserAssignedIdentity is not set, wanted a value. "
    "Fix: set primaryUserAssignedIdentity to that identity's id.",
]

KEPT = """
    import pulumi_azure_native as azure

    tags = {"workload": "shop", "owner": "ml", "environment": "prod"}
    group = azure.resources.ResourceGroup("group", location="Sweden Central", tags=tags)
    account = azure.storage.StorageAccount(
        "data",
        resource_group_name=group.name,
        location=group.location,
        kind="StorageV2",
        sku={"name": "Standard_LRS"},
        minimum_tls_version="TLS1_2",
        allow_blob_public_access=False,
        allow_shared_key_access=False,
        public_network_access="Disabled",
        tags=tags,
    )
    cool, gone = ({"days_after_modification_greater_than": days} for days in (30, 365))
    azure.storage.ManagementPolicy(
        "lifecycle",
        resource_group_name=group.name,
        account_name=account.name,
        management_policy_name="default",
        policy={
            "rules": [
                {
                    "name": "all",
                    "type": "Lifecycle",
                    "enabled": True,
                    "definition": {
                        "filters": {"blob_types": ["blockBlob"]},
                        "actions": {"base_blob": {"tier_to_cool": cool, "delete": gone}},
                    },
                }
            ]
        },
    )
    azure.consumption.Budget(
        "budget",
        scope=group.id,
        category="Cost",
        time_grain="Monthly",
        amount=100,
        time_period={"start_date": "2026-11-01T00:00:00Z"},
        notifications={
            "spent": {
                "enabled": True,
                "operator": "GreaterThan",
                "threshold": 80,
                "contact_emails": ["ml@example.com"],
            }
        },
    )
"""

LATE = """
    import pulumi_azure_native as azure

    tags = {"workload": "shop", "owner": "ml", "environment": "prod"}
    group = azure.resources.ResourceGroup("group", location="swedencentral", tags=tags)
    azure.resources.ResourceGroup("late", location=group.id.apply(lambda _: "polandcentral"), tags=tags)
"""


def findings(done: "subprocess.CompletedProcess[str]") -> list[str]:
    """The findings that the engine printed, without the policies' reasons."""
    return sorted(match[1] for match in re.finditer(r"^\s*([A-Z]{2}\d{2} [a-z-]+: .*)$", done.stdout, re.MULTILINE))


def test_a_preview_of_a_stack_that_breaks_rules_fails_and_says_why(pulumi: Pulumi, project: Project) -> None:
    done = pulumi("preview", "--policy-pack", PACK, cwd=project(HAND_WRITTEN), check=False)
    assert done.returncode != 0
    assert findings(done) == sorted(BLOCKED + ADVISED)
    assert len(re.findall(r"\[mandatory\]", done.stdout)) == len(BLOCKED)
    assert len(re.findall(r"\[advisory\]", done.stdout)) == len(ADVISED)


def test_a_hand_written_stack_that_keeps_the_rules_goes_up_without_a_word(pulumi: Pulumi, project: Project) -> None:
    folder = project(KEPT)
    for command in (["preview"], ["up", "--yes"]):
        done = pulumi(*command, "--policy-pack", PACK, cwd=folder)
        assert findings(done) == []
        assert "verdazure@v0.1.0" in done.stdout


def test_what_a_preview_cannot_know_is_said_and_then_blocked(pulumi: Pulumi, project: Project) -> None:
    folder = project(LATE)
    preview = pulumi("preview", "--policy-pack", PACK, cwd=folder)
    assert "CR01 low-carbon-region: late: location is not known before the deployment" in preview.stdout
    deployed = pulumi("up", "--yes", "--skip-preview", "--policy-pack", PACK, cwd=folder, check=False)
    assert deployed.returncode != 0
    assert "CR01 low-carbon-region: late: location is polandcentral (819 gCO2e/kWh)" in deployed.stdout


def test_a_governance_team_sets_limits_and_levels(pulumi: Pulumi, project: Project, tmp_path: Path) -> None:
    config = tmp_path / "pack.json"
    config.write_text(
        json.dumps(
            {
                "low-carbon-region": {"max_intensity": 20},
                "budget-exists": "disabled",
                "residency": {"residency": "uk"},
            }
        )
    )
    options = ["--policy-pack", PACK, "--policy-pack-config", str(config)]
    done = pulumi("preview", *options, cwd=project(KEPT), check=False)
    assert done.returncode != 0
    told = findings(done)
    assert {finding.split(":")[0] for finding in told} == {"CR01 low-carbon-region", "CR03 residency"}
    assert (
        "CR03 residency: group: location is Sweden Central, wanted a region inside uk. "
        "Fix: deploy to uksouth, the cleanest region inside uk."
    ) in told
