"""Operations: two versions of a model that answer, a nightly batch, and a controller that moves all of it by carbon."""

import pulumi
from pulumi import Output
from pulumi_azure_native import network, privatedns
from verdazure import (
    BatchEndpoint,
    CarbonAwareTraffic,
    CarbonController,
    CpuCluster,
    DataClass,
    Every,
    Eviction,
    Landing,
    MlWorkspace,
    ModelKind,
    Monitoring,
    OnlineEndpoint,
    RetrainingPolicy,
    TieredStorage,
    TimingMode,
    TrainingSchedule,
)
from verdazure.operations.permissions import ROLES

config = pulumi.Config()

landing = Landing(
    "operations",
    {
        "team": config.require("team"),
        "environment": config.require("environment"),
        "residency": "eu",
        "region": config.require("region"),
    },
)
group = {"resource_group_name": landing.ref["resource_group_name"], "location": landing.location}
hub = network.VirtualNetwork(
    "hub",
    **group,
    address_space={"address_prefixes": ["10.40.0.0/16"]},
    subnets=[
        {"name": "endpoints", "address_prefix": "10.40.0.0/24", "default_outbound_access": False},
        {
            "name": "functions",
            "address_prefix": "10.40.1.0/27",
            "delegations": [{"name": "functions", "service_name": "Microsoft.App/environments"}],
        },
    ],
    tags=landing.ref["tags"],
)
endpoints = {"subnet_id": Output.concat(hub.id, "/subnets/endpoints")}
way_in = {"private_endpoints": {"hub": endpoints}, "dns_virtual_network_ids": {"hub": hub.id}}
queues = privatedns.PrivateZone(
    "queues",
    private_zone_name="privatelink.queue.core.windows.net",
    resource_group_name=landing.ref["resource_group_name"],
    location="global",
    tags=landing.ref["tags"],
)

workspace = MlWorkspace("operations", {"landing": landing.ref, **way_in})
store = TieredStorage("notes", {"landing": landing.ref, "classes": {DataClass.LOG: {}}, **way_in})
cores = CpuCluster(
    "cores",
    {
        "landing": landing.ref,
        "workspace_name": workspace.resource_name,
        "identity_id": workspace.identity_id,
        "vm_size": "Standard_D4ads_v5",
        "max_nodes": 4,
        "eviction": Eviction.CHECKPOINTING,
    },
)


def version(number: int) -> dict[str, object]:
    """A version of the model, as both of its endpoints take it."""
    return {"model_id": Output.concat(workspace.resource_id, f"/models/churn/versions/{number}")}


serving = {
    "instance_type": "Standard_D2ads_v5",
    "ceiling": 6,
    "requests_per_minute": 600.0,
    "urgent_share": 0.5,
    "watts_per_instance": 30.0,
    "caps": [{"grams_per_kwh": 100.0, "instances": 4}, {"grams_per_kwh": 300.0, "instances": 2}],
}
online = OnlineEndpoint(
    "churn",
    {
        "landing": landing.ref,
        "workspace_id": workspace.resource_id,
        "latency_ms": 200,
        "deployments": {"blue": {**serving, **version(1)}, "green": {**serving, **version(2)}},
        "rollout": {"old": "blue", "new": "green"},
    },
)
nightly = BatchEndpoint(
    "churn-nightly",
    {
        "landing": landing.ref,
        "workspace_id": workspace.resource_id,
        "deployments": {"blue": {**version(1), "compute_id": cores.resource_id}},
    },
)
traffic = CarbonAwareTraffic(
    "churn-eu",
    {
        "landing": landing.ref,
        "residency": "eu",
        "latency_ms": 300,
        "origins": {
            region: {
                "host": f"churn.{region}.example.com",
                "region": region,
                "requests_per_second": 60.0,
                "joules_per_request": 3.0,
            }
            for region in ("swedencentral", "francecentral")
        },
    },
)
training = TrainingSchedule(
    "churn-training",
    {
        "landing": landing.ref,
        "workspace_id": workspace.resource_id,
        "compute_id": cores.resource_id,
        "timing": {"mode": TimingMode.DRIFT, "every": Every.DAY, "hours": 2, "within_hours": 20, "watts": 120},
        "steps": {
            "train": {
                "command": "python -m churn --data ${{inputs.data}} --save ${{outputs.checkpoints}} --resume",
                "environment": config.require("image"),
                "limits": {"timeout_minutes": 180},
                "inputs": {"data": {"path": "azureml://datastores/workspaceblobstore/paths/churn/"}},
                "outputs": {"checkpoints": {}},
                "checkpoints": {},
            }
        },
    },
)
watching = Monitoring(
    "watch",
    {
        "landing": landing.ref,
        "contact_emails": [config.require("contact")],
        "monthly_kilograms": 200.0,
        "workspace_ids": {"ml": workspace.resource_id},
        "endpoint_ids": {"churn": online.resource_id},
        "latency_ms": 200,
        "controller": True,
    },
)
policy = RetrainingPolicy(
    "churn",
    {
        "landing": landing.ref,
        "workspace_id": workspace.resource_id,
        "schedule_name": training.resource_name,
        "model": "churn",
        "kind": ModelKind.TABULAR,
        "action_group_id": watching.action_group_id,
    },
)
controller = CarbonController(
    "carbon",
    {
        "landing": landing.ref,
        "account_id": store.account_ids["flat"],
        "steering": [online.steering, traffic.steering, policy.steering],
        "training": {"ml": {"workspace_id": workspace.resource_id, "at_once": 2}},
        "clusters": {
            "cores": {
                "cluster_id": cores.resource_id,
                "most": 4,
                "caps": [{"grams_per_kwh": 300.0, "instances": 2}],
            }
        },
        "scopes": {"group": landing.resource_id},
        "rule_id": watching.rule_id,
        "rule_immutable_id": watching.rule_immutable_id,
        "ingestion_endpoint": watching.ingestion_endpoint,
        "subnet_id": Output.concat(hub.id, "/subnets/functions"),
        "queue_endpoints": {"hub": {**endpoints, "private_dns_zone_ids": [queues.id]}},
    },
)

pulumi.export("region", landing.location)
pulumi.export("scoringUri", online.scoring_uri)
pulumi.export("batchEndpoint", nightly.resource_name)
pulumi.export("host", traffic.host)
pulumi.export("firstWeights", traffic.weights)
pulumi.export("whySoMany", traffic.explanation)
pulumi.export("workbook", watching.workbook_id)
pulumi.export("controller", controller.resource_name)
pulumi.export("permissions", controller.permissions)
pulumi.export("roles", dict(ROLES))
