"""The refusals of the quality room.

QueryRejected       a data query cannot be asked, answered or closed; carries a `reason` of cmr_exchange.reasons
QueryTextRejected   a text cannot be kept; its sentence says why and never repeats the text
"""

from cmr_exchange.reasons import Reason


class QueryRejected(Exception):
    """A step of a data query is not taken.

    Attributes:
        reason: code, sentence, mender and mending.
    """

    def __init__(self, reason: Reason) -> None:
        self.reason = reason
        super().__init__(f"{reason.sentence} {reason.how}")


class QueryTextRejected(Exception):
    """A text, an item or a choice that cannot be kept; the message is a sentence for the person who typed it."""
