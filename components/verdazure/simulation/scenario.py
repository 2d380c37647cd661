"""What is replayed: jobs that recur daily, services that scale, requests that are routed, models that drift. Pure."""

from datetime import datetime, timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from verdazure import facts, steering
from verdazure.simulation.places import deployment, model_schedule, origin, setting, workspace
from verdazure.steering import Name, Watts

Day = Annotated[tuple[Annotated[float, Field(ge=0)], ...], Field(min_length=24, max_length=24)]
"""A value for each hour of each day, UTC."""
Hours = Annotated[float, Field(gt=0)]


class ScenarioError(ValueError):
    """A text is no scenario; the message says where and what."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DailyJob(_Part):
    """A run a day, from midnight UTC on; it goes on after a pause."""

    region: str
    hours: Hours
    within_hours: Annotated[float, Field(gt=0, le=24)]
    """From midnight to its deadline."""
    watts: Watts


class Service(_Part):
    """An online deployment."""

    region: str
    floor: Annotated[int, Field(ge=1)]
    ceiling: Annotated[int, Field(ge=1)]
    requests_per_minute: Annotated[float, Field(gt=0)]
    """That one instance serves."""
    urgent_share: Annotated[float, Field(ge=0, le=1)] = 1.0
    watts_per_instance: Watts
    caps: tuple[steering.CapAbove, ...] = ()
    load: Day
    """Requests a minute."""


class RoutedOrigin(_Part):
    """A region that serves requests."""

    region: str
    requests_per_second: Annotated[float, Field(gt=0)]
    joules_per_request: Annotated[float, Field(gt=0)]
    latency_ms: Annotated[float, Field(ge=0)]


class Route(_Part):
    """Requests that several regions can serve; naive is the nearest first."""

    origins: Annotated[dict[Name, RoutedOrigin], Field(min_length=2)]
    residency: str | None = None
    load: Day
    """Requests a second."""


class Model(_Part):
    """A model that is trained again where it has drifted; naive is once a week."""

    region: str
    hours: Hours
    within_hours: Annotated[float, Field(gt=0, le=24)]
    watts: Watts
    psi: Annotated[tuple[Annotated[float, Field(ge=0)], ...], Field(min_length=1)]
    """Population stability index of each day, from the first on."""


class Scenario(_Part):
    """Seven days or as many as the trace has."""

    start: datetime = datetime.fromisoformat("2026-03-02T00:00:00+00:00")
    """Midnight UTC."""
    days: Annotated[int, Field(ge=1, le=366)] = 7
    every_minutes: Annotated[int, Field(ge=5, le=60)] = 60
    jobs: dict[Name, DailyJob] = {}
    at_once: Annotated[int, Field(ge=1)] = 1
    services: dict[Name, Service] = {}
    routes: dict[Name, Route] = {}
    models: dict[Name, Model] = {}

    @model_validator(mode="after")
    def _check(self) -> "Scenario":
        for region in self.regions:
            try:
                facts.region(region)
            except facts.UnknownFact as unknown:
                raise ValueError(str(unknown)) from None
        for name in set(self.jobs) & set(self.models):
            raise ValueError(f"{name} is a job and a model; give each its own name")
        self.steering()
        return self

    @classmethod
    def read(cls, text: str) -> "Scenario":
        """Raises `ScenarioError`."""
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(map(str, first["loc"])) or "the scenario"
            raise ScenarioError(f"{where}: {first['msg'].removeprefix('Value error, ')}") from None

    @property
    def end(self) -> datetime:
        return self.start + timedelta(days=self.days)

    @property
    def regions(self) -> list[str]:
        """All that a trace is needed for."""
        placed = {each.region for each in self.jobs.values()} | {each.region for each in self.models.values()}
        placed |= {each.region for each in self.services.values()}
        placed |= {each.region for route in self.routes.values() for each in route.origins.values()}
        return sorted(placed)

    def steering(self) -> steering.Steering:
        """As a deployment would hand it to the controller. Raises `ValueError`."""
        return steering.Steering(
            every_minutes=self.every_minutes,
            training={
                "jobs": steering.TrainingPlaces(workspace_id=workspace(), at_once=self.at_once + len(self.models))
            }
            if self.jobs or self.models
            else {},
            deployments={
                name: steering.DeploymentScaling(
                    deployment_id=deployment(name),
                    autoscale_setting_id=setting(name),
                    region=each.region,
                    floor=each.floor,
                    ceiling=each.ceiling,
                    requests_per_minute=each.requests_per_minute,
                    caps=each.caps,
                    urgent_share=each.urgent_share,
                    watts_per_instance=each.watts_per_instance,
                )
                for name, each in self.services.items()
            },
            routes={name: _route(name, each) for name, each in self.routes.items()},
            retraining={
                name: steering.RetrainingPlan(
                    workspace_id=workspace(),
                    schedule=model_schedule(name),
                    model=name,
                    log_workspace_id=workspace(),
                )
                for name in self.models
            },
        )


def _route(name: str, route: Route) -> steering.RoutePlan:
    return steering.RoutePlan(
        origins={
            key: steering.RouteOrigin(
                id=origin(name, key),
                region=each.region,
                requests_per_second=each.requests_per_second,
                joules_per_request=each.joules_per_request,
                latency_ms=each.latency_ms,
                residencies=tuple(sorted(facts.region(each.region).residencies)),
            )
            for key, each in route.origins.items()
        },
        residency=route.residency,
    )
