"""The rollout loop: a new deployment gets more of the requests, or none, by what both versions emit, take and fail.

What is wanted is written down before it is asked for, so that a round that is killed between the two is made good by
the next. Source: Microsoft Learn, Azure Machine Learning REST API, Online Endpoints - Create Or Update.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from verdazure.carbon.quantities import Emissions, Energy, Intensity
from verdazure.carbon.rollout import Measured, Verdict, Window, judge
from verdazure.controller import metrics
from verdazure.controller.measuring import LATE, energy_of
from verdazure.controller.records import Decision, Outcome
from verdazure.controller.world import World
from verdazure.steering import RolloutPlan

_API_VERSION = "2025-12-01"
_LOOP = "rollout"
_SERVER_ERROR = "5"
_AS_BUSY = 1.5
"""Times as many requests an instance that one version may have."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is written down of a rollout."""

    step: int
    """Index of the step whose share the new version has."""
    read_until: str
    """End of the last window that was read, ISO 8601."""
    windows: tuple[tuple[float, ...], ...] = ()
    """Of this step: requests, grams, latency, failures of the old version, then of the new."""
    over: str = ""
    """Why it is over; empty while it goes on."""
    share: int = 0
    """Per cent of the requests that the new version shall have."""
    applied: bool = False
    """Whether Azure took that: whoever changes it later is a person, whose word counts."""


def roll_out(world: World, name: str, plan: RolloutPlan) -> Decision:
    """Raises azure-core's `AzureError` and `ClockSkew`."""
    endpoint = world.arm.read(plan.endpoint_id, _API_VERSION)
    traffic: Mapping[str, int] = endpoint["properties"].get("traffic") or {}
    others = {other: share for other, share in traffic.items() if share and other not in (plan.old, plan.new)}
    if others:
        raise ValueError(f"{others} of the requests go elsewhere; give all of them to {plan.old} and {plan.new}")
    kept, reason, inputs = _next(world, plan, _recall(world, name), traffic.get(plan.new, 0))
    reached = traffic.get(plan.new, 0) == kept.share and traffic.get(plan.old, 0) == 100 - kept.share
    _keep(world, name, replace(kept, applied=kept.applied or reached))
    outcome = Outcome.UNCHANGED
    if not kept.applied and not reached:
        world.check_clock()
        wanted = {plan.old: 100 - kept.share, plan.new: kept.share}
        body = {**endpoint, "properties": {**endpoint["properties"], "traffic": wanted}}
        world.arm.put(plan.endpoint_id, _API_VERSION, body)
        _keep(world, name, replace(kept, applied=True))
        outcome = Outcome.DONE
    saved = _saved(world, plan, kept)
    return Decision(world.now, _LOOP, name, f"{plan.new} at {kept.share} %", reason, outcome, saved, inputs)


def _saved(world: World, plan: RolloutPlan, kept: Kept) -> float | None:
    """gCO2e until the next round of the requests that go to the new version, or went to it until it was rolled back."""
    if not kept.windows:
        return None
    old_requests, old_grams, _, _, new_requests, new_grams, _, _ = map(sum, zip(*kept.windows, strict=True))
    each = old_grams / old_requests - new_grams / new_requests
    windows = world.every / timedelta(minutes=plan.window_minutes)
    return (each if kept.share else -each) * new_requests / len(kept.windows) * windows


def _next(world: World, plan: RolloutPlan, kept: Kept | None, share: int) -> tuple[Kept, str, Mapping[str, Any]]:
    """What is written down from now on, why, and what that rests on."""
    if kept is None:
        return Kept(0, world.now.isoformat(), share=plan.steps[0]), "The rollout begins.", {}
    if kept.over:
        return kept, kept.over, {}
    if kept.applied and share != kept.share:
        over = f"Over: somebody set {plan.new} to {share} %."
        return replace(kept, share=share, over=over), over, {}
    kept, energy = _observed(world, plan, kept)
    found = judge([_window(row) for row in kept.windows], plan.margins())
    inputs = {"windows": len(kept.windows), "energy": energy, "verdict": found.verdict.value}
    if found.verdict is Verdict.CONTINUE and not kept.windows:
        return kept, f"No window to compare: {energy}.", inputs
    return _moved(kept, plan, found.verdict, found.reason, world.now), found.reason, inputs


def _moved(kept: Kept, plan: RolloutPlan, verdict: Verdict, reason: str, now: datetime) -> Kept:
    if verdict is Verdict.CONTINUE:
        return kept
    if verdict is Verdict.ROLL_BACK:
        return replace(kept, share=0, over=f"Rolled back: {reason}", applied=False)
    if kept.step + 2 >= len(plan.steps):  # at 100 per cent nothing is left to compare with
        return replace(kept, share=100, over=f"Promoted: {reason}", applied=False)
    return Kept(kept.step + 1, now.isoformat(), share=plan.steps[kept.step + 1])


def _observed(world: World, plan: RolloutPlan, kept: Kept) -> tuple[Kept, str]:
    """The windows that ended since the last round; and how energy was come by, or why none can be compared."""
    length = timedelta(minutes=plan.window_minutes)
    start, rows, said = datetime.fromisoformat(kept.read_until), list(kept.windows), "none has ended"
    intensity = world.outlook.now(plan.region)
    if intensity is None:
        return kept, "the intensity is unknown"
    while start + length <= world.now - LATE:
        old, new = (_seen(world, plan, name, start, start + length) for name in (plan.old, plan.new))
        start += length
        said = _incomparable(old, new) or (old.method if old else "none")
        if old and new and not _incomparable(old, new):
            rows.append((*old.row(intensity), *new.row(intensity)))
    return replace(kept, read_until=start.isoformat(), windows=tuple(rows)), said


@dataclass(frozen=True, slots=True)
class _Seen:
    """One version in one window."""

    requests: int
    failures: int
    latency_ms: float
    instances: float
    energy: Energy
    method: str
    """measured or estimated"""

    def row(self, intensity: Intensity) -> tuple[float, ...]:
        return (self.requests, self.energy.at(intensity).grams, self.latency_ms, self.failures)


def _incomparable(old: _Seen | None, new: _Seen | None) -> str:
    """Why; empty where they can be compared.

    Energy holds what instances draw while they wait. It is compared where both versions are about as busy, and come by
    in the same way.
    """
    if old is None or new is None:
        return "a version served nothing, or nobody knows what it drew"
    if old.method != new.method:
        return "the energy of one is measured, of the other estimated"
    busy = sorted(each.requests / each.instances for each in (old, new))
    if busy[1] > _AS_BUSY * busy[0]:
        return f"{busy[0]:.0f} and {busy[1]:.0f} requests an instance; give each version instances by its share"
    return ""


def _seen(world: World, plan: RolloutPlan, deployment: str, start: datetime, end: datetime) -> _Seen | None:
    """None where it served nothing, or nobody can say what it drew."""
    place = f"{plan.endpoint_id}/deployments/{deployment}"
    by_code = metrics.total_by(world.arm, place, metrics.REQUESTS, metrics.CODE, start, end)
    requests = int(sum(by_code.values()))
    latency = metrics.mean(world.arm, place, metrics.LATENCY, start, end)
    instances = metrics.mean(world.arm, place, metrics.CAPACITY, start, end)
    if requests == 0 or latency is None or not instances:
        return None
    failures = int(sum(count for code, count in by_code.items() if code.startswith(_SERVER_ERROR)))
    drawn = energy_of(world, place, plan.watts_per_instance, start, end)
    return None if drawn is None else _Seen(requests, failures, latency, instances, *drawn)


def _window(row: tuple[float, ...]) -> Window:
    def version(requests: float, grams: float, latency: float, failures: float) -> Measured:
        return Measured(int(requests), Emissions(grams), latency, int(failures))

    return Window(version(*row[:4]), version(*row[4:]))


def _recall(world: World, name: str) -> Kept | None:
    found = world.memory.recall(_LOOP, name)
    if not found:
        return None
    return Kept(**{**found, "windows": tuple(map(tuple, found["windows"]))})


def _keep(world: World, name: str, kept: Kept) -> None:
    document = asdict(kept)
    document["windows"] = [list(row) for row in kept.windows]
    if document == world.memory.recall(_LOOP, name):
        return
    world.memory.keep(_LOOP, name, document)
