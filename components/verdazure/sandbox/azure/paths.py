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

# Source: Azure Resource Manager, "Resource providers for Azure services".
# Modules that are named as their resource provider, which is written with capitals of its own.
_SPELLED = """
    AAD AlertsManagement AnalysisServices ApiManagement App AppConfiguration AppPlatform AVS AzureActiveDirectory
    AzureData AzureStack AzureStackHCI BotService CertificateRegistration CognitiveServices ContainerInstance
    ContainerRegistry ContainerService CostManagement CustomProviders DataBox DataBoxEdge DataCatalog DataFactory
    DataLakeAnalytics DataLakeStore DataMigration DataProtection DataShare DBforMariaDB DBforMySQL DBforPostgreSQL
    DesktopVirtualization DevSpaces DevTestLab DigitalTwins DomainRegistration DurableTask EnterpriseKnowledgeGraph
    EventGrid EventHub GuestConfiguration HardwareSecurityModules HDInsight HealthcareApis HybridCompute
    ImportExport IoTCentral KeyVault KubernetesConfiguration LabServices MachineLearning MachineLearningServices
    ManagedIdentity ManagedServices NetApp NotificationHubs OffAzure OperationalInsights OperationsManagement
    PolicyInsights PowerBI PowerBIDedicated PowerPlatform RecoveryServices RedHatOpenShift ResourceGraph
    ResourceHealth SaaS SecurityInsights SerialConsole ServiceBus ServiceFabric ServiceFabricMesh SignalRService
    SoftwarePlan SqlVirtualMachine StorageSync StreamAnalytics TimeSeriesInsights VirtualMachineImages
    VMwareCloudSimple WindowsESU WindowsIoT
"""

# Modules that are named otherwise than their resource provider.
_OTHERWISE = {
    "applicationinsights": "Microsoft.Insights",
    "cosmosdb": "Microsoft.DocumentDB",
    "deviceprovisioningservices": "Microsoft.Devices",
    "dns": "Microsoft.Network",
    "frontdoor": "Microsoft.Network",
    "iothub": "Microsoft.Devices",
    "monitor": "Microsoft.Insights",
    "privatedns": "Microsoft.Network",
    "redis": "Microsoft.Cache",
    "redisenterprise": "Microsoft.Cache",
    "trafficmanager": "Microsoft.Network",
}

PROVIDERS: Mapping[str, str] = {name.lower(): f"Microsoft.{name}" for name in _SPELLED.split()} | _OTHERWISE
