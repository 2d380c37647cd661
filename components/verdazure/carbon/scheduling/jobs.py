"""What a team wants run: how long, how much power, not before, not after."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from verdazure.carbon.quantities import Energy, Power

NOTHING = Energy(0)


class Infeasible(ValueError):
    """No plan can keep what the job asks for; the message says what does not fit and what helps."""


@dataclass(frozen=True, slots=True)
class Job:
    """One job of known length on one region's grid.

    Raises `ValueError` for a value that means nothing, `Infeasible` for a deadline that cannot be met.
    """

    power: Power
    """Drawn while it runs."""
    hours: float
    """Running time, without pauses."""
    release: datetime
    """Earliest start; kept in UTC."""
    deadline: datetime
    """Latest finish; kept in UTC."""
    resume: Energy = NOTHING
    """Drawn each time the job goes on after a pause: loading a checkpoint, warming a cache. The first start is free."""

    def __post_init__(self) -> None:
        for name in ("release", "deadline"):
            object.__setattr__(self, name, utc(name, getattr(self, name)))
        if not 0 < self.hours < float("inf"):
            raise ValueError(f"hours is {self.hours}; a job runs for more than 0 hours")
        if self.power.watts <= 0:
            raise ValueError(f"power is {self.power.watts:g} W; a job draws more than 0 W")
        if self.resume.kwh < 0:
            raise ValueError(f"resume is {self.resume.kwh:g} kWh; give 0 or more")
        if self.latest_start < self.release:
            earliest = self.release + self.running
            raise Infeasible(
                f"{self.hours:g} h do not fit between {self.release:%Y-%m-%d %H:%M} and"
                f" {self.deadline:%Y-%m-%d %H:%M} UTC; the earliest deadline is {earliest:%Y-%m-%d %H:%M} UTC"
            )

    @property
    def running(self) -> timedelta:
        """The running time."""
        return timedelta(hours=self.hours)

    @property
    def latest_start(self) -> datetime:
        """From here on it must run without a pause."""
        return self.deadline - self.running


def utc(name: str, moment: datetime) -> datetime:
    """The moment in UTC. Raises `ValueError` for one without a time zone, by the name of its field."""
    if moment.tzinfo is None:
        raise ValueError(f"{name} {moment.isoformat()} has no time zone; give an aware time, such as 2026-01-01T00:00Z")
    return moment.astimezone(UTC)
