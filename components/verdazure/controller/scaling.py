"""The scale loop: fewer instances and nodes in dirty hours, never fewer than availability needs.

A deployment gets a profile of its own in its autoscale setting, with an end: where the controller stops, Azure falls
back to the profiles that were deployed, by itself. Source: Microsoft Learn, Azure Monitor REST API, Autoscale Settings
(2022-10-01): a profile with a fixed date goes before recurrences and the default.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from verdazure.carbon.quantities import Intensity, Power
from verdazure.carbon.scheduling import Bounds, capacity_bounds
from verdazure.controller import metrics
from verdazure.controller.records import Decision, Outcome
from verdazure.controller.world import World
from verdazure.steering import ClusterScaling, DeploymentScaling

PROFILE = "verdazure-carbon"
_AUTOSCALE = "2022-10-01"
_COMPUTE = "2025-12-01"
_ROUNDS = 2
"""That a profile outlives: one late round does not end it."""


def scale_deployment(world: World, name: str, target: DeploymentScaling) -> Decision:
    """Raises azure-core's `AzureError` and `ClockSkew`."""
    setting = world.arm.read(target.autoscale_setting_id, _AUTOSCALE)
    profiles = setting["properties"]["profiles"]
    ours = next((each for each in profiles if each["name"] == PROFILE), None)
    intensity = world.outlook.now(target.region)
    load = metrics.mean(world.arm, target.deployment_id, metrics.REQUESTS, world.now - timedelta(minutes=10), world.now)
    if intensity is None or load is None:
        unknown = "intensity" if intensity is None else "load"
        reason = f"The {unknown} is unknown: what holds ends by itself, and then what was deployed holds."
        return Decision(world.now, "scale", name, "none", reason, Outcome.HELD)
    before = _before(world, name, ours)
    bounds = capacity_bounds(target.bands(), load, intensity, before)
    wanted = _profile(bounds, profiles, world) if bounds.caps_passed else None
    saved = _saved(world, target, bounds, load, intensity, before)
    if _still_good(ours, wanted, world):
        return _decision(world, name, bounds, load, intensity, Outcome.UNCHANGED, saved)
    world.check_clock()
    world.memory.keep("scale", name, {"caps_passed": bounds.caps_passed})
    others = [each for each in profiles if each["name"] != PROFILE]
    body = {**setting, "properties": {**setting["properties"], "profiles": others + ([wanted] if wanted else [])}}
    world.arm.put(target.autoscale_setting_id, _AUTOSCALE, body)
    return _decision(world, name, bounds, load, intensity, Outcome.DONE, saved)


def _saved(
    world: World,
    target: DeploymentScaling,
    bounds: Bounds,
    load: float,
    intensity: Intensity,
    before: Bounds | None,
) -> float | None:
    """gCO2e until the next round of the instances that a cap holds back; None where nobody knows what they draw."""
    if target.watts_per_instance is None:
        return None
    unheld = capacity_bounds(target.bands(), load, None, before)
    held_back = Power(target.watts_per_instance * max(unheld.most - bounds.most, 0))
    return held_back.over(world.hours).at(intensity).grams


def scale_cluster(world: World, name: str, target: ClusterScaling) -> Decision:
    """Raises azure-core's `AzureError` and `ClockSkew`. An unknown intensity gives the nodes back.

    What it saves is not said here: the jobs that wait run later, and emit then.
    """
    compute = world.arm.read(target.cluster_id, _COMPUTE)
    settings = compute["properties"]["properties"]["scaleSettings"]
    intensity = world.outlook.now(target.region)
    passed = int(world.memory.recall("scale", name).get("caps_passed", 0))
    bounds = capacity_bounds(target.bands(), target.most, intensity, Bounds(0, target.most, passed, ""))
    if settings["maxNodeCount"] == bounds.most:
        return _decision(world, name, bounds, target.most, intensity, Outcome.UNCHANGED)
    world.check_clock()
    world.memory.keep("scale", name, {"caps_passed": bounds.caps_passed})
    body = {"properties": {"properties": {"scaleSettings": {**settings, "maxNodeCount": bounds.most}}}}
    world.arm.patch(target.cluster_id, _COMPUTE, body)
    return _decision(world, name, bounds, target.most, intensity, Outcome.DONE)


def _decision(
    world: World,
    name: str,
    bounds: Bounds,
    load: float,
    intensity: Intensity | None,
    outcome: Outcome,
    saved: float | None = None,
) -> Decision:
    return Decision(
        at=world.now,
        loop="scale",
        target=name,
        action=f"{bounds.least} to {bounds.most}",
        reason=bounds.reason,
        outcome=outcome,
        grams_saved=saved,
        inputs={"load": load, "intensity": None if intensity is None else intensity.grams_per_kwh},
    )


def _before(world: World, name: str, ours: Mapping[str, Any] | None) -> Bounds | None:
    kept = world.memory.recall("scale", name)
    if not kept or ours is None:
        return None
    capacity = ours["capacity"]
    return Bounds(int(capacity["minimum"]), int(capacity["maximum"]), int(kept["caps_passed"]), "")


def _profile(bounds: Bounds, profiles: list[Mapping[str, Any]], world: World) -> Mapping[str, Any]:
    """With the rules of the first profile that was deployed, so that load is followed as before."""
    deployed = next(each for each in profiles if each["name"] != PROFILE)
    return {
        "name": PROFILE,
        "capacity": {"minimum": str(bounds.least), "maximum": str(bounds.most), "default": str(bounds.most)},
        "rules": deployed["rules"],
        "fixedDate": {
            "timeZone": "UTC",
            "start": _text(world.now),
            "end": _text(world.now + _ROUNDS * world.every + timedelta(minutes=5)),
        },
    }


def _still_good(ours: Mapping[str, Any] | None, wanted: Mapping[str, Any] | None, world: World) -> bool:
    """Whether the profile that is there says the same and lasts beyond the next round."""
    if ours is None or wanted is None:
        return ours is wanted
    ends = datetime.fromisoformat(ours["fixedDate"]["end"].replace("Z", "+00:00"))
    same = all(ours[key] == wanted[key] for key in ("capacity", "rules"))
    return same and ends.replace(tzinfo=ends.tzinfo or UTC) > world.now + world.every


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
