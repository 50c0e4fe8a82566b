"""What the registry asks about this center's exams, as it last stated it; and what was answered here.

The mirror holds the registry's words and pseudonyms. A note that a person keeps beside an answer stands in a sealed
box and never leaves.
"""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cmr_connector.database import Database, utc_now
from cmr_connector.local_keys import Local
from cmr_exchange.queries import DataQueryDocument, QueryAnswer, QueryState

SHOWN: Mapping[str, str] = {
    "": "data_query.state IN ('open', 'reopened') AND answered_turn < turn",
    "sent": "data_query.state != 'closed' AND (data_query.state = 'answered' OR answered_turn >= turn)",
    "closed": "data_query.state = 'closed'",
}
"""Filters of the worklist: what waits here, what was answered, what is closed."""

_ROWS = """
    FROM data_query LEFT JOIN exam ON exam.pseudonym = data_query.exam
    WHERE (exam.subject IS NULL OR exam.subject NOT IN (SELECT subject FROM withdrawal))
"""
_RECEIVED = "(SELECT max(version) FROM delivery WHERE exam_id = exam.id AND state = 'accepted')"


@dataclass(frozen=True, slots=True)
class QueryRow:
    """One query.

    Attributes:
        number: its number at this center; what addresses are made of.
        exam_id: number of its exam, None where this connector never sent it.
        document: what the registry said last.
        answered_turn: newest asking that was answered here, 0 for none.
        answer, answer_version: what was answered then.
        has_note: a note is kept beside it.
    """

    number: int
    exam_id: int | None
    document: DataQueryDocument
    answered_turn: int
    answer: QueryAnswer | None
    answer_version: int | None
    has_note: bool
    changed_at: str

    @classmethod
    def of(cls, row: sqlite3.Row) -> "QueryRow":
        """From a row of `data_query` joined with its exam."""
        return cls(
            number=row["number"],
            exam_id=row["exam_id"],
            document=DataQueryDocument.from_document(json.loads(row["document"])),
            answered_turn=row["answered_turn"],
            answer=QueryAnswer(row["answer"]) if row["answer"] else None,
            answer_version=row["answer_version"],
            has_note=row["note"] is not None,
            changed_at=row["changed_at"],
        )

    @property
    def waits(self) -> bool:
        """Whether the registry waits for an answer of this asking that nobody has given yet."""
        asked = self.document.state in (QueryState.OPEN, QueryState.REOPENED)
        return asked and self.answered_turn < self.document.turn


class DataQueries:
    """The table of data queries."""

    def __init__(self, database: Database, local: Local) -> None:
        """Share the store's database and keys."""
        self._db, self._local = database, local

    def put(self, document: DataQueryDocument) -> None:
        """Keep what the registry says of a query; what was answered and noted here stays."""
        self._db.execute(
            "INSERT INTO data_query (id, exam, state, turn, opened_at, document, changed_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET exam = excluded.exam,"
            " state = excluded.state, turn = excluded.turn, opened_at = excluded.opened_at,"
            " document = excluded.document, changed_at = excluded.changed_at",
            document.id,
            document.exam,
            document.state,
            document.turn,
            document.opened_at,
            json.dumps(document.to_document()),
            utc_now(),
        )

    def find(self, number: int) -> QueryRow | None:
        """One query by its number, None where there is none or its patient withdrew."""
        found = self._rows("AND data_query.number = ?", number)
        return found[0] if found else None

    def listed(self, show: str, item: str = "", limit: int = 50, offset: int = 0) -> list[QueryRow]:
        """Queries of a filter of `SHOWN`, about one item when it is named; the oldest first."""
        where = f"AND {SHOWN[show]} AND (?1 = '' OR json_extract(document, '$.item') = ?1)"
        return self._rows(
            f"{where} ORDER BY data_query.opened_at, data_query.number LIMIT ?2 OFFSET ?3",
            item,
            limit,
            offset,
        )

    def count(self, show: str, item: str = "") -> int:
        """How many queries of a filter there are."""
        where = f"{_ROWS} AND {SHOWN[show]} AND (?1 = '' OR json_extract(document, '$.item') = ?1)"
        return int(self._db.one(f"SELECT count(*) AS n {where}", item)["n"])

    def items(self) -> list[str]:
        """Items about which something waits here."""
        rows = self._db.all(
            f"SELECT DISTINCT json_extract(document, '$.item') AS item {_ROWS} AND {SHOWN['']} ORDER BY item"
        )
        return [row["item"] for row in rows if row["item"]]

    def waiting(self) -> list[QueryRow]:
        """Every query that waits for an answer."""
        return self._rows(f"AND {SHOWN['']} ORDER BY data_query.number")

    def with_newer_version(self) -> list[tuple[QueryRow, int]]:
        """Queries that wait, with the newest version of their exam that was received after they were asked."""
        sql = (
            f"SELECT data_query.*, exam.id AS exam_id, {_RECEIVED} AS received {_ROWS} AND {SHOWN['']}"
            " AND received > json_extract(document, '$.version') ORDER BY data_query.number"
        )
        return [(QueryRow.of(row), row["received"]) for row in self._db.all(sql)]

    def received_version(self, exam_id: int) -> int:
        """The newest version of an exam of which the registry has signed a receipt, 0 for none."""
        row = self._db.one(
            "SELECT max(version) AS received FROM delivery WHERE exam_id = ? AND state = 'accepted'", exam_id
        )
        return int(row["received"] or 0)

    def of_exam(self, exam: str) -> list[QueryRow]:
        """The queries about an exam by its pseudonym, newest first."""
        return self._rows("AND data_query.exam = ? ORDER BY data_query.number DESC", exam)

    def ids_of_subject(self, subject: str) -> list[str]:
        """The registry's names of all queries about a subject, whether the patient withdrew or not."""
        rows = self._db.all(
            "SELECT data_query.id FROM data_query JOIN exam ON exam.pseudonym = data_query.exam"
            " WHERE exam.subject = ?",
            subject,
        )
        return [row["id"] for row in rows]

    def answered(
        self, query_id: str, turn: int, answer: QueryAnswer, version: int | None, account: str
    ) -> None:
        """Note what was answered here to an asking; `account` is empty where the connector did it by itself."""
        self._db.execute(
            "UPDATE data_query SET answered_turn = ?, answer = ?, answer_version = ?, account = ?, changed_at = ?"
            " WHERE id = ?",
            turn,
            answer,
            version,
            account,
            utc_now(),
            query_id,
        )

    def answer_missed(self, query_id: str) -> None:
        """The registry did not take the answer: the query waits again."""
        self._db.execute("UPDATE data_query SET answered_turn = 0, answer = NULL WHERE id = ?", query_id)

    def gone(self, query_id: str) -> None:
        """The registry asks it no more, and does not say how it ended."""
        self._db.execute("DELETE FROM data_query WHERE id = ?", query_id)

    def note_put(self, number: int, text: str) -> None:
        """Keep a note beside a query; it stays inside."""
        box = self._local.seal({"note": text}, f"data query {number}") if text else None
        self._db.execute("UPDATE data_query SET note = ? WHERE number = ?", box, number)

    def note(self, number: int) -> str:
        """The note beside a query, empty where there is none; stays inside."""
        row = self._db.one("SELECT note FROM data_query WHERE number = ?", number)
        if row["note"] is None:
            return ""
        document: dict[str, Any] = self._local.open(row["note"], f"data query {number}")
        return str(document["note"])

    def _rows(self, more: str, *values: Any) -> list[QueryRow]:
        # `more` is a constant of this module, never text from outside
        rows = self._db.all(f"SELECT data_query.*, exam.id AS exam_id {_ROWS} {more}", *values)
        return [QueryRow.of(row) for row in rows]
