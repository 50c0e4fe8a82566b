"""The outbox: versions of exams on their way to the registry, each with its manifest and its receipt."""

import json
import time
from typing import Any

from cmr_connector.database import Database, utc_now
from cmr_connector.rows import DeliveryRow
from cmr_connector.states import DELIVERY_TRANSITIONS, DeliveryState, require
from cmr_exchange.manifest import DeliveryManifest


class Outbox:
    """The table of deliveries."""

    def __init__(self, database: Database) -> None:
        """Share the store's database."""
        self._db = database

    def add(self, exam_id: int, manifest: DeliveryManifest, content_digest: str) -> int:
        """Queue a version; `content_digest` is the hash of the manifest without its version number."""
        now = utc_now()
        instances = list(manifest.instances())
        with self._db.transaction():
            number = self._db.insert(
                "INSERT INTO delivery (exam_id, version, digest, manifest, content_digest, state, next_try,"
                " n_instances, n_bytes, created_at, changed_at) VALUES (?,?,?,?,?,?,?,?,?,?,?)",
                exam_id,
                manifest.version,
                manifest.digest(),
                manifest.canonical_bytes(),
                content_digest,
                DeliveryState.QUEUED,
                0.0,
                len(instances),
                sum(instance.size for instance in instances),
                now,
                now,
            )
            self._db.execute("UPDATE exam SET version = ? WHERE id = ?", manifest.version, exam_id)
        return number

    def newest_content(self, exam_id: int) -> str | None:
        """The content digest of the newest version that was not refused, None before the first."""
        row = self._db.first(
            "SELECT content_digest FROM delivery WHERE exam_id = ? AND state != ?"
            " ORDER BY version DESC LIMIT 1",
            exam_id,
            DeliveryState.REFUSED,
        )
        return row["content_digest"] if row else None

    def newest(self, exam_id: int) -> DeliveryRow | None:
        """The newest version of an exam that was not refused, None before the first."""
        row = self._db.first(
            "SELECT * FROM delivery WHERE exam_id = ? AND state != ? ORDER BY version DESC LIMIT 1",
            exam_id,
            DeliveryState.REFUSED,
        )
        return DeliveryRow.of(row) if row else None

    def get(self, delivery_id: int) -> DeliveryRow:
        """One delivery by its number.

        Raises:
            StoreError: no such delivery.
        """
        return DeliveryRow.of(self._db.one("SELECT * FROM delivery WHERE id = ?", delivery_id))

    def of_exam(self, exam_id: int) -> list[DeliveryRow]:
        """All versions of an exam, newest first."""
        rows = self._db.all("SELECT * FROM delivery WHERE exam_id = ? ORDER BY version DESC", exam_id)
        return [DeliveryRow.of(row) for row in rows]

    def listed(self, *states: DeliveryState, limit: int = 500) -> list[DeliveryRow]:
        """Deliveries in these states (all when none is named), newest change first."""
        marks = ",".join("?" * len(states))
        where = f"WHERE state IN ({marks})" if states else ""
        sql = f"SELECT * FROM delivery {where} ORDER BY changed_at DESC, id DESC LIMIT ?"  # noqa: S608
        return [DeliveryRow.of(row) for row in self._db.all(sql, *states, limit)]

    def claim(self, now: float | None = None) -> DeliveryRow | None:
        """Take the next queued delivery whose time has come, as `sending`; versions go in order."""
        with self._db.transaction():
            row = self._db.first(
                "SELECT id FROM delivery AS d WHERE state = ? AND next_try <= ? AND NOT EXISTS"
                " (SELECT 1 FROM delivery WHERE exam_id = d.exam_id AND version < d.version"
                "  AND state IN ('queued', 'sending')) ORDER BY next_try, id LIMIT 1",
                DeliveryState.QUEUED,
                time.time() if now is None else now,
            )
            if row is None:
                return None
            self.move(row["id"], DeliveryState.SENDING)
            return self.get(row["id"])

    def conflicts_due(self, now: float) -> list[DeliveryRow]:
        """Deliveries that a steward has to decide about and that it is time to ask for again."""
        rows = self._db.all(
            "SELECT * FROM delivery WHERE state = ? AND next_try <= ?", DeliveryState.CONFLICT, now
        )
        return [DeliveryRow.of(row) for row in rows]

    def move(self, delivery_id: int, state: DeliveryState, reason: str | None = None) -> None:
        """Change the state of a delivery.

        Raises:
            TransitionError: the table of transitions does not list it.
        """
        with self._db.transaction():
            row = self._db.one("SELECT state FROM delivery WHERE id = ?", delivery_id)
            require(DELIVERY_TRANSITIONS, DeliveryState(row["state"]), state)
            self._db.execute(
                "UPDATE delivery SET state = ?, reason = ?, changed_at = ? WHERE id = ?",
                state,
                reason,
                utc_now(),
                delivery_id,
            )

    def opened(self, delivery_id: int, registry_id: str) -> None:
        """The registry knows the delivery under this id."""
        self._db.execute("UPDATE delivery SET registry_id = ? WHERE id = ?", registry_id, delivery_id)

    def postpone(self, delivery_id: int, next_try: float, cause: str) -> None:
        """Note a failed attempt and when to try again (Unix seconds)."""
        self._db.execute(
            "UPDATE delivery SET attempts = attempts + 1, next_try = ?, cause = ?, changed_at = ?"
            " WHERE id = ?",
            next_try,
            cause,
            utc_now(),
            delivery_id,
        )

    def retry_now(self) -> None:
        """Let every postponed delivery be tried at once."""
        self._db.execute("UPDATE delivery SET next_try = 0 WHERE state IN ('queued', 'conflict')")

    def receipted(self, delivery_id: int, receipt: dict[str, Any]) -> None:
        """Keep the registry's signed receipt; from here on the exam may be forgotten."""
        with self._db.transaction():
            self.move(delivery_id, DeliveryState.ACCEPTED)
            self._db.execute(
                "UPDATE delivery SET receipt = ? WHERE id = ?",
                json.dumps(receipt, sort_keys=True),
                delivery_id,
            )

    def recover(self) -> list[int]:
        """After a kill: deliveries that were being sent are queued again. Returns their exams' numbers."""
        with self._db.transaction():
            rows = self._db.all("SELECT id, exam_id FROM delivery WHERE state = ?", DeliveryState.SENDING)
            for row in rows:
                self.move(row["id"], DeliveryState.QUEUED)
        return [row["exam_id"] for row in rows]
