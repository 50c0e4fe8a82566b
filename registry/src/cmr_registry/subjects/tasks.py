"""The work of withdrawals: every room does its part, once, whatever happens to the worker."""

from cmr_registry.lib.claims import Claim, work_claimed
from cmr_registry.lib.scope import ALL_CENTERS, center_scope
from cmr_registry.subjects.models import WithdrawalTask
from cmr_registry.subjects.selectors import withdrawal_tasks_waiting, withdrawn_without_tasks
from cmr_registry.subjects.services import withdrawal_task_do, withdrawal_tasks_ensure

WORKER = "job:withdrawals"


def work_once() -> bool:
    """Let one room do its part of one withdrawal; a task that fails waits for its lease, others go first.

    Returns:
        True if there was something to do.
    """
    with center_scope(ALL_CENTERS):
        return work_claimed(withdrawal_tasks_waiting(), _do, name="task") or _ensure_one()


def _do(task: WithdrawalTask, claim: Claim) -> None:
    withdrawal_task_do(task=task, claim=claim, actor=WORKER)


def _ensure_one() -> bool:
    subject = withdrawn_without_tasks().first()
    if subject is None:
        return False
    withdrawal_tasks_ensure(subject=subject, actor=WORKER)
    return True
