"""Deduplication against a real Blob endpoint: what goes, what stays, what comes back, and a death in the middle."""

import csv
from base64 import b64encode
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from azure.storage.blob import BlobServiceClient, ContentSettings, StandardBlobTier
from verdazure.deduplication import Manifest, consolidate, find_duplicates, restore
from verdazure.deduplication.manifest import Step

FIELDS = ("Name", "Content-Length", "Content-MD5", "BlobType", "AccessTier", "Etag", "Creation-Time")


@pytest.fixture
def run():
    return f"run-{uuid4().hex[:8]}"


def put(account, container, name, data, **options):
    account.get_blob_client(container, name).upload_blob(data, **options)


def names(account, container):
    return sorted(blob.name for blob in account.get_container_client(container).list_blobs())


def candidates(account, container, folder):
    """The duplicates of a container, by an inventory such as Azure writes."""
    with (folder / "inventory.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(FIELDS)
        for blob in account.get_container_client(container).list_blobs():
            md5 = blob.content_settings.content_md5
            row = [f"{container}/{blob.name}", blob.size, encoded(md5), blob.blob_type.value, blob.blob_tier, blob.etag]
            writer.writerow([*row, blob.creation_time.isoformat()])
    find_duplicates([folder / "inventory.csv"], folder / "found.parquet", datetime.now(UTC))
    return folder / "found.parquet"


def encoded(md5):
    return b64encode(bytes(md5)).decode() if md5 else ""


def test_one_of_each_set_is_kept_and_the_others_come_back(account, container, run, tmp_path):
    settings = ContentSettings(content_type="text/csv", cache_control="no-cache")
    put(account, container, "a.csv", b"same" * 100)
    put(
        account,
        container,
        "deep/b.csv",
        b"same" * 100,
        content_settings=settings,
        metadata={"owner": "vision"},
        tags={"kind": "raw"},
        standard_blob_tier=StandardBlobTier.COOL,
    )
    put(account, container, "c.csv", b"other")
    found = candidates(account, container, tmp_path)

    outcome = consolidate(found, account, run)
    assert (outcome.removed, outcome.bytes, outcome.kept) == (1, 400, Counter())
    assert names(account, container) == ["a.csv", "c.csv"]
    assert consolidate(found, account, run).removed == 0

    back = restore(account, run)
    assert (back.removed, back.bytes) == (1, 400)
    blob = account.get_blob_client(container, "deep/b.csv")
    properties = blob.get_blob_properties()
    assert blob.download_blob().readall() == b"same" * 100
    assert (properties.content_settings.content_type, properties.content_settings.cache_control) == (
        "text/csv",
        "no-cache",
    )
    assert (properties.metadata, blob.get_blob_tags(), properties.blob_tier) == (
        {"owner": "vision"},
        {"kind": "raw"},
        "Cool",
    )
    assert restore(account, run).removed == 0


def test_equal_md5_of_different_content_is_not_believed(account, container, run, tmp_path):
    put(account, container, "a", b"one!")
    md5 = account.get_blob_client(container, "a").get_blob_properties().content_settings.content_md5
    put(account, container, "b", b"two!")
    account.get_blob_client(container, "b").set_http_headers(ContentSettings(content_md5=md5))  # Azure believes it
    outcome = consolidate(candidates(account, container, tmp_path), account, run)
    assert outcome.kept == {"the content differs, although MD5 and length are equal": 1}
    assert names(account, container) == ["a", "b"]


def leased(blob):
    blob.acquire_lease()


def rewritten(blob):
    blob.upload_blob(b"newer", overwrite=True)


def archived(blob):
    blob.set_standard_blob_tier(StandardBlobTier.ARCHIVE)


def snapshotted(blob):
    blob.create_snapshot()


def deleted(blob):
    blob.delete_blob()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (leased, "leased"),
        (rewritten, "changed since the inventory"),
        (archived, "archived, so that it cannot be read"),
        (deleted, "gone since the inventory"),
        (snapshotted, "refused by Azure"),
    ],
)
def test_what_changed_since_the_inventory_stays(account, container, run, tmp_path, change, reason):
    put(account, container, "a", b"same")
    put(account, container, "b", b"same")
    found = candidates(account, container, tmp_path)
    change(account.get_blob_client(container, "b"))
    outcome = consolidate(found, account, run)
    assert outcome.removed == 0
    (said,) = outcome.kept
    assert said.startswith(reason)
    assert "a" in names(account, container)


def test_nothing_goes_where_the_one_to_keep_is_gone_or_changed(account, container, run, tmp_path):
    for name in "abcd":
        put(account, container, name, b"same")
    found = candidates(account, container, tmp_path)
    rewritten(account.get_blob_client(container, "a"))
    assert consolidate(found, account, run).kept == {"the one to keep changed since the inventory": 3}
    deleted(account.get_blob_client(container, "a"))
    assert consolidate(found, account, f"{run}-2").kept == {"gone since the inventory": 3}
    assert names(account, container) == ["b", "c", "d"]


class Died(Exception):
    pass


@pytest.mark.parametrize("writes", range(1, 8))
def test_a_run_that_died_anywhere_is_finished_by_the_next_and_can_be_undone(
    account, container, run, tmp_path, monkeypatch, writes
):
    for name in ("a", "b", "c", "d"):
        put(account, container, name, b"same", metadata={"name": name})
    found = candidates(account, container, tmp_path)

    left = iter(range(writes))
    write = Manifest.write

    def dying(manifest, entry):
        if next(left, None) is None:
            raise Died
        write(manifest, entry)

    with monkeypatch.context() as patched:
        patched.setattr(Manifest, "write", dying)
        with suppress(Died):
            consolidate(found, account, run)
    consolidate(found, account, run)
    assert names(account, container) == ["a"]
    ends = Counter(entry.name for entry in Manifest(account, run).entries() if entry.step is Step.REMOVED)
    assert ends == {f"{container}/{name}": 1 for name in "bcd"}

    restore(account, run)
    held = account.get_container_client(container)
    assert {blob.name: blob.metadata for blob in held.list_blobs(include=["metadata"])} == {
        name: {"name": name} for name in "abcd"
    }
    assert {held.download_blob(name).readall() for name in "abcd"} == {b"same"}


def test_an_undo_never_writes_over_what_came_meanwhile(account, container, run, tmp_path):
    put(account, container, "a", b"same")
    put(account, container, "b", b"same")
    consolidate(candidates(account, container, tmp_path), account, run)
    put(account, container, "b", b"mine")
    assert restore(account, run).kept == {"there already": 1}
    assert account.get_blob_client(container, "b").download_blob().readall() == b"mine"


def test_an_undo_whose_keeper_is_gone_or_changed_says_so(account: BlobServiceClient, container, run, tmp_path):
    put(account, container, "a", b"same")
    put(account, container, "b", b"same")
    consolidate(candidates(account, container, tmp_path), account, run)
    put(account, container, "a", b"diff", overwrite=True)
    assert restore(account, run).kept == {f"the one that was kept, {container}/a, has changed": 1}
    deleted(account.get_blob_client(container, "a"))
    assert restore(account, run).kept == {f"the one that was kept, {container}/a, is gone": 1}
    assert names(account, container) == []
