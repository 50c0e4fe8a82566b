"""The work of this room without anybody waiting: approved searches are answered, what is too old expires."""

from django.utils import timezone

from cmr_registry.access.search_selectors import searches_to_execute, searches_to_expire
from cmr_registry.access.search_services import search_execute, search_expire
from cmr_registry.accounts.policy import Principal
from cmr_registry.lib.claims import ClaimLostError, claim_next
from cmr_registry.lib.log import event

JOB = Principal(actor="job:searches")


def work_once() -> bool:
    """Do one piece of work: answer an approved search, or else expire one that is too old.

    A search that fails stays approved; its lease spaces the attempts, and the others go first.

    Returns:
        True if there was something to do.
    """
    return _execute_one() or _expire_one()


def _execute_one() -> bool:
    claimed = claim_next(searches_to_execute())
    if claimed is None:
        return False
    search, claim = claimed
    try:
        search_execute(search=search, by=JOB, claim=claim)
    except ClaimLostError:
        event("claim_lost", search=str(search.pk))
    except Exception as error:
        event("work_failed", search=str(search.pk), error=type(error).__name__)
    return True


def _expire_one() -> bool:
    search = searches_to_expire(timezone.now()).first()
    if search is None:
        return False
    search_expire(search=search, by=JOB)
    return True
