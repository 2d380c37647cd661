"""Why a team departs from a sustainable choice, and until when: a departure without an end is a new default."""

from datetime import date
from typing import Annotated, TypedDict

from pydantic import AfterValidator, Field

from verdazure.args import Record, Text, refuse

LONGEST_TAG = 256


class JustificationArgs(TypedDict):
    """Why more is taken than the need asks for, and until when."""

    reason: str
    """In words that whoever reviews it understands, up to 256 characters."""
    expires: str
    """Last day on which it holds: `2027-06-30`. After it the component is refused."""


def _still_to_come(day: str) -> str:
    try:
        last = date.fromisoformat(day)
    except ValueError:
        refuse("", day, "a day as 2027-06-30", "write year, month and day")
    if last < date.today():
        refuse("", day, "a day that is not past", "do without, or have it justified anew")
    return day


class Justification(Record):
    """Checked `JustificationArgs`."""

    reason: Annotated[Text, Field(max_length=LONGEST_TAG)]
    expires: Annotated[Text, AfterValidator(_still_to_come)]
