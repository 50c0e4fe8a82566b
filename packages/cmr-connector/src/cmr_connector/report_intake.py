"""The one door for reports: named cells of one report become a row that waits for its exam."""

from dataclasses import dataclass

from cmr_connector import log
from cmr_connector.report_rows import IncomingReport
from cmr_connector.report_values import read_cells
from cmr_connector.rows import ReportRow
from cmr_connector.store import Store
from cmr_exchange.manifest import ValueSource


@dataclass(frozen=True, slots=True)
class NamedReport:
    """One report as a source read it; stays in the hospital.

    Attributes:
        accession_number: what it is matched by.
        patient_id: empty when the report does not name one.
        cells: item name and text.
    """

    accession_number: str
    patient_id: str
    cells: tuple[tuple[str, str], ...]


class ReportIntake:
    """Takes reports in."""

    def __init__(self, store: Store) -> None:
        """Use this store."""
        self._store = store

    def take(self, report: NamedReport, source: ValueSource) -> ReportRow:
        """Enter a report; the same report again is the same row.

        Returns:
            The row: waiting, or rejected with a reason code; `problems` lists what was not taken of it.
        """
        values, problems = read_cells(report.cells, source)
        crosswalk = self._store.crosswalk
        accession_hash = crosswalk.accession_hash(report.accession_number)
        reason = None
        if accession_hash is None:
            reason = "report_no_accession"
        elif not values:
            reason = "value_rejected" if problems else "report_unreadable"
        patient = report.patient_id.strip()
        incoming = IncomingReport(
            source.value,
            accession_hash,
            crosswalk.patient_id_hash(patient) if patient else None,
            values,
            problems,
        )
        number, is_new = self._store.reports.add(incoming, reason)
        row = self._store.reports.get(number)
        if is_new:
            log.event(
                "report_taken",
                report_number=row.id,
                source=row.source,
                state=row.state,
                n_values=row.n_values,
                n_problems=len(row.problems),
            )
        return row

    def refuse(self, source: ValueSource, size: int, reason: str) -> int:
        """Note a file or message that was no report. Returns the number of the refusal."""
        number = self._store.ledger.refuse(source.value, size, reason)
        log.event("file_refused", refusal_number=number, source=source.value, reason=reason, size=size)
        return number
