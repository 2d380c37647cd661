"""How many per cent of the requests each region serves, so that they emit least without harm to those who wait."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from verdazure.carbon.quantities import Energy, Intensity

WHOLE = 100
"""Weights are whole per cent, as Azure Front Door and Traffic Manager take them."""


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
    """Per cent that every origin that may serve keeps, so that it is warm when another fails."""
    step: int = 10
    """Points by which a weight moves at a time."""
    worth: float = 0.02
    """Below this share of what is emitted now, weights stay still."""

    def __post_init__(self) -> None:
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
    """Share of what the weights before emit that the target saves; 0 where they broke a rule."""
    excluded: Mapping[str, str]
    """Why an origin may not serve."""
    reason: str


@dataclass(frozen=True, slots=True)
class _Bounds:
    least: int
    most: int


def route(origins: Sequence[Origin], load: float, rules: Rules, before: Mapping[str, int] | None = None) -> Weights:
    """The weights for a load in requests per second, one step from `before` towards the best.

    With costs that rise in proportion, filling the cleanest origin first is exact, in whole per cent too. An origin
    that may not serve goes to 0 at once, and others take over as fast as that needs. Raises `Overload` when capacity
    or floors leave no way, `ValueError` for a load below 0 or weights that are no whole.
    """
    current = _checked(origins, load, before)
    excluded = {each.name: reason for each in origins if (reason := _barred(each, rules))}
    serving = [each for each in origins if each.name not in excluded]
    bounds = {each.name: _allowed(each, load, rules, current) for each in serving}
    _refuse_overload(serving, bounds, load, excluded)
    target = _fill(serving, bounds, origins)
    if current is None:
        return Weights(target, target, 0.0, excluded, "the best weights: there were none before")
    if not _fits(current, bounds):
        stepped = _fill(serving, _within_step(bounds, current, rules.step), origins)
        return Weights(stepped, target, 0.0, excluded, "the weights before break a rule")
    now, best = _cost(serving, current), _cost(serving, target)
    gain = (now - best) / now if now > 0 else 0.0
    if gain <= rules.worth:
        reason = f"moving would save {gain:.1%}, not more than the {rules.worth:.0%} that are worth it"
        return Weights(current, target, gain, excluded, reason)
    stepped = _fill(serving, _within_step(bounds, current, rules.step), origins)
    return Weights(stepped, target, gain, excluded, f"on the way to weights that save {gain:.1%}")


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
    return {name: before.get(name, 0) for name in names}


def _barred(origin: Origin, rules: Rules) -> str | None:
    if not origin.healthy:
        return "unhealthy"
    if rules.residency is not None and rules.residency not in origin.residencies:
        return f"outside {rules.residency}"
    if origin.latency_ms > rules.longest_latency_ms:
        return f"latency {origin.latency_ms:g} ms, longest {rules.longest_latency_ms:g} ms"
    return None


def _allowed(origin: Origin, load: float, rules: Rules, current: Mapping[str, int] | None) -> _Bounds:
    most = WHOLE if load == 0 else min(WHOLE, math.floor(WHOLE * origin.capacity / load + 1e-9))
    least = min(rules.floor, most)
    if origin.intensity is None and current is not None:
        kept = min(max(current[origin.name], least), most)
        return _Bounds(kept, kept)
    return _Bounds(least, most)


def _refuse_overload(
    serving: Sequence[Origin], bounds: Mapping[str, _Bounds], load: float, excluded: Mapping[str, str]
) -> None:
    left_out = ", ".join(f"{name}: {reason}" for name, reason in excluded.items()) or "none"
    if sum(each.most for each in bounds.values()) < WHOLE:
        capacity = sum(origin.capacity for origin in serving)
        raise Overload(
            f"the origins that may serve take {capacity:g} requests per second in whole per cent, the load is {load:g} "
            f"(left out: {left_out}); add capacity, or loosen what leaves an origin out"
        )
    if sum(each.least for each in bounds.values()) > WHOLE:
        raise Overload(f"the floors of {len(serving)} origins exceed {WHOLE} per cent; lower the floor")


def _within_step(bounds: Mapping[str, _Bounds], current: Mapping[str, int], step: int) -> Mapping[str, _Bounds]:
    """Bounds of one step; where that leaves no way, because an origin failed, upwards as far as the rules allow."""
    stepped = {
        name: _Bounds(
            min(max(each.least, current[name] - step), each.most), max(min(each.most, current[name] + step), each.least)
        )
        for name, each in bounds.items()
    }
    if sum(each.most for each in stepped.values()) < WHOLE:
        stepped = {name: _Bounds(each.least, bounds[name].most) for name, each in stepped.items()}
    if sum(each.least for each in stepped.values()) > WHOLE:
        stepped = {name: _Bounds(bounds[name].least, each.most) for name, each in stepped.items()}
    return stepped


def _fill(serving: Sequence[Origin], bounds: Mapping[str, _Bounds], origins: Sequence[Origin]) -> Mapping[str, int]:
    """The cheapest weights within bounds; those of unknown cost last, equals by name."""
    weights = {each.name: 0 for each in origins} | {each.name: bounds[each.name].least for each in serving}
    left = WHOLE - sum(weights.values())
    for origin in sorted(serving, key=lambda each: (each.grams is None, each.grams or 0.0, each.name)):
        more = min(left, bounds[origin.name].most - weights[origin.name])
        weights[origin.name] += more
        left -= more
    return weights


def _fits(current: Mapping[str, int], bounds: Mapping[str, _Bounds]) -> bool:
    return all(
        bounds[name].least <= weight <= bounds[name].most if name in bounds else weight == 0
        for name, weight in current.items()
    )


def _cost(serving: Sequence[Origin], weights: Mapping[str, int]) -> float:
    """gCO2e of a request on average, without the origins of unknown intensity, whose weights do not move."""
    return sum(weights[each.name] * each.grams for each in serving if each.grams is not None) / WHOLE
