"""What is taken of a batch and what it must be like, as JSON: columns, limits, a key, a least size, a sample.

{
  "columns": {
    "id":    {"type": "integer"},
    "price": {"type": "number", "most_nulls": 0.05, "least": 0},
    "label": {"type": "text", "allowed": ["cat", "dog"]}
  },
  "keep": {"price": {"most": 1000}},
  "duplicates": "drop",
  "key": ["id"],
  "least_rows": 1000,
  "sample": {"share": 0.01, "by": ["id"], "seed": 7}
}
"""

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StrictFloat,
    StrictInt,
    ValidationError,
    model_validator,
)


class SpecificationError(ValueError):
    """The specification or the batch cannot be read; the message says what, where and what is allowed."""


def _a_pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"is no regular expression: {error}") from None
    return text


Share = Annotated[float, Field(ge=0, le=1)]
Scalar = StrictInt | StrictFloat | str


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Limits(_Strict):
    """Which values there may be."""

    least: StrictInt | StrictFloat | None = None
    most: StrictInt | StrictFloat | None = None
    allowed: tuple[Scalar, ...] | None = None
    pattern: Annotated[str, AfterValidator(_a_pattern)] | None = None
    """Regular expression that is found in the text."""

    @model_validator(mode="after")
    def _something_is_between(self) -> "Limits":
        if self.least is not None and self.most is not None and self.least > self.most:
            raise ValueError(f"least is {self.least:g} and most {self.most:g}: nothing is between")
        return self

    def fit(self, kind: str) -> None:
        """Raises `ValueError` where a column of that type cannot have these limits."""
        if (self.least is not None or self.most is not None) and kind not in ("integer", "number"):
            raise ValueError(f"least and most are for integer and number, not for {kind}")
        if self.pattern is not None and kind != "text":
            raise ValueError(f"pattern is for text, not for {kind}")
        if self.allowed is None:
            return
        if kind not in ("integer", "number", "text"):
            raise ValueError(f"allowed is for integer, number and text, not for {kind}")
        for value in self.allowed:
            if isinstance(value, str) is not (kind == "text"):
                raise ValueError(f"allowed holds {value!r}, which is not of type {kind}")


class Column(Limits):
    """What a column must hold. Limits concern values; `most_nulls` says how many may be missing."""

    type: Literal["integer", "number", "text", "boolean", "date", "timestamp"]
    most_nulls: Share = 0.0
    """Share of the rows."""

    @model_validator(mode="after")
    def _limits_fit_the_type(self) -> "Column":
        self.fit(self.type)
        return self


class Sampling(_Strict):
    """Which rows a sample takes: those whose hash is small, so that the same rows are taken wherever it is drawn."""

    share: Annotated[float, Field(gt=0, le=1)]
    by: Annotated[tuple[str, ...], Field(min_length=1)]
    """Columns that say which rows belong together: all rows of a patient, a device, a document."""
    seed: StrictInt = 0


class Specification(_Strict):
    """One document for a laptop and a pipeline."""

    columns: Annotated[dict[str, Column], Field(min_length=1)]
    """Columns that must be there; others may be, and are not taken."""
    keep: dict[str, Limits] = {}
    """By column: only rows whose value is within these limits are taken, and judged; a missing value is not."""
    duplicates: Literal["refuse", "drop"] = "refuse"
    """Whether rows that are alike in every column are taken once, before the key is judged."""
    key: tuple[str, ...] = ()
    """Columns in which no two rows are alike."""
    least_rows: Annotated[StrictInt, Field(ge=1)] = 1
    sample: Sampling | None = None

    @model_validator(mode="after")
    def _names_are_columns(self) -> "Specification":
        named = (("keep", self.keep), ("key", self.key), ("sample.by", self.sample.by if self.sample else ()))
        for what, names in named:
            for name in names:
                if name not in self.columns:
                    raise ValueError(f"{what} names {name!r}, which is not in columns: {', '.join(self.columns)}")
        for name, limits in self.keep.items():
            limits.fit(self.columns[name].type)
        return self

    @property
    def text_columns(self) -> tuple[str, ...]:
        """Columns that are text even where all of it are digits, as postcodes are."""
        return tuple(name for name, column in self.columns.items() if column.type == "text")


def read_specification(path: Path) -> Specification:
    """Raises `SpecificationError`."""
    try:
        return parse_specification(path.read_bytes())
    except OSError as error:
        raise SpecificationError(f"{path}: cannot be read: {error.strerror}") from None
    except SpecificationError as error:
        raise SpecificationError(f"{path}: {error}") from None


def parse_specification(document: str | bytes) -> Specification:
    """Raises `SpecificationError`."""
    try:
        return Specification.model_validate_json(document)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the document"
        raise SpecificationError(f"{where}: {first['msg'].removeprefix('Value error, ')}") from None
