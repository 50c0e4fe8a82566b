"""The lock: at each center's deadline by itself, or by the steward when every center has answered."""

from datetime import timedelta

import pytest

from cmr_registry.accounts.models import OutgoingMail
from cmr_registry.audit.models import AuditEvent
from cmr_registry.centers.services import center_move
from cmr_registry.centers.states import CenterState
from cmr_registry.cohorts.query import CohortQuery
from cmr_registry.lib.scope import center_scope
from cmr_registry.projects import tasks
from cmr_registry.projects.ballot_services import standing_set
from cmr_registry.projects.ballot_states import BallotChoice, BallotState
from cmr_registry.projects.errors import BallotsOpenError, ProjectStepError
from cmr_registry.projects.models import Ballot, Project
from cmr_registry.projects.selectors import ballot_outcome, boards_of
from cmr_registry.projects.services import ballot_answer, ballots_close, ballots_lock_due
from cmr_registry.projects.states import ProjectState
from cmr_registry.projects.tests.factories import BY, OPENED, QUERY, approved, ballot_at, proposed

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite, pytest.mark.usefixtures("no_snapshot")]


@pytest.fixture
def pi(center_pi, principal_of):
    """The PI of Riverside."""
    return principal_of(center_pi)


@pytest.fixture
def delegate(delegate_lakeside, principal_of):
    """The ballot delegate of Lakeside."""
    return principal_of(delegate_lakeside)


def board(project):
    return boards_of([project])[project.pk]


def test_while_a_center_has_time_and_no_answer_nothing_is_closed(researcher, riverside, lakeside, pi):
    project = approved(researcher)
    ballot_answer(ballot=ballot_at(riverside), choice=BallotChoice.IN, by=pi)
    with pytest.raises(BallotsOpenError, match="1 center has not answered"):
        ballots_close(project=project, by=BY)
    with pytest.raises(BallotsOpenError):
        ballot_outcome(project)
    now = board(project)
    assert (now.n, now.n_answered, now.n_in, now.n_without_images) == (2, 1, None, None)


def test_when_every_center_answered_the_steward_locks_the_round(
    researcher, riverside, lakeside, pi, delegate
):
    project = approved(researcher)
    ballot_answer(ballot=ballot_at(riverside), choice=BallotChoice.IN, by=pi)
    ballot_answer(ballot=ballot_at(lakeside), choice=BallotChoice.WITHOUT_IMAGES, by=delegate)
    project = ballots_close(project=project, by=BY)
    outcome = ballot_outcome(project)
    assert (outcome.in_full, outcome.without_images, outcome.out) == ({riverside.pk}, {lakeside.pk}, set())
    assert (project.state, project.outcome_digest) == (ProjectState.AGREEMENTS, outcome.digest)
    now = board(project)
    assert (now.n_in, now.n_without_images) == (2, 1)
    assert OutgoingMail.objects.filter(to=researcher).count() == 1
    event = AuditEvent.objects.get(action="ballots.close")
    assert event.detail == {"n_ballots": 2, "outcome": outcome.digest}
    with pytest.raises(ProjectStepError, match="No ballots run"):
        ballots_close(project=project, by=BY)


def test_a_standing_answer_counts_as_an_answer(researcher, riverside, pi):
    standing_set(center=riverside, choice=BallotChoice.IN, by=pi)
    project = ballots_close(project=approved(researcher), by=BY)
    assert ballot_outcome(project).in_full == {riverside.pk}


def test_each_center_is_locked_at_its_own_midnight_and_silence_is_out(
    researcher, riverside, lakeside, pi, clock
):
    for center, zone in ((riverside, "Pacific/Honolulu"), (lakeside, "Europe/Berlin")):
        center.time_zone = zone
        center.save()
    clock(OPENED)
    project = approved(researcher)
    ballot_answer(ballot=ballot_at(riverside), choice=BallotChoice.IN, by=pi)
    early, late = ballot_at(lakeside).deadline, ballot_at(riverside).deadline
    assert early < late
    clock(early)
    while tasks.work_once():
        assert ballot_at(lakeside).state == BallotState.PENDING, "reminders only"
    clock(early + timedelta(seconds=1))
    assert tasks.work_once()
    assert ballot_at(lakeside).state == BallotState.LOCKED
    assert ballot_at(riverside).state == BallotState.ANSWERED, "its evening has not ended"
    assert not tasks.work_once()
    clock(late + timedelta(seconds=1))
    assert tasks.work_once()
    assert not tasks.work_once()
    project = Project.objects.get(pk=project.pk)
    outcome = ballot_outcome(project)
    assert (outcome.in_full, outcome.out) == ({riverside.pk}, {lakeside.pk})
    assert project.state == ProjectState.AGREEMENTS
    events = AuditEvent.objects.filter(action="ballots.lock").order_by("sequence")
    assert [(event.detail["n_ballots"], event.detail["is_over"]) for event in events] == [
        (1, False),
        (1, True),
    ]


def test_after_the_deadline_the_steward_may_close_though_the_job_has_not_run(researcher, riverside, clock):
    clock(OPENED)
    project = approved(researcher)
    clock(OPENED + timedelta(days=40))
    assert ballot_outcome(ballots_close(project=project, by=BY)).out == {riverside.pk}


def test_where_no_ballots_run_nothing_is_locked(researcher, riverside):
    with pytest.raises(ProjectStepError):
        ballots_lock_due(project=proposed(researcher), by=BY)


def test_the_job_goes_on_where_somebody_closed_meanwhile(researcher, riverside, clock, monkeypatch):
    clock(OPENED)
    project = approved(researcher)
    clock(OPENED + timedelta(days=40))
    ballots_close(project=project, by=BY)
    monkeypatch.setattr(tasks, "projects_to_lock", lambda now: Project.objects.filter(pk=project.pk))
    assert tasks.work_once()


def test_the_digest_names_centers_and_choices_and_nothing_else(researcher, riverside, lakeside, pi, delegate):
    digests = []
    for reason, choice in (("a", BallotChoice.IN), ("b", BallotChoice.IN), ("a", BallotChoice.OUT)):
        project = approved(researcher)
        ballot_answer(ballot=ballot_at(riverside, project), choice=choice, by=pi, reason=reason)
        ballot_answer(ballot=ballot_at(lakeside, project), choice=BallotChoice.OUT, by=delegate)
        digests.append(ballots_close(project=project, by=BY).outcome_digest)
    assert digests[0] == digests[1] != digests[2]


def test_a_center_that_left_the_registry_is_out(researcher, riverside, lakeside, pi, delegate):
    project = approved(researcher)
    for center, by in ((riverside, pi), (lakeside, delegate)):
        ballot_answer(ballot=ballot_at(center), choice=BallotChoice.IN, by=by)
    ballots_close(project=project, by=BY)
    center_move(center=riverside, to=CenterState.WITHDRAWN, by=BY)
    assert ballot_outcome(project).in_full == {lakeside.pk}
    assert board(project).n_in == 1


def test_the_outcome_is_the_same_in_whatever_scope_it_is_asked(researcher, riverside, lakeside, pi, delegate):
    project = approved(researcher)
    for center, by in ((riverside, pi), (lakeside, delegate)):
        ballot_answer(ballot=ballot_at(center), choice=BallotChoice.IN, by=by)
    ballots_close(project=project, by=BY)
    with center_scope(set()):
        assert len(ballot_outcome(project).in_full) == 2
        assert not Ballot.objects.exists(), "a query of one's own still finds nothing"


def test_a_projects_question_is_the_one_of_its_certificate(researcher):
    assert proposed(researcher).query_digest == CohortQuery.from_document(QUERY).digest()
