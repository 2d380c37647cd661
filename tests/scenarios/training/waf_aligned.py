"""Production: a verified model learns with adapters, whenever the forecast says so in the three days after Friday."""

from verdazure import (
    Environment,
    Every,
    FineTuning,
    GpuCluster,
    Landing,
    MlWorkspace,
    Monitoring,
    TimingMode,
    WeekDay,
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
workspace = MlWorkspace("ml", {"landing": landing.ref})
Monitoring(
    "watch",
    {
        "landing": landing.ref,
        "contact_emails": ["vision@example.com"],
        "workspace_ids": {"ml": workspace.resource_id},
    },
)
cluster = GpuCluster(
    "gpu",
    {
        "landing": landing.ref,
        "workspace_name": workspace.resource_name,
        "identity_id": workspace.identity_id,
        "vm_size": "Standard_NC4as_T4_v3",
        "max_nodes": 1,
        "checkpointable": True,
    },
)
tuning = FineTuning(
    "minilm-leaves",
    {
        "landing": landing.ref,
        "workspace_id": workspace.resource_id,
        "compute_id": cluster.resource_id,
        "model": "azureml:minilm:1",
        "data": "azureml:leaves:3",
        "environment": "crml.azurecr.io/finetune@sha256:"
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "timing": {
            "mode": TimingMode.LIVE,
            "every": Every.WEEK,
            "week_day": WeekDay.FRIDAY,
            "at": "18:00",
            "hours": 3,
            "within_hours": 60,
            "watts": 200,
        },
        "timeout_minutes": 240,
        "energy_budget_kwh": 1,
    },
)
