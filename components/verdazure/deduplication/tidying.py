"""The job: read the newest inventory, write down what could go, and where it was asked for, let it go.

An inventory is worked on once: its report names the run, so that a job which starts again, or dies and starts again,
neither reads twice nor removes twice. Layout of inventories: Microsoft Learn, Azure Storage blob inventory, Inventory
output and Inventory files (`<year>/<month>/<day>/<time>/<rule>/<rule>-manifest.json`, whose run is complete once
`<rule>-manifest.checksum` is there); read 2026-11-23.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from verdazure.deduplication.acting import Outcome, consolidate
from verdazure.deduplication.inventory import Found, InventoryError, TierSum, find_duplicates
from verdazure.deduplication.manifest import CONTAINER

if TYPE_CHECKING:
    from azure.storage.blob import BlobServiceClient

INVENTORY = "inventory"
_MANIFEST = re.compile(r"(?P<stamp>\d{4}/\d{2}/\d{2}/\d{2}-\d{2}-\d{2})/(?P<rule>[^/]+)/(?P=rule)-manifest\.json")
_CHECKSUM = re.compile(r"-manifest\.json$")


@dataclass(frozen=True, slots=True)
class Listing:
    """A complete inventory."""

    run: str
    """When it began, and its rule: `2026-11-22T02-00-00-blobs`."""
    files: tuple[str, ...]
    """Blobs in the inventory's container."""


@dataclass(frozen=True, slots=True)
class Tidied:
    """What a job did."""

    run: str
    found: Found
    outcome: Outcome | None
    """None where it only reported."""
    anew: bool
    """False where an earlier job had read this inventory already."""


def tidy(account: "BlobServiceClient", *, act: bool, container: str = INVENTORY) -> Tidied | None:
    """Works on the newest complete inventory; nothing where there is none yet. Idempotent. Raises `InventoryError`."""
    listing = latest(account, container)
    if listing is None:
        return None
    with TemporaryDirectory(prefix="verdazure-") as folder:
        candidates = Path(folder) / "duplicates.parquet"
        found = _reported(account, listing)
        anew = found is None
        if found is None:
            found = find_duplicates(
                _fetch_all(account, container, listing, Path(folder)), candidates, datetime.now(UTC)
            )
            _report(account, listing, found, candidates)
        elif act:
            _fetch(account, CONTAINER, _candidates_of(listing), candidates)
        outcome = consolidate(candidates, account, listing.run) if act else None
    return Tidied(listing.run, found, outcome, anew)


def latest(account: "BlobServiceClient", container: str = INVENTORY) -> Listing | None:
    """The newest inventory whose run is complete. Raises `InventoryError` where that run failed."""
    names = set(account.get_container_client(container).list_blob_names())
    complete = [
        found
        for name in names
        if (found := _MANIFEST.fullmatch(name)) and _CHECKSUM.sub("-manifest.checksum", name) in names
    ]
    if not complete:
        return None
    newest = max(complete, key=lambda found: (found["stamp"], found["rule"]))
    manifest = json.loads(account.get_blob_client(container, newest[0]).download_blob().readall())
    if manifest.get("status") != "Succeeded":
        raise InventoryError(
            f"the inventory {newest['stamp']} is {manifest.get('status')}: {manifest.get('statusReason', 'no reason')}"
        )
    files = tuple(str(each["blob"]) for each in manifest["files"])
    return Listing(f"{newest['stamp'].replace('/', '-', 2).replace('/', 'T')}-{newest['rule']}", files)


# Reports, beside the manifests of the runs


def _reported(account: "BlobServiceClient", listing: Listing) -> Found | None:
    report = account.get_blob_client(CONTAINER, _report_of(listing))
    if not report.exists():
        return None
    told: Mapping[str, Any] = json.loads(report.download_blob().readall())
    return Found(**{**told, "duplicates": tuple(TierSum(**tier) for tier in told["duplicates"])})


def _report(account: "BlobServiceClient", listing: Listing, found: Found, candidates: Path) -> None:
    """The report last: where it is, the candidates are."""
    place = account.get_container_client(CONTAINER)
    if not place.exists():
        place.create_container()
    with candidates.open("rb") as content:
        place.upload_blob(_candidates_of(listing), content, overwrite=True)
    place.upload_blob(_report_of(listing), json.dumps(asdict(found), indent=2), overwrite=True)


def _report_of(listing: Listing) -> str:
    return f"reports/{listing.run}.json"


def _candidates_of(listing: Listing) -> str:
    return f"reports/{listing.run}.parquet"


def _fetch_all(account: "BlobServiceClient", container: str, listing: Listing, folder: Path) -> list[Path]:
    """Under names of our own: those in a manifest are another's."""
    return [
        _fetch(account, container, name, folder / f"{number}{Path(name).suffix}")
        for number, name in enumerate(listing.files)
    ]


def _fetch(account: "BlobServiceClient", container: str, name: str, file: Path) -> Path:
    with file.open("wb") as content:
        account.get_blob_client(container, name).download_blob().readinto(content)
    return file
