"""Which blobs of an inventory are the same: exact on small ones, against brute force on random ones."""

import csv
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from verdazure.deduplication import InventoryError, TierSum, find_duplicates

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
COLUMNS = (
    "Name",
    "Content-Length",
    "Content-MD5",
    "AccessTier",
    "BlobType",
    "Content-Type",
    "Content-Encoding",
    "Creation-Time",
    "Deleted",
    "Etag",
    "ImmutabilityPolicyUntilDate",
    "IsCurrentVersion",
    "LeaseStatus",
    "LegalHold",
    "Snapshot",
    "VersionId",
)


def blob(name, md5="AAAA", length=10, **more):
    return {
        "Name": f"raw/{name}",
        "Content-Length": length,
        "Content-MD5": md5,
        "AccessTier": "Hot",
        "BlobType": "BlockBlob",
        "Creation-Time": "2026-01-01T00:00:00Z",
        "Etag": f"0x{name}",
        **{key.replace("_", "-"): value for key, value in more.items()},
    }


def find(folder: Path, rows, columns=COLUMNS, **options):
    inventory = folder / "inventory.csv"
    with inventory.open("w", newline="") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    return run([inventory], folder, **options)


def run(files, folder: Path, **options):
    output = folder / "duplicates.parquet"
    found = find_duplicates(files, output, NOW, **options)
    rows = duckdb.execute("SELECT name, keeper FROM read_parquet(?) ORDER BY name", [str(output)]).fetchall()
    return found, rows


def test_the_oldest_is_kept(tmp_path):
    young, old = blob("young", Creation_Time="2026-03-01T00:00:00Z"), blob("old")
    found, rows = find(tmp_path, [young, old, blob("other", md5="BBBB"), blob("longer", length=11)])
    assert rows == [("raw/young", "raw/old")]
    assert (found.blobs, found.bytes, found.groups, found.reclaimable) == (4, 41, 1, 10)
    assert found.duplicates == (TierSum("Hot", 1, 10),)


def test_of_the_same_age_the_first_by_name_is_kept(tmp_path):
    _, rows = find(tmp_path, [blob("b"), blob("a"), blob("c")])
    assert rows == [("raw/b", "raw/a"), ("raw/c", "raw/a")]


@pytest.mark.parametrize(
    "held",
    [
        {"LegalHold": "true"},
        {"ImmutabilityPolicyUntilDate": "2026-11-24T00:00:00Z"},
        {"LeaseStatus": "locked"},
    ],
)
def test_what_is_held_never_goes_and_is_the_one_to_keep(tmp_path, held):
    found, rows = find(tmp_path, [blob("old"), blob("young", Creation_Time="2026-05-01T00:00:00Z", **held)])
    assert rows == [("raw/old", "raw/young")]
    both, none = find(tmp_path, [blob("old", **held), blob("young", **held)])
    assert (none, both.held, both.reclaimable, found.held) == ([], 1, 0, 0)


@pytest.mark.parametrize(
    "gone",
    [
        {"Snapshot": "2026-02-01T00:00:00Z"},
        {"VersionId": "2026-02-01T00:00:00Z", "IsCurrentVersion": "false"},
        {"Deleted": "true"},
    ],
)
def test_snapshots_earlier_versions_and_deleted_blobs_are_left_alone(tmp_path, gone):
    found, rows = find(tmp_path, [blob("a"), blob("b", **gone)])
    assert (rows, found.blobs) == ([], 1)


def test_an_immutability_that_is_over_holds_nothing(tmp_path):
    over = blob("b", ImmutabilityPolicyUntilDate="2026-11-22T00:00:00Z")
    assert find(tmp_path, [blob("a"), over])[1] == [("raw/b", "raw/a")]


def test_what_cannot_be_compared_is_counted_not_guessed(tmp_path):
    rows = [blob("a", md5=""), blob("b", md5=""), blob("c", BlobType="AppendBlob"), blob("d"), blob("e", length=0)]
    found, duplicates = find(tmp_path, rows)
    assert (duplicates, found.unhashed, found.blobs) == ([], 2, 5)


def test_short_blobs_can_be_left_out(tmp_path):
    rows = [blob("a", length=9), blob("b", length=9), blob("c", md5="CC"), blob("d", md5="CC")]
    assert find(tmp_path, rows, least_bytes=10)[1] == [("raw/d", "raw/c")]


def test_raw_text_is_added_up(tmp_path):
    text = blob("a", Content_Type="text/csv; charset=utf-8", length=100)
    packed = blob("b", Content_Type="text/csv", Content_Encoding="gzip", length=50)
    assert find(tmp_path, [text, packed, blob("c", Content_Type="image/png")])[0].raw_text == 100


def test_parquet_and_csv_say_the_same(tmp_path):
    rows = [blob(str(number), md5=f"M{number % 7}", length=5 + number % 2) for number in range(60)]
    by_csv = find(tmp_path, rows)
    parquet = tmp_path / "inventory.parquet"
    duckdb.read_csv(str(tmp_path / "inventory.csv"), all_varchar=True).write_parquet(str(parquet))
    assert run([parquet], tmp_path) == by_csv


def test_duplicates_lie_in_several_files(tmp_path):
    find(tmp_path, [blob("a")])
    (tmp_path / "inventory.csv").rename(tmp_path / "one.csv")
    find(tmp_path, [blob("b")])
    assert run([tmp_path / "one.csv", tmp_path / "inventory.csv"], tmp_path)[1] == [("raw/b", "raw/a")]


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ([], "the inventory is nothing; give .parquet files or .csv files"),
        (["a.csv", "b.parquet"], "the inventory is .csv, .parquet"),
        (["none.csv"], "none.csv does not exist"),
    ],
)
def test_files_that_are_no_inventory(tmp_path, files, words):
    with pytest.raises(InventoryError, match=words):
        find_duplicates([tmp_path / name for name in files], tmp_path / "out.parquet", NOW)


def test_a_missing_column_is_named(tmp_path):
    with pytest.raises(InventoryError, match="no column Content-MD5; add it to the schemaFields"):
        find(tmp_path, [blob("a")], columns=("Name", "Content-Length"))


def test_a_damaged_parquet_file_is_one_clear_error(tmp_path):
    (tmp_path / "x.parquet").write_text("hello")
    with pytest.raises(InventoryError, match=r"x\.parquet cannot be read as an inventory"):
        find_duplicates([tmp_path / "x.parquet"], tmp_path / "out.parquet", NOW)


BLOBS = st.lists(
    st.tuples(st.sampled_from(["AA", "BB", ""]), st.integers(0, 2), st.booleans(), st.integers(1, 3)), max_size=12
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=30)
@given(BLOBS)
def test_brute_force_agrees(tmp_path, blobs):
    rows = [
        blob(str(number), md5, length, LegalHold=str(held).lower(), Creation_Time=f"2026-01-0{day}T00:00:00Z")
        for number, (md5, length, held, day) in enumerate(blobs)
    ]
    sets = defaultdict(list)
    for row in rows:
        if row["Content-MD5"] and row["Content-Length"] >= 1:
            sets[row["Content-MD5"], row["Content-Length"]].append(row)
    expected = []
    for equal in sets.values():
        free = {True: "false", False: "true"}
        first, *others = sorted(equal, key=lambda row: (row["LegalHold"] != "true", row["Creation-Time"], row["Name"]))
        expected += [(row["Name"], first["Name"]) for row in others if row["LegalHold"] == free[True]]
    assert find(tmp_path, rows)[1] == sorted(expected)
