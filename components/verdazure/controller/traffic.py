"""The traffic of an endpoint that no rollout moves: what was deployed is applied once, and a person's change stays.

Azure takes traffic only for deployments that are there, so that no deployment can bring it along. Source: Microsoft
Learn, Azure Machine Learning REST API, Online Endpoints - Create Or Update; read 2026-11-24.
"""

from collections.abc import Mapping
from typing import Any

from verdazure.arm import Arm
from verdazure.controller.records import Decision, Outcome
from verdazure.controller.world import World
from verdazure.steering import TrafficPlan

API_VERSION = "2025-12-01"
_LOOP = "traffic"


def share(world: World, name: str, plan: TrafficPlan) -> Decision:
    """Raises azure-core's `AzureError` and `ClockSkew`."""
    endpoint = world.arm.read(plan.endpoint_id, API_VERSION)
    there = endpoint["properties"]
    wanted = _wanted(plan)
    has = {key: {each: part for each, part in (there.get(key) or {}).items() if part} for key in wanted}
    asked = {key: {each: part for each, part in shares.items() if part} for key, shares in wanted.items()}
    action = ", ".join(f"{each} {part} %" for each, part in plan.shares.items())
    kept = world.memory.recall(_LOOP, name)
    if has == asked:
        if kept != wanted:
            world.memory.keep(_LOOP, name, wanted)
        return Decision(world.now, _LOOP, name, action, "Requests are shared as deployed.", Outcome.UNCHANGED)
    if kept == wanted:
        reason = f"Somebody shares them otherwise since: {has['traffic']}."
        return Decision(world.now, _LOOP, name, "none", reason, Outcome.HELD)
    world.check_clock()
    _put(world.arm, plan, endpoint)
    world.memory.keep(_LOOP, name, wanted)
    return Decision(world.now, _LOOP, name, action, "Requests are shared as deployed from now on.", Outcome.DONE)


def apply(arm: Arm, plan: TrafficPlan) -> None:
    """Shares the requests as planned, and leaves all else as it is. Raises azure-core's `AzureError`."""
    _put(arm, plan, arm.read(plan.endpoint_id, API_VERSION))


def _put(arm: Arm, plan: TrafficPlan, endpoint: Mapping[str, Any]) -> None:
    arm.put(plan.endpoint_id, API_VERSION, {**endpoint, "properties": {**endpoint["properties"], **_wanted(plan)}})


def _wanted(plan: TrafficPlan) -> dict[str, dict[str, int]]:
    return {"traffic": dict(plan.shares), "mirrorTraffic": dict(plan.mirror)}
