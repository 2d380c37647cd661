"""Security floor: green never means open. Identity instead of keys, private instead of public."""

import re
from collections.abc import Iterator
from dataclasses import replace

from verdazure_policies.frameworks import Guide, Pattern, Recommendation
from verdazure_policies.machines import AML_NODES
from verdazure_policies.rulebook import CRITICAL, FAIL, HIGH, MEDIUM, Parameter, Params, rule
from verdazure_policies.samples import (
    AI_ACCOUNT,
    AML_CLUSTER,
    AML_WORKSPACE,
    BLOB_CONTAINER,
    CONTAINER_APP,
    DATA_FACTORY,
    KEY_VAULT,
    ONLINE_DEPLOYMENT,
    REGISTRY,
    STORAGE_ACCOUNT,
    UNKNOWN,
)
from verdazure_policies.view import Claim, Finding, Resource, State, Value, View

SAFE_TLS = ("TLS1_2", "TLS1_3")
PUBLIC = "publicNetworkAccess"
NODE_IP = "properties.properties.enableNodePublicIp"
LOCAL_AUTH = "properties.disableLocalAuth"
IDENTITY = "primaryUserAssignedIdentity"
AI_PUBLIC = "properties.publicNetworkAccess"
VARIABLES = "properties.environmentVariables"
CONTAINERS = "template.containers"
DENY = {"defaultAction": "Deny", "bypass": "AzureServices"}


@rule(
    id="SE01",
    name="storage-transport",
    title="Storage talks TLS 1.2 or newer, and nothing else",
    severity=CRITICAL,
    guide=Guide.MODEL_REUSABILITY,
    why="Training data and models on the wire are worth as much as at rest.",
    types=["storage:StorageAccount"],
    related=(
        "Checkov CKV_AZURE_3",
        "Checkov CKV_AZURE_44",
        "PSRule Azure.Storage.SecureTransfer",
        "PSRule Azure.Storage.MinTLS",
        "Azure Policy 404c3081",
        "Azure Policy fe83a0eb",
    ),
    passes=[STORAGE_ACCOUNT, STORAGE_ACCOUNT.having("minimumTlsVersion", "TLS1_3").without("enableHttpsTrafficOnly")],
    fails=[
        STORAGE_ACCOUNT.having("enableHttpsTrafficOnly", False),
        STORAGE_ACCOUNT.having("minimumTlsVersion", "TLS1_0"),
        STORAGE_ACCOUNT.without("minimumTlsVersion"),
    ],
    unknown=[STORAGE_ACCOUNT.having("minimumTlsVersion", UNKNOWN)],
)
def storage_transport(account: Resource, params: Params) -> Iterator[Finding]:
    https = account["enableHttpsTrafficOnly"].defaulting_to(True)  # Storage REST API: true since version 2019-04-01
    yield from https.equals(True).otherwise("set enableHttpsTrafficOnly to true", to=True)
    tls = account["minimumTlsVersion"].one_of(SAFE_TLS)
    yield from tls.otherwise("set minimumTlsVersion to TLS1_2", to="TLS1_2")


@rule(
    id="SE02",
    name="storage-no-public-blob",
    title="No blob is open to everybody",
    severity=CRITICAL,
    guide=Guide.MODEL_REUSABILITY,
    why="One public container gives away the training data of a whole workload.",
    types=["storage:StorageAccount", "storage:BlobContainer"],
    when_unknown=FAIL,
    related=(
        "Checkov CKV_AZURE_34",
        "Checkov CKV_AZURE_59 (passes with allowBlobPublicAccess: true)",
        "PSRule Azure.Storage.BlobPublicAccess",
        "Azure Policy 4fa4b6c0",
    ),
    passes=[STORAGE_ACCOUNT, BLOB_CONTAINER, BLOB_CONTAINER.without("publicAccess")],
    fails=[
        STORAGE_ACCOUNT.having("allowBlobPublicAccess", True),
        STORAGE_ACCOUNT.without("allowBlobPublicAccess"),
        BLOB_CONTAINER.having("publicAccess", "Blob"),
    ],
    unknown=[STORAGE_ACCOUNT.having("allowBlobPublicAccess", UNKNOWN), BLOB_CONTAINER.having("publicAccess", UNKNOWN)],
)
def storage_no_public_blob(resource: Resource, params: Params) -> Iterator[Finding]:
    if resource.type == "storage:BlobContainer":
        closed = resource["publicAccess"].defaulting_to("None").equals("None")
        yield from closed.otherwise("set publicAccess to None", to="None")
    else:
        closed = resource["allowBlobPublicAccess"].equals(False)
        yield from closed.otherwise("set allowBlobPublicAccess to false", to=False)


@rule(
    id="SE03",
    name="storage-no-keys",
    title="Storage takes identities, not keys",
    severity=HIGH,
    guide=Guide.MODEL_REUSABILITY,
    why="An account key opens everything, names nobody and is never given back.",
    types=["storage:StorageAccount"],
    related=(
        "PSRule Azure.Storage.LocalAuth",
        "Azure Policy 8c6a50c6",
    ),
    passes=[STORAGE_ACCOUNT],
    fails=[STORAGE_ACCOUNT.having("allowSharedKeyAccess", True), STORAGE_ACCOUNT.without("allowSharedKeyAccess")],
    unknown=[STORAGE_ACCOUNT.having("allowSharedKeyAccess", UNKNOWN)],
)
def storage_no_keys(account: Resource, params: Params) -> Iterator[Finding]:
    yield from account["allowSharedKeyAccess"].equals(False).otherwise("set allowSharedKeyAccess to false")


@rule(
    id="SE04",
    name="storage-network",
    title="Storage is closed to the internet",
    severity=HIGH,
    guide=Guide.MODEL_REUSABILITY,
    gsf=(Pattern.CLOUD_NATIVE_NETWORK_SECURITY,),
    waf=(Recommendation.NETWORK_CONTROLS,),
    why="Data that only its own network reaches is neither leaked nor scraped.",
    types=["storage:StorageAccount"],
    when_unknown=FAIL,
    related=(
        "Checkov CKV_AZURE_35",
        "Checkov CKV_AZURE_36",
        "Azure Policy 34c877ad",
        "Azure Policy b2982f36",
    ),
    passes=[STORAGE_ACCOUNT, STORAGE_ACCOUNT.having(PUBLIC, UNKNOWN).having("networkRuleSet", DENY)],
    fails=[
        STORAGE_ACCOUNT.without(PUBLIC),
        STORAGE_ACCOUNT.having(PUBLIC, "Enabled").having("networkRuleSet", {"defaultAction": "Allow"}),
    ],
    unknown=[STORAGE_ACCOUNT.having(PUBLIC, UNKNOWN)],
)
def storage_network(account: Resource, params: Params) -> Iterator[Finding]:
    closed = _closed(account, "networkRuleSet")
    yield from closed.otherwise("set publicNetworkAccess to Disabled, or networkRuleSet.defaultAction to Deny")


@rule(
    id="SE05",
    name="ml-no-public-access",
    title="A workspace is closed to the internet",
    severity=HIGH,
    guide=Guide.MODEL_REUSABILITY,
    gsf=(Pattern.CLOUD_NATIVE_NETWORK_SECURITY,),
    waf=(Recommendation.NETWORK_CONTROLS,),
    why="Azure opens a workspace to the internet unless it is told not to.",
    types=["machinelearningservices:Workspace"],
    when_unknown=FAIL,
    related=(
        "Checkov CKV_AZURE_144 (Terraform only)",
        "Checkov CKV2_AZURE_49 (passes where the property is missing)",
        "PSRule Azure.ML.PublicAccess (AZR-000406)",
        "Azure Policy 438c38d2",
    ),
    passes=[AML_WORKSPACE],
    fails=[AML_WORKSPACE.having(PUBLIC, "Enabled"), AML_WORKSPACE.without(PUBLIC)],
    unknown=[AML_WORKSPACE.having(PUBLIC, UNKNOWN)],
)
def ml_no_public_access(workspace: Resource, params: Params) -> Iterator[Finding]:
    yield from workspace[PUBLIC].equals("Disabled").otherwise("set publicNetworkAccess to Disabled")


@rule(
    id="SE06",
    name="ml-managed-network",
    title="A workspace's compute runs in a managed network",
    severity=HIGH,
    guide=Guide.MODEL_REUSABILITY,
    gsf=(Pattern.CLOUD_NATIVE_NETWORK_SECURITY,),
    waf=(Recommendation.NETWORK_CONTROLS,),
    why="Training code that reaches the whole internet can send the data there too.",
    types=["machinelearningservices:Workspace"],
    related=(
        "Checkov CKV_AZURE_243",
        "Azure Policy 6ddb1705",
    ),
    passes=[AML_WORKSPACE, AML_WORKSPACE.having("kind", "Project").without("managedNetwork")],
    fails=[AML_WORKSPACE.without("managedNetwork"), AML_WORKSPACE.having("managedNetwork.isolationMode", "Disabled")],
    unknown=[AML_WORKSPACE.having("managedNetwork.isolationMode", UNKNOWN)],
)
def ml_managed_network(workspace: Resource, params: Params) -> Iterator[Finding]:
    isolated = workspace["managedNetwork.isolationMode"].one_of(("AllowInternetOutbound", "AllowOnlyApprovedOutbound"))
    inherits = workspace["kind"].equals("Project")  # a project runs in its hub's network
    yield from isolated.unless(inherits).otherwise(
        "set managedNetwork.isolationMode to AllowInternetOutbound or stricter"
    )


@rule(
    id="SE07",
    name="ml-user-identity",
    title="A workspace has an identity of its own choosing",
    severity=MEDIUM,
    guide=Guide.MODEL_REUSABILITY,
    why="A user-assigned identity outlives the workspace, so its grants are written once and stay small.",
    types=["machinelearningservices:Workspace"],
    related=(
        "PSRule AZR-000407",
        "Azure Policy 5f0c7d88",
    ),
    passes=[AML_WORKSPACE, AML_WORKSPACE.having("identity.type", "SystemAssigned,UserAssigned")],
    fails=[
        AML_WORKSPACE.having("identity.type", "SystemAssigned"),
        AML_WORKSPACE.without(IDENTITY),
        AML_WORKSPACE.without("identity"),
    ],
    unknown=[AML_WORKSPACE.having("identity", UNKNOWN)],
)
def ml_user_identity(workspace: Resource, params: Params) -> Iterator[Finding]:
    assigned = workspace["identity.type"].satisfies(lambda kind: "userassigned" in str(kind).lower(), "UserAssigned")
    yield from assigned.otherwise("give the workspace a user-assigned identity")
    yield from workspace[IDENTITY].is_set().otherwise("set primaryUserAssignedIdentity to that identity's id")


@rule(
    id="SE08",
    name="ml-nodes-closed",
    title="Nodes have no public address and no local accounts",
    severity=HIGH,
    guide=Guide.MODEL_REUSABILITY,
    why="A public address or a local account is a way in to costly hardware that few people watch.",
    types=[AML_NODES],
    when_unknown=FAIL,
    related=(
        "Checkov CKV_AZURE_142 (Terraform only)",
        "PSRule AZR-000404",
        "PSRule AZR-000405",
        "Azure Policy e96a9a5f",
        "Azure Policy 7804b5c7",
    ),
    passes=[AML_CLUSTER],
    fails=[
        AML_CLUSTER.having(LOCAL_AUTH, False),
        AML_CLUSTER.without(LOCAL_AUTH),
        AML_CLUSTER.having(NODE_IP, True),
        AML_CLUSTER.without(NODE_IP),
        AML_CLUSTER.having("properties.computeType", "ComputeInstance").having(NODE_IP, True),
    ],
    unknown=[AML_CLUSTER.having(NODE_IP, UNKNOWN)],
)
def ml_nodes_closed(compute: Resource, params: Params) -> Iterator[Finding]:
    yield from compute[LOCAL_AUTH].equals(True).otherwise("set disableLocalAuth to true", to=True)
    yield from compute[NODE_IP].equals(False).otherwise("set enableNodePublicIp to false")


@rule(
    id="SE10",
    name="key-vault-closed",
    title="A vault is closed, governed by roles and safe from purging",
    severity=HIGH,
    guide=Guide.MODEL_REUSABILITY,
    why="Whoever opens or purges the vault has the secrets of everything beside it.",
    types=["keyvault:Vault"],
    when_unknown=FAIL,
    related=(
        "Checkov CKV_AZURE_42",
        "Checkov CKV_AZURE_109",
        "Checkov CKV_AZURE_110",
        "Checkov CKV_AZURE_111",
        "Checkov CKV_AZURE_189",
        "Azure Policy 0b60c0b2",
        "Azure Policy 12d4fa5e",
        "Azure Policy 405c5871",
    ),
    passes=[
        KEY_VAULT,
        KEY_VAULT.having("properties.publicNetworkAccess", "Enabled").having("properties.networkAcls", DENY),
    ],
    fails=[
        KEY_VAULT.without("properties.enableRbacAuthorization"),
        KEY_VAULT.without("properties.enablePurgeProtection"),
        KEY_VAULT.without("properties.publicNetworkAccess"),
    ],
    unknown=[KEY_VAULT.having("properties.publicNetworkAccess", UNKNOWN), KEY_VAULT.having("properties", UNKNOWN)],
)
def key_vault_closed(vault: Resource, params: Params) -> Iterator[Finding]:
    for flag in ("enableRbacAuthorization", "enablePurgeProtection"):
        yield from vault[f"properties.{flag}"].equals(True).otherwise(f"set properties.{flag} to true")
    closed = _closed(vault, "networkAcls", base="properties.")
    yield from closed.otherwise(
        "set properties.publicNetworkAccess to Disabled, or properties.networkAcls.defaultAction to Deny"
    )


@rule(
    id="SE11",
    name="registry-no-anonymous",
    title="A registry knows who pulls and pushes",
    severity=HIGH,
    guide=Guide.MODEL_REUSABILITY,
    why="An admin account is a shared password to every image that runs.",
    types=["containerregistry:Registry"],
    related=(
        "Checkov CKV_AZURE_137",
        "Checkov CKV_AZURE_138",
        "Azure Policy dc921057",
        "Azure Policy 9f2dea28",
    ),
    passes=[REGISTRY, REGISTRY.without("adminUserEnabled").without("anonymousPullEnabled")],
    fails=[REGISTRY.having("adminUserEnabled", True), REGISTRY.having("anonymousPullEnabled", True)],
    unknown=[REGISTRY.having("adminUserEnabled", UNKNOWN)],
)
def registry_no_anonymous(registry: Resource, params: Params) -> Iterator[Finding]:
    for flag in ("adminUserEnabled", "anonymousPullEnabled"):
        yield from registry[flag].is_not(True).otherwise(f"set {flag} to false")


@rule(
    id="SE09",
    name="ai-services-identity",
    title="AI services take identities, from inside the network",
    severity=HIGH,
    guide=Guide.MODEL_REUSABILITY,
    why="A key to a hosted model is a bill that anybody can run up, and prompts that anybody can send.",
    types=["cognitiveservices:Account"],
    when_unknown=FAIL,
    related=(
        "Checkov CKV_AZURE_134",
        "Checkov CKV_AZURE_236",
        "Checkov CKV_AZURE_238",
        "Azure Policy 71ef260a",
        "Azure Policy 037eea7a",
    ),
    passes=[
        AI_ACCOUNT,
        AI_ACCOUNT.without(AI_PUBLIC).having("properties.networkAcls", {"defaultAction": "Deny"}),
        AI_ACCOUNT.having("identity.type", "UserAssigned"),
    ],
    fails=[
        AI_ACCOUNT.without(LOCAL_AUTH),
        AI_ACCOUNT.having(LOCAL_AUTH, False),
        AI_ACCOUNT.without(AI_PUBLIC),
        AI_ACCOUNT.having(AI_PUBLIC, "Enabled"),
        AI_ACCOUNT.without("identity"),
        AI_ACCOUNT.having("identity.type", "None"),
    ],
    unknown=[AI_ACCOUNT.having(LOCAL_AUTH, UNKNOWN), AI_ACCOUNT.having(AI_PUBLIC, UNKNOWN)],
)
def ai_services_identity(account: Resource, params: Params) -> Iterator[Finding]:
    yield from account[LOCAL_AUTH].equals(True).otherwise("set disableLocalAuth to true")
    yield from _closed(account, "networkAcls", base="properties.").otherwise("set publicNetworkAccess to Disabled")
    owned = account["identity.type"].one_of(("SystemAssigned", "UserAssigned", "SystemAssigned, UserAssigned"))
    yield from owned.otherwise("give it an identity")


@rule(
    id="SE12",
    name="no-plain-secrets",
    title="No secret stands in an environment variable",
    severity=CRITICAL,
    guide=Guide.MODEL_REUSABILITY,
    why="Whoever may read a deployment reads its variables; a reference to a vault gives away nothing.",
    types=["machinelearningservices:OnlineDeployment", "machinelearningservices:BatchDeployment", "app:ContainerApp"],
    params={
        "names": Parameter(
            ("key", "secret", "token", "password", "pwd", "connectionstring", "sas"),
            "Ends of names, in any case and without underscores, that tell of a secret",
        )
    },
    passes=[
        ONLINE_DEPLOYMENT,
        ONLINE_DEPLOYMENT.having(VARIABLES, {"MODEL_NAME": "minilm", "MAX_TOKENS": "512"}),
        ONLINE_DEPLOYMENT.having(VARIABLES, {"OPENAI_API_KEY": "${{azureml://connections/ai/credentials/key}}"}),
        CONTAINER_APP.having(CONTAINERS, [{"env": [{"name": "API_KEY", "secretRef": "api-key"}]}]),
    ],
    fails=[
        ONLINE_DEPLOYMENT.having(VARIABLES, {"OPENAI_API_KEY": "sk-1234"}),
        ONLINE_DEPLOYMENT.having(VARIABLES, {"connection_string": "AccountKey=1234"}),
        CONTAINER_APP.having(CONTAINERS, [{"env": [{"name": "API_KEY", "value": "sk-1234"}]}]),
    ],
    unknown=[
        ONLINE_DEPLOYMENT.having(VARIABLES, UNKNOWN),
        ONLINE_DEPLOYMENT.having(VARIABLES, {"OPENAI_API_KEY": UNKNOWN}),
        CONTAINER_APP.having(CONTAINERS, [{"env": [{"name": "API_KEY", "value": UNKNOWN}]}]),
        CONTAINER_APP.having(CONTAINERS, [{"env": UNKNOWN}]),
        CONTAINER_APP.having(CONTAINERS, UNKNOWN),
    ],
)
def no_plain_secrets(resource: Resource, params: Params) -> Iterator[Finding]:
    for name, value in _variables(resource):
        if re.sub(r"[^a-z]", "", name.lower()).endswith(params.names):
            referred = value.satisfies(_refers_to_a_vault, "a reference to a vault")
            shown = replace(referred, found="a plain text") if value.state is State.KNOWN else referred
            yield from shown.otherwise("refer to a Key Vault's secret or a connection, or let its identity log in")


@rule(
    id="SE13",
    name="data-factory-network",
    title="A data factory is closed to the internet",
    severity=MEDIUM,
    guide=Guide.MODEL_REUSABILITY,
    gsf=(Pattern.CLOUD_NATIVE_NETWORK_SECURITY,),
    waf=(Recommendation.NETWORK_CONTROLS,),
    why="Whoever reaches a factory from outside can have it read what only it may read.",
    types=["datafactory:Factory"],
    related=("Checkov CKV_AZURE_104", "Azure Policy 1cf164be"),
    passes=[DATA_FACTORY],
    fails=[DATA_FACTORY.having(PUBLIC, "Enabled"), DATA_FACTORY.without(PUBLIC)],
    unknown=[DATA_FACTORY.having(PUBLIC, UNKNOWN)],
)
def data_factory_network(factory: Resource, params: Params) -> Iterator[Finding]:
    yield from factory[PUBLIC].equals("Disabled").otherwise("set publicNetworkAccess to Disabled")


def _variables(resource: Resource) -> Iterator[tuple[str, Value]]:
    """Name and value of each environment variable; one that refers to a secret has no value.

    Where nobody knows the names yet, any of them may be a secret's.
    """
    if resource.type == "app:ContainerApp":
        containers = resource.each(CONTAINERS)
        lists = [resource[CONTAINERS], *(container["env"] for container in containers)]
        yield from (("secret", each) for each in lists if each.state is State.UNKNOWN)
        variables = [each for container in containers for each in container.each("env")]
        plain = (each for each in variables if each["value"].state is not State.MISSING)
        yield from ((str(each["name"].content), each["value"]) for each in plain)
    elif resource[VARIABLES].state is State.UNKNOWN:
        yield "secret", resource[VARIABLES]
    else:
        members = [each.here for each in resource.members(VARIABLES)]
        yield from ((each.path.removeprefix(f"{VARIABLES}."), each) for each in members)


def _refers_to_a_vault(value: object) -> bool:
    """Microsoft Learn, Access secrets from online deployment: a reference stands in double braces."""
    return str(value).startswith("${{")


def _closed(resource: View, rules: str, base: str = "") -> Claim:
    """Closed altogether, or open only to who is named; Azure opens both when they are not set."""
    return resource[f"{base}{PUBLIC}"].equals("Disabled") | resource[f"{base}{rules}.defaultAction"].equals("Deny")
