"""What the controller remembers between rounds, and whose turn it is.

One JSON document a loop, in one container. Azure's lease on a blob makes one instance act at a time. Source: Microsoft
Learn, Lease Blob (15 to 60 seconds), read 2026-11-24.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from azure.storage.blob import ContainerClient

_TURN = "turn"
_LEASE_SECONDS = 60


class Busy(Exception):
    """Another instance has its turn."""


class Turn(Protocol):
    """The right to act."""

    def renew(self) -> None:
        """Goes on holding it; to be called before each target. Raises azure-core's `AzureError` where it was lost."""


class Memory(Protocol):
    """Where loops keep what no Azure resource says."""

    def recall(self, loop: str) -> Mapping[str, Any]:
        """What was kept last; empty at first."""

    def keep(self, loop: str, document: Mapping[str, Any]) -> None:
        """Replaces it, at once."""


class BlobMemory:
    """A `Memory` in a container, read once: only who has the turn writes. Raises azure-core's `AzureError`."""

    def __init__(self, container: "ContainerClient") -> None:
        self._container = container
        self._read: dict[str, dict[str, Any]] = {}

    def recall(self, loop: str) -> Mapping[str, Any]:
        """A document that cannot be read is an error: to forget is to start jobs twice."""
        from azure.core.exceptions import ResourceNotFoundError

        if loop not in self._read:
            try:
                self._read[loop] = json.loads(self._container.download_blob(f"{loop}.json").readall())
            except ResourceNotFoundError:
                self._read[loop] = {}
        return self._read[loop]

    def keep(self, loop: str, document: Mapping[str, Any]) -> None:
        self._container.upload_blob(f"{loop}.json", json.dumps(document, sort_keys=True).encode(), overwrite=True)
        self._read[loop] = dict(document)

    @contextmanager
    def turn(self) -> Iterator[Turn]:
        """Raises `Busy` while another instance acts; a turn whose holder died ends after a minute."""
        from azure.core.exceptions import AzureError, ResourceExistsError

        blob = self._container.get_blob_client(_TURN)
        with suppress(ResourceExistsError):
            blob.upload_blob(b"", overwrite=False)
        try:
            lease = blob.acquire_lease(_LEASE_SECONDS)
        except ResourceExistsError:
            raise Busy("another instance has its turn") from None
        try:
            yield lease
        finally:
            with suppress(AzureError):  # it ends by itself
                lease.release()
