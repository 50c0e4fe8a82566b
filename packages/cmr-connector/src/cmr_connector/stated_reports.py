"""What the reports of an exam say: read for putting its values together."""

from typing import Any

from cmr_connector.database import Database
from cmr_connector.local_keys import Local
from cmr_connector.merging import Stated
from cmr_connector.states import ReportState
from cmr_exchange.manifest import ValueSource

_REPLACED = (
    "(row_key IS NOT NULL AND EXISTS (SELECT 1 FROM report AS later WHERE later.row_key = report.row_key"
    " AND later.id > report.id AND later.exam_id IS report.exam_id AND later.state = report.state))"
)
"""A row of a table counts until a corrected one was matched to the same exam."""


class StatedReports:
    """Reads the table of reports by exam."""

    def __init__(self, database: Database, local: Local) -> None:
        """Share the store's database and keys."""
        self._db, self._local = database, local

    def of(self, exam_id: int) -> list[Stated]:
        """What the reports matched to an exam say, in the order in which they came."""
        rows = self._db.all(
            f"SELECT id, source, content_hash, box, {_REPLACED} AS replaced FROM report"  # noqa: S608  constant above
            " WHERE exam_id = ? AND state = ? ORDER BY id",
            exam_id,
            ReportState.MATCHED,
        )
        return [
            Stated(row["id"], row["source"] == ValueSource.DESK, self._values(row), bool(row["replaced"]))
            for row in rows
        ]

    def by_person(self, accession_hash: str, patient_id_hash: str | None) -> list[Stated]:
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

    def sources(self, exam_id: int) -> list[str]:
        """Sources of the reports matched to an exam."""
        rows = self._db.all(
            "SELECT DISTINCT source FROM report WHERE exam_id = ? AND state = ? ORDER BY source",
            exam_id,
            ReportState.MATCHED,
        )
        return [row["source"] for row in rows]

    def newest(self, exam_id: int) -> int:
        """Number of the newest report matched to an exam, 0 where there is none."""
        row = self._db.one(
            "SELECT max(id) AS id FROM report WHERE exam_id = ? AND state = ?", exam_id, ReportState.MATCHED
        )
        return int(row["id"] or 0)

    def _values(self, row: Any) -> dict[str, Any]:
        values: dict[str, Any] = self._local.open(row["box"], f"report {row['content_hash']}")["values"]
        return values
