"""Words of follow-up for templates."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from cmr_exchange.censoring import SOURCE_WORDS, End
from cmr_exchange.followup import SourceClass
from cmr_registry.followup.words import END_WORDS
from cmr_registry.lib.templatetags.frame import icon

register = template.Library()

_TONES = {End.DIED: "", End.WINDOW_ENDED: "ok", End.NOT_WATCHED: "warn"}


@register.filter
def source_words(source: str | None) -> str:
    """What people call a source class; empty for none."""
    return SOURCE_WORDS[SourceClass(source)] if source else ""


@register.filter
def end_tag(end: str | None) -> SafeString:
    """Why follow-up ends, as a tag."""
    known = End(end) if end else End.NOT_WATCHED
    drawn = icon("alert-triangle") if known is End.NOT_WATCHED else ""
    tone = f" tag-{_TONES[known]}" if _TONES[known] else ""
    return format_html('<span class="tag{}">{}{}</span>', tone, drawn, END_WORDS[known])
