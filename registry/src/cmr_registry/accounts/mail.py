"""The outbox: mail is a row in the transaction of what it tells, and a job sends it (`accounts.tasks`).

So a mail is written exactly when its reason is, and sent at least once: it survives any crash in between. What a
mail may hold is a sentence on what waits and a link to the page that shows it after sign-in (house.md, Logs).
"""

import datetime

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import models
from django.urls import reverse
from django.utils import timezone

from cmr_registry.accounts.models import Account, OutgoingMail

ATTEMPTS = 8
"""After so many failures the registry gives up and shows it; the last wait before that is more than two days."""
FIRST_WAIT = datetime.timedelta(minutes=1)
WAIT_GROWS = 4
SERVER_SECONDS = 20
"""How long a mail server may take, which must be shorter than the lease of a claim."""


def mail_queue(*, to: Account, subject: str, body: str) -> None:
    """Put a mail into the outbox, in the transaction of the caller.

    Args:
        to: who gets it; the address is read when it is sent.
        subject: one line.
        body: plain text; no patient's or center's data, what waits and a link (`page_address`).
    """
    line = " ".join(subject.split())
    OutgoingMail.objects.create(to=to, subject=line, body=body.strip() + "\n", next_attempt_at=timezone.now())


def page_address(view: str, *args: object) -> str:
    """The whole address of a page, for a mail."""
    return f"{settings.BASE_URL}{reverse(view, args=args)}"


def mails_due() -> models.QuerySet[OutgoingMail]:
    """Mails whose next attempt may be made, longest waiting first."""
    waiting = OutgoingMail.objects.filter(sent_at=None, given_up_at=None)
    return waiting.filter(next_attempt_at__lte=timezone.now()).order_by("next_attempt_at", "id")


def mails_given_up() -> models.QuerySet[OutgoingMail]:
    """Mails that could not be sent, newest first, with the person who did not get them."""
    return OutgoingMail.objects.exclude(given_up_at=None).select_related("to").order_by("-given_up_at", "id")


def mail_send(mail: OutgoingMail) -> None:
    """Hand one mail to the mail server.

    A mail that was handed over just before a crash goes out again under the same Message-ID, so that the
    receiver's program shows it once.
    """
    domain = settings.DEFAULT_FROM_EMAIL.rsplit("@", 1)[-1]
    message = EmailMessage(
        subject=mail.subject,
        body=mail.body,
        to=[mail.to.email],
        headers={"Message-ID": f"<{mail.pk}@{domain}>"},
        connection=get_connection(timeout=SERVER_SECONDS),
    )
    message.send()


def wait_after(n_attempts: int) -> datetime.timedelta | None:
    """How long to wait after the n-th failure: 1, 4, 16, ... minutes; None where it was the last attempt."""
    if n_attempts >= ATTEMPTS:
        return None
    grown: int = WAIT_GROWS ** (n_attempts - 1)
    return FIRST_WAIT * grown
