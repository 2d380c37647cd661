"""Faults on order: a document says which operations fail, how, and on which call or with which probability.

Retries: three at most after 504 (seen by azure-native's maintainers: pulumi/pulumi-azure-native, issue 3200); the same
is assumed for 429. A lost answer leaves a resource that the stack does not know (issue 4761 there). Codes: Azure
Resource Manager, "Throttling Resource Manager requests" (TooManyRequests), "Resolve common Azure deployment errors"
(AnotherOperationInProgress, QuotaExceeded), "Asynchronous operations" (a creation that ends as Failed).
"""

import hashlib
import os
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from enum import StrEnum
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from verdazure.sandbox.azure import arm, schema
from verdazure.sandbox.azure.errors import AzureError, LostAnswerError, ProviderError, RefusalError

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
    """How an operation fails.

    `lost` does what was asked and loses the answer; `partial` does it and then reports that it failed, as a resource
    does whose provisioning ends as Failed: the stack knows the resource, and the next update goes on with it.
    """

    THROTTLED = "throttled"
    CONFLICT = "conflict"
    QUOTA = "quota"
    TIMEOUT = "timeout"
    LOST = "lost"
    PARTIAL = "partial"


_AFTERWARDS = (Kind.LOST, Kind.PARTIAL)


class PartialFailureError(RefusalError):
    """The operation was done, and failed on its way to being ready."""


class Request(NamedTuple):
    """What is asked: the operation, the Pulumi token and the logical name of its subject."""

    operation: Operation
    token: str
    name: str


class Fault(BaseModel):
    """One fault.

    `type` (a glob of Pulumi tokens or of ARM types) and `name` (of logical names) are without regard to case. Without a
    `probability`, the request `on`, counted from 1 in all processes, fails first, and `times` requests from there on
    (default 1), retries included. With one, each request fails with that probability, drawn from the `seed`, the
    request and how often it was asked: the same run has the same faults; `times` bounds how many. `seconds` is how long
    a failing request takes.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    operation: Operation = Operation.ANY
    type: str = "*"
    name: str = "*"
    fault: Kind
    on: int = Field(default=1, ge=1)
    times: int | None = Field(default=None, ge=1)
    probability: float | None = Field(default=None, gt=0, le=1)
    seed: int = 0
    seconds: float = Field(default=0, ge=0)

    def concerns(self, request: Request) -> bool:
        """Whether a request is one of those that this fault counts."""
        return (
            self.operation in (Operation.ANY, request.operation)
            and self._is_of_type(request.token)
            and fnmatchcase(request.name.lower(), self.name.lower())
        )

    def strikes(self, call: int) -> bool:
        """Whether the matching request of this number, from 1, fails; of a fault without a probability."""
        return self.on <= call < self.on + (self.times or 1)

    def draws(self, request: Request, attempt: int) -> bool:
        """Whether a request fails when it is asked for the `attempt`-th time; of a fault with a probability."""
        drawn = hashlib.sha256("\n".join((str(self.seed), self.fault, *request, str(attempt))).encode()).digest()
        return int.from_bytes(drawn[:8]) < (self.probability or 0) * 2**64

    def _is_of_type(self, token: str) -> bool:
        glob = self.type.lower()
        if fnmatchcase(token.lower(), glob):
            return True
        return "microsoft." in glob and fnmatchcase(_arm_type(token).lower(), glob)


def _arm_type(token: str) -> str:
    try:
        return arm.arm_type(arm.path(schema.resource(token)).template)
    except RefusalError:  # a function has no ARM type
        return ""


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
        request = Request(operation, token, name)
        concerned = [(fault, number) for fault, number in _numbered(self.document().faults) if fault.concerns(request)]
        for fault, number in concerned:
            if fault.fault not in _AFTERWARDS:
                self._strike(fault, number, request)
        yield
        for fault, number in concerned:
            if fault.fault in _AFTERWARDS and self._hits(fault, number, request):
                time.sleep(fault.seconds)
                raise _failure(fault.fault, request)

    def _strike(self, fault: Fault, number: int, request: Request) -> None:
        attempts = 1 + RETRIES if fault.fault in (Kind.THROTTLED, Kind.TIMEOUT) else 1
        for _ in range(attempts):
            if not self._hits(fault, number, request):
                return
            time.sleep(fault.seconds)
        raise _failure(fault.fault, request)

    def _hits(self, fault: Fault, number: int, request: Request) -> bool:
        """Whether this call fails. `number` tells faults of the same words apart."""
        own = f"{number} {fault.model_dump_json()}"
        if fault.probability is None:
            return fault.strikes(self._count(own))
        drawn = fault.draws(request, self._count("\n".join((own, *request))))
        return drawn and (fault.times is None or self._count(f"{own} hits") <= fault.times)

    def _count(self, key: str) -> int:
        """How often this was counted, this time included, in all processes."""
        with closing(sqlite3.connect(self._counters, timeout=_WAIT_SECONDS, isolation_level=None)) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS calls (fault TEXT PRIMARY KEY, number INTEGER NOT NULL)")
            row = connection.execute(
                "INSERT INTO calls VALUES (?, 1) ON CONFLICT DO UPDATE SET number = number + 1 RETURNING number",
                (key,),
            ).fetchall()
        return int(row[0][0])


def _numbered(faults: list[Fault]) -> Iterator[tuple[Fault, int]]:
    """Each fault with how many of the same words stand before it: each keeps a count of its own."""
    seen: Counter[Fault] = Counter()
    for fault in faults:
        yield fault, seen[fault]
        seen[fault] += 1


def _require_own_document() -> None:
    named = os.environ.get(VARIABLE)
    if named:
        raise ProviderError(f"{VARIABLE} names the document that holds: edit {named}, or unset the variable")


def _failure(kind: Kind, request: Request) -> RefusalError:
    throttled = "The request was throttled. Please retry after 17 seconds."
    busy = "Another operation is in progress on the resource. Please retry after some time."
    quota = "Operation could not be completed as it results in exceeding approved quota."
    late = "The gateway did not receive a response from the service within the specified time period."
    lost = f"the connection was lost before Azure's answer to {request.operation} of {request.name!r} came"
    failed = (
        'Code="ResourceDeploymentFailure" Message="The resource write operation failed to complete successfully, '
        "because it reached terminal provisioning state 'Failed'.\""
    )
    return {
        Kind.THROTTLED: AzureError(429, "TooManyRequests", throttled),
        Kind.CONFLICT: AzureError(409, "AnotherOperationInProgress", busy),
        Kind.QUOTA: AzureError(409, "QuotaExceeded", quota),
        Kind.TIMEOUT: AzureError(504, "GatewayTimeout", late),
        Kind.LOST: LostAnswerError(lost),
        Kind.PARTIAL: PartialFailureError(failed),
    }[kind]
