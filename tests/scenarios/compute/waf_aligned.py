"""Production: nodes act as the workspace's identity, and a dedicated cluster stands by for work that cannot wait."""

from verdazure import Environment, GpuCluster, Landing, MlWorkspace, Monitoring

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
        "vm_size": "Standard_NC40ads_H100_v5",
        "max_nodes": 4,
        "checkpointable": True,
        "dedicated_fallback": True,
    },
)
