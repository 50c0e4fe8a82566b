"""Mail: written with its reason, sent at least once, given up after eight attempts, and never silently lost."""

import datetime
import smtplib

import pytest
from django.core import mail as django_mail
from django.db import transaction
from django.utils import timezone

from cmr_registry.accounts import tasks
from cmr_registry.accounts.mail import ATTEMPTS, mail_queue, page_address, wait_after
from cmr_registry.accounts.models import OutgoingMail
from cmr_registry.audit.models import AuditEvent
from cmr_registry.lib.claims import claim_next

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]


@pytest.fixture
def queued(researcher):
    """A mail in the outbox."""
    mail_queue(to=researcher, subject="A decision\n waits", body="Look here.")
    return OutgoingMail.objects.get()


@pytest.fixture
def broken_server(monkeypatch):
    """A mail server that refuses everything."""

    def refuse(self, *args, **kwargs):
        raise smtplib.SMTPServerDisconnected("the text may quote an address")

    monkeypatch.setattr("django.core.mail.EmailMessage.send", refuse)


def later(mail, **changes):
    OutgoingMail.objects.filter(pk=mail.pk).update(**changes)
    mail.refresh_from_db()


def test_it_sends_once_and_rests(queued, mailoutbox):
    assert tasks.work_once()
    assert not tasks.work_once()
    (sent,) = mailoutbox
    assert (sent.to, sent.subject, sent.body) == (
        ["researcher@example.org"],
        "A decision waits",
        "Look here.\n",
    )
    queued.refresh_from_db()
    assert queued.sent_at is not None
    assert (queued.n_attempts, queued.claimed_until) == (1, None)


def test_where_its_reason_is_rolled_back_there_is_no_mail(researcher, mailoutbox):
    with transaction.atomic():
        mail_queue(to=researcher, subject="s", body="b")
        transaction.set_rollback(True)
    assert not tasks.work_once()
    assert mailoutbox == []


def test_a_sender_killed_before_sending_loses_nothing(queued, mailoutbox):
    claim_next(OutgoingMail.objects.all())
    assert not tasks.work_once(), "the lease of the dead one still runs"
    later(queued, claimed_until=timezone.now() - datetime.timedelta(seconds=1))
    assert tasks.work_once()
    assert len(mailoutbox) == 1


def test_a_sender_killed_after_sending_sends_again_under_the_same_name(queued, mailoutbox, monkeypatch):
    def killed(claim):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(tasks, "claim_confirm", killed)
        with pytest.raises(KeyboardInterrupt):
            tasks.work_once()
    queued.refresh_from_db()
    assert queued.sent_at is None, "at least once: nobody knows that it went out"
    later(queued, claimed_until=timezone.now() - datetime.timedelta(seconds=1))
    assert tasks.work_once()
    names = {message.message()["Message-ID"] for message in mailoutbox}
    assert (len(mailoutbox), len(names)) == (2, 1)


def test_who_lost_the_claim_while_sending_notes_nothing(queued, monkeypatch):
    def taken_over(mail):
        OutgoingMail.objects.filter(pk=mail.pk).update(claim_token=99)

    monkeypatch.setattr(tasks, "mail_send", taken_over)
    assert tasks.work_once()
    queued.refresh_from_db()
    assert (queued.sent_at, queued.n_attempts) == (None, 0)


def test_a_failure_waits_before_the_next_attempt(queued, broken_server, capsys):
    before = timezone.now()
    assert tasks.work_once()
    assert not tasks.work_once(), "not due yet"
    queued.refresh_from_db()
    assert queued.next_attempt_at - before >= datetime.timedelta(minutes=1)
    assert (queued.n_attempts, queued.last_error) == (1, "SMTPServerDisconnected")
    assert "quote" not in capsys.readouterr().err


def test_waits_grow_and_end():
    waits = [wait_after(n) for n in range(1, ATTEMPTS)]
    assert waits == sorted(waits)
    assert waits[-1] > datetime.timedelta(days=2)
    assert wait_after(ATTEMPTS) is None


def test_it_gives_up_and_the_stewards_desk_shows_it(queued, broken_server, client, signed_in, steward):
    for _ in range(ATTEMPTS):
        later(queued, next_attempt_at=timezone.now())
        assert tasks.work_once()
    later(queued, next_attempt_at=timezone.now())
    assert not tasks.work_once()
    assert queued.given_up_at is not None
    assert AuditEvent.objects.filter(action="mail.give_up", target=f"mail:{queued.pk}").count() == 1
    page = signed_in(client, steward).get("/steward/").content.decode()
    assert "Mail that could not be sent" in page
    assert "researcher@example.org" in page


def test_the_desk_says_nothing_where_every_mail_went_out(queued, client, signed_in, steward):
    tasks.work_once()
    assert len(django_mail.outbox) == 1
    assert "could not be sent" not in signed_in(client, steward).get("/steward/").content.decode()


def test_links_are_whole_addresses(settings):
    settings.BASE_URL = "https://registry.example.org"
    assert page_address("public:home") == "https://registry.example.org/"
