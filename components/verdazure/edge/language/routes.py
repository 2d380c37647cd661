"""Routes of the edge hub: from which module a message comes, which ones are meant, and where they go.

After Microsoft Learn, "Learn how to deploy modules and establish routes in IoT Edge" (issue of 2019-05-28, CC-BY-4.0,
read on 2026-11-24); not yet held against an edge hub.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from verdazure.edge.language.expressions import Expression, LanguageError, parse

UPSTREAM = "$upstream"
NAMED = r"[A-Za-z0-9\-_.]+"
_ROUTE = re.compile(
    r"\s*FROM\s+(?P<source>\S+)(?:\s+WHERE\s+(?P<condition>.+?))?\s+INTO\s+(?P<sink>.+?)\s*", re.I | re.S
)
_SOURCE = re.compile(
    rf"/\*|/twinChangeNotifications|/messages/\*|/messages/modules/\*"
    rf"|/messages/modules/(?P<module>{NAMED})(?:/\*|/outputs/\*|/outputs/(?P<output>{NAMED}))"
)
_SINK = re.compile(rf'BrokeredEndpoint\(\s*"/modules/(?P<module>{NAMED})/inputs/(?P<input>{NAMED})"\s*\)', re.I)
SHAPE = 'FROM /messages/modules/MODULE/outputs/OUTPUT [WHERE CONDITION] INTO $upstream or BrokeredEndpoint("...")'


@dataclass(frozen=True)
class Message:
    """What a module sent through an output, or a device from below."""

    body: Any = None
    module: str | None = None
    output: str | None = None
    properties: Mapping[str, str] = field(default_factory=dict)
    system: Mapping[str, str] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """As conditions see it: own properties by name, system properties and the body with a `$` before."""
        system = {f"${name}": value for name, value in self.system.items()}
        sender = {"$connectionModuleId": self.module} if self.module else {}
        return {**self.properties, **sender, **system, "$body": self.body}


@dataclass(frozen=True)
class Route:
    """One route, parsed."""

    text: str
    source: str
    from_module: str | None
    from_output: str | None
    condition: Expression | None
    """None is every message."""
    to_module: str | None
    """None is upstream: the hub, or the device above."""
    to_input: str | None

    @classmethod
    def read(cls, text: str) -> "Route":
        """Raises `LanguageError`, naming the part."""
        found = _ROUTE.fullmatch(text)
        if found is None:
            raise LanguageError(f"{text!r} is no route; one reads: {SHAPE}")
        source, condition, sink = found["source"], found["condition"], found["sink"]
        origin = _SOURCE.fullmatch(source)
        if origin is None:
            raise LanguageError(f"{source!r} is no source; such as /messages/* or /messages/modules/NAME/outputs/*")
        goal = _SINK.fullmatch(sink)
        if goal is None and sink.lower() != UPSTREAM:
            wanted = '$upstream or BrokeredEndpoint("/modules/NAME/inputs/NAME")'
            raise LanguageError(f"{sink!r} is no sink; there are: {wanted}")
        asked = None if condition is None or condition.strip().lower() == "true" else parse(condition)
        to = (goal["module"], goal["input"]) if goal else (None, None)
        return cls(text, source, origin["module"], origin["output"], asked, *to)

    @property
    def is_upstream(self) -> bool:
        """Whether messages leave the device."""
        return self.to_module is None

    @property
    def takes_everything(self) -> bool:
        """Whether no message is left out: neither by its sender nor by a condition."""
        return self.condition is None and self.source in ("/*", "/messages/*", "/messages/modules/*")

    def takes(self, message: Message) -> bool:
        """Whether the message goes this way."""
        if self.source == "/twinChangeNotifications":
            return False
        if self.source == "/messages/modules/*" and message.module is None:
            return False
        if self.from_module is not None and message.module != self.from_module:
            return False
        if self.from_module is not None and "/outputs/" in self.source and message.output is None:
            return False
        if self.from_output is not None and message.output != self.from_output:
            return False
        return self.condition is None or self.condition.holds(message.document())
