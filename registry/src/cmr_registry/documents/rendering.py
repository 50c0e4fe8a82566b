"""A document's CommonMark as HTML for the page and as blocks for the PDF.

HTML in a document is shown as text, links may lead to web and mail addresses only: what a steward pastes cannot
become a script (CommonMark 0.31; markdown-it-py with `html` off).
"""

from collections.abc import Iterator
from html import escape

from django.utils.safestring import SafeString
from markdown_it import MarkdownIt
from markdown_it.token import Token

from cmr_registry.documents.models import DocumentVersion, Layout
from cmr_registry.lib.pdf import Block, Grid, Heading, Points, Text, pdf_of

PLACEHOLDER = "Placeholder: the society's text is not public."
_ADDRESSES = ("https://", "http://", "mailto:")
_MARKS = {"strong_open": "<b>", "strong_close": "</b>", "em_open": "<i>", "em_close": "</i>"}


def _reader() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable("table")


def html_of(body: str) -> SafeString:
    """The body as HTML; headings move one level down, below the page's own."""
    reader = _reader()
    tokens = reader.parse(body)
    lowest = min((int(t.tag[1]) for t in tokens if t.type == "heading_open"), default=2)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1]) - lowest + 2)}"
    html: str = reader.renderer.render(tokens, reader.options, {})
    return SafeString(html)  # html in the body is off: all markup here is the renderer's own


def document_pdf(version: DocumentVersion) -> bytes:
    """One version as PDF, with its number and, where it is one, the word placeholder on every page."""
    note = f" {PLACEHOLDER}" if version.is_placeholder else ""
    blocks = [Heading(1, escape(version.title)), *blocks_of(version.body)]
    return pdf_of(
        title=version.title,
        blocks=blocks,
        footer=f"{version.title}, version {version.number}.{note}",
        is_slides=version.layout == Layout.SLIDES,
    )


def blocks_of(body: str) -> list[Block]:
    """The body as blocks of a PDF."""
    tokens = iter(_reader().parse(body))
    return [block for token in tokens for block in _block(token, tokens)]


def _block(token: Token, tokens: Iterator[Token]) -> Iterator[Block]:
    if token.type == "heading_open":
        yield Heading(int(token.tag[1]), _inline(next(tokens)))
    elif token.type == "paragraph_open":
        yield Text(_inline(next(tokens)))
    elif token.type in ("bullet_list_open", "ordered_list_open"):
        close = token.type.replace("open", "close")
        items = tuple(_inlines(tokens, close))
        yield Points(items, is_numbered=token.type.startswith("ordered"))
    elif token.type == "table_open":
        yield Grid(tuple(_rows(tokens)))
    elif token.type in ("fence", "code_block"):
        yield Text(f'<font face="Courier">{escape(token.content)}</font>')


def _inlines(tokens: Iterator[Token], close: str) -> Iterator[str]:
    depth = 1
    for token in tokens:
        depth += {close: -1, close.replace("close", "open"): 1}.get(token.type, 0)
        if depth == 0:
            return
        if token.type == "inline":
            yield _inline(token)


def _rows(tokens: Iterator[Token]) -> Iterator[tuple[str, ...]]:
    row: list[str] = []
    for token in tokens:
        if token.type == "table_close":
            return
        if token.type == "inline":
            row.append(_inline(token))
        if token.type == "tr_close":
            yield tuple(row)
            row = []


def _inline(token: Token) -> str:
    leads, pieces = False, []
    for child in token.children or ():
        leads = _leads_somewhere(child) if child.type == "link_open" else leads
        pieces.append("" if child.type.startswith("link_") and not leads else _piece(child))
    return "".join(pieces)


def _leads_somewhere(link: Token) -> bool:
    """Whether a link works on paper: one to a place of the page, such as `#terms`, would end the whole PDF."""
    return str(link.attrs.get("href", "")).startswith(_ADDRESSES)


def _piece(token: Token) -> str:
    if token.type in ("softbreak", "hardbreak"):
        return " "
    if token.type == "link_open":
        return f'<link href="{escape(str(token.attrs.get("href", "")))}" color="#0b6477">'
    if token.type == "link_close":
        return "</link>"
    return _MARKS.get(token.type) or escape(token.content)
