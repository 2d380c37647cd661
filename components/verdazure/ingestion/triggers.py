"""Starts and stops a factory's triggers: Azure makes them stopped and changes no started one, so Pulumi can do neither.

Source: Microsoft Learn, Data Factory REST API 2018-06-01, Triggers - List By Factory, Start, Stop; read 2026-11-23.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

import tenacity

from verdazure.arm import Arm, is_id_of

FACTORIES = "Microsoft.DataFactory/factories"
_API_VERSION = "2018-06-01"
_LONGEST_SECONDS = 180


class State(str, Enum):
    """What a trigger is, in Azure's words."""

    STARTED = "Started"
    STOPPED = "Stopped"


@dataclass(frozen=True, slots=True)
class Turned:
    """What became of one trigger."""

    trigger: str
    changed: bool
    """False where it was in that state already."""


class NotAFactory(ValueError):
    """The id names no data factory."""


class StillTurning(RuntimeError):
    """Azure took the request, and the trigger is not in the wanted state yet."""


def turn(arm: Arm, factory_id: str, wanted: State, *, pause_seconds: float = 2) -> Iterator[Turned]:
    """Brings every trigger of the factory into the wanted state, one after the other, and waits for each."""
    if not is_id_of(FACTORIES, factory_id):
        raise NotAFactory(
            f"{factory_id!r} is no data factory's id; give /subscriptions/.../providers/{FACTORIES}/<name>: "
            "`pulumi stack output` shows it"
        )
    for trigger in list(arm.read_all(f"{factory_id}/triggers", _API_VERSION)):
        name = str(trigger["name"])
        changed = trigger["properties"].get("runtimeState") != wanted.value
        if changed:
            place = f"{factory_id}/triggers/{name}"
            arm.act(f"{place}/{'start' if wanted is State.STARTED else 'stop'}", _API_VERSION)
            _wait(arm, place, wanted, pause_seconds)
        yield Turned(name, changed)


def _wait(arm: Arm, place: str, wanted: State, pause_seconds: float) -> None:
    @tenacity.retry(
        retry=tenacity.retry_if_exception_type(StillTurning),
        wait=tenacity.wait_fixed(pause_seconds),
        stop=tenacity.stop_after_delay(_LONGEST_SECONDS),
        reraise=True,
    )
    def look() -> None:
        state = arm.read(place, _API_VERSION)["properties"].get("runtimeState")
        if state != wanted.value:
            raise StillTurning(f"{place} is {state} and not yet {wanted.value}; run the command again to go on")

    look()
