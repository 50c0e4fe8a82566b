"""The errors of the centers room.

CenterError
└── TransitionError    a center was to move to a state that its table does not allow
"""


class CenterError(Exception):
    """Base of the errors of this room."""


class TransitionError(CenterError):
    """The table of `centers.states` does not allow this step."""
