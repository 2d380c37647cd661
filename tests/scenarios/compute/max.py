"""Every argument that goes with a managed network; your own subnet goes only with a workspace that has none."""

from verdazure import Environment, GpuCluster, Landing, MlWorkspace, Priority

landing = Landing("ml", {"team": "vision", "environment": Environment.TEST, "residency": "eu"})
workspace = MlWorkspace("ml", {"landing": landing.ref})
cluster = GpuCluster(
    "gpu-a100",
    {
        "landing": landing.ref,
        "workspace_name": workspace.resource_name,
        "vm_size": "Standard_NC24ads_A100_v4",
        "max_nodes": 8,
        "min_nodes": 0,
        "idle_minutes": 10,
        "priority": Priority.LOW_PRIORITY,
        "checkpointable": True,
        "dedicated_fallback": True,
        "identity_id": workspace.identity_id,
        "tags": {"cost-center": "4711"},
    },
)
