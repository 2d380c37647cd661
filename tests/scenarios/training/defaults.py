"""One command a week, at the hours that are cleanest on the average day; it goes on after an interruption."""

from verdazure import Environment, Every, GpuCluster, Landing, MlWorkspace, TimingMode, TrainingSchedule

landing = Landing("ml", {"team": "vision", "environment": Environment.DEV, "residency": "eu"})
workspace = MlWorkspace("ml", {"landing": landing.ref})
cluster = GpuCluster(
    "gpu",
    {
        "landing": landing.ref,
        "workspace_name": workspace.resource_name,
        "vm_size": "Standard_NC4as_T4_v3",
        "max_nodes": 2,
        "checkpointable": True,
    },
)
schedule = TrainingSchedule(
    "leaves",
    {
        "landing": landing.ref,
        "workspace_id": workspace.resource_id,
        "compute_id": cluster.resource_id,
        "timing": {"mode": TimingMode.TYPICAL, "every": Every.WEEK, "hours": 3},
        "steps": {
            "train": {
                "command": "python -m leaves --data ${{inputs.data}} --save ${{outputs.checkpoints}} --resume",
                "environment": "crml.azurecr.io/leaves@sha256:"
                "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                "limits": {"timeout_minutes": 240},
                "inputs": {"data": {"path": "azureml://datastores/workspaceblobstore/paths/leaves/"}},
                "outputs": {"checkpoints": {}},
                "checkpoints": {},
            }
        },
    },
)
