"""What the controller did and why, a row a decision; and what was measured."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from verdazure.carbon.quantities import Emissions, Energy


class Outcome(str, Enum):
    """What became of a decision."""

    DONE = "done"
    UNCHANGED = "unchanged"
    """What there was is what is wanted."""
    HELD = "held"
    """Too little is known, or what is known is too old: what holds goes on to hold."""
    FAILED = "failed"
    """The next round tries again."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision about one target."""

    at: datetime
    """Of the round, the same for all of its decisions."""
    loop: str
    target: str
    action: str
    reason: str
    """One sentence."""
    outcome: Outcome
    grams_saved: float | None = None
    """gCO2e against doing nothing: until the next round, or of a whole run when it ends; None where nobody knows."""
    inputs: Mapping[str, Any] | None = None
    """What it rests on."""

    @property
    def id(self) -> str:
        """The same for a decision that is taken again because its round was killed."""
        said = "\n".join((self.at.isoformat(), self.loop, self.target, self.action))
        return hashlib.sha256(said.encode()).hexdigest()[:32]

    def row(self) -> dict[str, Any]:
        """For the table VerdazureDecisions_CL."""
        return {
            "TimeGenerated": self.at.isoformat(),
            "DecisionId": self.id,
            "Loop": self.loop,
            "Target": self.target,
            "Action": self.action,
            "Reason": self.reason,
            "Outcome": self.outcome.value,
            "GramsSaved": self.grams_saved,
            "Inputs": dict(self.inputs or {}),
        }


@dataclass(frozen=True, slots=True)
class Measured:
    """What was drawn and emitted: a row of VerdazureSustainability_CL."""

    at: datetime
    workload: str
    kind: str
    """inference or training"""
    energy: Energy
    emissions: Emissions
    method: str
    """measured or estimated"""
    units: float
    """Requests that were answered, or one run."""
    functional_unit: str
    run: str = ""
    latency_ms: float | None = None

    def row(self) -> dict[str, Any]:
        """As the Logs Ingestion API takes it."""
        return {
            "TimeGenerated": self.at.isoformat(),
            "Workload": self.workload,
            "Kind": self.kind,
            "Run": self.run,
            "Requests": int(self.units) if self.kind == "inference" else None,
            "LatencyMs": self.latency_ms,
            "Kwh": self.energy.kwh,
            "Grams": self.emissions.grams,
            "Sci": self.emissions.grams / self.units if self.units else None,
            "FunctionalUnit": self.functional_unit,
            "Method": self.method,
            "Cost": None,
        }
