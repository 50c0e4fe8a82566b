"""Writes of a project: proposal, decision, the opening and the lock of its ballots, the steps after it.

What a single center writes, its answer and its standing instruction, stands in `balloting.py`.
"""

import datetime
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils import timezone

from cmr_registry.accounts.models import Account
from cmr_registry.accounts.permissions import Permission
from cmr_registry.accounts.policy import Principal
from cmr_registry.accounts.roles import Role
from cmr_registry.audit.services import audited, event_record
from cmr_registry.centers.models import Center
from cmr_registry.centers.selectors import centers_contributing, people_with
from cmr_registry.cohorts.query import CohortQuery
from cmr_registry.lib.scope import ALL_CENTERS, center_scope
from cmr_registry.projects.ballot_states import OPEN, BallotState, require_step
from cmr_registry.projects.balloting import ballot_answer, standing_apply
from cmr_registry.projects.deadlines import days_left, deadline_for, next_reminder
from cmr_registry.projects.eligible import Eligibility, eligibility_of
from cmr_registry.projects.errors import BallotsOpenError, ProjectStepError
from cmr_registry.projects.models import Ballot, Project, ProjectMembership, StandingInstruction
from cmr_registry.projects.notices import closing_send, opening_send, reminder_send
from cmr_registry.projects.selectors import ballot_outcome
from cmr_registry.projects.states import ProjectState, may_become

__all__ = [
    "ballot_answer",
    "ballot_remind",
    "ballots_close",
    "ballots_lock_due",
    "ballots_open",
    "member_add",
    "member_end",
    "project_approve",
    "project_decline",
    "project_move",
    "project_propose",
]

ASKED = {"images": False, "kinds": [], "items": [], "follow_up": False, "download": False}
"""What `data_needs` may say, with what holds where it is silent."""


@audited
def project_propose(
    *,
    title: str,
    lay_summary: str,
    pi: Account,
    members: Sequence[Account],
    query: Mapping[str, Any],
    certificate_digest: str,
    data_needs: Mapping[str, Any],
    by: Principal,
    lead_institution: str = "",
    citation: str = "",
    coauthors_offered: int = 1,
) -> Project:
    """Enter a project whose application passed the administrative check.

    Args:
        title: as the public will read it.
        lay_summary: what it is about, for everybody.
        pi: principal investigator.
        members: further people of the project.
        query: the question of the search certificate, as JSON.
        certificate_digest: of that certificate.
        data_needs: what is asked of the centers, keys as in `ASKED`.
        by: who enters it.
        lead_institution: the principal investigator's where it is empty.
        citation: publication whose design the project follows.
        coauthors_offered: co-author places offered to each center that is in.

    Raises:
        QueryError: the question is none of the cohort language.
        ValueError: `data_needs` says something that is not in `ASKED`.
        ValidationError: an empty title, summary or digest.
    """
    unknown = sorted(data_needs.keys() - ASKED.keys())
    if unknown:
        raise ValueError(f"data_needs has no {unknown[0]}.")
    question, now = CohortQuery.from_document(dict(query)), timezone.now()
    project = Project(
        title=title.strip(),
        lay_summary=lay_summary.strip(),
        pi=pi,
        lead_institution=(lead_institution or pi.institution).strip(),
        query=question.to_document(),
        query_digest=question.digest(),
        query_sentence=question.sentence(),
        certificate_digest=certificate_digest,
        data_needs={**ASKED, **data_needs},
        citation=citation.strip(),
        coauthors_offered=coauthors_offered,
        state=ProjectState.PROPOSED.value,
        state_since=now,
        proposed_at=now,
    )
    project.full_clean()
    project.save()
    _member(project, pi, Role.PROJECT_PI)
    for account in members:
        _member(project, account, Role.PROJECT_MEMBER)
    _event(by, "project.propose", project, {"query": project.query_digest})
    return project


@audited
def project_approve(*, project: Project, by: Principal, conditions: str = "") -> Project:
    """Approve a project and open its ballots; it is public knowledge from now on.

    Where no center is active the project stays approved, and `ballots_open` opens the ballots later.

    Raises:
        ProjectStepError: it is not proposed any more.
    """
    row = _locked(project)
    _step(row, ProjectState.APPROVED)
    row.conditions, row.approved_at = conditions.strip(), row.state_since
    row.save()
    n_ballots = _ballots_open(row)
    _event(by, "project.approve", row, {"n_ballots": n_ballots})
    return row


@audited
def project_decline(*, project: Project, by: Principal) -> Project:
    """Decline a project; the reasons stand with the application.

    Raises:
        ProjectStepError: it is not proposed any more.
    """
    row = _locked(project)
    _step(row, ProjectState.DECLINED)
    row.save()
    _event(by, "project.decline", row)
    return row


@audited
def project_move(*, project: Project, to: ProjectState, by: Principal) -> Project:
    """Take a step after the ballots: agreements signed, data cut published, reporting, closed, withdrawn.

    A project that is withdrawn while centers decide locks its ballots as they are.

    Raises:
        ProjectStepError: the table of states does not allow it.
    """
    row, before = _locked(project), project.state
    _step(row, to)
    row.save()
    if to is ProjectState.WITHDRAWN:
        with center_scope(ALL_CENTERS):
            _lock(Ballot.objects.filter(project=row))
    _event(by, "project.move", row, {"from": before, "to": to.value})
    return row


@audited
def member_add(*, project: Project, account: Account, by: Principal) -> ProjectMembership:
    """Let a further person work in the project; adding twice changes nothing."""
    membership, made = _member(project, account, Role.PROJECT_MEMBER)
    if made:
        _event(by, "project.add_member", project, {"account": str(account.pk)})
    return membership


@audited
def member_end(*, project: Project, account: Account, by: Principal) -> None:
    """End a person's work in the project; the row stays as history, and the principal investigator stays."""
    running = ProjectMembership.objects.filter(project=project, account=account, ended_at=None)
    if running.exclude(role=Role.PROJECT_PI.value).update(ended_at=timezone.now()):
        _event(by, "project.end_member", project, {"account": str(account.pk)})


@audited
def ballots_open(*, project: Project, by: Principal) -> Project:
    """Open the ballots of an approved project for every active center, and mail who answers there.

    Raises:
        ProjectStepError: it is not approved, or no center is active.
    """
    row = _locked(project)
    if row.state != ProjectState.APPROVED:
        raise ProjectStepError("Ballots open once, when a project has been approved.")
    n_ballots = _ballots_open(row)
    if not n_ballots:
        raise ProjectStepError("No center is active, so there is nobody to ask.")
    _event(by, "ballots.open", row, {"n_ballots": n_ballots})
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
        n_locked = _lock(Ballot.objects.filter(project=row))
    _finish(row, now)
    _event(by, "ballots.close", row, {"n_ballots": n_locked, "outcome": row.outcome_digest})
    return row


@audited
def ballots_lock_due(*, project: Project, by: Principal) -> Project:
    """Lock the ballots whose deadline has passed at their center; with the last one go on to the agreements.

    Raises:
        ProjectStepError: no ballots run.
    """
    row, now = _consulting(project), timezone.now()
    with center_scope(ALL_CENTERS):
        n_locked = _lock(Ballot.objects.filter(project=row, deadline__lt=now))
        is_over = not Ballot.objects.filter(project=row, state__in=_values(OPEN)).exists()
    if is_over:
        _finish(row, now)
    detail = {"n_ballots": n_locked, "is_over": is_over, "outcome": row.outcome_digest}
    _event(by, "ballots.lock", row, detail)
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


def _ballots_open(project: Project) -> int:
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
    _step(project, ProjectState.CONSULTING)
    project.save()
    return len(ballots)


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


def _lock(ballots: Any) -> int:
    rows = list(ballots.filter(state__in=_values(OPEN)).order_by("pk").select_for_update())
    now = timezone.now()
    for row in rows:
        row.state, row.locked_at = require_step(row.state, BallotState.LOCKED), now
        row.next_reminder_at = None
        row.save(update_fields=["state", "locked_at", "next_reminder_at"])
    return len(rows)


def _finish(project: Project, now: datetime.datetime) -> None:
    _step(project, ProjectState.AGREEMENTS)
    project.ballots_closed_at = now
    project.outcome_digest = ballot_outcome(project).digest
    project.save()
    closing_send(project)


def _consulting(project: Project) -> Project:
    row = _locked(project)
    if row.state != ProjectState.CONSULTING:
        raise ProjectStepError("No ballots run for this project.")
    return row


def _step(project: Project, to: ProjectState) -> None:
    if not may_become(project.state, to):
        raise ProjectStepError(f"A project that is {project.state} cannot become {to.value}.")
    project.state, project.state_since = to.value, timezone.now()


def _locked(project: Project) -> Project:
    return Project.objects.select_for_update(of=("self",)).select_related("pi").get(pk=project.pk)


def _member(project: Project, account: Account, role: Role) -> tuple[ProjectMembership, bool]:
    return ProjectMembership.objects.get_or_create(
        project=project, account=account, ended_at=None, defaults={"role": role.value}
    )


def _values(states: Iterable[BallotState]) -> list[str]:
    return [state.value for state in states]


def _event(by: Principal, action: str, project: Project, detail: dict[str, Any] | None = None) -> None:
    event_record(actor=by.actor, action=action, target=f"project:{project.pk}", detail=detail)
