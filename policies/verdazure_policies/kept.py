"""What machines that are up at all hours emit, for rules that say what a fix saves."""

from verdazure import facts
from verdazure.carbon.footprint import Boundary, FunctionalUnit, Machines, footprint, grid_of_region

from verdazure_policies.view import State, Value

HOURS_A_MONTH = 730
"""365 days of 24 hours, over 12."""


def kilograms(size: str | None, count: float | None, region: str | None) -> float | None:
    """kgCO2e a month of so many machines at the average utilisation of the facts table, their making included.

    None where one of the three, or a fact about them, is not known.
    """
    if count == 0:
        return 0.0
    if size is None or count is None or region is None:
        return None
    try:
        machines = Machines(size, count * HOURS_A_MONTH)
        made = footprint(Boundary((machines,)), grid_of_region(region), FunctionalUnit("months", 1))
    except facts.UnknownFact:
        return None
    return made.total.central.kilograms


def saved(size: Value, count: Value, location: Value, most: float = 0) -> float | None:
    """kgCO2e a month that is saved by keeping up at most so many; None where that is not known, or nothing."""
    more = number(count)
    fewer = kilograms(text(size), None if more is None else more - most, text(location))
    return fewer if fewer is not None and fewer > 0 else None


def number(value: Value) -> float | None:
    return float(value.content) if isinstance(value.content, int | float) else None


def text(value: Value) -> str | None:
    return str(value.content) if value.state is State.KNOWN else None
