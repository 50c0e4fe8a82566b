"""Exams in the local store: found by study, moved through their states, listed for people."""

import datetime
import json
import time
from dataclasses import dataclass
from typing import Any

from cmr_connector.crosswalk import Crosswalk, Patient, SourceStudy
from cmr_connector.database import Database, utc_now
from cmr_connector.errors import TransitionError
from cmr_connector.local_keys import Local
from cmr_connector.rows import ExamRow
from cmr_connector.source_header import plausible_date
from cmr_connector.states import EXAM_TRANSITIONS, ExamState, require

_AT_REST = (ExamState.DELIVERED, ExamState.HELD, ExamState.REJECTED)
_SELECT = """
    SELECT exam.*,
        (SELECT count(*) FROM instance WHERE exam_id = exam.id) AS n_instances,
        (SELECT count(*) FROM instance WHERE exam_id = exam.id AND state IN ('held', 'rejected'))
            AS n_problems
    FROM exam
"""


@dataclass(frozen=True, slots=True)
class Dating:
    """Day from the subject's origin and true exam year, settled once per exam."""

    day: int | None
    exam_year: int | None


class Exams:
    """The table of exams."""

    def __init__(self, database: Database, local: Local, crosswalk: Crosswalk) -> None:
        """Share the store's database, keys and crosswalk."""
        self._db, self._local, self._crosswalk = database, local, crosswalk

    def find(self, study_instance_uid: str) -> int | None:
        """The number of the exam of this study, None when nothing of it ever came."""
        study_hash = self._local.hashed("study", study_instance_uid)
        row = self._db.first("SELECT id FROM exam WHERE study_hash = ?", study_hash)
        return None if row is None else int(row["id"])

    def find_or_add(self, pseudonym: str, patient: Patient, study: SourceStudy, settle_at: float) -> int:
        """The number of the exam of this study, made when it is new; its settling starts again."""
        with self._db.transaction():
            known = self.find(study.study_instance_uid)
            if known is not None:
                return known
            now = utc_now()
            return self._db.insert(
                "INSERT INTO exam (study_hash, pseudonym, patient_id_hash, accession_hash, date_hash, box, state,"
                " first_received_at, last_received_at, settle_at, changed_at) VALUES (?,?,?,?,?,?,?,?,?,?,?)",
                self._local.hashed("study", study.study_instance_uid),
                pseudonym,
                self._crosswalk.patient_id_hash(patient.patient_id),
                self._crosswalk.accession_hash(study.accession_number),
                date_hash(self._crosswalk, patient, study),
                self._crosswalk.sealed_exam(pseudonym, patient, study),
                ExamState.ARRIVING,
                now,
                now,
                settle_at,
                now,
            )

    def get(self, exam_id: int) -> ExamRow:
        """One exam by its number.

        Raises:
            StoreError: no such exam.
        """
        return ExamRow.of(self._db.one(f"{_SELECT} WHERE exam.id = ?", exam_id))

    def listed(self, *states: ExamState, limit: int = 500, offset: int = 0) -> list[ExamRow]:
        """Exams in these states (all when none is named), newest change first."""
        marks = ",".join("?" * len(states))
        where = f"WHERE exam.state IN ({marks})" if states else ""
        sql = f"{_SELECT} {where} ORDER BY exam.changed_at DESC, exam.id DESC LIMIT ? OFFSET ?"
        return [ExamRow.of(row) for row in self._db.all(sql, *states, limit, offset)]

    def counts(self) -> dict[ExamState, int]:
        """How many exams stand in each state; every state is present."""
        rows = self._db.all("SELECT state, count(*) AS n FROM exam GROUP BY state")
        found = {row["state"]: row["n"] for row in rows}
        return {state: found.get(state, 0) for state in ExamState}

    def move(self, exam_id: int, state: ExamState, reason: str | None = None) -> None:
        """Change the state of an exam; `reason` replaces the former one.

        Raises:
            TransitionError: the table of transitions does not list it.
        """
        with self._db.transaction():
            old = ExamState(self._db.one("SELECT state FROM exam WHERE id = ?", exam_id)["state"])
            require(EXAM_TRANSITIONS, old, state)
            self._db.execute(
                "UPDATE exam SET state = ?, reason = ?, changed_at = ? WHERE id = ?",
                state,
                reason,
                utc_now(),
                exam_id,
            )

    def touched(self, exam_id: int, settle_at: float) -> None:
        """Something new came for this exam: it settles again, and returns to arriving if it was at rest."""
        with self._db.transaction():
            row = self._db.one("SELECT state FROM exam WHERE id = ?", exam_id)
            if ExamState(row["state"]) in _AT_REST:
                self.move(exam_id, ExamState.ARRIVING)
            self._db.execute(
                "UPDATE exam SET last_received_at = ?, settle_at = ? WHERE id = ?",
                utc_now(),
                settle_at,
                exam_id,
            )

    def settle(self, exam_id: int) -> None:
        """Let the exam count as settled at once: a drop or a command is complete by its nature."""
        self._db.execute("UPDATE exam SET settle_at = 0 WHERE id = ?", exam_id)

    def claim_settled(self, now: float | None = None) -> ExamRow | None:
        """Take the next arriving exam whose quiet time is over, as `preparing`."""
        with self._db.transaction():
            row = self._db.first(
                "SELECT id FROM exam WHERE state = ? AND settle_at <= ? ORDER BY settle_at LIMIT 1",
                ExamState.ARRIVING,
                time.time() if now is None else now,
            )
            if row is None:
                return None
            self.move(row["id"], ExamState.PREPARING)
            return self.get(row["id"])

    def with_late_instances(self) -> list[int]:
        """Numbers of exams at rest for which images came while they were being prepared or sent."""
        rows = self._db.all(
            "SELECT id FROM exam WHERE state IN (?, ?, ?) AND EXISTS"
            " (SELECT 1 FROM instance WHERE exam_id = exam.id AND state = 'found')",
            *_AT_REST,
        )
        return [row["id"] for row in rows]

    def wake(self, exam_id: int) -> None:
        """Let an exam at rest arrive again; its settling time stays."""
        self.move(exam_id, ExamState.ARRIVING)

    def put_back(self, exam_id: int, settle_at: float) -> None:
        """Preparing failed for a reason that is not the exam's, such as a full disk: try again later."""
        with self._db.transaction():
            self.move(exam_id, ExamState.ARRIVING)
            self._db.execute("UPDATE exam SET settle_at = ? WHERE id = ?", settle_at, exam_id)

    def recover(self) -> int:
        """After a kill: exams that were being prepared arrive again. Returns how many."""
        with self._db.transaction():
            rows = self._db.all("SELECT id FROM exam WHERE state = ?", ExamState.PREPARING)
            for row in rows:
                self.move(row["id"], ExamState.ARRIVING)
        return len(rows)

    def release(self, exam_id: int) -> None:
        """A person says that this held exam is a CMR exam; it is prepared again.

        Raises:
            TransitionError: the exam is not held.
        """
        with self._db.transaction():
            if self.get(exam_id).state is not ExamState.HELD:
                raise TransitionError("Only a held exam can be released.")
            self.move(exam_id, ExamState.ARRIVING)
            self._db.execute("UPDATE exam SET released = 1, settle_at = 0 WHERE id = ?", exam_id)

    def identify(self, exam_id: int, subject: str, patient: Patient, study: SourceStudy) -> None:
        """Write down whose exam it is, once the gates have agreed on one patient."""
        pseudonym = self._db.one("SELECT pseudonym FROM exam WHERE id = ?", exam_id)["pseudonym"]
        self._db.execute(
            "UPDATE exam SET subject = ?, box = ?, patient_id_hash = ?, accession_hash = ?, date_hash = ?"
            " WHERE id = ?",
            subject,
            self._crosswalk.sealed_exam(pseudonym, patient, study),
            self._crosswalk.patient_id_hash(patient.patient_id),
            self._crosswalk.accession_hash(study.accession_number),
            date_hash(self._crosswalk, patient, study),
            exam_id,
        )

    def date(self, exam_id: int, dating: Dating) -> None:
        """Settle day and exam year; later calls change nothing."""
        self._db.execute(
            "UPDATE exam SET day = ?, exam_year = ?, dated = 1 WHERE id = ? AND dated = 0",
            dating.day,
            dating.exam_year,
            exam_id,
        )

    def describe(self, exam_id: int, values: dict[str, Any], evidence: str) -> None:
        """Keep the values read from DICOM, and the words that spoke for or against a CMR exam."""
        self._db.execute(
            "UPDATE exam SET dicom_values = ?, evidence = ? WHERE id = ?",
            json.dumps(values, sort_keys=True),
            evidence,
            exam_id,
        )

    def evidence(self, exam_id: int) -> str:
        """What spoke for or against a CMR exam: fixed words, never text of the header."""
        return str(self._db.one("SELECT evidence FROM exam WHERE id = ?", exam_id)["evidence"] or "")

    def with_accession(self, accession_hash: str) -> list[ExamRow]:
        """Exams with this accession number."""
        rows = self._db.all(f"{_SELECT} WHERE exam.accession_hash = ?", accession_hash)
        return [ExamRow.of(row) for row in rows]


def date_hash(crosswalk: Crosswalk, patient: Patient, study: SourceStudy) -> str:
    """What rows of tables find an exam by; empty where it has no readable date, and no row names an empty hash."""
    date = plausible_date(study.study_date, datetime.datetime.now(datetime.UTC).date())
    return crosswalk.date_hash(patient.patient_id, date) if date else ""
