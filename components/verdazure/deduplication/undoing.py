"""Bring back what a run removed, from the one of each set that it kept."""

import hashlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from verdazure.deduplication.acting import Outcome, blob_client
from verdazure.deduplication.manifest import Entry, Manifest, Step

if TYPE_CHECKING:
    from azure.storage.blob import BlobServiceClient


def restore(account: "BlobServiceClient", run: str) -> Outcome:
    """Restores every blob that the run removed: content, type, metadata, tags and tier; never over another blob.

    `removed` and `bytes` of the outcome count what came back. Idempotent: what is back already is left alone.
    """
    manifest = Manifest(account, run)
    latest, announced, outcome = manifest.latest(), manifest.announced(), Outcome()
    for name, entry in announced.items():
        if latest[name].step is Step.RESTORED or blob_client(account, name).exists():
            outcome.kept["there already"] += 1
            continue
        reason = _restore(account, entry)
        if reason:
            outcome.kept[reason] += 1
            continue
        manifest.write(Entry(Step.RESTORED, name))
        outcome.removed, outcome.bytes = outcome.removed + 1, outcome.bytes + entry.length
    return outcome


def _restore(account: "BlobServiceClient", entry: Entry) -> str:
    from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError
    from azure.storage.blob import ContentSettings, StandardBlobTier

    content = hashlib.sha256()

    def read() -> Iterator[bytes]:
        for chunk in blob_client(account, entry.keeper).download_blob().chunks():
            content.update(chunk)
            yield chunk

    blob = blob_client(account, entry.name)
    try:
        blob.upload_blob(
            read(),
            length=entry.length,
            content_settings=ContentSettings(**entry.settings),
            metadata=dict(entry.metadata),
            tags=dict(entry.tags) or None,
            standard_blob_tier=StandardBlobTier(entry.tier) if entry.tier else None,
        )
    except ResourceNotFoundError:
        return f"the one that was kept, {entry.keeper}, is gone"
    except ResourceExistsError:
        return "there already"
    if content.hexdigest() != entry.sha256:
        blob.delete_blob()
        return f"the one that was kept, {entry.keeper}, has changed"
    return ""
