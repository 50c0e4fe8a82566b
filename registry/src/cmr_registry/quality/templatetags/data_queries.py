"""Words of data queries for templates."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from cmr_dictionary import load
from cmr_exchange.queries import ANSWER_WORDS, QueryAnswer, QueryAuthor, QueryState, QueryStep

register = template.Library()

STATES: dict[QueryState, tuple[str, str, str]] = {
    QueryState.OPEN: ("open", "warn", "The center has not answered yet."),
    QueryState.REOPENED: ("asked again", "bad", "The answer did not settle it; the center is asked again."),
    QueryState.ANSWERED: (
        "answered",
        "",
        "The registry, or the check that asked, has to look at the answer.",
    ),
    QueryState.CLOSED: ("closed", "ok", "Nothing more is to be done."),
}
"""Word, color and sentence of a state."""
STEPS = {
    QueryStep.OPENED: "asked",
    QueryStep.ANSWERED: "answered",
    QueryStep.REOPENED: "asked again",
    QueryStep.CLOSED: "closed it",
}
AUTHORS = {
    QueryAuthor.CHECK: "A check",
    QueryAuthor.REGISTRY: "The registry",
    QueryAuthor.CENTER: "The center",
    QueryAuthor.CONNECTOR: "The center, through its connector,",
}
WHOLE_EXAM = "the exam as a whole"


@register.filter
def query_tag(state: str) -> SafeString:
    """The state of a query as a word with its color."""
    word, tone, _ = STATES[QueryState(state)]
    return format_html('<span class="tag {}">{}</span>', f"tag-{tone}" if tone else "", word)


@register.filter
def query_sentence(state: str) -> str:
    """What the state means."""
    return STATES[QueryState(state)][2]


@register.filter
def query_tone(state: str) -> str:
    """The color of a notice that tells the state."""
    tone = STATES[QueryState(state)][1]
    return f"notice-{tone}" if tone else ""


@register.filter
def step_words(step: str) -> str:
    """What an entry did."""
    return STEPS[QueryStep(step)]


@register.filter
def author_words(author: str) -> str:
    """Who wrote an entry."""
    return AUTHORS[QueryAuthor(author)]


@register.filter
def answer_words(answer: str) -> str:
    """A coded answer."""
    return ANSWER_WORDS[QueryAnswer(answer)]


@register.filter
def item_label(name: str) -> str:
    """What an item is called; the name where a later dictionary has lost it."""
    if not name:
        return WHOLE_EXAM
    item = load().items.get(name)
    return item.label if item else name
