"""The timeline of one subject in days, as a drawing and as a list that says the same."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cmr_exchange.censoring import SEES_THE_LIVING, SOURCE_WORDS
from cmr_exchange.followup import EVENT_WORDS, OutcomeEvent, VitalStatus
from cmr_registry.followup.words import CAUSE_WORDS, PRECISION_WORDS

WIDTH = 1_000
LEFT, RIGHT = 150, 970
ROW, TOP = 26, 34
_TICKS = 6


@dataclass(frozen=True, slots=True)
class Mark:
    """One point of the drawing: x, and `exam`, `death`, `alive` or `event`."""

    x: int
    kind: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of the drawing: a window of one source, or a row of points without one.

    Attributes:
        label: in front of the row.
        y: its middle.
        x, width: the window; width 0 draws none.
        watches: the source sees the living.
        marks: points on it.
    """

    label: str
    y: int
    x: int
    width: int
    watches: bool
    marks: tuple[Mark, ...]

    @property
    def top(self) -> int:
        """Upper edge of the bar."""
        return self.y - 8


@dataclass(frozen=True, slots=True)
class Timeline:
    """The drawing: rows, ticks with their days, and its height."""

    bars: tuple[Bar, ...]
    ticks: tuple[tuple[int, int], ...]
    height: int

    @property
    def bottom(self) -> int:
        """Where the ticks end."""
        return self.height - 6


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of the list: a day, what happened, and who says so."""

    day: int
    what: str
    source: str


def moments(
    exams: Iterable[int], statuses: Iterable[VitalStatus], events: Iterable[OutcomeEvent]
) -> list[Moment]:
    """Everything that has a day, in its order."""
    found = [Moment(day, "CMR exam", "registry") for day in exams]
    for status in statuses:
        source = SOURCE_WORDS[status.source]
        found.append(Moment(status.from_day, "coverage window begins", source))
        found.append(Moment(status.through_day, "coverage window ends", source))
        if status.last_alive_day is not None:
            found.append(Moment(status.last_alive_day, "last seen alive", source))
        if status.death_day is not None and status.cause is not None and status.death_precision is not None:
            words = ["died", CAUSE_WORDS[status.cause], PRECISION_WORDS[status.death_precision]]
            found.append(Moment(status.death_day, ", ".join(filter(None, words)), source))
    for event in events:
        words = [EVENT_WORDS[event.kind], PRECISION_WORDS[event.precision]]
        found.append(Moment(event.day, ", ".join(filter(None, words)), SOURCE_WORDS[event.source]))
    return sorted(found, key=lambda moment: moment.day)


def timeline(
    exams: Sequence[int], statuses: Sequence[VitalStatus], events: Sequence[OutcomeEvent]
) -> Timeline | None:
    """The drawing, None where nothing has a day."""
    days = [moment.day for moment in moments(exams, statuses, events)]
    if not days:
        return None
    first, last = min(days), max(max(days), min(days) + 1)

    def place(day: int) -> int:
        return LEFT + round((day - first) * (RIGHT - LEFT) / (last - first))

    bars = [Bar("exams", TOP, 0, 0, False, tuple(Mark(place(day), "exam") for day in exams))]
    for status in statuses:
        left, right = place(status.from_day), place(status.through_day)
        marks = [Mark(place(day), kind) for day, kind in _points(status)]
        watches = status.source in SEES_THE_LIVING
        label = SOURCE_WORDS[status.source]
        bars.append(Bar(label, TOP + ROW * len(bars), left, max(2, right - left), watches, tuple(marks)))
    if events:
        marks = [Mark(place(event.day), "event") for event in events]
        bars.append(Bar("events", TOP + ROW * len(bars), 0, 0, False, tuple(marks)))
    step = max(1, round((last - first) / _TICKS))
    ticks = tuple((place(day), day) for day in range(first, last + 1, step))
    return Timeline(tuple(bars), ticks, TOP + ROW * len(bars))


def _points(status: VitalStatus) -> list[tuple[int, str]]:
    points = [(status.last_alive_day, "alive"), (status.death_day, "death")]
    return [(day, kind) for day, kind in points if day is not None]
