"""Which days of a coverage window may cross the wall.

The last day of an index, an extract or a chart review is a public calendar date, the same for all patients (often
31 December). Counted from the patient's origin it would give the origin away. Such an end is therefore counted as
if the origin were the last day of its year, and such a start as if it were the first: what crosses is a function of
the public date and the exam year, and the exam year crosses anyway (contract: time). Windows only shrink, by up to
a year at either end, stay the same however often they are sent, and move with a later extract by the same days.

A keyed number of days instead would tell more: with the exam year known, a shifted end near the edge of what is
possible leaves few dates of origin, and each further source or window leaves fewer.

Days on which the patient was met (a visit, a call) and the day of death are the patient's own and stay. A death
after the end that crosses stays listed; `cmr_exchange.censoring` does not count it, for a survivor would not have
been watched on that day either.
"""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cmr_connector.follow_up import SEES_PERSONS, StatusEntry, span_of
from cmr_exchange.followup import Precision, SourceClass

ENDS_WITH_CONTACT = frozenset({SourceClass.CHART, SourceClass.PHONE})
"""Classes whose window begins and ends with a meeting; every other window is that of a file or a search."""

Window = tuple[datetime.date, datetime.date]


@dataclass(frozen=True, slots=True)
class Origin:
    """From where the days of a patient count; stays inside.

    Attributes:
        date: day 0.
        first_exam: date of the earliest exam, at most `date`.
    """

    date: datetime.date
    first_exam: datetime.date

    def days(self, date: datetime.date) -> int:
        """Whole days from day 0."""
        return (date - self.date).days


def whole_windows(statuses: Iterable[StatusEntry]) -> dict[str, Window]:
    """The window to which each entry belongs, by key of the entry.

    Windows of one class that touch or overlap are one: shortened each for itself, yearly extracts would leave gaps
    in which nobody watched. A window of contact stands alone.
    """
    found: dict[str, Window] = {}
    run: list[StatusEntry] = []
    for entry in sorted(statuses, key=lambda one: (one.source, one.from_date)):
        if not run or not _touches(run, entry):
            run = []
        run.append(entry)
        whole = run[0].from_date, max(one.through_date for one in run)
        found |= {one.key: whole for one in run}
    return found


def crossing_window(entry: StatusEntry, whole: Window, origin: Origin) -> tuple[int, int] | None:
    """First and last day that cross; None where nothing of the window is left.

    Args:
        entry: what a source says.
        whole: the window to which it belongs (`whole_windows`).
        origin: from where days count.
    """
    first, last = _first_day(entry.source, whole[0], origin), _last_day(entry, whole[1], origin)
    return (first, last) if first <= last else None


def crossing_alive(entry: StatusEntry, whole: Window, origin: Origin) -> int | None:
    """The last day alive, where it is a day of contact and not the last day of a file."""
    if entry.last_alive is None or entry.source not in SEES_PERSONS:
        return None
    if entry.source not in ENDS_WITH_CONTACT and entry.last_alive in (whole[1], entry.through_date):
        return None
    return origin.days(entry.last_alive)


def ends_with_death(entry: StatusEntry) -> bool:
    """Whether a source that meets patients is said to have watched exactly until the day of death.

    The dead would be watched to their death and survivors to their last visit: the classic error.
    """
    if entry.source not in SEES_PERSONS or not entry.death:
        return False
    span = span_of(entry.death)
    return entry.through_date in (span.first, span.last)


def shortened(statuses: Iterable[StatusEntry], origin: Origin) -> Mapping[str, tuple[int, int] | None]:
    """The windows that cross otherwise than they were entered, by key of the entry; None where nothing crosses."""
    entries = tuple(statuses)
    whole = whole_windows(entries)
    crossing = {one.key: crossing_window(one, whole[one.key], origin) for one in entries}
    entered = {one.key: (origin.days(one.from_date), origin.days(one.through_date)) for one in entries}
    return {key: window for key, window in crossing.items() if window != entered[key]}


def _touches(run: list[StatusEntry], entry: StatusEntry) -> bool:
    if entry.source is not run[0].source or entry.source in ENDS_WITH_CONTACT:
        return False
    return (entry.from_date - max(one.through_date for one in run)).days <= 1


def _first_day(source: SourceClass, first: datetime.date, origin: Origin) -> int:
    if first <= origin.first_exam:
        return origin.days(origin.first_exam)
    if source in ENDS_WITH_CONTACT:
        return origin.days(first)
    return (first - datetime.date(origin.date.year, 1, 1)).days


def _last_day(entry: StatusEntry, last: datetime.date, origin: Origin) -> int:
    public = (last - datetime.date(origin.date.year, 12, 31)).days
    if entry.source not in ENDS_WITH_CONTACT:
        return public
    if last in (entry.last_alive, _day_of_death(entry)):
        return origin.days(last)
    return public if entry.last_alive is None else max(public, origin.days(entry.last_alive))


def _day_of_death(entry: StatusEntry) -> datetime.date | None:
    """The day of death, None where it is not known to the day: the end of a month or year is a public date too."""
    if not entry.death:
        return None
    span = span_of(entry.death)
    return span.first if span.precision is Precision.DAY else None
