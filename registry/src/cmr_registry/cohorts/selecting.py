"""Asking a snapshot: raw answers for jobs and for services of other rooms. Pages and the API ask `answering`."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from cmr_registry.cohorts.engine import index_exams, select
from cmr_registry.cohorts.models import Snapshot
from cmr_registry.cohorts.query import CohortQuery, Index
from cmr_registry.cohorts.selections import Breakdown, Selection
from cmr_registry.cohorts.selectors import centers_askable, snapshot_frame
from cmr_registry.cohorts.spreading import TABLES, spread
from cmr_registry.lib.scope import ALL_CENTERS, center_scope
from cmr_registry.subjects.selectors import subjects_withdrawn

BREAKDOWNS = tuple(TABLES)
"""What can be asked in `breakdown(by=...)`; `series` and `known` give one table per kind and per item."""


@dataclass(frozen=True, slots=True)
class LeaveOut:
    """Who must not be seen although the snapshot holds them, beside those who withdrew.

    Attributes:
        subjects: ids of subjects, as text.
        centers: ids of centers, as text, such as those that said no to a project.
    """

    subjects: Collection[str] = field(default_factory=frozenset)
    centers: Collection[str] = field(default_factory=frozenset)


def cohort_select(query: CohortQuery, snapshot: Snapshot, leave_out: LeaveOut | None = None) -> Selection:
    """Ask a snapshot.

    Subjects who withdrew since it was frozen, and centers whose data may no longer be used, are left out whatever
    is handed in: the database is asked each time.

    Args:
        query: the question.
        snapshot: a ready one.
        leave_out: whom to leave out besides.

    Raises:
        SnapshotDamagedError: a table is not what was frozen.
    """
    more = leave_out or LeaveOut()
    frame = snapshot_frame(snapshot)
    askable = centers_askable()
    with center_scope(ALL_CENTERS):
        withdrawn = {str(subject) for subject in subjects_withdrawn()}
    return select(
        query,
        frame,
        center_ids={center.code: key for key, center in askable.items()},
        subjects_out=withdrawn.union(more.subjects),
        centers_out={key for key in frame.centers if key not in askable}.union(more.centers),
    )


def breakdown(selection: Selection, by: Sequence[str] = BREAKDOWNS, items: Sequence[str] = ()) -> Breakdown:
    """How the chosen persons spread. Counts persons, never exams.

    Args:
        selection: the answer of `cohort_select`.
        by: names of `BREAKDOWNS`.
        items: dictionary items for `known` beside those that the question itself names and the usual ones.

    Raises:
        QueryError: a name or an item that does not exist.
    """
    names = {key: center.code for key, center in centers_askable().items() if key in selection.frame.centers}
    return spread(selection, by, items, names)


def centers_of(selection: Selection) -> Mapping[str, tuple[int, int]]:
    """Persons and exams chosen, per center id as text: what a ballot shows each center."""
    frame, exams = selection.frame, selection.exams
    persons = index_exams(exams, frame, Index.FIRST)
    counts = (np.bincount(frame.center[found], minlength=len(frame.centers)) for found in (persons, exams))
    rows = zip(frame.centers, *counts, strict=True)
    return {center: (int(n_persons), int(n_exams)) for center, n_persons, n_exams in rows if n_exams}
