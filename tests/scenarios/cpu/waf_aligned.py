"""Production: batches that go on from where they were, as the workspace's identity."""

from verdazure import CpuCluster, Environment, Eviction, Landing, MlWorkspace

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
cluster = CpuCluster(
    "cpu",
    {
        "landing": landing.ref,
        "workspace_name": workspace.resource_name,
        "identity_id": workspace.identity_id,
        "vm_size": "Standard_D8ads_v5",
        "max_nodes": 8,
        "eviction": Eviction.CHECKPOINTING,
    },
)
