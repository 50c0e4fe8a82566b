"""What requests leave in the audit trail where nothing was stored.

Storing leaves its events in `intake`, looking in `archive`; only what never reached them is recorded here.
"""

from collections import Counter
from collections.abc import Sequence

from cmr_exchange.reasons import Reason
from cmr_registry.accounts.permissions import Permission
from cmr_registry.accounts.policy import Principal, can
from cmr_registry.audit.services import audited, event_record


@audited
def refusals_record(*, principal: Principal, reasons: Sequence[Reason]) -> None:
    """Leave one event for instances that were refused while they arrived, with the number of each reason."""
    codes = Counter(reason.code for reason in reasons)
    centers = [center for center in principal.center_roles if can(principal, Permission.DELIVER, center)]
    event_record(
        actor=principal.actor,
        action="instances.store",
        outcome="denied",
        center=centers[0] if len(centers) == 1 else None,
        detail={"reasons": dict(codes)},
    )
