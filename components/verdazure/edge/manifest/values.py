"""Single values of a manifest, each with its check."""

import json
import math
import re
from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import AfterValidator, Field, StrictStr

from verdazure.edge.language import LanguageError, Route
from verdazure.edge.manifest import limits
from verdazure.records import Count, refuse

_IMAGE = re.compile(
    r"(?P<repository>[a-z0-9][a-z0-9.\-]*(?::\d+)?(?:/[a-z0-9]+(?:[._\-]+[a-z0-9]+)*)+)"
    r"(?::(?P<tag>[\w][\w.\-]{0,127}))?@sha256:(?P<digest>[0-9a-f]{64})"
)
PINNED = "REGISTRY/NAME:TAG@sha256:DIGEST"
_NAME = re.compile(r"[a-zA-Z0-9_-]+")
_ROUTE_NAME = re.compile(r"[^.$# ]+")
_SECRETS = re.compile(
    r"(SharedAccessKey|AccountKey|SharedAccessSignature)\s*=|[?&]sig=|-----BEGIN [A-Z ]*PRIVATE KEY", re.I
)


def _image(text: str) -> str:
    if _IMAGE.fullmatch(text) is None:
        refuse("", text, PINNED, "pin the image by its digest: a tag may name something else tomorrow")
    return text


def tag_of(image: str) -> str | None:
    """The tag of a pinned image."""
    found = _IMAGE.fullmatch(image)
    return found["tag"] if found else None


def _module_name(name: str) -> str:
    if _NAME.fullmatch(name) is None or len(name) > limits.NAME_CHARACTERS:
        refuse("", name, f"letters, digits, - and _, at most {limits.NAME_CHARACTERS}", "rename the module")
    return name


def _route_name(name: str) -> str:
    if _ROUTE_NAME.fullmatch(name) is None or len(name) > limits.NAME_CHARACTERS:
        refuse("", name, f"no dot, space, $ or #, at most {limits.NAME_CHARACTERS} characters", "rename the route")
    return name


def check_route(text: str) -> str:
    """Raises `Refusal` with what the grammar says."""
    try:
        Route.read(text)
    except LanguageError as error:
        refuse("", text, "a route that the edge hub can read", str(error))
    return text


def check_no_secret(text: str) -> str:
    """Raises `Refusal` for what looks like a key: manifests are read by many, and kept."""
    if _SECRETS.search(text):
        refuse(
            "", "<a key>", "no key and no connection string", "let the module ask the identity service of the device"
        )
    return text


def _environment_value(value: Any) -> Any:
    if not isinstance(value, str | bool | int | float) or (isinstance(value, float) and not math.isfinite(value)):
        refuse("", value, "a text, a number or true or false", "give one of them; JSON goes into a text")
    return check_no_secret(value) if isinstance(value, str) else value


def _environment_name(name: str) -> str:
    if re.fullmatch(r"[^+#$\s.]+", name) is None:
        refuse("", name, "no space, dot, +, # or $", "rename the variable")
    return name


def _desired(properties: dict[str, Any]) -> dict[str, Any]:
    for path, says in _twin_faults(properties, ()):
        refuse(".".join(path), says.found, says.allowed, says.fix)
    if (size := size_of(properties)) > limits.DESIRED_BYTES:
        allowed = f"at most {limits.DESIRED_BYTES} bytes of JSON"
        refuse("", f"{size} bytes", allowed, "keep large settings in a file that the module fetches")
    return properties


def size_of(properties: Any) -> int:
    """Bytes, as JSON without spaces."""
    return len(json.dumps(properties, separators=(",", ":"), ensure_ascii=False).encode())


class _Says:
    def __init__(self, found: object, allowed: str, fix: str) -> None:
        self.found, self.allowed, self.fix = found, allowed, fix


def _twin_faults(value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], _Says]]:
    if isinstance(value, dict):
        if len(path) >= limits.TWIN_DEPTH:
            yield path, _Says("deeper", f"at most {limits.TWIN_DEPTH} levels", "flatten it")
            return
        for key, inner in value.items():
            if not re.fullmatch(r"[^.$# \x00-\x1f\x7f]+", key):
                yield (*path, key), _Says(key, "names without dot, space, $ or #", "rename the property")
            yield from _twin_faults(inner, (*path, key))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _twin_faults(inner, (*path, str(place)))
    elif isinstance(value, str):
        if len(value.encode()) > limits.TEXT_BYTES:
            yield path, _Says(f"{len(value.encode())} bytes", f"at most {limits.TEXT_BYTES} bytes a text", "shorten it")
        if _SECRETS.search(value):
            yield path, _Says("<a key>", "no key and no connection string", "let the module ask for what it needs")


Image = Annotated[StrictStr, AfterValidator(_image)]
ModuleName = Annotated[StrictStr, AfterValidator(_module_name)]
RouteName = Annotated[StrictStr, AfterValidator(_route_name)]
RouteText = Annotated[StrictStr, AfterValidator(check_route)]
EnvironmentName = Annotated[StrictStr, AfterValidator(_environment_name)]
EnvironmentValue = Annotated[Any, AfterValidator(_environment_value)]
Desired = Annotated[dict[str, Any], AfterValidator(_desired)]
StartupOrder = Annotated[Count, Field(ge=0, le=2**32 - 1)]
RoutePriority = Annotated[Count, Field(ge=0, le=9)]
"""0 is first."""
StoreSeconds = Annotated[Count, Field(ge=1, le=limits.LONGEST_STORE_SECONDS)]
