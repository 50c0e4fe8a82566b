"""How numbers of an answer look: their kind is told by sign and word, never by color alone."""

from collections.abc import Sequence

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from cmr_registry.cohorts.disclosure import Kind, Number, ShownCell, ShownTable

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


@register.filter
def tables_plain(tables: Sequence[ShownTable]) -> list[ShownTable]:
    """Tables that stand alone."""
    return [table for table in tables if ":" not in table.name]


@register.filter
def rows_of(tables: Sequence[ShownTable], group: str) -> list[tuple[str, ShownCell]]:
    """Label and first cell, the yes, of each table of a group, `series` or `known`: they are rows of one table."""
    return [(table.title, table.cells[0]) for table in tables if table.name.startswith(f"{group}:")]
