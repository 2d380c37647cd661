"""Which blobs of an inventory are the same, found out of core: ten million rows fit in a gigabyte.

An inventory is what Azure Storage writes by a blob inventory policy, as Parquet or CSV files. Two blobs are candidates
when their Content-MD5 and length are equal; MD5 is what Azure keeps, so `acting` verifies before it believes.
Names of the columns: Azure Storage, "Azure Storage blob inventory", custom schema fields.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

REQUIRED = ("Name", "Content-Length", "Content-MD5")
OPTIONAL = (
    "AccessTier",
    "BlobType",
    "Content-Encoding",
    "Content-Type",
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

# Text that compresses well and says so in its type, as it is written by people and exports.
_RAW_TEXT = ("text/csv", "text/plain", "application/json", "application/x-ndjson", "application/xml", "text/xml")


class InventoryError(ValueError):
    """The inventory cannot be used; the message says what is wrong and what to change."""


@dataclass(frozen=True, slots=True)
class TierSum:
    """Blobs of one access tier, empty where the inventory does not say it."""

    tier: str
    blobs: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Found:
    """What an inventory holds. Only current block blobs are compared, none shorter than the least length."""

    blobs: int
    bytes: int
    groups: int
    """Sets of blobs that are the same."""
    duplicates: tuple[TierSum, ...]
    """Those that could go, one of each set kept; by tier, largest first."""
    held: int
    """Duplicates that cannot go: immutable, under legal hold, or leased."""
    unhashed: int
    """Blobs without a Content-MD5: uploaded in blocks by a client that did not set one."""
    raw_text: int
    """Bytes of uncompressed text, which Parquet with zstd would hold in less."""

    @property
    def reclaimable(self) -> int:
        """Bytes of all duplicates that could go."""
        return sum(each.bytes for each in self.duplicates)


def find_duplicates(
    files: Sequence[Path], output: Path, now: datetime, least_bytes: int = 1, memory: str = "1GB"
) -> Found:
    """Compares the blobs of all files and writes the duplicates that could go to `output`, as Parquet.

    Its columns are name, keeper, md5, length, tier and etag. Kept of each set is one that cannot go, else the oldest,
    else the first by name. `memory` bounds what is held in memory; the rest is spilled beside `output`.
    Raises `InventoryError`.
    """
    if least_bytes < 1:
        raise InventoryError(f"least_bytes is {least_bytes}; give 1 or more: empty blobs cost nothing")
    with _database(output, memory) as database:
        _read(database, files)
        database.execute(_BLOBS.format(now=now.astimezone(UTC).replace(tzinfo=None), raw_text=_RAW_TEXT))
        database.execute(_MEMBERS, {"least": least_bytes})
        database.execute(
            "COPY (SELECT name, keeper, md5, length, tier, etag FROM members WHERE goes) TO ?", [str(output)]
        )
        return _summary(database)


@contextmanager
def _database(output: Path, memory: str) -> Iterator["DuckDBPyConnection"]:
    import duckdb  # late: only this command needs it

    with TemporaryDirectory(dir=output.parent, prefix=".spill-") as spill, duckdb.connect(":memory:") as database:
        database.execute("SET enable_progress_bar = false")  # it would go to stdout
        database.execute("SET memory_limit = ?", [memory])
        database.execute("SET temp_directory = ?", [spill])
        database.execute("SET preserve_insertion_order = false")
        yield database


def _read(database: "DuckDBPyConnection", files: Sequence[Path]) -> None:
    """Makes the view `rows` with all columns, those that no file has as NULL."""
    kinds = {file.suffix.lower() for file in files}
    if not files or not kinds <= {".parquet", ".csv"} or len(kinds) > 1:
        shown = ", ".join(sorted(kinds)) or "nothing"
        raise InventoryError(f"the inventory is {shown}; give .parquet files or .csv files, not both")
    missing = [str(file) for file in files if not file.is_file()]
    if missing:
        raise InventoryError(f"{missing[0]} does not exist; give the files that the inventory rule wrote")
    reader: Any = database.read_parquet if kinds == {".parquet"} else database.read_csv
    options = {"union_by_name": True} if kinds == {".parquet"} else {"union_by_name": True, "all_varchar": True}
    try:
        rows = reader([str(file) for file in files], **options)
    except Exception as error:  # duckdb has a dozen kinds of errors for files that are no tables
        raise InventoryError(f"{files[0]} cannot be read as an inventory: {error}") from error
    columns = set(rows.columns)
    for name in REQUIRED:
        if name not in columns:
            raise InventoryError(
                f"the inventory has no column {name}; add it to the schemaFields of the inventory rule"
            )
    picked = [f'"{name}"' if name in columns else f'NULL AS "{name}"' for name in (*REQUIRED, *OPTIONAL)]
    rows.select(", ".join(picked)).create_view("rows")


# A view takes no parameters; what is put in is a time and the constants above. `free`: nothing keeps it from going.
# Snapshots, earlier versions and what is deleted already are left alone.
_BLOBS = """
CREATE VIEW blobs AS
SELECT
    "Name" AS name,
    nullif("Content-MD5", '') AS md5,
    CAST("Content-Length" AS BIGINT) AS length,
    coalesce("AccessTier", '') AS tier,
    "Etag" AS etag,
    CAST(nullif(CAST("Creation-Time" AS VARCHAR), '') AS TIMESTAMP) AS created,
    coalesce("BlobType", 'BlockBlob') = 'BlockBlob' AS block,
    coalesce(TRY_CAST("LegalHold" AS BOOLEAN), false) = false
        AND coalesce(TRY_CAST("ImmutabilityPolicyUntilDate" AS TIMESTAMP) <= TIMESTAMP '{now}', true)
        AND lower(coalesce("LeaseStatus", '')) != 'locked' AS free,
    lower(coalesce("Content-Encoding", '')) IN ('', 'identity')
        AND split_part(lower(coalesce("Content-Type", '')), ';', 1) IN {raw_text} AS raw_text
FROM rows
WHERE coalesce(CAST("Snapshot" AS VARCHAR), '') = ''
    AND (coalesce(CAST("VersionId" AS VARCHAR), '') = '' OR coalesce(TRY_CAST("IsCurrentVersion" AS BOOLEAN), true))
    AND coalesce(TRY_CAST("Deleted" AS BOOLEAN), false) = false
"""

# Only what has an equal is ordered: the window is over the duplicates, not over ten million rows.
_MEMBERS = """
CREATE TABLE members AS
WITH equals AS (
    SELECT md5, length FROM blobs
    WHERE block AND md5 IS NOT NULL AND length >= $least
    GROUP BY md5, length HAVING count(*) > 1
), ordered AS (
    SELECT
        name, md5, length, tier, etag, free,
        first_value(name) OVER same AS keeper,
        row_number() OVER same AS place
    FROM blobs SEMI JOIN equals USING (md5, length)
    WHERE block
    WINDOW same AS (PARTITION BY md5, length ORDER BY free, created NULLS LAST, name)
)
SELECT *, place > 1 AND free AS goes FROM ordered
"""


def _summary(database: "DuckDBPyConnection") -> Found:
    def row(query: str) -> tuple[int, ...]:
        found = database.execute(query).fetchone()
        return tuple(int(value) for value in found or ())

    blobs, length, unhashed, raw_text = row(
        "SELECT count(*), coalesce(sum(length), 0), count(*) FILTER (block AND md5 IS NULL),"
        " coalesce(sum(length) FILTER (raw_text), 0) FROM blobs"
    )
    groups, held = row("SELECT count(*) FILTER (place = 1), count(*) FILTER (place > 1 AND NOT free) FROM members")
    tiers = database.execute(
        "SELECT tier, count(*), sum(length) FROM members WHERE goes GROUP BY tier ORDER BY sum(length) DESC, tier"
    ).fetchall()
    return Found(
        blobs=blobs,
        bytes=length,
        groups=groups,
        duplicates=tuple(TierSum(str(tier), int(count), int(size)) for tier, count, size in tiers),
        held=held,
        unhashed=unhashed,
        raw_text=raw_text,
    )
