"""What the simulated Azure refuses because of others: ids of nothing, what an account or network lacks, quota."""

import pytest
from verdazure.sandbox.azure.identity import SUBSCRIPTION_ID
from verdazure.sandbox.azure.quota import Priority, Quota, Quotas

IN_GROUP = {"resourceGroupName": "rg"}
PROVIDERS = f"/subscriptions/{SUBSCRIPTION_ID}/resourceGroups/rg/providers"
ELSEWHERE = "/subscriptions/5d0cbd32-6f0e-4c1e-8f0b-2f1b6a1c9c11/resourceGroups/rg/providers"
ACCOUNT = {
    **IN_GROUP,
    "accountName": "stdata",
    "kind": "StorageV2",
    "sku": {"name": "Standard_LRS"},
    "location": "uksouth",
}
IN_ACCOUNT = {**IN_GROUP, "accountName": "stdata"}
SERVICE = {**IN_ACCOUNT, "blobServicesName": "default"}


@pytest.fixture(autouse=True)
def group(engine):
    engine.group()


def policy(action, condition):
    definition = {"filters": {"blobTypes": ["blockBlob"]}, "actions": {"baseBlob": {action: condition}}}
    rules = [{"name": "r", "type": "Lifecycle", "definition": definition}]
    return {**IN_ACCOUNT, "managementPolicyName": "default", "policy": {"rules": rules}}


def test_last_access_rules_need_tracking(engine, refused):
    engine.create("storage:StorageAccount", ACCOUNT)
    by_access = policy("tierToCool", {"daysAfterLastAccessTimeGreaterThan": 30})
    with pytest.raises(refused, match='Status=400 Code="MissingLastAccessTimeBasedTrackingPolicy"'):
        engine.create("storage:ManagementPolicy", by_access)
    engine.create("storage:BlobServiceProperties", {**SERVICE, "lastAccessTimeTrackingPolicy": {"enable": True}})
    engine.create("storage:ManagementPolicy", by_access)


@pytest.mark.parametrize(
    ("sku", "allowed"),
    [("Standard_LRS", True), ("Standard_RAGRS", True), ("Standard_ZRS", False), ("Standard_RAGZRS", False)],
)
def test_archive_needs_an_account_that_has_it(engine, refused, sku, allowed):
    engine.create("storage:StorageAccount", {**ACCOUNT, "sku": {"name": sku}})
    archive = policy("tierToArchive", {"daysAfterModificationGreaterThan": 90})
    if allowed:
        engine.create("storage:ManagementPolicy", archive)
        return
    with pytest.raises(refused, match=f"The archive tier with {sku} is not supported for the account"):
        engine.create("storage:ManagementPolicy", archive)


def test_a_hierarchical_namespace_has_no_versions(engine, refused):
    engine.create("storage:StorageAccount", {**ACCOUNT, "isHnsEnabled": True})
    with pytest.raises(refused, match="Versioning is not supported for the account"):
        engine.create("storage:BlobServiceProperties", {**SERVICE, "isVersioningEnabled": True})
    engine.create("storage:BlobServiceProperties", {**SERVICE, "isVersioningEnabled": False})


def test_a_public_container_needs_an_account_that_allows_it(engine, refused):
    engine.create("storage:StorageAccount", ACCOUNT)
    public = {**IN_ACCOUNT, "containerName": "open", "publicAccess": "Blob"}
    with pytest.raises(refused, match='Status=409 Code="PublicAccessNotPermitted"'):
        engine.create("storage:BlobContainer", public)
    engine.create("storage:BlobContainer", {**public, "publicAccess": "None"})


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"isHnsEnabled": True}, "has a hierarchical namespace"),
        ({"kind": "StorageV2", "sku": {"name": "Premium_LRS"}}, "is a premium account"),
    ],
)
def test_a_workspaces_account_is_flat_and_standard(engine, refused, changes, words):
    account, _ = engine.create("storage:StorageAccount", {**ACCOUNT, **changes})
    with pytest.raises(refused, match=words):
        engine.create("machinelearningservices:Workspace", workspace(storageAccount=account))


def workspace(**changes):
    return {
        **IN_GROUP,
        "workspaceName": "mlw",
        "identity": {"type": "SystemAssigned"},
        "storageAccount": f"{ELSEWHERE}/Microsoft.Storage/storageAccounts/st",
        "keyVault": f"{ELSEWHERE}/Microsoft.KeyVault/vaults/kv",
        **changes,
    }


@pytest.mark.parametrize("part", ["storageAccount", "keyVault"])
def test_a_workspace_keeps_its_storage_and_vault(engine, refused, part):
    workspace_id, answer = engine.create("machinelearningservices:Workspace", workspace())
    other = {**workspace(), part: workspace()[part] + "other"}
    with pytest.raises(refused, match=f"The {part} of workspace 'mlw' cannot be changed once the workspace"):
        engine.update("machinelearningservices:Workspace", workspace_id, answer, other)


@pytest.mark.parametrize(
    ("part", "named"),
    [
        ("storageAccount", "Microsoft.Storage/storageAccounts/stnone"),
        ("keyVault", "Microsoft.KeyVault/vaults/kvnone"),
        ("containerRegistry", "Microsoft.ContainerRegistry/registries/crnone"),
    ],
)
def test_a_workspaces_parts_exist(engine, refused, part, named):
    words = (
        f"Status=404 Code=\"ResourceNotFound\" Message=\"The Resource '{named}' under resource group 'rg' was not found"
    )
    with pytest.raises(refused, match=words):
        engine.create("machinelearningservices:Workspace", workspace(**{part: f"{PROVIDERS}/{named}"}))
    engine.create("machinelearningservices:Workspace", workspace(**{part: f"{ELSEWHERE}/{named}"}))


def test_an_identity_that_is_given_exists(engine, refused):
    named = f"{PROVIDERS}/Microsoft.ManagedIdentity/userAssignedIdentities/id-none"
    identity = {"type": "SystemAssigned,UserAssigned", "userAssignedIdentities": [named]}
    with pytest.raises(refused, match="userAssignedIdentities/id-none"):
        engine.create("machinelearningservices:Workspace", workspace(identity=identity))


NETWORK = {**IN_GROUP, "virtualNetworkName": "vnet", "addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}
SUBNET = {**IN_GROUP, "virtualNetworkName": "vnet", "subnetName": "a", "addressPrefix": "10.0.0.0/24"}


def test_a_subnet_lies_in_its_network_and_beside_the_others(engine, refused):
    engine.create("network:VirtualNetwork", NETWORK)
    engine.create("network:Subnet", SUBNET)
    with pytest.raises(refused, match='Code="NetcfgSubnetRangeOutsideVnet" Message="Subnet \'b\' is not valid'):
        engine.create("network:Subnet", {**SUBNET, "subnetName": "b", "addressPrefix": "10.1.0.0/24"})
    with pytest.raises(refused, match='Code="NetcfgSubnetRangesOverlap"'):
        engine.create("network:Subnet", {**SUBNET, "subnetName": "b", "addressPrefix": "10.0.0.128/25"})
    engine.create("network:Subnet", {**SUBNET, "subnetName": "b", "addressPrefix": "10.0.1.0/24"})


def test_an_interface_names_a_subnet_that_exists_even_inside_its_network(engine, refused):
    inside = {**NETWORK, "subnets": [{"name": "a", "addressPrefix": "10.0.0.0/24"}]}
    network, _ = engine.create("network:VirtualNetwork", inside)
    interface = {**IN_GROUP, "networkInterfaceName": "nic"}

    def at(subnet):
        return {**interface, "ipConfigurations": [{"name": "ip", "subnet": {"id": f"{network}/subnets/{subnet}"}}]}

    with pytest.raises(refused, match=r'Code="InvalidResourceReference" Message="Resource .*/subnets/b referenced by'):
        engine.create("network:NetworkInterface", at("b"))
    engine.create("network:NetworkInterface", at("a"))


def test_replicas_need_a_premium_registry(engine, refused):
    engine.create("containerregistry:Registry", {**IN_GROUP, "registryName": "crdata", "sku": {"name": "Standard"}})
    replica = {**IN_GROUP, "registryName": "crdata", "replicationName": "ukwest", "location": "ukwest"}
    with pytest.raises(refused, match="'Premium' is needed"):
        engine.create("containerregistry:Replication", replica)


# Quota

T4 = {"vmSize": "Standard_NC4as_T4_v3", "scaleSettings": {"maxNodeCount": 2}}


def cluster(priority):
    properties = {"computeType": "AmlCompute", "properties": {**T4, "vmPriority": priority}}
    return {**IN_GROUP, "workspaceName": "mlw", "computeName": priority.lower(), "properties": properties}


def test_untold_quota_is_no_limit(engine):
    engine.create("machinelearningservices:Workspace", workspace())
    engine.create("machinelearningservices:Compute", cluster("Dedicated"))


def test_a_cluster_whose_node_does_not_fit_its_quota(engine, refused):
    engine.create("machinelearningservices:Workspace", workspace(location="swedencentral"))
    told = Quotas(engine.store.path)
    told.tell(Quota(region="Sweden Central", priority=Priority.LOW_PRIORITY, vcpus=3))
    with pytest.raises(refused, match=r"has a low priority vCPU quota of 3 and cannot accomodate .* maps to 4 vCPUs"):
        engine.create("machinelearningservices:Compute", cluster("LowPriority"))
    engine.create("machinelearningservices:Compute", cluster("Dedicated"))
    told.tell(Quota(region="swedencentral", priority=Priority.LOW_PRIORITY, vcpus=4))
    assert [each.vcpus for each in told.all()] == [4]
    engine.create("machinelearningservices:Compute", cluster("LowPriority"))
    told.tell(Quota(region="swedencentral", sizes="standard_nc*", vcpus=3))
    with pytest.raises(refused, match=r"has a standard_nc\* vCPU quota of 3"):
        engine.create("machinelearningservices:Compute", {**cluster("Dedicated"), "computeName": "more"})
    told.forget()
    assert told.all() == []


def test_machines_share_their_quota(engine, refused):
    Quotas(engine.store.path).tell(Quota(region="uksouth", sizes="Standard_NC*as_T4_v3", vcpus=7))
    machine = {**IN_GROUP, "location": "uksouth", "hardwareProfile": {"vmSize": "Standard_NC4as_T4_v3"}}
    first, answer = engine.create("compute:VirtualMachine", {**machine, "vmName": "one"})
    with pytest.raises(refused, match=r"Current Limit: 7, Current Usage: 4, Additional Required: 4, .* Required: 8\."):
        engine.create("compute:VirtualMachine", {**machine, "vmName": "two"})
    engine.create("compute:VirtualMachine", {**machine, "vmName": "spot", "priority": "Spot"})
    engine.update("compute:VirtualMachine", first, answer, {**machine, "vmName": "one"})


def test_a_damaged_file_of_quotas_is_one_clear_error(engine, refused):
    engine.store.path.with_suffix(".quotas.json").write_text("{")
    engine.create("machinelearningservices:Workspace", workspace())
    with pytest.raises(refused, match=r"azure\.quotas\.json does not hold quotas"):
        engine.create("machinelearningservices:Compute", cluster("Dedicated"))
