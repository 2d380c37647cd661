"""The hours of the day at which a region's grid is typically clean: for what recurs and asks no forecast."""

from collections.abc import Sequence

from verdazure import facts


def cleanest_hour(region: str, hours: int = 1) -> int | None:
    """The UTC hour at which `hours` in a row emit least on the average day of a year; nothing without a profile.

    The mean over the year's months is taken, as the hour is fixed when the trigger is made. Of equal hours the first.
    """
    day = typical_day(region)
    return None if day is None else min(range(24), key=lambda start: _from(day, start, hours))


def typical_day(region: str) -> tuple[float, ...] | None:
    """gCO2e/kWh of each UTC hour on the average day of a year; nothing without a profile of the region's grid."""
    try:
        months = facts.profile(facts.region(region).grid_zone).grams_per_kwh
    except facts.UnknownFact:
        return None
    return tuple(sum(month[hour] for month in months) / len(months) for hour in range(24))


def _from(day: Sequence[float], start: int, hours: int) -> float:
    return sum(day[(start + later) % 24] for later in range(hours))
