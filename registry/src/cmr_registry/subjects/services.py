"""Every write of the subjects room."""

from django.utils import timezone

from cmr_exchange.withdrawal import WithdrawalScope
from cmr_registry.accounts.errors import NotAllowedRejected
from cmr_registry.accounts.permissions import Permission
from cmr_registry.accounts.policy import Principal, can
from cmr_registry.audit.services import audited, denial_record, event_record
from cmr_registry.centers.models import Center
from cmr_registry.lib.claims import Claim, claim_confirm
from cmr_registry.lib.scope import center_scope
from cmr_registry.subjects.models import Subject, WithdrawalTask
from cmr_registry.subjects.withdrawal import handler_of, handlers


@audited
def subject_ensure(*, center: Center, pseudonym: str, actor: str) -> Subject:
    """The subject with this pseudonym at this center, entered now if it is new.

    Args:
        center: whose pseudonym it is; the same text at another center is another person.
        pseudonym: 16 base-32 characters and a check character, already checked.
        actor: `Principal.actor` of who enters it.
    """
    subject, made = Subject.everything.get_or_create(center=center, pseudonym=pseudonym)
    if made:
        event_record(actor=actor, action="subject.ensure", center=center.pk, target=f"subject:{subject.pk}")
    return subject


def subject_withdraw(*, subject: Subject, by: Principal, scope: str = "subject") -> Subject:
    """A subject withdraws: from now on nothing of it is seen, counted, selected or taken; twice changes nothing.

    What every room must do besides is written as one task per room, which the worker does (R40, F11).

    Args:
        subject: of any center at which the caller may record a withdrawal.
        by: who records it.
        scope: a `WithdrawalScope`; there is one.

    Raises:
        NotAllowedRejected: the caller may not record withdrawals at the subject's center.
        ValueError: another scope.
    """
    wanted = WithdrawalScope(scope)
    if not can(by, Permission.WITHDRAW_SUBJECTS, subject.center_id):
        denial_record(actor=by.actor, action="subject.withdraw", center=subject.center_id)
        raise NotAllowedRejected("Your roles do not let you record a withdrawal at this center.")
    return _subject_withdraw(subject, by, wanted)


@audited
def _subject_withdraw(subject: Subject, by: Principal, scope: WithdrawalScope) -> Subject:
    with center_scope({subject.center_id}):
        row = Subject.everything.select_for_update().get(pk=subject.pk)
        if row.withdrawn_at is not None:
            return row
        row.withdrawn_at = timezone.now()
        row.save(update_fields=["withdrawn_at"])
        for room in handlers():
            WithdrawalTask.objects.get_or_create(center_id=row.center_id, subject=row, room=room)
    event_record(
        actor=by.actor,
        action="subject.withdraw",
        center=row.center_id,
        target=f"subject:{row.pk}",
        detail={"scope": scope.value},
    )
    return row


@audited
def withdrawal_task_do(*, task: WithdrawalTask, claim: Claim, actor: str) -> None:
    """Let one room do what a withdrawal asks of it.

    Raises:
        ClaimLostError: another worker does it; nothing changes.
    """
    handler_of(task.room)(Subject.everything.get(pk=task.subject_id))
    task.done_at = timezone.now()
    task.save(update_fields=["done_at"])
    event_record(
        actor=actor,
        action="withdrawal_task.do",
        center=task.center_id,
        target=f"subject:{task.subject_id}",
        detail={"room": task.room},
    )
    claim_confirm(claim)


@audited
def withdrawal_tasks_ensure(*, subject: Subject, actor: str) -> int:
    """Write the tasks of rooms that had no handler yet when the subject withdrew; returns how many were missing."""
    made = [
        WithdrawalTask.objects.get_or_create(center_id=subject.center_id, subject=subject, room=room)[1]
        for room in handlers()
    ]
    event_record(
        actor=actor,
        action="withdrawal_task.ensure",
        center=subject.center_id,
        target=f"subject:{subject.pk}",
        detail={"n": sum(made)},
    )
    return sum(made)
