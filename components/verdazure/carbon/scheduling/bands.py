"""Autoscaling bands: between how many instances a service may scale, by its load and how clean its power is."""

import math
from dataclasses import dataclass
from itertools import pairwise

from verdazure.carbon.quantities import Intensity

_ROUNDING = 1e-9
"""Of a number of instances."""


@dataclass(frozen=True, slots=True)
class Cap:
    """Above this intensity, at most so many instances."""

    above: Intensity
    instances: int


@dataclass(frozen=True, slots=True)
class Bands:
    """What a team decides about a service that scales. Raises `ValueError` for numbers that contradict each other."""

    floor: int
    """Instances that availability needs; no load and no intensity goes below."""
    ceiling: int
    """Instances that it may have where power is clean."""
    load_per_instance: float
    """Load that one instance serves, in any unit that the whole service uses."""
    caps: tuple[Cap, ...]
    """From clean to dirty. Above the last threshold the last cap holds."""
    urgent_share: float = 1.0
    """Of the load, 0 to 1: what cannot wait. It is served at any intensity; a cap only holds back the rest."""
    headroom: float = 0.2
    """Capacity above the load, as a share of it."""
    margin: float = 0.05
    """Share by which intensity must pass a threshold, and load must fall, before the bounds follow."""

    def __post_init__(self) -> None:
        if not 0 <= self.floor <= self.ceiling or self.ceiling < 1:
            raise ValueError(f"floor is {self.floor} and ceiling {self.ceiling}; give 0 <= floor <= ceiling, 1 or more")
        if not 0 < self.load_per_instance < math.inf:
            raise ValueError(f"load_per_instance is {self.load_per_instance}; give more than 0")
        if not 0 <= self.urgent_share <= 1:
            raise ValueError(f"urgent_share is {self.urgent_share}; give a share of the load, 0 to 1")
        if not (0 <= self.headroom < math.inf and 0 <= self.margin < 1):
            raise ValueError(
                f"headroom is {self.headroom} and margin {self.margin}; give shares, 0 or more, margin < 1"
            )
        steps = [Cap(Intensity(0), self.ceiling), *self.caps]
        if any(dirty.above <= clean.above or dirty.instances > clean.instances for clean, dirty in pairwise(steps)):
            raise ValueError("caps must rise in intensity and not rise in instances, from the ceiling on")
        if steps[-1].instances < self.floor:
            raise ValueError(f"a cap of {steps[-1].instances} instances undercuts the floor of {self.floor}; raise it")


@dataclass(frozen=True, slots=True)
class Bounds:
    """What the autoscaler is told: least <= instances <= most."""

    least: int
    most: int
    caps_passed: int
    """How many of the caps' thresholds the intensity is above; the last one passed holds."""
    reason: str
    """One sentence."""


def capacity_bounds(bands: Bands, load: float, intensity: Intensity | None, before: Bounds | None) -> Bounds:
    """The bounds for this load and intensity, damped by what was told `before`.

    `least` serves what is urgent and never undercuts the floor. `most` serves all with headroom, unless a cap holds
    back what can wait. Both rise at once; they fall when the load has fallen by more than the margin. Where the
    intensity is unknown no cap holds: missing data costs carbon, never availability. Raises `ValueError` for a load
    below 0.
    """
    if not 0 <= load < math.inf:
        raise ValueError(f"load is {load}; give 0 or more")
    passed = 0 if intensity is None else _caps_passed(bands, intensity, before)
    cap = bands.caps[passed - 1].instances if passed else bands.ceiling
    least = _damped(bands, load * bands.urgent_share, bands.floor, before.least if before else None)
    wanted = _damped(bands, load * (1 + bands.headroom), least, before.most if before else None)
    most = max(least, min(wanted, cap))
    return Bounds(least, most, passed, _reason(bands, load, intensity, wanted - most))


def _caps_passed(bands: Bands, intensity: Intensity, before: Bounds | None) -> int:
    """A threshold counts as passed or not as it did before, until intensity is beyond it by the margin."""
    held = 0 if before is None else before.caps_passed
    margin = 0.0 if before is None else bands.margin
    return sum(
        intensity.grams_per_kwh > cap.above.grams_per_kwh * (1 - margin if place < held else 1 + margin)
        for place, cap in enumerate(bands.caps)
    )


def _damped(bands: Bands, load: float, floor: int, before: int | None) -> int:
    """Instances for the load; fewer than before only where a load that is higher by the margin would need fewer."""
    needed = _instances(bands, load, floor)
    if before is None or needed >= before:
        return needed
    return max(needed, min(before, _instances(bands, load * (1 + bands.margin), floor)))


def _instances(bands: Bands, load: float, floor: int) -> int:
    return min(bands.ceiling, max(floor, math.ceil(load / bands.load_per_instance - _ROUNDING)))


def _reason(bands: Bands, load: float, intensity: Intensity | None, held_back: int) -> str:
    urgent = load * bands.urgent_share
    if urgent > bands.ceiling * bands.load_per_instance * (1 + _ROUNDING):
        return f"The urgent load of {urgent:g} needs more than the ceiling of {bands.ceiling} instances."
    if intensity is None:
        return "The intensity is unknown: capacity follows the load alone."
    if held_back:
        return f"At {intensity.grams_per_kwh:.0f} gCO2e/kWh a cap holds back {held_back} instances of what can wait."
    return f"At {intensity.grams_per_kwh:.0f} gCO2e/kWh capacity follows the load."
