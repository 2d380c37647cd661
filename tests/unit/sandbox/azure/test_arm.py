"""Resource ids: the shape of every type that stacks use most, and what an id says."""

import pytest
from verdazure.sandbox.azure import arm, schema
from verdazure.sandbox.azure.paths import PATHS

S = "/subscriptions/s"
G = f"{S}/resourceGroups/rg"
P = f"{G}/providers"
ACCOUNT = f"{P}/Microsoft.Storage/storageAccounts/st"
WORKSPACE = f"{P}/Microsoft.MachineLearningServices/workspaces/mlw"
VNET = f"{P}/Microsoft.Network/virtualNetworks/vnet"
ENDPOINT = f"{P}/Microsoft.Network/privateEndpoints/pep"
IN_ACCOUNT = {"resourceGroupName": "rg", "accountName": "st"}
IN_WORKSPACE = {"resourceGroupName": "rg", "workspaceName": "mlw"}

# token, path parameters, id, ARM type, what holds it
IDS = [
    ("resources:ResourceGroup", {}, G, "Microsoft.Resources/resourceGroups", S),
    (
        "managedidentity:UserAssignedIdentity",
        {"resourceName": "id"},
        f"{P}/Microsoft.ManagedIdentity/userAssignedIdentities/id",
        "Microsoft.ManagedIdentity/userAssignedIdentities",
        G,
    ),
    (
        "operationalinsights:Workspace",
        {"workspaceName": "log"},
        f"{P}/Microsoft.OperationalInsights/workspaces/log",
        "Microsoft.OperationalInsights/workspaces",
        G,
    ),
    (
        "consumption:Budget",
        {"scope": G, "budgetName": "b"},
        f"{G}/providers/Microsoft.Consumption/budgets/b",
        "Microsoft.Consumption/budgets",
        G,
    ),
    (
        "consumption:Budget",
        {"scope": S, "budgetName": "b"},
        f"{S}/providers/Microsoft.Consumption/budgets/b",
        "Microsoft.Consumption/budgets",
        S,
    ),
    (
        "authorization:RoleAssignment",
        {"scope": ACCOUNT, "roleAssignmentName": "guid"},
        f"{ACCOUNT}/providers/Microsoft.Authorization/roleAssignments/guid",
        "Microsoft.Authorization/roleAssignments",
        ACCOUNT,
    ),
    (
        "authorization:ManagementLockByScope",
        {"scope": G, "lockName": "l"},
        f"{G}/providers/Microsoft.Authorization/locks/l",
        "Microsoft.Authorization/locks",
        G,
    ),
    (
        "authorization:ManagementLockAtResourceLevel",
        {
            "resourceProviderNamespace": "Microsoft.Storage",
            "parentResourcePath": "",
            "resourceType": "storageAccounts",
            "resourceName": "st",
            "lockName": "l",
        },
        f"{ACCOUNT}/providers/Microsoft.Authorization/locks/l",
        "Microsoft.Authorization/locks",
        ACCOUNT,
    ),
    ("storage:StorageAccount", IN_ACCOUNT, ACCOUNT, "Microsoft.Storage/storageAccounts", G),
    (
        "storage:BlobServiceProperties",
        {**IN_ACCOUNT, "blobServicesName": "default"},
        f"{ACCOUNT}/blobServices/default",
        "Microsoft.Storage/storageAccounts/blobServices",
        ACCOUNT,
    ),
    (
        "storage:ManagementPolicy",
        {**IN_ACCOUNT, "managementPolicyName": "default"},
        f"{ACCOUNT}/managementPolicies/default",
        "Microsoft.Storage/storageAccounts/managementPolicies",
        ACCOUNT,
    ),
    (
        "storage:BlobContainer",
        {**IN_ACCOUNT, "containerName": "raw"},
        f"{ACCOUNT}/blobServices/default/containers/raw",
        "Microsoft.Storage/storageAccounts/blobServices/containers",
        f"{ACCOUNT}/blobServices/default",
    ),
    ("keyvault:Vault", {"vaultName": "kv"}, f"{P}/Microsoft.KeyVault/vaults/kv", "Microsoft.KeyVault/vaults", G),
    (
        "containerregistry:Registry",
        {"registryName": "cr"},
        f"{P}/Microsoft.ContainerRegistry/registries/cr",
        "Microsoft.ContainerRegistry/registries",
        G,
    ),
    (
        "applicationinsights:Component",
        {"resourceName": "appi"},
        f"{P}/Microsoft.Insights/components/appi",
        "Microsoft.Insights/components",
        G,
    ),
    ("machinelearningservices:Workspace", IN_WORKSPACE, WORKSPACE, "Microsoft.MachineLearningServices/workspaces", G),
    (
        "machinelearningservices:Compute",
        {**IN_WORKSPACE, "computeName": "gpu"},
        f"{WORKSPACE}/computes/gpu",
        "Microsoft.MachineLearningServices/workspaces/computes",
        WORKSPACE,
    ),
    (
        "machinelearningservices:DataContainer",
        {**IN_WORKSPACE, "name": "leaves"},
        f"{WORKSPACE}/data/leaves",
        "Microsoft.MachineLearningServices/workspaces/data",
        WORKSPACE,
    ),
    (
        "machinelearningservices:DataVersion",
        {**IN_WORKSPACE, "name": "leaves", "version": "2026-11"},
        f"{WORKSPACE}/data/leaves/versions/2026-11",
        "Microsoft.MachineLearningServices/workspaces/data/versions",
        f"{WORKSPACE}/data/leaves",
    ),
    (
        "machinelearningservices:Datastore",
        {**IN_WORKSPACE, "name": "raw"},
        f"{WORKSPACE}/datastores/raw",
        "Microsoft.MachineLearningServices/workspaces/datastores",
        WORKSPACE,
    ),
    (
        "machinelearningservices:ModelContainer",
        {**IN_WORKSPACE, "name": "minilm"},
        f"{WORKSPACE}/models/minilm",
        "Microsoft.MachineLearningServices/workspaces/models",
        WORKSPACE,
    ),
    (
        "machinelearningservices:ModelVersion",
        {**IN_WORKSPACE, "name": "minilm", "version": "1"},
        f"{WORKSPACE}/models/minilm/versions/1",
        "Microsoft.MachineLearningServices/workspaces/models/versions",
        f"{WORKSPACE}/models/minilm",
    ),
    (
        "monitor:DiagnosticSetting",
        {"resourceUri": WORKSPACE, "name": "d"},
        f"{WORKSPACE}/providers/Microsoft.Insights/diagnosticSettings/d",
        "Microsoft.Insights/diagnosticSettings",
        WORKSPACE,
    ),
    ("network:PrivateEndpoint", {"privateEndpointName": "pep"}, ENDPOINT, "Microsoft.Network/privateEndpoints", G),
    (
        "network:PrivateDnsZoneGroup",
        {"privateEndpointName": "pep", "privateDnsZoneGroupName": "default"},
        f"{ENDPOINT}/privateDnsZoneGroups/default",
        "Microsoft.Network/privateEndpoints/privateDnsZoneGroups",
        ENDPOINT,
    ),
    ("network:VirtualNetwork", {"virtualNetworkName": "vnet"}, VNET, "Microsoft.Network/virtualNetworks", G),
    (
        "network:Subnet",
        {"virtualNetworkName": "vnet", "subnetName": "a"},
        f"{VNET}/subnets/a",
        "Microsoft.Network/virtualNetworks/subnets",
        VNET,
    ),
    (
        "privatedns:PrivateZone",
        {"privateZoneName": "a.b"},
        f"{P}/Microsoft.Network/privateDnsZones/a.b",
        "Microsoft.Network/privateDnsZones",
        G,
    ),
    (
        "storage:StorageAccountStaticWebsite",
        IN_ACCOUNT,
        f"{ACCOUNT}/staticWebsite",
        "Microsoft.Storage/storageAccounts/staticWebsite",
        ACCOUNT,
    ),
    (
        "keyvault:AccessPolicy",
        {"vaultName": "kv", "policy": {"objectId": "one"}},
        f"{P}/Microsoft.KeyVault/vaults/kv/accessPolicy/one",
        "Microsoft.KeyVault/vaults/accessPolicy",
        f"{P}/Microsoft.KeyVault/vaults/kv",
    ),
    (
        "web:WebAppApplicationSettings",
        {"name": "app"},
        f"{P}/Microsoft.Web/sites/app/config/appsettings",
        "Microsoft.Web/sites/config",
        f"{P}/Microsoft.Web/sites/app",
    ),
    (
        "web:WebAppConnectionStrings",
        {"name": "app"},
        f"{P}/Microsoft.Web/sites/app/config/connectionstrings",
        "Microsoft.Web/sites/config",
        f"{P}/Microsoft.Web/sites/app",
    ),
    (
        "dns:RecordSet",
        {"zoneName": "a.b", "recordType": "CNAME", "relativeRecordSetName": "www"},
        f"{P}/Microsoft.Network/dnsZones/a.b/CNAME/www",
        "Microsoft.Network/dnsZones/CNAME",
        f"{P}/Microsoft.Network/dnsZones/a.b",
    ),
    (
        "cdn:Route",
        {"profileName": "cdn", "endpointName": "e", "routeName": "r"},
        f"{P}/Microsoft.Cdn/profiles/cdn/afdEndpoints/e/routes/r",
        "Microsoft.Cdn/profiles/afdEndpoints/routes",
        f"{P}/Microsoft.Cdn/profiles/cdn/afdEndpoints/e",
    ),
]


@pytest.mark.parametrize(("token", "inputs", "resource_id", "arm_type", "holder"), IDS)
def test_ids_have_azures_shape(token, inputs, resource_id, arm_type, holder):
    path = arm.path(schema.resource(f"azure-native:{token}"))
    assert path.exact
    assert path.resource_id("s", {"resourceGroupName": "rg", **inputs}) == resource_id
    assert arm.arm_type(resource_id) == arm_type
    assert arm.parent_id(resource_id) == holder
    assert arm.name(resource_id) == resource_id.rpartition("/")[2]


@pytest.mark.parametrize("token", sorted(PATHS))
def test_a_path_has_the_parameters_that_the_sdk_takes(token):
    kind = schema.resource(f"azure-native:{token}")
    parameters = {parameter.partition(".")[0] for parameter in arm.path(kind).parameters}
    assert parameters <= set(kind.inputs)
    query = {"expand", "apiVersion", "format"}  # of the reading request, not of the path
    assert not kind.path_parameters or parameters == kind.path_parameters - query


@pytest.mark.parametrize(
    ("token", "resource_id", "parameters"),
    [
        (
            "storage:BlobContainer",
            f"{ACCOUNT}/blobServices/default/containers/raw",
            {**IN_ACCOUNT, "containerName": "raw"},
        ),
        (
            "authorization:RoleAssignment",
            f"{ACCOUNT}/providers/Microsoft.Authorization/roleAssignments/g",
            {"scope": ACCOUNT, "roleAssignmentName": "g"},
        ),
        ("storage:StorageAccount", WORKSPACE, {}),
        (
            "keyvault:AccessPolicy",
            f"{P}/Microsoft.KeyVault/vaults/kv/accessPolicy/one",
            {"resourceGroupName": "rg", "vaultName": "kv"},
        ),
    ],
)
def test_an_id_gives_back_its_parameters(token, resource_id, parameters):
    assert arm.path(schema.resource(f"azure-native:{token}")).parameters_of(resource_id) == parameters


def test_an_unmodelled_type_has_the_general_shape():
    path = arm.path(schema.resource("azure-native:automation:Runbook"))
    assert not path.exact
    assert path.resource_id("s", {"resourceGroupName": "rg", "automationAccountName": "a", "runbookName": "r"}) == (
        f"{P}/Microsoft.Automation/automationAccounts/a/runbooks/r"
    )


@pytest.mark.parametrize(
    ("token", "inputs", "resource_id"),
    [
        (
            "databox:Job",
            {"jobName": "j"},
            f"{P}/Microsoft.DataBox/jobs/j",
        ),
        # The SDK takes a `subscriptionId` of its own besides the one that every path starts with.
        (
            "migrate:WorkloadInstance",
            {"modernizeProjectName": "m", "workloadInstanceName": "w", "subscriptionId": "other"},
            f"{P}/Microsoft.Migrate/modernizeProjects/m/workloadInstances/w",
        ),
        # No getter tells the path of a type that cannot be read back.
        (
            "apimanagement:ProductApi",
            {"serviceName": "api", "productId": "p", "apiId": "a"},
            f"{P}/Microsoft.ApiManagement/products/p/services/api/productApis/a",
        ),
    ],
)
def test_an_unmodelled_type_keeps_its_ids_apart(token, inputs, resource_id):
    path = arm.path(schema.resource(f"azure-native:{token}"))
    assert path.resource_id("s", {"resourceGroupName": "rg", **inputs}) == resource_id
    assert path.parameters_of(resource_id) == {
        name: value for name, value in {"resourceGroupName": "rg", **inputs}.items() if name != "subscriptionId"
    }


@pytest.mark.parametrize(
    ("resource_id", "there"),
    [
        ("/subscriptions/any", True),
        ("/providers/Microsoft.Management/managementGroups/mg", True),
        ("", True),
        (G, False),
        (ACCOUNT, False),
    ],
)
def test_subscriptions_and_management_groups_are_always_there(resource_id, there):
    assert arm.always_there(resource_id) is there
