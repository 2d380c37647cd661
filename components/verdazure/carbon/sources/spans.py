"""Spans of time and the points in them: the pure half of every source."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from verdazure.carbon.series import Origin, Quality, Series
from verdazure.web.clock import utc
from verdazure.web.errors import BadAnswer, NotCovered, Stale


@dataclass(frozen=True, slots=True)
class Span:
    """[start, end), in UTC. Raises `ValueError` without time zone or when it is empty."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        object.__setattr__(self, "start", utc(self.start))
        object.__setattr__(self, "end", utc(self.end))
        if self.start >= self.end:
            raise ValueError(f"the span from {self} is empty; its end must be later than its start")

    @classmethod
    def ahead(cls, now: datetime, horizon: timedelta) -> "Span":
        """From now until now + horizon."""
        start = utc(now)
        return cls(start, start + horizon)

    def __contains__(self, moment: datetime) -> bool:
        return self.start <= moment < self.end

    def __str__(self) -> str:
        return f"{iso(self.start)} to {iso(self.end)}"

    def whole(self, step: timedelta) -> "Span":
        """The steps that the span touches."""
        return Span(floor(self.start, step), floor(self.end - timedelta(microseconds=1), step) + step)

    def chunks(self, longest: timedelta) -> Iterator["Span"]:
        """The span in consecutive parts of at most `longest`: services cap what one request may ask."""
        start = self.start
        while start < self.end:
            end = min(start + longest, self.end)
            yield Span(start, end)
            start = end


def iso(moment: datetime) -> str:
    """`2026-03-29T01:00Z`: ISO 8601 in UTC, to the minute."""
    return utc(moment).strftime("%Y-%m-%dT%H:%MZ")


def floor(moment: datetime, step: timedelta) -> datetime:
    """The start of the step that holds `moment`, steps counted from midnight UTC."""
    moment = utc(moment)
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + (moment - midnight) // step * step


@dataclass(frozen=True, slots=True)
class Point:
    """One value of an answer: it holds for a step from `start`; None is a value that the source does not have."""

    start: datetime
    value: float | None
    quality: Quality

    def __post_init__(self) -> None:
        object.__setattr__(self, "start", utc(self.start))


@dataclass(frozen=True, slots=True)
class Answer:
    """What a source said, before it is laid on a grid of steps."""

    origin: Origin
    step: timedelta
    points: tuple[Point, ...]
    issued: datetime | None
    where: str
    """The request or file, for messages."""

    def series(self, span: Span) -> Series:
        """The points in `span` as equal steps, as good as the worst of them; a step without a point is NaN.

        Raises `BadAnswer` where two points contradict each other or lie off the grid, `NotCovered` where no value of
        the span is known.
        """
        inside = [point for point in self.points if span.start - self.step < point.start < span.end]
        known = [point.quality for point in inside if point.value is not None]
        if not known:
            newest = max((point.start for point in self.points if point.value is not None), default=None)
            held = "it knows no value at all" if newest is None else f"its newest value is of {iso(newest)}"
            raise NotCovered(
                self.origin.source,
                f"has no value for {self.origin.zone} from {span}",
                where=self.where,
                fix=f"{held}; ask for another time or another source",
            )
        start = min(point.start for point in inside)
        values = np.full(_position(max(point.start for point in inside), start, self.step) + 1, np.nan)
        for point in inside:
            self._lay(point, start, values)
        return Series(self.origin, start, self.step, values, worst(known), self.issued)

    def _lay(self, point: Point, start: datetime, values: NDArray[np.float64]) -> None:
        if (point.start - start) % self.step:
            raise self._bad(f"{point.start.isoformat()} does not lie on steps of {self.step}")
        if point.value is None:
            return
        index = _position(point.start, start, self.step)
        if not math.isnan(values[index]) and values[index] != point.value:
            raise self._bad(f"two values for {iso(point.start)}: {values[index]:g} and {point.value:g}")
        values[index] = point.value

    def latest(self, now: datetime) -> Series:
        """The newest known point that has begun by `now`, as a series of one. Raises `NotCovered`."""
        begun = [point for point in self.points if point.start <= now and point.value is not None]
        newest = max(begun, key=lambda point: point.start, default=None)
        if newest is None:
            raise NotCovered(
                self.origin.source,
                f"has no value for {self.origin.zone} yet at {iso(now)}",
                where=self.where,
                fix="ask for another region or another source",
            )
        return self.series(Span(newest.start, newest.start + self.step))

    def _bad(self, what: str) -> BadAnswer:
        return BadAnswer(self.origin.source, what, where=self.where, fix="report it to the source's owner")


def _position(moment: datetime, start: datetime, step: timedelta) -> int:
    return int((moment - start) // step)


def refuse_older(answer: Answer, made: datetime, now: datetime, max_age: timedelta) -> None:
    """Raises `Stale` where `made` lies more than `max_age` before `now`."""
    if now - made > max_age:
        raise Stale(
            answer.origin.source,
            f"the newest answer for {answer.origin.zone} is of {iso(made)}, more than {max_age} before {iso(now)}",
            where=answer.where,
            fix="wait for the source to recover, or accept older values with max_age",
        )


def worst(qualities: Iterable[Quality]) -> Quality:
    """The quality of a whole is that of its worst part; `Quality` lists the best first, and a whole has a part."""
    order = list(Quality)
    return max(qualities, key=order.index)
