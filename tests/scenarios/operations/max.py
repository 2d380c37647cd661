"""Every argument: monitors of drift, all alerts, keys in a vault, a controller within a virtual network."""

from network import Hub
from pulumi import Output
from verdazure import (
    CarbonController,
    DataClass,
    Environment,
    Landing,
    MlWorkspace,
    ModelKind,
    Monitoring,
    RetrainingPolicy,
    Task,
    TieredStorage,
)

landing = Landing("ml", {"team": "vision", "environment": Environment.TEST, "residency": "eu"})
hub = Hub(landing.ref)
endpoints = hub.subnet("endpoints", "10.20.1.0/24")
workspace = MlWorkspace("ml", {"landing": landing.ref})
data = TieredStorage(
    "data",
    {
        "landing": landing.ref,
        "classes": {DataClass.LOG: {}},
        "private_endpoints": {"hub": {"subnet_id": endpoints}},
        "dns_virtual_network_ids": {"hub": hub.id},
    },
)
endpoint = Output.concat(workspace.resource_id, "/onlineEndpoints/churn")
watching = Monitoring(
    "watch",
    {
        "landing": landing.ref,
        "contact_emails": ["vision@example.com", "platform@example.com"],
        "retention_days": 60,
        "monthly_kilograms": 500.0,
        "drift_psi": 0.2,
        "idle_gpu_percent": 20,
        "workspace_ids": {"ml": workspace.resource_id},
        "endpoint_ids": {"churn": endpoint},
        "latency_ms": 300,
        "controller": True,
        "open_ingestion": False,
        "monitors": {
            "churn": {
                "workspace_id": workspace.resource_id,
                "task": Task.CLASSIFICATION,
                "deployment_id": Output.concat(endpoint, "/deployments/blue"),
                "reference_uri": "azureml:churn-training:1",
                "inputs_uri": "azureml:churn-blue-inputs:1",
                "outputs_uri": "azureml:churn-blue-outputs:1",
                "threshold": 0.2,
                "identity_id": workspace.identity_id,
            },
            "demand": {
                "workspace_id": workspace.resource_id,
                "task": Task.REGRESSION,
                "reference_uri": "azureml:demand-training:1",
                "inputs_uri": "azureml:demand-inputs:1",
                "outputs_uri": "azureml:demand-outputs:1",
            },
        },
        "tags": {"cost-center": "4711"},
    },
)
policy = RetrainingPolicy(
    "churn",
    {
        "landing": landing.ref,
        "workspace_id": workspace.resource_id,
        "schedule_name": "churn-training",
        "model": "churn",
        "kind": ModelKind.FORECAST,
        "action_group_id": watching.action_group_id,
        "psi": 0.2,
        "ks_p": 0.0001,
        "accuracy_drop": 0.03,
        "persistence": 2,
        "cooldown_days": 3.0,
        "longest_life_days": 60.0,
        "silent_days": 1,
        "tags": {"cost-center": "4711"},
    },
)
CarbonController(
    "carbon",
    {
        "landing": landing.ref,
        "account_id": data.account_ids["flat"],
        "steering": [
            policy.steering,
        ],
        "training": {"ml": {"workspace_id": workspace.resource_id, "at_once": 2}},
        "clusters": {
            "gpu": {
                "cluster_id": Output.concat(workspace.resource_id, "/computes/gpu"),
                "most": 4,
                "caps": [{"grams_per_kwh": 100.0, "instances": 2}, {"grams_per_kwh": 300.0, "instances": 0}],
            }
        },
        "scopes": {"ml": workspace.resource_id, "group": landing.resource_id},
        "rule_id": watching.rule_id,
        "rule_immutable_id": watching.rule_immutable_id,
        "ingestion_endpoint": watching.ingestion_endpoint,
        "subnet_id": hub.subnet("functions", "10.20.2.0/27", "Microsoft.App/environments"),
        "queue_endpoints": {
            "hub": {
                "subnet_id": endpoints,
                "private_dns_zone_ids": [hub.zone("privatelink.queue.core.windows.net")],
            }
        },
        "keys": {
            "vault_id": workspace.key_vault_id,
            "secret_uris": {"ELECTRICITY_MAPS_TOKEN": "https://kv-keys.vault.azure.net/secrets/electricity-maps"},
        },
        "every_minutes": 30,
        "tags": {"cost-center": "4711"},
        "diagnostic_settings": {"metrics": False},
    },
)
