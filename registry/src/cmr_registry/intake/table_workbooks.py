"""Workbooks at the registry's door: one sheet, plain cells, and nothing that a reader of cells would not see.

A workbook is a ZIP of many files. Comments, pictures, other sheets, formulas, defined names, headers for print, texts
that no cell uses and document properties can all name somebody, so every part and every element that is not on a short
list lets the workbook be refused. A CSV file has none of them.
"""

import html
import io
import re
import zipfile
import zlib
from collections.abc import Iterator

from cmr_dictionary.mapping import TableRejected
from cmr_dictionary.mapping.excel import MOST_UNPACKED, rows_of, sheets_of
from cmr_registry.intake.table_words import words_of

ZIP = b"PK\x03\x04"
SAVE_AS_CSV = "Copy the values into a new workbook with one sheet, or save the table as CSV."
OTHER_FORMAT = f"The file is no plain workbook (.xlsx). {SAVE_AS_CSV}"
MORE_PARTS = (
    f"The workbook holds more than one sheet: other sheets, comments, pictures or macros. {SAVE_AS_CSV}"
)
MORE_IN_SHEET = (
    f"The sheet holds more than values: formulas, links, headers for print or lists of choices. {SAVE_AS_CSV}"
)
SHEET_NAME = "The name of the sheet says something. Call it 'Sheet1', or save the table as CSV."
UNUSED_TEXTS = f"The workbook keeps texts that no cell shows. {SAVE_AS_CSV}"
FORMATS = f"A number format of the workbook holds words. {SAVE_AS_CSV}"
PROPERTIES = (
    "The document properties hold a name or a text. Remove them (File, Info, Inspect Document), or save the table"
    " as CSV."
)

_SHEET = "xl/worksheets/sheet1.xml"
_PARTS = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|docProps/(?:core|app)\.xml|xl/workbook\.xml|xl/_rels/workbook\.xml\.rels"
    r"|xl/worksheets/sheet1\.xml|xl/styles\.xml|xl/sharedStrings\.xml|xl/theme/theme1\.xml"
)
_SHEET_NAMES = re.compile(
    r"(?:sheet|table|data|tabelle|feuil|feuille|hoja|foglio|export|cmr)[ _]?\d{0,2}", re.IGNORECASE
)
_SHEET_TAGS = words_of(
    "worksheet sheetPr tabColor outlinePr pageSetUpPr dimension sheetViews sheetView pane selection"
    " sheetFormatPr cols col sheetData row c v is t r rPr autoFilter pageMargins pageSetup sz color rFont"
    " family scheme b i"
)
_BOOK_TAGS = words_of(
    "workbook fileVersion workbookPr bookViews workbookView sheets sheet calcPr AlternateContent Choice"
    " absPath revisionPtr xcalcf calcFeatures feature extLst ext workbookProtection"
)
_TAG = re.compile(rb"<([A-Za-z][\w.-]*:)?([A-Za-z]\w*)")
_PLAIN_FORMAT = re.compile(r"(?:General|[Ee@]|[0#?.,%+\-/()_ ;*\\$]|\[(?:Red|Blue|Green|Black)\]|[dmyhs:])*")
_SOFTWARE = re.compile(
    r"(?:microsoft(?: excel)?|openpyxl|xlsxwriter|libreoffice|apache poi|pandas|python|cmr[a-z -]*|registry connector"
    r"|unknown|excel|user|admin)?",
    re.IGNORECASE,
)
_PROPERTY = re.compile(r"<(?:\w+:)?(\w+)(?:\s[^>]*)?>([^<]*)</")
_KEPT_PROPERTIES = words_of(
    "created modified revision version Application AppVersion DocSecurity ScaleCrop LinksUpToDate"
    " SharedDoc HyperlinksChanged TotalTime Pages Words Characters i4"
)
_NAMED_PROPERTIES = frozenset({"creator", "lastModifiedBy"})


def is_zip(data: bytes) -> bool:
    """Whether the bytes are a ZIP, as every workbook of today is; an older one is taken for a broken text."""
    return data.startswith((ZIP, b"\xd0\xcf\x11\xe0"))


def check_workbook(data: bytes) -> Iterator[str]:
    """Why a workbook cannot be read as a table and nothing else; yields no sentence where it can."""
    try:
        parts = _parts(data)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError):
        yield OTHER_FORMAT
        return
    if parts is None:
        yield MORE_PARTS
        return
    if _SHEET not in parts or any(_is_odd(name, part) for name, part in parts.items()):
        yield OTHER_FORMAT
        return
    if _tags(parts[_SHEET]) - _SHEET_TAGS:
        yield MORE_IN_SHEET
    if _tags(parts.get("xl/workbook.xml", b"")) - _BOOK_TAGS:
        yield MORE_PARTS
    if not _has_plain_formats(parts.get("xl/styles.xml", b"")):
        yield FORMATS
    if any(_names_somebody(parts[name]) for name in parts if name.startswith("docProps/")):
        yield PROPERTIES
    yield from _check_cells(data, parts)


def _parts(data: bytes) -> dict[str, bytes] | None:
    """Every file of the workbook; None where there is one that a table does not need."""
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        entries = [entry for entry in book.infolist() if not entry.is_dir()]
        if book.comment or any(not _PARTS.fullmatch(entry.filename) or entry.comment for entry in entries):
            return None
        if sum(entry.file_size for entry in entries) > MOST_UNPACKED or len(entries) > 20:
            return None
        return {entry.filename: book.read(entry) for entry in entries}


def _is_odd(name: str, part: bytes) -> bool:
    """A part that is not plain XML in UTF-8 hides more than its elements tell."""
    body = part.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not body.startswith(b"<") or b"\0" in part or b"<!" in part:
        return True
    return (
        part.count(b"<?") > 1
        or re.match(rb"<\?xml[^>]*encoding=[\"'](?!utf-8)", body, re.IGNORECASE) is not None
    )


def _tags(part: bytes) -> set[str]:
    return {found[2].decode("ascii") for found in _TAG.finditer(part)}


def _has_plain_formats(part: bytes) -> bool:
    formats = re.findall(r'formatCode="([^"]*)"', part.decode("utf-8", "replace"))
    return all(_PLAIN_FORMAT.fullmatch(html.unescape(one)) for one in formats)


def _names_somebody(part: bytes) -> bool:
    """Whether a document property says more than which program wrote the file, and when it was written."""
    for name, text in _PROPERTY.findall(part.decode("utf-8", "replace")):
        word = html.unescape(text).strip()
        if name in _NAMED_PROPERTIES and _SOFTWARE.fullmatch(word):
            continue
        if word and name not in _KEPT_PROPERTIES and not (name in ("lpstr",) and _is_plain_title(word)):
            return True
    return False


def _is_plain_title(word: str) -> bool:
    return _SHEET_NAMES.fullmatch(word) is not None or word in (
        "Worksheets", "Arbeitsblätter", "Hojas de cálculo", "Feuilles de calcul", "Fogli di lavoro",
    )  # fmt: skip


def _check_cells(data: bytes, parts: dict[str, bytes]) -> Iterator[str]:
    try:
        names = sheets_of(data)
    except TableRejected as rejected:
        yield str(rejected)
        return
    if len(names) != 1:
        yield MORE_PARTS
    elif not _SHEET_NAMES.fullmatch(names[0]):
        yield SHEET_NAME
    strings = parts.get("xl/sharedStrings.xml", b"")
    kept = {
        html.unescape(text)
        for text in re.findall(r"<t(?:\s[^>]*)?>([^<]*)</t>", strings.decode("utf-8", "replace"))
    }
    if _tags(strings) - {
        "sst",
        "si",
        "t",
        "r",
        "rPr",
        "sz",
        "color",
        "rFont",
        "family",
        "scheme",
        "b",
        "i",
        "phoneticPr",
    }:
        yield UNUSED_TEXTS
    elif kept and "<r>" not in strings.decode("utf-8", "replace"):
        try:
            shown = {cell for row in rows_of(data) for cell in row}
        except TableRejected as rejected:
            yield str(rejected)
            return
        if kept - shown:
            yield UNUSED_TEXTS
    elif kept:
        yield MORE_IN_SHEET
