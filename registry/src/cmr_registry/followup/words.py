"""Words of follow-up for pages: sources, ends, causes, kinds of events."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cmr_dictionary import display, load
from cmr_exchange.censoring import SOURCE_WORDS, End
from cmr_exchange.followup import EVENT_WORDS, DeathCause, OutcomeEvent, Precision
from cmr_registry.exams.selectors import MISSING_WORDS

END_WORDS: Mapping[End, str] = {
    End.DIED: "died",
    End.WINDOW_ENDED: "alive until then",
    End.NOT_WATCHED: "not watched",
}
CAUSE_WORDS: Mapping[DeathCause, str] = {
    DeathCause.SUDDEN_CARDIAC: "sudden cardiac death",
    DeathCause.OTHER_CARDIOVASCULAR: "other cardiovascular cause",
    DeathCause.NON_CARDIOVASCULAR: "non-cardiovascular cause",
    DeathCause.UNKNOWN: "unknown cause",
}
PRECISION_WORDS: Mapping[Precision, str] = {
    Precision.DAY: "",
    Precision.MONTH: "within the month",
    Precision.YEAR: "within the year",
}


@dataclass(frozen=True, slots=True)
class EventLine:
    """One event as a page shows it."""

    kind: str
    day: int
    precision: str
    source: str
    values: tuple[tuple[str, str], ...]


def event_line(event: OutcomeEvent) -> EventLine:
    """An event in words."""
    return EventLine(
        EVENT_WORDS[event.kind],
        event.day,
        PRECISION_WORDS[event.precision],
        SOURCE_WORDS[event.source],
        tuple(_value(name, value.value, value.missing) for name, value in event.values.items()),
    )


def _value(name: str, value: Any, missing: str | None) -> tuple[str, str]:
    item = load().items.get(name)
    label = item.label if item else name
    if missing is not None:
        return label, f"missing: {MISSING_WORDS.get(missing, missing)}"
    return label, display(item, value) if item else str(value)
