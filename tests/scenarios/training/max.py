"""Every argument: data is cleaned on a small cluster, a sweep looks for settings, and two nodes train with them."""

from verdazure import Environment, Every, GpuCluster, Landing, MlWorkspace, TimingMode, TrainingSchedule, WeekDay

ACPT = "azureml://registries/azureml/environments/acpt-pytorch-2.8-cuda12.6/versions/2"
landing = Landing("ml", {"team": "vision", "environment": Environment.TEST, "residency": "eu"})
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
small = GpuCluster(
    "small",
    {
        "landing": landing.ref,
        "workspace_name": workspace.resource_name,
        "vm_size": "Standard_NC4as_T4_v3",
        "max_nodes": 1,
        "checkpointable": True,
    },
)
schedule = TrainingSchedule(
    "leaves",
    {
        "landing": landing.ref,
        "workspace_id": workspace.resource_id,
        "compute_id": cluster.resource_id,
        "timing": {"mode": TimingMode.FIXED, "every": Every.WEEK, "week_day": WeekDay.SATURDAY, "at": "02:30"},
        "interruptible": True,
        "experiment": "leaves-weekly",
        "enabled": True,
        "tags": {"cost-center": "4711"},
        "steps": {
            "prepare": {
                "command": "python clean.py ${{inputs.raw}} ${{outputs.clean}} ${{outputs.checkpoints}} --continue",
                "environment": "azureml:tidy:4",
                "code_id": workspace.resource_id.apply(lambda own: f"{own}/codes/tidy/versions/2"),
                "limits": {"timeout_minutes": 30},
                "inputs": {"raw": {"path": "azureml:leaves:3", "type": "uri_folder", "mode": "Download"}},
                "outputs": {"clean": {"type": "uri_folder", "mode": "ReadWriteMount"}, "checkpoints": {}},
                "checkpoints": {"output": "checkpoints", "resume_flag": "--continue"},
                "compute_id": small.resource_id,
                "reuse": True,
            },
            "tune": {
                "command": "python -m leaves --data ${{inputs.data}} --rate ${{inputs.rate}} --size ${{inputs.size}} "
                "--save ${{outputs.checkpoints}} --resume",
                "environment": ACPT,
                "limits": {
                    "timeout_minutes": 480,
                    "trial_timeout_minutes": 60,
                    "max_total_trials": 8,
                    "max_concurrent_trials": 2,
                },
                "inputs": {
                    "data": {"step_output": "prepare.clean", "mode": "ReadOnlyMount"},
                    "rate": {"value": "0.001", "kind": "number"},
                    "size": {"value": "8", "kind": "integer"},
                },
                "outputs": {"checkpoints": {}},
                "checkpoints": {},
                "sweep": {
                    "metric": "validation_loss",
                    "goal": "minimize",
                    "sampling": "random",
                    "parameters": {
                        "rate": {"spread": "loguniform", "min_value": -9, "max_value": -3},
                        "size": {"spread": "choice", "numbers": [8, 16]},
                    },
                    "early_termination": {
                        "policy": "bandit",
                        "slack_factor": 0.2,
                        "evaluation_interval": 1,
                        "delay_evaluation": 3,
                    },
                },
            },
            "train": {
                "command": "python -m leaves --data ${{inputs.data}} --model ${{inputs.model}} "
                "--out ${{outputs.model}} --save ${{outputs.checkpoints}} --resume",
                "environment": ACPT,
                "limits": {"timeout_minutes": 240},
                "inputs": {
                    "data": {"step_output": "prepare.clean"},
                    "model": {"path": "azureml:resnet:1", "type": "custom_model"},
                },
                "outputs": {
                    "model": {"type": "custom_model", "asset_name": "leaves"},
                    "checkpoints": {
                        "path": "azureml://datastores/workspaceblobstore/paths/checkpoints/${{name}}/",
                        "mode": "ReadWriteMount",
                    },
                },
                "checkpoints": {},
                "nodes": 2,
                "distribution": "pytorch",
                "processes_per_node": 1,
                "environment_variables": {"NCCL_DEBUG": "WARN"},
            },
        },
    },
)
