"""The train loop: runs of live schedules start, pause and go on by forecast, at most so many at once.

Azure ML has no pause: a run is cancelled, and goes on as another leg that reads the same checkpoints. What Azure ML
cannot tell, such as whether a cancelled run was paused by us or stopped by a person, is written down before the act.
Source: Microsoft Learn, Azure Machine Learning REST API, Jobs - Get, Create Or Update, Cancel; read 2026-11-24.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from verdazure.carbon.quantities import Emissions, Intensity, Power
from verdazure.carbon.scheduling import Progress, Step, next_step
from verdazure.carbon.scheduling.slots import Waiting, allot
from verdazure.carbon.series import Gap
from verdazure.controller.orders import ordered
from verdazure.controller.records import Decision, Measured, Outcome
from verdazure.controller.world import World
from verdazure.steering import TrainingPlaces
from verdazure.training.live import GRACE, PROPERTY, RUN_NAME, Due, LivePlan, decide
from verdazure.training.timing import TimingMode

_API_VERSION = "2025-12-01"
_WAITING = {"NotStarted", "Starting", "Provisioning", "Preparing", "Queued"}
_ENDED = {"Completed", "Failed", "Canceled", "NotResponding"}
_LOOP = "train"


@dataclass(frozen=True, slots=True)
class Kept:
    """What is written down of a run."""

    leg: int = 1
    """Which leg of it is there or comes next."""
    worked: float = 0.0
    """Hours that it was seen running."""
    seen: datetime | None = None
    """When it was last seen running; None where it was not, the last time."""
    pausing: bool = False
    """We asked for its end."""
    since: datetime | None = None
    """Until when its leg is accounted for, from its start on: waiting for nodes counts as work. Plans go by `worked`,
    which never counts too much."""
    drawn: float = 0.0
    """Hours that are accounted for."""
    grams: float | None = 0.0
    """gCO2e of these hours; None where an intensity was not known."""
    at_once: float | None = None
    """gCO2e that it would have emitted if it had started when it was first seen, by the forecast of then."""
    told: bool = False
    """Its end stands in the records."""

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> "Kept":
        """What `write` wrote."""
        moments = {key: document[key] and datetime.fromisoformat(document[key]) for key in ("seen", "since")}
        return cls(**{**document, **moments})

    def write(self) -> dict[str, Any]:
        """As JSON."""
        moments = {"seen": self.seen and self.seen.isoformat(), "since": self.since and self.since.isoformat()}
        return {**asdict(self), **moments}


@dataclass(frozen=True, slots=True)
class Run:
    """A run whose window is open."""

    plan: LivePlan
    definition: Mapping[str, Any]
    due: Due
    status: str | None
    """Of its leg, as Azure ML says it; None where there is none."""
    kept: Kept

    @property
    def leg(self) -> str:
        """Name of the job in Azure ML."""
        return self.due.run if self.kept.leg == 1 else f"{self.due.run}-{self.kept.leg}"

    @property
    def active(self) -> bool:
        """Whether a leg waits for nodes or runs."""
        return self.status is not None and self.status not in _ENDED

    @property
    def left(self) -> float:
        """Hours of work; what takes longer than planned has a little left until Azure ML says that it is done."""
        return max(self.due.job.hours - self.kept.worked, 0.05)


def train(world: World, name: str, target: TrainingPlaces) -> Iterator[Decision]:
    """One decision a run that is open or ended. Raises azure-core's `AzureError` and `ClockSkew`."""
    mine = world.memory.recall(_LOOP, name)
    runs = [_seen(world, target, *found, mine) for found in _schedules(world, target)]
    open_runs = [each for each in runs if _is_open(each, world.now)]
    steps = {each.due.run: _step(each, world) for each in open_runs}
    ended = [each for each in runs if each.status in _ENDED and not each.kept.told]
    _keep(world, name, {each.due.run: replace(each.kept, told=each.status in _ENDED) for each in runs})
    yield from (_ended(world, name, each) for each in ended)
    if not open_runs:
        return
    world.check_clock()
    waiting = [
        Waiting(run.due.run, run.due.job.release, run.due.job.deadline, run.left, run.plan.resumable, run.active)
        for run in open_runs
    ]
    wishes = {run for run, step in steps.items() if step.runs}
    allotted = allot(waiting, wishes, target.at_once, world.now, world.every)
    # Pauses come first: a place is free before somebody else takes it.
    for run in sorted(open_runs, key=lambda each: (each.due.run in allotted.runs, each.due.run)):
        runs_now = run.due.run in allotted.runs
        reason = steps[run.due.run].reason
        if run.due.run in allotted.forced:
            reason = "Runs: waiting would cost a deadline, with the places there are."
        elif run.due.run in allotted.refused:
            reason = "Waits: its place is needed for a nearer deadline."
        yield _act(world, name, target, run, runs_now, reason)


def _schedules(world: World, target: TrainingPlaces) -> Iterator[tuple[str, Mapping[str, Any], LivePlan]]:
    for found in world.arm.read_all(f"{target.workspace_id}/schedules", _API_VERSION):
        text = (found["properties"].get("properties") or {}).get(PROPERTY)
        if text is not None:
            plan = LivePlan.read(text)
            if plan.timing.mode is TimingMode.DRIFT and not _is_ordered(world, target, found["name"], plan):
                continue
            yield found["name"], found["properties"]["action"]["jobDefinition"], plan


def _is_ordered(world: World, target: TrainingPlaces, schedule: str, plan: LivePlan) -> bool:
    """Whether drift asked for the run of the window that is open."""
    order = ordered(world.memory, target.workspace_id, schedule)
    return order is not None and order.run == decide(plan, schedule, world.now, None, world.every).run


def _ended(world: World, name: str, run: Run) -> Decision:
    said, saved = f"{run.status}.", None
    kept = run.kept
    if kept.grams is not None and kept.at_once is not None:
        saved = kept.at_once - kept.grams
        said += f" Emitted {kept.grams:.0f} gCO2e; starting at once would have emitted {kept.at_once:.0f}."
    inputs = {"leg": run.leg, "worked_hours": round(kept.worked, 3)}
    if kept.grams is not None:
        energy = Power(run.plan.timing.watts or 0).over(kept.drawn)
        emitted = Emissions(kept.grams)
        world.measured.append(
            Measured(world.now, name, "training", energy, emitted, "estimated", 1, "run", run=run.due.run)
        )
    return Decision(world.now, _LOOP, f"{name}/{run.due.run}", "ended", said, Outcome.UNCHANGED, saved, inputs)


def _seen(
    world: World,
    target: TrainingPlaces,
    schedule: str,
    definition: Mapping[str, Any],
    plan: LivePlan,
    mine: Mapping[str, Any],
) -> Run:
    """The run of the schedule's window, as Azure ML and what is written down say together."""
    due = decide(plan, schedule, world.now, None, world.every)
    kept = Kept.read(mine[due.run]) if due.run in mine else Kept(at_once=_at_once(world, plan))
    run = Run(plan, definition, due, None, kept)
    job = world.arm.find(f"{target.workspace_id}/jobs/{run.leg}", _API_VERSION)
    status: str | None = None if job is None else job["properties"]["status"]
    kept = _worked_on(world, run, status)
    if status == "Canceled" and kept.pausing:
        return replace(run, kept=replace(kept, leg=kept.leg + 1, pausing=False))
    return replace(run, status=status, kept=kept)


def _worked_on(world: World, run: Run, status: str | None) -> Kept:
    """Since it was last seen running it worked on, if it still runs or has come to its end."""
    kept, hours = run.kept, 0.0
    if kept.seen is not None and status in ("Running", "Completed"):
        hours = (world.now - kept.seen) / timedelta(hours=1)
        hours = hours if status == "Running" else min(hours, run.left)
    kept = _accounted(world, run, status)
    return replace(kept, worked=kept.worked + hours, seen=world.now if status == "Running" else None)


def _accounted(world: World, run: Run, status: str | None) -> Kept:
    kept = run.kept
    if kept.since is None or status not in ("Running", "Completed"):
        return replace(kept, since=kept.since if status in _WAITING else None)
    hours = (world.now - kept.since) / timedelta(hours=1)
    if status == "Completed":
        hours = min(hours, max(run.due.job.hours - kept.drawn, 0.0))
    intensity = world.outlook.now(run.plan.region)
    grams = None
    if intensity is not None and kept.grams is not None:
        grams = kept.grams + Power(run.plan.timing.watts or 0).over(hours).at(intensity).grams
    return replace(kept, drawn=kept.drawn + hours, grams=grams, since=world.now if status == "Running" else None)


def _at_once(world: World, plan: LivePlan) -> float | None:
    forecast, hours = world.outlook.forecast(plan.region), plan.timing.hours or 0
    if forecast is None:
        return None
    try:
        known = forecast.between(world.now, world.now + timedelta(hours=hours))
    except Gap:
        return None
    return Power(plan.timing.watts or 0).over(hours).at(Intensity(float(known.values.mean()))).grams


def _is_open(run: Run, now: datetime) -> bool:
    """Ended runs are not started again; one that nobody started is left once it would end too late."""
    if run.status in _ENDED:
        return False
    begun = run.status is not None or run.kept.leg > 1
    return begun or now <= run.due.job.latest_start + GRACE


def _step(run: Run, world: World) -> Step:
    """What the run would do if it were alone."""
    forecast = world.outlook.forecast(run.plan.region)
    if forecast is None:
        return Step(True, world.now + world.every, "Runs: there is no forecast.", None)
    progress = Progress(min(run.kept.worked, run.due.job.hours - 0.05), run.active)
    return next_step(run.due.job, run.plan.resumable, progress, world.now, forecast, world.every)


def _act(world: World, name: str, target: TrainingPlaces, run: Run, runs_now: bool, reason: str) -> Decision:
    place = f"{target.workspace_id}/jobs/{run.leg}"
    done = Outcome.UNCHANGED
    action = "run" if runs_now else "wait"
    if runs_now and not run.active:
        action, done = ("start" if run.kept.leg == 1 else "resume"), Outcome.DONE
        _write(world, name, run, replace(run.kept, since=world.now))
        world.arm.put(place, _API_VERSION, {"properties": _named(run)})
    elif not runs_now and run.active:
        action, done = "pause", Outcome.DONE
        _write(world, name, run, replace(run.kept, pausing=True))
        world.arm.act(f"{place}/cancel", _API_VERSION)
    inputs = {"leg": run.leg, "worked_hours": round(run.kept.worked, 3), "deadline": run.due.job.deadline.isoformat()}
    return Decision(world.now, _LOOP, f"{name}/{run.due.run}", action, reason, done, None, inputs)


def _write(world: World, name: str, run: Run, kept: Kept) -> None:
    world.memory.keep(_LOOP, name, {**world.memory.recall(_LOOP, name), run.due.run: kept.write()})


def _named(run: Run) -> Mapping[str, Any]:
    """The job of a leg: all legs read and write the checkpoints of the first."""
    named: Mapping[str, Any] = json.loads(json.dumps(run.definition).replace(RUN_NAME, run.due.run))
    return named


def _keep(world: World, name: str, runs: Mapping[str, Kept]) -> None:
    """Of runs that are open or ended in this window; windows before are forgotten."""
    mine = {run: each.write() for run, each in runs.items()}
    if world.memory.recall(_LOOP, name) != mine:
        world.memory.keep(_LOOP, name, mine)
