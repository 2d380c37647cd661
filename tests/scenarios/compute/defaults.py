"""A cluster on spare capacity for jobs that resume from a checkpoint."""

from verdazure import Environment, GpuCluster, Landing, MlWorkspace

landing = Landing("ml", {"team": "vision", "environment": Environment.DEV, "residency": "eu"})
workspace = MlWorkspace("ml", {"landing": landing.ref})
cluster = GpuCluster(
    "gpu",
    {
        "landing": landing.ref,
        "workspace_name": workspace.resource_name,
        "vm_size": "Standard_NC4as_T4_v3",
        "max_nodes": 2,
        "checkpointable": True,
    },
)
