"""The typical day of each grid zone, month by month: what a planner knows when it cannot ask anybody."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from types import MappingProxyType

from verdazure.facts.errors import UnknownFact, nearest
from verdazure.facts.rows import TypicalDay
from verdazure.facts.tables import typical_days


@dataclass(frozen=True, slots=True)
class Profile:
    """The average day of one grid zone in each month of one year. Signal: average, lifecycle."""

    zone: str
    """Electricity Maps zone."""
    grams_per_kwh: tuple[tuple[float, ...], ...]
    """12 months x 24 hours, gCO2e/kWh: `grams_per_kwh[0][13]` is January, 13:00 to 14:00 UTC."""
    year: int
    """The year whose days were averaged."""
    source: str
    licence: str
    read_on: date

    def at(self, moment: datetime) -> float:
        """gCO2e/kWh of the hour that holds `moment`. Raises `ValueError` for a moment without a time zone."""
        if moment.tzinfo is None:
            raise ValueError(
                "the moment has no time zone; give an aware time, such as datetime(2026, 1, 1, tzinfo=UTC)"
            )
        utc = moment.astimezone(UTC)
        return self.grams_per_kwh[utc.month - 1][utc.hour]


@functools.cache
def profiles() -> Mapping[str, Profile]:
    """The profiles by grid zone."""
    by_zone: dict[str, list[TypicalDay]] = {}
    for day in typical_days().values():
        by_zone.setdefault(day.zone, []).append(day)
    return MappingProxyType({zone: _profile(days) for zone, days in by_zone.items()})


def profile(zone: str) -> Profile:
    """The profile of that grid zone. Raises `UnknownFact`."""
    known = profiles()
    try:
        return known[zone]
    except KeyError:
        parts = [name for name in known if name.startswith(f"{zone}-")]
        hint = f"; its parts have: {', '.join(parts)}" if parts else nearest(zone, known)
        raise UnknownFact(f"{zone!r} is not in the facts table: no such grid zone has a profile{hint}") from None


def _profile(days: list[TypicalDay]) -> Profile:
    first, *_ = year = sorted(days, key=lambda day: day.month)
    return Profile(
        zone=first.zone,
        grams_per_kwh=tuple(day.hours for day in year),
        year=first.year,
        source=first.source,
        licence=first.licence,
        read_on=first.read_on,
    )
