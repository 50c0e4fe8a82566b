"""The work of withdrawals: every room does its part, once, whatever happens to the worker."""

from cmr_registry.lib.claims import ClaimLostError, claim_next
from cmr_registry.lib.log import event
from cmr_registry.lib.scope import ALL_CENTERS, center_scope
from cmr_registry.subjects.selectors import withdrawal_tasks_waiting, withdrawn_without_tasks
from cmr_registry.subjects.services import withdrawal_task_do, withdrawal_tasks_ensure

WORKER = "job:withdrawals"


def work_once() -> bool:
    """Let one room do its part of one withdrawal; a task that fails waits for its lease, others go first.

    Returns:
        True if there was something to do.
    """
    with center_scope(ALL_CENTERS):
        return _do_one() or _ensure_one()


def _do_one() -> bool:
    claimed = claim_next(withdrawal_tasks_waiting())
    if claimed is None:
        return False
    task, claim = claimed
    try:
        withdrawal_task_do(task=task, claim=claim, actor=WORKER)
    except ClaimLostError:
        event("claim_lost", task=str(task.pk))
    except Exception as error:
        event("work_failed", task=str(task.pk), error=type(error).__name__)
    return True


def _ensure_one() -> bool:
    subject = withdrawn_without_tasks().first()
    if subject is None:
        return False
    withdrawal_tasks_ensure(subject=subject, actor=WORKER)
    return True
