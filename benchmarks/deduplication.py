"""Finding duplicates among millions of blobs: seconds, memory, and whether every planted one is found.

    python benchmarks/deduplication.py [--blobs N]

Writes an inventory with planted duplicates, then finds them in a process of its own; exits with 1 when a duplicate is
missed or made up, or when a limit is exceeded.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

LIMIT_SECONDS, LIMIT_MIB = 120, 2048

# Every twentieth blob is one of a pair. Lengths of the pairs differ, as those of real ones do.
INVENTORY = """
COPY (
    SELECT
        'raw/part-' || i AS "Name",
        (CASE WHEN i % 20 = 0 THEN i // 20 % 1000 + 100 ELSE i % 100000 + 1 END)::BIGINT AS "Content-Length",
        to_base64(unhex(md5(CASE WHEN i % 20 = 0 THEN 'twin' || i // 20 % {pairs} ELSE 'one' || i END)))
            AS "Content-MD5",
        'BlockBlob' AS "BlobType",
        'Hot' AS "AccessTier",
        '0x' || i AS "Etag",
        TIMESTAMP '2026-01-01' + INTERVAL (i) SECOND AS "Creation-Time"
    FROM range({blobs}) t(i)
) TO '{file}' (FORMAT parquet)
"""

FIND = """
import json, resource, sys, time
from datetime import UTC, datetime
from pathlib import Path
from verdazure.deduplication import find_duplicates

start = time.perf_counter()
found = find_duplicates([Path(sys.argv[1])], Path(sys.argv[2]), datetime.now(UTC))
seconds, peak = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps([seconds, peak, found.groups, sum(each.blobs for each in found.duplicates)]))
"""

# A duplicate that is none: its name says which pair it is of, and the keeper's must say the same.
FALSE = """
SELECT count(*) FROM read_parquet('{found}')
WHERE CAST(substr(name, 10) AS BIGINT) // 20 % {pairs} != CAST(substr(keeper, 10) AS BIGINT) // 20 % {pairs}
    OR CAST(substr(name, 10) AS BIGINT) % 20 != 0
"""


def main() -> int:
    """Print the figures; 1 when something is wrong."""
    import duckdb

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--blobs", type=int, default=10_000_000)
    blobs = parser.parse_args().blobs // 40 * 40
    pairs = blobs // 40
    with tempfile.TemporaryDirectory() as folder:
        inventory, output = Path(folder) / "inventory.parquet", Path(folder) / "found.parquet"
        start = time.perf_counter()
        duckdb.execute(INVENTORY.format(pairs=pairs, blobs=blobs, file=inventory))
        print(f"{blobs:,} blobs, {pairs:,} pairs planted; inventory written in {time.perf_counter() - start:.1f} s")
        command = [sys.executable, "-c", FIND, str(inventory), str(output)]
        answer = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ).stdout
        seconds, peak, groups, found = json.loads(answer)
        made_up = duckdb.execute(FALSE.format(found=output, pairs=pairs)).fetchall()[0][0]
    print(f"found in {seconds:.1f} s (limit {LIMIT_SECONDS}), peak memory {peak:,.0f} MiB (limit {LIMIT_MIB:,})")
    print(f"duplicates found {found:,} of {pairs:,} in {groups:,} sets, made up {made_up}")
    right = found == groups == pairs and made_up == 0
    return int(not right or seconds > LIMIT_SECONDS or peak > LIMIT_MIB)


if __name__ == "__main__":
    sys.exit(main())
