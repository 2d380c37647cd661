"""A model for callers that wait, on one instance; and the same for batches, on a cluster that scales to zero."""

from pulumi import Output
from verdazure import BatchEndpoint, CpuCluster, Environment, Landing, MlWorkspace, OnlineEndpoint

landing = Landing("ml", {"team": "vision", "environment": Environment.DEV, "residency": "eu"})
workspace = MlWorkspace("ml", {"landing": landing.ref})
cluster = CpuCluster(
    "cpu",
    {
        "landing": landing.ref,
        "workspace_name": workspace.resource_name,
        "vm_size": "Standard_D2ads_v5",
        "max_nodes": 4,
        "checkpointable": True,
    },
)
model = Output.concat(workspace.resource_id, "/models/churn/versions/1")

OnlineEndpoint(
    "churn",
    {
        "landing": landing.ref,
        "workspace_id": workspace.resource_id,
        "latency_ms": 200,
        "deployments": {
            "blue": {
                "model_id": model,
                "instance_type": "Standard_D2ads_v5",
                "ceiling": 4,
                "requests_per_minute": 600,
            }
        },
    },
)
BatchEndpoint(
    "churn-nightly",
    {
        "landing": landing.ref,
        "workspace_id": workspace.resource_id,
        "deployments": {"blue": {"model_id": model, "compute_id": cluster.resource_id}},
    },
)
