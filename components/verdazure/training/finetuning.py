"""FineTuning: a model that others trained learns what is yours, with few weights, a budget of energy and an end."""

from collections.abc import Mapping
from enum import Enum
from typing import Annotated, Any, NotRequired, Optional, TypedDict

import pulumi
from pulumi import Input, Output, ResourceOptions
from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from verdazure import facts
from verdazure.args import Count, Flag, Number, Record, Text, TextLeaf, component_name, normalise, refuse, resource_type
from verdazure.datasets.component import ASSET_NAME, WorkspaceId
from verdazure.interfaces import LandingRef, Site
from verdazure.justification import Justification, JustificationArgs
from verdazure.training.component import TrainingSchedule
from verdazure.training.environments import check_environment
from verdazure.training.jobs import Minutes, Path, PathType
from verdazure.training.timing import Timing, TimingArgs

STEP = "finetune"
MODULE = "verdazure_jobs.finetune"
UNKNOWN = "unknown"


class Method(str, Enum):
    """Which weights learn."""

    LORA = "lora"
    """Low-rank adapters: below one weight in a hundred."""
    QLORA = "qlora"
    """Adapters over a base of 4 bits, which takes less memory of the board."""
    FULL = "full"
    """All of them; takes a justification."""


class Quantisation(str, Enum):
    """How the finished model is made smaller."""

    INT8 = "int8"
    """Weights of 8 bits, if its answers stay within `tolerance`."""
    NONE = "none"


class FineTuningArgs(TypedDict):
    """What a team decides about fine-tuning."""

    landing: LandingRef
    """Where it is deployed: `landing.ref`."""
    workspace_id: Input[str]
    """ARM id of the Azure ML workspace: `workspace.resource_id`."""
    compute_id: Input[str]
    """ARM id of the cluster that it runs on: `cluster.resource_id`."""
    model: Input[str]
    """The registered base model: `pretrained.asset_uri`, or `azureml:<name>:<version>`."""
    model_type: NotRequired[PathType]
    """Default `custom_model`."""
    data: Input[str]
    """What it learns from, a folder with `train.jsonl` and `validation.jsonl`: `azureml:<name>:<version>` or
    `azureml://datastores/...`."""
    environment: str
    """Your image with `verdazure-jobs[training]`, by digest, or an environment of the workspace by version."""
    timing: TimingArgs
    """When it runs."""
    timeout_minutes: int
    """Minutes after which Azure ML ends it."""
    energy_budget_kwh: float
    """Energy, kWh, after which it saves and ends by itself, over all of its interruptions."""
    method: NotRequired[Method]
    """Default `lora`."""
    rank: NotRequired[int]
    """Rank of the adapters. Default 16."""
    epochs: NotRequired[int]
    """Most passes over the data. Default 3; it ends before when it learns no more."""
    learning_rate: NotRequired[float]
    """Default 0.0002."""
    batch_size: NotRequired[int]
    """Default 8."""
    patience: NotRequired[int]
    """Evaluations without an improvement after which it ends. Default 2."""
    min_delta: NotRequired[float]
    """Least fall of the validation loss that is an improvement. Default 0.001."""
    seed: NotRequired[int]
    """Default 0."""
    quantise: NotRequired[Quantisation]
    """Default `int8`."""
    tolerance: NotRequired[float]
    """Mean difference of the log-probabilities of next tokens, nats, that quantisation may make. Default 0.05."""
    from_scratch: NotRequired[bool]
    """Whether only the base model's architecture is taken, and random weights. Default false."""
    justification: NotRequired[JustificationArgs]
    """Why it is trained from scratch, or why all weights learn."""
    interruptible: NotRequired[bool]
    """Whether Azure may take its node back. Default true: it goes on from its last checkpoint."""
    enabled: NotRequired[bool]
    """Whether Azure ML starts it. Default true."""
    tags: NotRequired[dict[str, Input[str]]]
    """Further tags of the schedule and of each run."""


class FineTuning(pulumi.ComponentResource):
    """A recurring fine-tuning of a registered model by `verdazure_jobs`, on a `TrainingSchedule`.

    It learns with adapters, stops when the validation loss does no longer fall or its energy is spent, resumes after an
    interruption, writes down what it drew, and registers what came out as a model named after the component.

    Raises: `ArgumentError` before any resource is registered, naming key, value, allowed values and fix.
    """

    resource_id: Output[str]
    """ARM id of the schedule."""
    resource_name: Output[str]
    """Name of the schedule."""
    model_name: Output[str]
    """Name under which each run registers a version of the model."""
    live_plan: Output[Optional[str]]
    """For a `live` schedule, as JSON, what the controller reads."""

    def __init__(self, name: str, args: FineTuningArgs, opts: Optional[ResourceOptions] = None) -> None:
        spec = normalise(self, name, args, _FineTuning)
        super().__init__(resource_type(FineTuning), name, dict(args), opts)

        schedule = TrainingSchedule(
            name,
            {
                "landing": args["landing"],
                "workspace_id": spec.workspace_id,
                "compute_id": spec.compute_id,
                "timing": args["timing"],
                "interruptible": spec.interruptible,
                "enabled": spec.enabled,
                "tags": {**spec.tags, **spec.papers()},
                "steps": {STEP: spec.step(name)},
            },
            ResourceOptions(parent=self),
        )

        self.resource_id, self.resource_name = schedule.resource_id, schedule.resource_name
        self.model_name = Output.from_input(name)
        self.live_plan = schedule.live_plan
        self.register_outputs(
            {
                "resource_id": self.resource_id,
                "resource_name": self.resource_name,
                "model_name": self.model_name,
                "live_plan": self.live_plan,
            }
        )


# The checked arguments


def grams_per_kwh(region: str) -> str:
    """Mean intensity of the region's grid, gCO2e/kWh; `unknown` where the facts table has none."""
    intensity = facts.region(region).intensity_g_per_kwh
    return UNKNOWN if intensity is None else f"{intensity:g}"


Learning = Annotated[Number, Field(gt=0)]


class _FineTuning(Record):
    landing: Site
    workspace_id: WorkspaceId
    compute_id: TextLeaf
    model: Path
    model_type: PathType = PathType.CUSTOM_MODEL
    data: Path
    environment: Annotated[Text, AfterValidator(check_environment)]
    timing: Timing
    timeout_minutes: Minutes
    energy_budget_kwh: Annotated[Number, Field(gt=0)]
    method: Method = Method.LORA
    rank: Annotated[Count, Field(ge=1, le=256)] = 16
    epochs: Annotated[Count, Field(ge=1, le=1000)] = 3
    learning_rate: Annotated[Learning, Field(lt=1)] = 2e-4
    batch_size: Annotated[Count, Field(ge=1)] = 8
    patience: Annotated[Count, Field(ge=1)] = 2
    min_delta: Annotated[Number, Field(ge=0)] = 0.001
    seed: Annotated[Count, Field(ge=0)] = 0
    quantise: Quantisation = Quantisation.INT8
    tolerance: Learning = 0.05
    from_scratch: Flag = False
    justification: Justification | None = None
    interruptible: Flag = True
    enabled: Flag = True
    tags: Mapping[str, TextLeaf] = {}

    @model_validator(mode="after")
    def _check(self, info: ValidationInfo) -> "_FineTuning":
        if not ASSET_NAME.fullmatch(component_name(info)):
            allowed = "1 to 255 letters, digits, dashes and underscores, as Azure ML allows a schedule"
            refuse("name", component_name(info), allowed, "rename the component")
        if isinstance(self.model, str) and self.model.startswith(("https://", "azureml://")):
            fix = "register it with PretrainedModel and hand over its asset_uri"
            refuse("model", self.model, "a registered model: azureml:<name>:<version>", fix)
        full = self.method is Method.FULL
        if self.from_scratch and not full:
            refuse("method", self.method, "'full', from scratch: there is no base to adapt", "set method to 'full'")
        if full and self.justification is None:
            fix = "take method 'lora', or give justification with reason and expires"
            refuse("method", self.method, "'lora' or 'qlora', unless a justification says why all weights learn", fix)
        if self.justification is not None and not full:
            refuse("justification", self.justification.reason, "nothing, unless method is 'full'", "remove it")
        return self

    def papers(self) -> dict[str, str]:
        """What goes with each run."""
        why = self.justification
        return {} if why is None else {"justification": why.reason, "justified-until": why.expires}

    def step(self, name: str) -> Any:
        """What `TrainingSchedule` takes. A reason goes by the environment: nobody's words are read by a shell."""
        grid = Output.from_input(self.landing.location).apply(grams_per_kwh)
        why = self.justification
        return {
            "command": self.command(),
            "environment": self.environment,
            "limits": {"timeout_minutes": self.timeout_minutes},
            "inputs": {
                "model": {"path": self.model, "type": self.model_type},
                "data": {"path": self.data},
                "carbon_intensity": {"value": grid},
            },
            "outputs": {"model": {"type": PathType.CUSTOM_MODEL, "asset_name": name}, "checkpoints": {}},
            "checkpoints": {"output": "checkpoints", "resume_flag": "--resume"},
            "environment_variables": {} if why is None else {"VERDAZURE_JUSTIFICATION": why.reason},
        }

    def command(self) -> str:
        """As `python -m verdazure_jobs.finetune --help` describes it."""
        settings = {
            "model": "${{inputs.model}}",
            "data": "${{inputs.data}}",
            "output": "${{outputs.model}}",
            "checkpoints": "${{outputs.checkpoints}}",
            "resume": "auto",
            "method": self.method.value,
            "rank": str(self.rank),
            "alpha": str(2 * self.rank),
            "epochs": str(self.epochs),
            "learning-rate": f"{self.learning_rate:g}",
            "batch-size": str(self.batch_size),
            "seed": str(self.seed),
            "patience": str(self.patience),
            "min-delta": f"{self.min_delta:g}",
            "energy-budget-kwh": f"{self.energy_budget_kwh:g}",
            "carbon-intensity": "${{inputs.carbon_intensity}}",
            "quantise": self.quantise.value,
            "tolerance": f"{self.tolerance:g}",
        }
        scratch = ' --from-scratch --justification "$VERDAZURE_JUSTIFICATION"' if self.from_scratch else ""
        return f"python -m {MODULE} " + " ".join(f"--{key} {value}" for key, value in settings.items()) + scratch
