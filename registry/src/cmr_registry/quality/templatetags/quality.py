"""Words and shares of data quality for templates."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from cmr_registry.lib.templatetags.frame import icon
from cmr_registry.quality.drawing import SPAN, item_drawing
from cmr_registry.quality.quarters import quarter_words
from cmr_registry.quality.reporting import ItemLine, item_heading
from cmr_registry.quality.shares import Share
from cmr_registry.quality.words import CENSUS_WORDS, COLOR_WORDS, Color

register = template.Library()
register.filter("quarter", quarter_words)

_TONES = {
    Color.GREEN: ("ok", "circle-check"),
    Color.YELLOW: ("warn", "clock"),
    Color.RED: ("bad", "alert-triangle"),
}


@register.filter
def share(found: Share) -> SafeString | str:
    """A percentage that carries the numbers it is made of; a test recomputes every one (issue 5)."""
    if not found.den:
        return format_html('<span class="missing">{}</span>', found.text)
    return format_html(
        '<span class="share" data-num="{}" data-den="{}">{}</span>', found.num, found.den, found.text
    )


@register.filter
def color_tag(color: Color | str | None) -> SafeString:
    """A color with its name and what it means; never the color alone."""
    if not color:
        return format_html('<span class="tag">{}</span>', "not counted yet")
    known = Color(color)
    tone, drawn = _TONES[known]
    return format_html(
        '<span class="tag tag-{}">{}{}: {}</span>', tone, icon(drawn), known.value.upper(), COLOR_WORDS[known]
    )


@register.filter
def color_name(color: Color | str | None) -> SafeString:
    """A color by its name only."""
    if not color:
        return format_html('<span class="tag">{}</span>', "not counted")
    known = Color(color)
    tone, drawn = _TONES[known]
    return format_html('<span class="tag tag-{}">{}{}</span>', tone, icon(drawn), known.value.upper())


@register.filter
def item_label(name: str) -> str:
    """What an item is called."""
    return item_heading(name)[0]


@register.filter
def census_words(source: str) -> str:
    """How a hospital counted its exams."""
    return CENSUS_WORDS.get(source, source)


@register.simple_tag
def item_line(line: ItemLine) -> SafeString:
    """The share of an item as a point on a line, with the middle half of the centers; its row says it in words."""
    drawn = item_drawing(line)
    peers = SafeString("")
    if drawn.q1 is not None:
        peers = format_html(
            '<rect class="peers" x="{}" y="2" width="{}" height="12" rx="2"/>'
            '<line class="median" x1="{}" x2="{}" y1="2" y2="14"/>',
            drawn.q1,
            drawn.width,
            drawn.median,
            drawn.median,
        )
    return format_html(
        '<svg class="quality-line" viewBox="-6 0 {} 16" aria-hidden="true" focusable="false">'
        '<rect class="track" x="0" y="6" width="{}" height="4" rx="2"/>{}'
        '<line class="threshold" x1="{}" x2="{}" y1="1" y2="15"/><circle class="own" cx="{}" cy="8" r="5"/></svg>',
        SPAN + 12,
        SPAN,
        peers,
        drawn.threshold,
        drawn.threshold,
        drawn.own,
    )
