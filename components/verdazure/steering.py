"""What a deployment hands the controller: what it steers, and within which bounds. Pure, and JSON on its way.

Components write this document and the controller reads it; neither knows the other.
"""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from verdazure.carbon.quantities import Intensity
from verdazure.carbon.rollout import Goal, Margins
from verdazure.carbon.scheduling import Bands, Cap


class SteeringError(ValueError):
    """A text is no steering document; the message says where, what and what is allowed."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _arm_id(text: str) -> str:
    if not text.startswith("/subscriptions/"):
        raise ValueError(f"{text!r} is no ARM id; give /subscriptions/.../providers/...")
    return text.rstrip("/")


ArmId = Annotated[str, AfterValidator(_arm_id)]
Count = Annotated[int, Field(ge=1)]


class CapAbove(_Part):
    """Above so many gCO2e/kWh, at most so many instances."""

    grams_per_kwh: Annotated[float, Field(gt=0)]
    instances: Annotated[int, Field(ge=0)]


class DeploymentScaling(_Part):
    """Between how many instances an online deployment scales."""

    deployment_id: ArmId
    autoscale_setting_id: ArmId
    region: str
    floor: Count
    """Instances that availability needs."""
    ceiling: Count
    requests_per_minute: Annotated[float, Field(gt=0)]
    """That one instance serves."""
    caps: tuple[CapAbove, ...]
    """From clean to dirty."""
    urgent_share: Annotated[float, Field(ge=0, le=1)] = 1.0
    """Of the requests: what no cap holds back."""

    @model_validator(mode="after")
    def _check(self) -> "DeploymentScaling":
        self.bands()
        return self

    def bands(self) -> Bands:
        """As the decision takes them. Raises `ValueError` for caps that contradict one another."""
        caps = tuple(Cap(Intensity(each.grams_per_kwh), each.instances) for each in self.caps)
        return Bands(self.floor, self.ceiling, self.requests_per_minute, caps, self.urgent_share)


class ClusterScaling(_Part):
    """How many nodes a training cluster may have: fewer where power is dirty. Jobs queue; none is stopped."""

    cluster_id: ArmId
    region: str
    most: Count
    """Nodes where power is clean or unknown."""
    caps: tuple[CapAbove, ...]

    @model_validator(mode="after")
    def _check(self) -> "ClusterScaling":
        self.bands()
        return self

    def bands(self) -> Bands:
        """All of the cluster's load may wait. Raises `ValueError` for caps that contradict one another."""
        caps = tuple(Cap(Intensity(each.grams_per_kwh), each.instances) for each in self.caps)
        return Bands(0, self.most, 1.0, caps, urgent_share=0.0, headroom=0.0)


class TrainingPlaces(_Part):
    """The live schedules of a workspace, and how many of their runs may run at once."""

    workspace_id: ArmId
    at_once: Count


class RolloutPlan(_Part):
    """A new deployment beside an old one, behind one endpoint."""

    endpoint_id: ArmId
    old: str
    new: str
    region: str
    steps: tuple[Annotated[int, Field(ge=1, le=100)], ...] = (10, 50, 100)
    """Per cent of the requests to the new one, step by step."""
    window_minutes: Annotated[int, Field(ge=1, le=60)] = 5
    goal: Goal = Goal.NO_HARM
    more_grams_share: Annotated[float, Field(ge=0)] = 0.1
    """Share that a request of the new one may emit more."""
    more_latency_ms: Annotated[float, Field(ge=0)] = 10.0
    more_error_share: Annotated[float, Field(ge=0)] = 0.001
    fewest_windows: Annotated[int, Field(ge=2)] = 50
    most_windows: Annotated[int, Field(ge=2)] = 1000
    watts_per_instance: Annotated[float, Field(gt=0)] | None = None
    """Of each version alike, for an estimate where Azure ML measures no energy, as without a GPU."""

    @model_validator(mode="after")
    def _check(self) -> "RolloutPlan":
        if list(self.steps) != sorted(set(self.steps)) or len(self.steps) < 2 or self.steps[-1] != 100:
            raise ValueError(f"steps is {list(self.steps)}; give two or more rising per cent, the last 100")
        if self.old == self.new:
            raise ValueError(f"old and new are both {self.old!r}; give two deployments")
        self.margins()
        return self

    def margins(self) -> Margins:
        """As the decision takes them. Raises `ValueError`."""
        return Margins(
            grams_share=self.more_grams_share,
            goal=self.goal,
            latency_ms=self.more_latency_ms,
            error_share=self.more_error_share,
            fewest=self.fewest_windows,
            most=self.most_windows,
        )


class Steering(_Part):
    """All that one controller steers; targets by a name that its records repeat."""

    every_minutes: Annotated[int, Field(ge=1, le=60)] = 15
    """Time between two rounds."""
    deployments: dict[str, DeploymentScaling] = {}
    clusters: dict[str, ClusterScaling] = {}
    training: dict[str, TrainingPlaces] = {}
    rollouts: dict[str, RolloutPlan] = {}

    @classmethod
    def read(cls, text: str) -> "Steering":
        """Raises `SteeringError`."""
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(map(str, first["loc"])) or "the document"
            raise SteeringError(f"{where}: {first['msg']}; deploy the controller again") from None

    def write(self) -> str:
        """As JSON, the same for the same document."""
        return self.model_dump_json(exclude_none=True)
