"""What the simulated Azure holds: one SQLite file that several engines may use at once.

A transaction takes the write lock at its start, so that two engines never both find a name free. Ids are compared
without regard to case, as Azure Resource Manager does.
"""

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from filelock import FileLock

from verdazure.sandbox.azure import arm

_TABLES = """
CREATE TABLE IF NOT EXISTS resources (
  key TEXT PRIMARY KEY, id TEXT NOT NULL, token TEXT NOT NULL, type TEXT NOT NULL, name TEXT NOT NULL,
  location TEXT NOT NULL, created_at TEXT NOT NULL, inputs TEXT NOT NULL, outputs TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS resources_by_name ON resources (type COLLATE NOCASE, name COLLATE NOCASE);
CREATE TABLE IF NOT EXISTS soft_deleted (
  key TEXT PRIMARY KEY, id TEXT NOT NULL, type TEXT NOT NULL, name TEXT NOT NULL, location TEXT NOT NULL,
  deleted_at TEXT NOT NULL, purge_protected INTEGER NOT NULL
) WITHOUT ROWID;
"""

# Longer than any transaction of a colleague: they take milliseconds.
_WAIT_SECONDS = 30


@dataclass(frozen=True)
class StoredResource:
    """A resource that exists.

    `inputs` are those of the last request as azure-native takes them, `outputs` the service's answer to it;
    `created_at` is ISO 8601, UTC.
    """

    id: str
    token: str
    type: str
    name: str
    location: str
    created_at: str
    inputs: dict[str, Any]
    outputs: dict[str, Any]


class SoftDeleted(NamedTuple):
    """A resource that was deleted and still holds its name. `deleted_at` is ISO 8601, UTC."""

    id: str
    type: str
    name: str
    location: str
    deleted_at: str
    purge_protected: bool


class Held:
    """What is held, within one transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def get(self, resource_id: str) -> StoredResource | None:
        """The resource of this id."""
        return next(self._select("WHERE key = ?", resource_id.lower()), None)

    def exists(self, resource_id: str) -> bool:
        """Whether this id names something alive: a resource, what comes with it, or what is always there."""
        if arm.always_there(resource_id) or self.get(resource_id):
            return True
        bringer = arm.brought_by(resource_id)
        return bool(bringer) and self.exists(bringer)

    def of_type(self, arm_type: str, name: str | None = None) -> list[StoredResource]:
        """All resources of a type, or those of one name."""
        where, values = "WHERE type = ? COLLATE NOCASE", [arm_type]
        if name is not None:
            where, values = f"{where} AND name = ? COLLATE NOCASE", [*values, name]
        return list(self._select(where, *values))

    def below(self, resource_id: str) -> list[StoredResource]:
        """Everything that a resource holds: children and what is scoped to them, at any depth."""
        start = resource_id.lower().rstrip("/") + "/"
        return list(self._select("WHERE key >= ? AND key < ?", start, start[:-1] + "0"))  # "0" follows "/"

    def all(self) -> list[StoredResource]:
        """Everything, by id."""
        return list(self._select("ORDER BY key"))

    def put(self, resource: StoredResource) -> None:
        """Create or replace."""
        plain = (resource.id, resource.token, resource.type, resource.name, resource.location, resource.created_at)
        row = (resource.id.lower(), *plain, json.dumps(resource.inputs), json.dumps(resource.outputs))
        self._connection.execute("INSERT OR REPLACE INTO resources VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)

    def remove(self, resource_id: str) -> None:
        """Forget one resource, not what it holds."""
        self._connection.execute("DELETE FROM resources WHERE key = ?", (resource_id.lower(),))

    def soft_deleted(self) -> list[SoftDeleted]:
        """All that is soft-deleted, by id."""
        rows = self._connection.execute(
            "SELECT id, type, name, location, deleted_at, purge_protected FROM soft_deleted ORDER BY key"
        )
        return [
            SoftDeleted(resource_id, arm_type, name, location, deleted_at, bool(purge_protected))
            for resource_id, arm_type, name, location, deleted_at, purge_protected in rows
        ]

    def keep_deleted(self, resource: SoftDeleted) -> None:
        """Remember a soft-deleted resource."""
        row = (resource.id.lower(), *resource)
        self._connection.execute("INSERT OR REPLACE INTO soft_deleted VALUES (?, ?, ?, ?, ?, ?, ?)", row)

    def purge(self, resource_id: str) -> bool:
        """Forget a soft-deleted resource; whether there was one."""
        done = self._connection.execute("DELETE FROM soft_deleted WHERE key = ?", (resource_id.lower(),))
        return done.rowcount > 0

    def _select(self, where: str, *values: str) -> Iterator[StoredResource]:
        columns = "id, token, type, name, location, created_at, inputs, outputs"
        query = f"SELECT {columns} FROM resources {where}"  # noqa: S608 - `where` is one of the constants above
        for resource_id, token, arm_type, name, location, created_at, inputs, outputs in self._connection.execute(
            query, values
        ):
            yield StoredResource(
                *(resource_id, token, arm_type, name, location, created_at), json.loads(inputs), json.loads(outputs)
            )


class Store:
    """The state in one file. Safe to share between threads and between processes; opened at the first use."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()

    @contextmanager
    def transaction(self) -> Iterator[Held]:
        """Read and write as one step: all of it, or after an exception none of it."""
        connection = self._connection()
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield Held(connection)
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")

    def resources(self) -> list[StoredResource]:
        """Everything that exists, by id."""
        return Held(self._connection()).all()

    def soft_deleted(self) -> list[SoftDeleted]:
        """Everything that was deleted and still holds its name, by id."""
        return Held(self._connection()).soft_deleted()

    def get(self, resource_id: str) -> StoredResource | None:
        """One resource as it is now."""
        return Held(self._connection()).get(resource_id)

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(self.path, timeout=_WAIT_SECONDS, isolation_level=None)
            # SQLite does not wait for its lock when it switches to WAL: two that open a new file would collide.
            with FileLock(self.path.with_suffix(".lock"), timeout=_WAIT_SECONDS):
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = NORMAL")
                connection.executescript(_TABLES)
            self._local.connection = connection
        return connection
