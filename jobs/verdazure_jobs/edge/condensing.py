"""From messages to what is worth sending: each window judged, faults told at once, the rest summed up.

A message that comes twice counts once; one that never came is counted as missing when the next is there.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from verdazure_jobs.edge.readings import Reading

Judge = Callable[[Sequence[float]], float]
"""Gives a window's score: 0 is as always, higher is stranger."""


@dataclass(frozen=True)
class Rules:
    """How much is judged at once, what is strange, and how often the rest is told."""

    window: int
    """Samples that are judged together."""
    threshold: float
    """Scores above are faults."""
    summary_windows: int
    """Windows that one summary stands for."""


@dataclass
class Condensed:
    """Where one source stands; small, and whole as JSON."""

    last: int | None = None
    pending: list[float] = field(default_factory=list)
    first: int | None = None
    windows: int = 0
    faults: int = 0
    total: float = 0.0
    squares: float = 0.0
    worst: float = 0.0
    raw_bytes: int = 0
    missing: int = 0
    repeated: int = 0


def take(state: Condensed, reading: Reading, rules: Rules, judge: Judge) -> list[dict[str, Any]]:
    """Changes `state` and gives what is to be sent, in order."""
    if state.last is not None and reading.n <= state.last:
        state.repeated += 1
        return []
    if state.last is not None:
        state.missing += reading.n - state.last - 1
    state.first = reading.n if state.first is None else state.first
    state.last = reading.n
    state.raw_bytes += reading.raw_bytes
    state.pending += reading.samples
    told: list[dict[str, Any]] = []
    while len(state.pending) >= rules.window:
        window, state.pending = state.pending[: rules.window], state.pending[rules.window :]
        told += _judged(state, reading, window, rules, judge)
    return told


def _judged(
    state: Condensed, reading: Reading, window: list[float], rules: Rules, judge: Judge
) -> list[dict[str, Any]]:
    score = judge(window)
    state.windows += 1
    state.total += sum(window)
    state.squares += sum(value * value for value in window)
    state.worst = max(state.worst, score)
    told = []
    if score > rules.threshold:
        state.faults += 1
        told.append({"kind": "fault", "source": reading.source, "n": reading.n, "score": round(score, 4)})
    if state.windows >= rules.summary_windows:
        told.append(summary(state, reading.source, rules))
        _begin_again(state)
    return told


def summary(state: Condensed, source: str, rules: Rules) -> dict[str, Any]:
    """What happened since the last one."""
    samples = state.windows * rules.window
    return {
        "kind": "summary",
        "source": source,
        "first": state.first,
        "last": state.last,
        "windows": state.windows,
        "faults": state.faults,
        "mean": round(state.total / samples, 4),
        "rms": round((state.squares / samples) ** 0.5, 4),
        "worst": round(state.worst, 4),
        "rawBytes": state.raw_bytes,
        "missing": state.missing,
        "repeated": state.repeated,
    }


def _begin_again(state: Condensed) -> None:
    fresh = Condensed(last=state.last, pending=state.pending)
    for name, value in vars(fresh).items():
        setattr(state, name, value)
