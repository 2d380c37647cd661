"""Production: jobs run on the spot pool of a platform's cluster, as the workspace's identity."""

from platform_stack import cluster
from verdazure import Environment, KubernetesCompute, Landing, MlWorkspace

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
compute = KubernetesCompute(
    "aks",
    {
        "landing": landing.ref,
        "workspace_name": workspace.resource_name,
        "cluster_id": cluster(landing).id,
        "instance_types": {
            "small": {
                "cpu": "2",
                "memory": "8Gi",
                "node_selector": {"kubernetes.azure.com/scalesetpriority": "spot"},
            }
        },
        "identity_id": workspace.identity_id,
    },
)
