"""Reminders: 14, 7 and 2 days before, once each, and never after an answer."""

from datetime import timedelta

import pytest

from cmr_registry.accounts.models import OutgoingMail
from cmr_registry.audit.models import AuditEvent
from cmr_registry.lib.scope import ALL_CENTERS, center_scope
from cmr_registry.projects import round_services, tasks
from cmr_registry.projects.ballot_states import BallotChoice
from cmr_registry.projects.services import ballot_answer, ballot_remind, project_move
from cmr_registry.projects.states import ProjectState
from cmr_registry.projects.tests.factories import BY, OPENED, approved, ballot_at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_snapshot")]


@pytest.fixture
def opened(researcher, riverside, center_pi, clock):
    """An open ballot at Riverside, whose clock is that of Chicago."""
    riverside.time_zone = "America/Chicago"
    riverside.save()
    clock(OPENED)
    approved(researcher)
    OutgoingMail.objects.all().delete()
    return ballot_at(riverside)


def rest():
    while tasks.work_once():
        pass


def subjects():
    reminders = OutgoingMail.objects.filter(subject__contains="waits").order_by("queued_at", "pk")
    return list(reminders.values_list("subject", flat=True))


def walk(clock, ballot, days, step=timedelta(hours=6)):
    """Let the worker run every six hours for some days from the opening."""
    at = OPENED
    while at < OPENED + timedelta(days=days):
        at += step
        clock(at)
        rest()


def test_a_silent_center_is_reminded_three_times(opened, clock):
    walk(clock, opened, 32)
    assert [line.rsplit(": ", 1)[1] for line in subjects()] == ["14 days left", "7 days left", "2 days left"]
    assert AuditEvent.objects.filter(action="ballot.remind").count() == 3


def test_each_goes_out_once_however_often_the_worker_runs(opened, clock):
    clock(opened.next_reminder_at)
    for _ in range(5):
        rest()
    assert len(subjects()) == 1


def test_not_a_minute_before_its_time(opened, clock):
    clock(opened.next_reminder_at - timedelta(seconds=1))
    assert not tasks.work_once()


def test_after_an_answer_there_is_none(opened, clock, center_pi, principal_of):
    clock(opened.next_reminder_at)
    rest()
    ballot_answer(ballot=opened, choice=BallotChoice.OUT, by=principal_of(center_pi))
    walk(clock, opened, 32)
    assert subjects() == ["A ballot waits for your center's answer: 14 days left"]


def test_a_worker_that_was_away_reminds_once_and_of_the_days_that_are_left(opened, clock):
    clock(opened.deadline - timedelta(days=3))
    rest()
    assert subjects() == ["A ballot waits for your center's answer: 3 days left"]
    clock(opened.deadline - timedelta(hours=10))
    rest()
    assert len(subjects()) == 2


def test_a_crash_in_between_loses_none_and_doubles_none(opened, clock, monkeypatch):
    clock(opened.next_reminder_at)

    def killed(**kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(round_services, "event_record", killed)
        with pytest.raises(KeyboardInterrupt):
            tasks.work_once()
    assert subjects() == [], "mail and mark went back together"
    rest()
    assert len(subjects()) == 1


def test_a_project_that_is_withdrawn_reminds_nobody(opened, clock):
    project_move(project=opened.project, to=ProjectState.WITHDRAWN, by=BY)
    walk(clock, opened, 32)
    assert subjects() == []


def test_a_second_worker_finds_nothing_left_to_remind_of(opened, clock):
    clock(opened.next_reminder_at)
    with center_scope(ALL_CENTERS):
        assert ballot_remind(ballot=opened, by=BY)
        assert not ballot_remind(ballot=opened, by=BY)
    assert len(subjects()) == 1


def test_the_mail_holds_no_name_and_no_title(opened, clock):
    clock(opened.next_reminder_at)
    rest()
    mail = OutgoingMail.objects.get()
    for secret in (opened.project.title, "Riverside", "Researcher"):
        assert secret not in mail.subject + mail.body
