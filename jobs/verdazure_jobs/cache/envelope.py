"""How a result is stored: as JSON, with the energy that it took, and with the space that it belongs to.

Never as a pickle: whoever can write to the cache must not be able to run code in whoever reads it.
"""

import json
from dataclasses import dataclass
from typing import Any

from verdazure_jobs.cache.requests import NotCanonical, canonical


@dataclass(frozen=True, slots=True)
class Kept:
    """A result as it was kept."""

    value: Any
    kwh: float | None
    """What computing it drew; None where nobody said."""


def seal(space: str, value: Any, kwh: float | None, longest: int) -> bytes | None:
    """The stored form; None for what JSON would not give back as it is, or is longer than that many bytes."""
    try:
        sealed = canonical({"space": space, "kwh": kwh, "value": value}).encode()
    except NotCanonical:
        return None
    kept = unseal(space, sealed) if len(sealed) <= longest else None
    return sealed if kept is not None and kept.value == value else None


def unseal(space: str, sealed: bytes) -> Kept | None:
    """The result; None if it is torn, or of another space, wherever it was found."""
    try:
        said = json.loads(sealed)
        mine = said["space"] == space and isinstance(said["kwh"], int | float | None)
        return Kept(said["value"], said["kwh"]) if mine else None
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
