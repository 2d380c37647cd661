"""Production: two instances, a watched rollout that goes back by itself, and a second region that stands by."""

from pulumi import Output
from verdazure import CarbonAwareTraffic, Environment, Landing, MlWorkspace, Monitoring, OnlineEndpoint
from verdazure.operations.monitors import Task

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
churn = OnlineEndpoint(
    "churn",
    {
        "landing": landing.ref,
        "workspace_id": workspace.resource_id,
        "latency_ms": 200,
        "availability_percent": 99.9,
        "deployments": {
            name: {
                "model_id": Output.concat(workspace.resource_id, f"/models/churn/versions/{number}"),
                "instance_type": "Standard_D2ads_v5",
                "ceiling": 8,
                "requests_per_minute": 600,
                "watts_per_instance": 60,
            }
            for number, name in ((1, "blue"), (2, "green"))
        },
        "rollout": {"old": "blue", "new": "green"},
    },
)
Monitoring(
    "watch",
    {
        "landing": landing.ref,
        "contact_emails": ["vision@example.com"],
        "monitors": {
            name: {
                "workspace_id": workspace.resource_id,
                "task": Task.CLASSIFICATION,
                "deployment_id": churn.deployment_ids[name],
                "reference_uri": "azureml:churn-training:1",
                "inputs_uri": f"azureml:churn-{name}-inputs:1",
            }
            for name in ("blue", "green")
        },
    },
)
CarbonAwareTraffic(
    "churn-eu",
    {
        "landing": landing.ref,
        "residency": "eu",
        "origins": {
            region: {
                "host": f"churn.{region}.example.com",
                "region": region,
                "requests_per_second": 80,
                "joules_per_request": 6,
            }
            for region in ("swedencentral", "francecentral")
        },
    },
)
