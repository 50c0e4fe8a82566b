"""The before/after sheet: rows of `explain` as HTML or text, grouped by what happens, with or without values.

One renderer for `cmr-deid explain`, `cmr-connector preview` and the center desk. The HTML of a page stands alone:
no script, no font, no address; everything that comes from a file is escaped.
"""

import difflib
import html
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cmr_deid.explain import SENTENCES, Row
from cmr_deid.sheet_style import STYLE

TITLES: dict[str, str] = {
    "removed": "Removed",
    "emptied": "Emptied",
    "replaced": "Replaced",
    "remapped": "UIDs replaced",
    "shifted": "Dates shifted",
    "cleaned": "Cleaned",
    "added": "Added",
    "kept": "Kept as it is",
}
BANNER = (
    "This page shows patient data. It is for the person at the hospital who asked for it: do not send it, do not "
    "store it outside the hospital, and take it away when you have looked."
)
_WORDS = re.compile(r"\w+|\W")
_CLOSED = ("kept",)
_COMPARED = ("cleaned", "shifted")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One image of a series, or one file, as a section of a page.

    Attributes:
        title: what the section is called; may name the patient's series, so it is as confidential as the rows.
        rows: of `explain.before_after`.
        note: a sentence below the title.
        pictures: data addresses of the image before and after with what they show; empty for none.
    """

    title: str
    rows: Sequence[Row]
    note: str = ""
    pictures: tuple[tuple[str, str], ...] = ()


def title_inside(action: str) -> str:
    """The title of an action within a sentence."""
    title = TITLES[action]
    return title if title.startswith("UIDs") else title[0].lower() + title[1:]


def grouped(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """Rows by action, in the order of `SENTENCES`; groups without a row are left out."""
    groups: dict[str, list[Row]] = {action: [] for action in SENTENCES}
    for row in rows:
        groups[row.action].append(row)
    return {action: found for action, found in groups.items() if found}


def counts_in_words(rows: Iterable[Row]) -> str:
    """`61 removed, 4 emptied, ...`."""
    return ", ".join(f"{len(found)} {title_inside(action)}" for action, found in grouped(rows).items())


def sheet_html(rows: Sequence[Row], values: bool = True) -> str:
    """The groups of one sheet as HTML without a head, for a page that brings its own style.

    Args:
        rows: of `explain.before_after`.
        values: False leaves out what stood and what stands in the attributes.
    """
    groups = grouped(rows)
    counts = "".join(
        f'<li class="act act-{action}"><b>{len(found)}</b> {html.escape(title_inside(action))}</li>'
        for action, found in groups.items()
    )
    parts = [f'<ul class="act-counts">{counts}</ul>']
    for action, found in groups.items():
        opened = "" if action in _CLOSED else " open"
        parts.append(
            f'<details class="act-group"{opened}><summary><span class="act act-{action}">'
            f"{html.escape(TITLES[action])}</span> {len(found)}"
            f'<span class="act-says">: {html.escape(_says(action))}</span></summary>'
            f"{_table(found, values)}</details>"
        )
    return "".join(parts)


def page_html(title: str, sheets: Sequence[Sheet], values: bool = True, lead: str = "") -> str:
    """A whole page to open in a browser or to print.

    Args:
        title: heading of the page; names nobody.
        sheets: sections, one per image shown.
        values: False leaves the values out, and with them the banner.
        lead: a sentence below the heading.
    """
    banner = f'<p class="banner" role="note"><strong>Patient data.</strong> {BANNER}</p>' if values else ""
    body = "".join(_section(number, sheet, values) for number, sheet in enumerate(sheets, 1))
    contents = "".join(
        f'<li><a href="#sheet-{number}">{html.escape(sheet.title)}</a></li>'
        for number, sheet in enumerate(sheets, 1)
    )
    toc = f'<nav aria-label="Contents"><ol>{contents}</ol></nav>' if len(sheets) > 1 else ""
    return (
        '<!doctype html>\n<html lang="en-us"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="robots" content="noindex">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
        'img-src data:">'
        f"<title>{html.escape(title)}</title><style>{STYLE}</style></head><body><main>"
        f"{banner}<h1>{html.escape(title)}</h1>"
        f"{f'<p>{html.escape(lead)}</p>' if lead else ''}{toc}{body}</main></body></html>\n"
    )


def sheet_text(rows: Sequence[Row], values: bool = True, width: int = 110) -> str:
    """The same for a terminal: a table by action, nested attributes indented.

    Args:
        rows: of `explain.before_after`.
        values: False leaves out what stood and what stands in the attributes.
        width: longest line of values, in characters.
    """
    lines = [counts_in_words(rows)]
    for action, found in grouped(rows).items():
        lines += ["", f"{TITLES[action].upper()} ({len(found)}): {_says(action)}"]
        for row in found:
            name = f"  {'  ' * row.depth}{_tag(row)} {_name(row, values)}"
            lines.append(f"{name:<60} {row.rule}".rstrip())
            if values and action not in _CLOSED:
                lines.append(f"      {_side(row.before)!s} -> {_side(row.after)!s}"[:width])
    return "\n".join(lines)


def _says(action: str) -> str:
    return "nothing of it leaves" if action == "removed" else SENTENCES[action]


def _section(number: int, sheet: Sheet, values: bool) -> str:
    note = f'<p class="quiet">{html.escape(sheet.note)}</p>' if sheet.note else ""
    pictures = "".join(
        f'<figure><img src="{html.escape(address)}" alt=""><figcaption>{html.escape(words)}</figcaption></figure>'
        for address, words in sheet.pictures
    )
    shown = f'<div class="pictures">{pictures}</div>' if pictures else ""
    return (
        f'<section id="sheet-{number}"><h2>{html.escape(sheet.title)}</h2>{note}{shown}'
        f"{sheet_html(sheet.rows, values)}</section>"
    )


def _table(rows: Sequence[Row], values: bool) -> str:
    sides = '<th scope="col">Before: stays here</th><th scope="col">After: would leave</th>' if values else ""
    columns = '<col class="before"><col class="after">' if values else ""
    body = "".join(_line(row, values) for row in rows)
    kind = "sides" if values else "sides sides-none"
    return (
        f'<table class="table table-cards {kind}"><colgroup><col class="attribute">{columns}<col>'
        f'</colgroup><thead><tr><th scope="col">Attribute</th>{sides}<th scope="col">Why</th></tr></thead>'
        f"<tbody>{body}</tbody></table>"
    )


def _line(row: Row, values: bool) -> str:
    before, after = _marked(row) if values else ("", "")
    sides = (
        (
            f'<td data-label="Before" class="before"><span>{before}</span></td>'
            f'<td data-label="After" class="after"><span>{after}</span></td>'
        )
        if values
        else ""
    )
    deep = f' class="deep-{min(row.depth, 4)}"' if row.depth else ""
    why = row.rule or SENTENCES[row.action]
    return (
        f'<tr{deep}><th scope="row">{html.escape(_name(row, values))}'
        f'<span class="tag-name code">{html.escape(row.path)}</span></th>{sides}'
        f'<td data-label="Why"><span>{html.escape(why)}</span></td></tr>'
    )


def _marked(row: Row) -> tuple[str, str]:
    """Both sides escaped, what differs marked."""
    before, after = row.before, row.after
    if row.action not in _COMPARED or not before or not after:
        return _cell(before, "not there"), _cell(after, "removed")
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    left = right = ""
    for kind, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        gone, came = html.escape("".join(old[a:b])), html.escape("".join(new[c:d]))
        left += gone if kind == "equal" or not gone else f"<del>{gone}</del>"
        right += came if kind == "equal" or not came else f"<ins>{came}</ins>"
    return left, right


def _cell(text: str | None, absent: str) -> str:
    if text is None:
        return f'<span class="missing">{absent}</span>'
    return html.escape(text) if text else '<span class="missing">empty</span>'


def _side(text: str | None) -> str:
    return "(not there)" if text is None else text or "(empty)"


def _name(row: Row, values: bool) -> str:
    if row.keyword:
        return row.keyword
    if not row.place or not row.place[-1] >> 16 & 1:
        return "unknown attribute"
    # the name of a private block is a text of the source: an identifier may stand in it
    return f"private: {row.creator}" if values and row.creator else "private attribute"


def _tag(row: Row) -> str:
    """The last step of the path; the steps before it are the indent."""
    return row.path.rpartition("/")[2]
