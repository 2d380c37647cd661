"""A resource's life in the simulated Azure: defaults, preview, creation, conflicts, updates, deletion, drift."""

import pytest
from verdazure.sandbox.azure.identity import SUBSCRIPTION_ID, TENANT_ID, guid
from verdazure.sandbox.azure.store import SoftDeleted
from verdazure.sandbox.azure.wire import UNKNOWN, decode, provider_pb2

IN_GROUP = {"resourceGroupName": "rg"}
STORAGE = {**IN_GROUP, "accountName": "stdata", "kind": "StorageV2", "sku": {"name": "Standard_LRS"}}
VAULT = {
    **IN_GROUP,
    "vaultName": "kv-data",
    "properties": {"tenantId": TENANT_ID, "sku": {"family": "A", "name": "standard"}},
}
# Another subscription's: whether these exist cannot be judged here.
SHARED = "/subscriptions/5d0cbd32-6f0e-4c1e-8f0b-2f1b6a1c9c11/resourceGroups/shared/providers"
IN_WORKSPACE = {**IN_GROUP, "workspaceName": "mlw"}
WORKSPACE = {
    **IN_WORKSPACE,
    "identity": {"type": "SystemAssigned"},
    "storageAccount": f"{SHARED}/Microsoft.Storage/storageAccounts/stshared",
    "keyVault": f"{SHARED}/Microsoft.KeyVault/vaults/kv-shared",
}
CLUSTER = {
    **IN_WORKSPACE,
    "computeName": "gpu",
    "properties": {
        "computeType": "AmlCompute",
        "properties": {"vmSize": "Standard_NC4as_T4_v3", "scaleSettings": {"maxNodeCount": 2}},
    },
}
G = f"/subscriptions/{SUBSCRIPTION_ID}/resourceGroups/rg"
OWNER = f"/subscriptions/{SUBSCRIPTION_ID}/providers/Microsoft.Authorization/roleDefinitions/owner"
READER = f"/subscriptions/{SUBSCRIPTION_ID}/providers/Microsoft.Authorization/roleDefinitions/reader"


# What azure-native fills in


@pytest.mark.parametrize(
    ("token", "inputs", "parameter", "name", "random"),
    [
        ("storage:StorageAccount", STORAGE, "accountName", "x19b25856", True),
        ("storage:BlobContainer", {**IN_GROUP, "accountName": "stdata"}, "containerName", "x", False),
        (
            "authorization:RoleAssignment",
            {"scope": G, "principalId": "p", "roleDefinitionId": "r"},
            "roleAssignmentName",
            "19b25856-e1c1-50ca-834c-ffc8b59b23ad",
            True,
        ),
        ("machinelearningservices:OnlineEndpoint", None, "endpointName", "x19b25856", True),
        ("resources:ResourceGroup", {"location": "uksouth"}, "resourceGroupName", "x19b25856", True),
    ],
)
def test_a_name_nobody_chose(engine, token, inputs, parameter, name, random):
    unnamed = {key: value for key, value in (inputs or IN_WORKSPACE).items() if key != parameter}
    named = decode(engine.check(token, unnamed).inputs)
    assert named[parameter] == name
    assert named.get("__createBeforeDelete") is (True if random else None)
    again = decode(engine.check(token, unnamed, olds=named, seed=b"other").inputs)
    assert again[parameter] == name


def test_a_name_that_the_engine_proposes(engine):
    modes = provider_pb2.CheckRequest.AutonamingOptions
    inputs = {"location": "uksouth"}

    def named(mode):
        answer = engine.check("resources:ResourceGroup", inputs, autonaming=modes(mode=mode, proposed_name="proposed"))
        return decode(answer.inputs).get("resourceGroupName")

    assert named(modes.PROPOSE) == "proposed"
    assert named(modes.ENFORCE) == "proposed"
    assert named(modes.DISABLE) is None


def test_a_location_nobody_chose(engine):
    engine.group(location="swedencentral")
    assert engine.checked("storage:StorageAccount", STORAGE)["location"] == "swedencentral"
    assert engine.checked("storage:StorageAccount", {**STORAGE, "resourceGroupName": UNKNOWN})["location"] is UNKNOWN
    assert "location" not in engine.checked("storage:BlobContainer", {**IN_GROUP, "accountName": "stdata"}, "raw")
    engine.configure(location="uksouth")
    assert engine.checked("storage:StorageAccount", STORAGE)["location"] == "uksouth"
    olds = {"location": "norwayeast"}
    assert engine.checked("storage:StorageAccount", STORAGE, olds=olds)["location"] == "norwayeast"


def test_the_api_version_is_an_input(engine):
    engine.group()
    assert engine.checked("storage:StorageAccount", STORAGE)["azureApiVersion"] == "2024-01-01"


# Preview and creation


def test_a_preview_knows_the_inputs_and_not_what_the_service_computes(engine):
    preview = engine.preview("storage:StorageAccount", {**STORAGE, "location": "uksouth"})
    assert preview["kind"] == "StorageV2"
    assert preview["sku"] == {"name": "Standard_LRS", "tier": UNKNOWN}
    assert preview["primaryEndpoints"] is UNKNOWN
    assert preview["name"] is UNKNOWN
    assert "accountName" not in preview
    assert engine.store.resources() == []


def test_a_created_resource_answers_as_the_service_does(engine):
    engine.group()
    resource_id, answer = engine.create("storage:StorageAccount", STORAGE)
    assert resource_id == f"{G}/providers/Microsoft.Storage/storageAccounts/stdata"
    assert answer["name"] == "stdata"
    assert answer["type"] == "Microsoft.Storage/storageAccounts"
    assert answer["location"] == "swedencentral"
    assert answer["sku"] == {"name": "Standard_LRS", "tier": "Standard"}
    assert answer["primaryEndpoints"]["dfs"] == "https://stdata.dfs.core.windows.net/"
    assert "secondaryLocation" not in answer
    (_, account) = engine.store.resources()
    assert (account.id, account.type, account.name, account.location) == (
        resource_id,
        "Microsoft.Storage/storageAccounts",
        "stdata",
        "swedencentral",
    )


def test_a_static_website_takes_blobs(engine):
    engine.group()
    engine.create("storage:StorageAccount", STORAGE)
    in_account = {**IN_GROUP, "accountName": "stdata"}
    _, website = engine.create("storage:StorageAccountStaticWebsite", {**in_account, "indexDocument": "index.html"})
    assert website["containerName"] == "$web"
    _, blob = engine.create("storage:Blob", {**in_account, "containerName": "$web", "blobName": "index.html"})
    assert blob["url"] == "https://stdata.blob.core.windows.net/$web/index.html"


def test_geo_redundancy_answers_with_the_paired_region(engine):
    engine.group()
    _, answer = engine.create("storage:StorageAccount", {**STORAGE, "sku": {"name": "Standard_RAGRS"}})
    assert answer["secondaryLocation"] == "swedensouth"
    assert answer["secondaryEndpoints"]["blob"] == "https://stdata-secondary.blob.core.windows.net/"


def test_identities_have_principals(engine):
    engine.group()
    user_id, user = engine.create("managedidentity:UserAssignedIdentity", {**IN_GROUP, "resourceName": "id-ml"})
    assert user["principalId"] == guid(user_id, "principal")
    assert user["tenantId"] == TENANT_ID
    both = {"type": "SystemAssigned,UserAssigned", "userAssignedIdentities": [user_id]}
    workspace_id, answer = engine.create("machinelearningservices:Workspace", {**WORKSPACE, "identity": both})
    assert answer["identity"] == {
        "type": "SystemAssigned,UserAssigned",
        "principalId": guid(workspace_id, "principal"),
        "tenantId": TENANT_ID,
        "userAssignedIdentities": {user_id: {"principalId": user["principalId"], "clientId": user["clientId"]}},
    }


@pytest.mark.parametrize(
    ("token", "inputs", "expected"),
    [
        ("keyvault:Vault", VAULT, {"properties.vaultUri": "https://kv-data.vault.azure.net/"}),
        ("keyvault:Vault", VAULT, {"properties.softDeleteRetentionInDays": 90}),
        (
            "containerregistry:Registry",
            {**IN_GROUP, "registryName": "crData", "sku": {"name": "Basic"}},
            {"loginServer": "crdata.azurecr.io", "sku.tier": "Basic", "adminUserEnabled": False},
        ),
        (
            "machinelearningservices:Workspace",
            WORKSPACE,
            {"discoveryUrl": "https://swedencentral.api.azureml.ms/discovery", "kind": "Default"},
        ),
        (
            "consumption:Budget",
            {
                "scope": G,
                "budgetName": "b",
                "amount": 5,
                "category": "Cost",
                "timeGrain": "Monthly",
                "timePeriod": {"startDate": "2026-11-01T00:00:00Z"},
            },
            {"timePeriod.endDate": "2036-11-01T00:00:00Z"},
        ),
        (
            "operationalinsights:Workspace",
            {**IN_GROUP, "workspaceName": "logs"},
            {"retentionInDays": 30, "sku.name": "PerGB2018", "provisioningState": "Succeeded"},
        ),
        (
            "network:VirtualNetwork",
            {
                **IN_GROUP,
                "virtualNetworkName": "vnet",
                "addressSpace": {"addressPrefixes": ["10.0.0.0/16"]},
                "subnets": [{"name": "a", "addressPrefix": "10.0.0.0/24"}],
            },
            {"subnets.0.id": f"{G}/providers/Microsoft.Network/virtualNetworks/vnet/subnets/a"},
        ),
    ],
)
def test_what_the_services_add(engine, token, inputs, expected):
    engine.group()
    _, answer = engine.create(token, inputs)

    def at(value, path):
        for part in path.split("."):
            value = value[int(part)] if isinstance(value, list) else value[part]
        return value

    assert {path: at(answer, path) for path in expected} == expected


def test_secrets_of_a_datastore_are_not_answered(engine):
    engine.group()
    engine.create("machinelearningservices:Workspace", WORKSPACE)
    credentials = {"credentialsType": "AccountKey", "secrets": {"secretsType": "AccountKey", "key": "hush"}}
    properties = {
        "datastoreType": "AzureBlob",
        "accountName": "st",
        "containerName": "raw",
        "credentials": credentials,
    }
    store_id, answer = engine.create(
        "machinelearningservices:Datastore", {**IN_WORKSPACE, "name": "raw", "properties": properties}
    )
    assert answer["properties"]["credentials"] == {"credentialsType": "AccountKey"}
    assert engine.store.get(store_id).inputs["properties"]["credentials"] == credentials


# Refusals


def test_the_group_and_the_parent_must_exist(engine, refused):
    with pytest.raises(refused, match=r'^Status=404 Code="ResourceGroupNotFound" Message="Resource group \'rg\' could'):
        engine.create("storage:StorageAccount", {**STORAGE, "location": "uksouth"})
    engine.group()
    container = {**IN_GROUP, "accountName": "stdata", "containerName": "raw"}
    with pytest.raises(
        refused, match=r'Code="ParentResourceNotFound" .*storageAccounts/stdata/blobServices/default\' not'
    ):
        engine.create("storage:BlobContainer", container)
    engine.create("storage:StorageAccount", STORAGE)
    engine.create("storage:BlobContainer", container)


def test_the_scope_must_exist(engine, refused):
    engine.group()
    scope = f"{G}/providers/Microsoft.Storage/storageAccounts/stdata"
    grant = {"scope": scope, "principalId": "p", "roleDefinitionId": OWNER}
    with pytest.raises(
        refused, match=r"ResourceNotFound.*'Microsoft.Storage/storageAccounts/stdata' under resource group 'rg' was not"
    ):
        engine.create("authorization:RoleAssignment", grant)
    engine.create("authorization:RoleAssignment", {**grant, "scope": f"/subscriptions/{SUBSCRIPTION_ID}"})


def test_an_instance_needs_its_cluster_its_place_and_its_schemas(engine, refused):
    engine.group()
    cluster = f"{G}/providers/Microsoft.Kubernetes/connectedClusters/plant"
    place = {**IN_GROUP, "resourceName": "cl-line", "hostResourceId": cluster, "namespace": "azure-iot-operations"}
    with pytest.raises(refused, match=r"ResourceNotFound.*'Microsoft.Kubernetes/connectedClusters/plant'"):
        engine.create("extendedlocation:CustomLocation", place)
    connected = {"agentPublicKeyCertificate": "", "identity": {"type": "SystemAssigned"}}
    engine.create("kubernetes:ConnectedCluster", {**IN_GROUP, "clusterName": "plant", **connected})
    extension = f"{cluster}/providers/Microsoft.KubernetesConfiguration/extensions/azure-iot-operations"
    with pytest.raises(
        refused, match=r"ResourceNotFound.*'Microsoft.KubernetesConfiguration/extensions/azure-iot-oper"
    ):
        engine.create("extendedlocation:CustomLocation", {**place, "clusterExtensionIds": [extension]})

    schemas = f"{G}/providers/Microsoft.DeviceRegistry/schemaRegistries/sr-line"
    instance = {
        **IN_GROUP,
        "instanceName": "iotops-line",
        "extendedLocation": {
            "name": f"{G}/providers/Microsoft.ExtendedLocation/customLocations/cl-line",
            "type": "CustomLocation",
        },
        "properties": {"schemaRegistryRef": {"resourceId": schemas}},
    }
    with pytest.raises(refused, match=r"ResourceNotFound.*'Microsoft.DeviceRegistry/schemaRegistries/sr-line'"):
        engine.create("iotoperations:Instance", instance)
    registry = {"namespace": "sr-line", "storageAccountContainerUrl": "https://st.blob.core.windows.net/schemas"}
    engine.create("deviceregistry:SchemaRegistry", {**IN_GROUP, "schemaRegistryName": "sr-line", **registry})
    with pytest.raises(refused, match=r"ResourceNotFound.*'Microsoft.ExtendedLocation/customLocations/cl-line'"):
        engine.create("iotoperations:Instance", instance)
    engine.create("extendedlocation:CustomLocation", place)
    _, made = engine.create("iotoperations:Instance", instance)
    assert made["properties"] == {**instance["properties"], "provisioningState": "Succeeded"}


@pytest.mark.parametrize(
    ("token", "inputs", "message"),
    [
        ("storage:StorageAccount", STORAGE, 'Status=409 Code="StorageAccountAlreadyTaken"'),
        ("keyvault:Vault", VAULT, 'Status=409 Code="VaultAlreadyExists"'),
        (
            "containerregistry:Registry",
            {**IN_GROUP, "registryName": "crdata", "sku": {"name": "Basic"}},
            'Status=409 Code="AlreadyInUse" Message="The registry DNS name crdata.azurecr.io is already in use."',
        ),
    ],
)
def test_global_names_exist_once(engine, refused, token, inputs, message):
    engine.group("rg")
    engine.group("other")
    engine.create(token, inputs)
    with pytest.raises(refused, match=f"^{message}"):
        engine.create(token, {**inputs, "resourceGroupName": "other"})


def test_what_exists_is_not_taken_over(engine, refused):
    engine.group()
    engine.create("machinelearningservices:Workspace", WORKSPACE)
    with pytest.raises(refused, match=r"^cannot create already existing resource '/subscriptions/.*/workspaces/MLW'$"):
        engine.create("machinelearningservices:Workspace", {**WORKSPACE, "workspaceName": "MLW"})


def test_a_role_is_granted_once_and_never_changed(engine, refused):
    engine.group()
    grant = {"scope": G, "principalId": "p", "roleDefinitionId": OWNER}
    grant_id, _ = engine.create("authorization:RoleAssignment", grant, "one")
    with pytest.raises(refused, match=r'Code="RoleAssignmentExists"'):
        engine.create("authorization:RoleAssignment", {**grant, "roleAssignmentName": guid("two")})
    with pytest.raises(refused, match=r'Code="RoleAssignmentUpdateNotPermitted"'):
        engine.update("authorization:RoleAssignment", grant_id, {}, {**grant, "roleDefinitionId": READER})


def test_a_vault_keeps_its_protection(engine, refused):
    engine.group()
    protected = {**VAULT, "properties": {**VAULT["properties"], "enablePurgeProtection": True}}
    vault_id, _ = engine.create("keyvault:Vault", protected)
    weaker = {**VAULT, "properties": {**VAULT["properties"], "enablePurgeProtection": False}}
    with pytest.raises(refused, match="irreversible"):
        engine.update("keyvault:Vault", vault_id, {}, weaker)
    shorter = {**VAULT, "properties": {**protected["properties"], "softDeleteRetentionInDays": 7}}
    with pytest.raises(refused, match="softDeleteRetentionInDays"):
        engine.update("keyvault:Vault", vault_id, {}, shorter)


def test_a_workspace_does_not_move(engine, refused):
    engine.group()
    workspace_id, _ = engine.create("machinelearningservices:Workspace", WORKSPACE)
    with pytest.raises(
        refused, match=r'Code="InvalidResourceLocation" .*in location \'swedencentral\' in resource group'
    ):
        engine.update("machinelearningservices:Workspace", workspace_id, {}, {**WORKSPACE, "location": "uksouth"})


def test_something_unforeseen_is_one_line_to_the_user(engine, refused, monkeypatch):
    monkeypatch.setattr(engine.provider, "_azure", None)
    with pytest.raises(
        refused, match=r"^the simulated Azure failed in Delete: AttributeError: .* Traceback: .*azure.log$"
    ):
        engine.delete("keyvault:Vault", G)


# Update


def test_an_update_keeps_the_birthday_and_changes_the_rest(engine):
    engine.group()
    workspace_id, first = engine.create("machinelearningservices:Workspace", WORKSPACE)
    inputs = {**WORKSPACE, "location": "Sweden Central", "friendlyName": "Vision"}
    second = engine.update("machinelearningservices:Workspace", workspace_id, first, inputs)
    assert second["friendlyName"] == "Vision"
    assert second["workspaceId"] == first["workspaceId"]
    assert second["systemData"]["createdAt"] == first["systemData"]["createdAt"]
    assert second["systemData"]["lastModifiedAt"] > first["systemData"]["lastModifiedAt"]


def test_a_cluster_keeps_what_azure_does_not_change(engine):
    engine.group()
    engine.create("machinelearningservices:Workspace", WORKSPACE)
    cluster_id, _ = engine.create("machinelearningservices:Compute", CLUSTER)
    nodes = {"vmSize": "Standard_NC8as_T4_v3", "vmPriority": "LowPriority", "scaleSettings": {"maxNodeCount": 5}}
    asked = {**CLUSTER, "properties": {"computeType": "AmlCompute", "properties": nodes}}
    answer = engine.update("machinelearningservices:Compute", cluster_id, {}, asked)["properties"]["properties"]
    assert answer["scaleSettings"]["maxNodeCount"] == 5
    assert (answer["vmSize"], answer["vmPriority"]) == ("Standard_NC4as_T4_v3", "Dedicated")


def test_the_preview_of_an_update_keeps_name_and_location(engine):
    old = {"name": "stdata", "location": "uksouth", "primaryLocation": "uksouth"}
    preview = engine.update("storage:StorageAccount", "/id", old, {**STORAGE, "location": "uksouth"}, preview=True)
    assert (preview["name"], preview["location"], preview["primaryLocation"]) == ("stdata", "uksouth", UNKNOWN)


# Deletion


def test_deleting_a_group_deletes_what_it_holds_and_keeps_what_azure_keeps(engine, refused):
    group = engine.group()
    engine.group("rg2")
    engine.create("storage:StorageAccount", STORAGE)
    engine.create("storage:BlobContainer", {**IN_GROUP, "accountName": "stdata", "containerName": "raw"})
    engine.create("keyvault:Vault", {**VAULT, "properties": {**VAULT["properties"], "enablePurgeProtection": True}})
    engine.create("machinelearningservices:Workspace", WORKSPACE)
    engine.delete("resources:ResourceGroup", group)
    assert [held.name for held in engine.store.resources()] == ["rg2"]
    vault, workspace = engine.store.soft_deleted()
    assert vault == SoftDeleted(
        f"{G}/providers/Microsoft.KeyVault/vaults/kv-data",
        "Microsoft.KeyVault/vaults",
        "kv-data",
        "swedencentral",
        vault.deleted_at,
        True,
    )
    assert (workspace.name, workspace.purge_protected) == ("mlw", False)

    with pytest.raises(refused, match=r'^Status=409 Code="ConflictError" .*already exists in deleted state.*purge'):
        engine.create("keyvault:Vault", {**VAULT, "resourceGroupName": "rg2"})
    engine.create("machinelearningservices:Workspace", {**WORKSPACE, "resourceGroupName": "rg2"})
    engine.group()
    with pytest.raises(
        refused, match=r'^Status=400 Code="BadRequest" Message="Soft-deleted workspace exists. Please purge'
    ):
        engine.create("machinelearningservices:Workspace", WORKSPACE)
    with engine.store.transaction() as held:
        assert held.purge(workspace.id)
    engine.create("machinelearningservices:Workspace", WORKSPACE)


def test_deleting_a_service_that_comes_with_its_account_keeps_the_containers(engine):
    engine.group()
    engine.create("storage:StorageAccount", STORAGE)
    in_account = {**IN_GROUP, "accountName": "stdata"}
    service_id, _ = engine.create("storage:BlobServiceProperties", {**in_account, "blobServicesName": "default"})
    engine.create("storage:BlobContainer", {**in_account, "containerName": "raw"})
    engine.delete("storage:BlobServiceProperties", service_id)
    assert [held.name for held in engine.store.resources()] == ["rg", "stdata", "raw"]


def test_deleting_what_is_gone_succeeds(engine):
    engine.delete("keyvault:Vault", f"{G}/providers/Microsoft.KeyVault/vaults/kv-data")
    assert engine.store.soft_deleted() == []


@pytest.mark.parametrize(("level", "writes"), [("CanNotDelete", True), ("ReadOnly", False)])
def test_a_lock_guards_what_lies_in_its_scope(engine, refused, level, writes):
    group = engine.group()
    account_id, _ = engine.create("storage:StorageAccount", STORAGE)
    lock_id, _ = engine.create("authorization:ManagementLockByScope", {"scope": account_id, "level": level})
    refusal = f"ScopeLocked.*cannot perform delete operation because following scope.s. are locked: '{account_id}'"
    for token, doomed in (("storage:StorageAccount", account_id), ("resources:ResourceGroup", group)):
        with pytest.raises(refused, match=refusal):
            engine.delete(token, doomed)
    container = {**IN_GROUP, "accountName": "stdata", "containerName": "raw"}
    if writes:
        engine.create("storage:BlobContainer", container)
    else:
        with pytest.raises(refused, match=r"cannot perform write operation"):
            engine.create("storage:BlobContainer", container)
        with pytest.raises(refused, match=r"cannot perform write operation"):
            engine.update("storage:StorageAccount", account_id, {}, STORAGE)
    engine.delete("authorization:ManagementLockByScope", lock_id)
    engine.delete("resources:ResourceGroup", group)
    assert engine.store.resources() == []


# Reading


def test_a_refresh_without_changes_changes_nothing(engine):
    engine.group()
    inputs = engine.checked("storage:StorageAccount", STORAGE)
    account_id, answer = engine.create("storage:StorageAccount", STORAGE)
    read = engine.read("storage:StorageAccount", account_id, inputs, answer)
    assert decode(read.inputs) == inputs
    assert decode(read.properties) == answer


def test_a_refresh_carries_over_what_changed_outside(engine):
    engine.group()
    user, _ = engine.create("managedidentity:UserAssignedIdentity", {**IN_GROUP, "resourceName": "id-ml"})
    news = {**STORAGE, "tags": {"a": "1", "b": "2"}}
    inputs = engine.checked("storage:StorageAccount", news)
    account_id, answer = engine.create("storage:StorageAccount", news)
    outside = {
        **inputs,
        "tags": {"a": "1", "c": "3"},
        "accessTier": "Cool",
        "identity": {"type": "UserAssigned", "userAssignedIdentities": [user]},
    }
    engine.update("storage:StorageAccount", account_id, {}, outside)
    read = engine.read("storage:StorageAccount", account_id, inputs, answer)
    assert decode(read.inputs) == outside


def test_an_import_finds_the_inputs(engine):
    engine.group()
    account_id, _ = engine.create("storage:StorageAccount", STORAGE)
    imported = decode(engine.read("storage:StorageAccount", account_id).inputs)
    assert imported["sku"] == {"name": "Standard_LRS"}
    assert {**imported, **STORAGE, "resourceGroupName": "rg"} == imported
    assert "primaryEndpoints" not in imported
    assert engine.findings("storage:StorageAccount", imported) == {}


def test_what_is_gone_reads_as_gone(engine):
    assert engine.read("storage:StorageAccount", f"{G}/providers/Microsoft.Storage/storageAccounts/x").id == ""


# Functions


def test_client_config(engine):
    assert engine.invoke("authorization:getClientConfig") == {
        "clientId": guid("caller", "client"),
        "objectId": guid("caller", "object"),
        "subscriptionId": SUBSCRIPTION_ID,
        "tenantId": TENANT_ID,
    }
    engine.configure(subscriptionId="mine", tenantId="ours")
    config = engine.invoke("authorization:getClientConfig")
    assert (config["subscriptionId"], config["tenantId"]) == ("mine", "ours")


def test_there_are_no_tokens(engine, refused):
    with pytest.raises(refused, match=r"issues no tokens"):
        engine.invoke("authorization:getClientToken")


def test_keys_are_made_up_and_always_the_same(engine):
    first = engine.invoke("storage:listStorageAccountKeys", resourceGroupName="rg", accountName="stdata")
    assert [key["keyName"] for key in first["keys"]] == ["key1", "key2"]
    assert len(first["keys"][0]["value"]) == 88
    assert first == engine.invoke("storage:listStorageAccountKeys", resourceGroupName="rg", accountName="STDATA")
    other = engine.invoke("storage:listStorageAccountKeys", resourceGroupName="rg", accountName="other")
    assert other["keys"][0]["value"] != first["keys"][0]["value"]


def test_a_list_function_without_a_model_answers_in_its_declared_shape(engine):
    keys = engine.invoke("cosmosdb:listDatabaseAccountKeys", resourceGroupName="rg", accountName="c")
    assert sorted(keys) == [
        "primaryMasterKey",
        "primaryReadonlyMasterKey",
        "secondaryMasterKey",
        "secondaryReadonlyMasterKey",
    ]


def test_getting_a_resource_answers_what_is_held(engine, refused):
    engine.group()
    account_id, answer = engine.create("storage:StorageAccount", STORAGE)
    found = engine.invoke("storage:getStorageAccount", resourceGroupName="rg", accountName="stdata")
    assert found == {"id": account_id, **answer}
    with pytest.raises(refused, match=r"^request failed /subscriptions/.*ResourceNotFound"):
        engine.invoke("storage:getStorageAccount", resourceGroupName="rg", accountName="other")
