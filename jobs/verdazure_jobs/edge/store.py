"""State and outbox in one SQLite file: both change together, or not at all."""

import json
import sqlite3
import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from verdazure_jobs.edge.condensing import Condensed


class Full(Exception):
    """The outbox has reached its bound: nothing more is taken until something was sent."""


@dataclass(frozen=True)
class Waiting:
    """One message on its way up."""

    number: int
    """Counts up by one over the store's life, also over restarts: what came twice is known by it."""
    body: bytes


class Store:
    """Survives the end of the process; with `every_write_to_disk` also that of the power, at a fsync a message."""

    def __init__(self, path: Path, *, longest_outbox: int = 100_000, every_write_to_disk: bool = False) -> None:
        self._lock = threading.Lock()
        self._longest = longest_outbox
        self._base = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._base.execute("PRAGMA journal_mode=WAL")
        self._base.execute(f"PRAGMA synchronous={'FULL' if every_write_to_disk else 'NORMAL'}")
        self._base.execute("CREATE TABLE IF NOT EXISTS state(source TEXT PRIMARY KEY, document TEXT NOT NULL)")
        self._base.execute(
            "CREATE TABLE IF NOT EXISTS outbox(number INTEGER PRIMARY KEY AUTOINCREMENT, body BLOB NOT NULL)"
        )

    def state(self, source: str) -> Condensed:
        """Where the source stands; a new one stands at the beginning."""
        with self._lock:
            row = self._base.execute("SELECT document FROM state WHERE source = ?", (source,)).fetchone()
        return Condensed(**json.loads(row[0])) if row else Condensed()

    def keep(self, source: str, state: Condensed, told: Sequence[Mapping[str, Any]]) -> None:
        """The new state and what is to be sent, in one step. Raises `Full`; then nothing was kept."""
        with self._lock:
            if told and self._waiting() + len(told) > self._longest:
                raise Full(f"{self._longest} messages wait to be sent")
            self._base.execute("BEGIN IMMEDIATE")
            try:
                document = json.dumps(asdict(state))
                self._base.execute("INSERT OR REPLACE INTO state VALUES (?, ?)", (source, document))
                bodies = [(json.dumps(each, separators=(",", ":")).encode(),) for each in told]
                self._base.executemany("INSERT INTO outbox(body) VALUES (?)", bodies)
            except BaseException:
                self._base.execute("ROLLBACK")
                raise
            self._base.execute("COMMIT")

    def next(self) -> Waiting | None:
        """What is to be sent first."""
        with self._lock:
            row = self._base.execute("SELECT number, body FROM outbox ORDER BY number LIMIT 1").fetchone()
        return Waiting(*row) if row else None

    def sent(self, number: int) -> None:
        """It is up there."""
        with self._lock:
            self._base.execute("DELETE FROM outbox WHERE number = ?", (number,))

    def waiting(self) -> int:
        """How many are still to be sent."""
        with self._lock:
            return self._waiting()

    def _waiting(self) -> int:
        (count,) = self._base.execute("SELECT COUNT(*) FROM outbox").fetchone()
        return int(count)

    def close(self) -> None:
        """Nothing may be asked of it afterwards."""
        with self._lock:
            self._base.close()
