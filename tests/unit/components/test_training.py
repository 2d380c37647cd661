"""TrainingSchedule and FineTuning: what they register, and what they refuse before anything is registered."""

import json
import re
import shlex

import pulumi
import pytest
from verdazure import ArgumentError, FineTuning, TrainingSchedule, facts
from verdazure.carbon.typical_hours import cleanest_hour
from verdazure.training.finetuning import grams_per_kwh
from verdazure_jobs.training.settings import parse

from tests.unit.conftest import SITE, SUBSCRIPTION

GROUP = f"{SUBSCRIPTION}/resourceGroups/rg-hub/providers/Microsoft.MachineLearningServices/workspaces"
WORKSPACE = f"{GROUP}/mlw-hub"
CLUSTER = f"{WORKSPACE}/computes/gpu"
DIGEST = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
IMAGE = f"crml.azurecr.io/train@sha256:{DIGEST}"
STEP = {
    "command": "python train.py --data ${{inputs.data}} --out ${{outputs.checkpoints}} --resume",
    "environment": IMAGE,
    "limits": {"timeout_minutes": 240},
    "inputs": {"data": {"path": "azureml:leaves:3"}},
    "outputs": {"checkpoints": {}},
    "checkpoints": {},
}
WEEKLY = {"mode": "fixed", "every": "Week", "week_day": "Saturday", "at": "02:30"}
ARGS = {
    "landing": SITE,
    "workspace_id": WORKSPACE,
    "compute_id": CLUSTER,
    "steps": {"train": STEP},
    "timing": WEEKLY,
}
TUNING = {
    "landing": SITE,
    "workspace_id": WORKSPACE,
    "compute_id": CLUSTER,
    "model": "azureml:minilm:1",
    "data": "azureml:leaves:3",
    "environment": IMAGE,
    "timing": WEEKLY,
    "timeout_minutes": 240,
    "energy_budget_kwh": 2.5,
}


def scheduled(deploy, **changes):
    return deploy(lambda: TrainingSchedule("nightly", {**ARGS, **changes}) and {})


def schedule(deploy, **changes):
    return scheduled(deploy, **changes).of("machinelearningservices:Schedule")["nightly"]["properties"]


def step(**changes):
    return {"steps": {"train": {**STEP, **changes}}}


def tuned(deploy, **changes):
    return deploy(lambda: FineTuning("minilm-leaves", {**TUNING, **changes}) and {})


def refusal(component, args) -> str:
    with pytest.raises(ArgumentError) as refused:
        component("nightly", args)
    return str(refused.value)


def test_a_command_is_a_pipeline_of_one_step_within_a_schedule(deploy):
    tags = {"managed-by": "verdazure", "workload": "ml", "owner": "vision", "environment": "dev"}
    made = scheduled(deploy)
    component = made.of("machinelearningservices:ComponentVersion")["nightly-train-version"]
    node = {
        "name": "train",
        "type": "command",
        "componentId": f"{SUBSCRIPTION}/resourceGroups/rg-ml/providers/"
        "machinelearningservices:ComponentVersion/nightly_train",
        "computeId": CLUSTER,
        "inputs": {
            "data": {
                "job_input_type": "literal",
                "value": "${{parent.inputs.train_data}}",
                "mode": "ReadOnlyMount",
            }
        },
        "outputs": {"checkpoints": {"type": "literal", "value": "${{parent.outputs.train_checkpoints}}"}},
        "resources": {"instance_count": 1},
        "limits": {"job_limits_type": "Command", "timeout": "PT4H"},
    }
    assert made.of("machinelearningservices:Schedule")["nightly"] == {
        "name": "nightly",
        "workspaceName": "mlw-hub",
        "resourceGroupName": "rg-hub",
        "properties": {
            "displayName": "nightly",
            "isEnabled": True,
            "tags": tags,
            "trigger": {
                "triggerType": "Recurrence",
                "frequency": "Week",
                "interval": 1,
                "schedule": {"hours": [2], "minutes": [30], "weekDays": ["Saturday"]},
                "timeZone": "UTC",
            },
            "action": {
                "actionType": "CreateJob",
                "jobDefinition": {
                    "jobType": "Pipeline",
                    "displayName": "nightly",
                    "experimentName": "nightly",
                    "isArchived": False,
                    "identity": {"identityType": "Managed"},
                    "inputs": {
                        "train_data": {
                            "jobInputType": "uri_folder",
                            "uri": f"{WORKSPACE}/data/leaves/versions/3",
                            "mode": "ReadOnlyMount",
                        }
                    },
                    "jobs": {"train": node},
                    "outputs": {"train_checkpoints": {"jobOutputType": "uri_folder", "mode": "ReadWriteMount"}},
                    "settings": {"continue_on_step_failure": False, "force_rerun": False},
                    "tags": tags,
                },
            },
        },
    }
    assert component["properties"]["componentSpec"] == {
        "type": "command",
        "name": "nightly_train",
        "display_name": "nightly_train",
        "version": component["version"],
        "is_deterministic": False,
        "command": STEP["command"],
        "environment": f"azureml:{SUBSCRIPTION}/resourceGroups/rg-ml/providers/"
        "machinelearningservices:EnvironmentVersion/nightly_train",
        "inputs": {"data": {"type": "uri_folder"}},
        "outputs": {"checkpoints": {"type": "uri_folder"}},
        "resources": {"instance_count": 1},
    }


def test_an_image_is_registered_by_its_digest(deploy):
    made = scheduled(deploy).of("machinelearningservices:EnvironmentVersion")["nightly-train-environment-version"]
    assert (made["version"], made["properties"]["image"]) == (DIGEST[:12], IMAGE)


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ("azureml:own-env:4", f"azureml:{WORKSPACE}/environments/own-env/versions/4"),
        (
            "azureml://registries/azureml/environments/acpt/versions/9",
            "azureml://registries/azureml/environments/acpt/versions/9",
        ),
    ],
)
def test_an_environment_that_has_a_version_is_named_as_it_is(deploy, environment, named):
    made = scheduled(deploy, **step(environment=environment))
    component = made.of("machinelearningservices:ComponentVersion")["nightly-train-version"]
    assert component["properties"]["componentSpec"]["environment"] == named
    assert made.of("machinelearningservices:EnvironmentVersion") == {}


def version(deploy, **changes):
    made = scheduled(deploy, **step(**changes))
    return made.of("machinelearningservices:ComponentVersion")["nightly-train-version"]["version"]


def test_what_does_something_else_is_another_version_and_what_does_the_same_is_the_same(deploy):
    same, limits = version(deploy), version(deploy, limits={"timeout_minutes": 60})
    nodes = version(deploy, nodes=2, distribution="pytorch")
    code = version(deploy, code_id=f"{WORKSPACE}/codes/train/versions/2")
    assert (same, len({same, nodes, code})) == (limits, 3)


def test_a_pipeline_hands_over_from_step_to_step(deploy):
    prepare = {
        "command": "python clean.py ${{inputs.raw}} ${{outputs.clean}}",
        "environment": "azureml:own-env:4",
        "limits": {"timeout_minutes": 30},
        "inputs": {"raw": {"path": "azureml://datastores/lake/paths/leaves/"}},
        "outputs": {"clean": {}},
        "compute_id": f"{WORKSPACE}/computes/cpu",
    }
    train = {**STEP, "inputs": {"data": {"step_output": "prepare.clean", "mode": "Download"}}}
    job = schedule(deploy, steps={"prepare": prepare, "train": train}, interruptible=False)["action"]["jobDefinition"]
    assert job["jobs"]["train"]["inputs"] == {
        "data": {"job_input_type": "literal", "value": "${{parent.jobs.prepare.outputs.clean}}", "mode": "Download"}
    }
    assert job["jobs"]["prepare"]["computeId"] == f"{WORKSPACE}/computes/cpu"
    assert list(job["inputs"]) == ["prepare_raw"]


def test_a_sweep_tries_values_and_ends_what_leads_nowhere(deploy):
    sweep = {
        "metric": "validation_loss",
        "sampling": "random",
        "parameters": {
            "rate": {"spread": "loguniform", "min_value": -9, "max_value": -3},
            "size": {"spread": "choice", "numbers": [8, 16]},
        },
    }
    limits = {
        "timeout_minutes": 240,
        "trial_timeout_minutes": 60,
        "max_total_trials": 8,
        "max_concurrent_trials": 2,
    }
    inputs = {**STEP["inputs"], "rate": {"value": "0.001", "kind": "number"}, "size": {"value": "8", "kind": "integer"}}
    job = schedule(deploy, **step(sweep=sweep, limits=limits, inputs=inputs))["action"]["jobDefinition"]
    node = job["jobs"]["train"]
    assert {key: node[key] for key in ("type", "objective", "sampling_algorithm", "limits", "early_termination")} == {
        "type": "sweep",
        "objective": {"goal": "minimize", "primary_metric": "validation_loss"},
        "sampling_algorithm": "random",
        "limits": {"max_total_trials": 8, "max_concurrent_trials": 2, "timeout": 14400, "trial_timeout": 3600},
        "early_termination": {
            "policy_type": "Bandit",
            "slack_factor": 0.1,
            "evaluation_interval": 1,
            "delay_evaluation": 5,
        },
    }
    assert node["search_space"] == {
        "rate": {"type": "loguniform", "min_value": -9, "max_value": -3},
        "size": {"type": "choice", "values": [8, 16]},
    }
    assert list(node["trial"]) == ["componentId"]
    assert (list(node["inputs"]), list(job["inputs"])) == (["data"], ["train_data"])


def test_typical_runs_at_the_hour_that_is_cleanest_on_the_average_day(deploy):
    at = schedule(deploy, timing={"mode": "typical", "every": "Day", "hours": 3})["trigger"]
    assert at["schedule"] == {"hours": [cleanest_hour("swedencentral", 3)], "minutes": [0]}


def test_a_live_schedule_waits_for_its_controller_with_its_plan_within(deploy):
    timing = {"mode": "live", "every": "Week", "at": "06:00", "hours": 3, "within_hours": 72, "watts": 700}
    made = schedule(deploy, timing=timing)
    assert made["isEnabled"] is False
    assert json.loads(made["properties"]["verdazure-live-plan"]) == {
        "region": "swedencentral",
        "resumable": True,
        "timing": {"mode": "live", "every": "Week", "at": "06:00", "hours": 3, "within_hours": 72, "watts": 700},
    }


def test_a_month_is_a_recurrence_as_cron_expressions_of_azure_ml_know_no_days(deploy):
    at = schedule(deploy, timing={"mode": "fixed", "every": "Month", "month_day": 3, "at": "01:15"})["trigger"]
    assert (at["frequency"], at["schedule"]) == ("Month", {"hours": [1], "minutes": [15], "monthDays": [3]})


def test_outputs_of_a_run_may_be_registered(deploy):
    outputs = {**STEP["outputs"], "model": {"type": "custom_model", "asset_name": "leaves"}}
    job = schedule(deploy, **step(outputs=outputs))["action"]["jobDefinition"]
    assert job["outputs"]["train_model"] == {
        "jobOutputType": "custom_model",
        "mode": "ReadWriteMount",
        "assetName": "leaves",
    }


def test_a_model_that_is_known_later_is_named_by_its_arm_id(deploy):
    later = pulumi.Output.concat("azureml:", "minilm", ":7")
    inputs = {**STEP["inputs"], "model": {"path": later, "type": "mlflow_model"}}
    job = schedule(deploy, **step(inputs=inputs))["action"]["jobDefinition"]
    assert job["inputs"]["train_model"]["uri"] == f"{WORKSPACE}/models/minilm/versions/7"


REFUSED = {
    "a tag moves": (
        step(environment="crml.azurecr.io/train:latest"),
        "steps.train.environment is 'crml.azurecr.io/train:latest'. Allowed: an image by digest",
    ),
    "a label moves": (
        step(environment="azureml://registries/azureml/environments/acpt/labels/latest"),
        "Fix: name the digest or the version: tags and labels move.",
    ),
    "no limit": (
        {"steps": {"train": {key: value for key, value in STEP.items() if key != "limits"}}},
        "steps.train.limits",
    ),
    "no checkpoints": (
        {"steps": {"train": {key: value for key, value in STEP.items() if key != "checkpoints"}}},
        "steps.train.checkpoints is missing. Allowed: how it goes on after an interruption, as interruptible is true.",
    ),
    "checkpoints that are uploaded at the end": (
        step(outputs={"checkpoints": {"mode": "Upload"}}),
        "steps.train.outputs.checkpoints.mode is 'Upload'. Allowed: ReadWriteMount: of an interrupted step",
    ),
    "checkpoints that all runs share": (
        step(outputs={"checkpoints": {"path": "azureml://datastores/lake/paths/checkpoints/"}}),
        "Allowed: a path with ${{name}}: each run has its own checkpoints, and finds them again.",
    ),
    "a command that does not resume": (
        step(command="python train.py ${{outputs.checkpoints}}"),
        "Allowed: a command with --resume.",
    ),
    "a command that saves nothing": (
        step(command="python train.py --resume"),
        "Allowed: a command that gets ${{outputs.checkpoints}}.",
    ),
    "checkpoints that are no output": (
        step(outputs={"model": {}}, command="python train.py --resume"),
        "steps.train.checkpoints.output is 'checkpoints'. Allowed: model.",
    ),
    "an input that nobody declared": (
        step(command=STEP["command"] + " ${{inputs.labels}}"),
        "steps.train.command is '${{inputs.labels}}'. Allowed: data. Fix: declare it in inputs.",
    ),
    "a key in a path": (
        step(inputs={"data": {"path": "https://st.blob.core.windows.net/leaves?sig=abc"}}),
        "steps.train.inputs.data.path is 'https://st.blob.core.windows.net/leaves'. Allowed: a URI without a query",
    ),
    "two kinds of input": (
        step(inputs={"data": {"path": "azureml:leaves:3", "value": "3"}}),
        "steps.train.inputs.data.path is 'path and value'. Allowed: one of path, value and step_output.",
    ),
    "an output of a later step": (
        step(inputs={"data": {"step_output": "prepare.clean"}}),
        "steps.train.inputs.data.step_output is 'prepare.clean'.",
    ),
    "nodes that do not find one another": (step(nodes=2), "steps.train.distribution is missing."),
    "reuse of what may change": (
        step(reuse=True, inputs={"data": {"path": "azureml://datastores/lake/paths/leaves/"}}),
        "Allowed: what is the same whenever it is read, as reuse is true.",
    ),
    "a sweep without an end": (
        step(sweep={"metric": "loss", "parameters": {"data": {"spread": "choice", "options": ["a"]}}}),
        "steps.train.limits.trial_timeout_minutes is missing. Allowed: a number, for a sweep.",
    ),
    "hours above the limits": (
        {"timing": {"mode": "typical", "every": "Day", "hours": 5}},
        "timing.hours is 5.0. Allowed: at most what its steps may take, 4 h.",
    ),
    "a window shorter than the run": (
        {"timing": {"mode": "live", "every": "Day", "hours": 3, "within_hours": 2, "watts": 700}},
        "timing.within_hours is 2.0. Allowed: hours (3) to 24, when the next one begins.",
    ),
    "a fixed time that is none": (
        {"timing": {"mode": "fixed", "every": "Day"}},
        "timing.at is missing. Allowed: a value, for mode 'fixed'.",
    ),
    "an hour for what chooses its own": (
        {"timing": {"mode": "typical", "every": "Day", "hours": 3, "at": "02:00"}},
        "timing.at is '02:00'. Allowed: nothing, for mode 'typical'.",
    ),
    "a day of the week for each day": (
        {"timing": {"mode": "fixed", "every": "Day", "at": "02:00", "week_day": "Monday"}},
        "timing.week_day is 'Monday'. Allowed: nothing, as it runs every Day.",
    ),
}


@pytest.mark.parametrize(("changes", "said"), REFUSED.values(), ids=REFUSED)
def test_what_would_waste_or_break_is_refused_in_one_sentence(changes, said):
    assert said in refusal(TrainingSchedule, {**ARGS, **changes})


# FineTuning


def finetuned(deploy, **changes):
    made = tuned(deploy, **changes)
    component = made.of("machinelearningservices:ComponentVersion")["minilm-leaves-finetune-version"]
    return made, component["properties"]["componentSpec"]["command"]


def test_fine_tuning_learns_few_weights_within_a_budget_and_can_be_interrupted(deploy):
    made, command = finetuned(deploy)
    job = made.of("machinelearningservices:Schedule")["minilm-leaves"]["properties"]["action"]["jobDefinition"]
    assert command == (
        "python -m verdazure_jobs.finetune --model ${{inputs.model}} --data ${{inputs.data}} "
        "--output ${{outputs.model}} --checkpoints ${{outputs.checkpoints}} --resume auto --method lora --rank 16 "
        "--alpha 32 --epochs 3 --learning-rate 0.0002 --batch-size 8 --seed 0 --patience 2 --min-delta 0.001 "
        "--energy-budget-kwh 2.5 --carbon-intensity ${{inputs.carbon_intensity}} --quantise int8 --tolerance 0.05"
    )
    assert job["inputs"]["finetune_carbon_intensity"] == {"jobInputType": "literal", "value": "23.43"}
    assert job["inputs"]["finetune_model"]["uri"] == f"{WORKSPACE}/models/minilm/versions/1"
    assert job["outputs"]["finetune_model"] == {
        "jobOutputType": "custom_model",
        "mode": "ReadWriteMount",
        "assetName": "minilm-leaves",
    }


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"method": "full", "from_scratch": True, "justification": {"reason": "no base", "expires": "2099-01-01"}},
        {"rank": 8, "epochs": 5, "quantise": "none", "tolerance": 0.1, "min_delta": 0, "learning_rate": 1e-5},
    ],
)
def test_the_training_code_understands_the_command(deploy, changes):
    """The two packages meet in nothing else."""
    _, command = finetuned(deploy, **changes)
    filled = re.sub(r"\$\{\{inputs.carbon_intensity\}\}", "23.43", re.sub(r"\$\{\{outputs.\w+\}\}", "out", command))
    program, *words = shlex.split(re.sub(r"\$\{\{inputs.\w+\}\}", "in", filled))
    settings = parse(words[2:])
    assert (program, words[:2]) == ("python", ["-m", "verdazure_jobs.finetune"])
    assert (settings.rank, settings.alpha) == (changes.get("rank", 16), 2 * changes.get("rank", 16))
    assert settings.energy_budget_kwh == 2.5
    assert (settings.method, settings.from_scratch) == (changes.get("method", "lora"), "from_scratch" in changes)


def test_an_unknown_grid_is_said_to_be_unknown():
    unknown = next(row.name for row in facts.regions().values() if row.intensity_g_per_kwh is None)
    assert grams_per_kwh(unknown) == "unknown"


def test_a_reason_goes_past_the_shell(deploy):
    why = {"reason": "no base knows $(leaves); `x`", "expires": "2099-01-01"}
    made, command = finetuned(deploy, method="full", from_scratch=True, justification=why)
    properties = made.of("machinelearningservices:Schedule")["minilm-leaves"]["properties"]
    node = properties["action"]["jobDefinition"]["jobs"]["finetune"]
    assert command.endswith('--tolerance 0.05 --from-scratch --justification "$VERDAZURE_JUSTIFICATION"')
    assert node["environment_variables"] == {"VERDAZURE_JUSTIFICATION": why["reason"]}
    assert (properties["tags"]["justification"], properties["tags"]["justified-until"]) == (why["reason"], "2099-01-01")


REFUSED_TUNING = {
    "all weights without a reason": ({"method": "full"}, "method is 'full'. Allowed: 'lora' or 'qlora', unless"),
    "adapters of nothing": ({"from_scratch": True}, "method is 'lora'. Allowed: 'full', from scratch"),
    "a reason for nothing": (
        {"justification": {"reason": "why not", "expires": "2099-01-01"}},
        "justification is 'why not'. Allowed: nothing, unless method is 'full'.",
    ),
    "a reason that is past": (
        {"method": "full", "justification": {"reason": "then", "expires": "2020-01-01"}},
        "justification.expires is '2020-01-01'. Allowed: a day that is not past.",
    ),
    "a model without papers": (
        {"model": "https://example.org/model/"},
        "model is 'https://example.org/model/'. Allowed: a registered model: azureml:<name>:<version>.",
    ),
    "no budget": ({"energy_budget_kwh": 0}, "energy_budget_kwh"),
}


@pytest.mark.parametrize(("changes", "said"), REFUSED_TUNING.values(), ids=REFUSED_TUNING)
def test_fine_tuning_that_costs_more_than_it_must_is_refused(changes, said):
    assert said in refusal(FineTuning, {**TUNING, **changes})
