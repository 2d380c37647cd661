"""What Azure refuses although the types are right: ranges, patterns, durations, names, and properties that clash.

Each type has one body that is accepted. A case changes it: property path -> value, `...` takes the property out.
"""

from copy import deepcopy

import pytest
from verdazure.sandbox.azure.wire import UNKNOWN

GROUP = {"resourceGroupName": "rg-vision"}
IN_REGION = {**GROUP, "location": "swedencentral"}
IDS = "/subscriptions/5d0cbd32-6f0e-4c1e-8f0b-2f1b6a1c9c11/resourceGroups/rg/providers"
SUBNET = f"{IDS}/Microsoft.Network/virtualNetworks/vnet/subnets/a"
ML = {**GROUP, "workspaceName": "mlw-vision"}
DAYS = "daysAfterModificationGreaterThan"


def rule(name="cool", **more):
    actions = {"baseBlob": {"tierToCool": {DAYS: 30}, "delete": {DAYS: 365}}}
    definition = {"filters": {"blobTypes": ["blockBlob"]}, "actions": actions}
    return {"name": name, "type": "Lifecycle", "definition": definition, **more}


def inventory(**filters):
    return {
        "name": "weekly",
        "enabled": True,
        "destination": "inventory",
        "definition": {
            "format": "Parquet",
            "objectType": "Blob",
            "schedule": "Weekly",
            "schemaFields": ["Name", "Content-Length"],
            "filters": {"blobTypes": ["blockBlob"], **filters},
        },
    }


def node_rule(name, **more):
    return {
        "name": name,
        "access": "Allow",
        "direction": "Inbound",
        "priority": 100,
        "protocol": "Tcp",
        "sourceAddressPrefix": "10.0.0.0/8",
        "sourcePortRange": "*",
        "destinationAddressPrefix": "*",
        "destinationPortRange": "443",
        **more,
    }


POOL = {"name": "system", "mode": "System", "count": 2, "vmSize": "Standard_D2s_v5"}
AT_THE_EDGE = {
    **GROUP,
    "instanceName": "iotops-line",
    "extendedLocation": {"name": f"{IDS}/Microsoft.ExtendedLocation/customLocations/cl-line", "type": "CustomLocation"},
}
BODIES = {
    "storage:StorageAccount": {
        **IN_REGION,
        "accountName": "stvision",
        "kind": "StorageV2",
        "sku": {"name": "Standard_ZRS"},
        "accessTier": "Hot",
    },
    "storage:BlobContainer": {**GROUP, "accountName": "stvision", "containerName": "raw"},
    "storage:BlobServiceProperties": {
        **GROUP,
        "accountName": "stvision",
        "blobServicesName": "default",
        "isVersioningEnabled": True,
        "changeFeed": {"enabled": True, "retentionInDays": 30},
        "deleteRetentionPolicy": {"enabled": True, "days": 14},
        "restorePolicy": {"enabled": True, "days": 7},
        "lastAccessTimeTrackingPolicy": {"enable": True, "trackingGranularityInDays": 1},
    },
    "storage:ManagementPolicy": {
        **GROUP,
        "accountName": "stvision",
        "managementPolicyName": "default",
        "policy": {"rules": [rule()]},
    },
    "storage:BlobInventoryPolicy": {
        **GROUP,
        "accountName": "stvision",
        "blobInventoryPolicyName": "default",
        "policy": {"enabled": True, "type": "Inventory", "rules": [inventory()]},
    },
    "storage:BlobContainerImmutabilityPolicy": {
        **GROUP,
        "accountName": "stvision",
        "containerName": "raw",
        "immutabilityPolicyName": "default",
        "immutabilityPeriodSinceCreationInDays": 30,
    },
    "storage:FileShare": {**GROUP, "accountName": "stvision", "shareName": "home", "shareQuota": 100},
    "keyvault:Vault": {
        **IN_REGION,
        "vaultName": "kv-vision",
        "properties": {
            "tenantId": "5d0cbd32-6f0e-4c1e-8f0b-2f1b6a1c9c11",
            "sku": {"family": "A", "name": "standard"},
            "softDeleteRetentionInDays": 90,
            "enablePurgeProtection": True,
        },
    },
    "containerregistry:Registry": {
        **IN_REGION,
        "registryName": "crvision",
        "sku": {"name": "Premium"},
        "publicNetworkAccess": "Disabled",
        "policies": {"retentionPolicy": {"days": 7, "status": "enabled"}, "exportPolicy": {"status": "disabled"}},
        "zoneRedundancy": "Enabled",
    },
    "machinelearningservices:Workspace": {
        **IN_REGION,
        "workspaceName": "mlw-vision",
        "identity": {"type": "SystemAssigned"},
        "storageAccount": f"{IDS}/Microsoft.Storage/storageAccounts/stvision",
        "keyVault": f"{IDS}/Microsoft.KeyVault/vaults/kv-vision",
    },
    "machinelearningservices:Compute": {
        **ML,
        "computeName": "gpu-cluster",
        "properties": {
            "computeType": "AmlCompute",
            "properties": {
                "vmSize": "Standard_NC24ads_A100_v4",
                "vmPriority": "LowPriority",
                "scaleSettings": {"minNodeCount": 0, "maxNodeCount": 4, "nodeIdleTimeBeforeScaleDown": "PT10M"},
            },
        },
    },
    "machinelearningservices:OnlineEndpoint": {
        **ML,
        "endpointName": "score",
        "identity": {"type": "SystemAssigned"},
        "properties": {"authMode": "AADToken", "traffic": {"blue": 90, "green": 10}},
    },
    "machinelearningservices:OnlineDeployment": {
        **ML,
        "endpointName": "score",
        "deploymentName": "blue",
        "sku": {"name": "Default", "capacity": 2},
        "properties": {
            "endpointComputeType": "Managed",
            "instanceType": "Standard_D2as_v4",
            "requestSettings": {"requestTimeout": "PT5S"},
            "livenessProbe": {"period": "PT10S"},
        },
    },
    "machinelearningservices:BatchDeployment": {
        **ML,
        "endpointName": "score",
        "deploymentName": "nightly",
        "properties": {"miniBatchSize": 10, "errorThreshold": -1, "retrySettings": {"timeout": "PT30S"}},
    },
    "operationalinsights:Workspace": {
        **IN_REGION,
        "workspaceName": "log-vision",
        "sku": {"name": "PerGB2018"},
        "retentionInDays": 30,
        "workspaceCapping": {"dailyQuotaGb": 1},
    },
    "applicationinsights:Component": {
        **IN_REGION,
        "resourceName": "appi-vision",
        "kind": "web",
        "retentionInDays": 90,
        "samplingPercentage": 50,
        "ingestionMode": "LogAnalytics",
        "workspaceResourceId": f"{IDS}/Microsoft.OperationalInsights/workspaces/log-vision",
    },
    "monitor:DiagnosticSetting": {
        "resourceUri": f"{IDS}/Microsoft.KeyVault/vaults/kv-vision",
        "name": "to-logs",
        "workspaceId": f"{IDS}/Microsoft.OperationalInsights/workspaces/log-vision",
        "logs": [{"categoryGroup": "audit", "enabled": True}],
    },
    "monitor:MetricAlert": {
        **GROUP,
        "ruleName": "cpu",
        "enabled": True,
        "severity": 3,
        "evaluationFrequency": "PT5M",
        "windowSize": "PT15M",
        "scopes": [SUBNET],
        "criteria": {
            "odataType": "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria",
            "allOf": [
                {
                    "criterionType": "StaticThresholdCriterion",
                    "metricName": "CpuUtilization",
                    "name": "cpu",
                    "operator": "GreaterThan",
                    "threshold": 80,
                    "timeAggregation": "Average",
                }
            ],
        },
    },
    "monitor:ScheduledQueryRule": {
        **IN_REGION,
        "ruleName": "errors",
        "severity": 2,
        "evaluationFrequency": "PT10M",
        "windowSize": "PT30M",
        "scopes": [f"{IDS}/Microsoft.OperationalInsights/workspaces/log-vision"],
        "criteria": {"allOf": [{"query": "AzureActivity", "timeAggregation": "Count", "operator": "GreaterThan"}]},
    },
    "monitor:ActionGroup": {**GROUP, "actionGroupName": "ops", "groupShortName": "ops", "enabled": True},
    "monitor:AutoscaleSetting": {
        **IN_REGION,
        "autoscaleSettingName": "scale",
        "targetResourceUri": f"{IDS}/Microsoft.Web/serverFarms/plan",
        "profiles": [
            {
                "name": "day",
                "capacity": {"minimum": "1", "default": "2", "maximum": "4"},
                "rules": [
                    {
                        "metricTrigger": {
                            "metricName": "CpuPercentage",
                            "metricResourceUri": f"{IDS}/Microsoft.Web/serverFarms/plan",
                            "operator": "GreaterThan",
                            "statistic": "Average",
                            "threshold": 70,
                            "timeAggregation": "Average",
                            "timeGrain": "PT1M",
                            "timeWindow": "PT10M",
                        },
                        "scaleAction": {"cooldown": "PT5M", "direction": "Increase", "type": "ChangeCount"},
                    }
                ],
            }
        ],
    },
    "consumption:Budget": {
        "scope": "/subscriptions/5d0cbd32-6f0e-4c1e-8f0b-2f1b6a1c9c11",
        "budgetName": "vision",
        "amount": 500,
        "category": "Cost",
        "timeGrain": "Monthly",
        "timePeriod": {"startDate": "2026-11-01T00:00:00Z", "endDate": "2027-11-01T00:00:00Z"},
        "notifications": {
            "at80": {"enabled": True, "operator": "GreaterThan", "threshold": 80, "contactEmails": ["a@example.org"]}
        },
    },
    "network:VirtualNetwork": {
        **IN_REGION,
        "virtualNetworkName": "vnet-vision",
        "addressSpace": {"addressPrefixes": ["10.0.0.0/16"]},
        "subnets": [{"name": "a", "addressPrefix": "10.0.0.0/24"}, {"name": "b", "addressPrefix": "10.0.1.0/24"}],
    },
    "network:Subnet": {
        **GROUP,
        "virtualNetworkName": "vnet-vision",
        "subnetName": "a",
        "addressPrefix": "10.0.0.0/24",
    },
    "network:NetworkSecurityGroup": {
        **IN_REGION,
        "networkSecurityGroupName": "nsg-vision",
        "securityRules": [node_rule("web"), node_rule("ssh", priority=200, destinationPortRange="22")],
    },
    "network:SecurityRule": {
        **GROUP,
        "networkSecurityGroupName": "nsg-vision",
        "securityRuleName": "web",
        **{name: value for name, value in node_rule("web").items() if name != "name"},
    },
    "network:PublicIPAddress": {
        **IN_REGION,
        "publicIpAddressName": "pip-vision",
        "sku": {"name": "Standard"},
        "publicIPAllocationMethod": "Static",
        "idleTimeoutInMinutes": 4,
    },
    "network:PrivateEndpoint": {
        **IN_REGION,
        "privateEndpointName": "pep-vision",
        "subnet": {"id": SUBNET},
        "privateLinkServiceConnections": [
            {
                "name": "blob",
                "privateLinkServiceId": f"{IDS}/Microsoft.Storage/storageAccounts/st",
                "groupIds": ["blob"],
            }
        ],
    },
    "privatedns:VirtualNetworkLink": {
        **GROUP,
        "privateZoneName": "privatelink.blob.core.windows.net",
        "virtualNetworkLinkName": "link",
        "location": "global",
        "registrationEnabled": False,
        "virtualNetwork": {"id": f"{IDS}/Microsoft.Network/virtualNetworks/vnet"},
    },
    "compute:VirtualMachine": {
        **IN_REGION,
        "vmName": "vm-vision",
        "hardwareProfile": {"vmSize": "Standard_NC4as_T4_v3"},
        "priority": "Spot",
        "evictionPolicy": "Deallocate",
        "billingProfile": {"maxPrice": -1},
        "osProfile": {
            "computerName": "vision",
            "adminUsername": "verde",
            "linuxConfiguration": {
                "disablePasswordAuthentication": True,
                "ssh": {"publicKeys": [{"keyData": "ssh-ed25519 AAAA", "path": "/home/verde/.ssh/authorized_keys"}]},
            },
        },
        "storageProfile": {"dataDisks": [{"createOption": "Empty", "lun": 0, "diskSizeGB": 64}]},
        "zones": ["1"],
    },
    "containerservice:ManagedCluster": {
        **IN_REGION,
        "resourceName": "aks-vision",
        "dnsPrefix": "vision",
        "identity": {"type": "SystemAssigned"},
        "agentPoolProfiles": [POOL],
    },
    "containerservice:AgentPool": {
        **GROUP,
        "resourceName": "aks-vision",
        "agentPoolName": "gpu",
        "vmSize": "Standard_NC4as_T4_v3",
        "enableAutoScaling": True,
        "minCount": 0,
        "count": 0,
        "maxCount": 4,
        "scaleSetPriority": "Spot",
        "spotMaxPrice": -1,
    },
    "app:ContainerApp": {
        **IN_REGION,
        "containerAppName": "score",
        "managedEnvironmentId": f"{IDS}/Microsoft.App/managedEnvironments/env",
        "configuration": {
            "ingress": {
                "external": True,
                "targetPort": 80,
                "traffic": [{"weight": 80, "revisionName": "a"}, {"weight": 20, "latestRevision": True}],
            },
            "secrets": [{"name": "one", "value": "1"}, {"name": "two", "value": "2"}],
        },
        "template": {"scale": {"minReplicas": 0, "maxReplicas": 3}},
    },
    "cosmosdb:DatabaseAccount": {
        **IN_REGION,
        "accountName": "cosmos-vision",
        "databaseAccountOfferType": "Standard",
        "locations": [
            {"locationName": "swedencentral", "failoverPriority": 0},
            {"locationName": "francecentral", "failoverPriority": 1},
        ],
        "consistencyPolicy": {
            "defaultConsistencyLevel": "BoundedStaleness",
            "maxStalenessPrefix": 100000,
            "maxIntervalInSeconds": 300,
        },
    },
    "cosmosdb:SqlResourceSqlContainer": {
        **GROUP,
        "accountName": "cosmos-vision",
        "databaseName": "features",
        "containerName": "events",
        "resource": {"id": "events", "partitionKey": {"paths": ["/tenant"], "kind": "Hash"}, "defaultTtl": 86400},
        "options": {"throughput": 400},
    },
    "sql:Server": {
        **IN_REGION,
        "serverName": "sql-vision",
        "administratorLogin": "verde",
        "administratorLoginPassword": "Correct-horse-7",
        "minimalTlsVersion": "1.2",
    },
    "iothub:IotHubResource": {
        **IN_REGION,
        "resourceName": "iot-vision",
        "sku": {"name": "S1", "capacity": 1},
        "properties": {
            "eventHubEndpoints": {"events": {"partitionCount": 4, "retentionTimeInDays": 1}},
            "cloudToDevice": {"defaultTtlAsIso8601": "PT1H", "maxDeliveryCount": 10},
            "routing": {
                "endpoints": {
                    "storageContainers": [
                        {
                            "name": "cold",
                            "containerName": "raw",
                            "connectionString": "x",
                            "batchFrequencyInSeconds": 300,
                        }
                    ]
                },
                "routes": [{"name": "store", "source": "DeviceMessages", "endpointNames": ["cold"], "isEnabled": True}],
            },
        },
    },
    "resources:Resource": {
        **IN_REGION,
        "resourceName": "provs-vision",
        "apiVersion": "2026-08-31",
        "resourceProviderNamespace": "Microsoft.Devices",
        "parentResourcePath": "",
        "resourceType": "provisioningServices",
        "sku": {"name": "S1", "capacity": 1},
        "identity": {"type": "UserAssigned", "userAssignedIdentities": ["/own"]},
        "properties": {
            "iotHubs": [
                {
                    "hostName": "iot-vision.azure-devices.net",
                    "authenticationType": "UserAssigned",
                    "selectedUserAssignedIdentityResourceId": "/OWN",
                }
            ],
            "ipFilterRules": [{"filterName": "plant", "action": "Accept", "ipMask": "203.0.113.0/24"}],
        },
    },
    "iotoperations:Broker": {
        **AT_THE_EDGE,
        "brokerName": "default",
        "properties": {
            "cardinality": {
                "backendChain": {"partitions": 2, "redundancyFactor": 2, "workers": 1},
                "frontend": {"replicas": 2, "workers": 1},
            },
            "diskBackedMessageBuffer": {"maxSize": "1G"},
        },
    },
    "iotoperations:BrokerListener": {
        **AT_THE_EDGE,
        "brokerName": "default",
        "listenerName": "machines",
        "properties": {"ports": [{"port": 8883, "nodePort": 31883}]},
    },
    "iotoperations:DataflowEndpoint": {
        **AT_THE_EDGE,
        "dataflowEndpointName": "results",
        "properties": {
            "endpointType": "Kafka",
            "kafkaSettings": {
                "host": "evhns-results.servicebus.windows.net:9093",
                "authentication": {"method": "SystemAssignedManagedIdentity"},
                "batching": {"latencyMs": 60000},
            },
        },
    },
    "iotoperations:DataflowProfile": {
        **AT_THE_EDGE,
        "dataflowProfileName": "default",
        "properties": {"instanceCount": 1},
    },
    "kubernetesconfiguration:Extension": {
        **GROUP,
        "extensionName": "azure-iot-operations",
        "extensionType": "microsoft.iotoperations",
        "clusterRp": "Microsoft.Kubernetes",
        "clusterResourceName": "connectedClusters",
        "clusterName": "plant",
        "autoUpgradeMinorVersion": False,
        "version": "1.4.73",
    },
    "redis:Redis": {
        **IN_REGION,
        "name": "redis-vision",
        "sku": {"name": "Basic", "family": "C", "capacity": 0},
    },
    "cognitiveservices:Account": {**IN_REGION, "accountName": "oai-vision", "kind": "OpenAI", "sku": {"name": "S0"}},
    "datafactory:Factory": {**IN_REGION, "factoryName": "adf-vision", "identity": {"type": "SystemAssigned"}},
    "eventhub:EventHub": {
        **GROUP,
        "namespaceName": "evhns-vision",
        "eventHubName": "hub",
        "partitionCount": 4,
        "messageRetentionInDays": 1,
    },
}

P, ARR = "properties.properties", "policy.rules[0].definition"
LOW = {"enableAutoScaling": ..., "minCount": ..., "count": 1, "maxCount": ...}
COLD = "properties.routing.endpoints.storageContainers[0]"
BY_IDENTITY = {"authenticationType": "identityBased", "endpointUri": "https://stvision.blob.core.windows.net/"}
GOOD = [
    ("storage:StorageAccount", {"sku.name": "Standard_GRS"}),
    ("storage:StorageAccount", {"isHnsEnabled": True, "isSftpEnabled": True}),
    ("storage:StorageAccount", {"isHnsEnabled": UNKNOWN, "isSftpEnabled": True}),
    ("storage:StorageAccount", {"kind": "BlockBlobStorage", "sku.name": "Premium_ZRS", "accessTier": "Premium"}),
    ("storage:StorageAccount", {"location": "northcentralus", "sku.name": "Standard_GRS"}),
    ("storage:StorageAccount", {"kind": UNKNOWN, "sku.name": "Premium_ZRS", "accessTier": "Premium"}),
    ("storage:BlobServiceProperties", {"restorePolicy": ..., "deleteRetentionPolicy.days": 365}),
    ("storage:BlobServiceProperties", {"restorePolicy.days": UNKNOWN}),
    ("storage:ManagementPolicy", {f"{ARR}.actions.baseBlob.tierToArchive": {DAYS: 90}}),
    (
        "storage:ManagementPolicy",
        {
            f"{ARR}.actions.baseBlob.tierToCool": {"daysAfterLastAccessTimeGreaterThan": 30},
            f"{ARR}.actions.baseBlob.enableAutoTierToHotFromCool": True,
        },
    ),
    ("storage:ManagementPolicy", {f"{ARR}.actions.version": {"delete": {"daysAfterCreationGreaterThan": 0}}}),
    (
        "storage:ManagementPolicy",
        {
            f"{ARR}.filters.blobTypes": ["appendBlob"],
            f"{ARR}.actions.baseBlob": {"delete": {DAYS: 99999}},
        },
    ),
    ("storage:ManagementPolicy", {f"{ARR}.actions.baseBlob.delete": UNKNOWN}),
    (
        "storage:BlobInventoryPolicy",
        {
            f"{ARR}.filters.includeSnapshots": True,
            f"{ARR}.schemaFields": ["Name", "Snapshot"],
        },
    ),
    ("storage:BlobContainerImmutabilityPolicy", {"allowProtectedAppendWrites": True}),
    ("keyvault:Vault", {"properties.enablePurgeProtection": ..., "properties.softDeleteRetentionInDays": 7}),
    ("containerregistry:Registry", {"policies.retentionPolicy.days": 0, "policies.exportPolicy": ...}),
    (
        "containerregistry:Registry",
        {"sku.name": "Standard", "publicNetworkAccess": "Enabled", "policies": ..., "zoneRedundancy": ...},
    ),
    ("containerregistry:Registry", {"publicNetworkAccess": UNKNOWN}),
    (
        "machinelearningservices:Workspace",
        {"kind": "Project", "hubResourceId": "hub", "storageAccount": ..., "keyVault": ...},
    ),
    ("machinelearningservices:Workspace", {"storageAccount": UNKNOWN, "identity": UNKNOWN}),
    ("machinelearningservices:Compute", {f"{P}.scaleSettings.minNodeCount": 4}),
    ("machinelearningservices:Compute", {f"{P}.scaleSettings.nodeIdleTimeBeforeScaleDown": "PT120S"}),
    (
        "machinelearningservices:Compute",
        {
            "computeName": "dev-anna",
            "properties": {
                "computeType": "ComputeInstance",
                "properties": {"vmSize": "STANDARD_DS3_V2", "idleTimeBeforeShutdown": "PT60M"},
            },
        },
    ),
    ("machinelearningservices:OnlineEndpoint", {"properties.traffic": {"blue": 0}}),
    ("machinelearningservices:OnlineEndpoint", {"properties.traffic": {"blue": UNKNOWN, "green": 7}}),
    ("machinelearningservices:OnlineEndpoint", {"properties.mirrorTraffic": {"green": 50}}),
    ("operationalinsights:Workspace", {"workspaceCapping.dailyQuotaGb": -1, "retentionInDays": 730}),
    ("operationalinsights:Workspace", {"sku.name": "Free", "retentionInDays": 7}),
    ("operationalinsights:Workspace", {"sku": {"name": "CapacityReservation", "capacityReservationLevel": 100}}),
    ("monitor:DiagnosticSetting", {"workspaceId": UNKNOWN}),
    ("monitor:MetricAlert", {"evaluationFrequency": "PT60M", "windowSize": "PT1H"}),
    ("monitor:ActionGroup", {"groupShortName": "twelve chars"}),
    ("consumption:Budget", {"notifications.at80.contactEmails": [], "notifications.at80.contactRoles": ["Owner"]}),
    ("network:VirtualNetwork", {"addressSpace.addressPrefixes": UNKNOWN}),
    ("network:VirtualNetwork", {"subnets[1].addressPrefix": "10.0.1.0/29"}),
    ("network:VirtualNetwork", {"addressSpace.addressPrefixes": ["10.0.0.0/16", "fd00::/48"]}),
    ("network:SecurityRule", {"destinationPortRange": ..., "destinationPortRanges": ["80", "443"]}),
    ("network:PublicIPAddress", {"sku": ..., "publicIPAllocationMethod": "Dynamic"}),
    (
        "compute:VirtualMachine",
        {"priority": ..., "evictionPolicy": ..., "billingProfile": ..., "osProfile.computerName": "n" * 64},
    ),
    ("containerservice:AgentPool", LOW),
    ("containerservice:AgentPool", {"enableAutoScaling": UNKNOWN}),
    ("app:ContainerApp", {"template.scale": {"maxReplicas": 1000}}),
    ("cosmosdb:SqlResourceSqlContainer", {"options": {"autoscaleSettings": {"maxThroughput": 1000}}}),
    ("sql:Server", {"administratorLoginPassword": UNKNOWN}),
    (
        "sql:Server",
        {
            "administratorLogin": ...,
            "administratorLoginPassword": ...,
            "administrators": {"azureADOnlyAuthentication": True, "login": "dbas", "sid": "s"},
        },
    ),
    ("iothub:IotHubResource", {"properties.routing.routes[0].endpointNames": ["events"]}),
    ("iothub:IotHubResource", {"properties.routing.endpoints.storageContainers[0].name": UNKNOWN}),
    (
        "iothub:IotHubResource",
        {"identity": {"type": "SystemAssigned"}, f"{COLD}": {"name": "cold", "containerName": "raw", **BY_IDENTITY}},
    ),
    ("resources:Resource", {"properties.iotHubs[0]": {"hostName": "h", "authenticationType": "SystemAssigned"}}),
    ("resources:Resource", {"properties.iotHubs[0]": {"connectionString": "x"}}),
    ("resources:Resource", {"properties.iotHubs[0].hostName": UNKNOWN, "identity.userAssignedIdentities": [UNKNOWN]}),
    ("resources:Resource", {"resourceType": "accounts", "properties.iotHubs[0]": {}}),
    ("iotoperations:Broker", {"properties.cardinality.frontend.replicas": UNKNOWN}),
    ("kubernetesconfiguration:Extension", {"version": ..., "autoUpgradeMinorVersion": True}),
]

BLOB = f"{ARR}.actions.baseBlob"
BAD = [
    # storage accounts
    ("storage:StorageAccount", {"accountName": "st"}, "accountName", "2 characters"),
    ("storage:StorageAccount", {"accountName": "St-vision"}, "accountName", "lower-case letters and digits"),
    ("storage:StorageAccount", {"resourceGroupName": "g" * 91}, "resourceGroupName", "1 to 90"),
    ("storage:StorageAccount", {"sku.name": "Premium_ZRS"}, "sku.name", "does not exist for kind StorageV2"),
    ("storage:StorageAccount", {"kind": "BlockBlobStorage"}, "sku.name", "it has Premium_LRS, Premium_ZRS"),
    ("storage:StorageAccount", {"kind": "BlobStorage", "accessTier": "Hot"}, "sku.name", "kind BlobStorage"),
    ("storage:StorageAccount", {"accessTier": "Premium"}, "accessTier", "not a tier of kind StorageV2"),
    (
        "storage:StorageAccount",
        {"kind": "BlobStorage", "sku.name": "Standard_LRS", "accessTier": ...},
        "accessTier",
        "is required for kind BlobStorage",
    ),
    ("storage:StorageAccount", {"location": "ukwest"}, "sku.name", "ukwest, which has no availability zones"),
    (
        "storage:StorageAccount",
        {"location": "italynorth", "sku.name": "Standard_GRS"},
        "sku.name",
        "italynorth, which has no paired region",
    ),
    (
        "storage:StorageAccount",
        {"location": "Poland Central", "sku.name": "Standard_GZRS"},
        "sku.name",
        "polandcentral, which has no paired region",
    ),
    ("storage:StorageAccount", {"isSftpEnabled": True}, "isSftpEnabled", "set isHnsEnabled to true"),
    ("storage:StorageAccount", {"isHnsEnabled": False, "enableNfsV3": True}, "enableNfsV3", "hierarchical namespace"),
    (
        "storage:StorageAccount",
        {"kind": "FileStorage", "sku.name": "Premium_LRS", "accessTier": ..., "isHnsEnabled": True},
        "isHnsEnabled",
        "not offered for kind FileStorage",
    ),
    (
        "storage:StorageAccount",
        {"isHnsEnabled": True, "immutableStorageWithVersioning": {"enabled": True}},
        "immutableStorageWithVersioning.enabled",
        "which has no versions",
    ),
    (
        "storage:StorageAccount",
        {
            "immutableStorageWithVersioning": {
                "enabled": True,
                "immutabilityPolicy": {"immutabilityPeriodSinceCreationInDays": 146001},
            }
        },
        "immutableStorageWithVersioning.immutabilityPolicy.immutabilityPeriodSinceCreationInDays",
        "146001 is out of range; it must be 1 to 146000",
    ),
    (
        "storage:StorageAccount",
        {"encryption": {"keySource": "Microsoft.Keyvault"}, "identity": {"type": "SystemAssigned"}},
        "encryption.keyVaultProperties",
        "is required when keySource is Microsoft.Keyvault",
    ),
    (
        "storage:StorageAccount",
        {"encryption": {"keySource": "Microsoft.Keyvault", "keyVaultProperties": {"keyName": "k"}}},
        "identity",
        "is required when keySource is Microsoft.Keyvault",
    ),
    # blobs
    ("storage:BlobContainer", {"containerName": "Raw"}, "containerName", "lower-case letters"),
    ("storage:BlobContainer", {"accountName": "st_vision"}, "accountName", "must match the pattern ^[a-z0-9]+$"),
    ("storage:FileShare", {"shareQuota": 0}, "shareQuota", "1 to 102400"),
    ("storage:FileShare", {"shareName": "s"}, "shareName", "3 to 63"),
    (
        "storage:BlobServiceProperties",
        {"deleteRetentionPolicy.days": 366},
        "deleteRetentionPolicy.days",
        "366 is out of range; it must be 1 to 365",
    ),
    (
        "storage:BlobServiceProperties",
        {"containerDeleteRetentionPolicy": {"enabled": True, "days": 0}},
        "containerDeleteRetentionPolicy.days",
        "1 to 365",
    ),
    (
        "storage:BlobServiceProperties",
        {"containerDeleteRetentionPolicy": {"enabled": True}},
        "containerDeleteRetentionPolicy.days",
        "is required when containerDeleteRetentionPolicy.enabled is true",
    ),
    ("storage:BlobServiceProperties", {"changeFeed.retentionInDays": 0}, "changeFeed.retentionInDays", "1 to 146000"),
    ("storage:BlobServiceProperties", {"changeFeed": ...}, "changeFeed.enabled", "point-in-time restore"),
    ("storage:BlobServiceProperties", {"isVersioningEnabled": False}, "isVersioningEnabled", "must be true"),
    ("storage:BlobServiceProperties", {"restorePolicy.days": 14}, "restorePolicy.days", "14 must be less than"),
    (
        "storage:BlobServiceProperties",
        {"lastAccessTimeTrackingPolicy.trackingGranularityInDays": 7},
        "lastAccessTimeTrackingPolicy.trackingGranularityInDays",
        "it is always 1",
    ),
    ("storage:BlobServiceProperties", {"blobServicesName": "blob"}, "blobServicesName", "always 'default'"),
    # lifecycle
    ("storage:ManagementPolicy", {"managementPolicyName": "lifecycle"}, "managementPolicyName", "always 'default'"),
    ("storage:ManagementPolicy", {"policy.rules": []}, "policy.rules", "at least one rule"),
    ("storage:ManagementPolicy", {"policy.rules": [rule(f"r{i}") for i in range(101)]}, "policy.rules", "100 at most"),
    ("storage:ManagementPolicy", {"policy.rules[0].definition.actions": {}}, f"{ARR}.actions", "has no action"),
    ("storage:ManagementPolicy", {f"{BLOB}.delete": {}}, f"{BLOB}.delete", "has no condition"),
    ("storage:ManagementPolicy", {f"{BLOB}.delete": {DAYS: -1}}, f"{BLOB}.delete.{DAYS}", "0 or more"),
    ("storage:ManagementPolicy", {f"{BLOB}.delete": {DAYS: 1.5}}, f"{BLOB}.delete.{DAYS}", "whole number of days"),
    ("storage:ManagementPolicy", {f"{BLOB}.delete": {DAYS: 100000}}, f"{BLOB}.delete.{DAYS}", "0 to 99999"),
    (
        "storage:ManagementPolicy",
        {f"{BLOB}.delete": {DAYS: 9, "daysAfterCreationGreaterThan": 9}},
        f"{BLOB}.delete",
        "has 2 conditions",
    ),
    (
        "storage:ManagementPolicy",
        {f"{BLOB}.tierToCool.daysAfterLastTierChangeGreaterThan": 7},
        f"{BLOB}.tierToCool.daysAfterLastTierChangeGreaterThan",
        "goes with tierToArchive only",
    ),
    (
        "storage:ManagementPolicy",
        {f"{BLOB}.enableAutoTierToHotFromCool": True},
        f"{BLOB}.enableAutoTierToHotFromCool",
        "needs tierToCool with daysAfterLastAccessTimeGreaterThan",
    ),
    (
        "storage:ManagementPolicy",
        {f"{ARR}.filters.blobTypes": ["pageBlob"]},
        f"{ARR}.filters.blobTypes[0]",
        "allowed: blockBlob, appendBlob",
    ),
    ("storage:ManagementPolicy", {f"{ARR}.filters.blobTypes": []}, f"{ARR}.filters.blobTypes", "is empty"),
    (
        "storage:ManagementPolicy",
        {f"{ARR}.filters.blobTypes": ["blockBlob", "appendBlob"]},
        f"{BLOB}.tierToCool",
        "append blobs can be deleted, not tiered",
    ),
    (
        "storage:ManagementPolicy",
        {f"{ARR}.filters.prefixMatch": [f"raw/{i}" for i in range(11)]},
        f"{ARR}.filters.prefixMatch",
        "a rule has 10 at most",
    ),
    (
        "storage:ManagementPolicy",
        {f"{ARR}.filters.blobIndexMatch": [{"name": "x" * 129, "op": "==", "value": "y"}]},
        f"{ARR}.filters.blobIndexMatch[0].name",
        "1 to 128",
    ),
    # inventory, immutability
    (
        "storage:BlobInventoryPolicy",
        {"blobInventoryPolicyName": "weekly"},
        "blobInventoryPolicyName",
        "always 'default'",
    ),
    ("storage:BlobInventoryPolicy", {f"{ARR}.schemaFields": ["Etag"]}, f"{ARR}.schemaFields", "must hold 'Name'"),
    ("storage:BlobInventoryPolicy", {f"{ARR}.filters": ...}, f"{ARR}.filters.blobTypes", "objectType is Blob"),
    (
        "storage:BlobInventoryPolicy",
        {f"{ARR}.objectType": "Container"},
        f"{ARR}.filters.blobTypes",
        "does not go with objectType Container",
    ),
    (
        "storage:BlobInventoryPolicy",
        {f"{ARR}.filters.includeSnapshots": True},
        f"{ARR}.schemaFields",
        "must hold 'Snapshot' because includeSnapshots is true",
    ),
    (
        "storage:BlobInventoryPolicy",
        {f"{ARR}.schemaFields": ["Name", "VersionId"]},
        f"{ARR}.schemaFields",
        "must not hold 'VersionId' unless includeBlobVersions is true",
    ),
    (
        "storage:BlobInventoryPolicy",
        {f"{ARR}.filters.creationTime": {"lastNDays": 0}},
        f"{ARR}.filters.creationTime.lastNDays",
        "1 to 36500",
    ),
    (
        "storage:BlobContainerImmutabilityPolicy",
        {"immutabilityPeriodSinceCreationInDays": 0},
        "immutabilityPeriodSinceCreationInDays",
        "1 to 146000",
    ),
    (
        "storage:BlobContainerImmutabilityPolicy",
        {"allowProtectedAppendWrites": True, "allowProtectedAppendWritesAll": True},
        "allowProtectedAppendWritesAll",
        "cannot both be true",
    ),
    # vaults and registries
    ("keyvault:Vault", {"vaultName": "kv--vision"}, "vaultName", "single dashes"),
    (
        "keyvault:Vault",
        {"properties.softDeleteRetentionInDays": 6},
        "properties.softDeleteRetentionInDays",
        "6 is out of range; it must be 7 to 90",
    ),
    ("keyvault:Vault", {"properties.enableSoftDelete": False}, "properties.enableSoftDelete", "on for every vault"),
    (
        "keyvault:Vault",
        {"properties.enablePurgeProtection": False},
        "properties.enablePurgeProtection",
        "cannot be set to false",
    ),
    ("containerregistry:Registry", {"registryName": "cr"}, "registryName", "5 to 50"),
    ("containerregistry:Registry", {"policies.retentionPolicy.days": 366}, "policies.retentionPolicy.days", "0 to 365"),
    ("containerregistry:Registry", {"location": "ukwest"}, "zoneRedundancy", "ukwest, which has no availability zones"),
    (
        "containerregistry:Registry",
        {"publicNetworkAccess": "Enabled"},
        "policies.exportPolicy.status",
        "only when publicNetworkAccess is Disabled",
    ),
    (
        "containerregistry:Registry",
        {"sku.name": "Basic", "policies": ..., "zoneRedundancy": ...},
        "publicNetworkAccess",
        "needs sku Premium; the registry's is Basic",
    ),
    (
        "containerregistry:Registry",
        {"sku.name": "Standard", "policies": ..., "publicNetworkAccess": ...},
        "zoneRedundancy",
        "needs sku Premium",
    ),
    (
        "containerregistry:Registry",
        {
            "sku.name": "Basic",
            "policies": ...,
            "publicNetworkAccess": ...,
            "zoneRedundancy": ...,
            "anonymousPullEnabled": True,
        },
        "anonymousPullEnabled",
        "needs sku Standard or Premium",
    ),
    # machine learning
    ("machinelearningservices:Workspace", {"identity": ...}, "identity", "a workspace works with a managed identity"),
    ("machinelearningservices:Workspace", {"storageAccount": ...}, "storageAccount", "is required"),
    ("machinelearningservices:Workspace", {"keyVault": ...}, "keyVault", "the resource id of a Microsoft.KeyVault"),
    (
        "machinelearningservices:Workspace",
        {"storageAccount": "stvision"},
        "storageAccount",
        "'stvision' is not the resource id of a Microsoft.Storage/storageAccounts",
    ),
    (
        "machinelearningservices:Workspace",
        {"applicationInsights": f"{IDS}/Microsoft.KeyVault/vaults/kv"},
        "applicationInsights",
        "is not the resource id of a Microsoft.Insights/components",
    ),
    ("machinelearningservices:Workspace", {"kind": "Project"}, "hubResourceId", "is required for kind Project"),
    (
        "machinelearningservices:Workspace",
        {"identity": {"type": "UserAssigned", "userAssignedIdentities": [f"{IDS}/x"]}},
        "primaryUserAssignedIdentity",
        "names the one that the workspace works with",
    ),
    (
        "machinelearningservices:Workspace",
        {"identity": {"type": "SystemAssigned,UserAssigned"}},
        "identity.userAssignedIdentities",
        "is required",
    ),
    (
        "machinelearningservices:Workspace",
        {
            "encryption": {
                "status": "Enabled",
                "keyVaultProperties": {"keyVaultArmId": "a", "keyIdentifier": "my-key"},
            }
        },
        "encryption.keyVaultProperties.keyIdentifier",
        "not the identifier of a vault's key",
    ),
    ("machinelearningservices:Workspace", {"workspaceName": "-vision"}, "workspaceName", "starts with a letter"),
    ("machinelearningservices:Compute", {"workspaceName": "m"}, "workspaceName", "must match the pattern"),
    ("machinelearningservices:Compute", {"computeName": "gpu_cluster"}, "computeName", "letters, digits and dashes"),
    (
        "machinelearningservices:Compute",
        {f"{P}.scaleSettings.minNodeCount": 5},
        f"{P}.scaleSettings.minNodeCount",
        "5 must not be more than maxNodeCount, 4",
    ),
    (
        "machinelearningservices:Compute",
        {f"{P}.scaleSettings.minNodeCount": -1},
        f"{P}.scaleSettings.minNodeCount",
        "0 or more",
    ),
    (
        "machinelearningservices:Compute",
        {f"{P}.scaleSettings.nodeIdleTimeBeforeScaleDown": "120"},
        f"{P}.scaleSettings.nodeIdleTimeBeforeScaleDown",
        "'120' is not an ISO 8601 duration",
    ),
    (
        "machinelearningservices:Compute",
        {f"{P}.scaleSettings.nodeIdleTimeBeforeScaleDown": "PT"},
        f"{P}.scaleSettings.nodeIdleTimeBeforeScaleDown",
        "ISO 8601",
    ),
    (
        "machinelearningservices:Compute",
        {f"{P}.vmSize": "Standard_NC6s_v3"},
        f"{P}.vmSize",
        "was retired on 2025-09-30 and is no longer offered; Standard_NC4as_T4_v3 comes closest",
    ),
    ("compute:VirtualMachine", {"hardwareProfile.vmSize": "Standard_NC24r"}, "hardwareProfile.vmSize", "was retired"),
    ("machinelearningservices:Compute", {f"{P}.vmSize": "NC24 A100"}, f"{P}.vmSize", "is not a VM size"),
    (
        "machinelearningservices:Compute",
        {
            "properties": {
                "computeType": "ComputeInstance",
                "properties": {"vmSize": "Standard_DS3_v2", "idleTimeBeforeShutdown": "PT5M"},
            }
        },
        f"{P}.idleTimeBeforeShutdown",
        "PT15M to P3D",
    ),
    (
        "machinelearningservices:Compute",
        {
            "properties": {
                "computeType": "ComputeInstance",
                "properties": {"vmSize": "Standard_DS3_v2", "idleTimeBeforeShutdown": "1h"},
            }
        },
        f"{P}.idleTimeBeforeShutdown",
        "not an ISO 8601 duration",
    ),
    (
        "machinelearningservices:Compute",
        {
            "computeName": "dev-1",
            "properties": {"computeType": "ComputeInstance", "properties": {"vmSize": "Standard_DS3_v2"}},
        },
        "computeName",
        "no '-<number>' at the end",
    ),
    ("machinelearningservices:OnlineEndpoint", {"properties.traffic.green": 5}, "properties.traffic", "sums to 95"),
    (
        "machinelearningservices:OnlineEndpoint",
        {"properties.traffic": {"blue": 110, "green": -10}},
        "properties.traffic.blue",
        "0 to 100",
    ),
    (
        "machinelearningservices:OnlineEndpoint",
        {"properties.mirrorTraffic": {"green": 60}},
        "properties.mirrorTraffic",
        "at most 50 percent",
    ),
    ("machinelearningservices:OnlineEndpoint", {"endpointName": "1score"}, "endpointName", "starts with a letter"),
    ("machinelearningservices:OnlineDeployment", {"sku.capacity": 0}, "sku.capacity", "1 instance or more"),
    (
        "machinelearningservices:OnlineDeployment",
        {"properties.requestSettings.requestTimeout": "5s"},
        "properties.requestSettings.requestTimeout",
        "ISO 8601",
    ),
    (
        "machinelearningservices:OnlineDeployment",
        {"properties.livenessProbe.period": "10"},
        "properties.livenessProbe.period",
        "ISO 8601",
    ),
    (
        "machinelearningservices:BatchDeployment",
        {"properties.miniBatchSize": 0},
        "properties.miniBatchSize",
        "1 or more",
    ),
    (
        "machinelearningservices:BatchDeployment",
        {"properties.errorThreshold": -2},
        "properties.errorThreshold",
        "-1 or more",
    ),
    (
        "machinelearningservices:BatchDeployment",
        {"properties.retrySettings.timeout": "30"},
        "properties.retrySettings.timeout",
        "ISO 8601",
    ),
    # monitoring
    ("operationalinsights:Workspace", {"retentionInDays": 29}, "retentionInDays", "30 to 730"),
    ("operationalinsights:Workspace", {"retentionInDays": 731}, "retentionInDays", "30 to 730"),
    ("operationalinsights:Workspace", {"sku.name": "Free"}, "retentionInDays", "keeps 7 days"),
    (
        "operationalinsights:Workspace",
        {"sku.name": "CapacityReservation"},
        "sku.capacityReservationLevel",
        "is required",
    ),
    (
        "operationalinsights:Workspace",
        {"sku": {"name": "CapacityReservation", "capacityReservationLevel": 150}},
        "sku.capacityReservationLevel",
        "150 is not a commitment tier",
    ),
    (
        "operationalinsights:Workspace",
        {"workspaceCapping.dailyQuotaGb": 0},
        "workspaceCapping.dailyQuotaGb",
        "-1 for no cap",
    ),
    ("operationalinsights:Workspace", {"workspaceName": "log"}, "workspaceName", "4 to 63"),
    ("applicationinsights:Component", {"retentionInDays": 45}, "retentionInDays", "30, 60, 90"),
    ("applicationinsights:Component", {"samplingPercentage": 0}, "samplingPercentage", "more than 0, at most 100"),
    ("monitor:DiagnosticSetting", {"workspaceId": ...}, "workspaceId", "at least one destination"),
    ("monitor:DiagnosticSetting", {"logs": ...}, "logs", "logs, metrics or both"),
    ("monitor:DiagnosticSetting", {"logs": [{"enabled": True}]}, "logs[0].category", "a category or a categoryGroup"),
    ("monitor:DiagnosticSetting", {"logs[0].category": "AuditEvent"}, "logs[0].categoryGroup", "exclude one another"),
    ("monitor:MetricAlert", {"severity": 5}, "severity", "0 (critical) to 4 (verbose)"),
    ("monitor:MetricAlert", {"evaluationFrequency": "PT2M"}, "evaluationFrequency", "PT1M, PT5M, PT15M"),
    ("monitor:MetricAlert", {"windowSize": "PT1M"}, "windowSize", "shorter than evaluationFrequency, 'PT5M'"),
    ("monitor:MetricAlert", {"evaluationFrequency": "5 minutes"}, "evaluationFrequency", "ISO 8601"),
    ("monitor:ScheduledQueryRule", {"evaluationFrequency": "PT7M"}, "evaluationFrequency", "PT10M"),
    ("monitor:ScheduledQueryRule", {"windowSize": "half an hour"}, "windowSize", "ISO 8601"),
    (
        "monitor:ScheduledQueryRule",
        {"autoMitigate": True, "muteActionsDuration": "PT1H"},
        "muteActionsDuration",
        "does not go with autoMitigate",
    ),
    ("monitor:ActionGroup", {"groupShortName": "thirteen char"}, "groupShortName", "1 to 12"),
    (
        "monitor:AutoscaleSetting",
        {"profiles[0].capacity.minimum": "5"},
        "profiles[0].capacity.minimum",
        "5 must not be more than maximum, 4",
    ),
    (
        "monitor:AutoscaleSetting",
        {"profiles[0].capacity.default": "9"},
        "profiles[0].capacity.default",
        "between minimum, 1, and maximum, 4",
    ),
    (
        "monitor:AutoscaleSetting",
        {"profiles[0].capacity.maximum": "many"},
        "profiles[0].capacity.maximum",
        "whole number of instances",
    ),
    (
        "monitor:AutoscaleSetting",
        {"profiles[0].rules[0].metricTrigger.timeWindow": "PT1M"},
        "profiles[0].rules[0].metricTrigger.timeWindow",
        "PT5M to PT12H",
    ),
    (
        "monitor:AutoscaleSetting",
        {"profiles[0].rules[0].scaleAction.cooldown": "300"},
        "profiles[0].rules[0].scaleAction.cooldown",
        "ISO 8601",
    ),
    ("consumption:Budget", {"amount": 0}, "amount", "more than 0"),
    (
        "consumption:Budget",
        {"timePeriod.startDate": "2026-11-02T00:00:00Z"},
        "timePeriod.startDate",
        "first of a month",
    ),
    ("consumption:Budget", {"timePeriod.startDate": "November"}, "timePeriod.startDate", "is not a date"),
    ("consumption:Budget", {"timePeriod.endDate": "2026-10-01T00:00:00Z"}, "timePeriod.endDate", "after startDate"),
    ("consumption:Budget", {"notifications.at80.threshold": 1001}, "notifications.at80.threshold", "0 to 1000"),
    ("consumption:Budget", {"notifications.at80.contactEmails": []}, "notifications.at80.contactEmails", "to be told"),
    # networks
    ("network:VirtualNetwork", {"addressSpace": ...}, "addressSpace.addressPrefixes", "at least one CIDR block"),
    (
        "network:VirtualNetwork",
        {"addressSpace.addressPrefixes": ["10.0.0.1/16"], "subnets": ...},
        "addressSpace.addressPrefixes[0]",
        "no bits set after the prefix",
    ),
    (
        "network:VirtualNetwork",
        {"subnets[1].addressPrefix": "10.1.0.0/24"},
        "subnets[1].addressPrefix",
        "outside the network's address space",
    ),
    (
        "network:VirtualNetwork",
        {"subnets[1].addressPrefix": "10.0.0.128/25"},
        "subnets[1].addressPrefix",
        "'10.0.0.128/25' overlaps '10.0.0.0/24'",
    ),
    ("network:Subnet", {"addressPrefix": ...}, "addressPrefix", "a subnet has a CIDR block"),
    ("network:Subnet", {"addressPrefix": "10.0.0.0/30"}, "addressPrefix", "the smallest subnet is a /29"),
    ("network:SecurityRule", {"priority": 99}, "priority", "100 to 4096"),
    ("network:SecurityRule", {"destinationPortRange": "90-80"}, "destinationPortRange", "a range such as 80-90"),
    ("network:SecurityRule", {"destinationPortRange": "70000"}, "destinationPortRange", "is not a port"),
    (
        "network:SecurityRule",
        {"sourceAddressPrefixes": ["10.0.0.0/8"]},
        "sourceAddressPrefixes",
        "and sourceAddressPrefix exclude one another",
    ),
    ("network:SecurityRule", {"sourcePortRange": ...}, "sourcePortRange", "give one of"),
    (
        "network:NetworkSecurityGroup",
        {"securityRules[1].priority": 100},
        "securityRules[0].priority",
        "100 is used by two rules of direction Inbound",
    ),
    (
        "network:PublicIPAddress",
        {"publicIPAllocationMethod": "Dynamic"},
        "publicIPAllocationMethod",
        "must be Static for sku Standard",
    ),
    ("network:PublicIPAddress", {"idleTimeoutInMinutes": 31}, "idleTimeoutInMinutes", "4 to 30"),
    ("network:PrivateEndpoint", {"subnet": ...}, "subnet", "takes its address from a subnet"),
    (
        "network:PrivateEndpoint",
        {"privateLinkServiceConnections": ...},
        "privateLinkServiceConnections",
        "has one connection",
    ),
    (
        "network:PrivateEndpoint",
        {"privateLinkServiceConnections[0].privateLinkServiceId": ...},
        "privateLinkServiceConnections[0].privateLinkServiceId",
        "is required",
    ),
    ("privatedns:VirtualNetworkLink", {"location": "uksouth"}, "location", "it is always 'global'"),
    # machines, clusters, apps
    (
        "compute:VirtualMachine",
        {
            "osProfile.linuxConfiguration": ...,
            "osProfile.windowsConfiguration": {"provisionVMAgent": True},
            "osProfile.computerName": "n" * 16,
        },
        "osProfile.computerName",
        "has 16 characters; a Windows machine's name has 1 to 15",
    ),
    ("compute:VirtualMachine", {"osProfile.adminUsername": "Admin"}, "osProfile.adminUsername", "does not take"),
    (
        "compute:VirtualMachine",
        {"osProfile.linuxConfiguration.ssh": ...},
        "osProfile.linuxConfiguration.ssh.publicKeys",
        "is required when disablePasswordAuthentication is true",
    ),
    ("compute:VirtualMachine", {"billingProfile.maxPrice": 0}, "billingProfile.maxPrice", "-1 for no cap"),
    (
        "compute:VirtualMachine",
        {"priority": "Regular", "billingProfile": ...},
        "evictionPolicy",
        "goes with priority Spot only",
    ),
    ("compute:VirtualMachine", {"availabilitySet": {"id": "x"}}, "availabilitySet", "and zones exclude one another"),
    (
        "compute:VirtualMachine",
        {"storageProfile.dataDisks[0].lun": 64},
        "storageProfile.dataDisks[0].lun",
        "0 to 63",
    ),
    (
        "compute:VirtualMachine",
        {"storageProfile.dataDisks[0].diskSizeGB": ...},
        "storageProfile.dataDisks[0].diskSizeGB",
        "createOption is Empty",
    ),
    ("containerservice:ManagedCluster", {"identity": ...}, "identity", "unless servicePrincipalProfile"),
    ("containerservice:ManagedCluster", {"dnsPrefix": ...}, "dnsPrefix", "unless fqdnSubdomain"),
    ("containerservice:ManagedCluster", {"agentPoolProfiles[0].mode": "User"}, "agentPoolProfiles[0].mode", "System"),
    (
        "containerservice:ManagedCluster",
        {"agentPoolProfiles[0].name": "System-1"},
        "agentPoolProfiles[0].name",
        "must match the pattern",
    ),
    (
        "containerservice:ManagedCluster",
        {"agentPoolProfiles[0].scaleSetPriority": "Spot"},
        "agentPoolProfiles[0].scaleSetPriority",
        "cannot be Spot in a system pool",
    ),
    (
        "containerservice:ManagedCluster",
        {"agentPoolProfiles[0].osDiskSizeGB": 2049},
        "agentPoolProfiles[0].osDiskSizeGB",
        "0 to 2048",
    ),
    ("containerservice:AgentPool", {"maxCount": ...}, "maxCount", "is required when enableAutoScaling is true"),
    ("containerservice:AgentPool", {"minCount": 5}, "minCount", "5 must not be more than maxCount, 4"),
    ("containerservice:AgentPool", {"count": 7}, "count", "between minCount, 0, and maxCount, 4"),
    (
        "containerservice:AgentPool",
        {"enableAutoScaling": False, "minCount": ...},
        "maxCount",
        "goes with enableAutoScaling only",
    ),
    ("containerservice:AgentPool", {"scaleSetPriority": ...}, "spotMaxPrice", "scaleSetPriority Spot only"),
    ("containerservice:AgentPool", {"agentPoolName": "GPU"}, "agentPoolName", "must match the pattern"),
    ("app:ContainerApp", {"managedEnvironmentId": ...}, "managedEnvironmentId", "runs in a managed environment"),
    ("app:ContainerApp", {"template.scale.minReplicas": 4}, "template.scale.minReplicas", "more than maxReplicas, 3"),
    ("app:ContainerApp", {"template.scale.maxReplicas": 1001}, "template.scale.maxReplicas", "1 to 1000"),
    (
        "app:ContainerApp",
        {"configuration.ingress.traffic[0].weight": 70},
        "configuration.ingress.traffic",
        "sums to 90; the weights must sum to 100",
    ),
    (
        "app:ContainerApp",
        {"configuration.ingress.targetPort": 65536},
        "configuration.ingress.targetPort",
        "0 to 65535",
    ),
    # databases, messages, factories
    (
        "cosmosdb:DatabaseAccount",
        {"locations[1].failoverPriority": 0},
        "locations",
        "failoverPriority must be 0 to 1, each once",
    ),
    (
        "cosmosdb:DatabaseAccount",
        {"locations[1].locationName": "Sweden Central"},
        "locations[0].locationName",
        "is listed twice",
    ),
    ("cosmosdb:DatabaseAccount", {"capabilities": [{"name": "EnableServerless"}]}, "locations", "serverless account"),
    (
        "cosmosdb:DatabaseAccount",
        {"consistencyPolicy.maxStalenessPrefix": 10},
        "consistencyPolicy.maxStalenessPrefix",
        "with several regions it must be 100000 or more",
    ),
    (
        "cosmosdb:DatabaseAccount",
        {"consistencyPolicy.maxIntervalInSeconds": 86401},
        "consistencyPolicy.maxIntervalInSeconds",
        "5 to 86400",
    ),
    ("cosmosdb:DatabaseAccount", {"accountName": "Cosmos"}, "accountName", "must match the pattern"),
    ("cosmosdb:SqlResourceSqlContainer", {"options.throughput": 450}, "options.throughput", "in steps of 100"),
    (
        "cosmosdb:SqlResourceSqlContainer",
        {"options.autoscaleSettings": {"maxThroughput": 4000}},
        "options.autoscaleSettings",
        "and throughput exclude one another",
    ),
    ("cosmosdb:SqlResourceSqlContainer", {"resource.defaultTtl": 0}, "resource.defaultTtl", "-1 (never)"),
    (
        "cosmosdb:SqlResourceSqlContainer",
        {"resource.partitionKey.paths": ["tenant"]},
        "resource.partitionKey.paths[0]",
        "such as /tenant",
    ),
    ("sql:Server", {"administratorLogin": "sa"}, "administratorLogin", "does not take for an administrator"),
    ("sql:Server", {"administratorLoginPassword": "short1A"}, "administratorLoginPassword", "is too weak"),
    ("sql:Server", {"administratorLoginPassword": ...}, "administratorLoginPassword", "is required beside"),
    ("sql:Server", {"administratorLogin": ...}, "administratorLogin", "azureADOnlyAuthentication"),
    ("iothub:IotHubResource", {"sku.capacity": 201}, "sku.capacity", "sku S1 has 1 to 200 units"),
    (
        "iothub:IotHubResource",
        {"properties.eventHubEndpoints.events.retentionTimeInDays": 8},
        "properties.eventHubEndpoints.events.retentionTimeInDays",
        "1 to 7",
    ),
    (
        "iothub:IotHubResource",
        {"properties.cloudToDevice.maxDeliveryCount": 101},
        "properties.cloudToDevice.maxDeliveryCount",
        "1 to 100",
    ),
    (
        "iothub:IotHubResource",
        {"properties.cloudToDevice.defaultTtlAsIso8601": "P3D"},
        "properties.cloudToDevice.defaultTtlAsIso8601",
        "PT1M to P2D",
    ),
    (
        "iothub:IotHubResource",
        {"properties.routing.routes[0].endpointNames": ["warm"]},
        "properties.routing.routes[0].endpointNames[0]",
        "it has cold, events",
    ),
    (
        "iothub:IotHubResource",
        {"properties.routing.endpoints.storageContainers[0].batchFrequencyInSeconds": 30},
        "properties.routing.endpoints.storageContainers[0].batchFrequencyInSeconds",
        "60 to 720",
    ),
    ("iothub:IotHubResource", {"resourceName": "iot-"}, "resourceName", "no dash at either end"),
    ("iothub:IotHubResource", {f"{COLD}.connectionString": ...}, f"{COLD}.connectionString", "is required by key"),
    (
        "iothub:IotHubResource",
        {f"{COLD}.authenticationType": "identityBased", "identity": {"type": "SystemAssigned"}},
        f"{COLD}.endpointUri",
        "is required by identity",
    ),
    (
        "iothub:IotHubResource",
        {f"{COLD}": {"name": "cold", "containerName": "raw", **BY_IDENTITY}},
        "identity",
        "signs in with it",
    ),
    (
        "iothub:IotHubResource",
        {f"{COLD}.fileNameFormat": "{iothub}/{partition}/{YYYY}/{MM}/{DD}/{HH}"},
        f"{COLD}.fileNameFormat",
        "lacks {mm}; all parts are mandatory",
    ),
    (
        "iothub:IotHubResource",
        {
            "properties.routing.fallbackRoute": {
                "source": "DeviceMessages",
                "endpointNames": ["cold"],
                "isEnabled": True,
            }
        },
        "properties.routing.fallbackRoute.endpointNames[0]",
        "'cold' is not the built-in endpoint",
    ),
    (
        "iothub:IotHubResource",
        {
            "properties.networkRuleSets": {
                "applyToBuiltInEventHubEndpoint": True,
                "ipRules": [{"filterName": "plant", "ipMask": "203.0.113.7/24"}],
            }
        },
        "properties.networkRuleSets.ipRules[0].ipMask",
        "'203.0.113.7/24' is not a CIDR block",
    ),
    ("resources:Resource", {"resourceName": "p"}, "resourceName", "3 to 64"),
    ("resources:Resource", {"properties.iotHubs[0].hostName": ...}, "properties.iotHubs[0].hostName", "is required by"),
    (
        "resources:Resource",
        {"properties.iotHubs[0].authenticationType": ...},
        "properties.iotHubs[0].connectionString",
        "is required by a link of type KeyBased",
    ),
    (
        "resources:Resource",
        {"identity.userAssignedIdentities": ["/other"]},
        "properties.iotHubs[0].selectedUserAssignedIdentityResourceId",
        "'/OWN' is no identity of the service",
    ),
    ("resources:Resource", {"properties.ipFilterRules[0].ipMask": "x"}, "properties.ipFilterRules[0].ipMask", "CIDR"),
    ("iotoperations:Broker", {"extendedLocation": ...}, "extendedLocation", "required"),
    (
        "iotoperations:Broker",
        {"properties.cardinality.backendChain.redundancyFactor": 6},
        "properties.cardinality.backendChain.redundancyFactor",
        "1 to 5",
    ),
    (
        "iotoperations:Broker",
        {"properties.cardinality.frontend.replicas": 17},
        "properties.cardinality.frontend.replicas",
        "1 to 16",
    ),
    (
        "iotoperations:Broker",
        {"properties.diskBackedMessageBuffer.maxSize": "1Gi"},
        "properties.diskBackedMessageBuffer.maxSize",
        "one of K, M, G, T, P, E",
    ),
    ("iotoperations:BrokerListener", {"properties.ports[0].port": 65536}, "properties.ports[0].port", "0 to 65535"),
    ("iotoperations:BrokerListener", {"listenerName": "Machines"}, "listenerName", "lower-case letters"),
    (
        "iotoperations:DataflowEndpoint",
        {"properties.kafkaSettings.batching.latencyMs": 65536},
        "properties.kafkaSettings.batching.latencyMs",
        "0 to 65535",
    ),
    ("iotoperations:DataflowProfile", {"properties.instanceCount": 21}, "properties.instanceCount", "1 to 20"),
    ("kubernetesconfiguration:Extension", {"autoUpgradeMinorVersion": True}, "version", "cannot be pinned"),
    ("eventhub:EventHub", {"messageRetentionInDays": 0}, "messageRetentionInDays", "1 or more"),
    ("eventhub:EventHub", {"namespaceName": "evh"}, "namespaceName", "6 to 50"),
    ("redis:Redis", {"staticIP": "ten"}, "staticIP", "must match the pattern"),
    ("cognitiveservices:Account", {"accountName": "a"}, "accountName", "2 to 64"),
    ("datafactory:Factory", {"factoryName": "adf_vision"}, "factoryName", "must match the pattern"),
]


def changed(body, changes):
    """A copy of the body with each path set, or taken out for `...`."""
    copy = deepcopy(body)
    for path, value in changes.items():
        *steps, last = path.replace("[", ".").replace("]", "").split(".")
        holder = copy
        for step in steps:
            holder = holder[int(step)] if isinstance(holder, list) else holder.setdefault(step, {})
        if value is ...:
            del holder[last]
        else:
            holder[int(last) if isinstance(holder, list) else last] = value
    return copy


def shown(case):
    kind, changes = case[:2]
    return f"{kind}-{','.join(changes)}"


@pytest.mark.parametrize("kind", BODIES)
def test_what_azure_accepts_passes(engine, kind):
    assert engine.findings(kind, BODIES[kind]) == {}


@pytest.mark.parametrize(("kind", "changes"), GOOD, ids=map(shown, GOOD))
def test_what_azure_accepts_too_passes(engine, kind, changes):
    assert engine.findings(kind, changed(BODIES[kind], changes)) == {}


@pytest.mark.parametrize(("kind", "changes", "path", "reason"), BAD, ids=map(shown, BAD))
def test_what_azure_refuses_is_refused(engine, kind, changes, path, reason):
    found = engine.findings(kind, changed(BODIES[kind], changes))
    assert next(iter(found), None) == path, found
    assert reason in found[path]


def test_the_tables_are_as_long_as_promised():
    assert len(BAD) >= 120
    assert len(BODIES) + len(GOOD) >= 60
