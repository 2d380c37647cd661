"""Quantities that cannot be confused: energy, intensity and emissions as types of their own.

Energy times intensity is emissions; no other product exists, and sums stay within one type. A value that is unknown is
`None` at the caller's, never a quantity: every quantity here is a finite number.
"""

import math
from dataclasses import dataclass
from typing import Self

JOULES_PER_KWH = 3.6e6
"""By definition of the joule and the hour."""
GRAMS_PER_POUND = 453.59237
"""International avoirdupois pound, exact by definition (1959)."""


@dataclass(frozen=True, slots=True, order=True)
class _Quantity:
    amount: float

    def __post_init__(self) -> None:
        if not math.isfinite(self.amount):
            raise ValueError(f"{type(self).__name__}: {self.amount} is not a finite number; leave an unknown value out")

    def __add__(self, other: Self) -> Self:
        if type(other) is not type(self):
            return NotImplemented
        return type(self)(self.amount + other.amount)

    def __sub__(self, other: Self) -> Self:
        if type(other) is not type(self):
            return NotImplemented
        return type(self)(self.amount - other.amount)

    def times(self, factor: float) -> Self:
        """The same quantity, `factor` times as much."""
        return type(self)(self.amount * factor)


@dataclass(frozen=True, slots=True, order=True)
class Emissions(_Quantity):
    """gCO2e."""

    @property
    def grams(self) -> float:
        return self.amount

    @property
    def kilograms(self) -> float:
        return self.amount / 1000

    @classmethod
    def of_kilograms(cls, amount: float) -> "Emissions":
        return cls(amount * 1000)


@dataclass(frozen=True, slots=True, order=True)
class Intensity(_Quantity):
    """gCO2e/kWh."""

    @property
    def grams_per_kwh(self) -> float:
        return self.amount

    @classmethod
    def of_pounds_per_mwh(cls, amount: float) -> "Intensity":
        return cls(amount * GRAMS_PER_POUND / 1000)


@dataclass(frozen=True, slots=True, order=True)
class Energy(_Quantity):
    """kWh."""

    @property
    def kwh(self) -> float:
        return self.amount

    @classmethod
    def of_joules(cls, amount: float) -> "Energy":
        return cls(amount / JOULES_PER_KWH)

    def at(self, intensity: Intensity) -> Emissions:
        """What drawing this energy emits at that intensity."""
        if not isinstance(intensity, Intensity):
            raise TypeError(f"energy is multiplied by an Intensity, not by {type(intensity).__name__}")
        return Emissions(self.amount * intensity.amount)


@dataclass(frozen=True, slots=True, order=True)
class Power(_Quantity):
    """W."""

    @property
    def watts(self) -> float:
        return self.amount

    def over(self, hours: float) -> Energy:
        """The energy drawn when this power holds for `hours`."""
        return Energy(self.amount * hours / 1000)
