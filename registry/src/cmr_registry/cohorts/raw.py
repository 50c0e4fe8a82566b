"""What the engine counted, before anything may be shown: persons, never rows. Never leaves the room as it is.

A `mark` is the fingerprint of a set of persons (`differencing.mark_of`): equal sets have equal marks, however the
question was worded. `is_near` says that the set differs by few persons from one that who asks was told about.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RawStep:
    """Who is left after one step of the flow; the first step is everybody in the snapshot.

    Attributes:
        label: the step in words.
        persons: how many persons.
        exams: their exams that are left; at least `persons`, and no person gains exams later.
        mark: fingerprint of the persons.
        is_near: too close to a set that was shown before.
    """

    label: str
    persons: int
    exams: int
    mark: bytes
    is_near: bool = False


@dataclass(frozen=True, slots=True)
class RawCell:
    """One cell of a table: persons of the total with one answer.

    Attributes:
        code: the answer; of no importance here.
        label: the answer in words.
        persons: how many persons.
        mark: fingerprint of the persons.
        is_unknown: the cell of those of whom the item is not known.
        is_near: too close to a set that was shown before.
    """

    code: str
    label: str
    persons: int
    mark: bytes
    is_unknown: bool = False
    is_near: bool = False


@dataclass(frozen=True, slots=True)
class RawTable:
    """The total by the answers of one item.

    Attributes:
        name: of the item.
        title: the item in words.
        cells: the answers; at most one of them is unknown.
        is_partition: each person stands in exactly one cell. Otherwise (several answers, several exams) a person of
            whom the item is known stands in at least one.
    """

    name: str
    title: str
    cells: tuple[RawCell, ...]
    is_partition: bool = True


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """Everything that was counted for one question.

    Attributes:
        steps: at least one; the last one is the total of every table.
        tables: breakdowns of the total, each item once.
        median_follow_up_days: of the persons who were watched, None where nobody was or nobody asked.
        n_watched: how many persons that are.
    """

    steps: tuple[RawStep, ...]
    tables: tuple[RawTable, ...] = ()
    median_follow_up_days: int | None = None
    n_watched: int = 0
