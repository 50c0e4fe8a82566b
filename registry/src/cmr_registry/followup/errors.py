"""The refusals of the followup room.

FollowUpRejected   a document or withdrawal is not taken; carries a `reason` of cmr_exchange.reasons
"""

from cmr_exchange.reasons import Reason


class FollowUpRejected(Exception):
    """A document is not taken.

    Attributes:
        reason: code, sentence, mender and mending.
        stored_version: newest version that the registry holds, where that is what stands in the way.
    """

    def __init__(self, reason: Reason, stored_version: int | None = None) -> None:
        self.reason, self.stored_version = reason, stored_version
        super().__init__(f"{reason.sentence} {reason.how}")
