"""Energy of a training, kWh, by codecarbon; over all interruptions, written down as it is drawn.

codecarbon reads NVIDIA's counters for GPUs and, where the kernel shows them, RAPL's for processors; elsewhere it
estimates a processor's power from its load and its thermal design power: the log says which. Source: codecarbon's
documentation, Methodology; read 2026-11-24.
"""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch

LOG = "energy.jsonl"
_RAPL = Path("/sys/class/powercap/intel-rapl")


class UnknownEnergy(RuntimeError):
    """Nobody can say what the machine draws, so that a budget would mean nothing."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A line of the log: from the reading before it to this one."""

    at: str
    """UTC."""
    step: int
    seconds: float
    kwh: float
    total_kwh: float
    """Since the training began, interruptions included."""
    grams_co2e: float | None
    """Of the total; None where the grid's intensity is unknown."""
    processor: str
    """`measured` or `estimated`."""
    gpu: str
    """`measured` or `none`."""


class Meter:
    """Adds up what the machine draws while a training runs. Raises `UnknownEnergy`."""

    def __init__(self, log: Path, before_kwh: float, grams_per_kwh: float | None) -> None:
        """`before_kwh` is what the checkpoint says of the attempts before."""
        from codecarbon import OfflineEmissionsTracker  # slow to import, and it logs

        self._log, self._total, self._intensity = log, before_kwh, grams_per_kwh
        self._tracker: Any = OfflineEmissionsTracker(
            country_iso_code="USA",  # it must be told one; its emissions are not used
            save_to_file=False,
            log_level="error",
            allow_multiple_runs=True,
        )
        self._part = 0
        self._begin()

    @property
    def total_kwh(self) -> float:
        """Up to the last reading."""
        return self._total

    def read(self, step: int) -> Reading:
        """Adds what was drawn since the last reading, and writes it down."""
        drawn = self._tracker.stop_task(str(self._part))
        if drawn.energy_consumed is None or not drawn.energy_consumed > 0:
            raise UnknownEnergy(
                "codecarbon saw no energy drawn: leave out --energy-budget-kwh, or run where it can see"
            )
        self._total += drawn.energy_consumed
        self._part += 1
        self._begin()
        reading = Reading(
            at=f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
            step=step,
            seconds=round(drawn.duration, 3),
            kwh=drawn.energy_consumed,
            total_kwh=self._total,
            grams_co2e=None if self._intensity is None else self._total * self._intensity,
            processor="measured" if _RAPL.exists() else "estimated",
            gpu="measured" if torch.cuda.is_available() else "none",
        )
        with self._log.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(reading)) + "\n")
        return reading

    def close(self) -> None:
        """No further reading."""
        self._tracker.stop_task(str(self._part))
        self._tracker.stop()

    def _begin(self) -> None:
        self._tracker.start_task(str(self._part))
