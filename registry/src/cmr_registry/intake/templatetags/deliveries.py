"""Words of deliveries for templates."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from cmr_exchange.reasons import Mender
from cmr_registry.intake.panels import STATE_SENTENCES, STATE_WORDS, TONES
from cmr_registry.intake.states import OWNER, DeliveryState

register = template.Library()

CONTENTS_WORDS = {
    "images_and_report": "images and report",
    "images_only": "images",
    "report_only": "report",
}
VIA_WORDS = {"connector": "connector", "stow": "PACS", "page": "upload page"}


@register.filter
def state_tag(state: str) -> SafeString:
    """The state of a delivery as a word with its color."""
    known = DeliveryState(state)
    tone = f"tag-{TONES[known]}" if known in TONES else ""
    return format_html('<span class="tag {}">{}</span>', tone, STATE_WORDS[known])


@register.filter
def state_sentence(state: str) -> str:
    """What the state means."""
    return STATE_SENTENCES[DeliveryState(state)]


@register.filter
def state_owner(state: str) -> str:
    """Who moves it on."""
    return OWNER[DeliveryState(state)]


@register.filter
def contents_words(contents: str) -> str:
    """What a delivery carries."""
    return CONTENTS_WORDS.get(contents, contents.replace("_", " "))


@register.filter
def via_words(via: str) -> str:
    """How a delivery came."""
    return VIA_WORDS.get(via, via)


@register.filter
def mended_by(how: str, mender: str) -> str:
    """Who does what; where nobody needs to act, what that means."""
    return how if mender == Mender.NOBODY else f"{mender[:1].upper()}{mender[1:]}: {how}"
