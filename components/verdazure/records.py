"""Records: checked, frozen, with one clear error. Pure, so that what runs in Azure reads them without Pulumi."""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Annotated, Any, Never

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
    ValidationError,
)
from pydantic_core import ErrorDetails

LONGEST_ECHO = 80


class Record(BaseModel):
    """What `normalise` makes of a component's arguments: frozen, complete, checked."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class Refusal(ValueError):
    """One fault in the words that all argument errors have; `normalise` puts the component before it."""

    def __init__(self, key: str, value: object, allowed: str, fix: str) -> None:
        self.key, self.value, self.allowed, self.fix = key, value, allowed, fix
        told = "missing" if value is None else echo(value)
        self.rest = f" is {told}. Allowed: {allowed}. Fix: {fix}{'' if fix.endswith('?') else '.'}"
        super().__init__(key + self.rest)


def refuse(key: str, value: object, allowed: str, fix: str) -> Never:
    """For a check that looks at several keys. An empty `key` stands for the field that is being checked."""
    raise Refusal(key, value, allowed, fix)


def echo(value: object) -> str:
    """A plain value as the caller wrote it; anything else by kind only, so that no secret is printed."""
    if isinstance(value, Enum):
        value = value.value
    if value is None or isinstance(value, bool | int | float | str):
        text = repr(value)
        return text if len(text) <= LONGEST_ECHO else f"{text[:LONGEST_ECHO]}... ({len(str(value))} characters)"
    return "empty" if value in ((), [], {}) else f"of type {type(value).__name__}"


def _mend_integer(value: object) -> object:
    """The component host hands integers over as floats."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _mend_number(value: object) -> object:
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


Text = Annotated[StrictStr, Field(min_length=1)]
Flag = StrictBool
Count = Annotated[StrictInt, BeforeValidator(_mend_integer)]
Number = Annotated[StrictFloat, BeforeValidator(_mend_number)]


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong: where, and what is there, allowed and to do."""

    path: str
    text: str


def faults_of(error: ValidationError, record: type[Record]) -> list[Fault]:
    """What is wrong with what was to become `record`."""
    return [Fault(_path(fault["loc"], fault), _explain(fault, record)) for fault in error.errors(include_url=False)]


def _path(location: tuple[int | str, ...], fault: ErrorDetails) -> str:
    refusal = fault.get("ctx", {}).get("error")
    key = refusal.key if isinstance(refusal, Refusal) else ""
    return ".".join(filter(None, (*(str(part) for part in location if part != "[key]"), key)))


def _explain(fault: ErrorDetails, record: type[Record]) -> str:
    path = _path(fault["loc"], fault)
    value, context = fault["input"], fault.get("ctx", {})
    if fault["type"] == "extra_forbidden":
        return _unknown_key(fault["loc"], record)
    if fault["type"] == "missing":
        return f"{path} is required. Fix: add {path!r} to the arguments."
    if isinstance(refusal := context.get("error"), Refusal):
        return path + refusal.rest
    if fault["type"] in ("enum", "literal_error"):
        return f"{path} is {echo(value)}. Allowed: {context['expected']}. Fix: {_nearest(value, context['expected'])}"
    allowed = f"at least {context['min_length']} item" if fault["type"] == "too_short" else _lower(fault["msg"])
    return f"{path} is {echo(value)}. Allowed: {allowed}. Fix: set {path!r} to {allowed}."


def _unknown_key(location: tuple[int | str, ...], record: type[Record]) -> str:
    key, allowed = str(location[-1]), sorted(_keys_at(location[:-1], record))
    near = difflib.get_close_matches(key, allowed, n=1)
    fix = f"did you mean {near[0]!r}?" if near else "remove it."
    path = ".".join(str(part) for part in location)
    return f"unknown key {path!r}. Allowed: {', '.join(allowed)}. Fix: {fix}"


def _keys_at(location: tuple[int | str, ...], record: type[Record]) -> set[str]:
    """The keys of the record at that place: a fault may lie in a record of a record, a list or a mapping."""
    for part in location:
        field = next((each for name, each in record.model_fields.items() if str(part) in (name, each.alias)), None)
        inner = next(_records_in(field.annotation), None) if field else None
        record = inner or record
    return {each.alias or name for name, each in record.model_fields.items()}


def _records_in(annotation: Any) -> Iterator[type[Record]]:
    if isinstance(annotation, type) and issubclass(annotation, Record):
        yield annotation
    for inner in getattr(annotation, "__args__", ()):
        yield from _records_in(inner)


def _nearest(value: object, expected: str) -> str:
    allowed = [word.strip("'") for word in expected.replace(" or ", ", ").split(", ")]
    near = difflib.get_close_matches(str(value), allowed, n=1, cutoff=0.4)
    return f"did you mean {near[0]!r}?" if near else "use one of these."


def _lower(message: str) -> str:
    text = message.removeprefix("Input should be ").removeprefix("Value error, ")
    return text[:1].lower() + text[1:]
