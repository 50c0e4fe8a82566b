"""The ledger: one row per received instance, found to stored; nothing leaves without a reason (L3)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cmr_connector.database import Database, utc_now
from cmr_connector.local_keys import Local
from cmr_connector.rows import InstanceRow, RefusalRow
from cmr_connector.states import INSTANCE_TRANSITIONS, InstanceState, require
from cmr_deid.science import Survival
from cmr_exchange.reasons import reason as reason_of

_PASSED = (InstanceState.DEIDENTIFIED, InstanceState.SENT, InstanceState.STORED)


@dataclass(frozen=True, slots=True)
class Arrival:
    """What intake knows of one instance.

    Attributes:
        series_instance_uid, sop_instance_uid: as received; only their keyed hashes are written.
        source_sha256: hash of the received bytes; only its keyed hash is written.
        subject: pseudonym of the patient it names, empty when it names none.
        source: how it came. size: received bytes.
        says_head: whether its own words speak of the head.
    """

    series_instance_uid: str
    sop_instance_uid: str
    source_sha256: str
    subject: str
    source: str
    size: int
    says_head: bool = False


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What de-identification made of one instance."""

    sha256: str
    size: int
    sop_instance_uid: str
    series_instance_uid: str
    study_instance_uid: str
    facts: dict[str, Any]


class Ledger:
    """The table of instances and the list of files that were no image."""

    def __init__(self, database: Database, local: Local) -> None:
        """Share the store's database and keys."""
        self._db, self._local = database, local

    def find(self, exam_id: int, arrival: Arrival) -> InstanceRow | None:
        """The row of exactly these bytes under this SOP instance UID, if they came before."""
        row = self._db.first(
            "SELECT * FROM instance WHERE exam_id = ? AND sop_hash = ? AND source_hash = ?",
            exam_id,
            self._local.hashed("sop", arrival.sop_instance_uid),
            self._local.hashed("bytes", arrival.source_sha256),
        )
        return InstanceRow.of(row) if row else None

    def add(self, exam_id: int, arrival: Arrival, spool: str | None, reason: str | None = None) -> int:
        """Enter an instance as `found` with its spool file, or as `rejected` with a reason code."""
        state = InstanceState.REJECTED if reason else InstanceState.FOUND
        _known(reason)
        now = utc_now()
        return self._db.insert(
            "INSERT INTO instance (exam_id, series_hash, sop_hash, source_hash, subject, source, size,"
            " spool, state, reason, says_head, received_at, changed_at) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)",
            exam_id,
            self._local.hashed("series", arrival.series_instance_uid),
            self._local.hashed("sop", arrival.sop_instance_uid),
            self._local.hashed("bytes", arrival.source_sha256),
            arrival.subject,
            arrival.source,
            arrival.size,
            spool,
            state,
            reason,
            arrival.says_head,
            now,
            now,
        )

    def came_again(self, instance_id: int) -> None:
        """Count that the same bytes came once more."""
        self._db.execute("UPDATE instance SET times_received = times_received + 1 WHERE id = ?", instance_id)

    def reopen(self, instance_id: int, spool: str) -> None:
        """A held or rejected instance came again: it gets a new chance with a new spool file."""
        with self._db.transaction():
            self.move(instance_id, InstanceState.FOUND)
            self._db.execute("UPDATE instance SET spool = ? WHERE id = ?", spool, instance_id)

    def get(self, instance_id: int) -> InstanceRow:
        """One instance by its number.

        Raises:
            StoreError: no such instance.
        """
        return InstanceRow.of(self._db.one("SELECT * FROM instance WHERE id = ?", instance_id))

    def of_exam(self, exam_id: int, *states: InstanceState) -> list[InstanceRow]:
        """The instances of an exam, in order of arrival; only those in `states` when any is named."""
        marks = ",".join("?" * len(states))
        where = f"AND state IN ({marks})" if states else ""
        sql = f"SELECT * FROM instance WHERE exam_id = ? {where} ORDER BY id"  # noqa: S608  marks are ?
        return [InstanceRow.of(row) for row in self._db.all(sql, exam_id, *states)]

    def counts(self, exam_id: int) -> dict[InstanceState, int]:
        """How many instances of an exam stand in each state; every state is present."""
        rows = self._db.all(
            "SELECT state, count(*) AS n FROM instance WHERE exam_id = ? GROUP BY state", exam_id
        )
        found = {row["state"]: row["n"] for row in rows}
        return {state: found.get(state, 0) for state in InstanceState}

    def reasons(self, exam_id: int) -> dict[str, int]:
        """How many instances of an exam carry each reason code."""
        rows = self._db.all(
            "SELECT reason, count(*) AS n FROM instance WHERE exam_id = ? AND reason IS NOT NULL"
            " GROUP BY reason ORDER BY n DESC, reason",
            exam_id,
        )
        return {row["reason"]: row["n"] for row in rows}

    def move(self, instance_id: int, state: InstanceState, reason: str | None = None) -> None:
        """Change the state of an instance; held and rejected need a reason code, others have none.

        Raises:
            TransitionError: the table of transitions does not list it.
            KeyError: an unknown reason code, or none where one is needed; a programming error.
        """
        if state in (InstanceState.HELD, InstanceState.REJECTED) and reason is None:
            raise KeyError("held and rejected need a reason code")
        _known(reason)
        with self._db.transaction():
            row = self._db.one("SELECT state FROM instance WHERE id = ?", instance_id)
            require(INSTANCE_TRANSITIONS, InstanceState(row["state"]), state)
            self._db.execute(
                "UPDATE instance SET state = ?, reason = ?, changed_at = ? WHERE id = ?",
                state,
                reason,
                utc_now(),
                instance_id,
            )

    def deidentified(self, instance_id: int, outgoing: Outgoing) -> None:
        """Note the outgoing file of an instance that passed de-identification and both second looks."""
        with self._db.transaction():
            self.move(instance_id, InstanceState.DEIDENTIFIED)
            self._db.execute(
                "UPDATE instance SET out_sha256 = ?, out_size = ?, out_sop_uid = ?, out_series_uid = ?,"
                " out_study_uid = ?, facts = ? WHERE id = ?",
                outgoing.sha256,
                outgoing.size,
                outgoing.sop_instance_uid,
                outgoing.series_instance_uid,
                outgoing.study_instance_uid,
                json.dumps(outgoing.facts, sort_keys=True),
                instance_id,
            )

    def compared(self, instance_id: int, science: dict[str, Any]) -> None:
        """Note what of an instance's science stands in its output: counts and names of attributes, no values."""
        self._db.execute("UPDATE instance SET science = ? WHERE id = ?", json.dumps(science), instance_id)

    def survivals(self, exam_id: int) -> list[tuple[str, Survival]]:
        """Key of the series and survival of every instance of an exam whose output was compared."""
        rows = self._db.all(
            "SELECT series_hash, science FROM instance WHERE exam_id = ? AND science IS NOT NULL ORDER BY id",
            exam_id,
        )
        return [(row["series_hash"], Survival.from_document(json.loads(row["science"]))) for row in rows]

    def twin(self, exam_id: int, out_sop_uid: str) -> InstanceRow | None:
        """The instance of an exam that already leaves under this re-mapped UID, if there is one."""
        row = self._db.first(
            "SELECT * FROM instance WHERE out_sop_uid = ? AND exam_id = ? AND state IN (?, ?, ?)",
            out_sop_uid,
            exam_id,
            *_PASSED,
        )
        return InstanceRow.of(row) if row else None

    def by_outgoing(self, exam_id: int, out_sop_uids: Sequence[str]) -> list[InstanceRow]:
        """The instances of an exam that leave under these re-mapped UIDs."""
        wanted = set(out_sop_uids)
        return [row for row in self.of_exam(exam_id, *_PASSED) if row.out_sop_uid in wanted]

    def spool_cleared(self, instance_id: int) -> None:
        """The spool file of an instance is gone."""
        self._db.execute("UPDATE instance SET spool = NULL WHERE id = ?", instance_id)

    def spool_names(self) -> set[str]:
        """All spool files that a row still points at; others are leftovers of a kill."""
        return {row["spool"] for row in self._db.all("SELECT spool FROM instance WHERE spool IS NOT NULL")}

    def outgoing_names(self) -> set[str]:
        """Hashes of all outgoing files that are still to be sent or acknowledged by a receipt."""
        rows = self._db.all(
            "SELECT out_sha256 FROM instance WHERE state IN (?, ?)",
            InstanceState.DEIDENTIFIED,
            InstanceState.SENT,
        )
        return {row["out_sha256"] for row in rows}

    def refuse(self, source: str, size: int, reason: str, batch: str | None = None) -> int:
        """Note a file that was no readable image. Returns its number."""
        _known(reason)
        return self._db.insert(
            "INSERT INTO refusal (source, batch, size, reason, at) VALUES (?,?,?,?,?)",
            source,
            batch,
            size,
            reason,
            utc_now(),
        )

    def refusals(self, limit: int = 500, batch: str | None = None) -> list[RefusalRow]:
        """Files that were no readable image, newest first; those of one batch when it is named."""
        rows = self._db.all(
            "SELECT * FROM refusal WHERE ?1 IS NULL OR batch = ?1 ORDER BY id DESC LIMIT ?2", batch, limit
        )
        return [RefusalRow.of(row) for row in rows]


def _known(reason: str | None) -> None:
    if reason is not None:
        reason_of(reason)
