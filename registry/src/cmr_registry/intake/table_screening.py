"""The registry's door for tables: what may name somebody is refused as a whole, before a byte of it is stored.

A table of de-identified values has columns `subject` and `exam` with pseudonyms of the registry, may have `day` and
`exam_year`, and has columns named as items of the dictionary that may cross the hospital's wall. Nothing else is let
in, so that what hides a name in a way that nobody thought of is refused too. A refusal says row and column by number
and never what stands there; it names a column only where it is an item of the dictionary.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from cmr_dictionary import load
from cmr_dictionary.items import Item
from cmr_dictionary.mapping import Row, Table, TableRejected, look, read_table
from cmr_dictionary.missing import Missing
from cmr_dictionary.values import Value
from cmr_registry.intake.errors import TableHoldsRejected
from cmr_registry.intake.table_cells import (
    SENTENCES,
    Refused,
    Said,
    Suspect,
    read_day,
    read_item,
    read_pseudonym,
    read_year,
)
from cmr_registry.intake.table_columns import ColumnWatch
from cmr_registry.intake.table_words import KINDS, kind_of
from cmr_registry.intake.table_workbooks import check_workbook, is_zip

T = TypeVar("T")
SUBJECT, EXAM, DAY, YEAR = "subject", "exam", "day", "exam_year"
OWN = (SUBJECT, EXAM, DAY, YEAR)
MOST_SHOWN = 50
"""Findings that a refusal lists; it counts all of them until `MOST_FOUND`."""
MOST_FOUND = 500
MOST_TABLE_ROWS = 200_000
_REMEMBERED = 4096
DUPLICATE = "DuplicateExam"


@dataclass(frozen=True, slots=True)
class TableFinding:
    """Why a table is refused.

    Attributes:
        kind: stable word: `not_a_table`, `workbook`, `columns`, `center_only`, `rows`, a word of
            `table_cells.SENTENCES`, or one of `table_columns`.
        sentence: for a person; it never holds a cell or the name of a column that is no item.
        row: as a spreadsheet numbers it, the header is 1; 0 for the whole table or column.
        column: from 1; 0 for the whole row.
        item: the item of the dictionary that the column is named as; else empty.
    """

    kind: str
    sentence: str
    row: int = 0
    column: int = 0
    item: str = ""


NO_ROWS = TableFinding("not_a_table", "The table has no rows below its header.")


@dataclass(frozen=True, slots=True)
class CleanRow:
    """One row that may be kept.

    Attributes:
        number: as a spreadsheet numbers it.
        subject, exam: sound pseudonyms.
        day, exam_year: where the table states them.
        values: value or missing code by item.
        refused: (item, code) of cells that were wrong and are forgotten.
    """

    number: int
    subject: str
    exam: str
    day: int | None
    exam_year: int | None
    values: dict[str, Value | Missing]
    refused: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class _Findings:
    shown: list[TableFinding] = field(default_factory=list)
    n: int = 0

    def add(self, kind: str, sentence: str, row: int = 0, column: int = 0, item: str = "") -> None:
        self.n += 1
        if len(self.shown) < MOST_SHOWN:
            self.shown.append(TableFinding(kind, sentence, row, column, item))
        if self.n >= MOST_FOUND:
            self.stop()

    def stop(self) -> None:
        """Raise where anything was found."""
        if self.n:
            raise TableHoldsRejected(tuple(self.shown), self.n)


def screen(data: bytes, this_year: int, take: Callable[[CleanRow], None]) -> tuple[str, ...]:
    """Read a whole table and hand over its clean rows; what was handed over counts only where nothing is raised.

    Args:
        data: the file; CSV of any dialect, or a workbook of one sheet with nothing but cells.
        this_year: the year of today: no exam is later.
        take: is called with each row, in order.

    Returns:
        Names of the items that have a column, in the table's order.

    Raises:
        TableHoldsRejected: anything in it may name somebody, or it is no table of this form.
    """
    found = _Findings()
    table = _opened(data, found)
    items = load().items
    columns = [
        _column(place, name, items.get(name.lower()), found) for place, name in enumerate(table.columns, 1)
    ]
    for name in (SUBJECT, EXAM):
        if name not in columns:
            found.add("columns", f"The table has no column '{name}' with pseudonyms of the registry.", 1)
    if len(set(columns)) != len(columns):
        found.add("columns", "A column stands twice in the table.", 1)
    found.stop()
    reader = _Reader(columns, look(table, 500).decimal, this_year, found)
    for row in table.rows():
        take(reader.read(row))
    reader.finish()
    found.stop()
    return tuple(name for name in columns if name not in OWN)


def _opened(data: bytes, found: _Findings) -> Table:
    if is_zip(data):
        for sentence in check_workbook(data):
            found.add("workbook", sentence)
        found.stop()
    elif _has_long_mark(data):
        found.add("rows", "The line before the header says more than which delimiter the table has.", 1)
        found.stop()
    try:
        table = read_table(data, "table.xlsx" if is_zip(data) else "")
    except TableRejected as rejected:
        raise TableHoldsRejected((TableFinding("not_a_table", str(rejected)),), 1) from None
    if table.n_rows > MOST_TABLE_ROWS:
        found.add("not_a_table", f"The table has more than {MOST_TABLE_ROWS:,} rows. Bring it in parts.")
        found.stop()
    return table


def _has_long_mark(data: bytes) -> bool:
    """Whether a line `sep=;` before the header says anything beside the delimiter."""
    head = data[:400].replace(b"\0", b"")
    found = re.match(rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?sep=([^\r\n]*)", head, re.IGNORECASE)
    return found is not None and len(found[1].strip()) != 1


def _column(place: int, name: str, item: Item | None, found: _Findings) -> str:
    """What a column is called here: one of `OWN`, or an item; empty where it is refused."""
    lower = name.lower()
    if lower in OWN:
        return lower
    if item is not None and item.may_cross:
        return item.name
    if item is not None:
        found.add("center_only", "This item stays at the center.", 1, place, item.name)
        return f"#{place}"
    kind = kind_of(name)
    if kind:
        found.add(kind, f"The column is called like {KINDS[kind][0]}.", 1, place)
    else:
        found.add(
            "columns", "The name of the column is no item of the dictionary that a table may hold.", 1, place
        )
    return f"#{place}"


class _Reader:
    """Reads rows; remembers what the commonest cells of each column say."""

    def __init__(self, columns: list[str], decimal: str, this_year: int, found: _Findings) -> None:
        items = load().items
        self._found, self._decimal, self._this_year = found, decimal, this_year
        self._at = {name: place for place, name in enumerate(columns)}
        places = [(place, items[name]) for place, name in enumerate(columns) if name in items]
        self._columns: list[tuple[int, Item, dict[str, Said], ColumnWatch]] = [
            (place, item, {}, ColumnWatch(item)) for place, item in places
        ]
        self._days, self._exams = ColumnWatch(None), set[str]()

    def read(self, row: Row) -> CleanRow:
        """One row; what is wrong with it for the whole table is noted."""
        cells = list(row.cells.values())
        if row.n_extra:
            self._found.add("rows", "The row has more cells than the header has columns.", row.number)
        subject = self._own(row, cells, SUBJECT, read_pseudonym)
        exam = self._own(row, cells, EXAM, read_pseudonym)
        day = self._own(row, cells, DAY, read_day)
        year = self._own(row, cells, YEAR, lambda cell: read_year(cell, self._this_year))
        self._days.see(day)
        values: dict[str, Value | Missing] = {}
        refused: list[tuple[str, str]] = []
        for place, item, known, watch in self._columns:
            cell = cells[place]
            if not cell:
                watch.n_empty += 1
                continue
            said = known.get(cell)
            if said is None:
                said = read_item(item, cell, self._decimal)
                if len(known) < _REMEMBERED:
                    known[cell] = said
            watch.see(said, cell)
            if said is None:
                continue
            if isinstance(said, Suspect):
                self._found.add(said.kind, SENTENCES[said.kind], row.number, place + 1, item.name)
            elif isinstance(said, Refused):
                refused.append((item.name, said.code))
            else:
                values[item.name] = said
        if exam in self._exams:
            values, refused = {}, [("", DUPLICATE)]
        self._exams.add(exam or "")
        return CleanRow(row.number, subject or "", exam or "", day, year, values, tuple(refused))

    def finish(self) -> None:
        """Look at whole columns: what no single cell tells."""
        for place, item, _, watch in self._columns:
            sentence = watch.refusal()
            if sentence:
                self._found.add("column_not_item", sentence, 0, place + 1, item.name)
        sentence = self._days.refusal()
        if sentence:
            self._found.add("date", sentence, 0, self._at[DAY] + 1)
        n_letters = sum(exam.isalpha() for exam in self._exams)
        if n_letters >= 3 and n_letters > len(self._exams) / 2:
            self._found.add(
                "pseudonym", "The pseudonyms look as if a person had written them.", 0, self._at[EXAM] + 1
            )

    def _own(self, row: Row, cells: list[str], name: str, read: Callable[[str], T | Suspect]) -> T | None:
        place = self._at.get(name)
        if place is None:
            return None
        said = read(cells[place])
        if isinstance(said, Suspect):
            self._found.add(said.kind, SENTENCES[said.kind], row.number, place + 1)
            return None
        return said
