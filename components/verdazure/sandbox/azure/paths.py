"""Azure's own paths of the types that stacks use most: facts for `arm`."""

from collections.abc import Mapping

GROUP = "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}"

_AKS = "Microsoft.ContainerService/managedClusters/{resourceName}"
_AIO = "Microsoft.IoTOperations/instances/{instanceName}"
_APIS = "Microsoft.ApiManagement/service/{serviceName}"
_BACKUPS = "Microsoft.DataProtection/backupVaults/{vaultName}"
_BUS = "Microsoft.ServiceBus/namespaces/{namespaceName}"
_CDN = "Microsoft.Cdn/profiles/{profileName}"
_COSMOS = "Microsoft.DocumentDB/databaseAccounts/{accountName}"
_DNS = "Microsoft.Network/dnsZones/{zoneName}"
_EVENTS = "Microsoft.EventHub/namespaces/{namespaceName}"
_FACTORY = "Microsoft.DataFactory/factories/{factoryName}"
_ML = "Microsoft.MachineLearningServices/workspaces/{workspaceName}"
_REDIS = "Microsoft.Cache/redisEnterprise/{clusterName}"
_SITE = "Microsoft.Web/sites/{name}"
_SYNAPSE = "Microsoft.Synapse/workspaces/{workspaceName}"
_ACCOUNT = "Microsoft.Storage/storageAccounts/{accountName}"

# Source: Azure REST API reference, path of each type's "Create Or Update", with the SDK's names of the parameters.
# Below a resource group unless a path starts with a slash.
PATHS: Mapping[str, str] = {
    "alertsmanagement:AlertProcessingRuleByName": "Microsoft.AlertsManagement/actionRules/{alertProcessingRuleName}",
    "apimanagement:Api": _APIS + "/apis/{apiId}",
    "apimanagement:ApiManagementService": _APIS,
    "apimanagement:ApiPolicy": _APIS + "/apis/{apiId}/policies/{policyId}",
    "apimanagement:Backend": _APIS + "/backends/{backendId}",
    "apimanagement:Cache": _APIS + "/caches/{cacheId}",
    "app:ContainerApp": "Microsoft.App/containerApps/{containerAppName}",
    "app:Job": "Microsoft.App/jobs/{jobName}",
    "app:ManagedEnvironment": "Microsoft.App/managedEnvironments/{environmentName}",
    "app:ManagedEnvironmentsStorage": "Microsoft.App/managedEnvironments/{environmentName}/storages/{storageName}",
    "appconfiguration:ConfigurationStore": "Microsoft.AppConfiguration/configurationStores/{configStoreName}",
    "applicationinsights:Component": "Microsoft.Insights/components/{resourceName}",
    "applicationinsights:Workbook": "Microsoft.Insights/workbooks/{resourceName}",
    "authorization:ManagementLockAtResourceGroupLevel": "Microsoft.Authorization/locks/{lockName}",
    "authorization:ManagementLockAtResourceLevel": (
        GROUP + "/providers/{resourceProviderNamespace}/{parentResourcePath}/{resourceType}/{resourceName}"
        "/providers/Microsoft.Authorization/locks/{lockName}"
    ),
    "authorization:ManagementLockByScope": "/{scope}/providers/Microsoft.Authorization/locks/{lockName}",
    "authorization:RoleAssignment": "/{scope}/providers/Microsoft.Authorization/roleAssignments/{roleAssignmentName}",
    "authorization:RoleDefinition": "/{scope}/providers/Microsoft.Authorization/roleDefinitions/{roleDefinitionId}",
    "automation:AutomationAccount": "Microsoft.Automation/automationAccounts/{automationAccountName}",
    "batch:BatchAccount": "Microsoft.Batch/batchAccounts/{accountName}",
    "cdn:AFDEndpoint": _CDN + "/afdEndpoints/{endpointName}",
    "cdn:AFDOrigin": _CDN + "/originGroups/{originGroupName}/origins/{originName}",
    "cdn:AFDOriginGroup": _CDN + "/originGroups/{originGroupName}",
    "cdn:Endpoint": _CDN + "/endpoints/{endpointName}",
    "cdn:Profile": _CDN,
    "cdn:Route": _CDN + "/afdEndpoints/{endpointName}/routes/{routeName}",
    "cognitiveservices:Account": "Microsoft.CognitiveServices/accounts/{accountName}",
    "cognitiveservices:Deployment": "Microsoft.CognitiveServices/accounts/{accountName}/deployments/{deploymentName}",
    "cognitiveservices:RaiPolicy": "Microsoft.CognitiveServices/accounts/{accountName}/raiPolicies/{raiPolicyName}",
    "compute:AvailabilitySet": "Microsoft.Compute/availabilitySets/{availabilitySetName}",
    "compute:Disk": "Microsoft.Compute/disks/{diskName}",
    "compute:VirtualMachine": "Microsoft.Compute/virtualMachines/{vmName}",
    "compute:VirtualMachineExtension": "Microsoft.Compute/virtualMachines/{vmName}/extensions/{vmExtensionName}",
    "compute:VirtualMachineScaleSet": "Microsoft.Compute/virtualMachineScaleSets/{vmScaleSetName}",
    "consumption:Budget": "/{scope}/providers/Microsoft.Consumption/budgets/{budgetName}",
    "containerinstance:ContainerGroup": "Microsoft.ContainerInstance/containerGroups/{containerGroupName}",
    "containerregistry:Registry": "Microsoft.ContainerRegistry/registries/{registryName}",
    "containerservice:AgentPool": _AKS + "/agentPools/{agentPoolName}",
    "containerservice:ManagedCluster": _AKS,
    "cosmosdb:DatabaseAccount": _COSMOS,
    "cosmosdb:MongoDBResourceMongoDBCollection": (
        _COSMOS + "/mongodbDatabases/{databaseName}/collections/{collectionName}"
    ),
    "cosmosdb:MongoDBResourceMongoDBDatabase": _COSMOS + "/mongodbDatabases/{databaseName}",
    "cosmosdb:SqlResourceSqlContainer": _COSMOS + "/sqlDatabases/{databaseName}/containers/{containerName}",
    "cosmosdb:SqlResourceSqlDatabase": _COSMOS + "/sqlDatabases/{databaseName}",
    "dashboard:Grafana": "Microsoft.Dashboard/grafana/{workspaceName}",
    "databricks:Workspace": "Microsoft.Databricks/workspaces/{workspaceName}",
    "datafactory:DataFlow": _FACTORY + "/dataflows/{dataFlowName}",
    "datafactory:Dataset": _FACTORY + "/datasets/{datasetName}",
    "datafactory:Factory": _FACTORY,
    "datafactory:IntegrationRuntime": _FACTORY + "/integrationRuntimes/{integrationRuntimeName}",
    "datafactory:LinkedService": _FACTORY + "/linkedservices/{linkedServiceName}",
    "datafactory:Pipeline": _FACTORY + "/pipelines/{pipelineName}",
    "datafactory:Trigger": _FACTORY + "/triggers/{triggerName}",
    "dataprotection:BackupInstance": _BACKUPS + "/backupInstances/{backupInstanceName}",
    "dataprotection:BackupPolicy": _BACKUPS + "/backupPolicies/{backupPolicyName}",
    "dataprotection:BackupVault": _BACKUPS,
    "dbformysql:Database": "Microsoft.DBforMySQL/flexibleServers/{serverName}/databases/{databaseName}",
    "dbformysql:FirewallRule": "Microsoft.DBforMySQL/flexibleServers/{serverName}/firewallRules/{firewallRuleName}",
    "dbformysql:Server": "Microsoft.DBforMySQL/flexibleServers/{serverName}",
    "dbforpostgresql:Configuration": (
        "Microsoft.DBforPostgreSQL/flexibleServers/{serverName}/configurations/{configurationName}"
    ),
    "dbforpostgresql:Database": "Microsoft.DBforPostgreSQL/flexibleServers/{serverName}/databases/{databaseName}",
    "dbforpostgresql:FirewallRule": (
        "Microsoft.DBforPostgreSQL/flexibleServers/{serverName}/firewallRules/{firewallRuleName}"
    ),
    "dbforpostgresql:Server": "Microsoft.DBforPostgreSQL/flexibleServers/{serverName}",
    "deviceprovisioningservices:IotDpsResource": "Microsoft.Devices/provisioningServices/{provisioningServiceName}",
    "deviceupdate:Account": "Microsoft.DeviceUpdate/accounts/{accountName}",
    "deviceupdate:Instance": "Microsoft.DeviceUpdate/accounts/{accountName}/instances/{instanceName}",
    "deviceregistry:SchemaRegistry": "Microsoft.DeviceRegistry/schemaRegistries/{schemaRegistryName}",
    "dns:RecordSet": _DNS + "/{recordType}/{relativeRecordSetName}",
    "dns:Zone": _DNS,
    "eventgrid:Domain": "Microsoft.EventGrid/domains/{domainName}",
    "eventgrid:Namespace": "Microsoft.EventGrid/namespaces/{namespaceName}",
    "eventgrid:SystemTopic": "Microsoft.EventGrid/systemTopics/{systemTopicName}",
    "eventgrid:Topic": "Microsoft.EventGrid/topics/{topicName}",
    "eventhub:ConsumerGroup": _EVENTS + "/eventhubs/{eventHubName}/consumergroups/{consumerGroupName}",
    "eventhub:EventHub": _EVENTS + "/eventhubs/{eventHubName}",
    "eventhub:EventHubAuthorizationRule": (
        _EVENTS + "/eventhubs/{eventHubName}/authorizationRules/{authorizationRuleName}"
    ),
    "eventhub:Namespace": _EVENTS,
    "eventhub:NamespaceAuthorizationRule": _EVENTS + "/authorizationRules/{authorizationRuleName}",
    "extendedlocation:CustomLocation": "Microsoft.ExtendedLocation/customLocations/{resourceName}",
    "iothub:IotHubResource": "Microsoft.Devices/IotHubs/{resourceName}",
    "iotoperations:Broker": _AIO + "/brokers/{brokerName}",
    "iotoperations:BrokerAuthentication": _AIO + "/brokers/{brokerName}/authentications/{authenticationName}",
    "iotoperations:BrokerAuthorization": _AIO + "/brokers/{brokerName}/authorizations/{authorizationName}",
    "iotoperations:BrokerListener": _AIO + "/brokers/{brokerName}/listeners/{listenerName}",
    "iotoperations:Dataflow": _AIO + "/dataflowProfiles/{dataflowProfileName}/dataflows/{dataflowName}",
    "iotoperations:DataflowEndpoint": _AIO + "/dataflowEndpoints/{dataflowEndpointName}",
    "iotoperations:DataflowGraph": _AIO + "/dataflowProfiles/{dataflowProfileName}/dataflowGraphs/{dataflowGraphName}",
    "iotoperations:DataflowProfile": _AIO + "/dataflowProfiles/{dataflowProfileName}",
    "iotoperations:Instance": _AIO,
    "iotoperations:RegistryEndpoint": _AIO + "/registryEndpoints/{registryEndpointName}",
    # azure-native's own: a policy is an item of its vault's list, told apart by whom it lets in.
    "keyvault:AccessPolicy": "Microsoft.KeyVault/vaults/{vaultName}/accessPolicy/{policy.objectId}",
    "kubernetes:ConnectedCluster": "Microsoft.Kubernetes/connectedClusters/{clusterName}",
    "kubernetesconfiguration:Extension": (
        GROUP + "/providers/{clusterRp}/{clusterResourceName}/{clusterName}"
        "/providers/Microsoft.KubernetesConfiguration/extensions/{extensionName}"
    ),
    "keyvault:Key": "Microsoft.KeyVault/vaults/{vaultName}/keys/{keyName}",
    "keyvault:Secret": "Microsoft.KeyVault/vaults/{vaultName}/secrets/{secretName}",
    "keyvault:Vault": "Microsoft.KeyVault/vaults/{vaultName}",
    "logic:Workflow": "Microsoft.Logic/workflows/{workflowName}",
    "machinelearningservices:BatchDeployment": _ML + "/batchEndpoints/{endpointName}/deployments/{deploymentName}",
    "machinelearningservices:BatchEndpoint": _ML + "/batchEndpoints/{endpointName}",
    "machinelearningservices:ComponentContainer": _ML + "/components/{name}",
    "machinelearningservices:ComponentVersion": _ML + "/components/{name}/versions/{version}",
    "machinelearningservices:Compute": _ML + "/computes/{computeName}",
    "machinelearningservices:DataContainer": _ML + "/data/{name}",
    "machinelearningservices:DataVersion": _ML + "/data/{name}/versions/{version}",
    "machinelearningservices:Datastore": _ML + "/datastores/{name}",
    "machinelearningservices:EnvironmentContainer": _ML + "/environments/{name}",
    "machinelearningservices:EnvironmentVersion": _ML + "/environments/{name}/versions/{version}",
    "machinelearningservices:ManagedNetworkSettingsRule": _ML + "/outboundRules/{ruleName}",
    "machinelearningservices:ModelContainer": _ML + "/models/{name}",
    "machinelearningservices:ModelVersion": _ML + "/models/{name}/versions/{version}",
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
    "monitor:AutoscaleSetting": "Microsoft.Insights/autoscaleSettings/{autoscaleSettingName}",
    "monitor:DataCollectionEndpoint": "Microsoft.Insights/dataCollectionEndpoints/{dataCollectionEndpointName}",
    "monitor:DataCollectionRule": "Microsoft.Insights/dataCollectionRules/{dataCollectionRuleName}",
    "monitor:DiagnosticSetting": "/{resourceUri}/providers/Microsoft.Insights/diagnosticSettings/{name}",
    "monitor:MetricAlert": "Microsoft.Insights/metricAlerts/{ruleName}",
    "monitor:ScheduledQueryRule": "Microsoft.Insights/scheduledQueryRules/{ruleName}",
    "network:ApplicationGateway": "Microsoft.Network/applicationGateways/{applicationGatewayName}",
    "network:AzureFirewall": "Microsoft.Network/azureFirewalls/{azureFirewallName}",
    "network:BastionHost": "Microsoft.Network/bastionHosts/{bastionHostName}",
    "network:FirewallPolicy": "Microsoft.Network/firewallPolicies/{firewallPolicyName}",
    "network:LoadBalancer": "Microsoft.Network/loadBalancers/{loadBalancerName}",
    "network:NatGateway": "Microsoft.Network/natGateways/{natGatewayName}",
    "network:NetworkInterface": "Microsoft.Network/networkInterfaces/{networkInterfaceName}",
    "network:NetworkSecurityGroup": "Microsoft.Network/networkSecurityGroups/{networkSecurityGroupName}",
    "network:PrivateDnsZoneGroup": (
        "Microsoft.Network/privateEndpoints/{privateEndpointName}/privateDnsZoneGroups/{privateDnsZoneGroupName}"
    ),
    "network:PrivateEndpoint": "Microsoft.Network/privateEndpoints/{privateEndpointName}",
    "network:PublicIPAddress": "Microsoft.Network/publicIPAddresses/{publicIpAddressName}",
    "network:Route": "Microsoft.Network/routeTables/{routeTableName}/routes/{routeName}",
    "network:RouteTable": "Microsoft.Network/routeTables/{routeTableName}",
    "network:SecurityRule": (
        "Microsoft.Network/networkSecurityGroups/{networkSecurityGroupName}/securityRules/{securityRuleName}"
    ),
    "network:Subnet": "Microsoft.Network/virtualNetworks/{virtualNetworkName}/subnets/{subnetName}",
    "network:VirtualNetwork": "Microsoft.Network/virtualNetworks/{virtualNetworkName}",
    "network:VirtualNetworkGateway": "Microsoft.Network/virtualNetworkGateways/{virtualNetworkGatewayName}",
    "network:VirtualNetworkPeering": (
        "Microsoft.Network/virtualNetworks/{virtualNetworkName}/virtualNetworkPeerings/{virtualNetworkPeeringName}"
    ),
    "operationalinsights:Table": "Microsoft.OperationalInsights/workspaces/{workspaceName}/tables/{tableName}",
    "operationalinsights:Workspace": "Microsoft.OperationalInsights/workspaces/{workspaceName}",
    "privatedns:PrivateRecordSet": (
        "Microsoft.Network/privateDnsZones/{privateZoneName}/{recordType}/{relativeRecordSetName}"
    ),
    "privatedns:PrivateZone": "Microsoft.Network/privateDnsZones/{privateZoneName}",
    "privatedns:VirtualNetworkLink": (
        "Microsoft.Network/privateDnsZones/{privateZoneName}/virtualNetworkLinks/{virtualNetworkLinkName}"
    ),
    "recoveryservices:Vault": "Microsoft.RecoveryServices/vaults/{vaultName}",
    "redis:Redis": "Microsoft.Cache/redis/{name}",
    "redisenterprise:AccessPolicyAssignment": (
        _REDIS + "/databases/{databaseName}/accessPolicyAssignments/{accessPolicyAssignmentName}"
    ),
    "redisenterprise:Database": _REDIS + "/databases/{databaseName}",
    "redisenterprise:RedisEnterprise": _REDIS,
    "resources:Deployment": "Microsoft.Resources/deployments/{deploymentName}",
    # Of whatever type its arguments name.
    "resources:Resource": (
        GROUP + "/providers/{resourceProviderNamespace}/{parentResourcePath}/{resourceType}/{resourceName}"
    ),
    "resources:ResourceGroup": GROUP,
    "search:Service": "Microsoft.Search/searchServices/{searchServiceName}",
    "servicebus:Namespace": _BUS,
    "servicebus:NamespaceAuthorizationRule": _BUS + "/authorizationRules/{authorizationRuleName}",
    "servicebus:Queue": _BUS + "/queues/{queueName}",
    "servicebus:QueueAuthorizationRule": _BUS + "/queues/{queueName}/authorizationRules/{authorizationRuleName}",
    "servicebus:Subscription": _BUS + "/topics/{topicName}/subscriptions/{subscriptionName}",
    "servicebus:Topic": _BUS + "/topics/{topicName}",
    "servicebus:TopicAuthorizationRule": _BUS + "/topics/{topicName}/authorizationRules/{authorizationRuleName}",
    "signalrservice:SignalR": "Microsoft.SignalRService/signalR/{resourceName}",
    "sql:Database": "Microsoft.Sql/servers/{serverName}/databases/{databaseName}",
    "sql:FirewallRule": "Microsoft.Sql/servers/{serverName}/firewallRules/{firewallRuleName}",
    "sql:Server": "Microsoft.Sql/servers/{serverName}",
    "storage:Blob": _ACCOUNT + "/blobServices/default/containers/{containerName}/blobs/{blobName}",
    "storage:BlobContainer": _ACCOUNT + "/blobServices/default/containers/{containerName}",
    "storage:BlobContainerImmutabilityPolicy": (
        _ACCOUNT + "/blobServices/default/containers/{containerName}/immutabilityPolicies/{immutabilityPolicyName}"
    ),
    # azure-native's own: holds are set by an action on the container.
    "storage:BlobContainerLegalHold": _ACCOUNT + "/blobServices/default/containers/{containerName}/legalHold",
    "storage:BlobInventoryPolicy": _ACCOUNT + "/inventoryPolicies/{blobInventoryPolicyName}",
    "storage:BlobServiceProperties": _ACCOUNT + "/blobServices/{blobServicesName}",
    "storage:FileServiceProperties": _ACCOUNT + "/fileServices/{fileServicesName}",
    "storage:FileShare": _ACCOUNT + "/fileServices/default/shares/{shareName}",
    "storage:ManagementPolicy": _ACCOUNT + "/managementPolicies/{managementPolicyName}",
    "storage:ObjectReplicationPolicy": _ACCOUNT + "/objectReplicationPolicies/{objectReplicationPolicyId}",
    "storage:Queue": _ACCOUNT + "/queueServices/default/queues/{queueName}",
    "storage:StorageAccount": _ACCOUNT,
    "storage:StorageAccountStaticWebsite": _ACCOUNT + "/staticWebsite",
    "storage:Table": _ACCOUNT + "/tableServices/default/tables/{tableName}",
    "streamanalytics:StreamingJob": "Microsoft.StreamAnalytics/streamingjobs/{jobName}",
    "synapse:BigDataPool": _SYNAPSE + "/bigDataPools/{bigDataPoolName}",
    "synapse:IpFirewallRule": _SYNAPSE + "/firewallRules/{ruleName}",
    "synapse:SqlPool": _SYNAPSE + "/sqlPools/{sqlPoolName}",
    "synapse:Workspace": _SYNAPSE,
    "trafficmanager:Endpoint": "Microsoft.Network/trafficManagerProfiles/{profileName}/{endpointType}/{endpointName}",
    "trafficmanager:Profile": "Microsoft.Network/trafficManagerProfiles/{profileName}",
    "web:AppServicePlan": "Microsoft.Web/serverfarms/{name}",
    "web:StaticSite": "Microsoft.Web/staticSites/{name}",
    "web:WebApp": _SITE,
    "web:WebAppApplicationSettings": _SITE + "/config/appsettings",
    "web:WebAppAuthSettings": _SITE + "/config/authsettings",
    "web:WebAppAuthSettingsV2": _SITE + "/config/authsettingsV2",
    "web:WebAppAzureStorageAccounts": _SITE + "/config/azurestorageaccounts",
    "web:WebAppBackupConfiguration": _SITE + "/config/backup",
    "web:WebAppConnectionStrings": _SITE + "/config/connectionstrings",
    "web:WebAppDiagnosticLogsConfiguration": _SITE + "/config/logs",
    "web:WebAppFtpAllowed": _SITE + "/basicPublishingCredentialsPolicies/ftp",
    "web:WebAppHostNameBinding": _SITE + "/hostNameBindings/{hostName}",
    "web:WebAppMetadata": _SITE + "/config/metadata",
    "web:WebAppScmAllowed": _SITE + "/basicPublishingCredentialsPolicies/scm",
    "web:WebAppSitePushSettings": _SITE + "/config/pushsettings",
    "web:WebAppSlot": _SITE + "/slots/{slot}",
    "web:WebAppSlotConfigurationNames": _SITE + "/config/slotConfigNames",
    "web:WebAppSourceControl": _SITE + "/sourcecontrols/web",
    "web:WebAppSwiftVirtualNetworkConnection": _SITE + "/networkConfig/virtualNetwork",
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
