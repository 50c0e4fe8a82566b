"""The work of the intake room without anybody waiting: accept what is complete, close what went quiet.

Truth lives in the states: whatever a state says is unfinished and nobody has claimed is found here again, after
any crash, by any worker.
"""

import datetime

from django.conf import settings
from django.utils import timezone

from cmr_registry.accounts.policy import Principal
from cmr_registry.accounts.roles import Role
from cmr_registry.intake.acceptance import WORKER, delivery_accept
from cmr_registry.intake.errors import DeliveryUnclosableError
from cmr_registry.intake.selectors import deliveries_gone_quiet, deliveries_to_accept
from cmr_registry.intake.services import delivery_close
from cmr_registry.lib.claims import ClaimLostError, claim_next
from cmr_registry.lib.log import event
from cmr_registry.lib.scope import ALL_CENTERS, center_scope

JOB = Principal(actor=WORKER, registry_roles=frozenset({Role.STEWARD}))


def work_once() -> bool:
    """Do one piece of work: accept a complete delivery, or else close one that went quiet.

    A delivery whose acceptance fails stays complete; its lease spaces the attempts, and the others go first.

    Returns:
        True if there was something to do.
    """
    with center_scope(ALL_CENTERS):
        return _accept_one() or _close_one()


def _accept_one() -> bool:
    claimed = claim_next(deliveries_to_accept())
    if claimed is None:
        return False
    delivery, claim = claimed
    try:
        delivery_accept(delivery=delivery, claim=claim)
    except ClaimLostError:
        event("claim_lost", delivery=str(delivery.pk))
    except Exception as error:
        event("work_failed", delivery=str(delivery.pk), error=type(error).__name__)
    return True


def _close_one() -> bool:
    before = timezone.now() - datetime.timedelta(seconds=settings.QUIET_SECONDS)
    delivery = deliveries_gone_quiet(before).first()
    if delivery is None:
        return False
    try:
        delivery_close(delivery=delivery, by=JOB)
    except DeliveryUnclosableError:
        return True
    return True
