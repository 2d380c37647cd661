"""A map of clusters: what the loss of a node means for the work says where its nodes come from."""

from verdazure import Clusters, Environment, Eviction, Landing, MlWorkspace

landing = Landing("ml", {"team": "vision", "environment": Environment.DEV, "residency": "eu"})
workspace = MlWorkspace("ml", {"landing": landing.ref})
fleet = Clusters(
    "fleet",
    {
        "landing": landing.ref,
        "workspace_name": workspace.resource_name,
        "clusters": {
            "boards": {"vm_size": "Standard_NC4as_T4_v3", "max_nodes": 2, "eviction": Eviction.CHECKPOINTING},
            "cores": {"vm_size": "Standard_D4ads_v5", "max_nodes": 4, "eviction": Eviction.RESTARTABLE},
        },
    },
)
