"""Refusals of the accounts room.

Rejected
├── SignInNeededRejected    nobody asks, and the door is not public
└── NotAllowedRejected      somebody asks who holds the permission nowhere
"""


class Rejected(Exception):
    """Base of the refusals; its text is the sentence that the page shows."""


class SignInNeededRejected(Rejected):
    """The caller must sign in or present a key."""


class NotAllowedRejected(Rejected):
    """The caller is known and may not use this door anywhere."""
