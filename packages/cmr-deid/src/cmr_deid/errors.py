"""The errors and refusals of de-identification.

DeidError
├── KeyFileError      the key file is not one, is damaged, or is of another version
├── RekeyError        an instance cannot become a part of a data release
└── UsageError        a command was given something it cannot work with

Refusals are no errors; they carry a `reason` of `cmr_exchange.reasons` and never a value of the file:

DeidRefusal
├── InstanceRejected  the instance is never taken
└── InstanceHeld      a person at the center can mend or decide it
"""

from cmr_exchange.reasons import Reason, reason


class DeidError(Exception):
    """Base of the errors of this package; the text never holds a value of a file or key."""


class KeyFileError(DeidError):
    """The key file cannot be used; the text says how to mend it."""


class RekeyError(DeidError):
    """An instance cannot become a part of a data release; none of its bytes is handed out."""


class UsageError(DeidError):
    """The command line asks for something that cannot be done."""


class DeidRefusal(Exception):
    """Base of the refusals.

    Attributes:
        reason: code, sentence, mender and mending of `cmr_exchange.reasons`.
    """

    def __init__(self, code: str) -> None:
        self.reason: Reason = reason(code)
        super().__init__(f"{self.reason.code}: {self.reason.sentence}")


class InstanceRejected(DeidRefusal):
    """The instance is never taken, whoever asks."""


class InstanceHeld(DeidRefusal):
    """The instance waits for a person at the center."""
