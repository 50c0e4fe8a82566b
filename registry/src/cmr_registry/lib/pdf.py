"""PDF pages from blocks of text: one look for documents, certificates and slides; standard fonts, no network.

Built with reportlab. Title, language and bookmarks are set so that a screen reader finds its way.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Flowable, ListFlowable, PageBreak, Paragraph, SimpleDocTemplate, Spacer, Table

MARGIN = 56.0
INK, QUIET, LINE = colors.HexColor("#1b2428"), colors.HexColor("#4a545a"), colors.HexColor("#b9c4c9")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; level 1 to 3. `text` is reportlab markup, already escaped."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph of reportlab markup, already escaped."""

    text: str


@dataclass(frozen=True, slots=True)
class Points:
    """A list; numbered or not."""

    items: tuple[str, ...]
    is_numbered: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """A table; the first row is the header."""

    rows: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...] | None = None


Block = Heading | Text | Points | Grid


def pdf_of(*, title: str, blocks: Sequence[Block], footer: str, is_slides: bool = False) -> bytes:
    """Write blocks as a PDF document.

    Args:
        title: of the document, shown by the reader's window.
        blocks: what to print.
        footer: stands on every page beside its number, in plain text.
        is_slides: landscape pages with larger type, a new page at every heading of level 1 and 2.
    """
    stream = io.BytesIO()
    size = landscape(A4) if is_slides else A4
    document = SimpleDocTemplate(
        stream,
        pagesize=size,
        title=title,
        author="CMR Registry",
        lang="en-US",
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=MARGIN,
        bottomMargin=MARGIN,
        invariant=1,
    )

    def on_page(canvas: Any, template: Any) -> None:
        canvas.setFont("Helvetica", 8)
        canvas.setFillColor(QUIET)
        canvas.drawString(MARGIN, 30, footer)
        canvas.drawRightString(size[0] - MARGIN, 30, f"Page {template.page}")

    story = _story(blocks, 1.7 if is_slides else 1.0, is_slides)
    document.build(story, onFirstPage=on_page, onLaterPages=on_page)
    return stream.getvalue()


def _story(blocks: Sequence[Block], scale: float, is_slides: bool) -> list[Flowable]:
    story: list[Flowable] = []
    for block in blocks:
        if is_slides and isinstance(block, Heading) and block.level <= 2 and story:
            story.append(PageBreak())
        story += _flowables(block, scale)
    return story or [Spacer(1, 1)]


def _flowables(block: Block, scale: float) -> list[Flowable]:
    body = _style("body", 10.5 * scale)
    if isinstance(block, Heading):
        size = {1: 19.0, 2: 14.0}.get(block.level, 11.5) * scale
        return [Paragraph(block.text, _style(f"h{block.level}", size, bold=True, before=10 * scale))]
    if isinstance(block, Text):
        return [Paragraph(block.text, body)]
    if isinstance(block, Points):
        items = [Paragraph(item, body) for item in block.items]
        kind = "1" if block.is_numbered else "bullet"
        return [ListFlowable(items, bulletType=kind, bulletFontSize=9 * scale, leftIndent=16 * scale)]
    cell = _style("cell", 9 * scale)
    rows = [[Paragraph(text, cell) for text in row] for row in block.rows]
    rules = [
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, LINE),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
    ]
    return [Table(rows, colWidths=block.widths, repeatRows=1, style=rules, hAlign="LEFT", spaceAfter=8)]


def _style(name: str, size: float, *, bold: bool = False, before: float = 0) -> ParagraphStyle:
    font = "Helvetica-Bold" if bold else "Helvetica"
    return ParagraphStyle(
        name,
        fontName=font,
        fontSize=size,
        leading=size * 1.42,
        textColor=INK,
        spaceBefore=before,
        spaceAfter=size * 0.6,
    )
