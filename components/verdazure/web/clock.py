"""The clock, in UTC."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """The clock that whoever asks a service reads unless it is given another."""
    return datetime.now(UTC)


def utc(moment: datetime) -> datetime:
    """The same moment in UTC. Raises `ValueError` without time zone.

    Python adds and subtracts times of one zone by the clock on the wall, which a change to summer time makes wrong; in
    UTC both are right.
    """
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone; give an aware time, such as datetime.now(UTC)")
    return moment.astimezone(UTC)
