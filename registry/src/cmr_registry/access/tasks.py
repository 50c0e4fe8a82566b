"""The work of this room without anybody waiting: approved searches are answered, what is too old expires."""

from django.utils import timezone

from cmr_registry.access.models import SearchRequest
from cmr_registry.access.search_selectors import searches_to_execute, searches_to_expire
from cmr_registry.access.search_services import search_execute, search_expire
from cmr_registry.accounts.policy import Principal
from cmr_registry.lib.claims import Claim, work_claimed

JOB = Principal(actor="job:searches")


def work_once() -> bool:
    """Do one piece of work: answer an approved search, or else expire one that is too old.

    A search that fails stays approved; its lease spaces the attempts, and the others go first.

    Returns:
        True if there was something to do.
    """
    return work_claimed(searches_to_execute(), _execute, name="search") or _expire_one()


def _execute(search: SearchRequest, claim: Claim) -> None:
    search_execute(search=search, by=JOB, claim=claim)


def _expire_one() -> bool:
    search = searches_to_expire(timezone.now()).first()
    if search is None:
        return False
    search_expire(search=search, by=JOB)
    return True
