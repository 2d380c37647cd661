"""A team's stack: somewhere to land, a place for data, a workspace, and GPUs that cost nothing while nobody trains."""

import pulumi
from verdazure import DataClass, Environment, GpuCluster, Landing, MlWorkspace, TieredStorage

config = pulumi.Config()
environment = config.require("environment")

landing = Landing(
    "quickstart",
    {
        "team": config.require("team"),
        "environment": environment,
        "residency": config.require("residency"),
        "region": config.get("region"),
        "monthly_budget": {
            "amount": config.require_float("monthlyBudget"),
            "contact_emails": [config.require("contact")],
        },
    },
)

data = TieredStorage(
    "data",
    {
        "landing": landing.ref,
        "classes": {
            DataClass.RAW: {},
            DataClass.DATASET: {},
            DataClass.CHECKPOINT: {"delete_after_days": 14},
            DataClass.MODEL: {},
            DataClass.SCRATCH: {},
        },
        "protect_data": environment == Environment.PROD,
    },
)

workspace = MlWorkspace("quickstart", {"landing": landing.ref})

cluster = GpuCluster(
    "gpu",
    {
        "landing": landing.ref,
        "workspace_name": workspace.resource_name,
        "identity_id": workspace.identity_id,
        "vm_size": config.get("vmSize") or "Standard_NC4as_T4_v3",
        "max_nodes": config.get_int("maxNodes") or 4,
        "checkpointable": True,
    },
)

pulumi.export("region", landing.location)
pulumi.export("gridIntensity", landing.grid_intensity.apply(lambda g: "unknown" if g is None else f"{g:g} gCO2e/kWh"))
pulumi.export("resourceGroup", landing.resource_name)
pulumi.export("workspace", workspace.resource_name)
pulumi.export("cluster", cluster.resource_name)
pulumi.export("containers", data.containers)
