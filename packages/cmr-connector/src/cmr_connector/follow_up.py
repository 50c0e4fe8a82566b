"""What became of a patient, as the hospital says it: sources and events with real dates.

Dates stay here; `follow_up_days` counts them into days. A date may be coarse: `2015-03` or `2015`. Every refusal is
a sentence for the person who typed it, and never repeats what was typed.
"""

import dataclasses
import datetime
import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from cmr_connector.report_values import read_cells
from cmr_dictionary import is_asked, load
from cmr_exchange.followup import DeathCause, EventKind, Precision, SourceClass
from cmr_exchange.manifest import ValueSource

E = TypeVar("E", bound=enum.StrEnum)

FIRST_DATE = datetime.date(1900, 1, 1)
FORM, KIND = "followup", "fu_kind"
SEES_PERSONS = frozenset({SourceClass.CHART, SourceClass.CLAIMS, SourceClass.PHONE})
"""Sources that met the patient, so they can say when last (R26)."""

STATUS_COLUMNS = ("source", "from", "through", "died", "death", "cause", "last_alive")
EVENT_COLUMNS = ("event", "date", "source")
_YES, _NO = frozenset({"yes", "y", "1", "true"}), frozenset({"no", "n", "0", "false", ""})
_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")


class Why(enum.Enum):
    """Why an entry is refused; the value is the sentence."""

    SOURCE = "The source is one of: ndi, state_file, chart, claims, phone, obituary, dmf."
    WINDOW_DATES = "From and through are whole dates, written YYYY-MM-DD."
    DATE = "A date is written YYYY-MM-DD; where only the month or year is known, YYYY-MM or YYYY."
    FUTURE = "The date lies in the future."
    TOO_OLD = "The date lies before 1900."
    BACKWARDS = "The window ends before it begins."
    DIED = "Died is yes or no."
    DIED_WITHOUT_DATE = "The patient died, but the date of death is missing; the year alone will do."
    DATE_WITHOUT_DEATH = "The patient did not die, but a date or cause of death is given."
    OUTSIDE = (
        "The death lies before the window, or after the window of an index; only a chart, a call or claims can have"
        " learned of a death after they stopped watching."
    )
    CAUSE = "The cause is one of: sudden_cardiac, other_cardiovascular, non_cardiovascular, unknown."
    ALIVE_AFTER_DEATH = "The patient was seen alive after the death."
    ALIVE_MISSING = "Chart, claims and phone need the last day on which the patient was seen alive."
    ALIVE_OUTSIDE = "The patient was seen alive after the window ends; a window reaches at least to that day."
    EVENT = "The event is not in the list of events."
    VALUE = "A value does not fit the data dictionary."
    NOT_ASKED = "A value is given that is not asked for this kind of event."
    NO_ORIGIN = "The first exam of this patient had no readable date, so no days can be counted."
    TOO_MANY = "There are more entries than one patient can have."
    WITHDREW = "The patient withdrew; nothing more is entered."
    UNKNOWN_PATIENT = "No patient with this number has an exam that the registry accepted."
    TWO_PATIENTS = "Two patients carry this number; enter them one by one."
    TWICE = (
        "The table says two different things under the same patient, source and first day, or event and date."
    )


class FollowUpRejected(ValueError):
    """An entry is refused.

    Attributes:
        reason: why.
    """

    def __init__(self, reason: Why) -> None:
        super().__init__(reason.value)
        self.reason = reason

    @property
    def mender(self) -> str:
        """Who can mend it."""
        return "hospital IT" if self.reason is Why.NO_ORIGIN else "center coordinator"


@dataclass(frozen=True, slots=True)
class Span:
    """The days that a written date may mean."""

    first: datetime.date
    last: datetime.date
    precision: Precision


@dataclass(frozen=True, slots=True)
class StatusEntry:
    """What one source says of life and death; a later entry with the same `key` replaces it.

    Attributes:
        source: its class.
        from_date, through_date: coverage window, both days included: the days in which this source would have
            shown a death, whatever became of the patient; never ended by the death itself.
        death: date of death as written, empty for none.
        cause: cause of death, None without a death.
        last_alive: last day on which the source saw the patient alive.
    """

    source: SourceClass
    from_date: datetime.date
    through_date: datetime.date
    death: str = ""
    cause: DeathCause | None = None
    last_alive: datetime.date | None = None

    @property
    def key(self) -> str:
        """Source and first day of the window."""
        return f"{self.source.value} {self.from_date.isoformat()}"

    @property
    def known_until(self) -> datetime.date:
        """The last day on which anything is known by it."""
        return min(self.through_date, span_of(self.death).last) if self.death else self.through_date

    def to_document(self) -> dict[str, Any]:
        """JSON form for the sealed box."""
        return {
            "source": self.source.value,
            "from": self.from_date.isoformat(),
            "through": self.through_date.isoformat(),
            "death": self.death,
            "cause": self.cause.value if self.cause else None,
            "last_alive": self.last_alive.isoformat() if self.last_alive else None,
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "StatusEntry":
        """From the sealed box."""
        alive = document["last_alive"]
        return cls(
            SourceClass(document["source"]),
            datetime.date.fromisoformat(document["from"]),
            datetime.date.fromisoformat(document["through"]),
            document["death"],
            DeathCause(document["cause"]) if document["cause"] else None,
            datetime.date.fromisoformat(alive) if alive else None,
        )


@dataclass(frozen=True, slots=True)
class EventEntry:
    """One event or visit; a later entry with the same `key` replaces it.

    Attributes:
        kind: what happened.
        date: as written, may be coarse.
        source: who says so.
        values: value documents by dictionary item.
    """

    kind: EventKind
    date: str
    source: SourceClass
    values: dict[str, Any] = dataclasses.field(default_factory=dict)

    @property
    def key(self) -> str:
        """Kind, date and source."""
        return f"{self.kind.value} {self.date} {self.source.value}"

    def to_document(self) -> dict[str, Any]:
        """JSON form for the sealed box."""
        return {
            "kind": self.kind.value,
            "date": self.date,
            "source": self.source.value,
            "values": self.values,
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "EventEntry":
        """From the sealed box."""
        return cls(
            EventKind(document["kind"]),
            document["date"],
            SourceClass(document["source"]),
            dict(document["values"]),
        )


Entry = StatusEntry | EventEntry


def read_status(cells: Mapping[str, str], today: datetime.date) -> StatusEntry:
    """Read one row of vital status.

    Args:
        cells: text by name of `STATUS_COLUMNS`; an absent one is empty.
        today: nothing may lie after it.

    Raises:
        FollowUpRejected: it cannot be taken, and why.
    """
    text = {name: cells.get(name, "").strip() for name in STATUS_COLUMNS}
    source = _member(SourceClass, text["source"], Why.SOURCE)
    window = _whole(text["from"], today), _whole(text["through"], today)
    if window[0] > window[1]:
        raise FollowUpRejected(Why.BACKWARDS)
    alive = _whole(text["last_alive"], today) if text["last_alive"] else None
    death, cause = _death(text, source, window, today)
    if alive is not None and alive > window[1]:
        raise FollowUpRejected(Why.ALIVE_OUTSIDE)
    if alive is not None and death and alive > span_of(death).last:
        raise FollowUpRejected(Why.ALIVE_AFTER_DEATH)
    if alive is None and not death and source in SEES_PERSONS:
        raise FollowUpRejected(Why.ALIVE_MISSING)
    return StatusEntry(source, *window, death, cause, alive)


def read_event(cells: Mapping[str, str], today: datetime.date) -> EventEntry:
    """Read one event.

    Args:
        cells: text by name of `EVENT_COLUMNS` and by dictionary item; empty cells say nothing.
        today: nothing may lie after it.

    Raises:
        FollowUpRejected: it cannot be taken, and why.
    """
    kind = _member(EventKind, cells.get("event", ""), Why.EVENT)
    source = _member(SourceClass, cells.get("source", ""), Why.SOURCE)
    date = cells.get("date", "").strip()
    _require_past(span_of(date), today)
    named = [(name, text) for name, text in cells.items() if name not in EVENT_COLUMNS]
    values, problems = read_cells(named, ValueSource.DESK)
    items = load().items
    if problems or any(items[name].form != FORM for name in values):
        raise FollowUpRejected(Why.VALUE)
    plain = {name: value["value"] for name, value in values.items() if "value" in value}
    if not all(is_asked(items[name], plain | {KIND: kind.value}) for name in plain):
        raise FollowUpRejected(Why.NOT_ASKED)
    return EventEntry(kind, date, source, values)


def span_of(text: str) -> Span:
    """The days that `YYYY-MM-DD`, `YYYY-MM` or `YYYY` may mean.

    Raises:
        FollowUpRejected: another form, or no such day.
    """
    match = _DATE.fullmatch(text.strip())
    if not match:
        raise FollowUpRejected(Why.DATE)
    year, month, day = (int(part) if part else None for part in match.groups())
    try:
        first = datetime.date(year or 0, month or 1, day or 1)
    except ValueError:
        raise FollowUpRejected(Why.DATE) from None
    if day is not None:
        return Span(first, first, Precision.DAY)
    if month is None:
        return Span(first, datetime.date(first.year, 12, 31), Precision.YEAR)
    after = datetime.date(first.year + month // 12, month % 12 + 1, 1)
    return Span(first, after - datetime.timedelta(days=1), Precision.MONTH)


def _death(
    text: Mapping[str, str],
    source: SourceClass,
    window: tuple[datetime.date, datetime.date],
    today: datetime.date,
) -> tuple[str, DeathCause | None]:
    if text["died"].lower() not in _YES | _NO:
        raise FollowUpRejected(Why.DIED)
    if not text["death"]:
        if text["died"].lower() in _YES:
            raise FollowUpRejected(Why.DIED_WITHOUT_DATE)
        if text["cause"]:
            raise FollowUpRejected(Why.DATE_WITHOUT_DEATH)
        return "", None
    if text["died"] and text["died"].lower() in _NO:
        raise FollowUpRejected(Why.DATE_WITHOUT_DEATH)
    span = span_of(text["death"])
    _require_past(span, today)
    if span.last < window[0] or (span.first > window[1] and source not in SEES_PERSONS):
        raise FollowUpRejected(Why.OUTSIDE)
    return text["death"], _member(DeathCause, text["cause"] or DeathCause.UNKNOWN.value, Why.CAUSE)


def _whole(text: str, today: datetime.date) -> datetime.date:
    try:
        span = span_of(text)
    except FollowUpRejected:
        raise FollowUpRejected(Why.WINDOW_DATES) from None
    if span.precision is not Precision.DAY:
        raise FollowUpRejected(Why.WINDOW_DATES)
    _require_past(span, today)
    return span.first


def _require_past(span: Span, today: datetime.date) -> None:
    if span.first > today:
        raise FollowUpRejected(Why.FUTURE)
    if span.first < FIRST_DATE:
        raise FollowUpRejected(Why.TOO_OLD)


def _member(kind: type[E], text: str, why: Why) -> E:
    try:
        return kind(text.strip().lower())
    except ValueError:
        raise FollowUpRejected(why) from None
