"""Training: a model that others trained, verified, learns what is yours on spare boards, whenever power is clean."""

from pathlib import Path

import pulumi
from pulumi import Output
from pulumi_azure_native import network
from verdazure import (
    CpuCluster,
    DataClass,
    DevInstance,
    Environment,
    Every,
    Eviction,
    FineTuning,
    GpuCluster,
    Landing,
    MlWorkspace,
    PretrainedModel,
    ResultCache,
    TieredStorage,
    TimingMode,
    TrainingSchedule,
    WeekDay,
)

VERIFIED = Path(__file__).with_name("minilm.json")  # `verdazure model verify` wrote it

config = pulumi.Config()
environment = config.require("environment")

landing = Landing(
    "training",
    {
        "team": config.require("team"),
        "environment": environment,
        "residency": "eu",
        "region": config.require("region"),
    },
)
group = {"resource_group_name": landing.ref["resource_group_name"], "location": landing.location}
hub = network.VirtualNetwork(
    "hub",
    **group,
    address_space={"address_prefixes": ["10.30.0.0/16"]},
    subnets=[{"name": "endpoints", "address_prefix": "10.30.0.0/24", "default_outbound_access": False}],
    tags=landing.ref["tags"],
)
way_in = {
    "private_endpoints": {"hub": {"subnet_id": Output.concat(hub.id, "/subnets/endpoints")}},
    "dns_virtual_network_ids": {"hub": hub.id},
}

workspace = MlWorkspace("training", {"landing": landing.ref, **way_in})
store = TieredStorage(
    "models",
    {
        "landing": landing.ref,
        "classes": {DataClass.MODEL: {}},
        "protect_data": environment == Environment.PROD,
    },
)

nodes = {"landing": landing.ref, "workspace_name": workspace.resource_name, "identity_id": workspace.identity_id}
boards = GpuCluster(
    "boards",
    {**nodes, "vm_size": "Standard_NC4as_T4_v3", "max_nodes": 2, "eviction": Eviction.CHECKPOINTING},
)
cores = CpuCluster(
    "cores",
    {**nodes, "vm_size": "Standard_D4ads_v5", "max_nodes": 4, "eviction": Eviction.RESTARTABLE},
)
workstation = DevInstance(
    "desk",
    {
        **nodes,
        "user_object_id": config.require("personObjectId"),
        "user_tenant_id": config.require("personTenantId"),
    },
)

minilm = PretrainedModel(
    "minilm",
    {
        "landing": landing.ref,
        "workspace_id": workspace.resource_id,
        "model_uri": Output.concat("https://", store.account_names["durable"], ".blob.core.windows.net/model/minilm/"),
        "provenance": VERIFIED.read_text(),
        "tags": {"justification": "22 million parameters, 91 MB as published"},
    },
)
preparing = TrainingSchedule(
    "prepare",
    {
        "landing": landing.ref,
        "workspace_id": workspace.resource_id,
        "compute_id": cores.resource_id,
        "interruptible": False,  # it begins anew, and is short
        "timing": {"mode": TimingMode.TYPICAL, "every": Every.DAY, "hours": 1},
        "steps": {
            "clean": {
                "command": "python -m leaves.clean ${{inputs.raw}} ${{outputs.clean}}",
                "environment": config.require("image"),
                "limits": {"timeout_minutes": 60},
                "inputs": {"raw": {"path": "azureml://datastores/workspaceblobstore/paths/leaves/"}},
                "outputs": {"clean": {"asset_name": "leaves"}},
            }
        },
    },
)
tuning = FineTuning(
    "minilm-leaves",
    {
        "landing": landing.ref,
        "workspace_id": workspace.resource_id,
        "compute_id": boards.resource_id,
        "model": minilm.asset_uri,
        "data": config.require("data"),
        "environment": config.require("image"),
        # `verdazure size --gpus 1 --hours 3` says what the boards' machine draws: 0.16 kWh, 55 W.
        "timing": {
            "mode": TimingMode.LIVE,
            "every": Every.WEEK,
            "week_day": WeekDay.FRIDAY,
            "at": "18:00",
            "hours": 3,
            "within_hours": 60,
            "watts": 55,
        },
        "timeout_minutes": 240,
        "energy_budget_kwh": 0.5,
    },
)
# What a service asks before it asks the model: see jobs/README.md.
answers = ResultCache("answers", {"landing": landing.ref, "users": {"service": workspace.principal_id}, **way_in})

pulumi.export("region", landing.location)
pulumi.export("workspace", workspace.resource_name)
pulumi.export("clusters", {"boards": boards.resource_name, "cores": cores.resource_name})
pulumi.export("workstation", workstation.resource_name)
pulumi.export("model", {"asset": minilm.asset_uri, "publisher": minilm.publisher, "licence": minilm.licence})
pulumi.export("preparesAt", preparing.start_hour)
pulumi.export("liveSchedule", tuning.resource_id)
pulumi.export("livePlan", tuning.live_plan)
pulumi.export("cache", answers.environment)
