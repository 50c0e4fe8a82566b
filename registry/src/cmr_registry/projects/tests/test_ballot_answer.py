"""Answering: who may, until when, and what remains of it."""

from datetime import timedelta

import pytest

from cmr_registry.accounts.errors import NotAllowedRejected
from cmr_registry.accounts.models import OutgoingMail
from cmr_registry.accounts.roles import Role
from cmr_registry.audit.models import AuditEvent
from cmr_registry.lib.scope import ALL_CENTERS, center_scope
from cmr_registry.projects.ballot_services import ballot_withdraw, standing_revoke, standing_set
from cmr_registry.projects.ballot_states import BallotChoice, BallotState
from cmr_registry.projects.errors import BallotLockedError, BallotNotInError
from cmr_registry.projects.models import StandingInstruction
from cmr_registry.projects.selectors import ballot_outcome
from cmr_registry.projects.services import ballot_answer, ballots_close
from cmr_registry.projects.tests.factories import BY, OPENED, approved, ballot_at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_snapshot")]


@pytest.fixture
def pi(center_pi, principal_of):
    """The PI of Riverside."""
    return principal_of(center_pi)


@pytest.fixture
def delegate(delegate_lakeside, principal_of):
    """The ballot delegate of Lakeside."""
    return principal_of(delegate_lakeside)


def test_the_pi_answers_and_changes_the_answer(researcher, riverside, center_pi, pi):
    approved(researcher)
    ballot_answer(
        ballot=ballot_at(riverside), choice=BallotChoice.IN, by=pi, reason=" fine ", wants_coauthorship=True
    )
    first = ballot_at(riverside)
    assert (first.state, first.choice, first.reason, first.wants_coauthorship, first.answered_by_id) == (
        BallotState.ANSWERED,
        BallotChoice.IN,
        "fine",
        True,
        center_pi.pk,
    )
    assert first.next_reminder_at is None
    ballot_answer(ballot=first, choice=BallotChoice.OUT, by=pi, wants_coauthorship=True)
    second = ballot_at(riverside)
    assert (second.choice, second.wants_coauthorship) == (BallotChoice.OUT, None), "nothing to sign for"
    events = AuditEvent.objects.filter(chain=str(riverside.pk), action="ballot.answer").order_by("sequence")
    assert [(event.detail["before"], event.detail["choice"]) for event in events] == [
        ("", "in"),
        ("in", "out"),
    ]


@pytest.mark.parametrize(
    "who", ["coordinator_riverside", "trainee", "coordinator_lakeside", "delegate_lakeside", "steward"]
)
def test_nobody_but_pi_and_delegate_of_that_center_may_answer(
    researcher, riverside, request, principal_of, who
):
    by = principal_of(request.getfixturevalue(who))
    approved(researcher)
    with pytest.raises(NotAllowedRejected):
        ballot_answer(ballot=ballot_at(riverside), choice=BallotChoice.IN, by=by)
    assert ballot_at(riverside).state == BallotState.PENDING
    denied = AuditEvent.objects.get(action="ballot.answer")
    assert (denied.outcome, denied.chain) == ("denied", str(riverside.pk))


def test_the_last_second_on_the_centers_clock_counts_and_the_next_does_not(researcher, riverside, pi, clock):
    riverside.time_zone = "America/New_York"
    riverside.save()
    clock(OPENED)
    approved(researcher)
    ballot = ballot_at(riverside)
    clock(ballot.deadline)
    assert ballot_answer(ballot=ballot, choice=BallotChoice.IN, by=pi).choice == BallotChoice.IN
    clock(ballot.deadline + timedelta(seconds=1))
    with pytest.raises(BallotLockedError):
        ballot_answer(ballot=ballot, choice=BallotChoice.OUT, by=pi)
    assert ballot_at(riverside).choice == BallotChoice.IN


def test_a_standing_instruction_answers_open_ballots_that_nobody_answered(
    researcher, riverside, lakeside, pi
):
    waiting, answered = approved(researcher), approved(researcher)
    ballot_answer(ballot=ballot_at(riverside, answered), choice=BallotChoice.OUT, by=pi)
    standing_set(center=riverside, choice=BallotChoice.IN, by=pi)
    follows, own = ballot_at(riverside, waiting), ballot_at(riverside, answered)
    assert (follows.choice, follows.is_standing) == (BallotChoice.IN, True)
    assert (own.choice, own.is_standing) == (BallotChoice.OUT, False)
    assert ballot_at(lakeside, waiting).state == BallotState.PENDING, "of another center"


def test_it_is_replaced_and_the_history_stays(researcher, riverside, pi):
    approved(researcher)
    standing_set(center=riverside, choice=BallotChoice.IN, by=pi)
    standing_set(center=riverside, choice=BallotChoice.OUT, by=pi)
    assert ballot_at(riverside).choice == BallotChoice.OUT
    with center_scope(ALL_CENTERS):
        assert StandingInstruction.objects.count() == 2
    events = AuditEvent.objects.filter(action="standing.set").order_by("sequence")
    assert [event.detail for event in events] == [
        {"choice": "in", "n_ballots": 1},
        {"choice": "out", "n_ballots": 1},
    ]


def test_revoked_it_lets_open_ballots_wait_again_with_their_reminders(researcher, riverside, pi, clock):
    clock(OPENED)
    standing_set(center=riverside, choice=BallotChoice.IN, by=pi)
    approved(researcher)
    standing_revoke(center=riverside, by=pi)
    ballot = ballot_at(riverside)
    assert (ballot.state, ballot.choice, ballot.is_standing) == (BallotState.PENDING, "", False)
    assert ballot.next_reminder_at is not None
    standing_revoke(center=riverside, by=pi)
    assert AuditEvent.objects.filter(action="standing.revoke").count() == 1, "the second changed nothing"


def test_an_answer_in_person_counts_over_the_standing_one_and_outlives_it(researcher, riverside, pi):
    standing_set(center=riverside, choice=BallotChoice.IN, by=pi)
    approved(researcher)
    ballot_answer(ballot=ballot_at(riverside), choice=BallotChoice.WITHOUT_IMAGES, by=pi)
    standing_revoke(center=riverside, by=pi)
    ballot = ballot_at(riverside)
    assert (ballot.choice, ballot.is_standing) == (BallotChoice.WITHOUT_IMAGES, False)


def test_nobody_gives_another_center_a_standing_instruction(riverside, delegate, principal_of, steward):
    for by in (delegate, principal_of(steward)):
        with pytest.raises(NotAllowedRejected):
            standing_set(center=riverside, choice=BallotChoice.IN, by=by)
        with pytest.raises(NotAllowedRejected):
            standing_revoke(center=riverside, by=by)
    assert AuditEvent.objects.filter(outcome="denied", chain=str(riverside.pk)).count() == 4


def test_a_center_withdraws_after_the_lock_and_the_outcome_changes(
    researcher, riverside, lakeside, pi, delegate, steward
):
    project = approved(researcher)
    for center, by in ((riverside, pi), (lakeside, delegate)):
        ballot_answer(ballot=ballot_at(center), choice=BallotChoice.IN, by=by)
    with pytest.raises(BallotNotInError):
        ballot_withdraw(ballot=ballot_at(riverside), by=pi)
    project = ballots_close(project=project, by=BY)
    before = ballot_outcome(project)
    assert before.digest == project.outcome_digest
    with pytest.raises(NotAllowedRejected):
        ballot_withdraw(ballot=ballot_at(riverside), by=delegate)
    ballot_withdraw(ballot=ballot_at(riverside), by=pi, reason="new rules here")
    after = ballot_outcome(project)
    assert (before.in_full, after.in_full) == ({riverside.pk, lakeside.pk}, {lakeside.pk})
    assert after.out == {riverside.pk}
    assert after.digest != before.digest
    assert OutgoingMail.objects.filter(to=steward, subject__contains="withdrawn").count() == 1
    with pytest.raises(BallotNotInError):
        ballot_withdraw(ballot=ballot_at(riverside), by=pi)
    assert AuditEvent.objects.filter(action="ballot.withdraw", outcome="done").count() == 1


def test_who_was_out_has_nothing_to_withdraw(researcher, riverside, pi):
    project = approved(researcher)
    ballot_answer(ballot=ballot_at(riverside), choice=BallotChoice.OUT, by=pi)
    ballots_close(project=project, by=BY)
    with pytest.raises(BallotNotInError):
        ballot_withdraw(ballot=ballot_at(riverside), by=pi)


def test_the_role_that_only_sees_is_not_the_role_that_answers(researcher, riverside, person, principal_of):
    approved(researcher)
    both = person("data-manager", riverside, Role.DATA_MANAGER)
    with pytest.raises(NotAllowedRejected):
        ballot_answer(ballot=ballot_at(riverside), choice=BallotChoice.IN, by=principal_of(both))
