"""How many per cent of the requests each region serves, so that they emit least without harm to those who wait."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog  # type: ignore[import-untyped]

from verdazure.carbon.quantities import Emissions, Energy, Intensity

WHOLE = 100
"""Weights are whole per cent, so that 100 of them are all requests."""
_SECONDS_PER_HOUR = 3600
_ROUNDING = 1e-9
"""Of a weight: what a division may lose."""


class Overload(ValueError):
    """No weights serve the load within the rules."""


@dataclass(frozen=True, slots=True)
class Origin:
    """A region that can serve requests. Raises `ValueError` for numbers that cannot be."""

    name: str
    capacity: float
    """Requests per second."""
    latency_ms: float
    """As its users see it."""
    intensity: Intensity | None
    """None where it is not known: then the origin keeps its weight."""
    per_request: Energy
    healthy: bool = True
    residencies: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        for key, value in (("capacity", self.capacity), ("latency_ms", self.latency_ms)):
            if not 0 <= value < math.inf:
                raise ValueError(f"{key} of {self.name} is {value}; give 0 or more")
        if self.per_request.kwh < 0:
            raise ValueError(f"per_request of {self.name} is {self.per_request.kwh} kWh; give 0 or more")
        if self.intensity is not None and self.intensity.grams_per_kwh < 0:
            raise ValueError(f"intensity of {self.name} is {self.intensity.grams_per_kwh} gCO2e/kWh; give 0 or more")

    @property
    def grams(self) -> float | None:
        """gCO2e of one request."""
        return None if self.intensity is None else self.per_request.at(self.intensity).grams


@dataclass(frozen=True, slots=True)
class Rules:
    """What no saving may break, and how fast weights move. Raises `ValueError`."""

    longest_latency_ms: float = math.inf
    residency: str | None = None
    floor: int = 0
    """Per cent that every origin that may serve keeps, as far as its capacity goes: it is warm when another fails."""
    step: int = 10
    """Points by which a weight moves at a time."""
    worth: float = 0.02
    """Below this share of what is emitted now, weights stay still."""

    def __post_init__(self) -> None:
        if not self.longest_latency_ms >= 0:  # also refuses NaN, under which no origin would be too slow
            raise ValueError(f"longest_latency_ms is {self.longest_latency_ms}; give 0 or more")
        if not 0 <= self.floor <= WHOLE:
            raise ValueError(f"floor is {self.floor}; give 0 to {WHOLE} per cent")
        if not 1 <= self.step <= WHOLE:
            raise ValueError(f"step is {self.step}; give 1 to {WHOLE} points")
        if not 0 <= self.worth < 1:
            raise ValueError(f"worth is {self.worth}; give a share, 0 or more and less than 1")


@dataclass(frozen=True, slots=True)
class Weights:
    """What the load balancer is told."""

    weights: Mapping[str, int]
    """Per cent by origin, 100 in sum; 0 for those that may not serve."""
    target: Mapping[str, int]
    """The best weights, which the steps lead to."""
    gain: float
    """Share of what the weights before emit that the target saves, among origins of known intensity; 0 where the
    weights before broke a rule or there were none."""
    saved_per_hour: Emissions
    """The same as an amount, at this load."""
    excluded: Mapping[str, str]
    """Why an origin may not serve."""
    held: Mapping[str, str]
    """What happens to the weight of an origin whose intensity is unknown."""
    reason: str
    """One sentence."""


@dataclass(frozen=True, slots=True)
class _Bounds:
    least: int
    most: int

    def clipped(self, weight: int) -> int:
        return min(max(weight, self.least), self.most)

    def __str__(self) -> str:
        return f"must have {self.least}" if self.least == self.most else f"may have {self.least} to {self.most}"


def route(origins: Sequence[Origin], load: float, rules: Rules, before: Mapping[str, int] | None = None) -> Weights:
    """The weights for a load in requests per second, one step from `before` towards the best.

    The best weights emit least within capacity, latency, residency and floors: a linear program, solved exactly by
    HiGHS (Huangfu and Hall, Mathematical Programming Computation 2018). What breaks a rule is mended at once, whatever
    the step: an origin that may not serve goes to 0 and others take over. An origin of unknown intensity keeps its
    weight unless the others cannot serve the rest: missing data costs carbon, never availability. Raises `Overload`
    when capacity or floors leave no way, `ValueError` for a load below 0 or weights that are no whole.
    """
    current = _checked(origins, load, before)
    origins = sorted(origins, key=lambda each: each.name)  # equals are told apart by name, not by who is listed first
    excluded = {each.name: reason for each in origins if (reason := _barred(each, rules))}
    serving = [each for each in origins if each.name not in excluded]
    ruled = {each.name: _allowed(each, load, rules) for each in serving}
    _refuse_overload(ruled, load, excluded)
    bounds = _held(serving, ruled, current)
    held = {name: _held_reason(name, bounds, current) for name in _unknown(serving)}
    nobody = dict.fromkeys((each.name for each in origins), 0)
    target = nobody | _best(serving, bounds)

    def told(weights: Mapping[str, int], reason: str, grams: float = 0.0, gain: float = 0.0) -> Weights:
        saved = Emissions(grams * load * _SECONDS_PER_HOUR)
        return Weights(weights, target, gain, saved, excluded, held, reason)

    if current is None:
        return told(target, "the best weights: there were none before")
    stepped = nobody | _best(serving, _within_step(bounds, current, rules.step))
    if broken := _broken(current, bounds):
        return told(stepped, f"the weights before break a rule: {broken}")
    now, best = _cost(serving, current), _cost(serving, target)
    gain = (now - best) / now if now > 0 else 0.0
    if gain <= rules.worth:
        reason = f"moving would save {gain:.1%}, not more than the {rules.worth:.0%} that are worth it"
        return told(current, reason, now - best, gain)
    return told(stepped, f"on the way to weights that save {gain:.1%}", now - best, gain)


def emitted(origins: Sequence[Origin], weights: Mapping[str, int], load: float) -> Emissions:
    """An hour, at a load in requests per second; without the origins of unknown intensity."""
    return Emissions(
        _cost(origins, {each.name: weights.get(each.name, 0) for each in origins}) * load * _SECONDS_PER_HOUR
    )


def _checked(origins: Sequence[Origin], load: float, before: Mapping[str, int] | None) -> dict[str, int] | None:
    if not 0 <= load < math.inf:
        raise ValueError(f"load is {load}; give 0 or more requests per second")
    names = [each.name for each in origins]
    if len(set(names)) < len(names):
        raise ValueError("two origins have the same name")
    if before is None:
        return None
    if sum(before.values()) != WHOLE or min(before.values()) < 0 or not set(before) <= set(names):
        raise ValueError(f"the weights before are {dict(before)}; give whole per cent of known origins, {WHOLE} in sum")
    return {name: before.get(name, 0) for name in sorted(names)}


def _barred(origin: Origin, rules: Rules) -> str | None:
    if not origin.healthy:
        return "unhealthy"
    if rules.residency is not None and rules.residency not in origin.residencies:
        return f"outside {rules.residency}"
    if origin.latency_ms > rules.longest_latency_ms:
        return f"latency {origin.latency_ms:g} ms, longest {rules.longest_latency_ms:g} ms"
    return None


def _allowed(origin: Origin, load: float, rules: Rules) -> _Bounds:
    if origin.capacity == 0:
        most = 0
    elif origin.capacity >= load:
        most = WHOLE
    else:
        most = math.floor(WHOLE * origin.capacity / load + _ROUNDING)
    return _Bounds(min(rules.floor, most), most)


def _refuse_overload(ruled: Mapping[str, _Bounds], load: float, excluded: Mapping[str, str]) -> None:
    most = sum(each.most for each in ruled.values())
    if most < WHOLE:
        parts = ", ".join(f"{name} {each.most}" for name, each in ruled.items()) or "none"
        left_out = ", ".join(f"{name}: {reason}" for name, reason in excluded.items()) or "none"
        raise Overload(
            f"a load of {load:g} requests per second needs {WHOLE} per cent, the origins that may serve take {most} "
            f"in whole per cent ({parts}; left out: {left_out}); add capacity, or loosen what leaves an origin out"
        )
    least = sum(each.least for each in ruled.values())
    if least > WHOLE:
        raise Overload(f"the floors of {len(ruled)} origins are {least} per cent, at most {WHOLE}; lower the floor")


def _unknown(serving: Sequence[Origin]) -> list[str]:
    return [each.name for each in serving if each.intensity is None]


def _held(
    serving: Sequence[Origin], ruled: Mapping[str, _Bounds], current: Mapping[str, int] | None
) -> dict[str, _Bounds]:
    """The bounds, with each origin of unknown intensity held as near to its weight as the others can do without it.

    Where there were no weights, it gets its floor.
    """
    unknown = {name: ruled[name] for name in _unknown(serving)}
    known = [bounds for name, bounds in ruled.items() if name not in unknown]
    kept = {name: each.clipped(current[name] if current else each.least) for name, each in unknown.items()}
    together = _Bounds(WHOLE - sum(each.most for each in known), WHOLE - sum(each.least for each in known))
    held = _whole(kept, unknown, together.clipped(sum(kept.values())))
    return {name: _Bounds(held[name], held[name]) if name in held else each for name, each in ruled.items()}


def _held_reason(name: str, bounds: Mapping[str, _Bounds], current: Mapping[str, int] | None) -> str:
    now = bounds[name].most
    if current is None:
        return f"intensity unknown: starts with {now} per cent, no more than others leave"
    if now == current[name]:
        return f"intensity unknown: keeps {now} per cent"
    return f"intensity unknown: from {current[name]} to {now} per cent, as capacity and floors need"


def _within_step(bounds: Mapping[str, _Bounds], current: Mapping[str, int], step: int) -> Mapping[str, _Bounds]:
    """Bounds of one step; where that leaves no way, because an origin failed, as far in that direction as needed."""
    stepped = {
        name: _Bounds(each.clipped(current[name] - step), each.clipped(current[name] + step))
        for name, each in bounds.items()
    }
    if sum(each.most for each in stepped.values()) < WHOLE:
        stepped = {name: _Bounds(each.least, bounds[name].most) for name, each in stepped.items()}
    if sum(each.least for each in stepped.values()) > WHOLE:
        stepped = {name: _Bounds(bounds[name].least, each.most) for name, each in stepped.items()}
    return stepped


def _best(serving: Sequence[Origin], bounds: Mapping[str, _Bounds]) -> dict[str, int]:
    """The weights within bounds that emit least.

    The bounds are whole, so the corners of the program are whole too: rounding removes only the solver's tolerance.
    """
    grams = np.array([each.grams or 0.0 for each in serving])  # an unknown one is held: its cost decides nothing
    scale = grams.max() or 1.0  # a request may emit less than HiGHS's tolerance of 1e-7
    limits = [(bounds[each.name].least, bounds[each.name].most) for each in serving]
    solved = linprog(grams / scale, A_eq=np.ones((1, grams.size)), b_eq=[WHOLE], bounds=limits, method="highs-ds")
    if not solved.success:  # overload is refused before
        raise RuntimeError(f"HiGHS found no weights within {bounds}: {solved.message}")
    shares = {each.name: float(share) for each, share in zip(serving, solved.x, strict=True)}
    return _whole(shares, bounds, WHOLE)


def _whole(shares: Mapping[str, float], bounds: Mapping[str, _Bounds], total: int) -> dict[str, int]:
    """Whole weights of that sum within bounds, near the shares: by largest remainder, equals in the order given."""
    weights = {name: bounds[name].clipped(math.floor(share + _ROUNDING)) for name, share in shares.items()}
    while (missing := total - sum(weights.values())) != 0:
        sign = 1 if missing > 0 else -1
        movable = [name for name in weights if bounds[name].clipped(weights[name] + sign) != weights[name]]
        weights[max(movable, key=lambda name: sign * (shares[name] - weights[name]))] += sign
    return weights


def _broken(current: Mapping[str, int], bounds: Mapping[str, _Bounds]) -> str:
    """Which weights lie out of bounds; empty where none does."""
    nothing = _Bounds(0, 0)
    return ", ".join(
        f"{name} had {weight} per cent, {allowed}"
        for name, weight in current.items()
        if (allowed := bounds.get(name, nothing)).clipped(weight) != weight
    )


def _cost(serving: Sequence[Origin], weights: Mapping[str, int]) -> float:
    """gCO2e of a request on average, without the origins of unknown intensity, whose weights do not move."""
    return sum(weights[each.name] * each.grams for each in serving if each.grams is not None) / WHOLE
