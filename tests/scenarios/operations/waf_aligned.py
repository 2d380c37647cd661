"""Production: somebody is told of drift, idle GPUs, too much carbon and a silent controller."""

from network import Hub
from verdazure import (
    CarbonController,
    DataClass,
    Environment,
    Landing,
    MlWorkspace,
    ModelKind,
    Monitoring,
    RetrainingPolicy,
    TieredStorage,
)

landing = Landing(
    "ml",
    {
        "team": "vision",
        "environment": Environment.PROD,
        "residency": "eu",
        "monthly_budget": {"amount": 5000, "contact_emails": ["vision@example.com"]},
    },
)
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
watching = Monitoring(
    "watch",
    {
        "landing": landing.ref,
        "contact_emails": ["vision@example.com"],
        "monthly_kilograms": 1000,
        "workspace_ids": {"ml": workspace.resource_id},
        "controller": True,
    },
)
policy = RetrainingPolicy(
    "churn",
    {
        "landing": landing.ref,
        "workspace_id": workspace.resource_id,
        "schedule_name": "churn-training",
        "model": "churn",
        "kind": ModelKind.TABULAR,
        "action_group_id": watching.action_group_id,
    },
)
CarbonController(
    "carbon",
    {
        "landing": landing.ref,
        "account_id": data.account_ids["flat"],
        "steering": [policy.steering],
        "scopes": {"ml": workspace.resource_id},
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
    },
)
