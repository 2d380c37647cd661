"""A price that depends on the quantity: each step's price holds for the units inside it."""

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Unpriced:
    """There is no price, and why. It is never counted as 0."""

    reason: str


@dataclass(frozen=True, slots=True)
class Step:
    """From `units` a month on, each further unit costs `price`."""

    units: float
    price: float


@dataclass(frozen=True, slots=True)
class Ladder:
    """List price of one meter in one region, progressive. Raises `ValueError` unless its steps rise from 0."""

    currency: str
    steps: tuple[Step, ...]
    asked: datetime | None = None
    """When an old answer was given, if the service could not be asked anew; None for one within its shelf life."""

    def __post_init__(self) -> None:
        starts = [step.units for step in self.steps]
        if not starts or starts[0] != 0 or any(low >= high for low, high in pairwise(starts)):
            raise ValueError(f"the steps of a price begin at 0 and rise, not at {starts}")

    def cost(self, units: float) -> float:
        """What `units` a month cost. Raises `ValueError` for fewer than 0."""
        if not 0 <= units < float("inf"):
            raise ValueError(f"units are {units}; give a finite number, 0 or more")
        ends = [*(step.units for step in self.steps[1:]), float("inf")]
        inside = (max(0.0, min(units, end) - step.units) for step, end in zip(self.steps, ends, strict=True))
        return sum(step.price * amount for step, amount in zip(self.steps, inside, strict=True))
