"""Opening: every active center gets one ballot, its deadline, its own count, and a mail."""

import datetime
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cmr_registry.accounts import tasks as mail_tasks
from cmr_registry.accounts.models import OutgoingMail
from cmr_registry.accounts.roles import Role
from cmr_registry.centers.services import center_create, membership_add, membership_end
from cmr_registry.centers.states import CenterState
from cmr_registry.projects.ballot_services import standing_set
from cmr_registry.projects.ballot_states import BallotChoice, BallotState
from cmr_registry.projects.models import Ballot
from cmr_registry.projects.services import project_approve
from cmr_registry.projects.tests.factories import BY, OPENED, SNAPSHOT, approved, ballot_at, proposed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("all_centers")]

A, B, C = (uuid.UUID(int=n) for n in (1, 2, 3))


def test_every_active_center_gets_one_ballot_with_its_own_count(researcher, riverside, lakeside, selected):
    center_create(code="hilltop", name="Hilltop", city="Hilltop", country="US", by=BY)
    selected([(riverside.pk, A, A), (riverside.pk, A, B), (lakeside.pk, C, C)])
    approved(researcher)
    found = {ballot.center.code: (ballot.n_subjects, ballot.n_exams) for ballot in Ballot.objects.all()}
    assert found == {"riverside": (1, 2), "lakeside": (1, 1)}


def test_the_digest_names_the_snapshot_and_the_centers_exams(researcher, riverside, lakeside, selected):
    selected([(riverside.pk, A, A)])
    approved(researcher)
    selected([(riverside.pk, A, A), (lakeside.pk, B, B)])
    again = approved(researcher)
    first, second = Ballot.objects.filter(center=riverside).order_by("opened_at")
    assert first.snapshot == SNAPSHOT
    assert first.selection_digest == second.selection_digest, "nothing of Riverside changed"
    digests = {row.selection_digest for row in Ballot.objects.filter(project=again)}
    assert len(digests) == 2


def test_a_center_without_an_eligible_exam_is_asked_all_the_same(researcher, riverside, selected):
    selected([])
    approved(researcher)
    assert ballot_at(riverside).n_exams == 0


@pytest.mark.usefixtures("no_snapshot")
def test_without_a_snapshot_nothing_is_counted(researcher, riverside):
    approved(researcher)
    ballot = ballot_at(riverside)
    assert (ballot.n_exams, ballot.n_subjects, ballot.snapshot) == (None, None, None)


@pytest.mark.usefixtures("no_snapshot")
def test_each_center_has_until_23_59_on_its_own_clock(researcher, riverside, lakeside, clock):
    for center, zone in ((riverside, "America/Los_Angeles"), (lakeside, "Europe/Berlin")):
        center.time_zone = zone
        center.save()
    clock(OPENED)
    assert approved(researcher).approved_at == OPENED
    assert ballot_at(lakeside).deadline == datetime.datetime(2025, 4, 2, 21, 59, 59, tzinfo=datetime.UTC)
    assert ballot_at(riverside).deadline == datetime.datetime(2025, 4, 3, 6, 59, 59, tzinfo=datetime.UTC)


@pytest.mark.usefixtures("no_snapshot")
def test_pi_and_delegate_of_each_center_get_a_mail_and_nobody_else(
    researcher, riverside, center_pi, coordinator_riverside, trainee, delegate_lakeside, steward, person
):
    gone = person("gone-pi", riverside, Role.CENTER_PI)
    membership_end(membership=gone.center_memberships.get(), by=BY)
    project = approved(researcher)
    mails = {mail.to.email: mail for mail in OutgoingMail.objects.select_related("to")}
    assert set(mails) == {center_pi.email, delegate_lakeside.email}
    body = mails[center_pi.email].body
    assert f"/centers/ballots/{ballot_at(riverside).pk}/" in body
    assert "Without an answer no data of your center are used." in body
    for secret in (project.title, researcher.display_name, "Riverside", str(project.pk)):
        assert secret not in body + mails[center_pi.email].subject


@pytest.mark.usefixtures("no_snapshot")
def test_a_person_with_two_roles_gets_one_mail(researcher, riverside, center_pi):
    membership_add(center=riverside, account=center_pi, role=Role.BALLOT_DELEGATE, by=BY)
    approved(researcher)
    assert OutgoingMail.objects.count() == 1


@pytest.mark.usefixtures("no_snapshot")
def test_the_mail_goes_out(researcher, riverside, center_pi, mailoutbox):
    approved(researcher)
    while mail_tasks.work_once():
        pass
    (sent,) = mailoutbox
    assert sent.to == [center_pi.email]
    assert sent.subject == "A ballot is open for your center"


@pytest.mark.usefixtures("no_snapshot")
def test_a_standing_instruction_answers_visibly_and_the_mail_says_so(
    researcher, riverside, center_pi, lakeside, principal_of
):
    standing_set(center=riverside, choice=BallotChoice.WITHOUT_IMAGES, by=principal_of(center_pi))
    approved(researcher)
    ballot = ballot_at(riverside)
    assert (ballot.state, ballot.choice, ballot.is_standing, ballot.next_reminder_at) == (
        BallotState.ANSWERED,
        BallotChoice.WITHOUT_IMAGES,
        True,
        None,
    )
    assert "standing instruction has answered" in OutgoingMail.objects.get().body
    other = ballot_at(lakeside)
    assert (other.state, other.choice) == (BallotState.PENDING, "")


@pytest.mark.usefixtures("no_snapshot")
def test_opening_asks_the_database_no_question_per_center(researcher, riverside, lakeside):
    project = proposed(researcher)
    with CaptureQueriesContext(connection) as two:
        project_approve(project=project, by=BY)
    for n in range(5):
        center_create(code=f"c{n}", name=f"C{n}", city="C", country="US", by=BY, state=CenterState.ACTIVE)
    project = proposed(researcher)
    with CaptureQueriesContext(connection) as seven:
        project_approve(project=project, by=BY)
    assert len(two) == len(seven)
    assert Ballot.objects.filter(project=project).count() == 7
