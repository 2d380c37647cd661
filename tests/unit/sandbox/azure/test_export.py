"""The export: bodies as ARM has them, names with parents, scopes, order, and no secret."""

import json

import pytest
from verdazure.sandbox.azure.edit import edited
from verdazure.sandbox.azure.export import template
from verdazure.sandbox.azure.store import StoredResource

ACCOUNT = {
    "resourceGroupName": "rg",
    "accountName": "stdata",
    "kind": "StorageV2",
    "location": "swedencentral",
    "sku": {"name": "Standard_LRS"},
    "tags": {"owner": "vision"},
}


def exported(engine, kind):
    """The one resource of an ARM type."""
    (found,) = (each for each in template(engine.store)["resources"] if each["type"] == kind)
    return found


@pytest.fixture
def account(engine):
    """`account(**inputs)` creates a storage account and returns its exported body."""

    def create(**more):
        engine.group()
        engine.create("storage:StorageAccount", {**ACCOUNT, **more})
        return exported(engine, "Microsoft.Storage/storageAccounts")

    return create


def test_nothing_is_an_empty_template(engine):
    assert template(engine.store) == {
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "parameters": {},
        "resources": [],
    }


def test_a_resource_group(engine):
    engine.create(
        "resources:ResourceGroup", {"resourceGroupName": "rg", "location": "uksouth", "tags": {"owner": "vision"}}
    )
    assert template(engine.store)["resources"] == [
        {
            "type": "Microsoft.Resources/resourceGroups",
            "apiVersion": "2024-03-01",
            "name": "rg",
            "location": "uksouth",
            "tags": {"owner": "vision"},
        }
    ]


def test_a_storage_account_is_nested_and_named_as_arm_has_it(account):
    rules = {"virtualNetworkResourceId": "/subscriptions/s/subnets/x"}
    body = account(
        enableHttpsTrafficOnly=True,
        networkRuleSet={
            "defaultAction": "Deny",
            "ipRules": [{"iPAddressOrRange": "1.2.3.4"}],
            "virtualNetworkRules": [rules],
        },
    )
    assert (body["type"], body["apiVersion"], body["name"]) == (
        "Microsoft.Storage/storageAccounts",
        "2024-01-01",
        "stdata",
    )
    assert (body["kind"], body["sku"], body["tags"]) == ("StorageV2", {"name": "Standard_LRS"}, {"owner": "vision"})
    properties = body["properties"]
    assert properties["supportsHttpsTrafficOnly"] is True
    assert properties["networkAcls"] == {
        "bypass": "AzureServices",
        "defaultAction": "Deny",
        "ipRules": [{"value": "1.2.3.4"}],
        "virtualNetworkRules": [{"id": "/subscriptions/s/subnets/x"}],
    }
    assert not {"enableHttpsTrafficOnly", "networkRuleSet", "kind", "sku", "accountName"} & properties.keys()


def test_identities_are_a_map(engine):
    engine.group()
    identity, _ = engine.create(
        "managedidentity:UserAssignedIdentity",
        {"resourceGroupName": "rg", "resourceName": "id-ml", "location": "swedencentral"},
    )
    asked = {"type": "UserAssigned", "userAssignedIdentities": [identity]}
    engine.create("storage:StorageAccount", {**ACCOUNT, "identity": asked})
    body = exported(engine, "Microsoft.Storage/storageAccounts")
    assert body["identity"] == {"type": "UserAssigned", "userAssignedIdentities": {identity: {}}}
    assert body["dependsOn"] == [identity]


def test_children_carry_their_parents_names_and_need_them(engine, account):
    account()
    inputs = {"resourceGroupName": "rg", "accountName": "stdata", "containerName": "raw"}
    container, _ = engine.create("storage:BlobContainer", inputs)
    body = exported(engine, "Microsoft.Storage/storageAccounts/blobServices/containers")
    assert body["name"] == "stdata/default/raw"
    assert body["properties"]["publicAccess"] == "None"
    assert "dependsOn" not in body  # the blob service comes with the account, which the template does not hold

    engine.create(
        "storage:BlobServiceProperties",
        {"resourceGroupName": "rg", "accountName": "stdata", "blobServicesName": "default"},
    )
    body = exported(engine, "Microsoft.Storage/storageAccounts/blobServices/containers")
    assert body["dependsOn"] == [container.rpartition("/containers/")[0]]


def test_an_extension_has_the_scope_that_it_belongs_to(engine, account):
    account()
    scope = "/subscriptions/{}/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/stdata"
    scope = scope.format(engine.store.resources()[0].id.split("/")[2])
    engine.create("authorization:ManagementLockByScope", {"scope": scope, "lockName": "keep", "level": "CanNotDelete"})
    body = exported(engine, "Microsoft.Authorization/locks")
    assert (body["name"], body["scope"]) == ("keep", "Microsoft.Storage/storageAccounts/stdata")
    assert body["properties"] == {"level": "CanNotDelete"}
    assert body["dependsOn"] == [scope]


def test_network_children_have_properties_of_their_own(engine):
    engine.group()
    subnet = {"name": "endpoints", "addressPrefix": "10.0.1.0/24"}
    space = {"addressPrefixes": ["10.0.0.0/16"]}
    engine.create(
        "network:VirtualNetwork",
        {"resourceGroupName": "rg", "virtualNetworkName": "net", "addressSpace": space, "subnets": [subnet]},
    )
    body = exported(engine, "Microsoft.Network/virtualNetworks")
    (child,) = body["properties"]["subnets"]
    assert (child["name"], child["properties"]["addressPrefix"]) == ("endpoints", "10.0.1.0/24")
    assert set(child) <= {"id", "name", "properties"}


@pytest.fixture
def gateway(engine):
    """Where the parts of an API Management service that is there belong."""
    engine.group()
    place = {"resourceGroupName": "rg", "serviceName": "apim"}
    who = {"publisherEmail": "vision@example.com", "publisherName": "Vision"}
    sku = {"name": "BasicV2", "capacity": 1}
    engine.create("apimanagement:ApiManagementService", {**place, **who, "location": "swedencentral", "sku": sku})
    return place


def test_a_gateways_backend_keeps_properties_of_its_properties(engine, gateway):
    pool = {
        "serviceFabricCluster": {
            "managementEndpoints": ["https://fabric.example.com"],
            "clientCertificatethumbprint": "0",
        }
    }
    engine.create(
        "apimanagement:Backend",
        {**gateway, "backendId": "models", "url": "https://models.example.com", "protocol": "http", "properties": pool},
    )
    body = exported(engine, "Microsoft.ApiManagement/service/backends")
    assert body["properties"]["url"] == "https://models.example.com"
    assert set(body["properties"]["properties"]) == {"serviceFabricCluster"}


def test_a_policys_format_is_in_its_body_though_reading_one_takes_a_format_too(engine, gateway):
    engine.create("apimanagement:Api", {**gateway, "apiId": "chat", "displayName": "Chat", "path": "chat"})
    policy = {"apiId": "chat", "policyId": "policy", "format": "xml", "value": "<policies />"}
    engine.create("apimanagement:ApiPolicy", {**gateway, **policy})
    body = exported(engine, "Microsoft.ApiManagement/service/apis/policies")
    assert body["properties"] == {"format": "xml", "value": "<policies />"}


def test_parts_of_a_data_factory_keep_what_their_type_has_apart(engine):
    engine.group()
    place = {"resourceGroupName": "rg", "factoryName": "adf-intake"}
    engine.create("datafactory:Factory", {**place, "location": "swedencentral"})
    wait = {"name": "Wait", "type": "Wait", "waitTimeInSeconds": 1}
    judge = {
        "name": "Judge",
        "type": "Switch",
        "dependsOn": [{"activity": "Wait", "dependencyConditions": ["Succeeded"]}],
        "on": {"type": "Expression", "value": "@true"},
        "cases": [{"value": "yes", "activities": [wait]}],
    }
    engine.create("datafactory:Pipeline", {**place, "pipelineName": "prices", "activities": [judge]})
    (activity,) = exported(engine, "Microsoft.DataFactory/factories/pipelines")["properties"]["activities"]
    inner = {"name": "Wait", "type": "Wait", "typeProperties": {"waitTimeInSeconds": 1}}
    assert activity == {
        "name": "Judge",
        "type": "Switch",
        "dependsOn": judge["dependsOn"],
        "typeProperties": {"on": judge["on"], "cases": [{"value": "yes", "activities": [inner]}]},
    }
    lake = {"type": "AzureBlobFS", "url": "https://st.dfs.core.windows.net", "description": "lake"}
    engine.create("datafactory:LinkedService", {**place, "linkedServiceName": "lake", "properties": lake})
    assert exported(engine, "Microsoft.DataFactory/factories/linkedservices")["properties"] == {
        "type": "AzureBlobFS",
        "description": "lake",
        "typeProperties": {"url": "https://st.dfs.core.windows.net"},
    }


def test_a_generic_resource_is_of_the_type_and_version_that_it_names(engine):
    engine.group()
    engine.create("managedidentity:UserAssignedIdentity", {"resourceGroupName": "rg", "resourceName": "id-own"})
    identity = exported(engine, "Microsoft.ManagedIdentity/userAssignedIdentities")
    assert identity["name"] == "id-own"
    engine.create(
        "resources:Resource",
        {
            "resourceGroupName": "rg",
            "resourceName": "provs-line",
            "apiVersion": "2026-08-31",
            "resourceProviderNamespace": "Microsoft.Devices",
            "parentResourcePath": "",
            "resourceType": "provisioningServices",
            "location": "swedencentral",
            "sku": {"name": "S1", "capacity": 1},
            "properties": {"publicNetworkAccess": "Disabled"},
        },
    )
    body = exported(engine, "Microsoft.Devices/provisioningServices")
    assert (body["apiVersion"], body["name"], body["sku"]) == (
        "2026-08-31",
        "provs-line",
        {"name": "S1", "capacity": 1},
    )
    assert body["properties"]["publicNetworkAccess"] == "Disabled"
    assert set(body) == {"type", "apiVersion", "name", "location", "sku", "properties"}


def test_the_sku_of_device_update_is_one_of_its_properties(engine):
    engine.group()
    place = {"resourceGroupName": "rg", "location": "swedencentral"}
    engine.create("deviceupdate:Account", {**place, "accountName": "adu-line", "sku": "Standard"})
    assert exported(engine, "Microsoft.DeviceUpdate/accounts")["properties"]["sku"] == "Standard"


def test_what_the_service_never_shows_is_a_secure_parameter(engine):
    engine.group()
    engine.create(
        "sql:Server",
        {
            "resourceGroupName": "rg",
            "serverName": "sqlx",
            "location": "swedencentral",
            "administratorLogin": "root1",
            "administratorLoginPassword": "Hidden-4711",
        },
    )
    whole = template(engine.store)
    assert whole["parameters"] == {"sqlx_administratorLoginPassword": {"type": "securestring"}}
    body = exported(engine, "Microsoft.Sql/servers")["properties"]
    assert body["administratorLogin"] == "root1"
    assert body["administratorLoginPassword"] == "[parameters('sqlx_administratorLoginPassword')]"
    assert "Hidden-4711" not in json.dumps(whole)


def test_a_text_in_brackets_is_no_expression(account):
    assert account(tags={"note": "[parameters('x')]"})["tags"] == {"note": "[[parameters('x')]"}


def test_a_value_of_an_enum_has_its_own_case(account):
    body = account(kind="storagev2", sku={"name": "standard_lrs"})
    assert (body["kind"], body["sku"]["name"]) == ("StorageV2", "Standard_LRS")


def test_it_shows_what_is_held_now_not_what_was_asked(engine, account):
    account()
    held = next(each for each in engine.store.resources() if each.name == "stdata")
    outputs = edited(held.outputs, [], ["tags.owner"])
    outputs["allowBlobPublicAccess"] = True
    with engine.store.transaction() as state:
        state.put(StoredResource(**{**vars(held), "outputs": outputs}))
    body = exported(engine, "Microsoft.Storage/storageAccounts")
    assert body["tags"] == {}
    assert body["properties"]["allowBlobPublicAccess"] is True


def test_resources_say_where_they_belong_when_there_is_more_than_one_place(engine, account):
    assert "comments" not in account()
    engine.group("other", "uksouth")
    assert exported(engine, "Microsoft.Storage/storageAccounts")["comments"] == "In resource group rg."


def test_data_behind_a_service_is_left_out_and_said_so(engine, account):
    account()
    site, _ = engine.create("storage:StorageAccountStaticWebsite", {"resourceGroupName": "rg", "accountName": "stdata"})
    whole = template(engine.store)
    assert whole["metadata"] == {"leftOut": [site]}
    assert [each["type"] for each in whole["resources"]] == [
        "Microsoft.Resources/resourceGroups",
        "Microsoft.Storage/storageAccounts",
    ]
