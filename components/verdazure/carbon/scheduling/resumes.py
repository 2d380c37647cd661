"""Pauses that cost energy: when a job that draws extra to go on should stop."""

import numpy as np
from numpy.typing import NDArray

from verdazure.carbon.scheduling.window import Hours, Window

_WAITING, _RUNNING, _PAUSED = range(3)
"""Before the first start; at work at the end of the slot; begun, and not at work at the end of the slot."""
_STATES = 3

Costs = NDArray[np.float64]
"""Least cost by state, by remainder open or done, by whole steps done."""
Origins = NDArray[np.int8]
"""By the same: the state before the slot; `_STATES` more where it took the remainder, twice that for a whole step."""


def best_slots(window: Window, hours: float, resume_hours: float) -> Hours | None:
    """Hours of each slot to use, by dynamic programming over slots; None where whole steps leave no room.

    Each resume after a pause costs `resume_hours` of running at its slot's intensity. Work lies in whole steps and one
    remainder, at the beginning or the end of a stretch; a first or last slot shorter than a step stays unused. Exact
    under these rules, O(slots x steps of work).
    """
    step = window.step_hours
    usable = np.flatnonzero(np.isclose(window.hours, step, rtol=1e-9))
    whole = int(hours / step + 1e-9)
    remainder = hours - whole * step
    remainder = remainder if remainder > 1e-9 * step else 0.0
    if len(usable) < whole + (remainder > 0):
        return None
    prices = window.intensities[usable] * step
    resumes = window.intensities[usable] * resume_hours
    chosen = _choose(prices, resumes, whole, remainder / step)
    used = np.zeros(len(window.hours))
    used[usable] = np.where(chosen == 1.0, window.hours[usable], chosen * step)
    return used


def _choose(prices: NDArray[np.float64], resumes: NDArray[np.float64], whole: int, remainder: float) -> Hours:
    """The share of each slot to use: 1 in `whole` slots, `remainder` in one more where it is not 0."""
    costs = np.full((_STATES, 2, whole + 1), np.inf)
    costs[_WAITING, 0, 0] = 0.0
    history: list[Origins] = []
    for price, resume in zip(prices, resumes, strict=True):
        costs, origins = _after_slot(costs, price, resume, remainder)
        history.append(origins)
    done = int(remainder > 0)
    state = min((_RUNNING, _PAUSED), key=lambda final: float(costs[final, done, whole]))
    return _trace(history, state, done, whole, remainder)


def _after_slot(costs: Costs, price: float, resume: float, remainder: float) -> tuple[Costs, Origins]:
    after = np.full_like(costs, np.inf)
    origins = np.zeros(costs.shape, dtype=np.int8)
    after[_WAITING] = costs[_WAITING]
    _take(after, origins, np.s_[_PAUSED], costs[_PAUSED], _PAUSED)
    _take(after, origins, np.s_[_PAUSED], costs[_RUNNING], _RUNNING)
    entries = {_WAITING: costs[_WAITING], _PAUSED: costs[_PAUSED] + resume, _RUNNING: costs[_RUNNING]}
    for before, cost in entries.items():
        _take(after, origins, np.s_[_RUNNING, :, 1:], cost[:, :-1] + price, before + 2 * _STATES)
        if remainder:
            _take(after, origins, np.s_[_PAUSED, 1], cost[0] + remainder * price, before + _STATES)
            if before != _RUNNING:
                _take(after, origins, np.s_[_RUNNING, 1], cost[0] + remainder * price, before + _STATES)
    return after, origins


def _take(after: Costs, origins: Origins, where: tuple[object, ...] | int, cost: Costs, origin: int) -> None:
    better = cost < after[where]  # type: ignore[index]
    after[where][better] = cost[better]  # type: ignore[index]
    origins[where][better] = origin  # type: ignore[index]


def _trace(history: list[Origins], state: int, done: int, whole: int, remainder: float) -> Hours:
    shares = np.zeros(len(history))
    for slot in range(len(history) - 1, -1, -1):
        taken, before = divmod(int(history[slot][state, done, whole]), _STATES)
        if taken == 1:
            shares[slot], done = remainder, 0
        elif taken == 2:
            shares[slot], whole = 1.0, whole - 1
        state = before
    return shares
