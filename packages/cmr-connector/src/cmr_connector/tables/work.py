"""Tables from the file to the reports: brought, mapped, looked at, taken in batch by batch, checked again.

Everything that is decided stands in the local store before the next step: a kill at any moment loses nothing, and the
next start goes on with the row behind the last one that was committed.
"""

import contextlib
import csv
import hashlib
import io
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from cmr_connector import log
from cmr_connector.errors import StoreError
from cmr_connector.store import Store
from cmr_connector.tables.checking import SampleChecks
from cmr_connector.tables.drafts import REASON_COLUMNS, Draft, begin
from cmr_connector.tables.imports import ImportRow
from cmr_connector.tables.states import ImportState, Outcome
from cmr_connector.tables.taking import Judged, RowTaker
from cmr_dictionary.mapping import (
    Difference,
    Mapping,
    MappingRejected,
    Row,
    Table,
    TableRejected,
    drift,
    freeze,
    overlap,
    read_table,
    regress,
)

MAX_BYTES = 64 * 2**20
BATCH = 200
LEAST_OVERLAP = 0.6
PREVIEW_ROWS, COUNTED_ROWS = 20, 500
_OURS = "Something went wrong while the rows were taken in. Hospital IT: see the connector's log."


@dataclass(frozen=True, slots=True)
class Preview:
    """What an import would do, from the first rows.

    Attributes:
        rows: the first of them. n_counted: rows that the totals are of.
        outcomes: rows by outcome. fits: rows by how they fit the exams that are here.
        n_values, n_questions, n_refused: values, of them with a question, and cells refused.
        differences: what the golden samples become otherwise; empty when nothing changes.
        n_samples: golden samples of the mapping.
    """

    rows: tuple[Judged, ...]
    n_counted: int
    outcomes: dict[Outcome, int]
    fits: dict[str, int]
    n_values: int
    n_questions: int
    n_refused: int
    differences: tuple[Difference, ...]
    n_samples: int


@dataclass(slots=True)
class _Run:
    """The import whose rows are being taken in."""

    number: int
    rows: Iterator[Row]
    taker: RowTaker
    n_done: int


class TableWork:
    """All that is done with tables.

    Attributes:
        checks: golden samples of the mappings.
    """

    def __init__(self, store: Store, data_dir: Path) -> None:
        """Keep the files, encrypted, under the connector's data folder."""
        self._store, self._folder = store, data_dir / "tables"
        self.checks = SampleChecks(store)
        self._run: _Run | None = None

    def bring(self, data: bytes, file_name: str, account: str, source: str = "desk") -> int:
        """Keep a table and begin its mapping. Returns the number of the import.

        Raises:
            TableRejected: no table, or too large.
        """
        table = _read(data, file_name)
        saved, drifted = self.fitting(table)
        number = self._keep(data, table, account, source, ())
        self._store.tables.document_put(number, begin(table, f"table-{number}", saved, drifted).to_document())
        log.event("table_brought", import_number=number, source=source, n_rows=table.n_rows)
        return number

    def offer(self, data: bytes, file_name: str) -> bool:
        """Take a table of the drop folder by the saved mapping that fits its header, or hold it with the reasons.

        Returns:
            False where no saved mapping is near: the table is none of theirs.
        """
        try:
            table = _read(data, file_name)
        except TableRejected:
            return False
        mapping, drifted = self.fitting(table)
        if mapping is None:
            return False
        said = drifted or self.checks.unconfirmed(mapping)
        known = self._store.tables.with_file(self._hash(data), *ImportState)
        if known is not None and (known.state is not ImportState.DONE or not said):
            return True
        # columns may be called after a patient: the sentences stay in the box, with the draft
        number = self._keep(data, table, "", "folder", ("changed",) if said else ())
        draft = begin(table, mapping.id, mapping, said)
        self._store.tables.document_put(number, draft.to_document())
        if said:
            log.event("table_held", import_number=number, n_reasons=len(said))
        else:
            self._store.tables.start(number, mapping.id, mapping.version, with_questions=True)
        return True

    def fitting(self, table: Table) -> tuple[Mapping | None, tuple[str, ...]]:
        """The saved mapping whose header is nearest, and what changed since; None where none is near."""
        columns = tuple(name for name in table.columns if name not in REASON_COLUMNS)
        best, share = None, LEAST_OVERLAP
        for name in self._store.mappings.names():
            with contextlib.suppress(MappingRejected):
                mapping = self._store.mappings.newest(name)
                if mapping is not None and overlap(mapping, columns) >= share:
                    best, share = mapping, overlap(mapping, columns)
        if best is None:
            return None, ()
        return best, tuple(one.sentence for one in drift(best, table, REASON_COLUMNS))

    def draft(self, number: int) -> Draft:
        """The draft of an import.

        Raises:
            StoreError: no such import.
            MappingRejected: the dictionary no longer takes it.
        """
        return Draft.from_document(self._store.tables.document(number))

    def draft_put(self, number: int, draft: Draft) -> None:
        """Keep what a person changed; a table that was held or taken in is mapped again."""
        with self._store.transaction():
            self._store.tables.move(number, ImportState.MAPPING)
            self._store.tables.document_put(number, draft.to_document())

    def preview(self, number: int) -> Preview:
        """What the draft would make of the first rows, and what it changes of the golden samples."""
        draft = self.draft(number)
        taker = RowTaker(self._store, draft.mapping)
        judged = [taker.judge(row) for row in islice(self.table(number).rows(), COUNTED_ROWS)]
        samples = self._store.mappings.samples(draft.mapping.id)
        fits: dict[str, int] = {}
        for one in judged:
            fits[one.match.fit.value] = fits.get(one.match.fit.value, 0) + 1
        return Preview(
            tuple(judged[:PREVIEW_ROWS]),
            len(judged),
            {outcome: sum(one.outcome is outcome for one in judged) for outcome in Outcome},
            fits,
            sum(len(one.result.values) for one in judged),
            sum(len(one.result.questions) for one in judged),
            sum(len(one.result.refused) for one in judged),
            regress(draft.mapping, samples),
            len(samples),
        )

    def accept(
        self, number: int, account: str, *, with_questions: bool = True, samples: Sequence[int] = ()
    ) -> int:
        """Save the mapping, freeze the chosen rows as golden samples, and begin to take the rows in.

        Args:
            number: the import.
            account: who accepts.
            with_questions: take values that have a question.
            samples: rows to keep as golden samples, as a spreadsheet numbers them.

        Returns:
            The version of the mapping.

        Raises:
            StoreError: somebody else has saved the mapping meanwhile.
            TransitionError: the rows are being taken in already.
        """
        draft, store = self.draft(number), self._store
        chosen = self._rows(number, samples)
        with store.transaction():
            mapping = self._saved(draft, account)
            taker = RowTaker(store, mapping)
            self.checks.freeze_again(mapping)
            for row in chosen:
                day = taker.exam_date(taker.judge(row).match)
                store.mappings.sample_put(mapping.id, freeze(mapping, row.cells, day))
            self.checks.check(mapping)
            draft = replace(draft, mapping=mapping, base=mapping.version, drift=())
            store.tables.document_put(number, draft.to_document())
            store.tables.start(number, mapping.id, mapping.version, with_questions=with_questions)
        log.event("table_accepted", import_number=number, version=mapping.version, n_samples=len(chosen))
        return mapping.version

    def step(self) -> bool:
        """Take the next rows in. Returns whether there was anything to do."""
        row = self._store.tables.next_running()
        if row is None:
            self._run = None
            return False
        try:
            self._batch(self._opened(row))
        except (StoreError, MappingRejected, TableRejected, FileNotFoundError) as error:
            self._run = None
            self._store.tables.move(row.id, ImportState.FAILED, [_why(error)])
            log.event("table_failed", import_number=row.id)
        except (OSError, sqlite3.OperationalError):
            # the disk: tried again
            self._run = None
            raise
        except Exception as error:
            self._run = None
            log.unexpected("tables", error)
            self._store.tables.move(row.id, ImportState.FAILED, [_OURS])
        return True

    def refused_rows(self, number: int) -> bytes:
        """Rows of which anything was refused, as they were brought, with two columns of reasons; CSV in UTF-8.

        They are mended and brought again: the same mapping reads them, the columns of reasons are passed over.
        """
        table, row = self.table(number), self._store.tables.get(number)
        names = [rule.column for rule in self._store.mappings.get(row.name, row.version).columns]
        out = io.StringIO(newline="")
        writer = csv.writer(out, delimiter=table.delimiter)
        columns = [name for name in table.columns if name not in REASON_COLUMNS]
        writer.writerow([*columns, *REASON_COLUMNS])
        reasons = self._reasons(number, names)
        for one in table.rows():
            if one.number in reasons:
                writer.writerow([*(one.cells[name] for name in columns), one.number, reasons[one.number]])
        return out.getvalue().encode("utf-8-sig")

    def table(self, number: int) -> Table:
        """The table of an import, read again.

        Raises:
            FileNotFoundError: it was taken away.
        """
        box = self._path(number).read_bytes()
        data = self._store.local.open_bytes(box, f"table {number}")
        return read_table(data, self._store.tables.document(number)["file_name"])

    def discard(self, number: int) -> None:
        """Forget an import and its file; what it took in stays.

        Raises:
            StoreError: its rows are being taken in.
        """
        if self._store.tables.get(number).state is ImportState.RUNNING:
            raise StoreError("The rows of this table are being taken in.")
        self._store.tables.delete(number)
        self._path(number).unlink(missing_ok=True)

    def _keep(self, data: bytes, table: Table, account: str, source: str, said: Sequence[str]) -> int:
        with self._store.transaction():
            number = self._store.tables.add(self._hash(data), source, account, said, table.n_rows)
            self._folder.mkdir(mode=0o700, exist_ok=True)
            path = self._path(number)
            path.touch(0o600)
            path.write_bytes(self._store.local.seal_bytes(data, f"table {number}"))
        return number

    def _opened(self, row: ImportRow) -> _Run:
        """The running import, from the row behind the last one that was committed."""
        if self._run is None or self._run.number != row.id or self._run.n_done != row.n_done:
            mapping = self._store.mappings.get(row.name, row.version)
            taker = RowTaker(self._store, mapping, with_questions=row.with_questions)
            rows = self.table(row.id).rows()
            for _ in islice(rows, row.n_done):
                pass
            self._run = _Run(row.id, rows, taker, row.n_done)
        return self._run

    def _batch(self, run: _Run) -> None:
        rows = list(islice(run.rows, BATCH))
        with self._store.transaction():
            done = []
            for row in rows:
                done.append(run.taker.take(row, run.number))
                self._store.tables.rows_add(run.number, done[-1:], run.n_done + len(done))
            if len(rows) < BATCH:
                self._store.tables.move(run.number, ImportState.DONE)
        run.n_done += len(rows)
        if len(rows) < BATCH:
            self._run = None
            log.event("table_done", import_number=run.number, n_rows=run.n_done)

    def _saved(self, draft: Draft, account: str) -> Mapping:
        """The mapping of a draft as it stands in the store: a new version where it says anything new."""
        mappings, name = self._store.mappings, draft.mapping.id
        newest = mappings.newest_version(name)
        if newest and mappings.digest(name, newest) == draft.mapping.digest():
            return replace(draft.mapping, version=newest)
        mapping = replace(draft.mapping, version=newest + 1)
        mappings.put(mapping, account)
        return mapping

    def _rows(self, number: int, wanted: Sequence[int]) -> list[Row]:
        if not wanted:
            return []
        first = islice(self.table(number).rows(), COUNTED_ROWS)
        return [row for row in first if row.number in set(wanted)]

    def _reasons(self, number: int, names: list[str]) -> dict[int, str]:
        """What was refused, by number of the row."""
        found: dict[int, str] = {}
        offset = 0
        while True:
            rows, total = self._store.tables.rows(number, (Outcome.REFUSED, Outcome.PARTLY), 1000, offset)
            for row in rows:
                said = [
                    f"{names[one['place'] - 1]}: {one['sentence']}" if one["place"] else one["sentence"]
                    for one in row.done.said
                    if one["is_refused"]
                ]
                found[row.done.number] = " | ".join(said)
            offset += len(rows)
            if not rows or offset >= total:
                return found

    def _hash(self, data: bytes) -> str:
        return self._store.local.hashed("table file", hashlib.sha256(data).hexdigest())

    def _path(self, number: int) -> Path:
        return self._folder / f"{number}.box"


def _read(data: bytes, file_name: str) -> Table:
    if len(data) > MAX_BYTES:
        raise TableRejected(f"The file is larger than {MAX_BYTES // 2**20} MiB. Bring it in parts.")
    table = read_table(data, file_name)
    if not table.n_rows:
        raise TableRejected("The table has a header and no rows.")
    return table


def _why(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "The file of this import was taken away. Bring it again."
    return str(error)
