"""What the wire shapes of several services share."""

from typing import Annotated

from pydantic import Field, Strict

Amount = Annotated[float, Strict(), Field(ge=0, allow_inf_nan=False)]
"""A JSON number that can be an intensity: finite and not negative; text and booleans are refused."""
