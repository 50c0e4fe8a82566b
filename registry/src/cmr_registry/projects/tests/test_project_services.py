"""The way of a project: proposal, decision, steps, people."""

import pytest
from django.core.exceptions import ValidationError

from cmr_registry.accounts.permissions import Permission
from cmr_registry.accounts.policy import can
from cmr_registry.accounts.roles import Role
from cmr_registry.audit.models import AuditEvent
from cmr_registry.centers.services import center_move
from cmr_registry.centers.states import CenterState
from cmr_registry.cohorts.errors import QueryError
from cmr_registry.projects.errors import ProjectStepError
from cmr_registry.projects.models import Ballot, Project
from cmr_registry.projects.selectors import project_roles_of, projects_public
from cmr_registry.projects.services import (
    ballots_open,
    member_add,
    member_end,
    project_approve,
    project_decline,
    project_move,
)
from cmr_registry.projects.states import ProjectState
from cmr_registry.projects.tests.factories import BY, QUERY, approved, proposed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_snapshot", "all_centers")]


def events(action):
    return AuditEvent.objects.filter(action=action)


def test_a_proposal_keeps_its_question_in_words_and_as_a_digest(researcher):
    project = proposed(researcher)
    assert project.state == ProjectState.PROPOSED
    assert len(project.query_digest) == 64
    assert "55" in project.query_sentence
    assert project.lead_institution == "Hillcrest University"
    assert events("project.propose").get().target == f"project:{project.pk}"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"query": {**QUERY, "version": 9}}, QueryError),
        ({"data_needs": {"names": True}}, ValueError),
        ({"title": " "}, ValidationError),
    ],
)
def test_it_refuses_a_proposal_that_says_nothing_or_too_much(researcher, changes, error):
    with pytest.raises(error):
        proposed(researcher, **changes)
    assert not Project.objects.exists()
    assert not events("project.propose").exists()


def test_its_people_hold_their_roles_in_this_project_only(researcher, outsider, principal_of):
    project, other = proposed(researcher, [outsider]), proposed(researcher)
    assert project_roles_of(outsider) == {project.pk: frozenset({Role.PROJECT_MEMBER})}
    assert project_roles_of(researcher)[project.pk] == frozenset({Role.PROJECT_PI})
    member = principal_of(outsider)
    assert can(member, Permission.USE_RELEASES, project=project.pk)
    assert not can(member, Permission.USE_RELEASES, project=other.pk)


def test_people_come_and_go_and_the_pi_stays(researcher, outsider, person):
    project, third = proposed(researcher, [outsider]), person("third")
    member_add(project=project, account=third, by=BY)
    member_add(project=project, account=third, by=BY)
    member_end(project=project, account=outsider, by=BY)
    member_end(project=project, account=researcher, by=BY)
    assert project_roles_of(outsider) == {}
    assert set(project_roles_of(researcher)) == set(project_roles_of(third)) == {project.pk}
    assert (events("project.add_member").count(), events("project.end_member").count()) == (1, 1)


def test_a_declined_project_asks_no_center_and_is_not_public(researcher, riverside):
    project = project_decline(project=proposed(researcher), by=BY)
    assert project.state == ProjectState.DECLINED
    assert not Ballot.objects.exists()
    assert projects_public() == []
    with pytest.raises(ProjectStepError):
        project_approve(project=project, by=BY)
    assert events("project.decline").count() == 1


def test_an_approved_project_is_public_knowledge(researcher, riverside):
    proposed(researcher, title="Still with the committee")
    project = approved(researcher)
    (public,) = projects_public()
    assert (public.title, public.principal_investigator, public.lead_institution, public.status) == (
        project.title,
        "Researcher",
        "Hillcrest University",
        ProjectState.CONSULTING,
    )


def test_it_is_approved_once(researcher, riverside):
    project = approved(researcher)
    with pytest.raises(ProjectStepError):
        project_approve(project=project, by=BY)
    assert Ballot.objects.count() == 1
    assert events("project.approve").get().detail == {"n_ballots": 1}


def test_without_an_active_center_it_waits_as_approved(researcher, riverside):
    center_move(center=riverside, to=CenterState.SUSPENDED, by=BY)
    project = approved(researcher)
    assert project.state == ProjectState.APPROVED
    with pytest.raises(ProjectStepError, match="No center is active"):
        ballots_open(project=project, by=BY)
    center_move(center=riverside, to=CenterState.ACTIVE, by=BY)
    assert ballots_open(project=project, by=BY).state == ProjectState.CONSULTING
    with pytest.raises(ProjectStepError, match="open once"):
        ballots_open(project=project, by=BY)
    assert events("ballots.open").count() == 1


def test_steps_follow_the_table(researcher, riverside):
    project = approved(researcher)
    with pytest.raises(ProjectStepError, match="cannot become active"):
        project_move(project=project, to=ProjectState.ACTIVE, by=BY)
    Project.objects.filter(pk=project.pk).update(state=ProjectState.AGREEMENTS.value)
    project.refresh_from_db()
    for to in (
        ProjectState.DATA_CUT,
        ProjectState.ACTIVE,
        ProjectState.REPORTING,
        ProjectState.CLOSED,
    ):
        project = project_move(project=project, to=to, by=BY)
    assert [event.detail["to"] for event in events("project.move").order_by("sequence")] == [
        "data cut",
        "active",
        "reporting",
        "closed",
    ]
    with pytest.raises(ProjectStepError):
        project_move(project=project, to=ProjectState.ACTIVE, by=BY)


def test_a_project_that_is_withdrawn_locks_its_ballots_and_leaves_the_public_list(researcher, riverside):
    project = project_move(project=approved(researcher), to=ProjectState.WITHDRAWN, by=BY)
    assert Ballot.objects.get().state == "locked"
    assert project.state == ProjectState.WITHDRAWN
    assert projects_public() == []
