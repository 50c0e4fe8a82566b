"""The errors of the exams room.

ExamError
├── SubjectMismatchError   the exam is already stored under another subject
└── SupersededError        a newer version of the exam is already stored
"""


class ExamError(Exception):
    """Base of the errors of this room; the text never holds a value or a pseudonym."""


class SubjectMismatchError(ExamError):
    """The exam is already stored under another subject; a person decides."""


class SupersededError(ExamError):
    """A newer version of the exam is already stored."""
