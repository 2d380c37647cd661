"""What is asked of a model, and the key that its result is kept under."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import Any

PREFIX = "verdazure:"


class NotCanonical(ValueError):
    """The request has no JSON form that only it has."""


@dataclass(frozen=True)
class Request:
    """One question to one version of one model, by one tenant."""

    tenant: str
    """Whose question it is: results are never shared between two of them."""
    model: str
    version: str
    """A new version begins with nothing kept."""
    input: Any
    """A prompt, messages, features: anything that JSON can say."""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    """What else decides the result: temperature, seed, the length that it may have."""

    @property
    def sampled(self) -> bool:
        """Whether the same question may be answered differently each time, as far as the parameters say."""
        temperature = self.parameters.get("temperature", 0)
        said = isinstance(temperature, int | float)
        return bool(self.parameters.get("do_sample")) or not said or temperature > 0

    @cached_property
    def space(self) -> str:
        """All but the input: only requests of one space may share a result. Raises `NotCanonical`."""
        return _digest([self.tenant, self.model, self.version, dict(self.parameters)])

    @cached_property
    def digest(self) -> str:
        """The request within its space. Raises `NotCanonical`."""
        return _digest(self.input)

    @property
    def key(self) -> str:
        """Where the result of exactly this request is."""
        return result_key(self.space, self.digest)


def result_key(space: str, digest: str) -> str:
    """Where the result of a request is."""
    return f"{PREFIX}result:{space}:{digest}"


def canonical(value: Any) -> str:
    """The JSON text that equal values share, and different ones never do. Raises `NotCanonical`."""
    try:
        if not _has_text_keys(value):
            raise NotCanonical("a mapping has keys that are not text, which JSON makes equal to their text")
        return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise NotCanonical(str(error)) from None


def _has_text_keys(value: Any) -> bool:
    if isinstance(value, dict):
        return all(isinstance(key, str) for key in value) and all(map(_has_text_keys, value.values()))
    return all(map(_has_text_keys, value)) if isinstance(value, list | tuple) else True


def _digest(value: Any) -> str:
    return sha256(canonical(value).encode()).hexdigest()
