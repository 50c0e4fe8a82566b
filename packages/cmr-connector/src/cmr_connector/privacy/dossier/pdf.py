"""The dossier on paper: reportlab (extra [pdf]), standard fonts, no network. Title, language and "
"bookmarks are set.
"""

import io
from typing import Any
from xml.sax.saxutils import escape

from reportlab.graphics.shapes import Drawing, Line, Polygon, Rect, String
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    CondPageBreak,
    Flowable,
    KeepTogether,
    ListFlowable,
    LongTable,
    PageBreak,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    Table,
)

from cmr_connector.privacy.dossier import flow
from cmr_connector.privacy.dossier.blocks import (
    Beside,
    Block,
    Callout,
    Document,
    Figures,
    Flow,
    Grid,
    Heading,
    NewPage,
    Points,
    Signatures,
    Text,
)

_MARGIN, _FRAME_PADDING = 48.0, 6.0
_EDGE = _MARGIN + _FRAME_PADDING
_WIDTH = A4[0] - 2 * _EDGE
_ROOM_BELOW = 110.0
_INK, _QUIET, _LINE = colors.HexColor("#1b2428"), colors.HexColor("#4a545a"), colors.HexColor("#c6d0d5")
_DEEP, _PALE = colors.HexColor("#0b6477"), colors.HexColor("#eef4f6")
_TONES = {
    "ok": (colors.HexColor("#19643a"), colors.HexColor("#e4f4ea")),
    "warn": (colors.HexColor("#7a4a00"), colors.HexColor("#fdf1dc")),
    "bad": (colors.HexColor("#9b1c1c"), colors.HexColor("#fde8e8")),
    "": (_DEEP, _PALE),
}
_BOX_FILL = {
    "zone": colors.HexColor("#f5f8f9"),
    "inside": colors.white,
    "outside": colors.white,
    "key": colors.HexColor("#fdf1dc"),
}


def pdf_of(document: Document) -> bytes:
    """Print a dossier."""
    stream = io.BytesIO()
    template = SimpleDocTemplate(
        stream,
        pagesize=A4,
        title=document.title,
        subject=document.subtitle,
        author="CMR Registry Connector",
        lang="en-US",
        leftMargin=_MARGIN,
        rightMargin=_MARGIN,
        topMargin=_MARGIN,
        bottomMargin=_MARGIN + 6,
        invariant=1,
    )
    story: list[Flowable] = [
        Paragraph(escape(document.title), _style("title", 24, bold=True, color=_DEEP, after=2)),
        Paragraph(escape(document.subtitle), _style("subtitle", 11, color=_QUIET, after=10)),
    ]
    for block in document.blocks:
        story += _flowables(block)

    class Numbered(_NumberedCanvas):
        footer, is_synthetic = document.footer, document.is_synthetic

    template.build(story, canvasmaker=Numbered)
    return stream.getvalue()


class _NumberedCanvas(Canvas):  # type: ignore[misc]
    """Knows how many pages there are before it writes their feet."""

    footer = ""
    is_synthetic = False

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._pages: list[dict[str, Any]] = []

    def showPage(self) -> None:  # noqa: N802  reportlab's name
        """Keep the page until all are known."""
        self._pages.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        """Write every page with its foot."""
        pages = self._pages
        for page in pages:
            self.__dict__.update(page)
            self._foot(len(pages))
            Canvas.showPage(self)
        Canvas.save(self)

    def _foot(self, n_pages: int) -> None:
        self.setStrokeColor(_LINE)
        self.setLineWidth(0.5)
        self.line(_EDGE, 44, A4[0] - _EDGE, 44)
        self.setFont("Helvetica", 7.5)
        self.setFillColor(_QUIET)
        self.drawString(_EDGE, 32, self.footer)
        self.drawRightString(A4[0] - _EDGE, 32, f"Page {self._pageNumber} of {n_pages}")
        if self.is_synthetic:
            self.setFont("Helvetica-Bold", 8)
            self.setFillColor(_TONES["bad"][0])
            self.drawRightString(
                A4[0] - _EDGE, A4[1] - 32, "SYNTHETIC DATA: NO PATIENT IS BEHIND THESE COUNTS"
            )


class _Chapter(Paragraph):  # type: ignore[misc]
    """A heading that stands in the reader's list of bookmarks."""

    def __init__(self, text: str, style: ParagraphStyle, level: int) -> None:
        super().__init__(escape(text), style)
        self._title, self._level = text, level

    def draw(self) -> None:
        """Draw, and set the bookmark."""
        name = f"chapter-{self.canv.getPageNumber()}-{id(self)}"
        self.canv.bookmarkHorizontal(name, 0, self.height)
        self.canv.addOutlineEntry(self._title, name, self._level, self._level == 0)
        super().draw()


def _flowables(block: Block) -> list[Flowable]:
    """One block as what reportlab prints."""
    kinds: dict[type, Any] = {
        Heading: _heading,
        Text: _text,
        Points: _points,
        Beside: _beside,
        Grid: _grid,
        Figures: _figures,
        Callout: _callout,
        Flow: lambda _: [Spacer(1, 6), _drawing(), Spacer(1, 8)],
        Signatures: _signatures,
        NewPage: lambda _: [PageBreak()],
    }
    made: list[Flowable] = kinds[type(block)](block)
    return made


def _heading(block: Heading) -> list[Flowable]:
    size = 15.0 if block.level == 1 else 11.5
    style = _style(f"h{block.level}", size, bold=True, before=size, after=size * 0.4, color=_DEEP)
    level = 0 if block.text.startswith("Appendix") else block.level - 1
    return [CondPageBreak(_ROOM_BELOW), _Chapter(block.text, style, level)]


def _text(block: Text) -> list[Flowable]:
    return [Paragraph(escape(block.text), _style("text", 9.5, color=_QUIET if block.is_quiet else _INK))]


def _points(block: Points) -> list[Flowable]:
    style = _style("point", 9.5, after=1)
    items = [
        Paragraph(f"<b>{escape(lead)}</b> {escape(text)}" if lead else escape(text), style)
        for lead, text in block.items
    ]
    return [_list(items), Spacer(1, 4)]


def _list(items: list[Paragraph]) -> Flowable:
    return ListFlowable(items, bulletType="bullet", bulletFontSize=6, bulletOffsetY=-2, leftIndent=11)


def _beside(block: Beside) -> list[Flowable]:
    style = _style("beside", 9, after=1)
    cells = []
    for (title, items), tone in ((block.left, "ok"), (block.right, "bad")):
        head = Paragraph(escape(title), _style("side", 10.5, bold=True, color=_TONES[tone][0], after=4))
        cells.append([head, _list([Paragraph(escape(item), style) for item in items])])
    half = _WIDTH / 2
    rules = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("BACKGROUND", (0, 0), (0, 0), _TONES["ok"][1]),
        ("BACKGROUND", (1, 0), (1, 0), _TONES["bad"][1]),
        ("LINEAFTER", (0, 0), (0, 0), 6, colors.white),
        ("LEFTPADDING", (0, 0), (-1, -1), 9),
        ("RIGHTPADDING", (0, 0), (-1, -1), 9),
        ("TOPPADDING", (0, 0), (-1, -1), 8),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 8),
    ]
    return [Table([cells], colWidths=[half, half], style=rules, spaceBefore=4, spaceAfter=8)]


def _grid(block: Grid) -> list[Flowable]:
    size = 6.6 if block.is_small else 8.5
    head, cell = _style("head", size, bold=True, after=0), _style("cell", size, after=0)
    rows = [[Paragraph(escape(text), head) for text in block.header]]
    rows += [[Paragraph(escape(text), cell) for text in row] for row in block.rows]
    gap = 1.1 if block.is_small else 3.5
    rules = [
        ("LINEBELOW", (0, 0), (-1, -1), 0.35, _LINE),
        ("BACKGROUND", (0, 0), (-1, 0), _PALE),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 4),
        ("RIGHTPADDING", (0, 0), (-1, -1), 4),
        ("TOPPADDING", (0, 0), (-1, -1), gap),
        ("BOTTOMPADDING", (0, 0), (-1, -1), gap),
    ]
    widths = [share * _WIDTH for share in block.shares]
    return [LongTable(rows, colWidths=widths, repeatRows=1, style=rules, hAlign="LEFT", spaceAfter=8)]


def _figures(block: Figures) -> list[Flowable]:
    cells = []
    for figure, words, tone in block.items:
        large = _style("figure", 22, bold=True, color=_TONES[tone][0], after=0)
        cells.append(
            [Paragraph(escape(figure), large), Paragraph(escape(words), _style("label", 8.5, after=0))]
        )
    rules = [
        ("BACKGROUND", (0, 0), (-1, -1), _PALE),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LINEAFTER", (0, 0), (-2, -1), 6, colors.white),
        ("LEFTPADDING", (0, 0), (-1, -1), 9),
        ("TOPPADDING", (0, 0), (-1, -1), 5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 8),
    ]
    widths = [_WIDTH / len(cells)] * len(cells)
    return [Table([cells], colWidths=widths, style=rules, spaceBefore=2, spaceAfter=6)]


def _callout(block: Callout) -> list[Flowable]:
    ink, fill = _TONES[block.tone]
    text = Paragraph(
        f"<b>{escape(block.title)}</b> {escape(block.text)}", _style("call", 9.5, color=ink, after=0)
    )
    rules = [
        ("BACKGROUND", (0, 0), (-1, -1), fill),
        ("LINEBEFORE", (0, 0), (0, -1), 3, ink),
        ("LEFTPADDING", (0, 0), (-1, -1), 9),
        ("TOPPADDING", (0, 0), (-1, -1), 5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 6),
    ]
    return [Table([[text]], colWidths=[_WIDTH], style=rules, spaceBefore=2, spaceAfter=8)]


def _signatures(block: Signatures) -> list[Flowable]:
    role, field = _style("role", 9, bold=True, after=0), _style("field", 8, color=_QUIET, after=0)
    made: list[Flowable] = []
    for name in block.roles:
        words = [Paragraph(word, field) for word in ("Name", "Date", "Signature")]
        rows = [
            [Paragraph(escape(name), role), "", "", "", ""],
            ["", "", "", "", ""],
            [words[0], "", words[1], "", words[2]],
        ]
        rules = [
            *(("LINEABOVE", (column, 2), (column, 2), 0.6, _INK) for column in (0, 2, 4)),
            ("SPAN", (0, 0), (-1, 0)),
            ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ]
        widths = [_WIDTH * share for share in (0.36, 0.03, 0.18, 0.03, 0.4)]
        table = Table(rows, colWidths=widths, rowHeights=[16, 30, 16], style=rules, spaceBefore=12)
        made.append(KeepTogether([table]))
    return made


def _drawing() -> Drawing:
    scale = _WIDTH / flow.WIDTH
    drawing = Drawing(_WIDTH, flow.HEIGHT * scale)
    for box in (*flow.ZONES, *flow.BOXES):
        left, bottom = box.x * scale, (flow.HEIGHT - box.y - box.height) * scale
        drawing.add(
            Rect(
                left, bottom, box.width * scale, box.height * scale, rx=4, ry=4,
                fillColor=_BOX_FILL[box.kind], strokeColor=_LINE if box.kind == "zone" else _DEEP,
                strokeWidth=0.6,
            )
        )  # fmt: skip
        top = bottom + box.height * scale
        middle = left + box.width * scale / 2
        size = 8.5 if box.kind == "zone" else 7.4
        drawing.add(_word(box.title, middle, top - 12, size, _DEEP, bold=True))
        for number, line in enumerate(box.lines):
            drawing.add(_word(line, middle, top - 23 - 8.5 * number, 6.6, _INK))
    for arrow in flow.ARROWS:
        for shape in _arrow(arrow, scale):
            drawing.add(shape)
    return drawing


def _arrow(arrow: flow.Arrow, scale: float) -> list[Any]:
    x1, y1 = arrow.start[0] * scale, (flow.HEIGHT - arrow.start[1]) * scale
    x2, y2 = arrow.end[0] * scale, (flow.HEIGHT - arrow.end[1]) * scale
    length = max(1e-6, ((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5)
    ux, uy = (x2 - x1) / length, (y2 - y1) / length
    tip = [
        x2,
        y2,
        x2 - 5 * ux + 2.5 * uy,
        y2 - 5 * uy - 2.5 * ux,
        x2 - 5 * ux - 2.5 * uy,
        y2 - 5 * uy + 2.5 * ux,
    ]
    shapes: list[Any] = [
        Line(x1, y1, x2 - 4 * ux, y2 - 4 * uy, strokeColor=_DEEP, strokeWidth=1),
        Polygon(tip, fillColor=_DEEP, strokeColor=_DEEP, strokeWidth=0),
    ]
    if arrow.word:
        shapes.append(_word(arrow.word, arrow.at[0] * scale, (flow.HEIGHT - arrow.at[1]) * scale, 6.6, _INK))
    return shapes


def _word(text: str, x: float, y: float, size: float, color: Any, bold: bool = False) -> String:
    font = "Helvetica-Bold" if bold else "Helvetica"
    return String(x, y, text, fontName=font, fontSize=size, fillColor=color, textAnchor="middle")


def _style(
    name: str,
    size: float,
    *,
    bold: bool = False,
    color: Any = _INK,
    before: float = 0,
    after: float | None = None,
) -> ParagraphStyle:
    return ParagraphStyle(
        name,
        fontName="Helvetica-Bold" if bold else "Helvetica",
        fontSize=size,
        leading=size * 1.32,
        textColor=color,
        spaceBefore=before,
        spaceAfter=size * 0.55 if after is None else after,
    )
