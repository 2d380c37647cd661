"""What a source publishes: numbered messages with a few samples each."""

import json
import math
from dataclasses import dataclass

LONGEST_BYTES = 64 * 1024


class BadReading(ValueError):
    """A message that is none; says why."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One message: `{"source": "press-1", "n": 17, "samples": [0.1, ...]}`."""

    source: str
    n: int
    """Counts up by one from message to message of a source."""
    samples: tuple[float, ...]
    raw_bytes: int

    @classmethod
    def parse(cls, payload: bytes) -> "Reading":
        """Raises `BadReading`."""
        if len(payload) > LONGEST_BYTES:
            raise BadReading(f"{len(payload)} bytes; at most {LONGEST_BYTES}")
        try:
            document = json.loads(payload)
            source, n, samples = document["source"], document["n"], document["samples"]
        except (ValueError, KeyError, TypeError) as error:
            raise BadReading(f"no reading: {error!r}") from None
        if (
            not isinstance(source, str)
            or not isinstance(n, int)
            or isinstance(n, bool)
            or not isinstance(samples, list)
        ):
            raise BadReading("source is a text, n an integer, samples a list")
        if not source or not samples or not all(map(_is_sample, samples)):
            raise BadReading("a source and finite samples are needed")
        return cls(source, n, tuple(map(float, samples)), len(payload))


def _is_sample(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
