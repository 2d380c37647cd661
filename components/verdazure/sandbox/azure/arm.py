"""Resource ids: which path a type has, what an id says, which resource holds another.

`_PATHS` is Azure's own, per type: the paths of the REST API reference, with the parameter names of the SDK. A type that
is not in it gets the generic shape that Azure Resource Manager documents, and `path` says so.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property

from verdazure.sandbox.azure.schema import ResourceSchema

_GROUP = "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}"

# Source: Azure REST API reference, path of each type's "Create Or Update". Below a resource group unless it says otherwise.
_PATHS = {
    "app:ContainerApp": "Microsoft.App/containerApps/{containerAppName}",
    "app:ManagedEnvironment": "Microsoft.App/managedEnvironments/{environmentName}",
    "applicationinsights:Component": "Microsoft.Insights/components/{resourceName}",
    "authorization:ManagementLockAtResourceGroupLevel": "Microsoft.Authorization/locks/{lockName}",
    "authorization:ManagementLockAtResourceLevel": (
        _GROUP + "/providers/{resourceProviderNamespace}/{parentResourcePath}/{resourceType}/{resourceName}"
        "/providers/Microsoft.Authorization/locks/{lockName}"
    ),
    "authorization:ManagementLockByScope": "/{scope}/providers/Microsoft.Authorization/locks/{lockName}",
    "authorization:RoleAssignment": "/{scope}/providers/Microsoft.Authorization/roleAssignments/{roleAssignmentName}",
    "authorization:RoleDefinition": "/{scope}/providers/Microsoft.Authorization/roleDefinitions/{roleDefinitionId}",
    "compute:AvailabilitySet": "Microsoft.Compute/availabilitySets/{availabilitySetName}",
    "compute:Disk": "Microsoft.Compute/disks/{diskName}",
    "compute:VirtualMachine": "Microsoft.Compute/virtualMachines/{vmName}",
    "compute:VirtualMachineExtension": "Microsoft.Compute/virtualMachines/{vmName}/extensions/{vmExtensionName}",
    "compute:VirtualMachineScaleSet": "Microsoft.Compute/virtualMachineScaleSets/{vmScaleSetName}",
    "consumption:Budget": "/{scope}/providers/Microsoft.Consumption/budgets/{budgetName}",
    "containerregistry:Registry": "Microsoft.ContainerRegistry/registries/{registryName}",
    "containerservice:AgentPool": "Microsoft.ContainerService/managedClusters/{resourceName}/agentPools/{agentPoolName}",
    "containerservice:ManagedCluster": "Microsoft.ContainerService/managedClusters/{resourceName}",
    "cosmosdb:DatabaseAccount": "Microsoft.DocumentDB/databaseAccounts/{accountName}",
    "cosmosdb:SqlResourceSqlContainer": (
        "Microsoft.DocumentDB/databaseAccounts/{accountName}/sqlDatabases/{databaseName}/containers/{containerName}"
    ),
    "cosmosdb:SqlResourceSqlDatabase": "Microsoft.DocumentDB/databaseAccounts/{accountName}/sqlDatabases/{databaseName}",
    "insights:Component": "Microsoft.Insights/components/{resourceName}",
    "keyvault:Key": "Microsoft.KeyVault/vaults/{vaultName}/keys/{keyName}",
    "keyvault:Secret": "Microsoft.KeyVault/vaults/{vaultName}/secrets/{secretName}",
    "keyvault:Vault": "Microsoft.KeyVault/vaults/{vaultName}",
    "machinelearningservices:BatchDeployment": (
        "Microsoft.MachineLearningServices/workspaces/{workspaceName}/batchEndpoints/{endpointName}"
        "/deployments/{deploymentName}"
    ),
    "machinelearningservices:BatchEndpoint": (
        "Microsoft.MachineLearningServices/workspaces/{workspaceName}/batchEndpoints/{endpointName}"
    ),
    "machinelearningservices:Compute": (
        "Microsoft.MachineLearningServices/workspaces/{workspaceName}/computes/{computeName}"
    ),
    "machinelearningservices:Datastore": "Microsoft.MachineLearningServices/workspaces/{workspaceName}/datastores/{name}",
    "machinelearningservices:OnlineDeployment": (
        "Microsoft.MachineLearningServices/workspaces/{workspaceName}/onlineEndpoints/{endpointName}"
        "/deployments/{deploymentName}"
    ),
    "machinelearningservices:OnlineEndpoint": (
        "Microsoft.MachineLearningServices/workspaces/{workspaceName}/onlineEndpoints/{endpointName}"
    ),
    "machinelearningservices:Schedule": "Microsoft.MachineLearningServices/workspaces/{workspaceName}/schedules/{name}",
    "machinelearningservices:Workspace": "Microsoft.MachineLearningServices/workspaces/{workspaceName}",
    "machinelearningservices:WorkspaceConnection": (
        "Microsoft.MachineLearningServices/workspaces/{workspaceName}/connections/{connectionName}"
    ),
    "managedidentity:FederatedIdentityCredential": (
        "Microsoft.ManagedIdentity/userAssignedIdentities/{resourceName}"
        "/federatedIdentityCredentials/{federatedIdentityCredentialResourceName}"
    ),
    "managedidentity:UserAssignedIdentity": "Microsoft.ManagedIdentity/userAssignedIdentities/{resourceName}",
    "monitor:ActionGroup": "Microsoft.Insights/actionGroups/{actionGroupName}",
    "monitor:DiagnosticSetting": "/{resourceUri}/providers/Microsoft.Insights/diagnosticSettings/{name}",
    "monitor:MetricAlert": "Microsoft.Insights/metricAlerts/{ruleName}",
    "monitor:ScheduledQueryRule": "Microsoft.Insights/scheduledQueryRules/{ruleName}",
    "network:NetworkInterface": "Microsoft.Network/networkInterfaces/{networkInterfaceName}",
    "network:NetworkSecurityGroup": "Microsoft.Network/networkSecurityGroups/{networkSecurityGroupName}",
    "network:PrivateDnsZoneGroup": (
        "Microsoft.Network/privateEndpoints/{privateEndpointName}/privateDnsZoneGroups/{privateDnsZoneGroupName}"
    ),
    "network:PrivateEndpoint": "Microsoft.Network/privateEndpoints/{privateEndpointName}",
    "network:PublicIPAddress": "Microsoft.Network/publicIPAddresses/{publicIpAddressName}",
    "network:RouteTable": "Microsoft.Network/routeTables/{routeTableName}",
    "network:SecurityRule": (
        "Microsoft.Network/networkSecurityGroups/{networkSecurityGroupName}/securityRules/{securityRuleName}"
    ),
    "network:Subnet": "Microsoft.Network/virtualNetworks/{virtualNetworkName}/subnets/{subnetName}",
    "network:VirtualNetwork": "Microsoft.Network/virtualNetworks/{virtualNetworkName}",
    "operationalinsights:Workspace": "Microsoft.OperationalInsights/workspaces/{workspaceName}",
    "privatedns:PrivateZone": "Microsoft.Network/privateDnsZones/{privateZoneName}",
    "privatedns:VirtualNetworkLink": (
        "Microsoft.Network/privateDnsZones/{privateZoneName}/virtualNetworkLinks/{virtualNetworkLinkName}"
    ),
    "resources:Deployment": "Microsoft.Resources/deployments/{deploymentName}",
    "resources:ResourceGroup": _GROUP,
    "sql:Database": "Microsoft.Sql/servers/{serverName}/databases/{databaseName}",
    "sql:FirewallRule": "Microsoft.Sql/servers/{serverName}/firewallRules/{firewallRuleName}",
    "sql:Server": "Microsoft.Sql/servers/{serverName}",
    "storage:Blob": (
        "Microsoft.Storage/storageAccounts/{accountName}/blobServices/default/containers/{containerName}/blobs/{blobName}"
    ),
    "storage:BlobContainer": (
        "Microsoft.Storage/storageAccounts/{accountName}/blobServices/default/containers/{containerName}"
    ),
    "storage:BlobServiceProperties": "Microsoft.Storage/storageAccounts/{accountName}/blobServices/{blobServicesName}",
    "storage:FileServiceProperties": "Microsoft.Storage/storageAccounts/{accountName}/fileServices/{fileServicesName}",
    "storage:FileShare": "Microsoft.Storage/storageAccounts/{accountName}/fileServices/default/shares/{shareName}",
    "storage:ManagementPolicy": (
        "Microsoft.Storage/storageAccounts/{accountName}/managementPolicies/{managementPolicyName}"
    ),
    "storage:Queue": "Microsoft.Storage/storageAccounts/{accountName}/queueServices/default/queues/{queueName}",
    "storage:StorageAccount": "Microsoft.Storage/storageAccounts/{accountName}",
    "storage:StorageAccountStaticWebsite": "Microsoft.Storage/storageAccounts/{accountName}/staticWebsite",
    "storage:Table": "Microsoft.Storage/storageAccounts/{accountName}/tableServices/default/tables/{tableName}",
    "synapse:Workspace": "Microsoft.Synapse/workspaces/{workspaceName}",
    "web:AppServicePlan": "Microsoft.Web/serverfarms/{name}",
    "web:WebApp": "Microsoft.Web/sites/{name}",
}

# Modules whose resource provider is not `Microsoft.<Module>`, or is written in other case. Source: Azure resource
# providers by service.
_PROVIDERS = {
    "aad": "Microsoft.AAD",
    "alertsmanagement": "Microsoft.AlertsManagement",
    "apimanagement": "Microsoft.ApiManagement",
    "app": "Microsoft.App",
    "appconfiguration": "Microsoft.AppConfiguration",
    "applicationinsights": "Microsoft.Insights",
    "cognitiveservices": "Microsoft.CognitiveServices",
    "containerinstance": "Microsoft.ContainerInstance",
    "containerregistry": "Microsoft.ContainerRegistry",
    "containerservice": "Microsoft.ContainerService",
    "cosmosdb": "Microsoft.DocumentDB",
    "datafactory": "Microsoft.DataFactory",
    "dataprotection": "Microsoft.DataProtection",
    "dbformysql": "Microsoft.DBforMySQL",
    "dbforpostgresql": "Microsoft.DBforPostgreSQL",
    "deviceprovisioningservices": "Microsoft.Devices",
    "dns": "Microsoft.Network",
    "durabletask": "Microsoft.DurableTask",
    "eventgrid": "Microsoft.EventGrid",
    "eventhub": "Microsoft.EventHub",
    "frontdoor": "Microsoft.Network",
    "insights": "Microsoft.Insights",
    "iothub": "Microsoft.Devices",
    "keyvault": "Microsoft.KeyVault",
    "machinelearningservices": "Microsoft.MachineLearningServices",
    "managedidentity": "Microsoft.ManagedIdentity",
    "monitor": "Microsoft.Insights",
    "notificationhubs": "Microsoft.NotificationHubs",
    "operationalinsights": "Microsoft.OperationalInsights",
    "policyinsights": "Microsoft.PolicyInsights",
    "portal": "Microsoft.Portal",
    "privatedns": "Microsoft.Network",
    "recoveryservices": "Microsoft.RecoveryServices",
    "redis": "Microsoft.Cache",
    "redisenterprise": "Microsoft.Cache",
    "servicebus": "Microsoft.ServiceBus",
    "signalrservice": "Microsoft.SignalRService",
    "streamanalytics": "Microsoft.StreamAnalytics",
    "trafficmanager": "Microsoft.Network",
}

# Children that exist as soon as their parent does, by ARM type.
_BORN_WITH_PARENT = frozenset(
    f"microsoft.storage/storageaccounts/{service}services" for service in ("blob", "file", "queue", "table")
)

# Parameters that hold the id of another resource rather than one name.
_SCOPES = ("scope", "resourceUri", "resourceId", "resourceScope")


@dataclass(frozen=True)
class ArmPath:
    """The path of a type. `exact` is false when it was guessed from the SDK's names."""

    template: str
    exact: bool

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """The path's parameters in order, without the subscription."""
        return tuple(name for name in re.findall(r"{(\w+)}", self.template) if name != "subscriptionId")

    @property
    def name_parameter(self) -> str:
        """The parameter that names the resource itself, empty where the path ends in a fixed word."""
        last = self.template.rpartition("/")[2]
        return last[1:-1] if last.startswith("{") else ""

    def resource_id(self, subscription: str, inputs: Mapping[str, object]) -> str:
        """The id of the resource that these inputs describe. Every path parameter must be in them."""

        def value(match: re.Match[str]) -> str:
            name = match[1]
            return subscription if name == "subscriptionId" else str(inputs[name]).strip("/")

        # A parent path may be empty, as a lock's on a top-level resource is.
        return re.sub(r"(?<!:)//+", "/", re.sub(r"{(\w+)}", value, self.template))


@cache
def _known_path(token: str) -> ArmPath | None:
    template = _PATHS.get(token.partition(":")[2])
    if template is None:
        return None
    return ArmPath(template if template.startswith("/") else f"{_GROUP}/providers/{template}", exact=True)


def path(schema: ResourceSchema) -> ArmPath:
    """The path of a type: Azure's, or the generic shape guessed from the SDK's names."""
    return _known_path(schema.token) or _guessed_path(schema)


def _guessed_path(schema: ResourceSchema) -> ArmPath:
    _, module, name = schema.token.split(":")
    module = module.partition("/")[0]
    provider = _PROVIDERS.get(module, f"Microsoft.{module.capitalize()}")
    scope = next((each for each in _SCOPES if each in schema.path_parameters), None)
    if scope:
        start = f"/{{{scope}}}"
    elif "resourceGroupName" in schema.inputs:
        start = _GROUP
    else:
        start = "/subscriptions/{subscriptionId}"
    named = sorted(schema.path_parameters - {scope, "resourceGroupName"})
    # azure-native names a resource by itself, so the SDK requires the parents' names but not the resource's own.
    parents = [each for each in named if schema.inputs[each].required]
    own = [each for each in named if not schema.inputs[each].required]
    segments = [f"{_plural(each.removesuffix('Name'))}/{{{each}}}" for each in parents]
    segments.append("/".join([_plural(name[0].lower() + name[1:]), *(f"{{{each}}}" for each in own[:1])]))
    return ArmPath(f"{start}/providers/{provider}/{'/'.join(segments)}", exact=False)


def _plural(word: str) -> str:
    if word.endswith(("s", "x", "ch", "sh")):
        return f"{word}es" if not word.endswith("ies") else word
    return f"{word[:-1]}ies" if re.search(r"[^aeiou]y$", word) else f"{word}s"


# What an id says


def parent_id(resource_id: str) -> str:
    """The id of what holds a resource: its parent, its scope, its resource group, or its subscription."""
    parts = resource_id.rstrip("/").split("/")
    if len(parts) % 2 == 0:  # ends in a fixed word
        parts = parts[:-1]
    else:
        parts = parts[:-2]
    if len(parts) >= 2 and parts[-2].lower() == "providers":
        parts = parts[:-2]
    return "/".join(parts)


def arm_type(resource_id: str) -> str:
    """The ARM type, for instance `Microsoft.Storage/storageAccounts/blobServices`."""
    before, marker, after = resource_id.rpartition("/providers/")
    if not marker:
        return (
            "Microsoft.Resources/resourceGroups"
            if "/resourcegroups/" in before.lower() + after.lower()
            else ("Microsoft.Resources/subscriptions")
        )
    namespace, *rest = after.split("/")
    return "/".join([namespace, *rest[::2]])


def name(resource_id: str) -> str:
    """The last name in an id."""
    return resource_id.rstrip("/").rpartition("/")[2]


def resource_group(resource_id: str) -> str:
    """The name of the resource group in an id, empty where there is none."""
    found = re.match(r"/subscriptions/[^/]+/resourceGroups/([^/]+)", resource_id, re.IGNORECASE)
    return found[1] if found else ""


def always_there(resource_id: str) -> bool:
    """Whether an id names something outside the simulation: the tenant, a subscription, a management group."""
    parts = [part.lower() for part in resource_id.split("/") if part]
    return (
        not parts
        or (parts[0] == "subscriptions" and len(parts) == 2)
        or parts[:2] == ["providers", "microsoft.management"]
    )


def born_with_parent(resource_id: str) -> bool:
    """Whether Azure makes this resource together with its parent, as it does a storage account's blob service."""
    return arm_type(resource_id).lower() in _BORN_WITH_PARENT and name(resource_id).lower() == "default"


def relative(resource_id: str) -> str:
    """An id as Azure's messages shorten it: from its type on, without subscription and group."""
    return resource_id.rpartition("/providers/")[2]
