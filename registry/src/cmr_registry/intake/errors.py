"""The errors and refusals of the intake room.

IntakeError
├── DeliveryAbsentError      no such delivery in the caller's scope; answered as 404
├── DeliveryUnclosableError  a delivery that has a manifest, or is closed already
├── DeliveryIncompleteError  a complete delivery misses an instance: something was lost, nothing is accepted
├── ConflictDecidedError     a conflict that is decided, or cannot be decided so
└── TableStepError           a table that cannot be accepted or let go any more

DeliveryRejected             a delivery is not opened; carries a `reason` of cmr_exchange.reasons
TableHoldsRejected           a table that may hold a name, a date or a local number; nothing of it is stored
"""

from typing import Any

from cmr_exchange.reasons import Reason


class IntakeError(Exception):
    """Base of the errors of this room; the text never holds a value."""


class DeliveryAbsentError(IntakeError):
    """No such delivery where the caller may look."""


class DeliveryUnclosableError(IntakeError):
    """This delivery cannot be closed by hand; the text says why."""


class DeliveryIncompleteError(IntakeError):
    """An instance that was stored cannot be found; nothing is accepted and no receipt is given."""


class ConflictDecidedError(IntakeError):
    """This conflict is decided already, or cannot be decided so; the text says which."""


class DeliveryRejected(Exception):
    """A delivery is not opened.

    Attributes:
        reason: code, sentence, mender and mending.
    """

    def __init__(self, reason: Reason) -> None:
        self.reason = reason
        super().__init__(f"{reason.sentence} {reason.how}")


class TableStepError(IntakeError):
    """This import cannot be accepted or let go; the text says why."""


class TableHoldsRejected(Exception):
    """A table may hold a name, a date or a local number, or is no table of the registry's form.

    Attributes:
        findings: why, each a `table_screening.TableFinding`; at most 50 of them.
        n: how many there are.
    """

    def __init__(self, findings: tuple[Any, ...], n: int) -> None:
        self.findings = findings
        self.n = n
        super().__init__("The table cannot be taken.")
