"""Records: checked, frozen, with one clear error. Pure, so that what runs in Azure reads them without Pulumi."""

from enum import Enum
from typing import Annotated, Never

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, StrictFloat, StrictInt, StrictStr

LONGEST_ECHO = 80


class Record(BaseModel):
    """What `normalise` makes of a component's arguments: frozen, complete, checked."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class Refusal(ValueError):
    """One fault in the words that all argument errors have; `normalise` puts the component before it."""

    def __init__(self, key: str, value: object, allowed: str, fix: str) -> None:
        self.key = key
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
