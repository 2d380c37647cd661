"""The route loop: weights of Front Door's origins or Traffic Manager's endpoints, step by step towards clean power.

Both take weights of 1 to 1,000 and no 0: who gets nothing is disabled, and that we did it is written down before, so
that an origin which a person disabled stays so. Source: Microsoft Learn, Azure REST API, AFD Origins - Update (Azure
Front Door) and Endpoints - Update (Traffic Manager); read 2026-11-24.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from verdazure.arm import Arm
from verdazure.carbon.quantities import Energy, Intensity
from verdazure.carbon.routing import WHOLE, Origin, emitted, route
from verdazure.carbon.series import Signal
from verdazure.controller import metrics
from verdazure.controller.records import Decision, Outcome
from verdazure.controller.world import World
from verdazure.steering import RouteOrigin, RoutePlan

_LOOP = "route"
_SPAN = timedelta(minutes=10)
_FRONT_DOOR, _TRAFFIC_MANAGER = "2025-06-01", "2022-04-01"
_HEALTHY = 50.0
"""Per cent of the health probes of the span that an origin must answer."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """An origin as Azure says it is."""

    weight: int
    enabled: bool
    healthy: bool | None
    """None where no probe says so."""
    latency_ms: float | None
    requests: float | None
    """In the span; None where nobody counts them."""


def steer(world: World, name: str, plan: RoutePlan) -> Decision:
    """Raises azure-core's `AzureError`, `ClockSkew`, and `Overload`, on which all weights stay as they are."""
    seen = _look(world, plan)
    counted = [each.requests for each in seen.values() if each.requests is not None]
    if not counted:
        return Decision(world.now, _LOOP, name, "none", "The load is unknown: weights stay.", Outcome.HELD)
    load = sum(counted) / _SPAN.total_seconds()
    ours = {each for each in world.memory.recall(_LOOP, name).get("off", ()) if not seen[each].enabled}
    open_ones = {key: each for key, each in seen.items() if each.enabled or key in ours}
    signal, intensities = _intensities(world, plan, open_ones)
    origins = [_origin(plan, key, each, intensities[key]) for key, each in open_ones.items()]
    before = _shares(open_ones)
    found = route(origins, load, plan.rules(), before)
    after = dict(found.weights)
    inputs = {
        "load": load,
        "before": before,
        "target": dict(found.target),
        "excluded": dict(found.excluded),
        "held": dict(found.held),
        "signal": signal.value,
        "disabled": sorted(set(seen) - set(open_ones)),
        "intensity": {each.name: each.intensity.grams_per_kwh for each in origins if each.intensity is not None},
    }
    action = ", ".join(f"{key} {share} %" for key, share in after.items())
    reason = f"{found.reason[:1].upper()}{found.reason[1:]}."
    if after == before:
        return Decision(world.now, _LOOP, name, action, reason, Outcome.UNCHANGED, 0.0, inputs)
    world.check_clock()
    _apply(world, name, plan, before or {}, after, ours)
    saved = None
    if before is not None:
        saved = (emitted(origins, before, load).grams - emitted(origins, after, load).grams) * world.hours
    return Decision(world.now, _LOOP, name, action, reason, Outcome.DONE, saved, inputs)


_ByDimension = Callable[[Arm, str, str, str, datetime, datetime], Mapping[str, float]]


def _look(world: World, plan: RoutePlan) -> Mapping[str, _Seen]:
    start, first = world.now - _SPAN, next(iter(plan.origins.values()))
    measured: dict[str, Mapping[str, float]] = {}
    if first.front_door:

        def of(read: _ByDimension, metric: str) -> Mapping[str, float]:
            return _by_host(read(world.arm, first.profile_id, metric, metrics.ORIGIN, start, world.now))

        measured = {
            "requests": of(metrics.total_by, metrics.ORIGIN_REQUESTS),
            "health": of(metrics.mean_by, metrics.ORIGIN_HEALTH),
            "latency": of(metrics.mean_by, metrics.ORIGIN_LATENCY),
        }
    return {key: _see(world, origin, measured) for key, origin in plan.origins.items()}


def _see(world: World, origin: RouteOrigin, measured: Mapping[str, Mapping[str, float]]) -> _Seen:
    described = world.arm.read(origin.id, _version(origin))["properties"]
    requests: float | None
    if origin.front_door:
        host = described["hostName"].lower()
        requests = measured["requests"].get(host, 0.0) if measured["requests"] else None
        health = measured["health"].get(host)
        healthy = None if health is None else health >= _HEALTHY
        latency = measured["latency"].get(host, origin.latency_ms)
        return _Seen(described["weight"], described["enabledState"] == "Enabled", healthy, latency, requests)
    if origin.deployment_id is None:
        raise ValueError("deployment_id is missing")
    requests = metrics.total(world.arm, origin.deployment_id, metrics.REQUESTS, world.now - _SPAN, world.now)
    status = described.get("endpointMonitorStatus")
    probed = {"Online": True, "Degraded": False, "Stopped": False}.get(status)
    return _Seen(described["weight"], described["endpointStatus"] == "Enabled", probed, origin.latency_ms, requests)


def _intensities(
    world: World, plan: RoutePlan, seen: Mapping[str, _Seen]
) -> tuple[Signal, Mapping[str, Intensity | None]]:
    """Marginal ones where all are known, as a request that moves is one more elsewhere; else the average of all.

    The two rank regions differently, so that they are never mixed.
    """
    if world.marginal is not None:
        marginal = {key: world.marginal.now(plan.origins[key].region) for key in seen}
        if all(each is not None for each in marginal.values()):
            return Signal.MARGINAL, marginal
    return Signal.AVERAGE, {key: world.outlook.now(plan.origins[key].region) for key in seen}


def _origin(plan: RoutePlan, key: str, seen: _Seen, intensity: Intensity | None) -> Origin:
    """What nobody probes, or whose latency nobody knows where one is asked for, keeps its weight: as if its intensity
    were unknown. An origin without requests has neither."""
    told = plan.origins[key]
    known = seen.healthy is not None and (seen.latency_ms is not None or plan.longest_latency_ms is None)
    return Origin(
        name=key,
        capacity=told.requests_per_second,
        latency_ms=seen.latency_ms or 0.0,
        intensity=intensity if known else None,
        per_request=Energy.of_joules(told.joules_per_request),
        healthy=seen.healthy is not False,
        residencies=frozenset(told.residencies),
    )


def _shares(seen: Mapping[str, _Seen]) -> dict[str, int] | None:
    """Whole per cent of the weights; None where none serves."""
    weights = {key: each.weight if each.enabled else 0 for key, each in sorted(seen.items())}
    total = sum(weights.values())
    if not total:
        return None
    shares = {key: math.floor(WHOLE * weight / total) for key, weight in weights.items()}
    by_rest = sorted(shares, key=lambda key: (shares[key] - WHOLE * weights[key] / total, key))
    for key in by_rest[: WHOLE - sum(shares.values())]:
        shares[key] += 1
    return shares


def _apply(
    world: World, name: str, plan: RoutePlan, before: Mapping[str, int], after: Mapping[str, int], ours: set[str]
) -> None:
    """Who gets more comes first: nowhere on the way does anybody have less than before and after."""
    going = {key for key, share in after.items() if share == 0}
    if going - ours:
        world.memory.keep(_LOOP, name, {"off": sorted(ours | going)})
    for key in sorted(after, key=lambda each: before.get(each, 0) - after[each]):
        if after[key] != before.get(key, 0):
            world.arm.patch(plan.origins[key].id, _version(plan.origins[key]), _changed(plan.origins[key], after[key]))


def _changed(origin: RouteOrigin, share: int) -> Mapping[str, Any]:
    state = "enabledState" if origin.front_door else "endpointStatus"
    if share == 0:
        return {"properties": {state: "Disabled"}}
    return {"properties": {state: "Enabled", "weight": share}}


def _version(origin: RouteOrigin) -> str:
    return _FRONT_DOOR if origin.front_door else _TRAFFIC_MANAGER


def _by_host(values: Mapping[str, float]) -> Mapping[str, float]:
    """Front Door may name an origin with its port."""
    return {value.partition(":")[0].lower(): number for value, number in values.items()}
