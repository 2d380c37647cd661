"""Target conditions: which devices a deployment is for.

Quotes after Microsoft Learn, "Understand IoT Edge automatic deployments" (issue of 2019-12-12, read on 2026-11-24).
That page also shows `A AND B NOT C`, which no grammar of the language explains: it is refused here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from verdazure.edge.language.expressions import Expression, LanguageError, parse

EVERY_DEVICE = "*"
TWIN_FUNCTIONS = frozenset({"IS_DEFINED"})
"""After Microsoft Learn, query language (as in `expressions`): the only function over twins."""


@dataclass(frozen=True)
class TargetCondition:
    """A condition over a device's id, its tags and what it reported: `tags.site = 'malmo'`, or `*` for all."""

    text: str
    expression: Expression | None
    """None is every device."""

    @classmethod
    def read(cls, text: str) -> "TargetCondition":
        """Raises `LanguageError`: where it cannot be read, and what it reads that a hub does not offer here."""
        if text.strip() == EVERY_DEVICE:
            return cls(text, None)
        if not text.strip():
            raise LanguageError("an empty condition is for no device; write '*' for every one")
        if '"' in text:
            raise LanguageError(f"{text!r}: a target condition takes single quotes; one within a text is written twice")
        expression = parse(text)
        for path in expression.paths:
            _check_readable(path)
        for name in expression.functions:
            if name not in TWIN_FUNCTIONS:
                raise LanguageError(f"{name} is for routes; over twins there is only IS_DEFINED")
        return cls(text, expression)

    def matches(self, twin: Mapping[str, Any]) -> bool:
        """Whether the device with this twin is meant: `deviceId`, `tags`, `properties.reported`."""
        return self.expression is None or self.expression.holds(twin)


def _check_readable(path: str) -> None:
    parts = path.split(".")
    if path == "deviceId" or (parts[0] == "tags" and len(parts) > 1):
        return
    if parts[:2] == ["properties", "reported"] and len(parts) > 2:
        return
    raise LanguageError(f"{path} cannot be asked for; there are: deviceId, tags.NAME and properties.reported.NAME")
