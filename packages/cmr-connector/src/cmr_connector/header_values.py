"""What the images of an exam say for its case report: read once from the sources, and from the facts on the ledger."""

from collections.abc import Iterable

from cmr_connector.database import Database
from cmr_connector.dicom_values import heart_rate, scanner_values, sequence_values
from cmr_connector.merging import Values
from cmr_connector.rows import ExamRow
from cmr_connector.states import InstanceState
from cmr_exchange.facts import AcquisitionFacts

_PASSED = (InstanceState.DEIDENTIFIED, InstanceState.SENT, InstanceState.STORED)


class HeaderValues:
    """Values of the image header by exam."""

    def __init__(self, database: Database) -> None:
        """Share the store's database."""
        self._db = database

    def of(self, exam: ExamRow) -> Values:
        """Values of patient, scanner, sequences, contrast and heart rate, by dictionary item."""
        found = scanner_values(self._scanners(exam.id)) | heart_rate(self._intervals(exam.id))
        return found | sequence_values(self.kinds(exam.id) or ()) | exam.values

    def kinds_put(self, exam_id: int, kinds: Iterable[str]) -> None:
        """Add to what the series of an exam are recognized as."""
        for kind in kinds:
            self._db.execute(
                "INSERT INTO exam_kind (exam_id, kind) VALUES (?, ?) ON CONFLICT DO NOTHING", exam_id, kind
            )

    def kinds(self, exam_id: int) -> frozenset[str] | None:
        """What the series of an exam are recognized as; None where none was looked at under this version."""
        rows = self._db.all("SELECT kind FROM exam_kind WHERE exam_id = ?", exam_id)
        return frozenset(row["kind"] for row in rows) or None

    def _scanners(self, exam_id: int) -> list[AcquisitionFacts]:
        """Vendor and field strength of the images that are or were ready to leave, each pair once."""
        rows = self._db.all(
            "SELECT DISTINCT json_extract(facts, '$.manufacturer') AS vendor,"
            " json_extract(facts, '$.field_strength_t') AS field FROM instance"
            " WHERE exam_id = ? AND state IN (?, ?, ?)",
            exam_id,
            *_PASSED,
        )
        return [AcquisitionFacts(manufacturer=row["vendor"], field_strength_t=row["field"]) for row in rows]

    def _intervals(self, exam_id: int) -> list[tuple[float, int]]:
        """Nominal R-R interval and number of phases of the same images, where both are known."""
        rows = self._db.all(
            "SELECT json_extract(facts, '$.nominal_interval_ms') AS interval,"
            " json_extract(facts, '$.n_phases') AS phases FROM instance"
            " WHERE exam_id = ? AND state IN (?, ?, ?) AND interval IS NOT NULL AND phases IS NOT NULL",
            exam_id,
            *_PASSED,
        )
        return [(row["interval"], row["phases"]) for row in rows]
