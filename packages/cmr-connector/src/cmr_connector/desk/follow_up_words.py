"""Words of follow-up at the desk."""

from cmr_connector.desk.words import Said
from cmr_connector.follow_up import KIND
from cmr_connector.follow_up_csv import event_items
from cmr_connector.states import StatementKind, StatementState
from cmr_dictionary import Item, is_asked
from cmr_exchange.followup import EVENT_WORDS, DeathCause, EventKind, SourceClass

SOURCES = {
    SourceClass.CHART: "Chart",
    SourceClass.PHONE: "Phone call",
    SourceClass.CLAIMS: "Claims",
    SourceClass.NDI: "National death index",
    SourceClass.STATE_FILE: "State death file",
    SourceClass.OBITUARY: "Obituary",
    SourceClass.DMF: "Death Master File",
}
CAUSES = {
    DeathCause.SUDDEN_CARDIAC: "Sudden cardiac death",
    DeathCause.OTHER_CARDIOVASCULAR: "Other cardiovascular cause",
    DeathCause.NON_CARDIOVASCULAR: "Non-cardiovascular cause",
    DeathCause.UNKNOWN: "Cause not known",
}
EVENTS = {kind: EVENT_WORDS[kind] for kind in (EventKind.VISIT, *EventKind)}
"""A visit first: it is what is entered most."""


def asked_of(kind: EventKind) -> list[Item]:
    """The items that the dictionary asks for this kind of event, those that depend on another answer too."""
    items = event_items()
    known: dict[str, object] = {KIND: kind.value}
    known |= {item.name: "1" for item in items if is_asked(item, known)}
    return [item for item in items if is_asked(item, known)]


KINDS = {
    StatementKind.FOLLOW_UP: "Follow-up",
    StatementKind.WITHDRAWAL: "Withdrawal",
    StatementKind.QUERY_ANSWER: "Answer to a question",
    StatementKind.CENSUS: "Exam counts of a month",
}
STATEMENT = {
    StatementState.QUEUED: Said("queued", "", "It waits to be sent."),
    StatementState.SENDING: Said("sending", "", "It is on its way."),
    StatementState.ACCEPTED: Said("received", "ok", "The registry has acknowledged it."),
    StatementState.REFUSED: Said("refused", "bad", "The registry has refused it."),
    StatementState.SUPERSEDED: Said("replaced", "", "A newer version replaced it before it was sent."),
}
NOTHING_SENT = Said("nothing sent", "warn", "Nothing has been entered yet.")
