"""Energy of a training, kWh, by codecarbon; over all interruptions, written down as it is drawn.

codecarbon reads NVIDIA's and AMD's counters for GPUs and, where the kernel lets it, RAPL's for processors; elsewhere it
estimates a processor's power from its load and its thermal design power, and memory's from its size: the log says
which. Source: codecarbon's documentation, Methodology; read 2026-11-24.
"""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

LOG = "energy.jsonl"


@dataclass(frozen=True, slots=True)
class Reading:
    """A line of the log: from the reading before it to this one."""

    at: str
    """UTC."""
    step: int
    seconds: float
    kwh: float | None
    """None where codecarbon saw nothing drawn: something was."""
    total_kwh: float | None
    """Since the training began, interruptions included; None if any part of it is."""
    grams_co2e: float | None
    """Of the total; None where the total or the grid's intensity is unknown."""
    processor: str
    """`measured` or `estimated`."""
    gpu: str
    """`measured` or `none`."""


class Meter:
    """Adds up what the machine draws while a training runs.

    What an attempt that was killed drew after its last reading is lost, and so not in the total.
    """

    def __init__(self, log: Path, before_kwh: float | None, grams_per_kwh: float | None) -> None:
        """`before_kwh` is what the checkpoint says of the attempts before; the log may know of more."""
        from codecarbon import OfflineEmissionsTracker  # slow to import, and it logs

        self._log, self._intensity = log, grams_per_kwh
        self._total = _sum_up(before_kwh, [each["total_kwh"] for each in _mended(log)])
        self._tracker: Any = OfflineEmissionsTracker(
            country_iso_code="USA",  # it must be told one; its emissions are not used
            save_to_file=False,
            log_level="error",
            allow_multiple_runs=True,
        )
        self._part = 0
        self._begin()

    @property
    def grams_co2e(self) -> float | None:
        """Of all that was read."""
        return None if self._total is None or self._intensity is None else self._total * self._intensity

    def read(self, step: int) -> Reading:
        """Adds what was drawn since the last reading, and writes it down."""
        drawn = self._tracker.stop_task(str(self._part))
        kwh = drawn.energy_consumed if drawn.energy_consumed > 0 else None
        self._total = None if kwh is None or self._total is None else self._total + kwh
        self._part += 1
        self._begin()
        processor, gpu = _seen(self._tracker)
        reading = Reading(
            at=f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
            step=step,
            seconds=round(drawn.duration, 3),
            kwh=kwh,
            total_kwh=self._total,
            grams_co2e=self.grams_co2e,
            processor=processor,
            gpu=gpu,
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


def _mended(log: Path) -> list[dict[str, Any]]:
    """The log's readings, without the line that was being written when the node went."""
    lines = log.read_text(encoding="utf-8").splitlines(keepends=True) if log.exists() else []
    if lines and not lines[-1].endswith("\n"):
        lines.pop()
        log.write_text("".join(lines), encoding="utf-8")
    return [json.loads(line) for line in lines]


def _sum_up(checkpoint_kwh: float | None, logged_kwh: list[float | None]) -> float | None:
    """The most that is known of: the log may be ahead of the last whole checkpoint, or lost."""
    known = [total for total in (checkpoint_kwh, *logged_kwh) if total is not None]
    return max(known) if len(known) == 1 + len(logged_kwh) else None


def _seen(tracker: Any) -> tuple[str, str]:
    """How codecarbon knows what processor and GPU draw; it says so nowhere else."""
    modes = {type(part).__name__: getattr(part, "_mode", "") for part in tracker._hardware}
    return ("measured" if modes.get("CPU") == "intel_rapl" else "estimated", "measured" if "GPU" in modes else "none")
