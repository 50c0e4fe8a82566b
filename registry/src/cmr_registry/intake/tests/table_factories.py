"""Tables of de-identified values for tests, and workbooks written by hand."""

import base64
import csv
import hashlib
import io
import random
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from html import escape

from cmr_deid.identities import check_character
from cmr_dictionary import load
from cmr_dictionary.items import Item, ItemKind

ITEMS = (
    "sex",
    "age_at_exam_years",
    "lv_edv_ml",
    "lv_esv_ml",
    "lge_present",
    "final_diagnosis",
    "lv_software",
)


def pseudonym(*parts: object) -> str:
    """A sound pseudonym, the same for the same parts."""
    body = base64.b32encode(hashlib.sha256(repr(parts).encode()).digest()[:10]).decode()
    return body + check_character(body)


def rows_of(n=6, seed=1):
    """`n` clean rows of a dozen columns, as texts by column."""
    chance = random.Random(seed)
    return [
        {
            "subject": pseudonym("subject", seed, number),
            "exam": pseudonym("exam", seed, number),
            "day": str(chance.choice((0, 0, 180, -30))),
            "exam_year": str(chance.randint(2012, 2022)),
            "sex": chance.choice("MF"),
            "age_at_exam_years": str(chance.randint(30, 80)),
            "lv_edv_ml": f"{chance.uniform(120, 180):.1f}",
            "lv_esv_ml": f"{chance.uniform(40, 80):.1f}",
            "lge_present": chance.choice("01"),
            "final_diagnosis": chance.choice("123"),
            "lv_software": chance.choice(("cvi42 5.13", "circle cvi42", "not_reported")),
        }
        for number in range(n)
    ]


def as_csv(
    rows: Sequence[Mapping[str, object]],
    delimiter: str = ",",
    encoding: str = "utf-8",
    columns: Sequence[str] | None = None,
) -> bytes:
    """Rows as CSV."""
    out = io.StringIO(newline="")
    table = csv.writer(out, delimiter=delimiter)
    columns = columns or list(dict.fromkeys(name for row in rows for name in row))
    table.writerow(columns)
    table.writerows([row.get(name, "") for name in columns] for row in rows)
    return out.getvalue().encode(encoding)


def valid_text(item: Item, chance: random.Random) -> str:
    """A text that the item takes, questioned by no range."""
    if item.code_list:
        return chance.choice(item.code_list).code
    if item.kind is ItemKind.YES_NO:
        return chance.choice("01")
    low = item.soft_min if item.soft_min is not None else item.hard_min or 0.0
    high = item.soft_max if item.soft_max is not None else item.hard_max or low + 1
    number = chance.uniform(low, high)
    return str(round(number)) if item.kind is ItemKind.INTEGER else f"{number:.2f}"


def wide_rows(n: int, n_items: int = 40, seed: int = 2, n_exams: int = 2) -> Iterator[dict[str, object]]:
    """Rows of many items, with so many exams for each subject."""
    chance = random.Random(seed)
    kinds = {ItemKind.NUMBER, ItemKind.INTEGER, ItemKind.CODE, ItemKind.YES_NO}
    items = [
        item
        for item in load().items.values()
        if item.may_cross
        and item.kind in kinds
        and item.form in ("referral", "vitals_labs", "exam", "lv", "rv", "lge", "quality", "subject")
    ]
    core = [item for item in items if item.tier == "core"][:n_items]
    for number in range(n):
        yield {
            "subject": pseudonym("wide", seed, number // n_exams),
            "exam": pseudonym("wide exam", seed, number),
            "day": str(number % n_exams * 200),
            "exam_year": str(2010 + number % 12),
            **{item.name: valid_text(item, chance) for item in core},
        }


_TYPES = (
    '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.'
    'sheet.main+xml"/>{sheets}</Types>'
)
_SHEET_TYPE = (
    '<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    'spreadsheetml.worksheet+xml"/>'
)
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def as_xlsx(
    rows,
    *,
    sheet="Sheet1",
    others=(),
    hidden=False,
    in_sheet="",
    more=None,
    strings=(),
    styles=None,
    cells=None,
):
    """Rows as a workbook with inline texts.

    `others` are further sheets as (name, text of one cell), `in_sheet` is put behind the cells, `more` are further
    parts, `strings` unused shared texts, `cells` replaces the cells of the sheet.
    """
    columns = list(dict.fromkeys(name for row in rows for name in row))
    table = [columns, *([row.get(name, "") for name in columns] for row in rows)]
    sheets = [
        (sheet, cells or _cells(table), in_sheet),
        *((name, _cells([[text]]), "") for name, text in others),
    ]
    state = ' state="hidden"' if hidden else ""
    names = "".join(
        f'<sheet name="{escape(name)}" sheetId="{n}"{state if n > 1 else ""} r:id="rId{n}"/>'
        for n, (name, _, _) in enumerate(sheets, 1)
    )
    ids = "".join(
        f'<Relationship Id="rId{n}" Type="{_REL}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in range(1, len(sheets) + 1)
    )
    if strings:
        ids += f'<Relationship Id="rId90" Type="{_REL}/sharedStrings" Target="sharedStrings.xml"/>'
    if styles:
        ids += f'<Relationship Id="rId91" Type="{_REL}/styles" Target="styles.xml"/>'
    package = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
    parts = {
        "[Content_Types].xml": _TYPES.format(
            sheets="".join(_SHEET_TYPE.format(n=n + 1) for n in range(len(sheets)))
        ),
        "_rels/.rels": package.format(
            f'<Relationship Id="rId1" Type="{_REL}/officeDocument" Target="xl/workbook.xml"/>'
        ),
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_REL}"><sheets>{names}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": package.format(ids),
    }
    for n, (_, content, behind) in enumerate(sheets, 1):
        parts[f"xl/worksheets/sheet{n}.xml"] = (
            f'<worksheet xmlns="{_MAIN}"><sheetData>{content}</sheetData>{behind}</worksheet>'
        )
    if strings:
        listed = "".join(f"<si><t>{escape(text)}</t></si>" for text in strings)
        parts["xl/sharedStrings.xml"] = f'<sst xmlns="{_MAIN}">{listed}</sst>'
    if styles:
        parts["xl/styles.xml"] = styles
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        for name, text in (parts | (more or {})).items():
            book.writestr(name, text)
    return out.getvalue()


def _cells(table):
    return "".join(
        f'<row r="{y}">' + "".join(_cell(y, x, text) for x, text in enumerate(row) if text != "") + "</row>"
        for y, row in enumerate(table, 1)
    )


def _cell(y, x, text):
    place = f"{_letters(x)}{y}"
    if not isinstance(text, str):
        return f'<c r="{place}"><v>{text}</v></c>'
    return f'<c r="{place}" t="inlineStr"><is><t>{escape(text)}</t></is></c>'


def _letters(x):
    return (chr(64 + x // 26) if x >= 26 else "") + chr(65 + x % 26)
