"""What the controller remembers between rounds, and whose turn it is.

One JSON document a target, in one container: a round of a fleet writes only what changed, and its parts share nothing.
Azure's lease on a blob makes one instance act at a time on a part. Source: Microsoft Learn, Lease Blob (15 to 60
seconds), read 2026-11-24.
"""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from azure.core.exceptions import AzureError
    from azure.storage.blob import BlobLeaseClient, ContainerClient

_LEASE_SECONDS = 60
_RENEWED_SECONDS = 20.0


class Busy(Exception):
    """Another instance has its turn."""


class Turn(Protocol):
    """The right to act."""

    def check(self) -> None:
        """To be called before each target. Raises azure-core's `AzureError` where it was lost."""


class Memory(Protocol):
    """Where loops keep what no Azure resource says."""

    def recall(self, loop: str, target: str) -> Mapping[str, Any]:
        """What was kept last; empty at first."""

    def keep(self, loop: str, target: str, document: Mapping[str, Any]) -> None:
        """Replaces it, at once."""


class BlobMemory:
    """A `Memory` in a container, read once: only who has the turn writes. Raises azure-core's `AzureError`."""

    def __init__(self, container: "ContainerClient") -> None:
        self._container = container
        self._read: dict[str, Mapping[str, Any]] = {}

    def recall(self, loop: str, target: str) -> Mapping[str, Any]:
        """A document that cannot be read is an error: to forget is to start jobs twice."""
        from azure.core.exceptions import ResourceNotFoundError

        place = f"{loop}/{target}.json"
        if place not in self._read:
            try:
                self._read[place] = json.loads(self._container.download_blob(place).readall())
            except ResourceNotFoundError:
                self._read[place] = {}
        return self._read[place]

    def keep(self, loop: str, target: str, document: Mapping[str, Any]) -> None:
        place = f"{loop}/{target}.json"
        self._container.upload_blob(place, json.dumps(document, sort_keys=True).encode(), overwrite=True)
        self._read[place] = dict(document)

    @contextmanager
    def turn(self, part: int) -> Iterator[Turn]:
        """For one part. Raises `Busy` while another instance acts on it; who died loses the turn in a minute."""
        from azure.core.exceptions import AzureError, ResourceExistsError, ResourceNotFoundError

        blob = self._container.get_blob_client(f"turn/{part}")
        try:
            try:
                lease = blob.acquire_lease(_LEASE_SECONDS)
            except ResourceNotFoundError:
                with suppress(ResourceExistsError):
                    blob.upload_blob(b"", overwrite=False)
                lease = blob.acquire_lease(_LEASE_SECONDS)
        except ResourceExistsError:
            raise Busy("another instance has its turn") from None
        held = _Held(lease)
        try:
            yield held
        finally:
            held.ended.set()
            with suppress(AzureError):  # it ends by itself
                lease.release()


class _Held:
    """A lease that is renewed beside the work, as one slow answer may take longer than it lasts."""

    def __init__(self, lease: "BlobLeaseClient") -> None:
        self.ended = threading.Event()
        self._lease = lease
        self._lost: AzureError | None = None
        threading.Thread(target=self._go_on, name="verdazure-turn", daemon=True).start()

    def check(self) -> None:
        if self._lost is not None:
            raise self._lost

    def _go_on(self) -> None:
        from azure.core.exceptions import AzureError

        while not self.ended.wait(_RENEWED_SECONDS):
            try:
                self._lease.renew()
            except AzureError as error:
                self._lost = error
                return
