"""Imports in the local store: which table, by which mapping, how far, and what became of each row.

File names, drafts and the files themselves lie in boxes. What is said of a row names a place, an item and a reason,
never a cell.
"""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cmr_connector.database import Database, utc_now
from cmr_connector.errors import TransitionError
from cmr_connector.local_keys import Local
from cmr_connector.states import require
from cmr_connector.tables.states import IMPORT_TRANSITIONS, ImportState, Outcome


@dataclass(frozen=True, slots=True)
class ImportRow:
    """One table that somebody brought.

    Attributes:
        id: its number.
        file_hash: keyed hash of its bytes.
        source: `desk` or `folder`. account: who brought it, empty for the folder.
        state: where it stands. said: `changed` where it is held, or why it failed.
        name, version: the mapping; version 0 while somebody works on it.
        with_questions: whether values with a question are taken.
        n_rows, n_done: rows of the table, and those that were taken through.
    """

    id: int
    file_hash: str
    source: str
    account: str
    state: ImportState
    said: tuple[str, ...]
    name: str
    version: int
    with_questions: bool
    n_rows: int
    n_done: int
    created_at: str
    changed_at: str

    @classmethod
    def of(cls, row: sqlite3.Row) -> "ImportRow":
        """From a row of `table_import`."""
        fields = {
            name: row[name] for name in cls.__slots__ if name not in ("state", "said", "with_questions")
        }
        return cls(
            state=ImportState(row["state"]),
            said=tuple(json.loads(row["said"])),
            with_questions=bool(row["with_questions"]),
            **fields,
        )


@dataclass(frozen=True, slots=True)
class RowDone:
    """What became of one row.

    Attributes:
        number: as a spreadsheet numbers it.
        outcome: taken, questioned, partly, refused or left out.
        report_id: the report that it became. is_new: whether it said something new.
        row_key: keyed hash of whose row it is.
        n_values, n_questions, n_refused: values taken, with a question, and cells refused.
        said: `{"place", "item", "code", "sentence", "who", "is_refused"}`; place of the column, 0 for the row.
    """

    number: int
    outcome: Outcome
    report_id: int | None
    row_key: str | None
    is_new: bool
    n_values: int
    n_questions: int
    n_refused: int
    said: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class ListedRow:
    """One row with what became of its report: waiting, matched or rejected; None where it became none."""

    done: RowDone
    report_state: str | None
    exam_id: int | None


@dataclass(frozen=True, slots=True)
class Totals:
    """What became of the rows of an import so far.

    Attributes:
        rows: by outcome; every outcome is present.
        n_new: rows that said something new.
        n_values, n_questions, n_refused: values taken, of them with a question, and cells refused.
    """

    rows: dict[Outcome, int]
    n_new: int
    n_values: int
    n_questions: int
    n_refused: int


class TableImports:
    """The tables of imports and their rows."""

    def __init__(self, database: Database, local: Local) -> None:
        """Share the store's database and keys."""
        self._db, self._local = database, local

    def add(self, file_hash: str, source: str, account: str, said: Sequence[str], n_rows: int) -> int:
        """Enter a table that somebody brought; it is held where anything is said. Returns its number."""
        now = utc_now()
        return self._db.insert(
            "INSERT INTO table_import (file_hash, source, account, state, said, box, name, version,"
            " with_questions, n_rows, n_done, created_at, changed_at) VALUES (?,?,?,?,?,?,'',0,1,?,0,?,?)",
            file_hash,
            source,
            account,
            ImportState.HELD if said else ImportState.MAPPING,
            json.dumps(list(said)),
            b"",
            n_rows,
            now,
            now,
        )

    def get(self, number: int) -> ImportRow:
        """One import.

        Raises:
            StoreError: no such import.
        """
        return ImportRow.of(self._db.one("SELECT * FROM table_import WHERE id = ?", number))

    def listed(self, limit: int, offset: int = 0) -> list[ImportRow]:
        """Imports, newest first."""
        rows = self._db.all("SELECT * FROM table_import ORDER BY id DESC LIMIT ? OFFSET ?", limit, offset)
        return [ImportRow.of(row) for row in rows]

    def count(self, *states: ImportState) -> int:
        """How many there are, in these states when any is named."""
        marks = ",".join("?" * len(states))
        where = f"WHERE state IN ({marks})" if states else ""
        return int(self._db.one(f"SELECT count(*) AS n FROM table_import {where}", *states)["n"])  # noqa: S608

    def with_file(self, file_hash: str, *states: ImportState) -> ImportRow | None:
        """The newest import of these bytes in one of these states."""
        marks = ",".join("?" * len(states))
        sql = f"SELECT * FROM table_import WHERE file_hash = ? AND state IN ({marks}) ORDER BY id DESC"  # noqa: S608
        row = self._db.first(sql, file_hash, *states)
        return ImportRow.of(row) if row else None

    def next_running(self) -> ImportRow | None:
        """The oldest import whose rows are being taken in."""
        sql = "SELECT * FROM table_import WHERE state = ? ORDER BY id LIMIT 1"
        row = self._db.first(sql, ImportState.RUNNING)
        return ImportRow.of(row) if row else None

    def document(self, number: int) -> Any:
        """The draft of an import: file name, mapping that somebody works on, what its columns hold."""
        box = self._db.one("SELECT box FROM table_import WHERE id = ?", number)["box"]
        return self._local.open(box, f"table import {number}")

    def document_put(self, number: int, document: Any) -> None:
        """Keep the draft."""
        box = self._local.seal(document, f"table import {number}")
        self._change(number, "box = ?", box)

    def start(self, number: int, name: str, version: int, *, with_questions: bool) -> None:
        """Take the rows in by a saved mapping, from the first one on.

        Raises:
            TransitionError: they are being taken in, or the table is held.
        """
        with self._db.transaction():
            if self.get(number).state is ImportState.RUNNING:
                raise TransitionError("The rows of this table are being taken in.")
            self.move(number, ImportState.RUNNING)
            self._db.execute("DELETE FROM table_import_row WHERE import_id = ?", number)
            self._change(
                number,
                "name = ?, version = ?, with_questions = ?, n_done = 0",
                name,
                version,
                int(with_questions),
            )

    def move(self, number: int, state: ImportState, said: Sequence[str] = ()) -> None:
        """Change the state.

        Raises:
            TransitionError: the table of transitions does not list it.
        """
        with self._db.transaction():
            require(IMPORT_TRANSITIONS, self.get(number).state, state)
            self._change(number, "state = ?, said = ?", state, json.dumps(list(said)))

    def rows_add(self, number: int, rows: Sequence[RowDone], n_done: int) -> None:
        """Note what became of rows, and how far the import is."""
        for row in rows:
            self._db.execute(
                "INSERT INTO table_import_row (import_id, number, outcome, report_id, row_key, is_new, n_values,"
                " n_questions, n_refused, said) VALUES (?,?,?,?,?,?,?,?,?,?)",
                number,
                row.number,
                row.outcome,
                row.report_id,
                row.row_key,
                int(row.is_new),
                row.n_values,
                row.n_questions,
                row.n_refused,
                json.dumps(row.said) if row.said else "[]",
            )
        self._change(number, "n_done = ?", n_done)

    def has_key(self, number: int, row_key: str) -> bool:
        """Whether an earlier row of this import was of the same exam."""
        sql = "SELECT 1 FROM table_import_row WHERE import_id = ? AND row_key = ?"
        return self._db.first(sql, number, row_key) is not None

    def totals(self, number: int) -> Totals:
        """What became of the rows so far."""
        rows = self._db.all(
            "SELECT outcome, count(*) AS n, sum(is_new) AS new, sum(n_values) AS taken, sum(n_questions) AS asked,"
            " sum(n_refused) AS refused FROM table_import_row WHERE import_id = ? GROUP BY outcome",
            number,
        )
        found = {row["outcome"]: row["n"] for row in rows}
        sums = [sum(row[name] for row in rows) for name in ("new", "taken", "asked", "refused")]
        return Totals({outcome: found.get(outcome, 0) for outcome in Outcome}, *sums)

    def rows(
        self, number: int, outcomes: Sequence[Outcome], limit: int, offset: int = 0
    ) -> tuple[list[ListedRow], int]:
        """Rows with these outcomes in their order, and how many there are in all."""
        marks = ",".join("?" * len(outcomes))
        where = f"FROM table_import_row AS r WHERE r.import_id = ? AND r.outcome IN ({marks})"
        total = self._db.one(f"SELECT count(*) AS n {where}", number, *outcomes)["n"]
        rows = self._db.all(
            "SELECT r.*, (SELECT state FROM report WHERE report.id = r.report_id) AS report_state,"  # noqa: S608
            f" (SELECT exam_id FROM report WHERE report.id = r.report_id) AS exam_id {where}"
            " ORDER BY r.number LIMIT ? OFFSET ?",
            number,
            *outcomes,
            limit,
            offset,
        )
        return [ListedRow(_row(row), row["report_state"], row["exam_id"]) for row in rows], int(total)

    def delete(self, number: int) -> None:
        """Forget an import; what it took in stays."""
        with self._db.transaction():
            self._db.execute("DELETE FROM table_import_row WHERE import_id = ?", number)
            self._db.execute("DELETE FROM table_import WHERE id = ?", number)

    def _change(self, number: int, what: str, *values: Any) -> None:
        sql = f"UPDATE table_import SET {what}, changed_at = ? WHERE id = ?"  # noqa: S608  constants above
        self._db.execute(sql, *values, utc_now(), number)


def _row(row: sqlite3.Row) -> RowDone:
    return RowDone(
        row["number"],
        Outcome(row["outcome"]),
        row["report_id"],
        row["row_key"],
        bool(row["is_new"]),
        row["n_values"],
        row["n_questions"],
        row["n_refused"],
        json.loads(row["said"]),
    )
