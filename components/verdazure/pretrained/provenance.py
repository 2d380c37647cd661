"""What is vouched for of a model, as one document: an in-toto Statement v1 with a predicate of our own.

Source of the form: github.com/in-toto/attestation, spec/v1 (statement.md, resource_descriptor.md, field_types.md). The
document is signed off by name, not by a key: sign the file itself where that is asked for (`cosign sign-blob`).
"""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from enum import Enum
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic.alias_generators import to_camel

from verdazure import facts
from verdazure.datasets.licences import normal
from verdazure.datasets.source import fault_of_uri
from verdazure.pretrained.hashing import ModelFile, fault_of_name

MOMENT = "%Y-%m-%dT%H:%M:%SZ"
MOST_CHARACTERS = 16 << 20
ORIGIN_SCHEMES = ("https", "azureml")


class ProvenanceError(ValueError):
    """A text is no provenance document; the message says where and why."""


class ScanVerdict(str, Enum):
    """What the scan found."""

    CLEAN = "clean"
    UNSAFE = "unsafe"


def _plain_name(name: str) -> str:
    if fault := fault_of_name(name):
        raise ValueError(f"{name!r} {fault}")
    return name


def _origin(uri: str) -> str:
    if fault := fault_of_uri(uri, ORIGIN_SCHEMES):
        raise ValueError(f"must be {fault}")
    return uri


def _moment(text: str) -> str:
    if datetime.strptime(text, MOMENT).strftime(MOMENT) != text:
        raise ValueError("must be written as 2026-11-24T08:00:00Z")
    return text


def _printable(text: str) -> str:
    if not text.isprintable():
        raise ValueError("must have no characters that cannot be printed")
    return text


Text = Annotated[str, Field(min_length=1, max_length=256), AfterValidator(_printable)]


class _Part(BaseModel):
    """A field that nobody here reads would be vouched for unread: unlike in-toto's own readers, these refuse it."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, alias_generator=to_camel, populate_by_name=True)


class Digest(_Part):
    """in-toto DigestSet."""

    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Subject(_Part):
    """in-toto ResourceDescriptor: one file."""

    name: Annotated[str, AfterValidator(_plain_name)]
    digest: Digest


class ScanResult(_Part):
    """Which scanner looked, and what it found."""

    scanner: Text
    version: Text
    verdict: ScanVerdict


class Predicate(_Part):
    """What is said of the files."""

    origin: Annotated[Text, AfterValidator(_origin)]
    """Where they were taken from."""
    publisher: Text
    licence: Annotated[Text, AfterValidator(normal)]
    """SPDX expression."""
    scan: ScanResult
    sizes: dict[str, Annotated[int, Field(ge=0)]]
    """Bytes by file."""
    verified_by: Text
    """Who answers for it."""
    verified_on: Annotated[str, AfterValidator(_moment)]
    """RFC 3339 in UTC, to the second: `2026-11-24T08:00:00Z`."""


class Provenance(_Part):
    """in-toto Statement v1."""

    type: Annotated[Literal["https://in-toto.io/Statement/v1"], Field(alias="_type")]
    subject: Annotated[tuple[Subject, ...], Field(min_length=1)]
    predicate_type: Literal["urn:verdazure:pretrained-model:v1"]
    predicate: Predicate

    @model_validator(mode="after")
    def _names_agree(self) -> "Provenance":
        names = [each.name for each in self.subject]
        if names != sorted(set(names)):
            raise ValueError("subject: names are not sorted, or not each once")
        if set(self.predicate.sizes) != set(names):
            raise ValueError("predicate.sizes: not the files of subject")
        return self

    @property
    def files(self) -> tuple[ModelFile, ...]:
        """Sorted by name."""
        sizes = self.predicate.sizes
        return tuple(ModelFile(each.name, each.digest.sha256, sizes[each.name]) for each in self.subject)

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical text."""
        return hashlib.sha256(canonical(self).encode()).hexdigest()

    def holds(self, name: str) -> bool:
        """Whether a file of that name lies at the top of the model."""
        return any(each.name == name for each in self.subject)


def provenance(files: Sequence[ModelFile], predicate: Predicate) -> Provenance:
    """Of files sorted by name."""
    subject = tuple(Subject(name=each.name, digest=Digest(sha256=each.sha256)) for each in files)
    return Provenance(
        type="https://in-toto.io/Statement/v1",
        subject=subject,
        predicate_type="urn:verdazure:pretrained-model:v1",
        predicate=predicate,
    )


def publishers() -> tuple[str, ...]:
    """Whose models the facts table `models` lists: the publishers that are allowed by default."""
    return tuple(sorted({model.publisher for model in facts.models().values()}))


def canonical(document: Provenance) -> str:
    """The one text of a document: keys sorted, no spaces; so its digest does not hang on how a file is indented."""
    return json.dumps(_plain(document), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def written(document: Provenance) -> str:
    """As a file that people read, too."""
    return json.dumps(_plain(document), indent=2, ensure_ascii=False) + "\n"


def read(text: str) -> Provenance:
    """Checks every field. Raises `ProvenanceError`."""
    if len(text) > MOST_CHARACTERS:
        raise ProvenanceError(f"it has more than {MOST_CHARACTERS:,} characters")
    try:
        json.loads(text, object_pairs_hook=_each_key_once)
        return Provenance.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ProvenanceError(": ".join(filter(None, (where, first["msg"].removeprefix("Value error, "))))) from None
    except RecursionError:
        raise ProvenanceError("it nests too deep") from None
    except ValueError as error:
        raise ProvenanceError(str(error)) from None


def _plain(document: Provenance) -> Any:
    return document.model_dump(mode="json", by_alias=True)


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) < len(pairs):
        raise ProvenanceError("it has a key twice: readers differ on which of the two they take")
    return dict(pairs)
