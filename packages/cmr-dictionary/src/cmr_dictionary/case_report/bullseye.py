"""The 17 AHA segments as a bull's-eye in SVG: base outside, apex inside, seen from the apex, anterior at the top."""

import functools
import math
from collections.abc import Mapping, Sequence
from html import escape

from cmr_dictionary.case_report.fields import choices_of
from cmr_dictionary.form_plan import PlannedGroup
from cmr_dictionary.items import Item
from cmr_dictionary.missing import Missing

NORMAL_CODES: Mapping[str, str] = {
    "wm17_rest": "1",
    "wm17_stress": "1",
    "lge17": "0",
    "perf17_stress": "0",
    "perf17_rest": "0",
}
"""Matrix -> code that says that a segment is normal; a pattern of enhancement has none."""
RINGS = ((6, 118.0, 158.0), (6, 78.0, 118.0), (4, 38.0, 78.0))
"""Segments of a ring, inner and outer radius; basal, mid, apical (AHA 2002: 6, 6, 4, and the apex)."""
CENTER, SIZE, APEX = 160.0, 320, 38.0
REASON_KEYS: Mapping[Missing, str] = {
    Missing.UNKNOWN: "u",
    Missing.NOT_REPORTED: "r",
    Missing.NOT_ACQUIRED: "a",
    Missing.NOT_APPLICABLE: "p",
    Missing.WITHHELD: "w",
}
"""Reason why a value is missing -> the letter that sets it, in the bull's-eye and in fields of numbers."""


def picker_html(group: PlannedGroup, heading: str) -> str:
    """The picker of one matrix: bull's-eye, codes, and "all others normal"; shown by the page's script alone."""
    return _picker(group.matrix, group.items[0].item, tuple(one.item.label for one in group.items), heading)


@functools.cache
def _picker(matrix: str, first: Item, labels: tuple[str, ...], heading: str) -> str:
    codes, normal = choices_of(first), NORMAL_CODES.get(matrix, "")
    keys, palette = f"keys-{matrix}", _codes(codes, 0 if normal else 1)
    others = (
        f'<button type="button" class="btn btn-sm" data-others="{normal}">All others '
        f"{escape(dict(codes)[normal].lower())}</button>"
        if normal
        else ""
    )
    return (
        f'<div class="cr-picker" data-picker hidden><svg class="cr-eye" viewBox="0 0 {SIZE} {SIZE}" role="listbox"'
        f' aria-label="{escape(heading)}: bull’s-eye" aria-describedby="{keys}">{_segments(labels)}</svg>'
        f'<div class="cr-palette"><p class="cr-now" data-now aria-live="polite"></p>'
        f'<div class="cr-codes" role="group" aria-label="Set the chosen segment">{palette}</div>'
        f'<p class="cr-buttons">{others}<button type="button" class="btn btn-sm" data-clear>Clear <kbd>Del</kbd>'
        f'</button></p><p class="cr-keys" id="{keys}">Arrows move, a digit sets the segment and goes on to the next,'
        f" letters say why it is missing.</p></div></div>"
    )


def _codes(codes: Sequence[tuple[str, str]], first_step: int) -> str:
    answers = "".join(
        f'<button type="button" class="cr-code" data-code="{escape(code)}" data-step="{step}">'
        f"<kbd>{escape(code)}</kbd> {escape(label)}</button>"
        for step, (code, label) in enumerate(codes, first_step)
    )
    reasons = "".join(
        f'<button type="button" class="cr-code" data-code="missing:{reason.value}" data-step="missing"><kbd>{key}</kbd>'
        f" {escape(reason.label)}</button>"
        for reason, key in REASON_KEYS.items()
    )
    return f'{answers}<span class="cr-reasons">{reasons}</span>'


def _segments(labels: Sequence[str]) -> str:
    parts, number = [], 0
    for n_segments, inner, outer in RINGS:
        for place in range(n_segments):
            width = 360 / n_segments
            middle = 90 + place * width
            number += 1
            x, y = _point((inner + outer) / 2, middle)
            path = _arc(inner, outer, middle - width / 2, middle + width / 2)
            parts.append(_segment(number, labels[number - 1], f'<path d="{path}"/>', x, y))
    circle = f'<circle cx="{CENTER:g}" cy="{CENTER:g}" r="{APEX:g}"/>'
    return "".join((*parts, _segment(17, labels[16], circle, CENTER, CENTER)))


def _segment(number: int, label: str, shape: str, x: float, y: float) -> str:
    return (
        f'<g class="cr-segment" role="option" aria-selected="false" tabindex="-1" data-segment="{number}"'
        f' data-label="{escape(label)}" aria-label="{number} {escape(label)}">{shape}'
        f'<text class="cr-segment-number" x="{x:g}" y="{y - 9:g}">{number}</text>'
        f'<text class="cr-segment-code" x="{x:g}" y="{y + 11:g}"></text></g>'
    )


def _point(radius: float, degrees: float) -> tuple[float, float]:
    """Place on the picture; degrees as in mathematics, so 90 is the top and they run counterclockwise."""
    angle = math.radians(degrees)
    return round(CENTER + radius * math.cos(angle), 1), round(CENTER - radius * math.sin(angle), 1)


def _arc(inner: float, outer: float, start: float, end: float) -> str:
    (ax, ay), (bx, by) = _point(outer, start), _point(outer, end)
    (cx, cy), (dx, dy) = _point(inner, end), _point(inner, start)
    return (
        f"M{ax:g} {ay:g}A{outer:g} {outer:g} 0 0 0 {bx:g} {by:g}L{cx:g} {cy:g}"
        f"A{inner:g} {inner:g} 0 0 1 {dx:g} {dy:g}Z"
    )
