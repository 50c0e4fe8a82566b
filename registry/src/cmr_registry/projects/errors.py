"""The errors of the projects room; every text is a sentence that the page shows.

ProjectError
├── ProjectStepError     the project is not in a state in which this may happen
├── BallotsOpenError     centers may still answer, so nothing can be counted or closed
├── BallotLockedError    the ballot is locked or its deadline has passed
└── BallotNotInError     a center withdraws data that it never gave
"""


class ProjectError(Exception):
    """Base of the errors of this room."""


class ProjectStepError(ProjectError):
    """The table of `projects.states` does not allow this step now."""


class BallotsOpenError(ProjectError):
    """Centers may still answer."""


class BallotLockedError(ProjectError):
    """The answer can no longer change."""


class BallotNotInError(ProjectError):
    """Only a center that is in can withdraw."""
