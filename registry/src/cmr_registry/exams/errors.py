"""The errors of the exams room.

ExamError
├── CaseReportRejected     values that a person entered cannot be taken; nothing was stored
├── ReferenceRejected      a reference of mapping cannot be kept or ended as it was stated
├── SubjectMismatchError   the exam is already stored under another subject
└── SupersededError        a newer version of the exam is already stored
"""

from collections.abc import Mapping


class ExamError(Exception):
    """Base of the errors of this room; the text never holds a value or a pseudonym."""


class SubjectMismatchError(ExamError):
    """The exam is already stored under another subject; a person decides."""


class SupersededError(ExamError):
    """A newer version of the exam is already stored."""


class ReferenceRejected(ExamError):
    """A reference of mapping cannot be kept or ended as it was stated; the text says why."""


class CaseReportRejected(ExamError):
    """Values that a person entered cannot be taken; nothing was stored.

    Attributes:
        problems: dictionary item -> sentence; the empty name stands for the whole form. No sentence holds a value.
    """

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("Some values cannot be taken.")
        self.problems = dict(problems)
