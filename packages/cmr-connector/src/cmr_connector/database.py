"""SQLite as the connector uses it: WAL, synchronous FULL, one connection per thread, explicit migrations.

A commit that returned has reached the disk; that is what "the outbox survives kill -9" stands on (N2).
"""

import datetime
import sqlite3
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cmr_connector.errors import StoreError
from cmr_connector.schema import MIGRATIONS

_BUSY_MS = 20_000


def utc_now() -> str:
    """The present instant as `YYYY-MM-DDThh:mm:ssZ`."""
    return datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class _Connection(sqlite3.Connection):
    """A connection that can be weakly referenced, so that it closes with its thread."""


class Database:
    """One SQLite file, shared by the threads of the agent."""

    def __init__(self, path: Path) -> None:
        """Open the file, making or migrating it.

        Raises:
            StoreError: the file was written by a newer connector.
        """
        self._path = path
        self._local = threading.local()
        self._lock = threading.Lock()
        self._connections: weakref.WeakSet[_Connection] = weakref.WeakSet()
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._migrate()
        path.chmod(0o600)

    def _connection(self) -> sqlite3.Connection:
        existing: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if existing is not None:
            return existing
        connection = sqlite3.connect(
            self._path,
            timeout=_BUSY_MS / 1000,
            isolation_level=None,
            check_same_thread=False,
            factory=_Connection,
        )
        connection.row_factory = sqlite3.Row
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute(f"PRAGMA busy_timeout={_BUSY_MS}")
        self._local.connection = connection
        with self._lock:
            self._connections.add(connection)
        return connection

    def _migrate(self) -> None:
        with self.transaction():
            version = self.one("PRAGMA user_version")["user_version"]
            if version > len(MIGRATIONS):
                raise StoreError("The database was written by a newer connector; install that version.")
            for number in range(version, len(MIGRATIONS)):
                for statement in MIGRATIONS[number].split(";"):
                    if statement.strip():
                        self.execute(statement)
                self.execute(f"PRAGMA user_version={number + 1}")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; inside another transaction of the same thread it joins that one."""
        connection = self._connection()
        if connection.in_transaction:
            yield
            return
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            connection.execute("COMMIT")
        except BaseException:
            # a disk that failed has ended the transaction already
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise

    def execute(self, sql: str, *parameters: Any) -> sqlite3.Cursor:
        """Run one statement with positional parameters."""
        return self._connection().execute(sql, parameters)

    def insert(self, sql: str, *parameters: Any) -> int:
        """Run one INSERT and return the number of its row."""
        number = self.execute(sql, *parameters).lastrowid
        assert number is not None  # noqa: S101  sqlite3 sets it after every INSERT
        return number

    def all(self, sql: str, *parameters: Any) -> list[sqlite3.Row]:
        """All rows of a SELECT."""
        return self.execute(sql, *parameters).fetchall()

    def first(self, sql: str, *parameters: Any) -> sqlite3.Row | None:
        """The first row of a SELECT, or None."""
        row: sqlite3.Row | None = self.execute(sql, *parameters).fetchone()
        return row

    def one(self, sql: str, *parameters: Any) -> sqlite3.Row:
        """The one row of a SELECT.

        Raises:
            StoreError: there is none.
        """
        row = self.first(sql, *parameters)
        if row is None:
            raise StoreError("A row that was expected is not in the local database.")
        return row

    def close(self) -> None:
        """Close the connections of all threads."""
        with self._lock:
            for connection in list(self._connections):
                connection.close()
            self._connections.clear()
        self._local = threading.local()
