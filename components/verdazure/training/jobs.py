"""What a training job is: steps that run a command, each within limits, and each able to go on after an interruption.

Names and meanings are those of Azure ML's own job files: Microsoft Learn, CLI (v2) command component, pipeline job and
sweep job YAML schemas.
"""

import re
from collections.abc import Mapping
from enum import Enum
from typing import Annotated, NotRequired, TypedDict

from pulumi import Input
from pydantic import AfterValidator, Field, model_validator

from verdazure.args import Count, Flag, Number, Record, Text, TextLeaf, refuse
from verdazure.datasets.source import fault_of_uri, without_key
from verdazure.training.environments import check_environment
from verdazure.training.live import RUN_NAME

# azure-ai-ml's own rule for names of components, nodes, inputs and outputs: those of a Python function.
IDENTIFIER = r"^[a-z_][a-z0-9_]{0,63}$"
PATH_SCHEMES = ("azureml", "https", "wasbs", "abfss")
LONGEST_MINUTES = 7 * 24 * 60
_ASSET = re.compile(r"azureml:[A-Za-z0-9._-]+:[A-Za-z0-9._-]+|(azureml:)?/subscriptions/.+/versions/[A-Za-z0-9._-]+")


class PathType(str, Enum):
    """What lies at a path, by Azure's own names."""

    URI_FOLDER = "uri_folder"
    URI_FILE = "uri_file"
    MLTABLE = "mltable"
    CUSTOM_MODEL = "custom_model"
    MLFLOW_MODEL = "mlflow_model"
    TRITON_MODEL = "triton_model"


class InputMode(str, Enum):
    """How an input comes to the nodes, by Azure's own names."""

    MOUNT = "ReadOnlyMount"
    """Read over the network when it is read."""
    DOWNLOAD = "Download"
    """Copied to each node before the step begins: right for what is read many times."""
    DIRECT = "Direct"
    """The step gets the address alone."""


class OutputMode(str, Enum):
    """How an output leaves the nodes, by Azure's own names."""

    MOUNT = "ReadWriteMount"
    """Written as the step writes it: what is there when a node is taken away stays."""
    UPLOAD = "Upload"
    """Copied when the step has ended; of a step that was interrupted nothing is left."""


class ValueKind(str, Enum):
    """What a literal input is, by Azure's own names."""

    STRING = "string"
    NUMBER = "number"
    INTEGER = "integer"
    BOOLEAN = "boolean"


class JobInputArgs(TypedDict):
    """What a step reads: a `path`, a `value`, or what an earlier step wrote (`step_output`)."""

    path: NotRequired[Input[str]]
    """`azureml:name:version`, the ARM id of an asset's version, or `azureml://datastores/...`; no key in it."""
    type: NotRequired[PathType]
    """What lies at the path. Default `uri_folder`."""
    mode: NotRequired[InputMode]
    """Default `ReadOnlyMount`."""
    value: NotRequired[Input[str]]
    """A literal, as text."""
    kind: NotRequired[ValueKind]
    """What the literal is. Default `string`."""
    step_output: NotRequired[str]
    """`<step>.<output>` of a step that is listed before: `prepare.clean`."""


class JobOutputArgs(TypedDict):
    """What a step writes."""

    type: NotRequired[PathType]
    """Default `uri_folder`."""
    mode: NotRequired[OutputMode]
    """Default `ReadWriteMount`."""
    path: NotRequired[Input[str]]
    """Where: `azureml://datastores/.../${{name}}/`. Default: a folder of the run in the workspace's own datastore."""
    asset_name: NotRequired[str]
    """Name under which Azure ML registers what was written. Default: not registered."""


class DistributionType(str, Enum):
    """How the processes of a step find one another, by Azure's own names in job files."""

    PYTORCH = "pytorch"
    TENSORFLOW = "tensorflow"
    MPI = "mpi"


class LimitsArgs(TypedDict):
    """When Azure ML ends a step that does not end by itself."""

    timeout_minutes: int
    """Minutes after which the step, all trials of a sweep included, is cancelled: 1 to 10,080."""
    trial_timeout_minutes: NotRequired[int]
    """Minutes of one trial; a sweep needs it."""
    max_total_trials: NotRequired[int]
    """Trials in all, 1 to 1,000; a sweep needs it."""
    max_concurrent_trials: NotRequired[int]
    """Trials at once. Default 1: later trials learn from earlier ones, and fewer nodes wait."""


class CheckpointsArgs(TypedDict):
    """How a step goes on where it was when Azure took its node."""

    output: NotRequired[str]
    """Output that the step saves its progress to while it runs. Default `checkpoints`."""
    resume_flag: NotRequired[str]
    """Flag of the command that makes it look for progress to go on from. Default `--resume`."""


class Sampling(str, Enum):
    """How a sweep chooses what to try next, by Azure's own names."""

    BAYESIAN = "bayesian"
    RANDOM = "random"
    GRID = "grid"


class Goal(str, Enum):
    """What a sweep wants of its metric, by Azure's own names."""

    MINIMIZE = "minimize"
    MAXIMIZE = "maximize"


class Spread(str, Enum):
    """How the values of a parameter are spread, by Azure's own names."""

    CHOICE = "choice"
    UNIFORM = "uniform"
    LOG_UNIFORM = "loguniform"
    """`min_value` and `max_value` are natural logarithms."""


class ParameterArgs(TypedDict):
    """The values that a sweep may try for one input: `options` or `numbers` of a choice, or a range."""

    spread: Spread
    options: NotRequired[list[str]]
    numbers: NotRequired[list[float]]
    min_value: NotRequired[float]
    max_value: NotRequired[float]


class TerminationPolicy(str, Enum):
    """Which trials end early, by Azure's own names."""

    BANDIT = "bandit"
    """Those that fall behind the best one by more than `slack_factor`."""
    MEDIAN_STOPPING = "median_stopping"
    """Those that are worse than the median of all."""


class EarlyTerminationArgs(TypedDict):
    """When a trial that leads nowhere ends: the energy of its rest is saved."""

    policy: NotRequired[TerminationPolicy]
    """Default `bandit`."""
    slack_factor: NotRequired[float]
    """Of the bandit policy. Default 0.1."""
    evaluation_interval: NotRequired[int]
    """Every how many reports of the metric it is judged. Default 1."""
    delay_evaluation: NotRequired[int]
    """Reports before the first judgement. Default 5."""


class SweepArgs(TypedDict):
    """Many trials of one command that differ in some inputs."""

    metric: str
    """What each trial reports by MLflow: `validation_loss`."""
    goal: NotRequired[Goal]
    """Default `minimize`."""
    sampling: NotRequired[Sampling]
    """Default `bayesian`, which needs the fewest trials; it takes no early termination, the other two need one."""
    parameters: dict[str, ParameterArgs]
    """Inputs of the command that differ, by name."""
    early_termination: NotRequired[EarlyTerminationArgs]
    """Default: bandit, wherever the sampling takes one."""


class StepArgs(TypedDict):
    """One step: a command in an environment."""

    command: str
    """What runs, with `${{inputs.<name>}}` and `${{outputs.<name>}}`."""
    environment: str
    """An image by digest (`crml.azurecr.io/train@sha256:...`), a curated environment by version
    (`azureml://registries/azureml/environments/<name>/versions/<version>`), or one of the workspace
    (`azureml:<name>:<version>`)."""
    limits: LimitsArgs
    """When it is ended. There is no default: only who wrote the command knows how long it may take."""
    code_id: NotRequired[Input[str]]
    """ARM id of a code asset's version. Default: the image holds the code."""
    inputs: NotRequired[dict[str, JobInputArgs]]
    outputs: NotRequired[dict[str, JobOutputArgs]]
    checkpoints: NotRequired[CheckpointsArgs]
    """How it goes on after an interruption; needed where `interruptible` is true."""
    compute_id: NotRequired[Input[str]]
    """ARM id of another cluster for this step."""
    nodes: NotRequired[int]
    """Nodes that it takes. Default 1."""
    distribution: NotRequired[DistributionType]
    """How its processes find one another; needed for more than one node."""
    processes_per_node: NotRequired[int]
    """Default 1; take one for each GPU."""
    environment_variables: NotRequired[dict[str, Input[str]]]
    """No secrets: they are readable by whoever may read the job."""
    sweep: NotRequired[SweepArgs]
    """Makes the step a sweep over the command's inputs."""
    reuse: NotRequired[bool]
    """Whether an equal run's outputs are taken instead of running again. Only where all it reads is versioned."""


# The checked records


def _without_secret(path: Input[str]) -> Input[str]:
    fault = None
    if isinstance(path, str) and not _ASSET.fullmatch(path):
        fault = fault_of_uri(path, PATH_SCHEMES)
    if isinstance(path, str) and fault is not None:
        fix = "use azureml:<name>:<version> or azureml://datastores/<datastore>/paths/<path>"
        refuse("", without_key(path), fault, fix)
    return path


Path = Annotated[TextLeaf, AfterValidator(_without_secret)]
Identifier = Annotated[Text, Field(pattern=IDENTIFIER)]
Minutes = Annotated[Count, Field(ge=1, le=LONGEST_MINUTES)]


class JobInput(Record):
    """Checked `JobInputArgs`."""

    path: Path | None = None
    type: PathType = PathType.URI_FOLDER
    mode: InputMode = InputMode.MOUNT
    value: TextLeaf | None = None
    kind: ValueKind = ValueKind.STRING
    step_output: Annotated[Text, Field(pattern=r"^[a-z_][a-z0-9_]*\.[a-z_][a-z0-9_]*$")] | None = None

    @model_validator(mode="after")
    def _check(self) -> "JobInput":
        given = [key for key in ("path", "value", "step_output") if getattr(self, key) is not None]
        if len(given) != 1:
            refuse("path", " and ".join(given) or None, "one of path, value and step_output", "give exactly one")
        return self

    @property
    def versioned(self) -> bool:
        """Whether it is the same whenever it is read."""
        if self.path is not None:
            return isinstance(self.path, str) and _ASSET.fullmatch(self.path) is not None
        return True


class JobOutput(Record):
    """Checked `JobOutputArgs`."""

    type: PathType = PathType.URI_FOLDER
    mode: OutputMode = OutputMode.MOUNT
    path: Path | None = None
    asset_name: Annotated[Text, Field(pattern=r"^[A-Za-z0-9_-]{1,255}$")] | None = None


class Limits(Record):
    """Checked `LimitsArgs`."""

    timeout_minutes: Minutes
    trial_timeout_minutes: Minutes | None = None
    max_total_trials: Annotated[Count, Field(ge=1, le=1000)] | None = None
    max_concurrent_trials: Annotated[Count, Field(ge=1, le=100)] = 1


class Checkpoints(Record):
    """Checked `CheckpointsArgs`."""

    output: Identifier = "checkpoints"
    resume_flag: Annotated[Text, Field(pattern=r"^--?[A-Za-z][A-Za-z0-9_-]*$")] = "--resume"


class Parameter(Record):
    """Checked `ParameterArgs`."""

    spread: Spread
    options: tuple[Text, ...] = ()
    numbers: tuple[Number, ...] = ()
    min_value: Number | None = None
    max_value: Number | None = None

    @model_validator(mode="after")
    def _check(self) -> "Parameter":
        ranged = self.min_value is not None and self.max_value is not None
        if self.spread is Spread.CHOICE:
            if bool(self.options) is bool(self.numbers):
                refuse("options", None, "options or numbers, for a choice", "list what may be tried")
        elif self.min_value is None or self.max_value is None or self.min_value >= self.max_value:
            bounds = f"{self.min_value} to {self.max_value}" if ranged else None
            refuse("min_value", bounds, "a min_value below max_value, for a range", "give both")
        return self


class EarlyTermination(Record):
    """Checked `EarlyTerminationArgs`."""

    policy: TerminationPolicy = TerminationPolicy.BANDIT
    slack_factor: Annotated[Number, Field(gt=0)] = 0.1
    evaluation_interval: Annotated[Count, Field(ge=1)] = 1
    delay_evaluation: Annotated[Count, Field(ge=0)] = 5


class Sweep(Record):
    """Checked `SweepArgs`."""

    metric: Text
    goal: Goal = Goal.MINIMIZE
    sampling: Sampling = Sampling.BAYESIAN
    parameters: Annotated[Mapping[Identifier, Parameter], Field(min_length=1)]
    early_termination: EarlyTermination | None = None

    @model_validator(mode="after")
    def _check(self) -> "Sweep":
        if self.sampling is Sampling.BAYESIAN and self.early_termination is not None:
            fix = "remove early_termination, or sample by 'random'"
            refuse("early_termination", self.early_termination.policy, "none, with bayesian sampling", fix)
        return self

    @property
    def termination(self) -> EarlyTermination | None:
        """What ends trials early; bayesian sampling takes nothing."""
        if self.sampling is Sampling.BAYESIAN:
            return None
        return self.early_termination or EarlyTermination()


class Step(Record):
    """Checked `StepArgs`."""

    command: Text
    environment: Annotated[Text, AfterValidator(check_environment)]
    limits: Limits
    code_id: TextLeaf | None = None
    inputs: Mapping[Identifier, JobInput] = {}
    outputs: Mapping[Identifier, JobOutput] = {}
    checkpoints: Checkpoints | None = None
    compute_id: TextLeaf | None = None
    nodes: Annotated[Count, Field(ge=1, le=100)] = 1
    distribution: DistributionType | None = None
    processes_per_node: Annotated[Count, Field(ge=1, le=16)] = 1
    environment_variables: Mapping[str, TextLeaf] = {}
    sweep: Sweep | None = None
    reuse: Flag = False

    @model_validator(mode="after")
    def _check(self) -> "Step":
        self._check_names()
        self._check_sweep()
        if self.checkpoints is not None:
            self._check_checkpoints(self.checkpoints)
        if self.nodes > 1 and self.distribution is None:
            allowed = "a distribution, for more than one node"
            refuse("distribution", None, allowed, "say how the nodes find one another: 'pytorch'")
        if self.reuse:
            for key, read in self.inputs.items():
                if not read.versioned:
                    fix = "read a versioned asset (azureml:<name>:<version>), or remove reuse"
                    refuse(f"inputs.{key}", read.path, "what is the same whenever it is read, as reuse is true", fix)
        return self

    def _check_names(self) -> None:
        for kind, known in (("inputs", self.inputs), ("outputs", self.outputs)):
            for named in re.findall(rf"\$\{{\{{{kind}\.([^}}]*)\}}\}}", self.command):
                if named not in known:
                    listed = ", ".join(known) or f"no {kind} are declared"
                    refuse("command", f"${{{{{kind}.{named}}}}}", listed, f"declare it in {kind}")

    def _check_sweep(self) -> None:
        trials = {
            "trial_timeout_minutes": self.limits.trial_timeout_minutes,
            "max_total_trials": self.limits.max_total_trials,
        }
        if self.sweep is None:
            for key, value in trials.items():
                if value is not None:
                    refuse(f"limits.{key}", value, "nothing, without a sweep", "remove it, or add sweep")
            return
        if self.environment_variables:
            fix = "make them inputs, or set them in the image"
            refuse("environment_variables", ", ".join(self.environment_variables), "none, with a sweep", fix)
        for key, value in trials.items():
            if value is None:
                refuse(f"limits.{key}", None, "a number, for a sweep", "say when a sweep is long enough")
        for key in self.sweep.parameters:
            if key not in self.inputs or self.inputs[key].value is None:
                fix = f"declare inputs.{key} with the value that is tried first"
                refuse(f"sweep.parameters.{key}", key, "an input with a value", fix)

    def _check_checkpoints(self, contract: Checkpoints) -> None:
        written = self.outputs.get(contract.output)
        if written is None:
            listed = ", ".join(self.outputs) or "a declared output"
            refuse("checkpoints.output", contract.output, listed, "declare it in outputs")
        if written.mode is not OutputMode.MOUNT:
            allowed = "ReadWriteMount: of an interrupted step nothing else is kept"
            refuse(f"outputs.{contract.output}.mode", written.mode, allowed, "remove mode")
        if isinstance(written.path, str) and RUN_NAME not in written.path:
            allowed = f"a path with {RUN_NAME}: each run has its own checkpoints, and finds them again"
            refuse(f"outputs.{contract.output}.path", written.path, allowed, "remove path, or put the run's name in it")
        if f"${{{{outputs.{contract.output}}}}}" not in self.command:
            allowed = f"a command that gets ${{{{outputs.{contract.output}}}}}"
            refuse("command", self.command, allowed, "hand the folder to what saves the progress")
        if contract.resume_flag not in re.split(r"[\s=]+", self.command):
            allowed = f"a command with {contract.resume_flag}"
            refuse("command", self.command, allowed, "make it go on from its checkpoints, or name its flag resume_flag")
