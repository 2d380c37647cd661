"""The retrain loop: a model whose data or accuracy left where they were is trained again, in the next clean hours.

It only orders a run; the train loop starts it. Source: Microsoft Learn, Azure Machine Learning REST API, Model
Versions - List; read 2026-11-24.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from verdazure.carbon import drift
from verdazure.controller.orders import Order, order, ordered
from verdazure.controller.records import Decision, Outcome
from verdazure.controller.world import World
from verdazure.steering import RetrainingPlan
from verdazure.training.live import GRACE, PROPERTY, LivePlan, decide

_API_VERSION = "2025-12-01"
_LOOP = "retrain"
ACCURACY = "accuracy"
"""Tag or property of a model's version that says its accuracy at training, 0 to 1."""


def retrain(world: World, name: str, plan: RetrainingPlan) -> Decision:
    """Raises azure-core's `AzureError` and `ClockSkew`."""
    newest = _newest_version(world, plan)
    if newest is None:
        reason = f"No version of {plan.model} is registered: there is nothing to train again."
        return Decision(world.now, _LOOP, name, "none", reason, Outcome.UNCHANGED)
    trained, accuracy = newest
    before = ordered(world.memory, plan.workspace_id, plan.schedule)
    status = _status(world, plan, before)
    began = trained
    if before is not None and (status is not None or world.now <= datetime.fromisoformat(before.until)):
        began = max(trained, datetime.fromisoformat(before.at))
    windows = world.signals(plan.log_workspace_id, plan.model, began, world.now)
    windows = windows if accuracy is not None else [_without_accuracy(each) for each in windows]
    found = drift.decide(windows, min(began, world.now), accuracy, world.now, plan.triggers())
    inputs = {"trained": trained.isoformat(), "windows": len(windows), "in_a_row": found.in_a_row, "last_run": status}
    if found.action is not drift.Action.RETRAIN:
        return Decision(world.now, _LOOP, name, found.action.value, _sentence(found), Outcome.UNCHANGED, None, inputs)
    return _ordered(world, name, plan, found, inputs)


def _ordered(
    world: World, name: str, plan: RetrainingPlan, found: drift.Decision, inputs: Mapping[str, Any]
) -> Decision:
    described = world.arm.read(f"{plan.workspace_id}/schedules/{plan.schedule}", _API_VERSION)["properties"]
    live = LivePlan.read(described["properties"][PROPERTY])
    due = decide(live, plan.schedule, world.now, None, world.every)
    latest = due.job.latest_start + GRACE
    if world.now > latest:
        reason = f"{_sentence(found)} Waits for the schedule's next window."
        return Decision(world.now, _LOOP, name, "wait", reason, Outcome.UNCHANGED, None, inputs)
    world.check_clock()
    wanted = Order(due.run, world.now.isoformat(), latest.isoformat())
    order(world.memory, plan.workspace_id, plan.schedule, wanted)
    return Decision(world.now, _LOOP, name, f"order {due.run}", _sentence(found), Outcome.DONE, None, inputs)


def _newest_version(world: World, plan: RetrainingPlan) -> tuple[datetime, float | None] | None:
    """When it was registered, and its accuracy then."""
    listed = world.arm.read(
        f"{plan.workspace_id}/models/{plan.model}/versions",
        _API_VERSION,
        **{"$orderBy": "createdtime desc", "$top": "1"},
    )["value"]
    if not listed:
        return None
    described = listed[0]["properties"]
    said = {**(described.get("tags") or {}), **(described.get("properties") or {})}.get(ACCURACY)
    created = datetime.fromisoformat(listed[0]["systemData"]["createdAt"].replace("Z", "+00:00"))
    return created, None if said is None else float(said)


def _status(world: World, plan: RetrainingPlan, before: Order | None) -> str | None:
    """Of the run that was ordered last; None where there is none yet."""
    if before is None:
        return None
    job = world.arm.find(f"{plan.workspace_id}/jobs/{before.run}", _API_VERSION)
    return None if job is None else str(job["properties"]["status"])


def _without_accuracy(window: drift.Observed) -> drift.Observed:
    """Nothing to compare it with is known."""
    return drift.Observed(window.ended, window.psi, window.ks_p)


def _sentence(found: drift.Decision) -> str:
    return f"{found.reason[:1].upper()}{found.reason[1:]}."
