"""Every argument: two versions and a rollout between them, quiet hours, caps; batches; traffic over two regions."""

from pulumi import Output
from verdazure import (
    BatchEndpoint,
    CarbonAwareTraffic,
    CpuCluster,
    Environment,
    Landing,
    LoadBalancer,
    MlWorkspace,
    OnlineEndpoint,
    PrincipalType,
)

landing = Landing("ml", {"team": "vision", "environment": Environment.TEST, "residency": "eu"})
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
callers = {
    "callers": {
        "principal_id": "7f1c1b2e-6f0e-4a38-9a0c-5b7f0c8f3d11",
        "principal_type": PrincipalType.GROUP,
        "role": "AzureML Data Scientist",
    }
}
version = {
    "environment_id": Output.concat(workspace.resource_id, "/environments/scoring/versions/3"),
    "code_id": Output.concat(workspace.resource_id, "/codes/scoring/versions/3"),
    "scoring_script": "score.py",
}
serving = {
    **version,
    "instance_type": "Standard_NC4as_T4_v3",
    "need": "8 GB of weights, answers within 200 ms",
    "ceiling": 6,
    "floor": 2,
    "requests_per_minute": 300.0,
    "concurrent_requests": 4,
    "urgent_share": 0.3,
    "watts_per_instance": 180.0,
    "caps": [{"grams_per_kwh": 150.0, "instances": 4}, {"grams_per_kwh": 300.0, "instances": 2}],
    "quiet": {"start": "20:00", "end": "06:00", "instances": 1},
}
endpoint = OnlineEndpoint(
    "chat",
    {
        "landing": landing.ref,
        "workspace_id": workspace.resource_id,
        "latency_ms": 400,
        "availability_percent": 99.9,
        "deployments": {
            "blue": {**serving, "model_id": Output.concat(workspace.resource_id, "/models/chat/versions/1")},
            "green": {**serving, "model_id": Output.concat(workspace.resource_id, "/models/chat/versions/2")},
        },
        "rollout": {
            "old": "blue",
            "new": "green",
            "steps": [5, 25, 100],
            "more_grams_percent": 5.0,
            "more_latency_ms": 20.0,
            "more_errors_percent": 0.2,
        },
        "tags": {"cost-center": "4711"},
        "role_assignments": callers,
        "diagnostic_settings": {"metrics": False},
    },
)
OnlineEndpoint(
    "rank",
    {
        "landing": landing.ref,
        "workspace_id": workspace.resource_id,
        "latency_ms": 100,
        "deployments": {
            name: {
                "model_id": Output.concat(workspace.resource_id, f"/models/rank/versions/{number}"),
                "instance_type": "Standard_D2ads_v5",
                "ceiling": 2,
                "requests_per_minute": 600.0,
            }
            for number, name in enumerate(("first", "second", "third"))
        },
        "traffic": {"first": 90, "second": 10},
        "mirror": {"third": 5},
    },
)
BatchEndpoint(
    "chat-nightly",
    {
        "landing": landing.ref,
        "workspace_id": workspace.resource_id,
        "default": "green",
        "deployments": {
            name: {
                **version,
                "model_id": Output.concat(workspace.resource_id, "/models/chat/versions/1"),
                "compute_id": cluster.resource_id,
                "nodes": 4,
                "mini_batch_size": 20,
                "concurrency": 2,
                "timeout_minutes": 60,
                "retries": 5,
                "errors_allowed": 10,
            }
            for name in ("blue", "green")
        },
        "tags": {"cost-center": "4711"},
        "role_assignments": callers,
    },
)
origins = {
    region: {
        "host": f"chat.{region}.example.com",
        "region": region,
        "requests_per_second": 50.0,
        "joules_per_request": 900.0,
        "latency_ms": 60.0,
        "deployment_id": endpoint.deployment_ids["blue"],
    }
    for region in ("swedencentral", "francecentral", "italynorth")
}
for balancer in LoadBalancer:
    CarbonAwareTraffic(
        f"chat-{balancer.value.replace('_', '-')}",
        {
            "landing": landing.ref,
            "origins": origins,
            "load_balancer": balancer,
            "residency": "eu",
            "latency_ms": 300,
            "availability_percent": 99.99,
            "health_path": "/health",
            "step": 5,
            "worth_percent": 5.0,
            "tags": {"cost-center": "4711"},
            "diagnostic_settings": {"metrics": True},
        },
    )
