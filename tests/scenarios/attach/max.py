"""Every argument but those of the extension, which its owner installed: a cluster of your own site, by Azure Arc."""

from verdazure import Environment, KubernetesCompute, Landing, MlWorkspace

ARC = (
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-plant"
    "/providers/Microsoft.Kubernetes/connectedClusters/arc-plant"
)
landing = Landing("ml", {"team": "vision", "environment": Environment.TEST, "residency": "eu"})
workspace = MlWorkspace("ml", {"landing": landing.ref})
compute = KubernetesCompute(
    "plant",
    {
        "landing": landing.ref,
        "workspace_name": workspace.resource_name,
        "cluster_id": ARC,
        "namespace": "vision",
        "instance_types": {
            "small": {"cpu": "500m", "memory": "2Gi"},
            "board": {"cpu": "8", "memory": "32Gi", "gpus": 1, "node_selector": {"accelerator": "l4"}},
        },
        "default_instance_type": "small",
        "identity_id": workspace.identity_id,
        "installs_extension": False,
        "tags": {"cost-center": "4711"},
    },
)
