"""The dossier as a page for a browser: alone, without script, font or address; needs no extra."""

from html import escape

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

_STYLE = """
:root { color-scheme: light; --ink: #1b2428; --quiet: #4a545a; --line: #c6d0d5; --deep: #0b6477; --pale: #eef4f6; }
* { box-sizing: border-box; }
body { margin: 0; background: #fff; color: var(--ink); font: 1rem/1.5 system-ui, Helvetica, Arial, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 1.5rem 1.25rem 3rem; }
h1 { color: var(--deep); font-size: 2rem; margin: 0; }
h2 { color: var(--deep); font-size: 1.35rem; margin: 2rem 0 .5rem; }
h3 { color: var(--deep); font-size: 1.05rem; margin: 1.25rem 0 .4rem; }
p { max-width: 46rem; } .quiet { color: var(--quiet); }
li { margin-bottom: .2rem; max-width: 46rem; }
table { width: 100%; border-collapse: collapse; margin: .75rem 0; } .small { font-size: .82rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .5rem; border-bottom: 1px solid var(--line);
  overflow-wrap: anywhere; }
thead th { background: var(--pale); }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: .6rem; margin: 1rem 0; }
.figures div { background: var(--pale); padding: .6rem .8rem; } .figures b { display: block; font-size: 1.9rem; }
.sides { display: grid; grid-template-columns: repeat(auto-fit, minmax(18rem, 1fr)); gap: .6rem; }
.sides section { padding: .6rem 1rem; } .call { border-left: 4px solid; padding: .6rem 1rem; }
.ok { color: #19643a; } .warn { color: #7a4a00; } .bad { color: #9b1c1c; }
.fill-ok { background: #e4f4ea; } .fill-warn { background: #fdf1dc; color: #7a4a00; } .fill-bad { background: #fde8e8; }
.label { color: #9b1c1c; font-weight: 700; } svg { width: 100%; height: auto; }
.sign { display: grid; grid-template-columns: 2fr 1fr 2fr; gap: 1rem; margin: 0 0 1.5rem; }
.sign span { border-top: 1px solid var(--ink); color: var(--quiet); font-size: .85rem; margin-top: 2.5rem; }
footer { margin-top: 3rem; border-top: 1px solid var(--line); color: var(--quiet); font-size: .85rem; }
@media print { main { max-width: none; padding: 0; } body { font-size: 9.5pt; } .break { break-before: page; }
  tr { break-inside: avoid; } h2, h3 { break-after: avoid; } }
"""


def page_of(document: Document) -> str:
    """The dossier as one HTML page."""
    label = (
        "<p class='label'>Synthetic data: no patient is behind these counts.</p>"
        if document.is_synthetic
        else ""
    )
    body = "".join(_html(block) for block in document.blocks)
    return (
        '<!doctype html>\n<html lang="en-us"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(document.title)}</title><style>{_STYLE}</style></head><body><main>"
        f"{label}<h1>{escape(document.title)}</h1><p class='quiet'>{escape(document.subtitle)}</p>{body}"
        f"<footer><p>{escape(document.footer)}</p></footer></main></body></html>\n"
    )


def _html(block: Block) -> str:
    if isinstance(block, (Beside, Figures, Flow, Grid, Signatures)):
        return _wide(block)
    if isinstance(block, Heading):
        return f"<h{block.level + 1}>{escape(block.text)}</h{block.level + 1}>"
    if isinstance(block, Text):
        return f"<p{' class=quiet' if block.is_quiet else ''}>{escape(block.text)}</p>"
    if isinstance(block, Points):
        return f"<ul>{''.join(f'<li><b>{escape(lead)}</b> {escape(text)}</li>' for lead, text in block.items)}</ul>"
    if isinstance(block, Callout):
        return f'<p class="call {block.tone} fill-{block.tone}"><b>{escape(block.title)}</b> {escape(block.text)}</p>'
    assert isinstance(block, NewPage)  # noqa: S101  the kinds of blocks are closed
    return '<div class="break"></div>'


def _wide(block: Beside | Figures | Flow | Grid | Signatures) -> str:
    if isinstance(block, Flow):
        return _picture()
    if isinstance(block, Figures):
        cells = "".join(
            f'<div><b class="{tone}">{escape(figure)}</b>{escape(words)}</div>'
            for figure, words, tone in block.items
        )
        return f'<div class="figures">{cells}</div>'
    if isinstance(block, Beside):
        return f'<div class="sides">{_side(block.left, "ok")}{_side(block.right, "bad")}</div>'
    if isinstance(block, Signatures):
        lines = "<span>Name</span><span>Date</span><span>Signature</span>"
        return "".join(f'<h3>{escape(role)}</h3><div class="sign">{lines}</div>' for role in block.roles)
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in block.header)
    rows = "".join(f"<tr>{''.join(f'<td>{escape(text)}</td>' for text in row)}</tr>" for row in block.rows)
    size = ' class="small"' if block.is_small else ""
    return f"<table{size}><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _side(side: tuple[str, tuple[str, ...]], tone: str) -> str:
    title, items = side
    points = "".join(f"<li>{escape(item)}</li>" for item in items)
    return f'<section class="fill-{tone}"><h3 class="{tone}">{escape(title)}</h3><ul>{points}</ul></section>'


def _picture() -> str:
    fills = {"zone": "#f5f8f9", "inside": "#fff", "outside": "#fff", "key": "#fdf1dc"}
    parts = []
    for box in (*flow.ZONES, *flow.BOXES):
        middle = box.x + box.width // 2
        stroke = "#c6d0d5" if box.kind == "zone" else "#0b6477"
        parts.append(
            f'<rect x="{box.x}" y="{box.y}" width="{box.width}" height="{box.height}" rx="8" '
            f'fill="{fills[box.kind]}" stroke="{stroke}"/>'
            f'<text x="{middle}" y="{box.y + 24}" font-size="13" font-weight="700" fill="#0b6477">{box.title}</text>'
        )
        parts += [
            f'<text x="{middle}" y="{box.y + 44 + 17 * number}" font-size="11.5">{line}</text>'
            for number, line in enumerate(box.lines)
        ]
    for arrow in flow.ARROWS:
        (x1, y1), (x2, y2) = arrow.start, arrow.end
        parts.append(
            f'<path d="M{x1} {y1}L{x2} {y2}" stroke="#0b6477" stroke-width="2" marker-end="url(#tip)"/>'
        )
        if arrow.word:
            parts.append(f'<text x="{arrow.at[0]}" y="{arrow.at[1]}" font-size="12.5">{arrow.word}</text>')
    tip = (
        '<defs><marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="6" markerHeight="6" '
        'orient="auto"><path d="M0 0L10 5L0 10z" fill="#0b6477"/></marker></defs>'
    )
    return (
        f'<svg viewBox="0 0 {flow.WIDTH} {flow.HEIGHT}" role="img" aria-label="The way of the data from the PACS '
        f'through the connector to the registry" text-anchor="middle" fill="#1b2428">{tip}{"".join(parts)}</svg>'
    )
