"""Tables, alerts and a workbook; a policy for one model; and a controller for what they steer."""

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

landing = Landing("ml", {"team": "vision", "environment": Environment.DEV, "residency": "eu"})
workspace = MlWorkspace("ml", {"landing": landing.ref})
data = TieredStorage("data", {"landing": landing.ref, "classes": {DataClass.LOG: {}}})
watching = Monitoring("watch", {"landing": landing.ref, "contact_emails": ["vision@example.com"]})
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
    },
)
