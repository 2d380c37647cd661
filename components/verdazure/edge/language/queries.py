"""Queries of a hub's own routes: which messages are meant.

After Microsoft Learn, "IoT Hub message routing query syntax" (issue of 2018-08-13, CC-BY-4.0, read on 2026-11-29); not
yet held against a hub.
"""

from verdazure.edge.language.expressions import LanguageError, parse

EVERY_MESSAGE = "true"
_TWIN = (("tags",), ("properties", "desired"), ("properties", "reported"))


def check_query(text: str) -> None:
    """Raises `LanguageError`: where it cannot be read, and what it reads that a hub does not offer here."""
    if text.strip().lower() == EVERY_MESSAGE:
        return
    for path in parse(text).paths:
        first, *rest = path.split(".")
        if first == "$body" and (not rest or rest[0].isdigit()):
            raise LanguageError(f"{path} cannot be asked for; a body is asked for by property, such as $body.level")
        if first == "$twin" and not any(len(rest) > len(part) and tuple(rest[: len(part)]) == part for part in _TWIN):
            offered = ", ".join(f"$twin.{'.'.join(part)}.NAME" for part in _TWIN)
            raise LanguageError(f"{path} cannot be asked for; there are: {offered}")
