"""Keep one of each set of equal blobs: the effect, after every doubt.

A duplicate goes when its content was read and is the keeper's (SHA-256), nothing holds it, and the manifest says that
it goes. What changed since the inventory, is leased, immutable, under legal hold, archived or has snapshots stays.
"""

import functools
import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from verdazure.deduplication.manifest import Entry, Manifest, Step

if TYPE_CHECKING:
    from azure.storage.blob import BlobClient, BlobProperties, BlobServiceClient

_ROWS_AT_ONCE = 1000
_KEPT_SETTINGS = ("content_type", "content_encoding", "content_language", "content_disposition", "cache_control")


class Candidate(NamedTuple):
    """A row of `find_duplicates`' output. Names are `container/path`."""

    name: str
    keeper: str
    md5: str
    length: int
    tier: str
    etag: str | None


@dataclass(slots=True)
class Outcome:
    """What became of the candidates."""

    removed: int = 0
    bytes: int = 0
    kept: Counter[str] = field(default_factory=Counter)
    """How many stay, by reason."""


def consolidate(candidates: Path, account: "BlobServiceClient", run: str) -> Outcome:
    """Removes the duplicates that `find_duplicates` wrote to `candidates`, each after its own verification.

    `run` names the manifest; with the name of a run that died, it goes on where that one stopped. Idempotent.
    """
    manifest = Manifest(account, run)
    manifest.open()
    latest, outcome = manifest.latest(), Outcome()
    digest = functools.lru_cache(maxsize=1024)(functools.partial(_digest, account))
    for candidate in _rows(candidates):
        entry = latest.get(candidate.name)
        if entry and entry.step is Step.REMOVED:
            continue
        blob = blob_client(account, candidate.name)
        if entry and entry.step is Step.REMOVING and not blob.exists():  # the run died between the two
            manifest.write(Entry(Step.REMOVED, candidate.name))
            outcome.removed, outcome.bytes = outcome.removed + 1, outcome.bytes + candidate.length
            continue
        reason = _remove(candidate, blob, account, manifest, digest)
        if reason:
            outcome.kept[reason] += 1
        else:
            outcome.removed, outcome.bytes = outcome.removed + 1, outcome.bytes + candidate.length
    return outcome


def _remove(
    candidate: Candidate, blob: "BlobClient", account: "BlobServiceClient", manifest: Manifest, digest: Any
) -> str:
    """Removes one duplicate, or says why it stays."""
    from azure.core import MatchConditions
    from azure.core.exceptions import HttpResponseError, ResourceModifiedError, ResourceNotFoundError

    try:
        held, kept = blob.get_blob_properties(), blob_client(account, candidate.keeper).get_blob_properties()
        reason = _why_it_stays(candidate, held, kept)
        if reason:
            return reason
        sha256 = _digest(account, candidate.name, held.etag)
        if sha256 != digest(candidate.keeper, kept.etag):
            return "the content differs, although MD5 and length are equal"
        manifest.write(_announcement(candidate, held, sha256, blob))
        blob.delete_blob(etag=held.etag, match_condition=MatchConditions.IfNotModified)
    except ResourceNotFoundError:
        return "gone since the inventory"
    except ResourceModifiedError:
        return "changed while it was verified"
    except HttpResponseError as error:
        return f"refused by Azure: {error.reason}"
    manifest.write(Entry(Step.REMOVED, candidate.name))
    return ""


def _why_it_stays(candidate: Candidate, held: "BlobProperties", kept: "BlobProperties") -> str:
    md5 = held.content_settings.content_md5
    if held.size != candidate.length or (candidate.etag and _plain(held.etag) != _plain(candidate.etag)):
        return "changed since the inventory"
    if kept.size != held.size or kept.content_settings.content_md5 != md5:
        return "the one to keep changed since the inventory"
    if held.lease and held.lease.status == "locked":
        return "leased"
    if held.has_legal_hold:
        return "under legal hold"
    until = held.immutability_policy.expiry_time if held.immutability_policy else None
    if until and until > datetime.now(UTC):
        return "immutable"
    if "Archive" in (held.blob_tier, kept.blob_tier):
        return "archived, so that it cannot be read"
    return ""


def _announcement(candidate: Candidate, held: "BlobProperties", sha256: str, blob: "BlobClient") -> Entry:
    settings = {name: getattr(held.content_settings, name) for name in _KEPT_SETTINGS}
    return Entry(
        Step.REMOVING,
        candidate.name,
        keeper=candidate.keeper,
        sha256=sha256,
        length=candidate.length,
        tier=held.blob_tier or "",
        settings={name: value for name, value in settings.items() if value},
        metadata=dict(held.metadata or {}),
        tags=_tags(blob) if held.tag_count else {},
    )


def _tags(blob: "BlobClient") -> Mapping[str, str]:
    return dict(blob.get_blob_tags())


def _digest(account: "BlobServiceClient", name: str, etag: str) -> str:
    """SHA-256 of the content, which must still be that of the ETag."""
    from azure.core import MatchConditions

    content = hashlib.sha256()
    stream = blob_client(account, name).download_blob(etag=etag, match_condition=MatchConditions.IfNotModified)
    for chunk in stream.chunks():
        content.update(chunk)
    return content.hexdigest()


def blob_client(account: "BlobServiceClient", name: str) -> "BlobClient":
    """The blob of a name as inventories have it: `container/path`."""
    container, _, path = name.partition("/")
    return account.get_blob_client(container, path)


def _rows(candidates: Path) -> Iterator[Candidate]:
    import duckdb

    with duckdb.connect(":memory:") as database:
        found = database.execute(
            "SELECT name, keeper, md5, length, tier, etag FROM read_parquet(?) ORDER BY keeper, name", [str(candidates)]
        )
        while rows := found.fetchmany(_ROWS_AT_ONCE):
            yield from (Candidate(*row) for row in rows)


def _plain(etag: str) -> str:
    return etag.strip('"')
