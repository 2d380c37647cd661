"""What a value may be: its range, length, number of items, pattern or format, by Microsoft's own definitions.

The rows of `limits.csv` are derived (see `derive`) from the models of Microsoft's packages for Python, MIT License;
each row names its package and version. Type "" stands for the names in a resource's path.
"""

import csv
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

# ISO 8601 as Azure takes it, such as PT2M or P1DT12H.
_DURATION = re.compile(
    r"-?P(?=\d|T\d)((?P<years>\d+)Y)?((?P<months>\d+)M)?((?P<weeks>\d+)W)?((?P<days>\d+)D)?"
    r"(T(?=\d)((?P<hours>\d+)H)?((?P<minutes>\d+)M)?((?P<seconds>\d+(\.\d+)?)S)?)?"
)

_AT_LEAST, _AT_MOST = float("-inf"), float("inf")

Limit = Mapping[str, str]
"""A row's cells that are not empty, by column."""


class _Key(NamedTuple):
    type: str
    property: str


def of(token: str) -> Mapping[tuple[str, str], Limit]:
    """The limits of a token's module, by name of the type and property."""
    return _table().get(token.split(":")[1].partition("/")[0], {})


def problem(limit: Limit, value: Any) -> str | None:
    """Why a value breaks its limit, as a sentence, or nothing. What is not known yet has no problem."""
    for kinds, judge in _JUDGES:
        if isinstance(value, kinds) and not isinstance(value, bool):
            return judge(limit, value)
    return None


def length_of(text: str) -> timedelta | None:
    """How long an ISO 8601 duration is, or nothing where the text is none. A year counts 365 days, a month 30."""
    match = _DURATION.fullmatch(text)
    if match is None:
        return None
    parts = {name: float(number or 0) for name, number in match.groupdict().items()}
    days = parts.pop("years") * 365 + parts.pop("months") * 30 + parts.pop("days")
    return timedelta(days=days, **parts) * (-1 if text.startswith("-") else 1)


@cache
def _table() -> Mapping[str, Mapping[tuple[str, str], Limit]]:
    modules: dict[str, dict[tuple[str, str], Limit]] = {}
    with Path(__file__).with_name("limits.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            limit = {column: cell for column, cell in row.items() if cell}
            modules.setdefault(row["module"], {})[_Key(row["type"], row["property"])] = limit
    return modules


def _number(limit: Limit, value: float) -> str | None:
    return _outside(limit, "minimum", "maximum", value, f"{value:g} is out of range; it must be {{}}")


def _text(limit: Limit, value: str) -> str | None:
    if limit.get("format") == "duration" and length_of(value) is None:
        return f"'{value}' is not an ISO 8601 duration, such as PT10M for ten minutes or P1D for a day"
    words = f"'{value}' has {len(value)} characters; it must have {{}}"
    too_long = _outside(limit, "min_length", "max_length", len(value), words)
    pattern = limit.get("pattern")
    if too_long or not pattern or re.search(pattern, value):
        return too_long
    return f"'{value}' must match the pattern {pattern}"


def _items(limit: Limit, value: list[Any]) -> str | None:
    return _outside(limit, "min_items", "max_items", len(value), f"has {len(value)} items; it must have {{}}")


def _outside(limit: Limit, least: str, most: str, value: float, words: str) -> str | None:
    low, high = float(limit.get(least, _AT_LEAST)), float(limit.get(most, _AT_MOST))
    return None if low <= value <= high else words.format(_span(low, high))


def _span(low: float, high: float) -> str:
    if high == _AT_MOST:
        return f"{low:.12g} or more"
    if low == _AT_LEAST:
        return f"{high:.12g} or less"
    return f"{low:.12g}" if low == high else f"{low:.12g} to {high:.12g}"


_JUDGES: Iterable[tuple[type | tuple[type, ...], Callable[[Limit, Any], str | None]]] = (
    ((int, float), _number),
    (str, _text),
    (list, _items),
)
