"""Words of searches and applications for templates."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from cmr_imaging.kinds import SeriesKind
from cmr_registry.access.search_states import OWNER as SEARCH_OWNER
from cmr_registry.access.search_states import SearchState
from cmr_registry.access.states import OWNER, ApplicationState

register = template.Library()

OK, WARN, BAD = "tag-ok", "tag-warn", "tag-bad"
TONES = {
    SearchState.ISSUED: OK,
    SearchState.RETURNED: WARN,
    SearchState.EXPIRED: BAD,
    ApplicationState.APPROVED: OK,
    ApplicationState.APPROVED_WITH_CONDITIONS: OK,
    ApplicationState.RETURNED: WARN,
    ApplicationState.REVISE: WARN,
    ApplicationState.DECLINED: BAD,
}
MEANS: dict[str, str] = {
    SearchState.DRAFT: "You are still writing it.",
    SearchState.SUBMITTED: "The registry steward looks at it before the review window opens.",
    SearchState.RETURNED: "It came back with reasons; change it and submit it again.",
    SearchState.APPROVED: "It may be asked; the answer is being prepared.",
    SearchState.EXECUTED: "The answer is there; the certificate is being written.",
    SearchState.ISSUED: "The certificate may be quoted in an application.",
    SearchState.EXPIRED: "It may no longer be quoted; a new search gives current counts.",
    ApplicationState.IN_REVIEW: "Reviewers declare conflicts, read and score.",
    ApplicationState.SCORED: "Enough scores are in; the chair decides.",
    ApplicationState.APPROVED: "The centers are asked now; the project's page shows how that goes.",
    ApplicationState.APPROVED_WITH_CONDITIONS: "The centers are asked now; the conditions hold.",
    ApplicationState.REVISE: "Change it as the reasons say, and submit it again.",
    ApplicationState.DECLINED: "The reasons stand below.",
}
APPLICATION_MEANS: dict[str, str] = {
    **MEANS,
    ApplicationState.DRAFT: "It is filled section by section; nobody else sees it.",
    ApplicationState.SUBMITTED: "The registry steward checks that it is complete and clear.",
    ApplicationState.RETURNED: "It came back with reasons; change it and submit it again.",
}

SERIES_LABELS = {kind.value: kind.label for kind in SeriesKind}


@register.filter
def state_tag(state: str) -> SafeString:
    """A state as a word with its color."""
    return format_html('<span class="tag {}">{}</span>', TONES.get(state, ""), state)  # type: ignore[call-overload]


@register.filter
def search_means(state: str) -> str:
    """What the state of a search request means."""
    return MEANS[state]


@register.filter
def search_owner(state: str) -> str:
    """Who moves a search request on."""
    return SEARCH_OWNER[SearchState(state)]


@register.filter
def application_means(state: str) -> str:
    """What the state of an application means."""
    return APPLICATION_MEANS[state]


@register.filter
def application_owner(state: str) -> str:
    """Who moves an application on."""
    return OWNER[ApplicationState(state)]


@register.filter
def kinds_words(kinds: list[str]) -> str:
    """Kinds of images as readers call them; one that the registry does not know stands as its code."""
    return ", ".join(SERIES_LABELS.get(kind, kind) for kind in kinds)


@register.filter
def days_words(days: int) -> str:
    """A number of days in words."""
    return "1 day" if days == 1 else f"{days} days"
