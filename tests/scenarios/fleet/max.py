"""Every argument that goes with a managed network."""

from verdazure import Clusters, Environment, Eviction, Landing, MlWorkspace

landing = Landing("ml", {"team": "vision", "environment": Environment.TEST, "residency": "eu"})
workspace = MlWorkspace("ml", {"landing": landing.ref})
fleet = Clusters(
    "fleet",
    {
        "landing": landing.ref,
        "workspace_name": workspace.resource_name,
        "identity_id": workspace.identity_id,
        "tags": {"cost-center": "4711"},
        "clusters": {
            "boards": {
                "vm_size": "Standard_NC24ads_A100_v4",
                "max_nodes": 8,
                "eviction": Eviction.CHECKPOINTING,
                "min_nodes": 0,
                "idle_minutes": 10,
                "dedicated_fallback": True,
                "tags": {"for": "training"},
            },
        },
    },
)
