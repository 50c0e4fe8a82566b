"""The work of the projects room without anybody waiting: remind centers, lock ballots at their deadline.

What is due stands in the rows, and each piece is one transaction with a lock on its row, so nothing is done twice
and nothing is lost by a crash.
"""

from django.utils import timezone

from cmr_registry.accounts.policy import Principal
from cmr_registry.accounts.roles import Role
from cmr_registry.lib.scope import ALL_CENTERS, center_scope
from cmr_registry.projects.errors import ProjectStepError
from cmr_registry.projects.selectors import projects_to_lock, reminders_due
from cmr_registry.projects.services import ballot_remind, ballots_lock_due

JOB = Principal(actor="job:ballots", registry_roles=frozenset({Role.STEWARD}))


def work_once() -> bool:
    """Lock the ballots of one project whose deadline has passed, or else send one reminder.

    Returns:
        True if there was something to do.
    """
    with center_scope(ALL_CENTERS):
        return _lock_one() or _remind_one()


def _lock_one() -> bool:
    project = projects_to_lock(timezone.now()).first()
    if project is None:
        return False
    try:
        ballots_lock_due(project=project, by=JOB)
    except ProjectStepError:
        return True
    return True


def _remind_one() -> bool:
    ballot = reminders_due(timezone.now()).first()
    if ballot is None:
        return False
    ballot_remind(ballot=ballot, by=JOB)
    return True
