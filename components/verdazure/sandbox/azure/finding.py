"""What is wrong with an input, and the way to look into one while it may not be known yet."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from verdazure.sandbox.azure.wire import UNKNOWN

Inputs = Mapping[str, Any]


class Finding(NamedTuple):
    """What is wrong with an input. `path` is as in `properties.rules[0].name`; `reason` is a sentence."""

    path: str
    reason: str


def known(inputs: Any, path: str) -> Any:
    """The value at a path such as `policies.retentionPolicy.days`, or None where it is not said or not known yet."""
    value = _reached(inputs, path)
    return None if value is UNKNOWN else value


def unsaid(inputs: Any, path: str) -> bool:
    """Whether nothing stands at the path, not even a value that is still to come."""
    return _reached(inputs, path) in (None, [], {})


def items(inputs: Any, path: str) -> Iterator[tuple[str, Any]]:
    """The known items of a list or map, each with its own path."""
    value = known(inputs, path)
    pairs: Iterator[tuple[str, Any]]
    if isinstance(value, dict):
        pairs = ((f"{path}.{name}", item) for name, item in value.items())
    else:
        pairs = ((f"{path}[{index}]", item) for index, item in enumerate(value or ()))
    yield from ((where, item) for where, item in pairs if item is not UNKNOWN)


def region_of(inputs: Inputs) -> str | None:
    """The plain name of the resource's region, where it is one that the facts know."""
    from verdazure import facts  # late: reading the table would double the time that a start takes

    location = known(inputs, "location")
    if not isinstance(location, str):
        return None
    name = facts.normal_region(location)
    return name if name in facts.regions() else None


def _reached(value: Any, path: str) -> Any:
    for step in re.findall(r"[^.\[\]]+", path):
        if value is UNKNOWN or value is None:
            return value
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value
