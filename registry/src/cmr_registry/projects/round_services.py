"""The round in which the centers decide on a project: ballots open, remind and lock (R39, R41).

A round runs over all centers; what a single center writes stands in `ballot_services.py`.
"""

import datetime
import uuid
from collections.abc import Iterable

from django.db.models import QuerySet
from django.utils import timezone

from cmr_registry.accounts.models import Account
from cmr_registry.accounts.permissions import Permission
from cmr_registry.accounts.policy import Principal
from cmr_registry.audit.services import audited, event_record
from cmr_registry.centers.models import Center
from cmr_registry.centers.selectors import centers_contributing, people_with
from cmr_registry.lib.scope import ALL_CENTERS, center_scope
from cmr_registry.projects.ballot_services import standing_apply
from cmr_registry.projects.ballot_states import OPEN, BallotState, require_step
from cmr_registry.projects.deadlines import days_left, deadline_for, next_reminder
from cmr_registry.projects.eligible import Eligibility, eligibility_of
from cmr_registry.projects.errors import BallotsOpenError, ProjectStepError
from cmr_registry.projects.models import Ballot, Project, StandingInstruction
from cmr_registry.projects.notices import closing_send, opening_send, reminder_send
from cmr_registry.projects.selectors import ballot_outcome
from cmr_registry.projects.states import ProjectState
from cmr_registry.projects.steps import project_event, project_locked, project_step


@audited
def ballots_open(*, project: Project, by: Principal) -> Project:
    """Open the ballots of an approved project for every active center, and mail who answers there.

    Raises:
        ProjectStepError: it is not approved, or no center is active.
    """
    row = project_locked(project)
    if row.state != ProjectState.APPROVED:
        raise ProjectStepError("Ballots open once, when a project has been approved.")
    n_ballots = round_open(row)
    if not n_ballots:
        raise ProjectStepError("No center is active, so there is nobody to ask.")
    project_event(by, "ballots.open", row, {"n_ballots": n_ballots})
    return row


@audited
def ballots_close(*, project: Project, by: Principal) -> Project:
    """Lock all ballots of a project, and go on to the agreements.

    Raises:
        ProjectStepError: no ballots run.
        BallotsOpenError: a center that has not answered still has time.
    """
    row, now = _consulting(project), timezone.now()
    with center_scope(ALL_CENTERS):
        waiting = Ballot.objects.filter(project=row, state=BallotState.PENDING.value, deadline__gte=now)
        n_waiting = waiting.count()
        if n_waiting:
            centers = "1 center has" if n_waiting == 1 else f"{n_waiting} centers have"
            raise BallotsOpenError(f"{centers} not answered yet and still time; nothing was closed.")
        n_locked = ballots_lock(Ballot.objects.filter(project=row))
    _finish(row, now)
    project_event(by, "ballots.close", row, {"n_ballots": n_locked, "outcome": row.outcome_digest})
    return row


@audited
def ballots_lock_due(*, project: Project, by: Principal) -> Project:
    """Lock the ballots whose deadline has passed at their center; with the last one go on to the agreements.

    Raises:
        ProjectStepError: no ballots run.
    """
    row, now = _consulting(project), timezone.now()
    with center_scope(ALL_CENTERS):
        n_locked = ballots_lock(Ballot.objects.filter(project=row, deadline__lt=now))
        is_over = not Ballot.objects.filter(project=row, state__in=_values(OPEN)).exists()
    if is_over:
        _finish(row, now)
    detail = {"n_ballots": n_locked, "is_over": is_over, "outcome": row.outcome_digest}
    project_event(by, "ballots.lock", row, detail)
    return row


@audited
def ballot_remind(*, ballot: Ballot, by: Principal) -> bool:
    """Remind who answers for a center, where a reminder is due and no answer came.

    Returns:
        False where meanwhile there is nothing to remind of.
    """
    now = timezone.now()
    rows = Ballot.objects.select_for_update(of=("self",)).select_related("center")
    row = rows.get(pk=ballot.pk)
    is_due = row.next_reminder_at is not None and row.next_reminder_at <= now
    if row.state != BallotState.PENDING or not is_due:
        return False
    zone = row.center.time_zone
    people = people_with(Permission.ANSWER_BALLOTS, [row.center_id]).get(row.center_id, [])
    days = days_left(row.deadline, zone, now)
    reminder_send(row, people, days)
    row.next_reminder_at = next_reminder(row.deadline, zone, now)
    row.save(update_fields=["next_reminder_at"])
    event_record(
        actor=by.actor,
        action="ballot.remind",
        center=row.center_id,
        target=f"ballot:{row.pk}",
        detail={"days": days, "n_people": len(people)},
    )
    return True


def round_open(project: Project) -> int:
    """Make one ballot for every active center and mail who answers; part of an outer service, 0 where none is."""
    centers, now = list(centers_contributing()), timezone.now()
    if not centers:
        return 0
    eligibility = eligibility_of(project)
    with center_scope(ALL_CENTERS):
        in_force = StandingInstruction.objects.filter(revoked_at=None)
        standing = {one.center_id: one for one in in_force}
        ballots = [_ballot(project, one, eligibility, standing.get(one.pk), now) for one in centers]
        Ballot.objects.bulk_create(ballots)
    _mail_openings(ballots)
    project_step(project, ProjectState.CONSULTING)
    project.save()
    return len(ballots)


def ballots_lock(ballots: QuerySet[Ballot]) -> int:
    """Lock the open ones of some ballots; part of an outer service.

    Returns:
        How many were open.
    """
    rows = list(ballots.filter(state__in=_values(OPEN)).order_by("pk").select_for_update())
    now = timezone.now()
    for row in rows:
        row.state, row.locked_at = require_step(row.state, BallotState.LOCKED), now
        row.next_reminder_at = None
        row.save(update_fields=["state", "locked_at", "next_reminder_at"])
    return len(rows)


def _ballot(
    project: Project,
    center: Center,
    eligibility: Eligibility | None,
    standing: StandingInstruction | None,
    now: datetime.datetime,
) -> Ballot:
    ballot = Ballot(
        project=project,
        center=center,
        state=BallotState.PENDING.value,
        coauthors_offered=project.coauthors_offered,
        opened_at=now,
        deadline=deadline_for(now, center.time_zone),
    )
    if eligibility is not None:
        own = eligibility.of(center.pk)
        ballot.snapshot, ballot.selection_digest = own.snapshot, own.digest
        ballot.n_subjects, ballot.n_exams = own.n_subjects, own.n_exams
    standing_apply(ballot, standing, now)
    return ballot


def _mail_openings(ballots: Iterable[Ballot]) -> None:
    rows = list(ballots)
    people: dict[uuid.UUID, list[Account]] = people_with(
        Permission.ANSWER_BALLOTS, (ballot.center_id for ballot in rows)
    )
    for ballot in rows:
        opening_send(ballot, people.get(ballot.center_id, []))


def _finish(project: Project, now: datetime.datetime) -> None:
    project_step(project, ProjectState.AGREEMENTS)
    project.ballots_closed_at = now
    project.outcome_digest = ballot_outcome(project).digest
    project.save()
    closing_send(project)


def _consulting(project: Project) -> Project:
    row = project_locked(project)
    if row.state != ProjectState.CONSULTING:
        raise ProjectStepError("No ballots run for this project.")
    return row


def _values(states: Iterable[BallotState]) -> list[str]:
    return [state.value for state in states]
