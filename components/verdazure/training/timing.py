"""When a training job runs: at a time you fix, at the grid's typically cleanest hour, or when a forecast says so."""

import re
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Annotated, NotRequired, TypedDict

from pydantic import AfterValidator, Field, model_validator

from verdazure.records import Count, Number, Record, Text, refuse


class TimingMode(str, Enum):
    """Who decides on the hour."""

    FIXED = "fixed"
    """You, by `at`."""
    TYPICAL = "typical"
    """The zone's average day, once, at the first deployment: no service has to run."""
    LIVE = "live"
    """The forecast, each time anew, between `at` and `within_hours` later. Azure ML holds the job; the controller, or
    `verdazure training start` on any schedule of yours, starts it."""
    DRIFT = "drift"
    """As `live`, but a window is only an opportunity: the controller starts a run where the model has drifted."""

    @property
    def is_live(self) -> bool:
        """Whether the controller starts it, and Azure ML does not."""
        return self in (TimingMode.LIVE, TimingMode.DRIFT)


class Every(str, Enum):
    """How often it runs, by Azure's own names."""

    DAY = "Day"
    WEEK = "Week"
    MONTH = "Month"

    @property
    def shortest_hours(self) -> int:
        """Hours between two runs, at least."""
        return {Every.DAY: 24, Every.WEEK: 7 * 24, Every.MONTH: 28 * 24}[self]


class WeekDay(str, Enum):
    """By Azure's own names."""

    MONDAY = "Monday"
    TUESDAY = "Tuesday"
    WEDNESDAY = "Wednesday"
    THURSDAY = "Thursday"
    FRIDAY = "Friday"
    SATURDAY = "Saturday"
    SUNDAY = "Sunday"

    @property
    def number(self) -> int:
        """Monday is 0."""
        return list(WeekDay).index(self)


class TimingArgs(TypedDict):
    """When it runs. All times are UTC."""

    mode: TimingMode
    every: Every
    week_day: NotRequired[WeekDay]
    """For `Week`. Default Monday."""
    month_day: NotRequired[int]
    """For `Month`: 1 to 28. Default 1."""
    at: NotRequired[str]
    """`02:30`. For `fixed` the start, for `live` and `drift` the earliest, default `00:00`; for `typical` nothing."""
    hours: NotRequired[float]
    """How long a run takes. For all but `fixed`: they choose the hours that it runs in."""
    within_hours: NotRequired[float]
    """For `live` and `drift`: hours from the earliest start to the latest finish."""
    watts: NotRequired[float]
    """For `live` and `drift`: what all of its nodes draw together, W."""


def _moment_of_day(text: str) -> str:
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text):
        refuse("", text, "a time of day in UTC, from 00:00 to 23:59", "such as '02:30'")
    return text


Positive = Annotated[Number, Field(gt=0)]
# What else a mode needs, and what means nothing in it.
_NEEDED = {
    TimingMode.FIXED: ("at",),
    TimingMode.TYPICAL: ("hours",),
    TimingMode.LIVE: ("hours", "within_hours", "watts"),
    TimingMode.DRIFT: ("hours", "within_hours", "watts"),
}
_TAKEN = {mode: (*(["at"] if mode.is_live else []), *needed) for mode, needed in _NEEDED.items()}


class Timing(Record):
    """Checked `TimingArgs`."""

    mode: TimingMode
    every: Every
    week_day: WeekDay | None = None
    month_day: Annotated[Count, Field(ge=1, le=28)] | None = None
    at: Annotated[Text, AfterValidator(_moment_of_day)] | None = None
    hours: Annotated[Positive, Field(le=24 * 28)] | None = None
    within_hours: Positive | None = None
    watts: Positive | None = None

    @model_validator(mode="after")
    def _check(self) -> "Timing":
        for key in ("at", "hours", "within_hours", "watts"):
            if getattr(self, key) is None and key in _NEEDED[self.mode]:
                refuse(key, None, f"a value, for mode '{self.mode.value}'", f"give {key}")
            if getattr(self, key) is not None and key not in _TAKEN[self.mode]:
                refuse(key, getattr(self, key), f"nothing, for mode '{self.mode.value}'", f"remove {key}")
        for key, every in (("week_day", Every.WEEK), ("month_day", Every.MONTH)):
            if getattr(self, key) is not None and self.every is not every:
                refuse(key, getattr(self, key), f"nothing, as it runs every {self.every.value}", f"remove {key}")
        if self.mode is TimingMode.TYPICAL and self.hours is not None and self.hours > 24:
            refuse("hours", self.hours, "at most 24, as an average day is known", "take mode 'live' or 'fixed'")
        if self.mode.is_live:
            self._check_window(self.hours or 0, self.within_hours or 0)
        return self

    def _check_window(self, hours: float, within_hours: float) -> None:
        longest = self.every.shortest_hours
        if not hours <= within_hours <= longest:
            allowed = f"hours ({hours:g}) to {longest}, when the next one begins"
            refuse("within_hours", within_hours, allowed, "give it time to wait for clean power, and an end")

    @property
    def clock(self) -> tuple[int, int]:
        """Hour and minute of `at`."""
        hour, minute = (self.at or "00:00").split(":")
        return int(hour), int(minute)

    @property
    def slack(self) -> timedelta:
        """How long a live run may wait."""
        return timedelta(hours=(self.within_hours or 0) - (self.hours or 0))

    def days(self) -> dict[str, list[object]]:
        """The days of Azure ML's recurrence pattern."""
        if self.every is Every.WEEK:
            return {"week_days": [(self.week_day or WeekDay.MONDAY).value]}
        return {"month_days": [self.month_day or 1]} if self.every is Every.MONTH else {}

    def last_before(self, now: datetime) -> datetime:
        """The latest moment of the pattern, at `at`, that is not after `now`. Raises `ValueError` without time zone."""
        if now.tzinfo is None:
            raise ValueError(f"{now.isoformat()} has no time zone")
        hour, minute = self.clock
        day = now.astimezone(UTC).replace(hour=hour, minute=minute, second=0, microsecond=0)
        while day > now or not self._falls_on(day):
            day -= timedelta(days=1)
        return day

    def _falls_on(self, day: datetime) -> bool:
        if self.every is Every.WEEK:
            return day.weekday() == (self.week_day or WeekDay.MONDAY).number
        return self.every is Every.DAY or day.day == (self.month_day or 1)
