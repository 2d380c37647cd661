"""Faults on order: a document says which operations fail, how, and on which call.

Retries: three at most after 504 (seen by azure-native's maintainers: pulumi/pulumi-azure-native, issue 3200); the same
is assumed for 429. A lost answer leaves a resource that the stack does not know (issue 4761 there).
"""

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from enum import StrEnum
from fnmatch import fnmatchcase
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from verdazure.sandbox.azure.errors import AzureError, ProviderError, RefusalError

VARIABLE = "VERDAZURE_SANDBOX_FAULTS"
RETRIES = 3
_WAIT_SECONDS = 30


class Operation(StrEnum):
    """What is asked of the provider; `*` is anything."""

    CREATE = "create"
    UPDATE = "update"
    READ = "read"
    DELETE = "delete"
    INVOKE = "invoke"
    ANY = "*"


class Kind(StrEnum):
    """How an operation fails. `lost` does what was asked and loses the answer."""

    THROTTLED = "throttled"
    CONFLICT = "conflict"
    QUOTA = "quota"
    TIMEOUT = "timeout"
    LOST = "lost"


class Fault(BaseModel):
    """One fault. `type` (Pulumi token) and `name` are globs without regard to case; `on` is the first of the matching
    requests that fails, counted from 1 in all processes; `times` is how many requests fail from there on, retries
    included; `seconds` is how long a `timeout` takes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    operation: Operation = Operation.ANY
    type: str = "*"
    name: str = "*"
    fault: Kind
    on: int = Field(default=1, ge=1)
    times: int = Field(default=1, ge=1)
    seconds: float = Field(default=0, ge=0)

    def concerns(self, operation: Operation, token: str, name: str) -> bool:
        """Whether a request is one of those that this fault counts."""
        return (
            self.operation in (Operation.ANY, operation)
            and fnmatchcase(token.lower(), self.type.lower())
            and fnmatchcase(name.lower(), self.name.lower())
        )

    def strikes(self, call: int) -> bool:
        """Whether the matching request of this number, from 1, fails."""
        return self.on <= call < self.on + self.times


class Document(BaseModel):
    """The faults of a sandbox."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    faults: list[Fault] = []


class Faults:
    """The faults of the simulated Azure whose state is `state`, read anew at each request."""

    def __init__(self, state: Path) -> None:
        self._document = state.with_suffix(".faults.json")
        self._counters = state.with_suffix(".faults.db")

    def document(self) -> Document:
        """What is ordered: the file that VERDAZURE_SANDBOX_FAULTS names, else the one beside the state."""
        named = os.environ.get(VARIABLE)
        path = Path(named) if named else self._document
        if not named and not path.exists():
            return Document()
        try:
            return Document.model_validate_json(path.read_text(encoding="utf-8"))
        except (OSError, ValidationError) as error:
            raise ProviderError(f"cannot read the faults in {path}: {error}") from error

    def save(self, document: Document) -> None:
        """Order these faults, in the file beside the state."""
        _require_own_document()
        self._document.parent.mkdir(parents=True, exist_ok=True)
        written = self._document.with_suffix(".new")
        written.write_text(document.model_dump_json(indent=2), encoding="utf-8")
        written.replace(self._document)  # a request in between reads the old document or the new one, never half

    def clear(self) -> None:
        """Forget the faults beside the state and what was counted."""
        _require_own_document()
        for path in (self._document, self._counters):
            path.unlink(missing_ok=True)

    @contextmanager
    def around(self, operation: Operation, token: str, name: str) -> Iterator[None]:
        """Let an operation happen, or fail as ordered."""
        concerned = [fault for fault in self.document().faults if fault.concerns(operation, token, name)]
        for fault in concerned:
            if fault.fault is not Kind.LOST:
                self._strike(fault)
        yield
        for fault in concerned:
            if fault.fault is Kind.LOST and fault.strikes(self._count(fault)):
                raise ProviderError(f"the connection was lost before Azure's answer to {operation} of {name!r} came")

    def _strike(self, fault: Fault) -> None:
        attempts = 1 + RETRIES if fault.fault in (Kind.THROTTLED, Kind.TIMEOUT) else 1
        for _ in range(attempts):
            if not fault.strikes(self._count(fault)):
                return
            time.sleep(fault.seconds)
        raise _refusal(fault.fault)

    def _count(self, fault: Fault) -> int:
        with closing(sqlite3.connect(self._counters, timeout=_WAIT_SECONDS, isolation_level=None)) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS calls (fault TEXT PRIMARY KEY, number INTEGER NOT NULL)")
            row = connection.execute(
                "INSERT INTO calls VALUES (?, 1) ON CONFLICT DO UPDATE SET number = number + 1 RETURNING number",
                (fault.model_dump_json(),),
            ).fetchall()
        return int(row[0][0])


def _require_own_document() -> None:
    named = os.environ.get(VARIABLE)
    if named:
        raise ProviderError(f"{VARIABLE} names the document that holds: edit {named}, or unset the variable")


def _refusal(kind: Kind) -> RefusalError:
    return {
        Kind.THROTTLED: AzureError(429, "TooManyRequests", "Too many requests. Please retry after 17 seconds."),
        Kind.CONFLICT: AzureError(409, "AnotherOperationInProgress", "Another operation is in progress. Retry later."),
        Kind.QUOTA: AzureError(409, "QuotaExceeded", "Operation could not be completed as it exceeds approved quota."),
        Kind.TIMEOUT: AzureError(504, "GatewayTimeout", "The gateway did not receive a response in time."),
    }[kind]
