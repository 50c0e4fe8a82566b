"""A page made of headings, paragraphs and tables, as Markdown and as HTML that stands alone."""

import html
from dataclasses import dataclass

from cmr_deid.sheet_style import STYLE

_WIDE = """
p { overflow-wrap: anywhere; }
.wide { overflow-x: auto; } .wide table { table-layout: auto; } .wide td { overflow-wrap: break-word; }
"""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of the second level."""

    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of plain text."""

    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table.

    Attributes:
        header: titles of the columns.
        rows: cells as plain text, one tuple per row.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Block = Heading | Paragraph | Table


def as_markdown(title: str, blocks: list[Block]) -> str:
    """The page as Markdown, one line per paragraph and table row."""
    parts = [f"# {title}", *(_markdown(block) for block in blocks)]
    return "\n\n".join(parts) + "\n"


def as_html(title: str, blocks: list[Block]) -> str:
    """The page as HTML with its style inside; no script, nothing fetched."""
    body = "\n".join(_html(block) for block in blocks)
    name = html.escape(title)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{name}</title><style>{STYLE}{_WIDE}</style></head><body><main><h1>{name}</h1>\n{body}\n</main></body></html>\n"
    )


def _markdown(block: Block) -> str:
    if isinstance(block, Heading):
        return f"## {block.text}"
    if isinstance(block, Paragraph):
        return block.text
    lines = [block.header, ("---",) * len(block.header), *block.rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def _html(block: Block) -> str:
    if isinstance(block, Heading):
        return f"<h2>{html.escape(block.text)}</h2>"
    if isinstance(block, Paragraph):
        return f"<p>{html.escape(block.text)}</p>"
    head = "".join(f'<th scope="col">{html.escape(cell)}</th>' for cell in block.header)
    body = "".join(
        "<tr>"
        + "".join(
            f'<td data-label="{html.escape(name)}">{html.escape(cell)}</td>'
            for name, cell in zip(block.header, row, strict=True)
        )
        + "</tr>\n"
        for row in block.rows
    )
    # a keyboard must be able to scroll what is wider than the page
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="{html.escape(block.header[0])}">'
        f"<table><thead><tr>{head}</tr></thead><tbody>\n{body}</tbody></table></div>"
    )
