"""Jobs go to a platform's cluster, within what a pod may take."""

from platform_stack import cluster
from verdazure import Environment, KubernetesCompute, Landing, MlWorkspace

landing = Landing("ml", {"team": "vision", "environment": Environment.DEV, "residency": "eu"})
workspace = MlWorkspace("ml", {"landing": landing.ref})
compute = KubernetesCompute(
    "aks",
    {
        "landing": landing.ref,
        "workspace_name": workspace.resource_name,
        "cluster_id": cluster(landing).id,
        "instance_types": {"small": {"cpu": "2", "memory": "8Gi"}},
    },
)
