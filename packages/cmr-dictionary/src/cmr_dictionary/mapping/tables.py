"""Tables as people bring them: CSV of any dialect, REDCap exports, workbooks. Reading guesses nothing silently.

What was told from the bytes (encoding, delimiter, layout) stands in the table and its notes. Rows are read one by one
from the bytes, so that a table of 100,000 rows costs its bytes and no more.
"""

import csv
import enum
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from cmr_dictionary.mapping import excel
from cmr_dictionary.mapping.errors import TableRejected

MOST_COLUMNS = 2000
MOST_ROWS = 1_000_000
DELIMITERS = (",", ";", "\t", "|")
_SAMPLE_BYTES = 2**16
_SAMPLE_LINES = 30
_CHECKBOX = re.compile(r"([a-z][a-z0-9_]*?)___([a-z0-9_]+)")
_CHECKBOX_LABEL = re.compile(r"(.+) \(choice=(.+)\)")
_EVENT_COLUMNS = ("redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance")
_EVENT_LABELS = ("event name", "repeat instrument", "repeat instance")


class Layout(enum.StrEnum):
    """Who wrote the table."""

    PLAIN = "plain"
    REDCAP_RAW = "redcap_raw"
    REDCAP_LABEL = "redcap_label"


@dataclass(frozen=True, slots=True)
class Row:
    """One row.

    Attributes:
        number: as a spreadsheet numbers it; the header is row 1.
        cells: trimmed text by column; every column of the table stands there.
        n_extra: cells beyond the last column that say anything: the row may be shifted.
        n_short: cells that are missing at its end.
    """

    number: int
    cells: dict[str, str]
    n_extra: int = 0
    n_short: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    """One table.

    Attributes:
        name: as the person knows it; it may name a patient and stays at the hospital.
        columns: names of its columns; a name that stood twice or was empty got a number.
        layout: who wrote it.
        n_rows: rows below the header that say anything.
        encoding, delimiter: what was told; of a workbook how its text is kept here.
        notes: sentences about what was told or is odd; they hold no cell.
    """

    name: str = field(repr=False)
    columns: tuple[str, ...] = field(repr=False)
    layout: Layout
    n_rows: int
    encoding: str
    delimiter: str
    notes: tuple[str, ...]
    _data: bytes = field(repr=False)

    def rows(self) -> Iterator[Row]:
        """All rows that say anything, in order; each call reads the table anew."""
        width, names, is_begun = len(self.columns), self.columns, False
        for number, record in enumerate(_records(self._data, self.encoding, self.delimiter), 1):
            cells = [cell.strip() for cell in record]
            if not any(cells):
                continue
            if not is_begun:
                is_begun = True
                continue
            extra = sum(1 for cell in cells[width:] if cell)
            short = max(0, width - len(cells))
            cells += [""] * short
            yield Row(number, dict(zip(names, cells, strict=False)), extra, short)


def read_table(data: bytes, name: str = "", sheet: str = "") -> Table:
    """Read a table: UTF-8, UTF-16 or Windows-1252 (Latin-1) text, or a workbook where the extra is installed.

    Args:
        data: the file.
        name: its name.
        sheet: the sheet of a workbook, the first one where none is named.

    Raises:
        TableRejected: no text, no header, broken quotes, or over a limit.
    """
    notes: list[str] = []
    if excel.is_workbook(data, name):
        sheets = excel.sheets_of(data)
        if len(sheets) > 1 and not sheet:
            notes.append(f"The workbook has {len(sheets)} sheets; the first one is read.")
        data, encoding, delimiter = _as_text(excel.rows_of(data, sheet)), "utf-8", ","
    else:
        encoding = _encoding(data, notes)
        delimiter = _delimiter(data, encoding)
    try:
        columns, n_rows = _measured(data, encoding, delimiter, notes)
    except (csv.Error, UnicodeError):
        raise TableRejected("The table cannot be read: a quotation mark is never closed.") from None
    return Table(name, columns, layout_of(columns), n_rows, encoding, delimiter, tuple(notes), data)


def layout_of(columns: tuple[str, ...]) -> Layout:
    """Whether the columns are those of a REDCap export, raw or with labels."""
    lower = [name.lower() for name in columns]
    if any(name in lower for name in _EVENT_COLUMNS) or any(_CHECKBOX.fullmatch(name) for name in lower):
        return Layout.REDCAP_RAW
    if any(name in lower for name in _EVENT_LABELS) or any(
        _CHECKBOX_LABEL.fullmatch(name) for name in columns
    ):
        return Layout.REDCAP_LABEL
    return Layout.PLAIN


def checkbox_of(column: str) -> tuple[str, str] | None:
    """Item and answer of a REDCap checkbox column: `race___1`, or `Race (choice=White)`; None for any other."""
    found = _CHECKBOX.fullmatch(column.lower()) or _CHECKBOX_LABEL.fullmatch(column)
    return (found[1], found[2]) if found else None


def _encoding(data: bytes, notes: list[str]) -> str:
    """The encoding, told by its mark or by trying."""
    if data.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig"
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _decodable(data, "utf-16")
    head = data[:4096]
    if b"\0" in head:
        if head.count(b"\0") * 4 < len(head):
            raise TableRejected("This is no table: save it as CSV in UTF-8.")
        return _decodable(data, "utf-16-le" if head[1:2] == b"\0" else "utf-16-be")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        notes.append("Read as Windows-1252 (Latin-1), because it is not UTF-8: look at letters with accents.")
        try:
            data.decode("cp1252")
        except UnicodeDecodeError:
            return "latin-1"
        return "cp1252"
    return "utf-8"


def _decodable(data: bytes, encoding: str) -> str:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        raise TableRejected("The text of the table is broken: save it as CSV in UTF-8.") from None
    return encoding


def _delimiter(data: bytes, encoding: str) -> str:
    """The delimiter whose rows agree best in their number of cells."""
    text = data[:_SAMPLE_BYTES].decode(encoding, "replace")
    if text[:4].lower() == "sep=" and len(text) > 4:
        return text[4]
    is_cut = len(data) > _SAMPLE_BYTES

    def score(delimiter: str) -> tuple[float, int]:
        widths = []
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        try:
            for record in reader:
                if any(cell.strip() for cell in record):
                    widths.append(len(record))
                if len(widths) > _SAMPLE_LINES:
                    break
        except csv.Error:
            return 0.0, 0
        if is_cut and 1 < len(widths) <= _SAMPLE_LINES:
            widths.pop()
        if not widths or widths[0] < 2:
            return 0.0, 0
        return sum(width == widths[0] for width in widths) / len(widths), widths[0]

    return max(DELIMITERS, key=score)


def _records(data: bytes, encoding: str, delimiter: str) -> Iterator[list[str]]:
    with io.TextIOWrapper(io.BytesIO(data), encoding, newline="") as text:
        first = text.readline()
        if first[:4].lower() != "sep=":
            text.seek(0)
        yield from csv.reader(text, delimiter=delimiter, strict=True)


def _measured(data: bytes, encoding: str, delimiter: str, notes: list[str]) -> tuple[tuple[str, ...], int]:
    """The columns, and how many rows say anything; everything is read once, so that what breaks is known now."""
    records = _records(data, encoding, delimiter)
    header = next((record for record in records if any(cell.strip() for cell in record)), None)
    if header is None:
        raise TableRejected("The table is empty.")
    columns = _columns(header, notes)
    n_rows = n_odd = 0
    for record in records:
        if not any(cell.strip() for cell in record):
            continue
        n_rows += 1
        n_odd += len(record) != len(columns)
        if n_rows > MOST_ROWS:
            raise TableRejected(f"The table has more than {MOST_ROWS:,} rows. Bring it in parts.")
    if n_odd:
        notes.append(f"{n_odd:,} rows have more or fewer cells than the header has columns.")
    return columns, n_rows


def _columns(header: list[str], notes: list[str]) -> tuple[str, ...]:
    """Names of the columns, each of them once."""
    cells = [" ".join(cell.split()) for cell in header]
    while cells and not cells[-1]:
        cells.pop()
    if len(cells) > MOST_COLUMNS:
        raise TableRejected(f"The table has more than {MOST_COLUMNS:,} columns.")
    found: dict[str, None] = {}
    numbers: dict[str, int] = {}
    for place, cell in enumerate(cells, 1):
        name, called = cell or f"column {place}", cell or "column"
        while name in found:
            numbers[called] = numbers.get(called, 1) + 1
            name = f"{called} ({numbers[called]})"
        if name != cell:
            notes.append(f"Column {place} has no name of its own; it is called by a number here.")
        found[name] = None
    if all(_is_number(cell) for cell in found):
        raise TableRejected("The first row holds numbers, no names of columns.")
    return tuple(found)


def _is_number(cell: str) -> bool:
    return re.fullmatch(r"[+-]?[\d.,]+", cell) is not None


def _as_text(records: Iterator[list[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(records)
    return text.getvalue().encode()
