"""Rows of the shipped table become items; what is wrong with one row is found here."""

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass

from cmr_dictionary.errors import DictionaryError
from cmr_dictionary.items import Code, Item, ItemKind, Transfer
from cmr_dictionary.missing import Missing

NAME, FORM, SECTION, TYPE, LABEL = (
    "Variable / Field Name",
    "Form Name",
    "Section Header",
    "Field Type",
    "Field Label",
)
CHOICES, NOTE = "Choices, Calculations, OR Slider Labels", "Field Note"
VALIDATION, HARD_MIN, HARD_MAX = (
    "Text Validation Type OR Show Slider Number",
    "Text Validation Min",
    "Text Validation Max",
)
IDENTIFIER, BRANCHING = "Identifier?", "Branching Logic (Show field only if...)"
REQUIRED, MATRIX = "Required Field?", "Matrix Group Name"
ANNOTATION, MISSING_CODES = "Field Annotation", "x_missing_codes"
READ_ONLY = "@READONLY"
REDCAP_COLUMNS = (
    NAME, FORM, SECTION, TYPE, LABEL, CHOICES, NOTE, VALIDATION, HARD_MIN, HARD_MAX, IDENTIFIER, BRANCHING,
    REQUIRED, "Custom Alignment", "Question Number (surveys only)", MATRIX, "Matrix Ranking?", ANNOTATION,
)  # fmt: skip
OWN_COLUMNS = (
    "x_former_name", "x_unit", "x_soft_min", "x_soft_max", "x_code_system", "x_code", "x_code_display",
    "x_value_codes", "x_source", "x_transfer", "x_scmr2022_level", "x_tier", "x_basis",
    MISSING_CODES,
)  # fmt: skip
COLUMNS = (*REDCAP_COLUMNS, *OWN_COLUMNS)

ITEM_NAME = re.compile(r"[a-z][a-z0-9_]{0,25}")
CODE = re.compile(r"[A-Za-z0-9_]+")
KINDS = {
    "radio": ItemKind.CODE,
    "dropdown": ItemKind.CODE,
    "checkbox": ItemKind.CODES,
    "yesno": ItemKind.YES_NO,
    "calc": ItemKind.DERIVED,
    "file": ItemKind.FILE,
    "notes": ItemKind.TEXT,
}
TEXT_KINDS = {
    "": ItemKind.TEXT,
    "number": ItemKind.NUMBER,
    "integer": ItemKind.INTEGER,
    "date_ymd": ItemKind.DATE,
    "time": ItemKind.TIME,
    "datetime_ymd": ItemKind.DATETIME,
    "datetime_seconds_ymd": ItemKind.DATETIME,
}


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table with its number (the header is row 1)."""

    number: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        """Text of a cell, without surrounding blanks."""
        return self.cells[column].strip()

    def error(self, column: str, problem: str) -> DictionaryError:
        """The error that names this row and a column."""
        return DictionaryError(self.number, self[NAME], column, problem)


def rows_of(text: str) -> list[Row]:
    """Rows of the table.

    Raises:
        DictionaryError: the header is not the declared one, or a row has another number of columns.
    """
    lines = list(csv.reader(io.StringIO(text)))
    header = tuple(lines[0]) if lines else ()
    if header != COLUMNS:
        raise DictionaryError(1, "header", "all", f"{len(COLUMNS)} declared columns are expected.")
    rows = []
    for number, cells in enumerate(lines[1:], 2):
        if len(cells) != len(COLUMNS):
            raise DictionaryError(
                number, cells[0] if cells else "", "all", f"{len(COLUMNS)} cells are expected."
            )
        rows.append(Row(number, dict(zip(COLUMNS, cells, strict=True))))
    return rows


def items_of(content: bytes) -> dict[str, Item]:
    """Items of the table of an earlier version by name; only what one row says is checked.

    Args:
        content: UTF-8 text of a table; columns of ours that came later may be absent.

    Raises:
        DictionaryError: a cell is not as declared.
    """
    items: dict[str, Item] = {}
    form = section = ""
    for row in _earlier_rows(content):
        section = row[SECTION] or (section if row[FORM] == form else "")
        form = row[FORM]
        items[row[NAME]] = item_of(row, section)
    return items


def former_names(content: bytes) -> dict[str, str]:
    """Name -> the name that the item had in the version before, where the table says so."""
    return {
        row[NAME]: row["x_former_name"]
        for row in _earlier_rows(content)
        if row["x_former_name"] not in ("", "(new)")
    }


def _earlier_rows(content: bytes) -> list[Row]:
    lines = csv.DictReader(io.StringIO(content.decode("utf-8")))
    return [
        Row(number, dict.fromkeys(COLUMNS, "") | {name: cell for name, cell in line.items() if cell})
        for number, line in enumerate(lines, 2)
    ]


def item_of(row: Row, section: str) -> Item:
    """Read one row.

    Args:
        row: the row.
        section: section that runs at this row.

    Raises:
        DictionaryError: a cell of the row is not as declared.
    """
    if ITEM_NAME.fullmatch(row[NAME]) is None:
        raise row.error(NAME, "letters, digits and underscores, at most 26, are expected.")
    kind = _kind(row)
    return Item(
        name=row[NAME],
        form=row[FORM],
        section=section,
        label=row[LABEL],
        note=row[NOTE],
        kind=kind,
        unit=row["x_unit"],
        code_list=_code_list(row) if kind in (ItemKind.CODE, ItemKind.CODES) else (),
        hard_min=_limit(row, HARD_MIN),
        hard_max=_limit(row, HARD_MAX),
        soft_min=_limit(row, "x_soft_min"),
        soft_max=_limit(row, "x_soft_max"),
        branching=row[BRANCHING],
        calculation=row[CHOICES] if kind == ItemKind.DERIVED else "",
        transfer=_transfer(row),
        level=row["x_scmr2022_level"],
        tier=row["x_tier"],
        required=_flag(row, REQUIRED),
        identifier=_flag(row, IDENTIFIER),
        matrix=row[MATRIX],
        source=row["x_source"],
        basis=row["x_basis"],
        concept=f"{row['x_code_system']}:{row['x_code']}" if row["x_code"] else "",
        answer_concepts=_answer_concepts(row),
        missing_codes=_missing_codes(row),
        read_only=kind == ItemKind.DERIVED or row[ANNOTATION].startswith(READ_ONLY),
    )


def _kind(row: Row) -> ItemKind:
    if row[TYPE] in KINDS:
        return KINDS[row[TYPE]]
    if row[TYPE] != "text":
        raise row.error(TYPE, "unknown field type.")
    if row[VALIDATION] not in TEXT_KINDS:
        raise row.error(VALIDATION, "unknown validation type.")
    return TEXT_KINDS[row[VALIDATION]]


def _code_list(row: Row) -> tuple[Code, ...]:
    codes = _codes(row, CHOICES)
    if len({code.code for code in codes}) != len(codes):
        raise row.error(CHOICES, "a code stands twice.")
    return codes


def _codes(row: Row, column: str) -> tuple[Code, ...]:
    codes = []
    for choice in row[column].split("|"):
        code, comma, label = (part.strip() for part in choice.partition(","))
        if CODE.fullmatch(code) is None or not comma or not label:
            raise row.error(column, "each choice is a code, a comma and a label.")
        codes.append(Code(code, label))
    return tuple(codes)


def _missing_codes(row: Row) -> dict[str, Missing]:
    """Old code and label -> reason, out of `9, Unknown=unknown | ...`."""
    found: dict[str, Missing] = {}
    for entry in _codes(row, MISSING_CODES) if row[MISSING_CODES] else ():
        label, _, word = entry.label.rpartition("=")
        if word not in set(Missing) or not label:
            raise row.error(MISSING_CODES, "code, label and missing code are expected: 9, Unknown=unknown.")
        found[entry.code.lower()] = found[label.strip().lower()] = Missing(word)
    return found


def _limit(row: Row, column: str) -> float | None:
    try:
        return float(row[column]) if row[column] else None
    except ValueError:
        raise row.error(column, "a number is expected.") from None


def _transfer(row: Row) -> Transfer:
    try:
        return Transfer(row["x_transfer"])
    except ValueError:
        raise row.error("x_transfer", "unknown word.") from None


def _flag(row: Row, column: str) -> bool:
    if row[column] not in ("", "y"):
        raise row.error(column, "y or nothing is expected.")
    return row[column] == "y"


def _answer_concepts(row: Row) -> dict[str, str]:
    pairs = [pair.partition("=") for pair in row["x_value_codes"].split(";") if pair.strip()]
    if any(not separator for _, separator, _ in pairs):
        raise row.error("x_value_codes", "pairs of the form code=system:code are expected.")
    return {code.strip(): concept.strip() for code, _, concept in pairs}
