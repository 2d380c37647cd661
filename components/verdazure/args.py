"""Arguments: a dict or TypedDict in, a frozen record out, and one clear error.

Each component declares its arguments twice, on purpose: as a `TypedDict` that callers and the component provider host
read, and as a private `Record` that holds the defaults and the checks. A test holds the two to the same keys.
"""

import difflib
from collections.abc import Awaitable, Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import pulumi
from pydantic import ValidationError, ValidationInfo, WrapValidator
from pydantic_core import ErrorDetails

from verdazure.records import Count as Count
from verdazure.records import Flag as Flag
from verdazure.records import Number as Number
from verdazure.records import Record as Record
from verdazure.records import Refusal as Refusal
from verdazure.records import Text as Text
from verdazure.records import echo as echo
from verdazure.records import refuse as refuse


class ArgumentError(pulumi.RunError, pulumi.errors.InputPropertiesError):
    """A component refused its arguments; nothing of it was registered.

    The message names the component, and for each fault the key, the value, what is allowed and the fix. Its bases make
    it one clean message in both ways of use: `RunError` in a Python program, `InputPropertiesError` when served.
    """


RecordT = TypeVar("RecordT", bound=Record)


def normalise(
    component: pulumi.ComponentResource, name: str, args: Mapping[str, Any] | None, record: type[RecordT]
) -> RecordT:
    """Checks `args` against `record`. Raises `ArgumentError` before any resource is registered."""
    try:
        return record.model_validate(dict(args or {}), context={"name": name})
    except ValidationError as error:
        faults = [_explain(fault, record) for fault in error.errors(include_url=False)]
        raise ArgumentError(_message(type(component).__name__, name, faults)) from None


def component_name(info: ValidationInfo) -> str:
    """For a record's checks: the name of the component whose arguments are checked."""
    name: str = info.context["name"] if info.context else ""
    return name


def resource_type(component: type[pulumi.ComponentResource]) -> str:
    """The component's type token: `verdazure:index:GpuCluster`."""
    return f"verdazure:index:{component.__name__}"


# Leaves: a plain value is checked at once; an Output passes and is checked by whoever resolves it.


def _output_or(value: Any, check: Any) -> Any:
    if isinstance(value, pulumi.Output):
        return value
    if isinstance(value, Awaitable):
        return pulumi.Output.from_input(value)
    return check(value)


if TYPE_CHECKING:
    TextLeaf = pulumi.Input[str]
else:
    TextLeaf = Annotated[Text, WrapValidator(_output_or)]


# The words of an error


def _message(component: str, name: str, faults: list[str]) -> str:
    head = f"{component} '{name}'"
    return f"{head}: {faults[0]}" if len(faults) == 1 else "\n  - ".join([f"{head} has {len(faults)} faults:", *faults])


def _explain(fault: ErrorDetails, record: type[Record]) -> str:
    path = ".".join(str(part) for part in fault["loc"] if part != "[key]")
    value, context = fault["input"], fault.get("ctx", {})
    if fault["type"] == "extra_forbidden":
        return _unknown_key(fault["loc"], record)
    if fault["type"] == "missing":
        return f"{path} is required. Fix: add {path!r} to the arguments."
    if isinstance(refusal := context.get("error"), Refusal):
        return ".".join(filter(None, (path, refusal.key))) + refusal.rest
    if fault["type"] == "enum":
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
        field = record.model_fields.get(str(part))
        inner = next(_records_in(field.annotation), None) if field else None
        record = inner or record
    return set(record.model_fields)


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
