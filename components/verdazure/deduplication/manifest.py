"""The manifest of a run: what is about to go, what went, what came back. Written before anything is done.

It is an append blob of JSON lines beside the data, so that a run that died anywhere is finished by the next one, and
so that whoever can read the data can undo the run.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from azure.storage.blob import BlobServiceClient

CONTAINER = "verdazure-deduplication"


class Step(str, Enum):
    """How far a blob is."""

    REMOVING = "removing"
    REMOVED = "removed"
    RESTORED = "restored"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line. What a restored blob needs stands in the line that announced its removal."""

    step: Step
    name: str
    keeper: str = ""
    sha256: str = ""
    length: int = 0
    tier: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    metadata: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)


class Manifest:
    """The manifest of the run of this name in an account."""

    def __init__(self, account: "BlobServiceClient", run: str) -> None:
        self._blob = account.get_blob_client(CONTAINER, f"{run}.jsonl")
        self._container = account.get_container_client(CONTAINER)

    def open(self) -> None:
        """Make it, where it is not there yet."""
        if not self._container.exists():
            self._container.create_container()
        if not self._blob.exists():
            self._blob.create_append_blob()

    def write(self, entry: Entry) -> None:
        """Add a line. It is there when this returns."""
        line = json.dumps({**asdict(entry), "step": entry.step.value}, separators=(",", ":"))
        self._blob.append_block(f"{line}\n".encode())

    def entries(self) -> Iterator[Entry]:
        """All lines in the order they were written."""
        for line in self._blob.download_blob().readall().splitlines():
            fields = json.loads(line)
            yield Entry(**{**fields, "step": Step(fields["step"])})

    def latest(self) -> dict[str, Entry]:
        """The last line of each blob."""
        return {entry.name: entry for entry in self.entries()}

    def announced(self) -> dict[str, Entry]:
        """The last announcement of each blob's removal."""
        return {entry.name: entry for entry in self.entries() if entry.step is Step.REMOVING}
