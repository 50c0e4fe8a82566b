"""Follow-up as a table (UTF-8; comma, semicolon or tab): one row per source and window, or one row per event.

Status table: `patient_id, source, from, through, died, death, cause, last_alive`. Events table: `patient_id, event,
date, source` and dictionary items of the form `followup` by name. A table with a column `event` is an events table.
A table with a rejected row is not imported at all; the same table again changes nothing.
"""

import csv
import datetime
import io
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from cmr_connector import log
from cmr_connector.follow_up import (
    EVENT_COLUMNS,
    FORM,
    STATUS_COLUMNS,
    Entry,
    FollowUpRejected,
    StatusEntry,
    Why,
    read_event,
    read_status,
)
from cmr_connector.follow_up_windows import ends_with_death
from cmr_connector.follow_up_work import FollowUpWork
from cmr_connector.store import Store
from cmr_dictionary import Item, load

PATIENT = "patient_id"
MAX_BYTES = 8 * 2**20
MAX_ROWS = 100_000
_NEEDED = {"status": ("source", "from", "through"), "events": EVENT_COLUMNS}


class TableRejected(ValueError):
    """The file is no such table; the text is for the person who brought it."""


@dataclass(frozen=True, slots=True)
class Row:
    """One good row: where it stands, whose it is, what it says. Stays inside."""

    line: int
    patient_id: str
    entry: Entry


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """One row that cannot be taken: its line, a sentence, and who can mend it."""

    line: int
    sentence: str
    mender: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table that was read."""

    rows: tuple[Row, ...]
    rejected: tuple[RejectedRow, ...]


@dataclass(slots=True)
class Imported:
    """What became of a table.

    Attributes:
        n_rows: rows read. rejected: those that cannot be taken; when there is one, nothing was imported.
        left_out: lines of patients who have no accepted exam here, where they were to be left out.
        doubtful: lines whose window ends on the day of death (`follow_up_windows.ends_with_death`); taken all the same.
        n_patients: patients whose follow-up was entered. n_queued: documents that say something new.
    """

    n_rows: int
    rejected: list[RejectedRow] = field(default_factory=list)
    left_out: list[int] = field(default_factory=list)
    doubtful: list[int] = field(default_factory=list)
    n_patients: int = 0
    n_queued: int = 0

    @property
    def is_done(self) -> bool:
        """Whether the table was imported."""
        return not self.rejected


def event_items() -> tuple[Item, ...]:
    """Items that an event may carry, in the order of the dictionary."""
    return tuple(item for item in load().items.values() if item.form == FORM and item.may_cross)


def read_table(data: bytes, today: datetime.date) -> Table:
    """Read a table of vital status or of events.

    Raises:
        TableRejected: not text, no table, a column is missing or unknown, or too many rows.
    """
    if len(data) > MAX_BYTES:
        raise TableRejected("The file is larger than 8 MiB; split it.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise TableRejected("The file is not text in UTF-8; save the table as CSV UTF-8.") from None
    rows: list[Row] = []
    rejected: list[RejectedRow] = []
    for line, cells in _lines(text):
        patient = cells.pop(PATIENT).strip()
        try:
            if not patient:
                raise FollowUpRejected(Why.UNKNOWN_PATIENT)
            read = read_event if "event" in cells else read_status
            rows.append(Row(line, patient, read(cells, today)))
        except FollowUpRejected as refused:
            rejected.append(_rejected(line, refused))
    return Table(tuple(rows), tuple(rejected))


def import_table(
    store: Store, work: FollowUpWork, table: Table, *, leave_out_unknown: bool = False
) -> Imported:
    """Enter a whole table, or nothing of it.

    Args:
        store: the local database.
        work: the desk's follow-up.
        table: what was read.
        leave_out_unknown: rows of patients without an accepted exam here are left out instead of rejected.
    """
    result = Imported(len(table.rows) + len(table.rejected), list(table.rejected))
    by_subject = _by_subject(store, table, result, leave_out_unknown)
    for subject, rows in by_subject.items():
        try:
            work.check(subject, [row.entry for row in rows])
        except FollowUpRejected as refused:
            result.rejected.append(_rejected(rows[0].line, refused))
    result.rejected.sort(key=lambda row: row.line)
    if result.is_done:
        result.doubtful = sorted(
            row.line
            for rows in by_subject.values()
            for row in rows
            if isinstance(row.entry, StatusEntry) and ends_with_death(row.entry)
        )
        with store.transaction():
            queued = [
                work.enter(subject, [row.entry for row in rows]) for subject, rows in by_subject.items()
            ]
        result.n_patients, result.n_queued = len(queued), sum(row is not None for row in queued)
    log.event(
        "follow_up_imported",
        n_rows=result.n_rows,
        n_rejected=len(result.rejected),
        n_patients=result.n_patients,
    )
    return result


def _by_subject(
    store: Store, table: Table, result: Imported, leave_out_unknown: bool
) -> dict[str, list[Row]]:
    """Good rows by subject; the others are noted in `result`."""
    known: dict[str, list[str]] = {}
    found: dict[str, list[Row]] = defaultdict(list)
    said: dict[tuple[str, str], Entry] = {}
    for row in table.rows:
        if row.patient_id not in known:
            known[row.patient_id] = store.follow_ups.subjects_of_patient(row.patient_id)
        subjects = known[row.patient_id]
        if not subjects and leave_out_unknown:
            result.left_out.append(row.line)
        elif len(subjects) != 1:
            why = Why.TWO_PATIENTS if subjects else Why.UNKNOWN_PATIENT
            result.rejected.append(_rejected(row.line, FollowUpRejected(why)))
        elif said.setdefault((subjects[0], row.entry.key), row.entry) != row.entry:
            result.rejected.append(_rejected(row.line, FollowUpRejected(Why.TWICE)))
        else:
            found[subjects[0]].append(row)
    return dict(found)


def _lines(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number and cells by column of every row that says anything."""
    header, _, _ = text.partition("\n")
    delimiter = max(",;\t", key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        names = [name.strip().lower() for name in next(reader, [])]
        _require_columns(names)
        begun, n = reader.line_num + 1, 0
        for cells in reader:
            if any(cell.strip() for cell in cells):
                n += 1
                if len(cells) > len(names) or n > MAX_ROWS:
                    raise TableRejected(
                        f"Line {begun}: more cells than columns, or more than {MAX_ROWS:,} rows."
                    )
                yield begun, dict.fromkeys(names, "") | dict(zip(names, cells, strict=False))
            begun = reader.line_num + 1
    except csv.Error:
        raise TableRejected(f"The table cannot be read near line {reader.line_num}.") from None


def _require_columns(names: list[str]) -> None:
    """Refuse a table with a column too few or unknown; a column's name is not repeated, it may be a patient's."""
    kind = "events" if "event" in names else "status"
    columns = {"status": STATUS_COLUMNS, "events": (*EVENT_COLUMNS, *(item.name for item in event_items()))}
    missing = [name for name in (PATIENT, *_NEEDED[kind]) if name not in names]
    if missing:
        raise TableRejected(f"The column {missing[0]} is missing from the first line.")
    if len(set(names)) != len(names):
        raise TableRejected("A column stands twice in the first line.")
    unknown = [place for place, name in enumerate(names, 1) if name not in (PATIENT, *columns[kind])]
    if unknown:
        raise TableRejected(
            f"Column {unknown[0]} has a name that this table does not know; take the column out."
        )


def _rejected(line: int, refused: FollowUpRejected) -> RejectedRow:
    return RejectedRow(line, refused.reason.value, refused.mender)
