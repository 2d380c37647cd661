"""The differences between two property trees, and which of them replace a resource.

The paths and kinds are azure-native's own (provider/pkg/provider/diff.go), so that `ignore_changes` and
`replace_on_changes` of a program match here as they match there.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple


class Change(NamedTuple):
    """One changed property. `kind` is add, delete or update."""

    path: str
    kind: str
    replaces: bool

    @property
    def top_level(self) -> str:
        """The resource's own property that the change is in."""
        return re.split(r"[.\[]", self.path, maxsplit=1)[0]


def changes(old: Mapping[str, Any], new: Mapping[str, Any], replace_on: Collection[str]) -> list[Change]:
    """Every changed property, leaf by leaf. `replace_on` holds paths whose change replaces, array indexes as `[]`."""
    return [change for change in _object(old, new, "", "", replace_on) if not _same_location(change.path, old, new)]


def without_confirmations(found: list[Change], new: Mapping[str, Any], state: Mapping[str, Any]) -> list[Change]:
    """The changes, where an input that is added with the value that the resource has already replaces nothing."""
    return [
        change._replace(replaces=False)
        if change.kind == "add" and change.path in state and state[change.path] == new[change.path]
        else change
        for change in found
    ]


def _object(
    old: Mapping[str, Any], new: Mapping[str, Any], path: str, plain: str, replace_on: Collection[str]
) -> Iterator[Change]:
    for key in [*old, *(key for key in new if key not in old)]:
        here, plain_here = path + key, plain + key
        if key not in new:
            yield Change(here, "delete", plain_here in replace_on)
        elif key not in old:
            yield Change(here, "add", plain_here in replace_on)
        else:
            yield from _value(old[key], new[key], here, plain_here, replace_on)


def _value(old: Any, new: Any, path: str, plain: str, replace_on: Collection[str]) -> Iterator[Change]:
    if old == new:
        return
    if isinstance(old, dict) and isinstance(new, dict):
        for change in _object(old, new, f"{path}.", f"{plain}.", replace_on):
            # What replaces as a whole also replaces when something within it is updated.
            yield change._replace(replaces=change.replaces or (change.kind == "update" and plain in replace_on))
    elif isinstance(old, list) and isinstance(new, list):
        for index, (before, after) in enumerate(zip(old, new, strict=False)):
            yield from _value(before, after, f"{path}[{index}]", f"{plain}[]", replace_on)
        for index in range(len(new), len(old)):
            yield Change(f"{path}[{index}]", "delete", False)
        for index in range(len(old), len(new)):
            yield Change(f"{path}[{index}]", "add", False)
    else:
        yield Change(path, "update", plain in replace_on)


def _same_location(path: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    if path != "location":
        return False
    places = (old.get("location"), new.get("location"))
    return all(isinstance(place, str) for place in places) and plain_location(places[0]) == plain_location(places[1])


def plain_location(location: Any) -> str:
    """A region's ARM name, from either of its spellings: `West US 2` and `westus2` are one place."""
    return str(location).replace(" ", "").lower()
