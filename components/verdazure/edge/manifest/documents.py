"""Deployment manifests as IoT Hub takes them: every property known, every value checked, each fault with its place.

After Microsoft Learn, "Learn how to deploy modules and establish routes in IoT Edge", "Properties of the IoT Edge agent
and IoT Edge hub module twins" and "Understand IoT Edge automatic deployments" (issues of 2019, read on 2026-11-24), and
the public JSON schema azure-iot-edge-deployment-2.0; tests hold us to the schema.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any, Literal

from pydantic import ConfigDict, Field, ValidationError, ValidationInfo, field_validator, model_validator

from verdazure import facts
from verdazure.edge.language import Route
from verdazure.edge.manifest import limits
from verdazure.edge.manifest.containers import read_options
from verdazure.edge.manifest.values import (
    Desired,
    EnvironmentName,
    EnvironmentValue,
    Image,
    ModuleName,
    RouteName,
    RoutePriority,
    RouteText,
    StartupOrder,
    StoreSeconds,
    check_route,
    size_of,
    tag_of,
)
from verdazure.records import Fault, Record, Refusal, Text, faults_of, refuse

AGENT, HUB = "$edgeAgent", "$edgeHub"
DESIRED = "properties.desired"
PRODUCT = "IoT Edge"


class ManifestError(ValueError):
    """A manifest that is refused: all that is wrong with it."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(each.text for each in faults))


class _Part(Record):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=False)


class Kind(str, Enum):
    """The only kind of module there is."""

    DOCKER = "docker"


class Status(str, Enum):
    """Whether a module is to run."""

    RUNNING = "running"
    STOPPED = "stopped"


class RestartPolicy(str, Enum):
    """When the agent starts a module again."""

    NEVER = "never"
    ON_FAILURE = "on-failure"
    ON_UNHEALTHY = "on-unhealthy"
    ALWAYS = "always"


class PullPolicy(str, Enum):
    """When the agent fetches an image."""

    ON_CREATE = "on-create"
    NEVER = "never"


_PIECE = re.compile(r"create[oO]ptions(\d*)")


class Settings(_Part):
    """Image and create options, whose text may come in pieces."""

    image: Image
    create_options: str = Field("", alias="createOptions")

    @model_validator(mode="before")
    @classmethod
    def _joined(cls, settings: Any) -> Any:
        if not isinstance(settings, Mapping):
            return settings
        pieces = {key: value for key, value in settings.items() if _PIECE.fullmatch(str(key))}
        for key, value in pieces.items():
            if not isinstance(value, str):
                refuse(key, value, "JSON as a text", "turn the object into a text")
        others = {key: value for key, value in settings.items() if key not in pieces}
        ordered = sorted(pieces, key=lambda key: int((_PIECE.fullmatch(key) or [""])[1] or 0))
        return {**others, **({"createOptions": "".join(pieces[key] for key in ordered)} if pieces else {})}

    @field_validator("create_options")
    @classmethod
    def _are_tame(cls, text: str) -> str:
        read_options(text)
        return text


class Variable(_Part):
    """One environment variable."""

    value: EnvironmentValue


Environment = dict[EnvironmentName, Variable]


class SystemAgent(_Part):
    """The agent itself."""

    type: Kind
    settings: Settings
    env: Environment = Field(default_factory=dict)
    image_pull_policy: PullPolicy | None = Field(None, alias="imagePullPolicy")

    @field_validator("settings")
    @classmethod
    def _is_supported(cls, settings: Settings, info: ValidationInfo) -> Settings:
        _check_runtime(settings.image, _day(info))
        return settings


class SystemHub(SystemAgent):
    """The hub on the device: it has to run, always."""

    status: Literal["running"]
    restart_policy: Literal["always"] = Field(alias="restartPolicy")
    startup_order: StartupOrder | None = Field(None, alias="startupOrder")


class Module(_Part):
    """One of the team's own modules."""

    type: Kind
    status: Status
    restart_policy: RestartPolicy = Field(alias="restartPolicy")
    settings: Settings
    version: Text | None = None
    env: Environment = Field(default_factory=dict)
    image_pull_policy: PullPolicy | None = Field(None, alias="imagePullPolicy")
    startup_order: StartupOrder | None = Field(None, alias="startupOrder")

    @field_validator("settings")
    @classmethod
    def _is_bounded(cls, settings: Settings) -> Settings:
        try:
            read_options(settings.create_options).check_bounds()
        except Refusal as found:
            refuse(f"createOptions.{found.key}", found.value, found.allowed, found.fix)
        return settings


class RouteSpec(_Part):
    """One route; written as a text alone where it has neither priority nor time to live."""

    route: RouteText
    priority: RoutePriority | None = None
    time_to_live: StoreSeconds | None = Field(None, alias="timeToLiveSecs")

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, route: Any) -> Any:
        return {"route": check_route(route)} if isinstance(route, str) else route


class RuntimeSettings(_Part):
    """What the agent needs of the container engine."""

    min_docker_version: Text = Field("v1.25", alias="minDockerVersion")
    logging_options: str = Field("", alias="loggingOptions")
    registry_credentials: dict[str, Any] = Field(default_factory=dict, alias="registryCredentials")

    @field_validator("registry_credentials")
    @classmethod
    def _hold_no_secret(cls, credentials: dict[str, Any]) -> dict[str, Any]:
        for name in credentials:
            fix = "give each device a token of its own, in its configuration, or pull through a connected registry"
            refuse(f"{name}.password", "<a password>", "no password in a manifest", fix)
        return credentials


class AgentRuntime(_Part):
    """The container engine."""

    type: Kind
    settings: RuntimeSettings


class SystemModules(_Part):
    """The two of the runtime."""

    edge_agent: SystemAgent = Field(alias="edgeAgent")
    edge_hub: SystemHub = Field(alias="edgeHub")

    @model_validator(mode="after")
    def _are_one_version(self) -> "SystemModules":
        agent, hub = (_version_of(each.settings.image) for each in (self.edge_agent, self.edge_hub))
        if agent != hub:
            refuse("edgeHub.settings.image", self.edge_hub.settings.image, f"version {agent}, as the agent", "use one")
        return self


class AgentDesired(_Part):
    """Desired properties of the agent of a base deployment."""

    schema_version: Literal["1.1"] = Field(alias="schemaVersion")
    runtime: AgentRuntime
    system_modules: SystemModules = Field(alias="systemModules")
    modules: dict[ModuleName, Module]

    @field_validator("modules")
    @classmethod
    def _are_few(cls, modules: dict[str, Module]) -> dict[str, Module]:
        check_count(modules)
        return modules


class StoreAndForward(_Part):
    """How long messages wait for a link."""

    time_to_live: StoreSeconds = Field(alias="timeToLiveSecs")


class HubDesired(_Part):
    """Desired properties of the edge hub of a base deployment."""

    schema_version: Literal["1.1", "1.2"] = Field(alias="schemaVersion")
    routes: dict[RouteName, RouteSpec]
    store_and_forward: StoreAndForward = Field(alias="storeAndForwardConfiguration")


def check_count(modules: Mapping[str, Any]) -> None:
    """Raises `Refusal` for more than a device takes."""
    if len(modules) > limits.MODULES_PER_DEPLOYMENT:
        allowed = f"at most {limits.MODULES_PER_DEPLOYMENT} modules a device"
        refuse("", f"{len(modules)} modules", allowed, "put what belongs together into one module")


_VERSION = re.compile(r"(\d+)\.(\d+)(?:\.\d+)*")


def _version_of(image: str) -> str | None:
    found = _VERSION.match(tag_of(image) or "")
    return f"{found[1]}.{found[2]}" if found else None


def _day(info: ValidationInfo) -> date:
    context: dict[str, date] = info.context or {}
    return context["on"]


def _check_runtime(image: str, on: date) -> None:
    version, oldest = _version_of(image), oldest_supported(on)
    fix = f"take {oldest} or newer"
    if version is None:
        refuse("image", image, "a tag that names the version, beside the digest", f"write :{oldest}@sha256:...")
    row = facts.runtimes().get(f"{PRODUCT} {version}")
    if _parts(version) < _parts(oldest):
        until = f", supported until {row.supported_until}" if row and row.supported_until else ""
        refuse("image", image, f"{PRODUCT} {oldest} or newer (this is {version}{until})", fix)


def oldest_supported(on: date) -> str:
    """The oldest version of IoT Edge that is supported on that day: `1.6`."""
    rows = (row for row in facts.runtimes().values() if row.product == PRODUCT)
    living = [row.version for row in rows if row.supported_until is None or row.supported_until >= on]
    return min(living, key=_parts)


def _parts(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


# Whole manifests


class _Agent(_Part):
    desired: AgentDesired = Field(alias="properties.desired")


class _Hub(_Part):
    desired: HubDesired = Field(alias="properties.desired")


class _Twin(_Part):
    desired: Desired = Field(alias="properties.desired")


class _BaseContent(_Part):
    agent: _Agent = Field(alias="$edgeAgent")
    hub: _Hub = Field(alias="$edgeHub")
    twins: dict[ModuleName, _Twin] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _fits_together(self) -> "_BaseContent":
        modules = set(self.agent.desired.modules)
        for name, spec in self.hub.desired.routes.items():
            for module in _named_in(spec):
                if module not in modules:
                    path = f"{HUB}.{DESIRED}.routes.{name}"
                    refuse(path, spec.route, f"modules of this device: {', '.join(sorted(modules))}", f"add {module}")
        for name in self.twins:
            if name not in modules:
                refuse(name, "a twin without its module", f"modules: {', '.join(sorted(modules))}", "add the module")
        return self


def _named_in(spec: RouteSpec) -> Iterator[str]:
    route = Route.read(spec.route)
    yield from (name for name in (route.from_module, route.to_module) if name)


class _LayerAgent(_Part):
    modules: dict[ModuleName, Module] = Field(default_factory=dict)


class _LayerHub(_Part):
    routes: dict[RouteName, RouteSpec] = Field(default_factory=dict)


@dataclass(frozen=True)
class Layer:
    """What a layered deployment sets, by the path that it is written with."""

    modules: Mapping[str, Any]
    routes: Mapping[str, Any]
    properties: Mapping[tuple[str, str], Any]
    """By module and path below its desired properties; an empty path replaces them."""


def check_base(content: Any, on: date) -> None:
    """Raises `ManifestError`: `content` is `{"modulesContent": {...}}` of a base deployment, or of a whole device."""
    modules = _modules_content(content)
    own = {key: value for key, value in modules.items() if key in (AGENT, HUB)}
    twins = {key: value for key, value in modules.items() if key not in own}
    _judge(_BaseContent, {**own, "twins": twins}, on)
    _check_sizes(modules)


def check_layer(content: Any, on: date) -> Layer:
    """Raises `ManifestError`: `content` is `{"modulesContent": {...}}` of a layered deployment."""
    faults: list[Fault] = []
    modules: dict[str, Any] = {}
    routes: dict[str, Any] = {}
    properties: dict[tuple[str, str], Any] = {}
    for owner, written in _modules_content(content).items():
        for key, value in (written if isinstance(written, Mapping) else {}).items():
            path = f"modulesContent.{owner}.{key}"
            try:
                _sort(owner, key, value, modules, routes, properties)
            except Refusal as refusal:
                faults.append(Fault(path, path + refusal.rest))
                continue
            faults += _faults_of_part(owner, key, value, on)
    if not faults and not (modules or routes or properties):
        text = "modulesContent is empty. Allowed: a module, a route or a property. Fix: add one."
        faults.append(Fault("modulesContent", text))
    if faults:
        raise ManifestError(faults)
    return Layer(modules, routes, properties)


def _sort(owner: str, key: str, value: Any, modules: dict[str, Any], routes: dict[str, Any], properties: Any) -> None:
    if owner == AGENT:
        name = _below(key, f"{DESIRED}.modules.")
        if name is None or "." in name:
            fix = "set a whole module; the runtime's own belong to the base deployment"
            refuse("", value, f"{DESIRED}.modules.NAME", fix)
        modules[name] = value
    elif owner == HUB:
        name = _below(key, f"{DESIRED}.routes.")
        if name is None:
            refuse("", value, f"{DESIRED}.routes.NAME", "set a route; what else the hub needs belongs to the base")
        routes[name] = value
    else:
        below = "" if key == DESIRED else _below(key, f"{DESIRED}.")
        if below is None:
            refuse("", value, f"{DESIRED} or {DESIRED}.PATH", "write it so")
        properties[owner, below] = value


def _below(key: str, start: str) -> str | None:
    return key.removeprefix(start) if key.startswith(start) and len(key) > len(start) else None


def _faults_of_part(owner: str, key: str, value: Any, on: date) -> list[Fault]:
    head = f"modulesContent.{owner}.{DESIRED}"
    name = key.rpartition(".")[2]
    if owner == AGENT:
        return _faults(_LayerAgent, {"modules": {name: value}}, on, head)
    if owner == HUB:
        return _faults(_LayerHub, {"routes": {name: value}}, on, head)
    below = [] if key == DESIRED else key.removeprefix(f"{DESIRED}.").split(".")
    nested = value
    for part in reversed(below):
        nested = {part: nested}
    return _faults(_LayerTwins, {"twins": {owner: {DESIRED: nested}}}, on, "modulesContent")


class _LayerTwins(_Part):
    twins: dict[ModuleName, _Twin]


def _modules_content(content: Any) -> Mapping[str, Any]:
    if not isinstance(content, Mapping) or not isinstance(content.get("modulesContent"), Mapping):
        text = 'modulesContent is required. Fix: write {"modulesContent": {...}}.'
        raise ManifestError([Fault("modulesContent", text)])
    for key in content:
        if key != "modulesContent":
            text = f"unknown key {key!r}. Allowed: modulesContent. Fix: remove it."
            raise ManifestError([Fault(key, text)])
    found: Mapping[str, Any] = content["modulesContent"]
    return found


def is_layered(content: Any) -> bool:
    """Whether the content is of a layered deployment: it does not say what the agent is."""
    agent = _modules_content(content).get(AGENT, {})
    return DESIRED not in agent if isinstance(agent, Mapping) else False


def _judge(record: type[Record], document: Any, on: date) -> None:
    if faults := _faults(record, document, on, "modulesContent"):
        raise ManifestError(faults)


def _faults(record: type[Record], document: Any, on: date, head: str) -> list[Fault]:
    try:
        record.model_validate(document, context={"on": on})
    except ValidationError as error:
        return [_placed(fault, head) for fault in faults_of(error, record)]
    return []


def _placed(fault: Fault, head: str) -> Fault:
    """The fault where the document has it: twins stand beside the runtime's two."""
    path = fault.path.removeprefix("twins.")
    whole = f"{head}.{path}" if path else head
    text = fault.text.replace(fault.path, whole) if fault.path else f"{whole}{fault.text}"
    return Fault(whole, text)


def _check_sizes(modules: Mapping[str, Any]) -> None:
    for owner in (AGENT, HUB):
        size = size_of(modules[owner][DESIRED])
        if size > limits.DESIRED_BYTES:
            path = f"modulesContent.{owner}.{DESIRED}"
            rest = f"{path} is {size} bytes. Allowed: at most {limits.DESIRED_BYTES}. Fix: shorten create options."
            raise ManifestError([Fault(path, rest)])
