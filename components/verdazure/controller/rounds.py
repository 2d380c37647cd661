"""One round: each loop over each of its targets, each for itself. What fails for one target fails for no other."""

import logging
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from azure.core.exceptions import AzureError

from verdazure.arm import Arm
from verdazure.controller.measuring import measure
from verdazure.controller.memory import Memory, Turn
from verdazure.controller.outlook import Forecast, Outlook
from verdazure.controller.records import Decision, Measured, Outcome
from verdazure.controller.retraining import retrain
from verdazure.controller.rollouts import roll_out
from verdazure.controller.routing import steer
from verdazure.controller.scaling import scale_cluster, scale_deployment
from verdazure.controller.signals import Signals
from verdazure.controller.traffic import share
from verdazure.controller.training import train
from verdazure.controller.world import ClockSkew, World
from verdazure.steering import Steering

_log = logging.getLogger(__name__)

TargetT = TypeVar("TargetT")

AHEAD = timedelta(hours=48)
"""That forecasts are asked for: services give no more, most of them."""


def decide_round(
    steering: Steering,
    arm: Arm,
    memory: Memory,
    turn: Turn,
    forecast: Forecast,
    signals: Signals,
    now: datetime,
    marginal: Forecast | None = None,
    measured: list[Measured] | None = None,
) -> Iterator[Decision]:
    """Observes, decides and acts; to be called by whoever holds the turn. `marginal` is what routing goes by, if given;
    where `measured` is given, what was drawn and emitted is added to it.

    A target whose data is garbage, or which Azure refuses, gets a decision that says so. Raises `AzureError` only where
    the turn was lost.
    """
    every = timedelta(minutes=steering.every_minutes)
    more = None if marginal is None else Outlook(marginal, now, AHEAD)
    world = World(
        arm, Outlook(forecast, now, AHEAD), memory, now, every, more, [] if measured is None else measured, signals
    )
    for loop, target, decide in _targets(world, steering):
        turn.check()
        for decision in _guarded(world, loop, target, decide):
            _log.info("%s %s: %s. %s", decision.loop, decision.target, decision.action, decision.reason)
            yield decision
    if measured is not None:
        measured.extend(measure(world, steering.deployments))


_Decide = Callable[[], Iterable[Decision]]


def _targets(world: World, steering: Steering) -> Iterator[tuple[str, str, _Decide]]:
    for name, shares in steering.traffic.items():
        yield "traffic", name, partial(_one, share, world, name, shares)
    for name, rollout in steering.rollouts.items():
        yield "rollout", name, partial(_one, roll_out, world, name, rollout)
    for name, route in steering.routes.items():
        yield "route", name, partial(_one, steer, world, name, route)
    for name, model in steering.retraining.items():
        yield "retrain", name, partial(_one, retrain, world, name, model)
    for name, places in steering.training.items():
        yield "train", name, partial(train, world, name, places)
    for name, deployment in steering.deployments.items():
        yield "scale", name, partial(_one, scale_deployment, world, name, deployment)
    for name, cluster in steering.clusters.items():
        yield "scale", name, partial(_one, scale_cluster, world, name, cluster)


def _one(decide: Callable[[World, str, TargetT], Decision], world: World, name: str, of: TargetT) -> Iterable[Decision]:
    return [decide(world, name, of)]


def _guarded(world: World, loop: str, target: str, decide: _Decide) -> Iterator[Decision]:
    try:
        yield from decide()
    except ClockSkew as skew:
        yield Decision(world.now, loop, target, "none", f"{skew}: nothing is changed.", Outcome.HELD)
    except (AzureError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        # The latter are what a garbled answer becomes when it is read.
        _log.warning("%s %s failed: %s", loop, target, error)
        said = str(error).splitlines()[0] if str(error) else type(error).__name__
        yield Decision(world.now, loop, target, "none", f"Failed: {said}", Outcome.FAILED)
