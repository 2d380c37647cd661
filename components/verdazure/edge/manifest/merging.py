"""What one device ends up with: the base that wins, and the layers above it, as IoT Hub puts them together.

After Microsoft Learn, "Understand IoT Edge automatic deployments" (issue of 2019-12-12, CC-BY-4.0, read on 2026-11-24):
of the base deployments that are for a device the one of highest priority counts, of equal ones the one created last; a
layer counts if its priority is above that of the base, and layers are laid on by rising priority.
"""

import copy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from verdazure import facts
from verdazure.edge.language import TargetCondition
from verdazure.edge.manifest.documents import AGENT, DESIRED, HUB, check_base, check_layer, is_layered
from verdazure.records import Fault


@dataclass(frozen=True)
class Deployment:
    """One deployment of a hub, as the hub lists it."""

    id: str
    content: Mapping[str, Any]
    """`{"modulesContent": ...}`."""
    condition: TargetCondition
    priority: int
    created: str = ""
    """ISO 8601, UTC; decides between equal priorities."""

    @classmethod
    def of(cls, configuration: Mapping[str, Any]) -> "Deployment":
        """Of a configuration of the service's REST interface. Raises `LanguageError` for its target condition."""
        return cls(
            id=configuration["id"],
            content=configuration["content"],
            condition=TargetCondition.read(configuration.get("targetCondition") or ""),
            priority=int(configuration.get("priority", 0)),
            created=str(configuration.get("createdTimeUtc") or ""),
        )

    @property
    def layered(self) -> bool:
        """Whether it is laid on another."""
        return is_layered(self.content)


@dataclass(frozen=True)
class Effective:
    """What a device is told."""

    base: str
    layers: tuple[str, ...]
    """In the order in which they were laid on."""
    left_out: tuple[str, ...]
    """Deployments for this device that do not count, and why."""
    content: dict[str, Any]


class NoBase(LookupError):
    """No base deployment is for the device: it keeps what it has."""


def effective(twin: Mapping[str, Any], deployments: Iterable[Deployment], on: date) -> Effective:
    """Raises `NoBase`, and `ManifestError` where what comes together does not fit: a route to a module not there."""
    meant = [each for each in deployments if each.condition.matches(twin)]
    bases = sorted((each for each in meant if not each.layered), key=_rank)
    if not bases:
        raise NoBase(f"no base deployment is for {twin.get('deviceId')!r}: it keeps what it has")
    base = bases[-1]
    layers = sorted((each for each in meant if each.layered), key=_rank)
    above = [each for each in layers if each.priority > base.priority]
    content: dict[str, Any] = copy.deepcopy(dict(base.content))
    for each in above:
        _lay(content["modulesContent"], each, on)
    check_base(content, on)
    beaten = [f"{each.id}: {base.id} has priority {base.priority} or is newer" for each in bases[:-1]]
    below = [f"{each.id}: not above the base's priority {base.priority}" for each in layers if each not in above]
    return Effective(base.id, tuple(each.id for each in above), (*beaten, *below), content)


def fleet_faults(deployments: Sequence[Deployment]) -> list[Fault]:
    """What is wrong with the deployments of one hub together, each of them well made: paths start with an id."""
    faults = []
    if len(deployments) > (most_of_all := max(tier.edge_deployments for tier in facts.iot_hub_tiers().values())):
        most = f"at most {most_of_all} a hub, base and layered together"
        fix = "put what is for the same devices into one"
        faults.append(Fault("deployments", f"there are {len(deployments)} deployments. Allowed: {most}. Fix: {fix}."))
    bases = [each.priority for each in deployments if not each.layered]
    for each in deployments:
        if each.layered and bases and each.priority <= min(bases):
            path = f"{each.id}.priority"
            allowed = f"above {min(bases)}, the lowest of a base: a layer at or below its base never counts"
            faults.append(Fault(path, f"{path} is {each.priority}. Allowed: {allowed}. Fix: raise it."))
    return faults


def _rank(deployment: Deployment) -> tuple[int, str, str]:
    return deployment.priority, deployment.created, deployment.id


def _lay(modules: dict[str, Any], deployment: Deployment, on: date) -> None:
    layer = check_layer(deployment.content, on)
    modules[AGENT][DESIRED]["modules"].update(copy.deepcopy(dict(layer.modules)))
    modules[HUB][DESIRED]["routes"].update(copy.deepcopy(dict(layer.routes)))
    for (module, path), value in layer.properties.items():
        twin = modules.setdefault(module, {DESIRED: {}})
        if not path:
            twin[DESIRED] = copy.deepcopy(value)
            continue
        *steps, last = path.split(".")
        place = twin[DESIRED]
        for step in steps:
            place = _below(place, step)
        place[last] = copy.deepcopy(value)


def _below(place: dict[str, Any], step: str) -> dict[str, Any]:
    found = place.get(step)
    if not isinstance(found, dict):
        place[step] = found = {}
    return found
