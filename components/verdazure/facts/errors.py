"""What the tables answer when they do not know."""

import difflib
import functools
from collections.abc import Iterable


class UnknownFact(LookupError):
    """A table does not hold a name, or not the value that a calculation needs; the message says which."""


def nearest(name: str, known: Iterable[str]) -> str:
    """`; did you mean X?`, or nothing when no known name is near."""
    return _nearest(name, tuple(known))


@functools.cache  # a thousand resources ask for the same few names
def _nearest(name: str, known: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    return f"; did you mean {near[0]}?" if near else ""
