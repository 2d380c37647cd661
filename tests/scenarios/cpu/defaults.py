"""CPU nodes that are there while data is prepared; what is lost with a node begins anew."""

from verdazure import CpuCluster, Environment, Eviction, Landing, MlWorkspace

landing = Landing("ml", {"team": "vision", "environment": Environment.DEV, "residency": "eu"})
workspace = MlWorkspace("ml", {"landing": landing.ref})
cluster = CpuCluster(
    "cpu",
    {
        "landing": landing.ref,
        "workspace_name": workspace.resource_name,
        "vm_size": "Standard_D4ads_v5",
        "max_nodes": 4,
        "eviction": Eviction.RESTARTABLE,
    },
)
