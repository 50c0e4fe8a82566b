"""The work of the intake room without anybody waiting: accept what is complete, close what went quiet, take tables in.

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
from cmr_registry.intake.models import Delivery
from cmr_registry.intake.selectors import deliveries_gone_quiet, deliveries_to_accept
from cmr_registry.intake.services import delivery_close
from cmr_registry.intake.table_selectors import tables_at_work
from cmr_registry.intake.table_services import table_chunk_work
from cmr_registry.lib.claims import Claim, work_claimed
from cmr_registry.lib.scope import ALL_CENTERS, center_scope

JOB = Principal(actor=WORKER, registry_roles=frozenset({Role.STEWARD}))


def work_once() -> bool:
    """Do one piece of work: accept a complete delivery, or else close one that went quiet; and a chunk of a table.

    A delivery whose acceptance fails stays complete; its lease spaces the attempts, and the others go first.

    Returns:
        True if there was something to do.
    """
    with center_scope(ALL_CENTERS):
        did = work_claimed(deliveries_to_accept(), _accept, name="delivery") or _close_one()
        return work_claimed(tables_at_work(), table_chunk_work, name="table") or did


def _accept(delivery: Delivery, claim: Claim) -> None:
    delivery_accept(delivery=delivery, claim=claim)


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
