"""Report tables: one row per exam, `accession_number`, optionally `patient_id`, and dictionary items by name."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from cmr_connector import log
from cmr_connector.folder import StableFiles
from cmr_connector.report_intake import NamedReport, ReportIntake
from cmr_connector.rows import ReportRow
from cmr_connector.store import Store
from cmr_connector.tables.work import TableWork
from cmr_exchange.manifest import ValueSource

ACCESSION = "accession_number"
PATIENT = "patient_id"
IDENTIFYING = frozenset({"patient_name", "birth_date", "exam_date"})
"""Columns that people export beside the values; they are read over, never stored."""

MAX_BYTES = 64 * 2**20
_MAX_CELL = 64 * 1024


def read_table(data: bytes) -> Iterator[NamedReport]:
    """The reports of a CSV table (UTF-8; comma, semicolon or tab).

    Raises:
        ValueError: not text, no table, or no column `accession_number`.
    """
    text = data.decode("utf-8-sig")
    header, _, _ = text.partition("\n")
    delimiter = max(",;\t", key=header.count)
    try:
        reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        names = [name.strip().lower() for name in reader.fieldnames or ()]
        if ACCESSION not in names or len(set(names)) != len(names):
            raise ValueError("no column accession_number")
        reader.fieldnames = names
        for row in reader:
            yield _report(row)
    except csv.Error:
        raise ValueError("not a table") from None


def _report(row: dict[str, str | None]) -> NamedReport:
    cells = tuple(
        (name, text[:_MAX_CELL])
        for name, text in row.items()
        if name and name not in (ACCESSION, PATIENT, *IDENTIFYING) and isinstance(text, str)
    )
    return NamedReport(row.get(ACCESSION) or "", row.get(PATIENT) or "", cells)


def take_table(intake: ReportIntake, path: Path) -> list[ReportRow]:
    """Take all rows of one table; a file that is no table becomes a refusal."""
    size = path.stat().st_size
    if size > MAX_BYTES:
        intake.refuse(ValueSource.REPORT_CSV, size, "too_large")
        return []
    try:
        reports = list(read_table(path.read_bytes()))
    except ValueError:
        intake.refuse(ValueSource.REPORT_CSV, size, "report_unreadable")
        return []
    return [intake.take(report, ValueSource.REPORT_CSV) for report in reports]


class ReportFolder:
    """Takes tables from a drop folder; nothing in it is changed or deleted."""

    def __init__(
        self,
        store: Store,
        intake: ReportIntake,
        folder: Path,
        settle_s: float,
        tables: TableWork | None = None,
    ) -> None:
        """Watch `folder` for tables.

        Args:
            store: remembers what was taken.
            intake: takes tables whose columns have the names of items.
            folder: the folder.
            settle_s: how long a file must stand still.
            tables: takes tables by a saved mapping that fits their header, or holds them with the reasons.
        """
        self._store, self._intake, self._tables = store, intake, tables
        self._files = StableFiles(store, folder, settle_s)

    def poll(self) -> list[ReportRow]:
        """Look once; take what has settled."""
        found: list[ReportRow] = []
        for path, label in self._files.ready():
            try:
                if not self._is_mapped(path):
                    found += take_table(self._intake, path)
            except OSError as error:
                log.unexpected("reports", error)
                continue
            self._store.file_take(label)
        return found

    def _is_mapped(self, path: Path) -> bool:
        """Whether the saved mappings of the center took the table, or held it."""
        if self._tables is None or path.stat().st_size > MAX_BYTES:
            return False
        return self._tables.offer(path.read_bytes(), path.name)
