"""Orders: drift asks for a run, and the train loop finds it a clean hour. Neither loop knows the other."""

import hashlib
from dataclasses import asdict, dataclass

from verdazure.controller.memory import Memory

_LOOP = "orders"


@dataclass(frozen=True, slots=True)
class Order:
    """One run of one schedule."""

    run: str
    """Name of the run that its window has."""
    at: str
    """When it was asked for, ISO 8601."""
    until: str
    """When it is too late to start it, ISO 8601."""


def ordered(memory: Memory, workspace_id: str, schedule: str) -> Order | None:
    """The newest order; None where there was none."""
    kept = memory.recall(_LOOP, _place(workspace_id, schedule))
    return Order(**kept) if kept else None


def order(memory: Memory, workspace_id: str, schedule: str, wanted: Order) -> None:
    """Takes the place of what was asked for before."""
    memory.keep(_LOOP, _place(workspace_id, schedule), asdict(wanted))


def _place(workspace_id: str, schedule: str) -> str:
    """Workspaces of one name in two resource groups are two."""
    return f"{schedule}-{hashlib.sha256(workspace_id.lower().encode()).hexdigest()[:12]}"
