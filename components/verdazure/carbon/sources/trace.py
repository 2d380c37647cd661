"""A recorded trace in a CSV file: to replay a past, and to use data that a team has."""

import csv
import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from verdazure import facts
from verdazure.carbon.series import Basis, Origin, Quality, Series, Signal
from verdazure.carbon.sources.spans import Answer, Point, Span
from verdazure.web.clock import utc_now
from verdazure.web.errors import BadAnswer, NotCovered, Unavailable


class CsvTrace:
    """Intensities in gCO2e/kWh: a column of times in steps of equal length, and a column a grid. A `Source`.

    `columns` names the column of a region; others are read from the column named for their grid zone. A time carries
    its offset (`2022-01-01T00:00Z`); with `naive_is_utc` one without offset is UTC. An empty cell is a missing value.
    `now` is the clock: give one that runs in the trace's time to replay it. Raises `Unavailable` for a file that cannot
    be read and `BadAnswer` for one that is not such a table.
    """

    def __init__(
        self,
        path: Path,
        *,
        signal: Signal,
        basis: Basis | None,
        quality: Quality = Quality.MEASURED,
        columns: Mapping[str, str] | None = None,
        time_column: str = "datetime_utc",
        naive_is_utc: bool = False,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self.name = path.name
        self.signal = signal
        self.basis = basis
        self._path = path
        self._quality = quality
        self._columns = dict(columns or {})
        self._now = now
        self._utc = naive_is_utc
        self._header, self._rows = self._read(time_column)
        self._times = [self._time(number, row[time_column]) for number, row in enumerate(self._rows, start=2)]
        self._step = self._shortest_step()

    def latest(self, region: str) -> Series:
        """The step that holds now, or the newest before."""
        return self._answer(region).latest(self._now())

    def history(self, region: str, start: datetime, end: datetime) -> Series:
        """The steps that [start, end) touches."""
        return self._answer(region).series(Span(start, end))

    def forecast(self, region: str, horizon: timedelta) -> Series:
        """What the trace goes on to hold: a forecast that is never wrong."""
        return self._answer(region).series(Span.ahead(self._now(), horizon))

    def _read(self, time_column: str) -> tuple[list[str], list[dict[str, str]]]:
        try:
            with self._path.open(encoding="utf-8", newline="") as lines:
                table = csv.DictReader(lines, restval="", strict=True)
                rows, header = list(table), list(table.fieldnames or [])
        except OSError as error:
            fix = "check the path"
            raise Unavailable(self.name, f"cannot be read: {error.strerror}", where=str(self._path), fix=fix) from None
        except (UnicodeDecodeError, csv.Error) as error:
            raise self._bad(f"is not CSV in UTF-8: {error}") from None
        if time_column not in header:
            raise self._bad(f"has no column {time_column!r}, only {', '.join(header) or 'an empty first line'}")
        if len(rows) < 2:
            raise self._bad("has fewer than two rows, so the length of a step is unknown")
        return header, rows

    def _time(self, line: int, cell: str) -> datetime:
        try:
            moment = datetime.fromisoformat(cell)
        except ValueError:
            raise self._bad(f"{cell!r} in line {line} is not an ISO 8601 time") from None
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
        if not self._utc:
            raise self._bad(f"{cell!r} in line {line} has no offset; add one, or say naive_is_utc=True if it is UTC")
        return moment.replace(tzinfo=UTC)

    def _shortest_step(self) -> timedelta:
        steps = [later - earlier for earlier, later in pairwise(self._times)]
        if min(steps) <= timedelta(0):
            line = next(line for line, step in enumerate(steps, start=3) if step <= timedelta(0))
            raise self._bad(f"the time in line {line} is not later than the one before")
        return min(steps)

    def _answer(self, region: str) -> Answer:
        column = self._columns.get(region) or facts.region(region).grid_zone
        if column not in self._header:
            fix = "name the column of the region in columns="
            raise NotCovered(self.name, f"has no column {column!r} for {region}", where=str(self._path), fix=fix)
        origin = Origin(self.name, column, self.signal, self.basis)
        points = tuple(
            Point(moment, self._value(line, row[column]), self._quality)
            for line, (moment, row) in enumerate(zip(self._times, self._rows, strict=True), start=2)
        )
        return Answer(origin, self._step, points, None, str(self._path))

    def _value(self, line: int, cell: str) -> float | None:
        if not cell.strip():
            return None
        try:
            value = float(cell)
        except ValueError:
            value = math.nan
        if not (math.isfinite(value) and value >= 0):
            raise self._bad(f"{cell!r} in line {line} is not an intensity; leave a missing one empty")
        return value

    def _bad(self, what: str) -> BadAnswer:
        return BadAnswer(self.name, what, where=str(self._path), fix="mend the file")
