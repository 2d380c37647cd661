"""Changes made behind Pulumi's back, so that drift can be practised: an edit alters what the service answers."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

_STEP = re.compile(r"[^.\[\]]+")


class EditError(Exception):
    """The edit does not fit the resource; the message says where and what is there."""


def edited(
    outputs: Mapping[str, Any], settings: Iterable[tuple[str, Any]], removals: Iterable[str] = ()
) -> dict[str, Any]:
    """The answer with values set and taken out. Paths are as in `tags.owner` or `rules[0].enabled`."""
    changed: dict[str, Any] = json.loads(json.dumps(outputs))
    for path, value in settings:
        holder, last = _holder(changed, path)
        holder[last] = value
    for path in removals:
        holder, last = _holder(changed, path)
        if not _has(holder, last):
            raise EditError(f"{path} is not set: there is nothing to remove")
        del holder[last]
    return changed


def setting(text: str) -> tuple[str, Any]:
    """`path=value`, the value in JSON, or else the text as it is."""
    path, equals, value = text.partition("=")
    if not equals or not _STEP.search(path):
        raise EditError(f"{text!r} is not a setting: write path=value, for instance tags.owner=platform")
    try:
        return path, json.loads(value)
    except json.JSONDecodeError:
        return path, value


def _holder(tree: dict[str, Any], path: str) -> tuple[Any, Any]:
    """The object or list that holds the last step of the path, and that step. Missing objects are made."""
    *steps, last = _STEP.findall(path)
    here: Any = tree
    for index, step in enumerate(steps):
        if isinstance(here, dict):
            here = here.setdefault(step, {})
        elif _has(here, _key(here, step)):
            here = here[_key(here, step)]
        else:
            raise EditError(f"{path} leads nowhere: {'.'.join(steps[: index + 1])} is not there")
    if not isinstance(here, dict) and not _has(here, _key(here, last)):
        raise EditError(f"{path} leads nowhere: {'.'.join(steps) or 'the resource'} has no {last}")
    return here, _key(here, last)


def _key(holder: Any, step: str) -> Any:
    return int(step) if isinstance(holder, list) and step.isdigit() else step


def _has(holder: Any, key: Any) -> bool:
    if isinstance(holder, dict):
        return key in holder
    return isinstance(holder, list) and isinstance(key, int) and key < len(holder)
