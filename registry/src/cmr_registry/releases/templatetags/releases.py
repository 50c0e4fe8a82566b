"""Words and tags of the releases pages."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from cmr_registry.lib.templatetags.frame import icon
from cmr_registry.releases.states import ReleaseState

register = template.Library()
S = ReleaseState
LOOKS = {
    S.PUBLISHED.value: ("tag-ok", "circle-check"),
    S.FAILED.value: ("tag-bad", "alert-triangle"),
    S.REVOKED.value: ("tag-bad", "alert-triangle"),
    S.SUPERSEDED.value: ("tag-warn", "clock"),
}


@register.filter
def state_tag(state: str) -> SafeString:
    """The state of a release as a tag."""
    look, picture = LOOKS.get(state, ("", "clock"))
    return format_html('<span class="tag {}">{}{}</span>', look, icon(picture), state)


@register.filter
def words(code: str) -> str:
    """A code as words: `not_watched` as "not watched"."""
    upper = {"ndi": "National Death Index", "dmf": "Death Master File"}
    return upper.get(code, str(code).replace("_", " "))
