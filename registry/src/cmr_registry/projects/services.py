"""Writes of a project: proposal, decision, the steps after the ballots, its people.

The round of the centers stands in `round_services.py`, what a single center writes in `ballot_services.py`; what
other rooms call of both is named here.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone

from cmr_registry.accounts.models import Account
from cmr_registry.accounts.policy import Principal
from cmr_registry.accounts.roles import Role
from cmr_registry.audit.services import audited
from cmr_registry.cohorts.query import CohortQuery
from cmr_registry.lib.scope import ALL_CENTERS, center_scope
from cmr_registry.projects.ballot_services import ballot_answer
from cmr_registry.projects.models import Ballot, Project, ProjectMembership
from cmr_registry.projects.round_services import (
    ballot_remind,
    ballots_close,
    ballots_lock,
    ballots_lock_due,
    ballots_open,
    round_open,
)
from cmr_registry.projects.states import ProjectState
from cmr_registry.projects.steps import project_event, project_locked, project_step

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
    project_event(by, "project.propose", project, {"query": project.query_digest})
    return project


@audited
def project_approve(*, project: Project, by: Principal, conditions: str = "") -> Project:
    """Approve a project and open its ballots; it is public knowledge from now on.

    Where no center is active the project stays approved, and `ballots_open` opens the ballots later.

    Raises:
        ProjectStepError: it is not proposed any more.
    """
    row = project_locked(project)
    project_step(row, ProjectState.APPROVED)
    row.conditions, row.approved_at = conditions.strip(), row.state_since
    row.save()
    n_ballots = round_open(row)
    project_event(by, "project.approve", row, {"n_ballots": n_ballots})
    return row


@audited
def project_decline(*, project: Project, by: Principal) -> Project:
    """Decline a project; the reasons stand with the application.

    Raises:
        ProjectStepError: it is not proposed any more.
    """
    row = project_locked(project)
    project_step(row, ProjectState.DECLINED)
    row.save()
    project_event(by, "project.decline", row)
    return row


@audited
def project_move(*, project: Project, to: ProjectState, by: Principal) -> Project:
    """Take a step after the ballots: agreements signed, data cut published, reporting, closed, withdrawn.

    A project that is withdrawn while centers decide locks its ballots as they are.

    Raises:
        ProjectStepError: the table of states does not allow it.
    """
    row, before = project_locked(project), project.state
    project_step(row, to)
    row.save()
    if to is ProjectState.WITHDRAWN:
        with center_scope(ALL_CENTERS):
            ballots_lock(Ballot.objects.filter(project=row))
    project_event(by, "project.move", row, {"from": before, "to": to.value})
    return row


@audited
def member_add(*, project: Project, account: Account, by: Principal) -> ProjectMembership:
    """Let a further person work in the project; adding twice changes nothing."""
    membership, made = _member(project, account, Role.PROJECT_MEMBER)
    if made:
        project_event(by, "project.add_member", project, {"account": str(account.pk)})
    return membership


@audited
def member_end(*, project: Project, account: Account, by: Principal) -> None:
    """End a person's work in the project; the row stays as history, and the principal investigator stays."""
    running = ProjectMembership.objects.filter(project=project, account=account, ended_at=None)
    if running.exclude(role=Role.PROJECT_PI.value).update(ended_at=timezone.now()):
        project_event(by, "project.end_member", project, {"account": str(account.pk)})


def _member(project: Project, account: Account, role: Role) -> tuple[ProjectMembership, bool]:
    return ProjectMembership.objects.get_or_create(
        project=project, account=account, ended_at=None, defaults={"role": role.value}
    )
