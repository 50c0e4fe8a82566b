"""The errors and refusals of the access room.

AccessError                  it cannot be done as asked; the text is a sentence for the page
├── NotNowError              the state, or something that lacks, forbids it
│   ├── PolicyNotAcceptedError   the current Data Access Policy has not been accepted
│   └── IncompleteError      the application lacks something; `lacks` says what
└── NotYoursError            the person may not do it here, though the role would allow it
ConflictedRejected           a conflict of interest keeps a member of the committee out
"""

from collections.abc import Sequence

from cmr_registry.access.completeness import Lack


class AccessError(Exception):
    """It cannot be done as asked."""


class NotNowError(AccessError):
    """The state, or something that lacks, forbids it."""


class PolicyNotAcceptedError(NotNowError):
    """The current Data Access Policy has not been accepted by the requester."""


class IncompleteError(NotNowError):
    """The application lacks something.

    Attributes:
        lacks: what, in the order of the form.
    """

    def __init__(self, lacks: Sequence[Lack]) -> None:
        self.lacks = tuple(lacks)
        super().__init__(f"The application lacks {len(self.lacks)} answers.")


class NotYoursError(AccessError):
    """The person may not do it here, though the role would allow it."""


class ConflictedRejected(Exception):
    """A conflict of interest keeps a member of the committee out; its text says which."""
