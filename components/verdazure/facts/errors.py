"""What the tables answer when they do not know."""

import difflib
from collections.abc import Iterable


class UnknownFact(LookupError):
    """A table does not hold a name, or not the value that a calculation needs; the message says which."""


def nearest(name: str, known: Iterable[str]) -> str:
    """`; did you mean X?`, or nothing when no known name is near."""
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    return f"; did you mean {near[0]}?" if near else ""
