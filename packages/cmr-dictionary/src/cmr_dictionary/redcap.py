"""REDCap's data dictionary: 18 columns, written and read without loss.

What REDCap can hold is what its columns say: names, forms, sections, types, labels, choices or calculation, notes,
validation, limits, identifier, branching, required, matrix, annotation. What it has no column for stays behind
(`x_` columns: unit, usual range, coding, transfer, level, modules); the codebook has it.

Missing codes are no choices. REDCap keeps them once per project ("missing data codes"): `missing_data_codes` is the
text for that setting, and every field can then hold each of the five reasons.
"""

import csv
import functools
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources

from cmr_dictionary.errors import RedcapError
from cmr_dictionary.items import Item
from cmr_dictionary.missing import Missing
from cmr_dictionary.table import COLUMNS, REDCAP_COLUMNS, Row, item_of

FIELD_NAME = re.compile(r"[a-z][a-z0-9_]{0,99}")
CHOICE_TYPES = frozenset({"radio", "dropdown", "checkbox"})
FIELD_TYPES = CHOICE_TYPES | {
    "text",
    "notes",
    "calc",
    "file",
    "slider",
    "descriptive",
    "yesno",
    "truefalse",
    "sql",
}
MOST_FIELDS = 20_000
LONGEST_CELL = 100_000
FLAGS = {"y": True, "": False}


@dataclass(frozen=True, slots=True)
class RedcapField:
    """One row of a REDCap data dictionary; cells without surrounding blanks.

    Attributes:
        name, form, section: where it stands; the section only on the field that opens it.
        field_type: REDCap's word (`radio`, `text`, `calc` ...).
        label: what people read.
        choices: code and label of each answer, of the types with choices; else empty.
        calculation: formula, labels of a slider, or query, of the types without choices; else empty.
        note: text below the field.
        validation: REDCap's word for the kind of a text (`number`, `date_ymd` ...).
        minimum, maximum: limits as texts.
        is_identifier, is_required, is_ranked: flags.
        branching: REDCap logic.
        alignment, question_number: layout.
        matrix: name of the matrix.
        annotation: free text and action tags.
    """

    name: str
    form: str
    section: str = ""
    field_type: str = "text"
    label: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    calculation: str = ""
    note: str = ""
    validation: str = ""
    minimum: str = ""
    maximum: str = ""
    is_identifier: bool = False
    branching: str = ""
    is_required: bool = False
    alignment: str = ""
    question_number: str = ""
    matrix: str = ""
    is_ranked: bool = False
    annotation: str = ""


def write_redcap(fields: Iterable[RedcapField]) -> str:
    """The CSV of a REDCap data dictionary, as REDCap takes it for upload.

    Args:
        fields: in the order of the project.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(REDCAP_COLUMNS)
    writer.writerows(_cells(field) for field in fields)
    return text.getvalue()


def read_redcap(text: str) -> tuple[RedcapField, ...]:
    """The fields of a REDCap data dictionary.

    Args:
        text: CSV as REDCap exports it, with or without a byte order mark.

    Raises:
        RedcapError: another header, a row of another length, an unknown type, choices that cannot be read, a name
            that stands twice; the text names the row and the column.
    """
    lines = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    try:
        rows = list(lines)
    except csv.Error:
        raise RedcapError(lines.line_num, "all", "is no CSV.") from None
    if not rows or tuple(cell.strip() for cell in rows[0]) != REDCAP_COLUMNS:
        raise RedcapError(1, "all", "the 18 columns of a REDCap data dictionary are expected.")
    if len(rows) > MOST_FIELDS:
        raise RedcapError(MOST_FIELDS, "all", f"at most {MOST_FIELDS} fields are expected.")
    found: dict[str, RedcapField] = {}
    for number, cells in enumerate(rows[1:], 2):
        if not any(cell.strip() for cell in cells):
            continue
        field = _field(number, cells)
        if field.name in found:
            raise RedcapError(number, REDCAP_COLUMNS[0], "the name stands twice.")
        found[field.name] = field
    return tuple(found.values())


def redcap_csv() -> str:
    """Our dictionary as a REDCap data dictionary: all items, those that stay at the center too."""
    return write_redcap(dictionary_fields())


@functools.cache
def dictionary_fields() -> tuple[RedcapField, ...]:
    """The items of our table as REDCap fields, in its order."""
    content = (resources.files("cmr_dictionary") / "data" / "data_dictionary.csv").read_text(encoding="utf-8")
    rows = list(csv.reader(io.StringIO(content)))[1:]
    return tuple(_field(number, cells[: len(REDCAP_COLUMNS)]) for number, cells in enumerate(rows, 2))


def items_of_fields(fields: Iterable[RedcapField]) -> dict[str, Item]:
    """Fields as items of the dictionary's kind: what REDCap holds of them, and nothing that may cross.

    Args:
        fields: in the order of the project.

    Raises:
        DictionaryError: a field is of a kind that the dictionary does not have.
    """
    items: dict[str, Item] = {}
    form = section = ""
    for number, field in enumerate(fields, 2):
        section = field.section or (section if field.form == form else "")
        form = field.form
        cells = dict.fromkeys(COLUMNS, "") | dict(zip(REDCAP_COLUMNS, _cells(field), strict=True))
        items[field.name] = item_of(Row(number, cells | {"x_transfer": "center_only"}), section)
    return items


def missing_data_codes() -> str:
    """The five reasons as the text of REDCap's project setting for missing data codes."""
    return " | ".join(f"{reason.value}, {reason.label.capitalize()}" for reason in Missing)


def _cells(field: RedcapField) -> list[str]:
    choices = " | ".join(f"{code}, {label}" for code, label in field.choices)
    return [
        field.name, field.form, field.section, field.field_type, field.label, choices or field.calculation,
        field.note, field.validation, field.minimum, field.maximum, _flag(field.is_identifier), field.branching,
        _flag(field.is_required), field.alignment, field.question_number, field.matrix, _flag(field.is_ranked),
        field.annotation,
    ]  # fmt: skip


def _flag(is_set: bool) -> str:
    return "y" if is_set else ""


def _field(number: int, cells: list[str]) -> RedcapField:
    if len(cells) != len(REDCAP_COLUMNS):
        raise RedcapError(number, "all", f"{len(REDCAP_COLUMNS)} cells are expected.")
    row = dict(zip(REDCAP_COLUMNS, (cell.strip() for cell in cells), strict=True))
    values = list(row.values())
    for column, cell in row.items():
        if len(cell) > LONGEST_CELL:
            raise RedcapError(number, column, "the text is too long.")
    if FIELD_NAME.fullmatch(values[0]) is None:
        raise RedcapError(number, REDCAP_COLUMNS[0], "small letters, digits and underscores are expected.")
    if values[3] not in FIELD_TYPES:
        raise RedcapError(number, REDCAP_COLUMNS[3], "no type of REDCap.")
    has_choices = values[3] in CHOICE_TYPES
    return RedcapField(
        name=values[0],
        form=values[1],
        section=values[2],
        field_type=values[3],
        label=values[4],
        choices=_choices(number, values[5]) if has_choices else (),
        calculation="" if has_choices else values[5],
        note=values[6],
        validation=values[7],
        minimum=values[8],
        maximum=values[9],
        is_identifier=_is_set(number, row, 10),
        branching=values[11],
        is_required=_is_set(number, row, 12),
        alignment=values[13],
        question_number=values[14],
        matrix=values[15],
        is_ranked=_is_set(number, row, 16),
        annotation=values[17],
    )


def _is_set(number: int, row: Mapping[str, str], place: int) -> bool:
    column = REDCAP_COLUMNS[place]
    if row[column].lower() not in FLAGS:
        raise RedcapError(number, column, "y or nothing is expected.")
    return FLAGS[row[column].lower()]


def _choices(number: int, text: str) -> tuple[tuple[str, str], ...]:
    found: dict[str, str] = {}
    for choice in text.split("|"):
        code, comma, label = (part.strip() for part in choice.partition(","))
        if not code or not comma or code in found:
            raise RedcapError(
                number, REDCAP_COLUMNS[5], "each choice is a code of its own, a comma and a label."
            )
        found[code] = label
    return tuple(found.items())
