"""The fast engine: levels from DuckDB, counts of persons from numpy."""

from collections.abc import Collection, Mapping

import numpy as np

from cmr_registry.cohorts.differencing import fingerprint_of
from cmr_registry.cohorts.frame import LEFT_OUT, Frame, Levels
from cmr_registry.cohorts.query import CohortQuery, Index
from cmr_registry.cohorts.selections import Positions, Selection, SelectionStep

EVERYBODY = "All exams of the registry"
FOLLOWED = "Died, or watched for at least {days} {unit}"
INDEX_LABELS = {
    Index.FIRST: "First such exam of each person",
    Index.LAST: "Last such exam of each person",
    Index.ANY: "Every such exam",
}


def select(
    query: CohortQuery,
    frame: Frame,
    *,
    center_ids: Mapping[str, str],
    subjects_out: Collection[str] = (),
    centers_out: Collection[str] = (),
) -> Selection:
    """Answer a question about one snapshot.

    Args:
        query: the question.
        frame: the snapshot.
        center_ids: ids of centers by code.
        subjects_out: ids of subjects that nobody may see.
        centers_out: ids of centers that nobody may see.
    """
    levels = frame.levels(query, center_ids)
    levels[frame.hidden(subjects_out, centers_out)] = LEFT_OUT
    labels = step_labels(query)
    steps = _steps(labels, levels, frame)
    chosen = index_exams(np.flatnonzero(levels == len(labels) - 1).astype(np.int32), frame, query.index)
    last = SelectionStep(INDEX_LABELS[query.index], steps[-1].subjects, len(chosen), steps[-1].fingerprint)
    return Selection(query, frame, (*steps, last), chosen)


def step_labels(query: CohortQuery) -> list[str]:
    """Labels of everybody, each step, and follow-up where it is asked."""
    labels = [EVERYBODY, *(step.label or step.sentence() for step in query.steps)]
    if query.min_follow_up_days is not None:
        labels.append(
            FOLLOWED.format(
                days=query.min_follow_up_days, unit="day" if query.min_follow_up_days == 1 else "days"
            )
        )
    return labels


def index_exams(exams: Positions, frame: Frame, index: Index) -> Positions:
    """Of each person the first or last of these exams, or all.

    Args:
        exams: ascending positions.
        frame: the snapshot.
        index: which.
    """
    if index is Index.ANY or not len(exams):
        return exams
    differs = frame.subject[exams][1:] != frame.subject[exams][:-1]
    return exams[np.r_[True, differs] if index is Index.FIRST else np.r_[differs, True]]


def _steps(labels: list[str], levels: Levels, frame: Frame) -> tuple[SelectionStep, ...]:
    best = np.maximum.reduceat(levels, frame.starts) if frame.n_exams else levels
    steps = []
    for level, label in enumerate(labels):
        persons = best >= level
        steps.append(
            SelectionStep(
                label,
                int(np.count_nonzero(persons)),
                int(np.count_nonzero(levels >= level)),
                fingerprint_of(frame.bits[persons]),
            )
        )
    return tuple(steps)
