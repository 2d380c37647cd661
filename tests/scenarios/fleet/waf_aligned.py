"""Production: nodes act as the workspace's identity, and boards have a dedicated cluster for what cannot wait."""

from verdazure import Clusters, Environment, Eviction, Landing, MlWorkspace, Monitoring

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
fleet = Clusters(
    "fleet",
    {
        "landing": landing.ref,
        "workspace_name": workspace.resource_name,
        "identity_id": workspace.identity_id,
        "clusters": {
            "boards": {
                "vm_size": "Standard_NC4as_T4_v3",
                "max_nodes": 4,
                "eviction": Eviction.CHECKPOINTING,
                "dedicated_fallback": True,
            },
            "cores": {"vm_size": "Standard_D8ads_v5", "max_nodes": 8, "eviction": Eviction.RESTARTABLE},
        },
    },
)
