"""Report rows and messages in the local store: waiting for their exam, matched, or rejected with reasons."""

import json
from dataclasses import dataclass
from typing import Any

from cmr_connector.database import Database, utc_now
from cmr_connector.local_keys import Local
from cmr_connector.merging import Stated
from cmr_connector.rows import ReportRow
from cmr_connector.states import REPORT_TRANSITIONS, ReportState, require
from cmr_exchange.manifest import ValueSource


@dataclass(frozen=True, slots=True)
class IncomingReport:
    """One report as a source handed it over.

    Attributes:
        source: a `cmr_exchange.manifest.ValueSource` value.
        accession_hash: keyed hash of the accession number, None when it had none.
        patient_id_hash: keyed hash of the patient ID alone, None when the report does not name one.
        values: value documents by dictionary item; only items that may cross.
        problems: what was refused: `{"item", "code", "sentence"}`.
    """

    source: str
    accession_hash: str | None
    patient_id_hash: str | None
    values: dict[str, Any]
    problems: list[dict[str, str]]


class Reports:
    """The table of reports."""

    def __init__(self, database: Database, local: Local) -> None:
        """Share the store's database and keys."""
        self._db, self._local = database, local

    def add(self, report: IncomingReport, reason: str | None = None) -> tuple[int, bool]:
        """Enter a report, rejected when `reason` is given. Returns its number and whether it is new.

        The very same report again is the same row. Values are encrypted on disk.
        """
        document = {"values": report.values}
        content = json.dumps(
            [report.accession_hash, report.patient_id_hash, report.source, report.values, report.problems],
            sort_keys=True,
        )
        content_hash = self._local.hashed("report", content)
        with self._db.transaction():
            row = self._db.first("SELECT id FROM report WHERE content_hash = ?", content_hash)
            if row is not None:
                return int(row["id"]), False
            now = utc_now()
            number = self._db.insert(
                "INSERT INTO report (content_hash, accession_hash, patient_id_hash, source, box, state, reason,"
                " problems, n_values, received_at, changed_at) VALUES (?,?,?,?,?,?,?,?,?,?,?)",
                content_hash,
                report.accession_hash,
                report.patient_id_hash,
                report.source,
                self._local.seal(document, f"report {content_hash}"),
                ReportState.REJECTED if reason else ReportState.WAITING,
                reason,
                json.dumps(report.problems),
                len(report.values),
                now,
                now,
            )
        return number, True

    def get(self, report_id: int) -> ReportRow:
        """One report by its number.

        Raises:
            StoreError: no such report.
        """
        return ReportRow.of(self._db.one("SELECT * FROM report WHERE id = ?", report_id))

    def listed(self, *states: ReportState, limit: int = 500) -> list[ReportRow]:
        """Reports in these states (all when none is named), newest first."""
        marks = ",".join("?" * len(states))
        where = f"WHERE state IN ({marks})" if states else ""
        sql = f"SELECT * FROM report {where} ORDER BY id DESC LIMIT ?"  # noqa: S608  marks are ?
        return [ReportRow.of(row) for row in self._db.all(sql, *states, limit)]

    def waiting_for(self, accession_hash: str) -> list[ReportRow]:
        """Reports that wait for an exam with this accession number, oldest first."""
        rows = self._db.all(
            "SELECT * FROM report WHERE accession_hash = ? AND state = ? ORDER BY id",
            accession_hash,
            ReportState.WAITING,
        )
        return [ReportRow.of(row) for row in rows]

    def patient_id_hash(self, report_id: int) -> str | None:
        """Keyed hash of the patient ID that the report names, if it names one."""
        value: str | None = self._db.one("SELECT patient_id_hash FROM report WHERE id = ?", report_id)[
            "patient_id_hash"
        ]
        return value

    def match(self, report_id: int, exam_id: int) -> None:
        """Give a waiting report to its exam."""
        with self._db.transaction():
            self._move(report_id, ReportState.MATCHED, None)
            self._db.execute("UPDATE report SET exam_id = ? WHERE id = ?", exam_id, report_id)

    def reject(self, report_id: int, reason: str) -> None:
        """Refuse a waiting report with a reason code."""
        self._move(report_id, ReportState.REJECTED, reason)

    def stated_of(self, exam_id: int) -> list[Stated]:
        """What the reports matched to an exam say, in the order in which they came."""
        rows = self._db.all(
            "SELECT id, source, content_hash, box FROM report WHERE exam_id = ? AND state = ? ORDER BY id",
            exam_id,
            ReportState.MATCHED,
        )
        return [Stated(row["id"], row["source"] == ValueSource.DESK, self._values(row)) for row in rows]

    def stated_by_person(self, accession_hash: str, patient_id_hash: str | None) -> list[Stated]:
        """What a person entered of an exam whose images have not come, in the order in which it was entered."""
        rows = self._db.all(
            "SELECT id, source, content_hash, box FROM report WHERE accession_hash = ? AND state = ?"
            " AND patient_id_hash IS ? AND source = ? ORDER BY id",
            accession_hash,
            ReportState.WAITING,
            patient_id_hash,
            ValueSource.DESK,
        )
        return [Stated(row["id"], True, self._values(row)) for row in rows]

    def sources_of(self, exam_id: int) -> list[str]:
        """Sources of the reports matched to an exam."""
        rows = self._db.all(
            "SELECT DISTINCT source FROM report WHERE exam_id = ? AND state = ? ORDER BY source",
            exam_id,
            ReportState.MATCHED,
        )
        return [row["source"] for row in rows]

    def newest_of(self, exam_id: int) -> int:
        """Number of the newest report matched to an exam, 0 where there is none."""
        row = self._db.one(
            "SELECT max(id) AS id FROM report WHERE exam_id = ? AND state = ?", exam_id, ReportState.MATCHED
        )
        return int(row["id"] or 0)

    def matchable_exams(self) -> list[int]:
        """Numbers of exams, delivered or arriving, for which a report waits."""
        rows = self._db.all(
            "SELECT DISTINCT exam.id FROM exam JOIN report ON report.accession_hash = exam.accession_hash"
            " WHERE report.state = ? ORDER BY exam.id",
            ReportState.WAITING,
        )
        return [row["id"] for row in rows]

    def _values(self, row: Any) -> dict[str, Any]:
        values: dict[str, Any] = self._local.open(row["box"], f"report {row['content_hash']}")["values"]
        return values

    def _move(self, report_id: int, state: ReportState, reason: str | None) -> None:
        with self._db.transaction():
            row = self._db.one("SELECT state FROM report WHERE id = ?", report_id)
            require(REPORT_TRANSITIONS, ReportState(row["state"]), state)
            self._db.execute(
                "UPDATE report SET state = ?, reason = ?, changed_at = ? WHERE id = ?",
                state,
                reason,
                utc_now(),
                report_id,
            )
