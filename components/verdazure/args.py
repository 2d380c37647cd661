"""Arguments: a dict or TypedDict in, a frozen record out, and one clear error.

Each component declares its arguments twice, on purpose: as a `TypedDict` that callers and the component provider host
read, and as a private `Record` that holds the defaults and the checks. A test holds the two to the same keys.
"""

from collections.abc import Awaitable, Mapping
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import pulumi
from pydantic import ValidationError, ValidationInfo, WrapValidator

from verdazure.records import Count as Count
from verdazure.records import Flag as Flag
from verdazure.records import Number as Number
from verdazure.records import Record as Record
from verdazure.records import Refusal as Refusal
from verdazure.records import Text as Text
from verdazure.records import echo as echo
from verdazure.records import faults_of
from verdazure.records import refuse as refuse


class ArgumentError(pulumi.RunError, pulumi.errors.InputPropertiesError):
    """A component refused its arguments; nothing of it was registered.

    The message names the component, and for each fault the key, the value, what is allowed and the fix. Its bases make
    it one clean message in both ways of use: `RunError` in a Python program, `InputPropertiesError` when served.
    """


RecordT = TypeVar("RecordT", bound=Record)


def normalise(component: pulumi.Resource, name: str, args: Mapping[str, Any] | None, record: type[RecordT]) -> RecordT:
    """Checks `args` against `record`. Raises `ArgumentError` before any resource is registered."""
    try:
        return record.model_validate(dict(args or {}), context={"name": name})
    except ValidationError as error:
        faults = [fault.text for fault in faults_of(error, record)]
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


def _message(component: str, name: str, faults: list[str]) -> str:
    head = f"{component} '{name}'"
    return f"{head}: {faults[0]}" if len(faults) == 1 else "\n  - ".join([f"{head} has {len(faults)} faults:", *faults])
