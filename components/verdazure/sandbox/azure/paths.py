"""Azure's own paths of the types that stacks use most: facts for `arm`."""

from collections.abc import Mapping

GROUP = "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}"

_AKS = "Microsoft.ContainerService/managedClusters/{resourceName}"
_COSMOS = "Microsoft.DocumentDB/databaseAccounts/{accountName}"
_ML = "Microsoft.MachineLearningServices/workspaces/{workspaceName}"
_ACCOUNT = "Microsoft.Storage/storageAccounts/{accountName}"

# Source: Azure REST API reference, path of each type's "Create Or Update", with the SDK's names of the parameters.
# Below a resource group unless a path starts with a slash.
PATHS: Mapping[str, str] = {
    "app:ContainerApp": "Microsoft.App/containerApps/{containerAppName}",
    "app:ManagedEnvironment": "Microsoft.App/managedEnvironments/{environmentName}",
    "applicationinsights:Component": "Microsoft.Insights/components/{resourceName}",
    "authorization:ManagementLockAtResourceGroupLevel": "Microsoft.Authorization/locks/{lockName}",
    "authorization:ManagementLockAtResourceLevel": (
        GROUP + "/providers/{resourceProviderNamespace}/{parentResourcePath}/{resourceType}/{resourceName}"
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
    "containerservice:AgentPool": _AKS + "/agentPools/{agentPoolName}",
    "containerservice:ManagedCluster": _AKS,
    "cosmosdb:DatabaseAccount": _COSMOS,
    "cosmosdb:SqlResourceSqlContainer": _COSMOS + "/sqlDatabases/{databaseName}/containers/{containerName}",
    "cosmosdb:SqlResourceSqlDatabase": _COSMOS + "/sqlDatabases/{databaseName}",
    "deviceprovisioningservices:IotDpsResource": "Microsoft.Devices/provisioningServices/{provisioningServiceName}",
    "iothub:IotHubResource": "Microsoft.Devices/IotHubs/{resourceName}",
    "keyvault:Key": "Microsoft.KeyVault/vaults/{vaultName}/keys/{keyName}",
    "keyvault:Secret": "Microsoft.KeyVault/vaults/{vaultName}/secrets/{secretName}",
    "keyvault:Vault": "Microsoft.KeyVault/vaults/{vaultName}",
    "machinelearningservices:BatchDeployment": _ML + "/batchEndpoints/{endpointName}/deployments/{deploymentName}",
    "machinelearningservices:BatchEndpoint": _ML + "/batchEndpoints/{endpointName}",
    "machinelearningservices:Compute": _ML + "/computes/{computeName}",
    "machinelearningservices:Datastore": _ML + "/datastores/{name}",
    "machinelearningservices:OnlineDeployment": _ML + "/onlineEndpoints/{endpointName}/deployments/{deploymentName}",
    "machinelearningservices:OnlineEndpoint": _ML + "/onlineEndpoints/{endpointName}",
    "machinelearningservices:Schedule": _ML + "/schedules/{name}",
    "machinelearningservices:Workspace": _ML,
    "machinelearningservices:WorkspaceConnection": _ML + "/connections/{connectionName}",
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
    "resources:ResourceGroup": GROUP,
    "sql:Database": "Microsoft.Sql/servers/{serverName}/databases/{databaseName}",
    "sql:FirewallRule": "Microsoft.Sql/servers/{serverName}/firewallRules/{firewallRuleName}",
    "sql:Server": "Microsoft.Sql/servers/{serverName}",
    "storage:Blob": _ACCOUNT + "/blobServices/default/containers/{containerName}/blobs/{blobName}",
    "storage:BlobContainer": _ACCOUNT + "/blobServices/default/containers/{containerName}",
    "storage:BlobServiceProperties": _ACCOUNT + "/blobServices/{blobServicesName}",
    "storage:FileServiceProperties": _ACCOUNT + "/fileServices/{fileServicesName}",
    "storage:FileShare": _ACCOUNT + "/fileServices/default/shares/{shareName}",
    "storage:ManagementPolicy": _ACCOUNT + "/managementPolicies/{managementPolicyName}",
    "storage:Queue": _ACCOUNT + "/queueServices/default/queues/{queueName}",
    "storage:StorageAccount": _ACCOUNT,
    "storage:StorageAccountStaticWebsite": _ACCOUNT + "/staticWebsite",
    "storage:Table": _ACCOUNT + "/tableServices/default/tables/{tableName}",
    "synapse:Workspace": "Microsoft.Synapse/workspaces/{workspaceName}",
    "web:AppServicePlan": "Microsoft.Web/serverfarms/{name}",
    "web:WebApp": "Microsoft.Web/sites/{name}",
}

# Modules whose resource provider is not `Microsoft.<Module>`, or is written in other case. Source: Azure resource
# providers by service.
PROVIDERS: Mapping[str, str] = {
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
