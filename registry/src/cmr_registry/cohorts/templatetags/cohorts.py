"""How numbers of an answer look: their kind is told by sign and word, never by color alone."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from cmr_registry.cohorts.disclosure import Kind, Number

register = template.Library()


@register.filter
def number(shown: Number) -> SafeString:
    """`0`, `≈ 1,230`, or the word for why there is no number."""
    if shown.kind is Kind.EXACT:
        return format_html('<span class="n-exact">{}</span>', shown)
    if shown.kind is Kind.ROUNDED:
        return format_html(
            '<span class="n-rounded"><span aria-hidden="true">≈ </span>'
            '<span class="visually-hidden">about </span>{}</span>',
            shown,
        )
    return format_html('<span class="tag n-{}">{}</span>', shown.kind.value, shown)


@register.filter
def years(days: int) -> str:
    """Days as years with one decimal."""
    return f"{days / 365.25:.1f}"
