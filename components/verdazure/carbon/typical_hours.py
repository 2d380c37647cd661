"""The hour of the day at which a region's grid is typically cleanest: for what recurs and asks no forecast."""

from collections.abc import Sequence

from verdazure import facts


def cleanest_hour(region: str, hours: int = 1) -> int | None:
    """The UTC hour at which `hours` in a row emit least on the average day of a year; nothing without a profile.

    The mean over the year's months is taken, as the hour is fixed when the trigger is made. Of equal hours the first.
    """
    try:
        months = facts.profile(facts.region(region).grid_zone).grams_per_kwh
    except facts.UnknownFact:
        return None
    day = [sum(month[hour] for month in months) / len(months) for hour in range(24)]
    return min(range(24), key=lambda start: _from(day, start, hours))


def _from(day: Sequence[float], start: int, hours: int) -> float:
    return sum(day[(start + later) % 24] for later in range(hours))
