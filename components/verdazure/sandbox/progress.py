"""ProgressLine: says on standard error what takes long, and for how long it has been taking."""

import sys
from collections.abc import Callable

# `report(text, seconds)`: what is being done and for how long; called at its start (0) and each second after.
Report = Callable[[str, int], None]

_LINE_EVERY_SECONDS = 30
_CLEAR_LINE = "\r\033[K"


class ProgressLine:
    """Shows reports as one line that counts up on a terminal, and as a line every half minute elsewhere."""

    def __init__(self) -> None:
        self._in_place = sys.stderr.isatty()

    def __call__(self, text: str, seconds: int) -> None:
        if self._in_place:
            print(f"{_CLEAR_LINE}{text} ({seconds} s)", end="", file=sys.stderr, flush=True)
        elif seconds % _LINE_EVERY_SECONDS == 0:
            print(f"{text} ({seconds} s)" if seconds else text, file=sys.stderr, flush=True)

    def done(self) -> None:
        """Leave the terminal's line clean for what is printed next."""
        if self._in_place:
            print(_CLEAR_LINE, end="", file=sys.stderr, flush=True)
