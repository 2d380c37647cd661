"""Which jobs run now where only so many may run at once: clean hours are wishes, deadlines are not.

Least laxity first keeps every deadline of released, resumable jobs of known length that any schedule on so many equal
places keeps (Dertouzos and Mok, Multiprocessor online scheduling of hard-real-time tasks, IEEE Transactions on Software
Engineering 1989). So a wish is granted only where least laxity first, from the next step on, loses no deadline more
than it would lose from now on; else it is followed itself. For jobs that may not pause no such rule exists that is
fast: none of their deadlines is lost that least laxity first, without pausing them, would keep.
"""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from verdazure.carbon.scheduling.jobs import utc

_ROUNDING = 1e-6
"""Of a step."""
_NEVER = 2**40
"""In steps: later than any deadline."""
_Ints = NDArray[np.int64]
_Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A job that has work left. Raises `ValueError` for hours of nothing and times without a zone."""

    name: str
    release: datetime
    deadline: datetime
    left: float
    """Hours of work."""
    resumable: bool
    running: bool = False
    """Whether it runs at this moment."""

    def __post_init__(self) -> None:
        if not 0 < self.left < math.inf:
            raise ValueError(f"left of {self.name} is {self.left}; give hours, more than 0")
        for key in ("release", "deadline"):
            object.__setattr__(self, key, utc(key, getattr(self, key)))


@dataclass(frozen=True, slots=True)
class Allotment:
    """Who runs until the next step."""

    runs: frozenset[str]
    forced: frozenset[str]
    """Those of `runs` that did not wish to: a deadline, theirs or another's, would be lost otherwise."""
    refused: frozenset[str]
    """Wishes for which there was no place."""
    lost: frozenset[str]
    """Whose deadline no longer holds, whatever happens; they run when a place is free."""


def allot(jobs: Sequence[Waiting], wishes: Collection[str], at_once: int, now: datetime, step: timedelta) -> Allotment:
    """Who of `jobs` runs from `now` for one `step`, when `allot` is asked again.

    `wishes` names those that would run now for themselves, by `next_step`. Raises `ValueError` for no place, a step of
    nothing, two jobs of one name, and a wish of nobody.
    """
    if at_once < 1 or step <= timedelta(0):
        raise ValueError(f"at_once is {at_once} and step {step}; give 1 or more, and the time until the next round")
    jobs = sorted(jobs, key=lambda each: each.name)  # equals are told apart by name, not by who is listed first
    names = [each.name for each in jobs]
    if len(set(names)) < len(names) or not set(wishes) <= set(names):
        raise ValueError("each job has a name of its own, and each wish is one of them")
    state = _laid_out(jobs, now, step)
    wished = np.array([name in wishes for name in names], dtype=bool) & state.ready
    in_time = state.ready & (~state.lost | state.held)
    granted = _first(state, in_time & (wished | state.held | (state.laxity == 0)), at_once)
    late = granted | _first(state, state.ready & ~in_time, at_once - int(granted.sum()))
    filled = granted | _first(state, in_time & ~granted, at_once - int(granted.sum()))
    unavoidable = _late(state, at_once) - int(state.lost.sum())
    harmless = (each for each in (late, granted, filled) if _lost_by(each, state, at_once) <= unavoidable)
    runs = next(harmless, _first(state, in_time, at_once))

    def named(chosen: _Flags) -> frozenset[str]:
        return frozenset(names[place] for place in np.flatnonzero(chosen))

    return Allotment(named(runs), named(runs & ~wished), named(wished & ~runs), named(state.lost))


@dataclass(frozen=True, eq=False)
class _State:
    """All times in steps from now."""

    left: _Ints
    due: _Ints
    release: _Ints
    resumable: _Flags
    started: _Flags
    """Runs at this moment."""

    @property
    def ready(self) -> _Flags:
        return (self.left > 0) & (self.release <= 0)

    @property
    def laxity(self) -> _Ints:
        """Steps that it may still wait."""
        return self.due - self.left

    @property
    def lost(self) -> _Flags:
        return (self.left > 0) & (self.laxity < 0)

    @property
    def held(self) -> _Flags:
        """Runs, and may not pause."""
        return self.started & ~self.resumable & (self.left > 0)

    def after(self, runs: _Flags) -> "_State":
        """A step later."""
        return replace(
            self, left=self.left - runs, due=self.due - 1, release=self.release - 1, started=runs & (self.left > 1)
        )


def _laid_out(jobs: Sequence[Waiting], now: datetime, step: timedelta) -> _State:
    def steps(spans: Sequence[timedelta], upwards: bool) -> _Ints:
        exact = np.array([span / step for span in spans], dtype=float)
        rounded = np.ceil(exact - _ROUNDING) if upwards else np.floor(exact + _ROUNDING)
        return np.asarray(rounded, dtype=np.int64)

    return _State(
        left=steps([timedelta(hours=each.left) for each in jobs], upwards=True),
        due=steps([each.deadline - now for each in jobs], upwards=False),
        release=steps([each.release - now for each in jobs], upwards=True),
        resumable=np.array([each.resumable for each in jobs], dtype=bool),
        started=np.array([each.running for each in jobs], dtype=bool),
    )


def _first(state: _State, among: _Flags, places: int) -> _Flags:
    """Who of them gets a place: what runs and may not pause, then by least laxity."""
    chosen = np.zeros(among.size, dtype=bool)
    candidates = np.flatnonzero(among)
    if candidates.size > places:
        order = np.where(state.held, -_NEVER, state.laxity)[candidates]
        candidates = candidates[np.argsort(order, kind="stable")[:places]]
    chosen[candidates] = True
    return chosen


def _lost_by(runs: _Flags, state: _State, at_once: int) -> int:
    """How many deadlines that hold now are missed where these run for a step, and the least lax ones from then on."""
    after = state.after(runs)
    return _late(after, at_once) - int((state.lost & (after.left > 0)).sum())


def _late(state: _State, at_once: int) -> int:
    """How many jobs miss their deadline by least laxity first."""
    late = 0
    while True:
        late += int(state.lost.sum())
        state = _without_lost(state)
        if state.left.size <= at_once:  # nobody waits for another
            return late + int((state.release > state.laxity).sum())
        state = state.after(_first(state, state.ready, at_once))


def _without_lost(state: _State) -> _State:
    """What is done or lost takes no place, but for what may not pause: it stays until it is done, counted once."""
    due = np.where(state.lost, state.due + _NEVER, state.due)
    kept = np.flatnonzero((state.left > 0) & (~state.lost | state.held))
    return _State(state.left[kept], due[kept], state.release[kept], state.resumable[kept], state.started[kept])
