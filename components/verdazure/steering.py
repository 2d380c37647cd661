"""What a deployment hands the controller: what it steers, and within which bounds. Pure, and JSON on its way.

Components write this document and the controller reads it; neither knows the other.
"""

import base64
import hashlib
import lzma
from datetime import timedelta
from math import inf
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from verdazure.carbon.drift import Triggers
from verdazure.carbon.quantities import Intensity
from verdazure.carbon.rollout import Goal, Margins
from verdazure.carbon.routing import Rules
from verdazure.carbon.scheduling import Bands, Cap


class SteeringError(ValueError):
    """A text is no steering document; the message says where, what and what is allowed."""


def fault_of(error: ValueError) -> str:
    """The first fault of a part that was refused, in its own words."""
    if isinstance(error, ValidationError):
        return error.errors(include_url=False)[0]["msg"].removeprefix("Value error, ")
    return str(error)


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _arm_id(text: str) -> str:
    if not text.startswith("/subscriptions/"):
        raise ValueError(f"{text!r} is no ARM id; give /subscriptions/.../providers/...")
    return text.rstrip("/")


ArmId = Annotated[str, AfterValidator(_arm_id)]
Count = Annotated[int, Field(ge=1)]
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]
"""Of a target: a blob is named after it, so it has no slash and no space."""
Watts = Annotated[float, Field(gt=0)]
_USUAL = Triggers()
LONGEST_SETTING = 30_000
"""Characters. Linux takes 128 KiB in one variable; what App Service takes of all together is not published."""
SOME_ID = "/subscriptions/0/resourceGroups/g/providers/p/t/n"
"""Stands for ids that a program does not know yet, where a document is checked before anything is deployed."""
PARTS = 64
"""That a fleet is split into. It never changes: a target that moved to another part could be steered twice at once."""


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
    watts_per_instance: Watts | None = None
    """For the records: what the instances that a cap holds back would draw."""

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
    watts_per_instance: Watts | None = None
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


class TrafficPlan(_Part):
    """How an endpoint's requests are shared while no rollout moves them."""

    endpoint_id: ArmId
    shares: dict[str, Annotated[int, Field(ge=0, le=100)]]
    """Per cent by deployment, 100 in sum."""
    mirror: dict[str, Annotated[int, Field(ge=1, le=50)]] = {}
    """Per cent of the requests that a deployment gets copies of."""

    @model_validator(mode="after")
    def _check(self) -> "TrafficPlan":
        if sum(self.shares.values()) != 100:
            raise ValueError(f"shares is {self.shares}; give per cent, 100 in sum")
        return self


class RouteOrigin(_Part):
    """A way to serve requests: an origin of Front Door, or an endpoint of Traffic Manager."""

    id: ArmId
    region: str
    requests_per_second: Annotated[float, Field(gt=0)]
    """That it can serve."""
    joules_per_request: Annotated[float, Field(gt=0)]
    latency_ms: Annotated[float, Field(ge=0)] | None = None
    """As users see it, where nothing measures it: Traffic Manager never does."""
    residencies: tuple[str, ...] = ()
    """Where data may stay that it serves: `eu`; in one order, so that the document is the same each time."""
    deployment_id: ArmId | None = None
    """Online deployment that counts its requests where nothing else does: Traffic Manager sees none."""

    @model_validator(mode="after")
    def _check(self) -> "RouteOrigin":
        if not self.front_door and "/trafficManagerProfiles/" not in self.id:
            raise ValueError(f"{self.id} is neither an origin of Front Door nor an endpoint of Traffic Manager")
        if not self.front_door and self.deployment_id is None:
            raise ValueError("deployment_id is missing; Traffic Manager counts no requests: name who serves them")
        return self

    @property
    def front_door(self) -> bool:
        """Whether Front Door, which also measures requests, latency and health, has it."""
        return "/originGroups/" in self.id

    @property
    def profile_id(self) -> str:
        """ARM id of the load balancer."""
        return "/".join(self.id.split("/")[:9])


class RoutePlan(_Part):
    """Ways to serve the same requests, by name."""

    origins: Annotated[dict[Name, RouteOrigin], Field(min_length=2)]
    longest_latency_ms: Annotated[float, Field(gt=0)] | None = None
    residency: str | None = None
    """Where the requests' data has to stay: no origin without it serves."""
    floor: Annotated[int, Field(ge=0, le=100)] = 1
    """Per cent that each keeps, so that it is warm when another fails."""
    step: Annotated[int, Field(ge=1, le=100)] = 10
    """Points by which a weight moves in one round."""
    worth: Annotated[float, Field(ge=0, lt=1)] = 0.02
    """Share of the emissions below which weights stay still."""

    @model_validator(mode="after")
    def _check(self) -> "RoutePlan":
        if len({each.profile_id.lower() for each in self.origins.values()}) > 1:
            raise ValueError("the origins are of several load balancers; make a plan for each")
        self.rules()
        return self

    def rules(self) -> Rules:
        """As the decision takes them. Raises `ValueError`."""
        return Rules(self.longest_latency_ms or inf, self.residency, self.floor, self.step, self.worth)


class RetrainingPlan(_Part):
    """A model that is trained again where it has drifted, by a schedule of mode `drift`."""

    workspace_id: ArmId
    schedule: Name
    model: Name
    """Whose newest version says when it was trained and, by its tag `accuracy`, how right it was."""
    log_workspace_id: ArmId
    """Of the Log Analytics workspace that holds VerdazureDrift_CL."""
    psi: float = _USUAL.psi
    ks_p: float = _USUAL.ks_p
    accuracy_drop: float = _USUAL.accuracy_drop
    persistence: int = _USUAL.persistence
    cooldown_days: float = _USUAL.cooldown / timedelta(days=1)
    longest_life_days: float | None = None

    @model_validator(mode="after")
    def _check(self) -> "RetrainingPlan":
        self.triggers()
        return self

    def triggers(self) -> Triggers:
        """As the decision takes them. Raises `ValueError`."""
        longest = self.longest_life_days
        return Triggers(
            psi=self.psi,
            ks_p=self.ks_p,
            accuracy_drop=self.accuracy_drop,
            persistence=self.persistence,
            cooldown=timedelta(days=self.cooldown_days),
            longest_life=None if longest is None else timedelta(days=longest),
        )


class Steering(_Part):
    """All that one controller steers; targets by a name that its records repeat."""

    every_minutes: Annotated[int, Field(ge=1, le=60)] = 15
    """Time between two rounds."""
    deployments: dict[Name, DeploymentScaling] = {}
    clusters: dict[Name, ClusterScaling] = {}
    training: dict[Name, TrainingPlaces] = {}
    traffic: dict[Name, TrafficPlan] = {}
    rollouts: dict[Name, RolloutPlan] = {}
    routes: dict[Name, RoutePlan] = {}
    retraining: dict[Name, RetrainingPlan] = {}

    @model_validator(mode="after")
    def _check(self) -> "Steering":
        for one, other in ((self.deployments, self.clusters), (self.traffic, self.rollouts)):
            if both := sorted(set(one) & set(other)):
                raise ValueError(f"{', '.join(both)} names two targets; give each its own name")
        return self

    def joined(self, other: "Steering") -> "Steering":
        """Both. Raises `SteeringError` where they name the same target, or one name would mean two."""
        for loop in _LOOPS:
            if both := sorted(set(getattr(self, loop)) & set(getattr(other, loop))):
                raise SteeringError(f"{loop}.{', '.join(both)}: two documents name it; rename one of the components")
        merged = {loop: {**getattr(self, loop), **getattr(other, loop)} for loop in _LOOPS}
        try:
            return Steering(every_minutes=self.every_minutes, **merged)
        except ValidationError as error:
            raise SteeringError(fault_of(error)) from None

    def parts(self) -> frozenset[int]:
        """Those that have a target, of `PARTS`."""
        return frozenset(_part_of(name) for loop in _LOOPS for name in getattr(self, loop))

    def part(self, number: int) -> "Steering":
        """The targets of one part."""
        mine = {
            loop: {name: each for name, each in getattr(self, loop).items() if _part_of(name) == number}
            for loop in _LOOPS
        }
        return self.model_copy(update=mine)

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

    def pack(self) -> str:
        """As a setting of a function app: JSON, pressed together where it is long. Raises `SteeringError`."""
        text = self.write()
        if len(text) <= LONGEST_SETTING:
            return text
        pressed = base64.b64encode(lzma.compress(text.encode())).decode()
        if len(pressed) > LONGEST_SETTING:
            raise SteeringError(f"{len(pressed)} characters, at most {LONGEST_SETTING}: deploy a second controller")
        return pressed

    @classmethod
    def unpack(cls, packed: str) -> "Steering":
        """What `pack` gave. Raises `SteeringError`."""
        if packed.startswith("{"):
            return cls.read(packed)
        try:
            return cls.read(lzma.decompress(base64.b64decode(packed, validate=True)).decode())
        except (ValueError, lzma.LZMAError):
            raise SteeringError("the document is damaged; deploy the controller again") from None


_LOOPS = ("deployments", "clusters", "training", "traffic", "rollouts", "routes", "retraining")


def _part_of(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big") % PARTS
