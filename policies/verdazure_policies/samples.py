"""Sample resources: each complies with every rule, and a rule's cases are made from them by changing one property."""

import copy
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pulumi_policy.proxy import UNKNOWN_STRING_VALUE

from verdazure_policies.tokens import EDGE_DEPLOYMENT

UNKNOWN = UNKNOWN_STRING_VALUE
"""What a preview holds in place of a value that only the deployment tells."""


@dataclass(frozen=True)
class Sample:
    """A resource as the engine hands it to a policy."""

    type: str
    """Canonical token."""
    properties: Mapping[str, Any]
    name: str = ""
    links: Mapping[str, str] = field(default_factory=dict)
    """Property -> name of the sample in the same stack that it was made from."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", self.name or self.type.rpartition(":")[2].lower())

    def having(self, path: str, value: Any) -> "Sample":
        """The sample with one property set."""
        properties, parent, last = self._opened(path)
        if isinstance(parent, list) and last == len(parent):
            parent.append(value)
        else:
            parent[last] = value
        return replace(self, properties=properties)

    def without(self, path: str) -> "Sample":
        """The sample with one property left out."""
        properties, parent, last = self._opened(path)
        del parent[last]
        return replace(self, properties=properties)

    def at(self, path: str) -> Any:
        """The value of one property."""
        _, parent, last = self._opened(path)
        return parent[last]

    def linked(self, links: Mapping[str, str]) -> "Sample":
        """The sample made from other resources of its stack."""
        return replace(self, links=links)

    def _opened(self, path: str) -> tuple[dict[str, Any], Any, Any]:
        *parents, last = (int(key) if key.isdigit() else key for key in re.findall(r"[^.\[\]]+", path))
        properties = copy.deepcopy(dict(self.properties))
        place: Any = properties
        for key in parents:
            place = place[key] if isinstance(place, list) else place.setdefault(key, {})
        return properties, place, last


REGION = "swedencentral"
TAGS = {"workload": "forecasting", "owner": "data-science", "environment": "prod"}

STACK = Sample("pulumi:pulumi:Stack", {}, name="shop-prod")

RESOURCE_GROUP = Sample("resources:ResourceGroup", {"location": REGION, "tags": TAGS})

AML_CLUSTER = Sample(
    "machinelearningservices:Compute",
    {
        "workspaceName": "ml",
        "location": REGION,
        "tags": TAGS,
        "properties": {
            "computeType": "AmlCompute",
            "disableLocalAuth": True,
            "properties": {
                "vmSize": "Standard_NC4as_T4_v3",
                "vmPriority": "LowPriority",
                "enableNodePublicIp": False,
                "scaleSettings": {"minNodeCount": 0, "maxNodeCount": 4, "nodeIdleTimeBeforeScaleDown": "PT10M"},
            },
        },
    },
    links={"workspaceName": "workspace"},
)

AML_INSTANCE = Sample(
    "machinelearningservices:Compute",
    {
        "workspaceName": "ml",
        "location": REGION,
        "tags": TAGS,
        "properties": {
            "computeType": "ComputeInstance",
            "disableLocalAuth": True,
            "properties": {
                "vmSize": "Standard_D4ads_v5",
                "enableNodePublicIp": False,
                "idleTimeBeforeShutdown": "PT30M",
                "schedules": {
                    "computeStartStop": [
                        {
                            "action": "Stop",
                            "status": "Enabled",
                            "triggerType": "Cron",
                            "cron": {"expression": "0 19 * * *", "timeZone": "UTC"},
                        }
                    ]
                },
            },
        },
    },
    links={"workspaceName": "workspace"},
)

AML_WORKSPACE = Sample(
    "machinelearningservices:Workspace",
    {
        "location": REGION,
        "tags": TAGS,
        "kind": "Default",
        "publicNetworkAccess": "Disabled",
        "managedNetwork": {"isolationMode": "AllowInternetOutbound"},
        "systemDatastoresAuthMode": "Identity",
        "identity": {"type": "UserAssigned", "userAssignedIdentities": {}},
        "primaryUserAssignedIdentity": UNKNOWN,
        "storageAccount": UNKNOWN,
        "keyVault": UNKNOWN,
    },
    links={"storageAccount": "storageaccount", "keyVault": "vault"},
)

DATASTORE = Sample(
    "machinelearningservices:Datastore",
    {
        "workspaceName": "ml",
        "properties": {
            "datastoreType": "AzureBlob",
            "accountName": UNKNOWN,
            "containerName": "dataset",
            "credentials": {"credentialsType": "None"},
        },
    },
    links={"workspaceName": "workspace", "properties": "storageaccount"},
)

STORAGE_ACCOUNT = Sample(
    "storage:StorageAccount",
    {
        "location": REGION,
        "tags": TAGS,
        "kind": "StorageV2",
        "sku": {"name": "Standard_LRS"},
        "enableHttpsTrafficOnly": True,
        "minimumTlsVersion": "TLS1_2",
        "allowBlobPublicAccess": False,
        "allowSharedKeyAccess": False,
        "publicNetworkAccess": "Disabled",
    },
)

BLOB_CONTAINER = Sample("storage:BlobContainer", {"accountName": "data", "publicAccess": "None"})

BLOB_SERVICE = Sample(
    "storage:BlobServiceProperties",
    {
        "accountName": "data",
        "deleteRetentionPolicy": {"enabled": True, "days": 7},
        "containerDeleteRetentionPolicy": {"enabled": True, "days": 7},
    },
)

LIFECYCLE = Sample(
    "storage:ManagementPolicy",
    {
        "accountName": UNKNOWN,
        "policy": {
            "rules": [
                {
                    "name": "dataset",
                    "enabled": True,
                    "type": "Lifecycle",
                    "definition": {
                        "actions": {
                            "baseBlob": {
                                "tierToCool": {"daysAfterModificationGreaterThan": 30},
                                "tierToCold": {"daysAfterModificationGreaterThan": 90},
                                "delete": {"daysAfterModificationGreaterThan": 365},
                            }
                        }
                    },
                }
            ]
        },
    },
    links={"accountName": "storageaccount"},
)

KEY_VAULT = Sample(
    "keyvault:Vault",
    {
        "location": REGION,
        "tags": TAGS,
        "properties": {
            "enableRbacAuthorization": True,
            "enablePurgeProtection": True,
            "publicNetworkAccess": "disabled",
        },
    },
)

REGISTRY = Sample(
    "containerregistry:Registry",
    {
        "location": REGION,
        "tags": TAGS,
        "sku": {"name": "Premium"},
        "publicNetworkAccess": "Disabled",
        "adminUserEnabled": False,
        "anonymousPullEnabled": False,
        "policies": {"retentionPolicy": {"status": "enabled", "days": 30}},
    },
)

LOG_WORKSPACE = Sample(
    "operationalinsights:Workspace",
    {"location": REGION, "tags": TAGS, "retentionInDays": 30, "workspaceCapping": {"dailyQuotaGb": 1}},
    name="logs",
)

LOG_TABLE = Sample(
    "operationalinsights:Table",
    {"workspaceName": "logs", "tableName": "AppTraces", "plan": "Basic", "totalRetentionInDays": 90},
    name="log-table",
)

ACTION_GROUP = Sample(
    "monitor:ActionGroup",
    {
        "location": "global",
        "tags": TAGS,
        "groupShortName": "owners",
        "enabled": True,
        "emailReceivers": [{"name": "owner", "emailAddress": "a@b.example"}],
    },
    name="action-group",
)

LOG_ALERT = Sample(
    "monitor:ScheduledQueryRule",
    {
        "location": REGION,
        "tags": TAGS,
        "enabled": True,
        "severity": 3,
        "evaluationFrequency": "PT1H",
        "windowSize": "PT1H",
        "scopes": [UNKNOWN],
        "actions": {"actionGroups": [UNKNOWN]},
    },
    name="log-alert",
    links={"scopes": "logs", "actions": "action-group"},
)

APP_INSIGHTS = Sample(
    "applicationinsights:Component",
    {
        "location": REGION,
        "tags": TAGS,
        "kind": "web",
        "applicationType": "web",
        "workspaceResourceId": UNKNOWN,
        "samplingPercentage": 50,
    },
)

BUDGET = Sample(
    "consumption:Budget",
    {
        "scope": UNKNOWN,
        "category": "Cost",
        "amount": 500,
        "timeGrain": "Monthly",
        "timePeriod": {"startDate": "2027-01-01T00:00:00Z"},
        "notifications": {"forecast": {"enabled": True, "threshold": 100, "contactEmails": ["a@b.example"]}},
    },
)

DISK = Sample(
    "compute:Disk",
    {
        "location": REGION,
        "tags": TAGS,
        "creationData": {"createOption": "Empty"},
        "diskSizeGB": 64,
        "sku": {"name": "StandardSSD_LRS"},
    },
)

SNAPSHOT = Sample(
    "compute:Snapshot",
    {
        "location": REGION,
        "tags": TAGS,
        "creationData": {"createOption": "Copy", "sourceResourceId": UNKNOWN},
        "incremental": True,
        "sku": {"name": "Standard_ZRS"},
    },
)

VIRTUAL_MACHINE = Sample(
    "compute:VirtualMachine",
    {
        "location": REGION,
        "tags": {**TAGS, "architecture": "x64"},
        "hardwareProfile": {"vmSize": "Standard_D4ads_v5"},
    },
)

EQUIPPED_MACHINE = (
    VIRTUAL_MACHINE.having("storageProfile", {"dataDisks": [{"lun": 0, "createOption": "Attach"}]})
    .having("storageProfile.dataDisks[0].managedDisk", {"id": UNKNOWN})
    .having("networkProfile", {"networkInterfaces": [{"id": UNKNOWN}]})
    .linked({"storageProfile": "disk", "networkProfile": "interface"})
)

KUBERNETES = Sample(
    "containerservice:ManagedCluster",
    {
        "location": REGION,
        "tags": TAGS,
        "agentPoolProfiles": [
            {
                "name": "gpu",
                "mode": "User",
                "vmSize": "Standard_NC4as_T4_v3",
                "enableAutoScaling": True,
                "minCount": 0,
                "maxCount": 2,
                "scaleSetPriority": "Spot",
            }
        ],
    },
)

CONTAINER_APP = Sample(
    "app:ContainerApp",
    {"location": REGION, "tags": TAGS, "template": {"scale": {"minReplicas": 0, "maxReplicas": 3}}},
)

APP_ENVIRONMENT = Sample(
    "app:ManagedEnvironment",
    {
        "location": REGION,
        "tags": TAGS,
        "workloadProfiles": [
            {"name": "Consumption", "workloadProfileType": "Consumption"},
            {"name": "large", "workloadProfileType": "D8", "minimumCount": 0, "maximumCount": 2},
        ],
    },
)

BATCH_POOL = Sample(
    "batch:Pool",
    {
        "accountName": "batch",
        "vmSize": "Standard_D4ads_v5",
        "scaleSettings": {
            "autoScale": {
                "formula": "$TargetLowPriorityNodes = min(4, $PendingTasks.GetSample(180 * TimeInterval_Second));",
                "evaluationInterval": "PT5M",
            }
        },
    },
)

DATA_EXPLORER = Sample(
    "kusto:Cluster",
    {
        "location": REGION,
        "tags": TAGS,
        "sku": {"name": "Standard_E2ads_v5", "tier": "Standard", "capacity": 2},
        "enableAutoStop": True,
    },
)

SPARK_POOL = Sample(
    "synapse:BigDataPool",
    {
        "location": REGION,
        "tags": TAGS,
        "workspaceName": "lake",
        "autoPause": {"enabled": True, "delayInMinutes": 15},
        "autoScale": {"enabled": True, "minNodeCount": 3, "maxNodeCount": 6},
    },
)

AI_ACCOUNT = Sample(
    "cognitiveservices:Account",
    {
        "location": REGION,
        "tags": TAGS,
        "kind": "AIServices",
        "sku": {"name": "S0"},
        "identity": {"type": "SystemAssigned"},
        "properties": {"disableLocalAuth": True, "publicNetworkAccess": "Disabled"},
    },
    name="ai-account",
)

HOSTED_MODEL = Sample(
    "cognitiveservices:Deployment",
    {
        "accountName": "ai",
        "tags": TAGS,
        "sku": {"name": "DataZoneStandard", "capacity": 50},
        "properties": {"model": {"format": "OpenAI", "name": "gpt-5-nano", "version": "2025-08-07"}},
    },
)

CONTENT_FILTER = Sample(
    "cognitiveservices:RaiPolicy",
    {
        "accountName": "ai",
        "properties": {
            "basePolicyName": "Microsoft.DefaultV2",
            "mode": "Blocking",
            "contentFilters": [
                {
                    "name": "Violence",
                    "source": "Prompt",
                    "enabled": True,
                    "blocking": True,
                    "severityThreshold": "Medium",
                }
            ],
        },
    },
)

AML_JOB = Sample(
    "machinelearningservices:Job",
    {
        "workspaceName": "ml",
        "properties": {
            "jobType": "Command",
            "command": "python train.py",
            "environmentId": "azureml:train:1",
            "limits": {"jobLimitsType": "Command", "timeout": "PT4H"},
        },
    },
    links={"workspaceName": "workspace"},
)

AML_SWEEP = Sample(
    "machinelearningservices:Job",
    {
        "workspaceName": "ml",
        "properties": {
            "jobType": "Sweep",
            "objective": {"goal": "Minimize", "primaryMetric": "loss"},
            "samplingAlgorithm": {"samplingAlgorithmType": "Random"},
            "searchSpace": {"optimizer": ["choice", ["adam", "lion"]]},
            "trial": {"command": "python train.py", "environmentId": "azureml:train:1"},
            "limits": {"jobLimitsType": "Sweep", "trialTimeout": "PT1H", "maxTotalTrials": 8},
            "earlyTermination": {"policyType": "MedianStopping"},
        },
    },
    links={"workspaceName": "workspace"},
)

AML_SCHEDULE = Sample(
    "machinelearningservices:Schedule",
    {
        "workspaceName": "ml",
        "properties": {
            "trigger": {
                "triggerType": "Recurrence",
                "frequency": "Day",
                "interval": 1,
                "schedule": {"hours": [2], "minutes": [30]},
            },
            "action": {
                "actionType": "CreateJob",
                "jobDefinition": {
                    "jobType": "Pipeline",
                    "jobs": {
                        "train": {"type": "command", "limits": {"timeout": "PT4H"}},
                        "tune": {
                            "type": "sweep",
                            "sampling_algorithm": "random",
                            "limits": {"max_total_trials": 8, "trial_timeout": 3600},
                            "early_termination": {"policy_type": "MedianStopping"},
                        },
                    },
                },
            },
        },
    },
    links={"workspaceName": "workspace"},
)

MODEL_ASSET = Sample(
    "machinelearningservices:ModelVersion",
    {
        "workspaceName": "ml",
        "name": "minilm",
        "properties": {
            "modelType": "custom_model",
            "modelUri": "azureml://datastores/models/paths/minilm/",
            "tags": {"origin": "https://models.example/minilm", "licence": "Apache-2.0", "precision": "int8"},
        },
    },
    links={"workspaceName": "workspace"},
)

ONLINE_ENDPOINT = Sample(
    "machinelearningservices:OnlineEndpoint",
    {
        "workspaceName": "ml",
        "location": REGION,
        "tags": TAGS,
        "properties": {"authMode": "AADToken", "traffic": {"blue": 100}},
    },
    links={"workspaceName": "workspace"},
)

ONLINE_DEPLOYMENT = Sample(
    "machinelearningservices:OnlineDeployment",
    {
        "workspaceName": "ml",
        "endpointName": UNKNOWN,
        "deploymentName": "blue",
        "location": REGION,
        "tags": TAGS,
        "sku": {"name": "Default", "capacity": 1},
        "properties": {
            "endpointComputeType": "Managed",
            "instanceType": "Standard_D2as_v4",
            "requestSettings": {"maxConcurrentRequestsPerInstance": 2},
        },
    },
    links={"workspaceName": "workspace", "endpointName": "onlineendpoint"},
)

MODEL_MONITOR = Sample(
    "machinelearningservices:Schedule",
    {
        "workspaceName": "ml",
        "properties": {
            "trigger": {"triggerType": "Recurrence", "frequency": "Week", "interval": 1},
            "action": {
                "actionType": "CreateMonitor",
                "monitorDefinition": {"monitoringTarget": {"taskType": "Regression", "deploymentId": UNKNOWN}},
            },
        },
    },
    name="model-monitor",
    links={"workspaceName": "workspace", "properties": "onlinedeployment"},
)

DATA_FACTORY = Sample(
    "datafactory:Factory",
    {"location": REGION, "tags": TAGS, "publicNetworkAccess": "Disabled", "identity": {"type": "SystemAssigned"}},
)

PUBLIC_ADDRESS = Sample(
    "network:PublicIPAddress",
    {"location": REGION, "tags": TAGS, "sku": {"name": "Standard"}, "publicIPAllocationMethod": "Static"},
    name="address",
)

NETWORK_INTERFACE = Sample(
    "network:NetworkInterface",
    {
        "location": REGION,
        "tags": TAGS,
        "ipConfigurations": [{"name": "primary", "subnet": {"id": UNKNOWN}, "publicIPAddress": {"id": UNKNOWN}}],
    },
    name="interface",
    links={"ipConfigurations": "address"},
)

INTEGRATION_RUNTIME = Sample(
    "datafactory:IntegrationRuntime",
    {
        "factoryName": "ingestion",
        "properties": {
            "type": "Managed",
            "computeProperties": {
                "location": REGION,
                "dataFlowProperties": {"computeType": "General", "coreCount": 8, "timeToLive": 10},
            },
        },
    },
)

EVENT_HUB = Sample(
    "eventhub:EventHub",
    {"namespaceName": "telemetry", "retentionDescription": {"cleanupPolicy": "Delete", "retentionTimeInHours": 24}},
)

EVENT_HUB_NAMESPACE = Sample(
    "eventhub:Namespace",
    {
        "location": REGION,
        "tags": TAGS,
        "sku": {"name": "Standard", "tier": "Standard", "capacity": 1},
        "isAutoInflateEnabled": True,
        "maximumThroughputUnits": 4,
    },
    name="event-hubs",
)

IOT_HUB = Sample(
    "iothub:IotHubResource",
    {
        "location": REGION,
        "tags": TAGS,
        "sku": {"name": "S1", "capacity": 1},
        "properties": {
            "disableLocalAuth": True,
            "minTlsVersion": "1.2",
            "publicNetworkAccess": "Disabled",
            "eventHubEndpoints": {"events": {"partitionCount": 2, "retentionTimeInDays": 1}},
            "cloudToDevice": {"defaultTtlAsIso8601": "PT1H", "maxDeliveryCount": 10},
            "routing": {
                "endpoints": {"storageContainers": [{"name": "alerts", "containerName": "raw"}]},
                "routes": [
                    {
                        "name": "alerts",
                        "source": "DeviceMessages",
                        "condition": "level = 'alert'",
                        "endpointNames": ["alerts"],
                        "isEnabled": True,
                    }
                ],
            },
        },
    },
    name="iot-hub",
)

PROVISIONING = Sample(
    "deviceprovisioningservices:IotDpsResource",
    {
        "location": REGION,
        "tags": TAGS,
        "sku": {"name": "S1", "capacity": 1},
        "properties": {"publicNetworkAccess": "Disabled"},
    },
    name="provisioning",
)

LINKED_PROVISIONING = Sample(
    "resources:Resource",
    {
        "apiVersion": "2026-08-31",
        "resourceProviderNamespace": "Microsoft.Devices",
        "parentResourcePath": "",
        "resourceType": "provisioningServices",
        "location": REGION,
        "tags": TAGS,
        "sku": {"name": "S1", "capacity": 1},
        "properties": {"publicNetworkAccess": "Disabled"},
    },
    name="linked-provisioning",
)

BROKER_LISTENER = Sample(
    "iotoperations:BrokerListener",
    {
        "instanceName": "plant",
        "brokerName": "default",
        "extendedLocation": {"name": UNKNOWN, "type": "CustomLocation"},
        "properties": {
            "serviceType": "ClusterIp",
            "ports": [{"port": 8883, "tls": {"mode": "Automatic"}, "authenticationRef": "default"}],
        },
    },
    name="broker-listener",
)


def edge_deployment(agent: str, hub: str) -> Sample:
    """A base deployment of IoT Edge with these images, as `verdazure.EdgeDeployment` hands it to the engine."""
    runtime = {
        "systemModules": {
            "edgeAgent": {"type": "docker", "settings": {"image": agent}},
            "edgeHub": {"type": "docker", "settings": {"image": hub}},
        }
    }
    return Sample(
        EDGE_DEPLOYMENT,
        {
            "hubHostname": "plant.azure-devices.net",
            "targetCondition": "tags.site = 'malmo'",
            "priority": 10,
            "content": {"modulesContent": {"$edgeAgent": {"properties.desired": runtime}}},
        },
        name="base",
    )


def edge_images(version: str) -> tuple[str, str]:
    """Agent and hub of that version, pinned."""
    digest = "sha256:" + "0" * 64
    return (
        f"mcr.microsoft.com/azureiotedge-agent:{version}@{digest}",
        f"mcr.microsoft.com/azureiotedge-hub:{version}@{digest}",
    )


EDGE_BASE = edge_deployment(*edge_images("1.6.0"))

STREAMING_JOB = Sample(
    "streamanalytics:StreamingJob",
    {"location": REGION, "tags": TAGS, "transformation": {"name": "filter", "query": "SELECT 1", "streamingUnits": 3}},
    name="streaming-job",
)

SEARCH_SERVICE = Sample(
    "search:Service",
    {"location": REGION, "tags": TAGS, "sku": {"name": "basic"}, "replicaCount": 1, "partitionCount": 1},
    name="search",
)

RECOVERY_VAULT = Sample(
    "recoveryservices:Vault",
    {
        "location": REGION,
        "tags": TAGS,
        "sku": {"name": "RS0", "tier": "Standard"},
        "properties": {
            "redundancySettings": {"standardTierStorageRedundancy": "LocallyRedundant"},
            "securitySettings": {
                "softDeleteSettings": {"softDeleteState": "Enabled"},
                "immutabilitySettings": {"state": "Unlocked"},
            },
        },
    },
    name="recovery-vault",
)

BACKUP_VAULT = Sample(
    "dataprotection:BackupVault",
    {
        "location": REGION,
        "tags": TAGS,
        "properties": {
            "storageSettings": [{"datastoreType": "VaultStore", "type": "LocallyRedundant"}],
            "securitySettings": {
                "softDeleteSettings": {"state": "On"},
                "immutabilitySettings": {"state": "Unlocked"},
            },
        },
    },
    name="backup-vault",
)

VM_BACKUP_POLICY = Sample(
    "recoveryservices:ProtectionPolicy",
    {
        "vaultName": "backups",
        "properties": {
            "backupManagementType": "AzureIaasVM",
            "policyType": "V2",
            "instantRpRetentionRangeInDays": 2,
            "schedulePolicy": {"schedulePolicyType": "SimpleSchedulePolicyV2", "scheduleRunFrequency": "Daily"},
            "retentionPolicy": {
                "retentionPolicyType": "LongTermRetentionPolicy",
                "dailySchedule": {"retentionDuration": {"count": 30, "durationType": "Days"}},
            },
        },
    },
    name="vm-backup-policy",
)

BLOB_BACKUP_POLICY = Sample(
    "dataprotection:BackupPolicy",
    {
        "vaultName": "blobs",
        "properties": {
            "objectType": "BackupPolicy",
            "datasourceTypes": ["Microsoft.Storage/storageAccounts/blobServices"],
            "policyRules": [
                {
                    "objectType": "AzureRetentionRule",
                    "name": "Default",
                    "isDefault": True,
                    "lifecycles": [
                        {
                            "sourceDataStore": {"objectType": "DataStoreInfoBase", "dataStoreType": "OperationalStore"},
                            "deleteAfter": {"objectType": "AbsoluteDeleteOption", "duration": "P30D"},
                        }
                    ],
                }
            ],
        },
    },
    name="blob-backup-policy",
)


def diagnostics_of(sample: Sample) -> Sample:
    """A diagnostic setting that sends the sample's logs to a workspace."""
    links = {"resourceUri": sample.name}
    return Sample(
        "monitor:DiagnosticSetting",
        {"resourceUri": UNKNOWN, "workspaceId": UNKNOWN},
        f"{sample.name}-diagnostics",
        links,
    )


def idle_alert_of(sample: Sample) -> Sample:
    """An alert that tells somebody where the GPUs of a workspace are held and hardly used."""
    return Sample(
        "monitor:MetricAlert",
        {
            "location": "global",
            "tags": TAGS,
            "enabled": True,
            "severity": 3,
            "scopes": [UNKNOWN],
            "evaluationFrequency": "PT15M",
            "windowSize": "PT1H",
            "criteria": {
                "odataType": "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria",
                "allOf": [{"name": "idle", "metricName": "GpuUtilizationPercentage", "operator": "LessThan"}],
            },
            "actions": [{"actionGroupId": UNKNOWN}],
        },
        f"{sample.name}-idle",
        {"scopes": sample.name},
    )


def shutdown_of(sample: Sample) -> Sample:
    """A timer that stops a virtual machine each evening."""
    return Sample(
        "devtestlab:GlobalSchedule",
        {
            "location": REGION,
            "tags": TAGS,
            "status": "Enabled",
            "taskType": "ComputeVmShutdownTask",
            "dailyRecurrence": {"time": "1900"},
            "timeZoneId": "UTC",
            "targetResourceId": UNKNOWN,
        },
        f"{sample.name}-shutdown",
        {"targetResourceId": sample.name},
    )


def autoscale_of(sample: Sample) -> Sample:
    """A setting that adds an instance when there is more to do and takes it away again."""
    return Sample(
        "monitor:AutoscaleSetting",
        {
            "location": REGION,
            "tags": TAGS,
            "enabled": True,
            "targetResourceUri": UNKNOWN,
            "profiles": [
                {"name": "load", "capacity": {"minimum": "1", "maximum": "4", "default": "1"}, "rules": []},
            ],
        },
        f"{sample.name}-autoscale",
        {"targetResourceUri": sample.name},
    )


ALL = (
    *(AML_CLUSTER, AML_WORKSPACE, DATASTORE),
    *(AML_INSTANCE, AML_JOB, AML_SWEEP, AML_SCHEDULE),
    *(AI_ACCOUNT, HOSTED_MODEL, CONTENT_FILTER, MODEL_ASSET),
    *(ONLINE_ENDPOINT, ONLINE_DEPLOYMENT, autoscale_of(ONLINE_DEPLOYMENT), MODEL_MONITOR),
    *(STORAGE_ACCOUNT, BLOB_CONTAINER, BLOB_SERVICE, LIFECYCLE, DISK, SNAPSHOT),
    *(KEY_VAULT, REGISTRY),
    *(LOG_WORKSPACE, APP_INSIGHTS, diagnostics_of(AML_WORKSPACE), diagnostics_of(KEY_VAULT)),
    *(LOG_TABLE, ACTION_GROUP, LOG_ALERT, idle_alert_of(AML_WORKSPACE)),
    *(NETWORK_INTERFACE, PUBLIC_ADDRESS),
    *(EQUIPPED_MACHINE, KUBERNETES, CONTAINER_APP, APP_ENVIRONMENT, BATCH_POOL),
    *(SPARK_POOL, DATA_EXPLORER, DATA_FACTORY, INTEGRATION_RUNTIME),
    *(EVENT_HUB, EVENT_HUB_NAMESPACE, IOT_HUB, PROVISIONING, BROKER_LISTENER, EDGE_BASE),
    *(STREAMING_JOB, SEARCH_SERVICE),
    *(RECOVERY_VAULT, BACKUP_VAULT, VM_BACKUP_POLICY, BLOB_BACKUP_POLICY),
    *(STACK, RESOURCE_GROUP, BUDGET),
)
"""One stack that complies with every rule."""
