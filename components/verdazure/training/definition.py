"""The documents of Azure ML that say what runs: a command component, the nodes of a pipeline, its inputs and outputs.

Pure. Their words are those that Microsoft's azure-ai-ml writes for the same job file (tests/prove holds the two against
each other): what lies within a component or a node is in the spelling of job files, the pipeline in that of ARM.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from verdazure.training.jobs import JobInput, JobOutput, Parameter, PathType, Spread, Step, Sweep

_KINDS = {"pytorch": "PyTorch", "tensorflow": "TensorFlow", "mpi": "Mpi"}
_MODELS = (PathType.CUSTOM_MODEL, PathType.MLFLOW_MODEL, PathType.TRITON_MODEL)


def component_spec(name: str, step: Step, environment: Any, code_id: Any) -> dict[str, Any]:
    """What a command component does, apart from where and on what."""
    spec: dict[str, Any] = {
        "type": "command",
        "name": name,
        "display_name": name,
        "is_deterministic": step.reuse,
        "command": step.command,
        "environment": environment,
        "inputs": {key: {"type": _type_of(read)} for key, read in step.inputs.items()},
        "outputs": {key: {"type": written.type.value} for key, written in step.outputs.items()},
        "resources": {"instance_count": step.nodes},
    }
    if step.distribution is not None:
        spec["distribution"] = {
            "type": step.distribution.value,
            "process_count_per_instance": step.processes_per_node,
        }
    if code_id is not None:
        spec["code"] = f"azureml:{code_id}"
    return spec


def version_of(spec: Mapping[str, Any]) -> str:
    """Azure ML keeps a version as it is, so what changes gets another: the beginning of the content's SHA-256."""
    return hashlib.sha256(json.dumps(spec, sort_keys=True).encode()).hexdigest()[:12]


def node(name: str, step: Step, component_id: Any, compute_id: Any) -> dict[str, Any]:
    """A step within a pipeline."""
    described = {
        "name": name,
        "computeId": compute_id,
        "inputs": {key: _bound(name, key, read) for key, read in step.inputs.items() if not _swept(step, key)},
        "outputs": {key: {"type": "literal", "value": f"${{{{parent.outputs.{name}_{key}}}}}"} for key in step.outputs},
        "resources": {"instance_count": step.nodes},
    }
    if step.sweep is not None:
        return described | _sweep(step, step.sweep, component_id)
    described |= {
        "type": "command",
        "componentId": component_id,
        "limits": {"job_limits_type": "Command", "timeout": _duration(step.limits.timeout_minutes)},
    }
    if step.distribution is not None:
        described["distribution"] = {
            "distribution_type": _KINDS[step.distribution.value],
            "process_count_per_instance": step.processes_per_node,
        }
    if step.environment_variables:
        described["environment_variables"] = dict(step.environment_variables)
    return described


def pipeline_inputs(name: str, step: Step) -> dict[str, dict[str, Any]]:
    """What the pipeline hands to a step; what an earlier step wrote goes from node to node."""
    return {
        f"{name}_{key}": _pipeline_input(read)
        for key, read in step.inputs.items()
        if read.step_output is None and not _swept(step, key)
    }


def pipeline_outputs(name: str, step: Step) -> dict[str, dict[str, Any]]:
    """What the pipeline keeps of a step."""
    return {f"{name}_{key}": _pipeline_output(written) for key, written in step.outputs.items()}


def asset_id(workspace_id: str, type_: PathType, path: str) -> str:
    """`azureml:minilm:1` as the ARM id by which Azure ML's REST interface names an asset; any other path as it is."""
    if not path.startswith("azureml:") or path.startswith("azureml://"):
        return path
    named = path.removeprefix("azureml:")
    if named.startswith("/"):
        return named
    asset, _, version = named.partition(":")
    return f"{workspace_id}/{'models' if type_ in _MODELS else 'data'}/{asset}/versions/{version}"


def _duration(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    return "PT" + (f"{hours}H" if hours else "") + (f"{rest}M" if rest else "")


def _type_of(read: JobInput) -> str:
    return read.kind.value if read.value is not None else read.type.value


def _swept(step: Step, key: str) -> bool:
    return step.sweep is not None and key in step.sweep.parameters


def _bound(name: str, key: str, read: JobInput) -> dict[str, Any]:
    if read.step_output is None:
        bound = {"job_input_type": "literal", "value": f"${{{{parent.inputs.{name}_{key}}}}}"}
    else:
        step, _, output = read.step_output.partition(".")
        bound = {"job_input_type": "literal", "value": f"${{{{parent.jobs.{step}.outputs.{output}}}}}"}
    return bound if read.value is not None else bound | {"mode": read.mode.value}


def _pipeline_input(read: JobInput) -> dict[str, Any]:
    if read.value is not None:
        return {"jobInputType": "literal", "value": read.value}
    return {"jobInputType": read.type.value, "uri": read.path, "mode": read.mode.value}


def _pipeline_output(written: JobOutput) -> dict[str, Any]:
    output: dict[str, Any] = {"jobOutputType": written.type.value, "mode": written.mode.value}
    if written.path is not None:
        output["uri"] = written.path
    return output | ({"assetName": written.asset_name} if written.asset_name else {})


def _sweep(step: Step, sweep: Sweep, component_id: Any) -> dict[str, Any]:
    """Its times are in seconds, where those of a command are in ISO 8601."""
    limits = step.limits
    described: dict[str, Any] = {
        "type": "sweep",
        "trial": {"componentId": component_id},
        "objective": {"goal": sweep.goal.value, "primary_metric": sweep.metric},
        "sampling_algorithm": sweep.sampling.value,
        "search_space": {key: _search(parameter) for key, parameter in sweep.parameters.items()},
        "limits": {
            "max_total_trials": limits.max_total_trials,
            "max_concurrent_trials": limits.max_concurrent_trials,
            "timeout": limits.timeout_minutes * 60,
            "trial_timeout": (limits.trial_timeout_minutes or limits.timeout_minutes) * 60,
        },
    }
    ends = sweep.termination
    if ends is not None:
        described["early_termination"] = {
            "policy_type": "Bandit" if ends.policy.value == "bandit" else "MedianStopping",
            "evaluation_interval": ends.evaluation_interval,
            "delay_evaluation": ends.delay_evaluation,
        } | ({"slack_factor": ends.slack_factor} if ends.policy.value == "bandit" else {})
    return described


def _search(parameter: Parameter) -> dict[str, Any]:
    if parameter.spread is Spread.CHOICE:
        return {"type": "choice", "values": list(parameter.options or parameter.numbers)}
    return {"type": parameter.spread.value, "min_value": parameter.min_value, "max_value": parameter.max_value}
