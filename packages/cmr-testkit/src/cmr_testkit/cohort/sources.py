"""What sources of vital status say of the invented people: each with a known sensitivity and coverage window.

Every window is drawn without knowing who dies in it. That is what a coverage window means, and what the default
censoring rule relies on: the chart watches until the contact that was agreed last, for the living and the dead.
A death that the chart learned of later stands outside of its window.

Windows of indexes begin up to a year later and end up to a year earlier than the index does: its last day is
public, and a window that ended on it would tell the calendar date of the first exam.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from cmr_exchange.followup import DeathCause, Precision, SourceClass, VitalStatus
from cmr_testkit.cohort.columns import Flags, Ints
from cmr_testkit.cohort.outcomes import CAUSES, Deaths
from cmr_testkit.cohort.people import People
from cmr_testkit.cohort.plan import (
    CHART_KNOWS_LATER_DEATH,
    DMF_CHANGE_DAY,
    DMF_SENSITIVITY,
    IN_HOSPITAL,
    LAST_DAY,
    SENSITIVITY,
    CenterPlan,
)

CLASSES = tuple(SourceClass)
PRECISIONS = tuple(Precision)
NONE = -(10**9)
"""Stands for an absent day."""
INDEXES = frozenset({SourceClass.NDI, SourceClass.STATE_FILE, SourceClass.OBITUARY, SourceClass.DMF})
KNOWS_NO_CAUSE = {SourceClass.DMF: 1.0, SourceClass.PHONE: 0.4, SourceClass.OBITUARY: 0.7}
MONTH_ONLY = {SourceClass.PHONE: 0.3, SourceClass.STATE_FILE: 0.05, SourceClass.DMF: 0.1}


@dataclass(frozen=True, slots=True)
class Statuses:
    """What sources say, one row each, ordered by subject; `NONE` for absent days.

    Attributes:
        subject: position of the subject.
        source, precision, cause: positions in `CLASSES`, `PRECISIONS`, `CAUSES`.
        from_day, through_day, death_day, last_alive_day: days from the first exam.
    """

    subject: Ints
    source: Ints
    from_day: Ints
    through_day: Ints
    death_day: Ints
    precision: Ints
    cause: Ints
    last_alive_day: Ints

    def by_subject(self, subjects: int) -> Iterator[tuple[VitalStatus, ...]]:
        """The statements about each subject in turn."""
        bounds = np.searchsorted(self.subject, np.arange(subjects + 1)).tolist()
        rows = [self._status(row) for row in self.rows()]
        for first, last in itertools.pairwise(bounds):
            yield tuple(rows[first:last])

    def rows(self) -> Iterator[tuple[int, ...]]:
        """Plain numbers in the order of the attributes."""
        columns = (getattr(self, name).tolist() for name in self.__slots__)
        return zip(*columns, strict=True)

    @staticmethod
    def _status(row: tuple[int, ...]) -> VitalStatus:
        _, source, first, last, death, precision, cause, alive = row
        died = death != NONE
        return VitalStatus(
            source=CLASSES[source],
            from_day=first,
            through_day=last,
            death_day=death if died else None,
            death_precision=PRECISIONS[precision] if died else None,
            cause=CAUSES[cause] if died else None,
            last_alive_day=None if alive == NONE else alive,
        )


@dataclass(frozen=True, slots=True)
class Watching:
    """Who is followed, and what the sources say.

    Attributes:
        has_status: vital status is known from some source.
        has_document: the center wrote a follow-up document, perhaps without vital status.
        last_contact: day of the last agreed contact with the center.
        statuses: what the sources say.
    """

    has_status: Flags
    has_document: Flags
    last_contact: Ints
    statuses: Statuses


def draw_watching(
    rng: np.random.Generator, plans: tuple[CenterPlan, ...], people: People, deaths: Deaths
) -> Watching:
    """Ask the sources about everybody whose vital status is known."""
    known = np.array([plan.known["vital_status"] for plan in plans])[people.center]
    has_status = rng.random(people.subjects) < known
    has_document = has_status | (rng.random(people.subjects) < 0.5)
    contact = (30 + rng.exponential(900, people.subjects)).astype(np.int64)
    contact = np.minimum(np.maximum(contact, people.planned_exams.max(axis=1)), LAST_DAY - people.entry)
    in_hospital = rng.random(people.subjects) < IN_HOSPITAL
    parts = []
    for source in CLASSES:
        share = np.array([plan.asked.get(source, 0.0) for plan in plans])[people.center]
        asked = np.flatnonzero(has_status & (rng.random(people.subjects) < share))
        parts.append(_ask(rng, source, asked, people, deaths, contact, in_hospital))
    rows = np.concatenate(parts, axis=1)
    rows = rows[:, np.lexsort((rows[1], rows[0]))]
    return Watching(has_status, has_document, contact, Statuses(*rows))


def _ask(
    rng: np.random.Generator,
    source: SourceClass,
    asked: Ints,
    people: People,
    deaths: Deaths,
    contact: Ints,
    in_hospital: Flags,
) -> Ints:
    """Rows of one source about the subjects for whom it was asked."""
    death = deaths.day[asked]
    first, last = _window(rng, source, people.entry[asked], contact[asked])
    shown = (first <= death) & (death <= last)
    shown &= rng.random(len(asked)) < _sensitivity(source, people.entry[asked] + death, in_hospital[asked])
    if source is SourceClass.CHART:
        later = (death > last) & (people.entry[asked] + death <= LAST_DAY) & in_hospital[asked]
        shown |= later & (rng.random(len(asked)) < CHART_KNOWS_LATER_DEATH / IN_HOSPITAL)
    planned = people.planned_exams[asked]
    last_exam = np.where(planned < death[:, None], planned, -1).max(axis=1)
    alive = _last_alive(rng, source, last, death, last_exam)
    coarse = shown & (rng.random(len(asked)) < MONTH_ONLY.get(source, 0.0))
    told = np.where(coarse, death + rng.integers(-14, 15, len(asked)), death)
    told = np.maximum(told, np.maximum(last_exam, alive))
    unknown = rng.random(len(asked)) < KNOWS_NO_CAUSE.get(source, 0.08)
    rows = np.stack(
        [
            asked,
            np.full(len(asked), CLASSES.index(source)),
            first,
            last,
            np.where(shown, told, NONE),
            np.where(coarse, PRECISIONS.index(Precision.MONTH), PRECISIONS.index(Precision.DAY)),
            np.where(unknown, CAUSES.index(DeathCause.UNKNOWN), deaths.cause[asked]),
            alive,
        ]
    )
    return rows[:, shown] if source is SourceClass.OBITUARY else rows


def _window(rng: np.random.Generator, source: SourceClass, entry: Ints, contact: Ints) -> tuple[Ints, Ints]:
    """First and last day of the coverage windows, whatever becomes of the person."""
    n, end = len(entry), LAST_DAY - entry
    if source in INDEXES:
        return rng.integers(0, 365, n) - (entry + 1_000), end - rng.integers(0, 365, n)
    if source is SourceClass.CLAIMS:
        return -rng.integers(0, 1_000, n), np.minimum(rng.integers(300, 4_500, n), end)
    if source is SourceClass.PHONE:
        return np.zeros(n, np.int64), np.minimum(rng.integers(300, 3_700, n), end)
    return np.zeros(n, np.int64), contact


def _sensitivity(source: SourceClass, calendar_day: Ints, in_hospital: Flags) -> np.ndarray:
    if source is not SourceClass.DMF:
        return np.full(len(calendar_day), SENSITIVITY[source])
    early = calendar_day < DMF_CHANGE_DAY
    inside = np.where(early, *_pair("in hospital"))
    return np.where(in_hospital, inside, np.where(early, *_pair("elsewhere")))


def _pair(place: str) -> tuple[float, float]:
    return DMF_SENSITIVITY[f"{place}, before November 2011"], DMF_SENSITIVITY[f"{place}, later"]


def _last_alive(
    rng: np.random.Generator, source: SourceClass, last: Ints, death: Ints, last_exam: Ints
) -> Ints:
    """Last day on which the source saw the person; indexes see nobody."""
    if source in INDEXES:
        return np.full(len(last), NONE)
    lived = death > last
    if source is SourceClass.PHONE:
        return np.where(lived, last, NONE)
    before = np.floor(rng.random(len(last)) * death).astype(np.int64)
    if source is SourceClass.CLAIMS:
        before = np.maximum(0, death - 1 - rng.integers(0, 60, len(last)))
        return np.where(lived, last - np.minimum(last, rng.integers(0, 60, len(last))), before)
    return np.where(lived, last, np.maximum(before, last_exam))
