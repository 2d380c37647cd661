"""ProgressLine: says on standard error what takes long, and for how long it has been taking."""

import sys
from collections.abc import Callable

# `report(text, seconds)`: what is being done and for how long; called at its start (0) and each second after.
Report = Callable[[str, int], None]

_LINE_EVERY_SECONDS = 30
_CLEAR_LINE = "\r\033[K"


class ProgressLine:
    """Shows each text on a line of its own; its time counts up in place on a terminal, each half minute elsewhere."""

    def __init__(self) -> None:
        self._in_place = sys.stderr.isatty()
        self._text = ""

    def __call__(self, text: str, seconds: int) -> None:
        line = f"{text} ({seconds} s)" if seconds else text
        if self._in_place:
            start = _CLEAR_LINE if text == self._text else self._end()
            print(f"{start}{line}", end="", file=sys.stderr, flush=True)
        elif seconds % _LINE_EVERY_SECONDS == 0:
            print(line, file=sys.stderr, flush=True)
        self._text = text

    def done(self) -> None:
        """End the last line, for what is printed next."""
        if self._in_place:
            print(self._end(), end="", file=sys.stderr, flush=True)
        self._text = ""

    def _end(self) -> str:
        return "\n" if self._text else ""
