"""Plans and states of Pulumi, read from files: what there is to judge without the engine.

Three kinds are told apart by what is in them: `pulumi stack export`, `pulumi preview --json --show-sames`, and the
events of an engine, one JSON object a line (`PULUMI_ENABLE_STREAMING_JSON_PREVIEW=1 pulumi preview --json`, or
`--event-log`). Events say nothing of what depends on what, so that relationships in them are found by name alone.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from pulumi_policy import PolicyResource
from pulumi_policy.deserialize import SPECIAL_SIG_KEY
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE, unknown_checking_proxy

from verdazure_policies.stack import Stack, handed_over
from verdazure_policies.view import Resource

GONE = frozenset({"delete", "delete-replaced", "discard", "discard-replaced", "remove-pending-replace", "read-discard"})
"""Steps after which the resource is not there."""
SECRET = "[secret]"  # noqa: S105 (what a preview writes in place of one)
HERE = "project:///"
"""How a source position within the project begins."""


class PlanError(ValueError):
    """The file is nothing that can be judged; says what it should be."""


@dataclass(frozen=True)
class Location:
    """Where a program declares a resource."""

    file: str
    """Relative to the project's folder."""
    line: int


@dataclass(frozen=True)
class Planned:
    """A resource of a plan or a state."""

    urn: str
    type: str
    inputs: Mapping[str, Any]
    outputs: Mapping[str, Any]
    """What a rule about relationships is handed; the inputs where nothing is deployed yet."""
    dependencies: tuple[str, ...] = ()
    property_dependencies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    location: Location | None = None

    @property
    def name(self) -> str:
        return self.urn.rpartition("::")[2]

    @cached_property
    def resource(self) -> Resource:
        """As a rule that judges it alone sees it."""
        return Resource(self.type, self.name, self.urn, unknown_checking_proxy(dict(self.inputs)))


@dataclass(frozen=True)
class Plan:
    """What a file holds."""

    kind: str
    resources: tuple[Planned, ...]

    @cached_property
    def alone(self) -> tuple[Resource, ...]:
        """As the rules that judge one resource each see them."""
        return tuple(each.resource for each in self.resources)

    @cached_property
    def stack(self) -> Stack:
        """As the rules about relationships see it."""
        made = [handed_over(each.type, each.name, each.urn, each.outputs) for each in self.resources]
        there = {each.urn: each for each in made}
        for each, resource in zip(self.resources, made, strict=True):
            resource.dependencies += _those(there, each.dependencies)
            for path, urns in each.property_dependencies.items():
                resource.property_dependencies[path] = _those(there, urns)
        return Stack(made)


def read(text: str) -> Plan:
    """The plan or state that a file's text holds. Raises `PlanError`."""
    try:
        document = json.loads(text)
    except ValueError:
        return _events(_lines(text))
    if isinstance(document, Mapping) and isinstance(document.get("deployment"), Mapping):
        return _state(document["deployment"])
    if isinstance(document, Mapping) and isinstance(document.get("steps"), list):
        return _preview(document)
    if isinstance(document, Mapping) and "sequence" in document:
        return _events([document])
    raise PlanError(_NEITHER)


_NEITHER = "is none of: pulumi stack export, pulumi preview --json, or events, one a line. Fix: write it by one of them"


def _state(deployment: Mapping[str, Any]) -> Plan:
    held = (each for each in deployment.get("resources") or [] if not each.get("delete"))
    return Plan("state", tuple(map(_planned, held)))


def _preview(document: Mapping[str, Any]) -> Plan:
    steps = [each for each in document["steps"] if each.get("op") not in GONE and each.get("newState")]
    told = (document.get("changeSummary") or {}).get("same", 0)
    missing = told - sum(each["op"] == "same" for each in steps)
    if missing > 0:
        raise PlanError(
            f"leaves out {missing} resources that do not change, which rules about relationships need. "
            "Fix: write it by pulumi preview --json --show-sames"
        )
    return Plan("preview", _last_of_each(_planned(each["newState"]) for each in steps))


def _events(told: Iterable[Mapping[str, Any]]) -> Plan:
    events = list(told)
    if not any("sequence" in each for each in events):
        raise PlanError(_NEITHER)
    steps = (each["resourcePreEvent"]["metadata"] for each in events if "resourcePreEvent" in each)
    there = (each["new"] for each in steps if each.get("op") not in GONE and each.get("new"))
    return Plan("events", _last_of_each(map(_planned, there)))


def _lines(text: str) -> Iterator[Mapping[str, Any]]:
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                event = json.loads(line)
            except ValueError:
                event = None
            if not isinstance(event, Mapping):
                raise PlanError(f"line {number} is no JSON object. Fix: write the events one a line")
            yield event


def _last_of_each(resources: Iterable[Planned]) -> tuple[Planned, ...]:
    """A replacement names its resource more than once."""
    return tuple({each.urn: each for each in resources}.values())


def _planned(state: Mapping[str, Any]) -> Planned:
    inputs = _plain(state.get("inputs") or {})
    links = state.get("propertyDependencies") or {}
    return Planned(
        state["urn"],
        state["type"],
        inputs,
        _plain(state.get("outputs") or {}) or inputs,
        tuple(state.get("dependencies") or ()),
        {path: tuple(urns or ()) for path, urns in links.items()},
        _location(state),
    )


def _plain(value: Any) -> Any:
    """What is secret cannot be read in a file, so it is as little known as what a deployment has yet to tell."""
    if isinstance(value, Mapping):
        if SPECIAL_SIG_KEY in value:
            return UNKNOWN_STRING_VALUE
        return {key: _plain(each) for key, each in value.items()}
    if value == SECRET:
        return UNKNOWN_STRING_VALUE
    return [_plain(each) for each in value] if isinstance(value, list) else value


def _location(state: Mapping[str, Any]) -> Location | None:
    """Where the project's own code made it, also where a library did so on its behalf."""
    frames = [state.get("sourcePosition"), *(each.get("sourcePosition") for each in state.get("stackTrace") or ())]
    for position in frames:
        file, _, line = str(position or "").removeprefix(HERE).partition("#")
        if str(position).startswith(HERE) and not file.startswith(("..", "/")) and line.split(",")[0].isdigit():
            return Location(file, int(line.split(",")[0]))
    return None


def _those(made: Mapping[str, PolicyResource], urns: Iterable[str]) -> list[PolicyResource]:
    return [made[urn] for urn in urns if urn in made]
