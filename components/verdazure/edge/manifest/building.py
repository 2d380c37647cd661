"""From what a team decides to the manifest that IoT Hub takes."""

import json
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, field_validator, model_validator

from verdazure.args import TextLeaf
from verdazure.edge.manifest import limits
from verdazure.edge.manifest.containers import REASON_LABEL
from verdazure.edge.manifest.documents import AGENT, DESIRED, HUB, RestartPolicy, Status, check_count
from verdazure.edge.manifest.values import (
    EnvironmentName,
    EnvironmentValue,
    ModuleName,
    RouteName,
    RoutePriority,
    RouteText,
    StartupOrder,
    StoreSeconds,
)
from verdazure.records import Count, Number, Record, Text, refuse

MEGABYTE = 1024 * 1024
BILLIONTHS = 1_000_000_000


class ModulePlan(Record):
    """One module, as a team decides about it."""

    image: TextLeaf
    memory_mb: Annotated[Count, Field(ge=8)]
    cpus: Annotated[Number, Field(gt=0, le=256)]
    version: Text = "1.0"
    status: Status = Status.RUNNING
    restart_policy: RestartPolicy = RestartPolicy.ALWAYS
    startup_order: StartupOrder | None = None
    environment: dict[EnvironmentName, EnvironmentValue] = Field(default_factory=dict)
    log_size_mb: Annotated[Count, Field(ge=1, le=1024)] = 10
    log_files: Annotated[Count, Field(ge=1, le=20)] = 3
    create_options: dict[str, Any] = Field(default_factory=dict)
    privileged_reason: Text | None = None

    @model_validator(mode="after")
    def _say_limits_once(self) -> "ModulePlan":
        host = self.create_options.get("HostConfig", {})
        written = {
            "Memory": "memory_mb",
            "NanoCpus": "cpus",
            "LogConfig": "log_size_mb",
            "Privileged": "privileged_reason",
        }
        for key, argument in written.items():
            if key in host:
                refuse(
                    f"create_options.HostConfig.{key}", host[key], f"said by {argument}", f"remove it, set {argument}"
                )
        return self


class RoutePlan(Record):
    """One route of the edge hub."""

    route: RouteText
    priority: RoutePriority | None = None
    time_to_live_seconds: StoreSeconds | None = None


class RuntimePlan(Record):
    """What makes a deployment a base: the runtime that runs below the modules."""

    agent_image: TextLeaf
    hub_image: TextLeaf
    store_and_forward_seconds: StoreSeconds = 7200
    hub_environment: dict[EnvironmentName, EnvironmentValue] = Field(default_factory=dict)
    hub_ports: list[Count] = Field(default_factory=list)
    log_size_mb: Annotated[Count, Field(ge=1, le=1024)] = 10
    log_files: Annotated[Count, Field(ge=1, le=20)] = 3


class ContentPlan(Record):
    """Modules, routes and properties; with a runtime they are a base deployment, without one a layer."""

    runtime: RuntimePlan | None = None
    modules: dict[ModuleName, ModulePlan] = Field(default_factory=dict)
    routes: dict[RouteName, RoutePlan] = Field(default_factory=dict)
    properties: dict[str, dict[str, Any]] = Field(default_factory=dict)
    """By `MODULE` (replaces its desired properties) or, in a layer, `MODULE.PATH` (adds to them)."""

    @field_validator("modules")
    @classmethod
    def _are_few(cls, modules: dict[str, ModulePlan]) -> dict[str, ModulePlan]:
        check_count(modules)
        return modules

    @model_validator(mode="after")
    def _say_something(self) -> "ContentPlan":
        if self.runtime is None and not (self.modules or self.routes or self.properties):
            refuse("modules", None, "a module, a route or properties in a layer", "add one, or a runtime")
        for key in self.properties:
            if self.runtime is not None and "." in key:
                refuse(f"properties.{key}", key, "the name of a module in a base deployment", "nest the properties")
        return self

    def content(self) -> dict[str, Any]:
        """`{"modulesContent": ...}`; images are put in as they came, which may be Outputs."""
        return {"modulesContent": _base(self, self.runtime) if self.runtime else _layer(self)}


def _base(plan: ContentPlan, runtime: RuntimePlan) -> dict[str, Any]:
    agent = {
        "schemaVersion": "1.1",
        "runtime": {"type": "docker", "settings": {"minDockerVersion": "v1.25"}},
        "systemModules": {
            "edgeAgent": {"type": "docker", "settings": _settings(runtime.agent_image, _host(runtime))},
            "edgeHub": {
                "type": "docker",
                "status": "running",
                "restartPolicy": "always",
                "startupOrder": 0,
                "settings": _settings(runtime.hub_image, _with_ports(_host(runtime), runtime.hub_ports)),
                **_environment(runtime.hub_environment),
            },
        },
        "modules": {name: _module(module) for name, module in sorted(plan.modules.items())},
    }
    hub = {
        "schemaVersion": "1.2",
        "routes": {name: _route(route) for name, route in sorted(plan.routes.items())},
        "storeAndForwardConfiguration": {"timeToLiveSecs": runtime.store_and_forward_seconds},
    }
    twins = {name: {DESIRED: value} for name, value in sorted(plan.properties.items())}
    return {AGENT: {DESIRED: agent}, HUB: {DESIRED: hub}, **twins}


def _layer(plan: ContentPlan) -> dict[str, Any]:
    modules = {f"{DESIRED}.modules.{name}": _module(module) for name, module in sorted(plan.modules.items())}
    routes = {f"{DESIRED}.routes.{name}": _route(route) for name, route in sorted(plan.routes.items())}
    twins: dict[str, dict[str, Any]] = {}
    for key, value in sorted(plan.properties.items()):
        module, _, path = key.partition(".")
        twins.setdefault(module, {})[f"{DESIRED}.{path}" if path else DESIRED] = value
    return {**({AGENT: modules} if modules else {}), **({HUB: routes} if routes else {}), **twins}


def _module(module: ModulePlan) -> dict[str, Any]:
    host = {
        **module.create_options.get("HostConfig", {}),
        **_host(module),
        "Memory": module.memory_mb * MEGABYTE,
        "NanoCpus": round(module.cpus * BILLIONTHS),
    }
    options = {**module.create_options, "HostConfig": host}
    if module.privileged_reason:
        host["Privileged"] = True
        options["Labels"] = {**module.create_options.get("Labels", {}), REASON_LABEL: module.privileged_reason}
    order = {} if module.startup_order is None else {"startupOrder": module.startup_order}
    return {
        "version": module.version,
        "type": "docker",
        "status": module.status.value,
        "restartPolicy": module.restart_policy.value,
        **order,
        "settings": _settings(module.image, options["HostConfig"], options),
        **_environment(module.environment),
    }


def _host(logged: ModulePlan | RuntimePlan) -> dict[str, Any]:
    bounds = {"max-size": f"{logged.log_size_mb}m", "max-file": str(logged.log_files)}
    return {"LogConfig": {"Type": "json-file", "Config": bounds}}


def _with_ports(host: dict[str, Any], ports: list[int]) -> dict[str, Any]:
    bound = {f"{port}/tcp": [{"HostPort": str(port)}] for port in ports}
    return {**host, **({"PortBindings": bound} if bound else {})}


def _settings(image: Any, host: Mapping[str, Any], options: Mapping[str, Any] | None = None) -> dict[str, Any]:
    text = json.dumps({**(options or {}), "HostConfig": host}, separators=(",", ":"), sort_keys=True)
    size = limits.CREATE_OPTIONS_CHARACTERS
    pieces = [text[start : start + size] for start in range(0, len(text), size)]
    if len(pieces) > limits.CREATE_OPTIONS_PIECES:
        allowed = f"at most {size * limits.CREATE_OPTIONS_PIECES} characters of JSON"
        refuse("create_options", f"{len(text)} characters", allowed, "bind files that the device holds")
    return {
        "image": image,
        **{f"createOptions{place:02}" if place else "createOptions": piece for place, piece in enumerate(pieces)},
    }


def _environment(variables: Mapping[str, Any]) -> dict[str, Any]:
    return {"env": {name: {"value": value} for name, value in sorted(variables.items())}} if variables else {}


def _route(plan: RoutePlan) -> Any:
    if plan.priority is None and plan.time_to_live_seconds is None:
        return plan.route
    order = {} if plan.priority is None else {"priority": plan.priority}
    time = {} if plan.time_to_live_seconds is None else {"timeToLiveSecs": plan.time_to_live_seconds}
    return {"route": plan.route, **order, **time}
