"""What the engines say: who is left after each step, whose exams are chosen, and how persons spread over cells.

These are raw numbers. No person sees them: `disclosure` decides what may be shown.
"""

import functools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from cmr_registry.cohorts.query import CohortQuery

if TYPE_CHECKING:
    from cmr_registry.cohorts.frame import Frame

Positions = npt.NDArray[np.int32]


class SelectionStep(NamedTuple):
    """Who is left after one step.

    Attributes:
        label: its author's words, or the condition's.
        subjects: persons.
        exams: their exams.
        fingerprint: depends on the set of persons alone (`differencing.fingerprint_of`).
    """

    label: str
    subjects: int
    exams: int
    fingerprint: int


class SelectedExam(NamedTuple):
    """One chosen exam, by registry ids as text."""

    center: str
    subject: str
    exam: str


@dataclass(frozen=True)
class Selection:
    """The raw answer to one question.

    Attributes:
        query: the question.
        frame: the snapshot's frame, whose positions `exams` are.
        steps: everybody; after each step of the query; after follow-up, where it is asked; last the index exams.
        exams: positions of the chosen exams, ascending.
    """

    query: CohortQuery
    frame: "Frame" = field(repr=False)
    steps: tuple[SelectionStep, ...]
    exams: Positions = field(repr=False)

    @property
    def n_subjects(self) -> int:
        """Persons chosen."""
        return self.steps[-1].subjects

    @property
    def n_exams(self) -> int:
        """Exams chosen."""
        return self.steps[-1].exams

    @property
    def fingerprint(self) -> int:
        """Depends on the set of chosen persons alone."""
        return self.steps[-1].fingerprint

    @functools.cached_property
    def rows(self) -> tuple[SelectedExam, ...]:
        """The chosen exams in the order of the snapshot; slow for large cohorts, for jobs."""
        return self.frame.rows(self.exams)

    def subjects_mask(self) -> bytes:
        """One bit per person of the snapshot, in its order (numpy.packbits): who is chosen.

        Two masks of one snapshot are compared with `persons_apart`.
        """
        mask = np.zeros(self.frame.n_subjects, dtype=bool)
        mask[self.frame.subject[self.exams]] = True
        return np.packbits(mask).tobytes()


def persons_apart(one: bytes, other: bytes) -> int:
    """Number of persons who are in one of two masks of the same snapshot and not in the other.

    Raises:
        ValueError: the masks are of different length, so of different snapshots.
    """
    if len(one) != len(other):
        raise ValueError("Masks of different snapshots cannot be compared.")
    differing = np.frombuffer(one, dtype=np.uint8) ^ np.frombuffer(other, dtype=np.uint8)
    return int(np.unpackbits(differing).sum())


class Cell(NamedTuple):
    """Persons of one cell of a table.

    Attributes:
        key: code of the cell, stable; empty for "not known".
        label: in words.
        subjects: persons, not exams.
        fingerprint: depends on the set of persons alone.
    """

    key: str
    label: str
    subjects: int
    fingerprint: int


@dataclass(frozen=True, slots=True)
class BreakdownTable:
    """How the chosen persons spread over one property.

    Attributes:
        by: `exam_year`, `sex`, `age_band`, `center`, `indication`, `vendor`, `field_strength`, `follow_up`,
            `series:<kind>` (cells `with`, `without`), `known:<item>` (cells `known`, `missing`).
        label: in words.
        cells: every cell of the property, those without persons too where the property has a fixed list.
        is_partition: every chosen person stands in exactly one cell. Else (index `any`) in at least one.
    """

    by: str
    label: str
    cells: tuple[Cell, ...]
    is_partition: bool


@dataclass(frozen=True, slots=True)
class Breakdown:
    """All tables that were asked for.

    Attributes:
        tables: in the order asked.
        median_follow_up_days: over those watched, from the chosen exam (index `any`: the first chosen); None where
            nobody was watched, or follow-up was not asked for.
        watched: persons that it is over.
    """

    tables: tuple[BreakdownTable, ...]
    median_follow_up_days: float | None = None
    watched: int = 0
