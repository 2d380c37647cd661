"""Every argument that goes with a managed network; priority and checkpointable say what eviction says in one."""

from verdazure import CpuCluster, Environment, Landing, MlWorkspace, Priority

landing = Landing("ml", {"team": "vision", "environment": Environment.TEST, "residency": "eu"})
workspace = MlWorkspace("ml", {"landing": landing.ref})
cluster = CpuCluster(
    "cpu-big",
    {
        "landing": landing.ref,
        "workspace_name": workspace.resource_name,
        "vm_size": "Standard_D32ads_v5",
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
