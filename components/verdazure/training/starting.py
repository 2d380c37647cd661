"""Starts the run of a live schedule when it is time: what a timer asks for every quarter of an hour.

A run is put under the name of its window, so that a second start of it finds it there. Source: Microsoft Learn, Azure
Machine Learning REST API, Schedules - Get, Jobs - Get, Jobs - Create Or Update; read 2026-11-24.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from verdazure.arm import Arm, is_id_of
from verdazure.carbon.series import Series
from verdazure.training.live import PROPERTY, LivePlan, decide
from verdazure.training.timing import TimingMode

SCHEDULES = "Microsoft.MachineLearningServices/workspaces/schedules"
_API_VERSION = "2025-12-01"

Forecast = Callable[[str, timedelta], Series | None]
"""The intensities that are expected in a region, from now until so much later; None where nobody knows them."""


@dataclass(frozen=True, slots=True)
class Start:
    """What became of the window that is open."""

    run: str
    started: bool
    """Whether this call started it."""
    reason: str
    """One sentence."""
    ask_again: datetime | None
    """By when to ask again; None where the run of this window is there."""


class NotLive(ValueError):
    """The id names no live schedule."""


def start_if_due(arm: Arm, schedule_id: str, now: datetime, forecast: Forecast, every: timedelta) -> Start:
    """Starts the run if its window is open and no later hour is worth waiting for; asked again every `every`."""
    if not is_id_of(SCHEDULES, schedule_id):
        raise NotLive(
            f"{schedule_id!r} is no schedule's id; give /subscriptions/.../providers/Microsoft.MachineLearningServices"
            "/workspaces/<workspace>/schedules/<name>: `pulumi stack output` shows it"
        )
    described = arm.read(schedule_id, _API_VERSION)["properties"]
    text = (described.get("properties") or {}).get(PROPERTY)
    if text is None:
        raise NotLive(f"{schedule_id} is no live schedule: Azure ML starts it by its own trigger")
    if (plan := LivePlan.read(text)).timing.mode is TimingMode.DRIFT:
        raise NotLive(f"{schedule_id} waits for drift: the controller starts it, or you in the studio")
    workspace, _, name = schedule_id.rstrip("/").rpartition("/schedules/")
    due = decide(plan, name, now, None, every)
    place = f"{workspace}/jobs/{due.run}"
    if (there := arm.find(place, _API_VERSION)) is not None:
        return Start(due.run, False, f"Is there already: {there['properties'].get('status', 'not known yet')}.", None)
    step = decide(plan, name, now, forecast(plan.region, due.job.deadline - now), every).step
    if not step.runs:
        return Start(due.run, False, step.reason, step.until)
    arm.put(place, _API_VERSION, {"properties": described["action"]["jobDefinition"]})
    return Start(due.run, True, step.reason, None)
