"""Words of projects and ballots for templates."""

import datetime

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from cmr_registry.projects.deadlines import days_left, deadline_words
from cmr_registry.projects.models import Ballot
from cmr_registry.projects.panels import STATE_SENTENCES, TONES, answer_tone, answer_words
from cmr_registry.projects.states import OWNER, ProjectState

register = template.Library()


@register.filter
def project_tag(state: str) -> SafeString:
    """The state of a project as a word with its color."""
    known = ProjectState(state)
    return format_html('<span class="tag {}">{}</span>', _tone(TONES.get(known, "")), known.value)


@register.filter
def project_sentence(state: str) -> str:
    """What the state means."""
    return STATE_SENTENCES[ProjectState(state)]


@register.filter
def project_owner(state: str) -> str:
    """Who moves the project on."""
    return OWNER[ProjectState(state)]


@register.filter
def answer_tag(ballot: Ballot) -> SafeString:
    """A center's answer as words with their color; says where a standing instruction gave it."""
    by = " · standing instruction" if ballot.is_standing else ""
    return format_html(
        '<span class="tag {}">{}{}</span>', _tone(answer_tone(ballot)), answer_words(ballot), by
    )


@register.filter
def time_left(ballot: Ballot) -> str:
    """How long a center has: `today`, `3 days left`, `over`."""
    days = days_left(ballot.deadline, ballot.center.time_zone, timezone.now())
    if days < 0 or timezone.now() > ballot.deadline:
        return "over"
    return "until tonight" if days == 0 else f"{days} day{'' if days == 1 else 's'} left"


@register.filter
def at_center(at: datetime.datetime, zone: str) -> str:
    """An instant on the clock of a center."""
    return deadline_words(at, zone)


def _tone(name: str) -> str:
    return f"tag-{name}" if name else ""
