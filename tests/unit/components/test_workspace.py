"""MlWorkspace: what it registers, what it refuses, when it warns."""

import pytest
from verdazure import ArgumentError, MlWorkspace

from tests.unit.conftest import SITE, SUBSCRIPTION

RULE = "machinelearningservices:ManagedNetworkSettingsRule"
THEIRS = f"{SUBSCRIPTION}/resourceGroups/rg-theirs/providers"


def workspace(deploy, **args):
    return deploy(lambda: MlWorkspace("ml", {"landing": SITE, **args}) and {})


@pytest.fixture(scope="module")
def plain(deploy):
    """What a workspace without any argument of its own registers."""
    return workspace(deploy)


def test_the_workspace_is_private_and_works_by_identity(plain):
    made = plain.of("machinelearningservices:Workspace")["ml"]
    identity = f"{SUBSCRIPTION}/resourceGroups/rg-ml/providers/managedidentity:UserAssignedIdentity/ml"
    assert made["workspaceName"] == "mlw-ml-abc123"
    assert made["kind"] == "Default"
    assert made["publicNetworkAccess"] == "Disabled"
    assert made["systemDatastoresAuthMode"] == "Identity"
    assert made["managedNetwork"] == {"isolationMode": "AllowInternetOutbound"}
    assert made["identity"] == {"type": "UserAssigned", "userAssignedIdentities": [identity]}
    assert made["primaryUserAssignedIdentity"] == identity
    assert made["v1LegacyMode"] is False
    assert made["location"] == "swedencentral"


def test_everything_it_stands_on_shares_its_region(plain):
    placed = {key: made["location"] for key, made in plain.inputs.items() if "location" in made}
    assert set(placed.values()) == {"swedencentral"}
    assert len(placed) == 6


def test_the_vault_is_rbac_only_and_cannot_be_purged(plain):
    properties = plain.of("keyvault:Vault")["ml"]["properties"]
    assert properties == {
        "tenantId": "tenant",
        "sku": {"family": "A", "name": "standard"},
        "enableRbacAuthorization": True,
        "enableSoftDelete": True,
        "enablePurgeProtection": True,
        "softDeleteRetentionInDays": 7,
        "publicNetworkAccess": "Disabled",
        "networkAcls": {"bypass": "AzureServices", "defaultAction": "Deny"},
    }


def test_the_registry_is_private_and_forgets_untagged_images(plain):
    registry = plain.of("containerregistry:Registry")["ml"]
    assert registry["registryName"] == "crmlabc123"
    assert registry["sku"] == {"name": "Premium"}
    assert registry["adminUserEnabled"] is False
    assert registry["anonymousPullEnabled"] is False
    assert registry["publicNetworkAccess"] == "Disabled"
    assert registry["policies"] == {"retentionPolicy": {"days": 30, "status": "enabled"}}


def test_telemetry_is_sampled_into_the_landing_s_workspace(plain):
    insights = plain.of("applicationinsights:Component")["ml"]
    assert insights["workspaceResourceId"] == SITE["log_workspace_id"]
    assert insights["samplingPercentage"] == 50.0
    assert insights["ingestionMode"] == "LogAnalytics"
    assert insights["resourceName"] == "appi-ml-abc123"


def test_the_default_storage_is_flat_and_cools_without_deleting(plain):
    account = plain.of("storage:StorageAccount")["ml"]
    assert (account["isHnsEnabled"], account["sku"]) == (False, {"name": "Standard_LRS"})
    (rule,) = plain.of("storage:ManagementPolicy")["ml"]["policy"]["rules"]
    assert rule["definition"]["filters"] == {"blobTypes": ["blockBlob"], "prefixMatch": ["azureml"]}
    assert rule["definition"]["actions"]["baseBlob"] == {
        "tierToCool": {"daysAfterModificationGreaterThan": 30},
        "tierToCold": {"daysAfterModificationGreaterThan": 90},
    }


def test_the_identity_gets_least_roles_on_single_resources(plain):
    granted = plain.of("authorization:RoleAssignment")
    assert {name: made["roleDefinitionId"].rsplit("/", 1)[-1] for name, made in granted.items()} == {
        "ml-storage-manage": "17d1049b-9a84-46fb-8f53-869881c3d3ab",
        "ml-storage-blobs": "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
        "ml-storage-files": "69566ab7-960f-475b-8e7c-b3118f30c6bd",
        "ml-storage-connect": "b556d68e-0be0-4f35-a333-ad7ee1ce17ea",
        "ml-vault-manage": "f25e0fa2-a7c8-4377-a976-54943a77a395",
        "ml-vault-secrets": "b86a8fe4-44ce-4948-aee5-eccb2c155cd7",
        "ml-vault-connect": "b556d68e-0be0-4f35-a333-ad7ee1ce17ea",
        "ml-registry-pull": "7f951dda-4ed3-4680-a7ca-43fe172d538d",
        "ml-registry-push": "8311e382-0749-4cb8-b61a-304f252e45ec",
        "ml-registry-connect": "b556d68e-0be0-4f35-a333-ad7ee1ce17ea",
        "ml-insights-manage": "ae349356-3a1b-4a5e-921d-050484c6347e",
    }
    assert {made["principalId"] for made in granted.values()} == {"principal of ml"}
    assert {made["principalType"] for made in granted.values()} == {"ServicePrincipal"}
    assert granted["ml-vault-manage"]["scope"].endswith("keyvault:Vault/ml")
    assert granted["ml-vault-manage"]["roleDefinitionId"].startswith(f"{SUBSCRIPTION}/providers/")


def test_diagnostics_of_workspace_and_vault_go_to_the_landing(plain):
    settings = plain.of("monitor:DiagnosticSetting")
    assert set(settings) == {"ml-diagnostics", "ml-vault-diagnostics"}
    assert settings["ml-diagnostics"]["workspaceId"] == SITE["log_workspace_id"]
    assert settings["ml-diagnostics"]["logs"] == [{"categoryGroup": "allLogs", "enabled": True}]
    assert settings["ml-diagnostics"]["metrics"] == [{"category": "AllMetrics", "enabled": True}]


def test_what_is_adopted_is_neither_created_nor_granted_on(deploy):
    adopted = {
        "storage_account_id": f"{THEIRS}/Microsoft.Storage/storageAccounts/sttheirs",
        "key_vault_id": f"{THEIRS}/Microsoft.KeyVault/vaults/kv-theirs",
        "container_registry_id": f"{THEIRS}/Microsoft.ContainerRegistry/registries/crtheirs",
        "application_insights_id": f"{THEIRS}/Microsoft.Insights/components/appi-theirs",
        "identity_id": f"{THEIRS}/Microsoft.ManagedIdentity/userAssignedIdentities/id-theirs",
    }
    done = workspace(deploy, **adopted)
    assert {kind for kind, _ in done.inputs} == {
        "verdazure:index:MlWorkspace",
        "machinelearningservices:Workspace",
        "monitor:DiagnosticSetting",
    }
    made = done.of("machinelearningservices:Workspace")["ml"]
    assert made["storageAccount"] == adopted["storage_account_id"]
    assert made["keyVault"] == adopted["key_vault_id"]
    assert made["primaryUserAssignedIdentity"] == adopted["identity_id"]


def test_a_private_endpoint_brings_its_dns_zones(deploy):
    endpoint = {"subnet_id": "/subscriptions/s/subnet", "private_dns_zone_ids": ["/zone/api", "/zone/notebooks"]}
    done = workspace(deploy, private_endpoints={"hub": endpoint})
    made = done.of("network:PrivateEndpoint")["ml-endpoint-hub"]
    assert made["privateEndpointName"] == "pep-ml-hub-abc123"
    assert made["subnet"] == {"id": "/subscriptions/s/subnet"}
    assert made["privateLinkServiceConnections"][0]["groupIds"] == ["amlworkspace"]
    zones = done.of("network:PrivateDnsZoneGroup")["ml-endpoint-hub-dns"]["privateDnsZoneConfigs"]
    assert [zone["privateDnsZoneId"] for zone in zones] == ["/zone/api", "/zone/notebooks"]


@pytest.mark.parametrize(
    ("args", "warning"),
    [
        (
            {"managed_network": "Disabled"},
            "managed_network is Disabled: compute reaches the workspace from anywhere. "
            "This weakens a sustainable default; rule SE06 guards it.",
        ),
        (
            {"telemetry_sampling_percent": 100},
            "100 % of telemetry is kept; the limit is 50. This weakens a sustainable default; rule MO05 guards it.",
        ),
    ],
)
def test_weakening_a_default_warns_and_names_the_rule(deploy, args, warning):
    assert workspace(deploy, **args).warnings == [warning]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (
            {"landing": {key: value for key, value in SITE.items() if key != "log_workspace_id"}},
            "landing.log_workspace_id is missing. Allowed: the log workspace that telemetry goes to. Fix: pass "
            "landing.ref, or adopt a component with application_insights_id.",
        ),
        (
            {"role_assignments": {"us": {"principal_id": "p", "principal_type": "Group", "role": "Owner of it"}}},
            "role_assignments.us.role is 'Owner of it'. Allowed: a role definition's GUID or id, or one of AcrPull, ",
        ),
        (
            {"application_insights_id": "/x", "telemetry_sampling_percent": 10},
            "telemetry_sampling_percent is 10.0. Allowed: nothing when application_insights_id adopts a component. "
            "Fix: remove it.",
        ),
        ({"landing": {**SITE, "location": "mars"}}, "landing.location is 'mars'. Allowed: the name of an Azure region"),
    ],
)
def test_bad_input_is_refused_before_anything_is_registered(deploy, args, message):
    refusals = []

    def program():
        with pytest.raises(ArgumentError) as refused:
            MlWorkspace("ml", {"landing": SITE, **args})
        refusals.append(str(refused.value))

    assert deploy(program).inputs == {}
    assert refusals[0].startswith(f"MlWorkspace 'ml': {message}")


def test_a_name_too_long_for_a_vault_is_fine_when_the_vault_is_adopted(deploy):
    name = "computer-vision-ml"

    def program():
        with pytest.raises(ArgumentError, match="at most 14 characters, or the key vault's name would be too long"):
            MlWorkspace(name, {"landing": SITE})
        MlWorkspace(name, {"landing": SITE, "key_vault_id": f"{THEIRS}/v", "storage_account_id": f"{THEIRS}/s"})

    assert deploy(program).of("machinelearningservices:Workspace")[name]["workspaceName"] == f"mlw-{name}-abc123"


# What it may reach, what it knows of


def test_outbound_rules_are_what_azure_calls_them(deploy):
    rules = {
        "lake": {"resource_id": f"{THEIRS}/Microsoft.Storage/storageAccounts/stlake", "subresource": "dfs"},
        "monitor": {"service_tag": "AzureMonitor"},
        "packages": {"fqdn": "packages.example.com"},
    }
    done = workspace(deploy, outbound_rules=rules)
    made = {inputs["ruleName"]: inputs["properties"] for inputs in done.of(RULE).values()}
    assert set(done.of(RULE)) == {f"ml-outbound-{key}" for key in rules}
    assert made == {
        "lake": {
            "type": "PrivateEndpoint",
            "category": "UserDefined",
            "destination": {
                "serviceResourceId": rules["lake"]["resource_id"],
                "subresourceTarget": "dfs",
                "sparkEnabled": False,
            },
        },
        "monitor": {
            "type": "ServiceTag",
            "category": "UserDefined",
            "destination": {"action": "Allow", "serviceTag": "AzureMonitor", "protocol": "TCP", "portRanges": "443"},
        },
        "packages": {"type": "FQDN", "category": "UserDefined", "destination": "packages.example.com"},
    }
    assert done.warnings == [
        "Rules by domain name start a firewall that runs and is paid by the hour; service tags need none."
    ]
    assert workspace(deploy, outbound_rules={"monitor": rules["monitor"]}).warnings == []


def test_data_stores_keep_no_key_and_the_identity_may_do_what_was_asked(deploy):
    account = f"{THEIRS}/Microsoft.Storage/storageAccounts/stlake"
    stores = {
        "raw": {"account_id": account, "container": "raw", "lake": True},
        "out": {"account_id": account, "container": "out", "writable": True},
    }
    done = workspace(deploy, datastores=stores)
    raw, out = (done.of("machinelearningservices:Datastore")[f"ml-datastore-{key}"] for key in ("raw", "out"))
    assert raw["properties"] == {
        "datastoreType": "AzureDataLakeGen2",
        "accountName": "stlake",
        "filesystem": "raw",
        "resourceGroup": "rg-theirs",
        "subscriptionId": SUBSCRIPTION.rsplit("/", 1)[-1],
        "credentials": {"credentialsType": "None"},
        "serviceDataAccessAuthIdentity": "WorkspaceUserAssignedIdentity",
    }
    assert (out["properties"]["datastoreType"], out["properties"]["containerName"]) == ("AzureBlob", "out")
    granted = {
        name: (inputs["scope"].removeprefix(account), inputs["roleDefinitionId"].rsplit("/", 1)[-1])
        for name, inputs in done.of("authorization:RoleAssignment").items()
        if "datastore" in name
    }
    assert granted == {
        "ml-datastore-raw": ("/blobServices/default/containers/raw", "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"),
        "ml-datastore-out": ("/blobServices/default/containers/out", "ba92f5b4-2d11-453d-a403-e96b0029c9fe"),
    }
    adopted = workspace(deploy, datastores=stores, identity_id=f"{THEIRS}/identity")
    assert not any("datastore" in name for name in adopted.of("authorization:RoleAssignment"))


def test_connections_are_by_identity(deploy):
    asked = {"search": {"category": "CognitiveSearch", "target": "https://s.search.windows.net", "resource_id": "/s"}}
    made = workspace(deploy, connections=asked).of("machinelearningservices:WorkspaceConnection")[
        "ml-connection-search"
    ]
    assert made["properties"] == {
        "authType": "AAD",
        "category": "CognitiveSearch",
        "target": "https://s.search.windows.net",
        "isSharedToAll": True,
        "metadata": {"ResourceId": "/s"},
    }


def test_a_key_of_ones_own_leaves_no_services_in_the_subscription(deploy):
    key = {"key_vault_id": f"{THEIRS}/kv", "key_identifier": "https://kv.vault.azure.net/keys/ml"}
    made = workspace(deploy, customer_managed_key=key).of("machinelearningservices:Workspace")["ml"]
    identity = f"{SUBSCRIPTION}/resourceGroups/rg-ml/providers/managedidentity:UserAssignedIdentity/ml"
    assert made["enableServiceSideCMKEncryption"] is True
    assert made["encryption"] == {
        "status": "Enabled",
        "identity": {"userAssignedIdentity": identity},
        "keyVaultProperties": {"keyIdentifier": key["key_identifier"], "keyVaultArmId": key["key_vault_id"]},
    }


def test_both_zones_are_made_for_endpoints_that_name_none(deploy):
    endpoints = {"own": {"subnet_id": "/a", "private_dns_zone_ids": ["/zone"]}, "team": {"subnet_id": "/b"}}
    done = workspace(deploy, private_endpoints=endpoints, dns_virtual_network_ids={"hub": "/hub"})
    assert {zone["privateZoneName"] for zone in done.of("privatedns:PrivateZone").values()} == {
        "privatelink.api.azureml.ms",
        "privatelink.notebooks.azure.net",
    }
    zones = {
        name: [each["privateDnsZoneId"].rsplit("/", 1)[-1] for each in group["privateDnsZoneConfigs"]]
        for name, group in done.of("network:PrivateDnsZoneGroup").items()
    }
    assert zones == {"ml-endpoint-own-dns": ["zone"], "ml-endpoint-team-dns": ["ml-api-dns", "ml-notebooks-dns"]}


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"outbound_rules": {"x": {}}}, "outbound_rules.x is missing. Allowed: resource_id, service_tag or fqdn"),
        (
            {"outbound_rules": {"x": {"fqdn": "packages.example.com", "service_tag": "A"}}},
            "outbound_rules.x is 'service_tag, fqdn'",
        ),
        ({"outbound_rules": {"x": {"resource_id": "/a"}}}, "outbound_rules.x.subresource is missing"),
        (
            {"outbound_rules": {"x": {"service_tag": "A"}}, "managed_network": "Disabled"},
            "Allowed: none without a managed network",
        ),
        ({"dns_virtual_network_ids": {"hub": "/hub"}}, "nothing without private_endpoints"),
        ({"datastores": {"Raw": {"account_id": "/a", "container": "raw"}}}, "string should match pattern '^[a-z0-9_]"),
    ],
)
def test_what_it_cannot_reach_or_know_is_refused(deploy, args, message):
    with pytest.raises(ArgumentError) as refused:
        workspace(deploy, **args)
    assert message in str(refused.value)


LAKE = f"{THEIRS}/Microsoft.Storage/storageAccounts/stlake"
FEATURES = {"account_id": LAKE, "container": "features"}


def test_a_feature_store_keeps_features_in_a_container_by_identity(deploy):
    made = workspace(deploy, feature_store={**FEATURES, "spark_runtime_version": "3.4"})
    store = made.of("machinelearningservices:Workspace")["ml"]
    container = f"{LAKE}/blobServices/default/containers/features"
    assert (store["kind"], store["featureStoreSettings"]) == (
        "FeatureStore",
        {"offlineStoreConnectionName": "offline-store", "computeRuntime": {"sparkRuntimeVersion": "3.4"}},
    )
    connection = made.of("machinelearningservices:WorkspaceConnection")["ml-features"]
    assert connection["connectionName"] == "offline-store"
    assert connection["properties"] | {"credentials": None} == {
        "authType": "ManagedIdentity",
        "category": "ADLSGen2",
        "target": container,
        "credentials": None,
    }
    granted = made.of("authorization:RoleAssignment")
    assert granted["ml-features-write"]["scope"] == container
    assert granted["ml-features-write"]["roleDefinitionId"].endswith("ba92f5b4-2d11-453d-a403-e96b0029c9fe")
    assert granted["ml-features-define"]["roleDefinitionId"].endswith("f6c7c914-8db3-469d-8ca1-694a8f32e121")


def test_a_feature_store_grants_to_its_own_identity_only():
    with pytest.raises(ArgumentError, match=r"identity_id is 'id'\. Allowed: nothing for a feature store"):
        MlWorkspace("ml", {"landing": SITE, "feature_store": FEATURES, "identity_id": "id"})


def test_a_budget_is_of_the_workspace_and_of_what_it_stands_on(deploy):
    asked = {"amount": 2000, "contact_emails": ["vision@example.com"]}
    made = workspace(deploy, monthly_budget=asked)
    budget = made.of("consumption:Budget")["ml-budget"]
    group = f"{SUBSCRIPTION}/resourceGroups/rg-ml"
    assert (budget["amount"], budget["scope"], budget["timeGrain"]) == (2000, group, "Monthly")
    assert budget["filter"]["dimensions"]["name"] == "ResourceId"
    kinds = [
        each.removeprefix(f"{group}/providers/").partition("/")[0] for each in budget["filter"]["dimensions"]["values"]
    ]
    assert kinds == [
        "machinelearningservices:Workspace",
        "storage:StorageAccount",
        "keyvault:Vault",
        "containerregistry:Registry",
    ]
    assert {each["threshold"] for each in budget["notifications"].values()} == {80, 100}
