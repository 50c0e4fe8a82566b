"""Workbooks become plain rows of text, where the optional reader is installed (extra `excel`).

A number is written as a person would type it, a date as ISO 8601, yes and no as 1 and 0, so that a workbook and a CSV
of the same table are the same table.
"""

import datetime
import importlib
import importlib.util
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from types import ModuleType

from cmr_dictionary.mapping.errors import TableRejected

SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
"""Names of workbooks; only the first two are read: how much memory the others ask is not known beforehand."""
MOST_UNPACKED = 2**29
MOST_EMPTY = 2**22
"""The reader keeps a place for every cell of the rectangle around those that say anything; so many may be empty."""
TOO_WIDE = "The cells of the workbook lie too far apart. Save the sheet as CSV in UTF-8."
_PLACE = re.compile(rb"\br\s*=\s*[\"']([A-Za-z]*)([0-9]+)[\"']")
_CELL = re.compile(rb"<(?:[\w.-]+:)?c[\s/>]")
_SHEET = re.compile(r"^/?xl/worksheets/[^/]+\.xml$", re.IGNORECASE)
_ROW = re.compile(rb"<(?:[\w.-]+:)?row[\s/>]")
_READER = "python_calamine"
_calamine: ModuleType | None = (
    importlib.import_module(_READER) if importlib.util.find_spec(_READER) is not None else None
)


def is_installed() -> bool:
    """Whether workbooks can be read here."""
    return _calamine is not None


def is_workbook(data: bytes, name: str) -> bool:
    """Whether the bytes or the name say that it is a workbook."""
    return data[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0") or name.lower().endswith(SUFFIXES)


def sheets_of(data: bytes) -> tuple[str, ...]:
    """Names of the sheets.

    Raises:
        TableRejected: no reader, protected, broken, or too large once it is unpacked.
    """
    return tuple(str(name) for name in _opened(data).sheet_names)


def rows_of(data: bytes, sheet: str = "") -> Iterator[list[str]]:
    """Rows of one sheet as texts, from its first row that says anything; the first sheet where none is named.

    Raises:
        TableRejected: as `sheets_of`, or no such sheet.
    """
    book = _opened(data)
    if _is_far_apart(data):
        raise TableRejected(TOO_WIDE)
    names = list(book.sheet_names)
    if not names or (sheet and sheet not in names):
        raise TableRejected("The workbook has no such sheet.")
    try:
        for row in book.get_sheet_by_name(sheet or names[0]).iter_rows():
            yield [_text(cell) for cell in row]
    except (_book_error(), ValueError):
        raise TableRejected("The workbook is broken. Save the sheet as CSV in UTF-8.") from None


def _book_error() -> type[Exception]:
    """What the reader raises where a workbook is broken."""
    error: type[Exception] = _calamine.CalamineError if _calamine is not None else TableRejected
    return error


def _opened(data: bytes) -> "ModuleType":
    if _calamine is None:
        raise TableRejected(
            "Workbooks cannot be read here: install the extra 'excel', or save the table as CSV in UTF-8."
        )
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            if sum(entry.file_size for entry in file.infolist()) > MOST_UNPACKED:
                raise TableRejected("The workbook is too large. Save the sheet as CSV in UTF-8.")
            if not any(_SHEET.search(entry.filename) for entry in file.infolist()):
                raise TableRejected(
                    "Only workbooks in the form .xlsx are read. Save it so, or as CSV in UTF-8."
                )
        book: ModuleType = _calamine.load_workbook(io.BytesIO(data))
    except (_calamine.CalamineError, zipfile.BadZipFile, OSError, ValueError):
        raise TableRejected(
            "The workbook cannot be read; it may be protected by a password or of an older form than .xlsx."
        ) from None
    return book


def _is_far_apart(data: bytes) -> bool:
    """Whether a few cells of a small file would make the reader ask for memory that no machine has."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            parts = (file.read(entry) for entry in file.infolist())
            return any(b"sheetData" in part and _n_empty(part) > MOST_EMPTY for part in parts)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError):
        raise TableRejected("The workbook is broken. Save the sheet as CSV in UTF-8.") from None


def _n_empty(sheet: bytes) -> int:
    """Cells of the rectangle around the values of a sheet, without those that it names; never too few."""
    places, n_cells = set(_PLACE.findall(sheet)), len(_CELL.findall(sheet))
    width = max((_number(letters) for letters, _ in places), default=0)
    height = max(max((int(row[:9]) for _, row in places), default=0), len(_ROW.findall(sheet)))
    if n_cells > sum(1 for letters, _ in places if letters):
        width = max(width, *(len(_CELL.findall(row)) for row in _ROW.split(sheet)))
    return width * height - n_cells


def _number(letters: bytes) -> int:
    """The number of a column by its letters, from 1; 0 for none."""
    number = 0
    for letter in letters.upper()[:7]:
        number = number * 26 + letter - 64
    return number


def _text(cell: object) -> str:
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime.datetime):
        is_day = cell.time() == datetime.time()
        return cell.date().isoformat() if is_day else cell.isoformat(timespec="seconds")
    if isinstance(cell, datetime.date | datetime.time):
        return cell.isoformat()
    if isinstance(cell, datetime.timedelta):
        return repr(cell.total_seconds())
    return str(cell)
