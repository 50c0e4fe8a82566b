"""Asking a snapshot: raw answers for jobs and for services of other rooms. Pages and the API ask `answering`."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from cmr_registry.cohorts.models import Snapshot
from cmr_registry.cohorts.query import CohortQuery
from cmr_registry.cohorts.selections import Breakdown, Selection


@dataclass(frozen=True, slots=True)
class LeaveOut:
    """Who must not be seen although the snapshot holds them.

    Attributes:
        subjects: ids of subjects who withdrew.
        centers: ids of centers that withdrew, or whose agreement is no longer in force.
    """

    subjects: Collection[str] = field(default_factory=frozenset)
    centers: Collection[str] = field(default_factory=frozenset)


BREAKDOWNS = (
    "exam_year",
    "sex",
    "age_band",
    "center",
    "indication",
    "vendor",
    "field_strength",
    "series",
    "known",
    "follow_up",
)
"""What can be asked in `breakdown(by=...)`; `series` and `known` give one table per kind and per item."""


def cohort_select(query: CohortQuery, snapshot: Snapshot, leave_out: LeaveOut | None = None) -> Selection:
    """Ask a snapshot.

    Args:
        query: the question.
        snapshot: a ready one.
        leave_out: additionally left out, such as centers that said no to a project; subjects and centers that
            withdrew since the snapshot are left out whatever is handed in.

    Raises:
        SnapshotDamagedError: a table is not what was frozen.
    """
    raise NotImplementedError


def breakdown(selection: Selection, by: Sequence[str] = BREAKDOWNS, items: Sequence[str] = ()) -> Breakdown:
    """How the chosen persons spread. Counts persons, never exams.

    Args:
        selection: the answer of `cohort_select`.
        by: names of `BREAKDOWNS`.
        items: dictionary items for `known` beside those that the question itself names.

    Raises:
        QueryError: a name or an item that does not exist.
    """
    raise NotImplementedError


def centers_of(selection: Selection) -> Mapping[str, tuple[int, int]]:
    """Persons and exams chosen per center id: what a ballot shows each center."""
    raise NotImplementedError
