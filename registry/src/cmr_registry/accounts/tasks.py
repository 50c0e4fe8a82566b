"""The work of the accounts room without anybody waiting: send what stands in the outbox."""

from django.db import transaction
from django.utils import timezone

from cmr_registry.accounts.mail import mail_send, mails_due, wait_after
from cmr_registry.accounts.models import OutgoingMail
from cmr_registry.audit.services import audited, event_record
from cmr_registry.lib.claims import Claim, claim_confirm, work_claimed
from cmr_registry.lib.log import event

WORKER = "job:mail"


def work_once() -> bool:
    """Send one mail of the outbox, or note that it could not be sent.

    Returns:
        True if a mail was due.
    """
    return work_claimed(mails_due(), _attempt, name="mail")


def _attempt(mail: OutgoingMail, claim: Claim) -> None:
    try:
        mail_send(mail)
    except Exception as error:
        _failure_note(mail, claim, type(error).__name__)
        event("mail_failed", mail=str(mail.pk), error=type(error).__name__, n_attempts=mail.n_attempts)
        return
    with transaction.atomic():
        OutgoingMail.objects.filter(pk=mail.pk).update(sent_at=timezone.now(), n_attempts=mail.n_attempts + 1)
        claim_confirm(claim)
    event("mail_sent", mail=str(mail.pk))


@audited
def _failure_note(mail: OutgoingMail, claim: Claim, error: str) -> None:
    now = timezone.now()
    mail.n_attempts += 1
    mail.last_error = error
    wait = wait_after(mail.n_attempts)
    if wait is None:
        mail.given_up_at = now
    else:
        mail.next_attempt_at = now + wait
    mail.save(update_fields=["n_attempts", "last_error", "given_up_at", "next_attempt_at"])
    claim_confirm(claim)
    if wait is None:
        detail = {"error": error, "n_attempts": mail.n_attempts}
        event_record(actor=WORKER, action="mail.give_up", target=f"mail:{mail.pk}", detail=detail)
