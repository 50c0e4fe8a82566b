"""The errors of the cohorts room.

CohortsError
├── QueryError             a question cannot be read or asked; the sentence may be shown to who asks
├── NoSnapshotError        there is no snapshot to ask yet
└── SnapshotDamagedError   a stored table is not what its hash says
"""


class CohortsError(Exception):
    """Base of the errors of this room."""


class QueryError(CohortsError):
    """A question is not one of the cohort language.

    Attributes:
        sentence: for the person who asks.
        where: place in the document, such as `steps[0].where.all[1].value`; empty for the whole.
    """

    def __init__(self, sentence: str, where: str = "") -> None:
        super().__init__(f"{where}: {sentence}" if where else sentence)
        self.sentence = sentence
        self.where = where


class NoSnapshotError(CohortsError):
    """No snapshot is ready."""


class SnapshotDamagedError(CohortsError):
    """The bytes of a table are not those that were frozen."""
