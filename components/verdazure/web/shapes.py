"""What the wire shapes of several services share."""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, Field, Strict

from verdazure.web.clock import utc

Amount = Annotated[float, Strict(), Field(ge=0, allow_inf_nan=False)]
"""A JSON number that can be an intensity or a price: finite and not negative; text and booleans are refused."""


def _in_utc(moment: datetime) -> datetime:
    try:
        return utc(moment)
    except OverflowError:
        raise ValueError("the time lies outside the calendar") from None


Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]
"""A time with its offset, read in UTC."""
