"""The outbox of documents that are no exams: follow-up, withdrawals, answers to questions, counts of months."""

import json
import sqlite3
import time
from dataclasses import dataclass

from cmr_connector.database import Database, utc_now
from cmr_connector.states import STATEMENT_TRANSITIONS, StatementKind, StatementState, require
from cmr_exchange.canonical import sha256_hex


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One document in the outbox; it holds pseudonyms, days, codes and counts, never a date of a patient.

    Attributes:
        kind: what it says.
        subject: what it is about: a subject's pseudonym; of an answer the registry's name of the query; of a
            census the month.
        document: its canonical bytes.
        content_digest: what it says, whatever its version.
        registry_version: newest version at the registry, where that is why it was refused.
        attempts, next_try, cause: failed attempts in a row, Unix time of the next one, and what failed.
    """

    id: int
    kind: StatementKind
    subject: str
    version: int
    digest: str
    document: bytes
    content_digest: str
    state: StatementState
    reason: str | None
    registry_version: int | None
    attempts: int
    next_try: float
    cause: str | None
    created_at: str
    changed_at: str

    @classmethod
    def of(cls, row: sqlite3.Row) -> "StatementRow":
        """From a row of `statement`."""
        fields = {name: row[name] for name in cls.__slots__ if name not in ("state", "kind")}
        return cls(state=StatementState(row["state"]), kind=StatementKind(row["kind"]), **fields)

    @property
    def n_entries(self) -> tuple[int, int]:
        """Sources and events of a follow-up document."""
        document = json.loads(self.document)
        return len(document.get("vital_status", ())), len(document.get("events", ()))


class Statements:
    """The table of statements."""

    def __init__(self, database: Database) -> None:
        """Share the store's database."""
        self._db = database

    def add(
        self, kind: StatementKind, subject: str, version: int, document: bytes, content_digest: str
    ) -> StatementRow:
        """Queue a document; what of the same kind still waits for this subject is superseded by it."""
        now = utc_now()
        with self._db.transaction():
            for row in self.of_subject(subject):
                if row.kind is kind and row.state is StatementState.QUEUED:
                    self.move(row.id, StatementState.SUPERSEDED)
            number = self._db.insert(
                "INSERT INTO statement (kind, subject, version, digest, document, content_digest, state,"
                " next_try, created_at, changed_at) VALUES (?,?,?,?,?,?,?,?,?,?)",
                kind,
                subject,
                version,
                sha256_hex(document),
                document,
                content_digest,
                StatementState.QUEUED,
                0.0,
                now,
                now,
            )
        return self.get(number)

    def get(self, statement_id: int) -> StatementRow:
        """One statement by its number.

        Raises:
            StoreError: no such statement.
        """
        return StatementRow.of(self._db.one("SELECT * FROM statement WHERE id = ?", statement_id))

    def of_subject(self, subject: str) -> list[StatementRow]:
        """All statements about a subject, newest first."""
        rows = self._db.all("SELECT * FROM statement WHERE subject = ? ORDER BY id DESC", subject)
        return [StatementRow.of(row) for row in rows]

    def newest(self, kind: StatementKind, subject: str) -> StatementRow | None:
        """The newest statement of this kind about a subject, None before the first."""
        row = self._db.first(
            "SELECT * FROM statement WHERE kind = ? AND subject = ? ORDER BY version DESC LIMIT 1",
            kind,
            subject,
        )
        return StatementRow.of(row) if row else None

    def newest_of(self, kind: StatementKind) -> list[StatementRow]:
        """The newest statement of a kind about each that it speaks of."""
        rows = self._db.all(
            "SELECT *, max(version) FROM statement WHERE kind = ? GROUP BY subject ORDER BY subject", kind
        )
        return [StatementRow.of(row) for row in rows]

    def newest_states(self) -> dict[str, StatementState]:
        """State of the newest follow-up document by subject."""
        rows = self._db.all(
            "SELECT subject, state, max(version) FROM statement WHERE kind = ? GROUP BY subject",
            StatementKind.FOLLOW_UP,
        )
        return {row["subject"]: StatementState(row["state"]) for row in rows}

    def counts(self) -> dict[StatementState, int]:
        """How many statements stand in each state; every state is present."""
        rows = self._db.all("SELECT state, count(*) AS n FROM statement GROUP BY state")
        found = {row["state"]: row["n"] for row in rows}
        return {state: found.get(state, 0) for state in StatementState}

    def failing(self) -> StatementRow | None:
        """A statement that waits because its last attempts failed, if there is one."""
        row = self._db.first(
            "SELECT * FROM statement WHERE state = ? AND attempts > 0 ORDER BY changed_at DESC LIMIT 1",
            StatementState.QUEUED,
        )
        return StatementRow.of(row) if row else None

    def claim(self, now: float | None = None) -> StatementRow | None:
        """Take the next queued statement whose time has come, as `sending`; withdrawals go first."""
        with self._db.transaction():
            row = self._db.first(
                "SELECT id FROM statement WHERE state = ? AND next_try <= ?"
                " ORDER BY kind = ? DESC, next_try, id LIMIT 1",
                StatementState.QUEUED,
                time.time() if now is None else now,
                StatementKind.WITHDRAWAL,
            )
            if row is None:
                return None
            self.move(row["id"], StatementState.SENDING)
            return self.get(row["id"])

    def move(self, statement_id: int, state: StatementState, reason: str | None = None) -> None:
        """Change the state of a statement.

        Raises:
            TransitionError: the table of transitions does not list it.
        """
        with self._db.transaction():
            row = self._db.one("SELECT state FROM statement WHERE id = ?", statement_id)
            require(STATEMENT_TRANSITIONS, StatementState(row["state"]), state)
            self._db.execute(
                "UPDATE statement SET state = ?, reason = ?, changed_at = ? WHERE id = ?",
                state,
                reason,
                utc_now(),
                statement_id,
            )

    def refused(self, statement_id: int, reason: str, registry_version: int | None) -> None:
        """The registry refuses it for good."""
        with self._db.transaction():
            self.move(statement_id, StatementState.REFUSED, reason)
            self._db.execute(
                "UPDATE statement SET registry_version = ? WHERE id = ?", registry_version, statement_id
            )

    def postpone(self, statement_id: int, next_try: float, cause: str) -> None:
        """Queue it again after a failed attempt, for `next_try` (Unix seconds)."""
        with self._db.transaction():
            self.move(statement_id, StatementState.QUEUED)
            self._db.execute(
                "UPDATE statement SET attempts = attempts + 1, next_try = ?, cause = ? WHERE id = ?",
                next_try,
                cause,
                statement_id,
            )

    def retry_now(self) -> None:
        """Let every postponed statement be tried at once."""
        self._db.execute("UPDATE statement SET next_try = 0 WHERE state = ?", StatementState.QUEUED)

    def recover(self) -> int:
        """After a kill: statements that were being sent are queued again. Returns how many."""
        with self._db.transaction():
            rows = self._db.all("SELECT id FROM statement WHERE state = ?", StatementState.SENDING)
            for row in rows:
                self.move(row["id"], StatementState.QUEUED)
        return len(rows)
