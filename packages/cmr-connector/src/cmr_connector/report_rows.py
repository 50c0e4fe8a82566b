"""Report rows and messages in the local store: waiting for their exam, matched, or rejected with reasons."""

import json
from dataclasses import dataclass
from typing import Any

from cmr_connector.database import Database, utc_now
from cmr_connector.local_keys import Local
from cmr_connector.rows import ReportRow
from cmr_connector.states import REPORT_TRANSITIONS, ReportState, require

_FITS = (
    "report.accession_hash IS NULL AND report.patient_id_hash = exam.patient_id_hash"
    " AND (report.date_hash IS NULL OR report.date_hash = exam.date_hash)"
)
"""A row without accession number is of this exam: patient and day fit, or the patient where no day is named."""
_N_FITTING = (
    "(SELECT count(*) FROM exam AS other WHERE other.patient_id_hash = report.patient_id_hash"
    " AND other.state <> 'rejected'"
    " AND (report.date_hash IS NULL OR report.date_hash = other.date_hash))"
)


@dataclass(frozen=True, slots=True)
class IncomingReport:
    """One report as a source handed it over.

    Attributes:
        source: a `cmr_exchange.manifest.ValueSource` value.
        accession_hash: keyed hash of the accession number, None when it had none.
        patient_id_hash: keyed hash of the patient ID alone, None when the report does not name one.
        values: value documents by dictionary item; only items that may cross.
        problems: what was refused: `{"item", "code", "sentence"}`.
        date_hash: keyed hash of patient ID and day of the exam, where the row names no accession number.
    """

    source: str
    accession_hash: str | None
    patient_id_hash: str | None
    values: dict[str, Any]
    problems: list[dict[str, str]]
    date_hash: str | None = None


class Reports:
    """The table of reports."""

    def __init__(self, database: Database, local: Local) -> None:
        """Share the store's database and keys."""
        self._db, self._local = database, local
        self._looked_at: tuple[Any, ...] | None = None

    def add(self, report: IncomingReport, reason: str | None = None) -> tuple[int, bool]:
        """Enter a report, rejected when `reason` is given. Returns its number and whether it is new.

        The very same report again is the same row. Values are encrypted on disk.
        """
        content_hash = self._local.hashed("report", _content(report))
        with self._db.transaction():
            row = self._db.first("SELECT id FROM report WHERE content_hash = ?", content_hash)
            if row is not None:
                return int(row["id"]), False
            return self._insert(report, content_hash, None, reason), True

    def replace(self, report: IncomingReport, row_key: str) -> tuple[int, bool]:
        """Enter a row of a table in the place of the one that it corrects. Returns its number and whether it is new.

        The very same row again is the same report; a row that was taken back to what it said before is a new one.

        Args:
            report: what the row says.
            row_key: keyed hash of whose row of which table it is.
        """
        with self._db.transaction():
            before = self._rows_of(row_key)
            if self._is_same(report, row_key, before):
                return int(before[0]["id"]), False
            newest = before[0]["id"] if before else 0
            if before and before[0]["state"] == ReportState.WAITING:
                self.reject(newest, "report_replaced")
            return self._insert(report, self._row_hash(report, row_key, newest), row_key, None), True

    def is_newest(self, report: IncomingReport, row_key: str) -> bool:
        """Whether the newest row with this key says the very same."""
        return self._is_same(report, row_key, self._rows_of(row_key))

    def _rows_of(self, row_key: str) -> list[Any]:
        """The two newest reports of a row."""
        sql = "SELECT id, content_hash, state FROM report WHERE row_key = ? ORDER BY id DESC LIMIT 2"
        return list(self._db.all(sql, row_key))

    def _is_same(self, report: IncomingReport, row_key: str, before: list[Any]) -> bool:
        if not before or before[0]["state"] == ReportState.REJECTED:
            return False
        older = before[1]["id"] if len(before) > 1 else 0
        return bool(before[0]["content_hash"] == self._row_hash(report, row_key, older))

    def _row_hash(self, report: IncomingReport, row_key: str, after: int) -> str:
        return self._local.hashed("table row", row_key, str(after), _content(report))

    def _insert(
        self, report: IncomingReport, content_hash: str, row_key: str | None, reason: str | None
    ) -> int:
        now = utc_now()
        return self._db.insert(
            "INSERT INTO report (content_hash, accession_hash, patient_id_hash, date_hash, row_key, source, box,"
            " state, reason, problems, n_values, received_at, changed_at) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)",
            content_hash,
            report.accession_hash,
            report.patient_id_hash,
            report.date_hash,
            row_key,
            report.source,
            self._local.seal({"values": report.values}, f"report {content_hash}"),
            ReportState.REJECTED if reason else ReportState.WAITING,
            reason,
            json.dumps(report.problems),
            len(report.values),
            now,
            now,
        )

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

    def waiting_by_patient(self, exam_id: int) -> list[tuple[int, bool]]:
        """Reports without accession number that fit patient and day of an exam, or its patient alone, oldest first.

        Returns:
            Numbers, each with whether no other exam fits it as well.
        """
        rows = self._db.all(
            f"SELECT report.id, {_N_FITTING} AS n FROM report JOIN exam ON {_FITS}"  # noqa: S608  constants above
            " WHERE exam.id = ? AND report.state = ? ORDER BY report.id",
            exam_id,
            ReportState.WAITING,
        )
        return [(row["id"], row["n"] == 1) for row in rows]

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

    def matchable_exams(self) -> list[int]:
        """Numbers of exams, delivered or arriving, for which a report waits.

        Looked for only when a report or an exam has changed: thousands of rows may wait for years.
        """
        state = self._newest_changes()
        if state is not None and state == self._looked_at:
            return []
        rows = self._db.all(
            "SELECT DISTINCT exam.id FROM exam JOIN report ON report.accession_hash = exam.accession_hash"
            " WHERE report.state = ? ORDER BY exam.id",
            ReportState.WAITING,
        )
        more = self._db.all(
            f"SELECT DISTINCT exam.id FROM report JOIN exam ON {_FITS}"  # noqa: S608  constants above
            f" WHERE report.state = ? AND report.accession_hash IS NULL AND {_N_FITTING} = 1 ORDER BY exam.id",
            ReportState.WAITING,
        )
        found = sorted({row["id"] for row in [*rows, *more]})
        self._looked_at = None if found else state
        return found

    def _newest_changes(self) -> tuple[Any, ...] | None:
        """Newest report and newest change of an exam; None while the second of that change has not passed."""
        report = self._db.one("SELECT max(id) AS id FROM report")["id"]
        exam = self._db.one("SELECT max(changed_at) AS at FROM exam")["at"]
        return (report, exam) if exam is not None and exam < utc_now() else None

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


def _content(report: IncomingReport) -> str:
    """What a report says, as one text; the same report gives the same text."""
    said = [
        report.accession_hash,
        report.patient_id_hash,
        report.source,
        report.values,
        report.problems,
        *([report.date_hash] if report.date_hash else []),
    ]
    return json.dumps(said, sort_keys=True)
