"""The pages of projects: for their people, for the registry's desk, and absent for everybody else."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cmr_registry.centers.services import center_move
from cmr_registry.centers.states import CenterState
from cmr_registry.config.tests.test_markup import faults_of
from cmr_registry.projects.ballot_states import BallotChoice
from cmr_registry.projects.models import Project
from cmr_registry.projects.services import ballot_answer, ballots_close, project_decline
from cmr_registry.projects.states import ProjectState
from cmr_registry.projects.tests.factories import BY, approved, ballot_at, proposed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_snapshot")]


def address(name, project):
    return reverse(f"projects:{name}", args=[project.pk])


def test_its_people_see_where_it_stands_and_what_comes_next(
    client, signed_in, researcher, outsider, riverside, lakeside
):
    project = approved(researcher, [outsider])
    browser = signed_in(client, outsider)
    listed = browser.get("/research/projects/").content.decode()
    assert project.title in listed
    assert "0 of 2 answered" in listed
    html = browser.get(address("project", project)).content.decode()
    for words in ("Next step: center PI", "of 2 centers have answered", "Small", "principal investigator"):
        assert words in html
    assert 'aria-current="step"' in html
    assert faults_of(listed) == faults_of(html) == []


def test_the_board_never_says_who_is_in_or_out(
    client, signed_in, researcher, riverside, lakeside, center_pi, principal_of, delegate_lakeside
):
    project = approved(researcher)
    ballot_answer(
        ballot=ballot_at(riverside), choice=BallotChoice.IN, by=principal_of(center_pi), reason="ours"
    )
    browser = signed_in(client, researcher)
    before = browser.get(address("project", project)).content.decode()
    assert "is in" not in before
    ballot_answer(ballot=ballot_at(lakeside), choice=BallotChoice.OUT, by=principal_of(delegate_lakeside))
    ballots_close(project=project, by=BY)
    after = browser.get(address("project", project)).content.decode()
    assert "of 2 centers is in" in after
    for secret in ("Riverside", "Lakeside", "ours", str(riverside.pk), str(ballot_at(riverside).pk)):
        assert secret not in before + after


def test_a_foreign_project_looks_like_none_at_all(client, signed_in, researcher, outsider, riverside):
    mine, foreign = approved(outsider), approved(researcher, title="Foreign")
    browser = signed_in(client, outsider)
    there = browser.get(address("project", foreign))
    nowhere = browser.get(reverse("projects:project", args=[uuid.uuid4()]))
    assert (there.status_code, there.content) == (404, nowhere.content)
    listed = browser.get("/research/projects/").content.decode()
    assert mine.title in listed
    assert "Foreign" not in listed


def test_who_works_in_no_project_is_refused(client, signed_in, researcher, steward):
    for account in (researcher, steward):
        assert signed_in(client, account).get("/research/projects/").status_code == 403


def test_the_stewards_board_names_every_choice(
    client, signed_in, steward, researcher, riverside, lakeside, center_pi, principal_of
):
    project = approved(researcher)
    ballot_answer(
        ballot=ballot_at(riverside),
        choice=BallotChoice.WITHOUT_IMAGES,
        by=principal_of(center_pi),
        reason="no consent for images",
    )
    browser = signed_in(client, steward)
    listed = browser.get("/steward/projects/").content.decode()
    html = browser.get(address("steward_project", project)).content.decode()
    assert "1 of 2 answered" in listed
    for words in ("Riverside Heart Hospital", "in without images", "no consent for images", "no answer yet"):
        assert words in html
    assert faults_of(listed) == faults_of(html) == []
    assert "/steward/projects/" in browser.get("/steward/").content.decode()


def test_the_steward_closes_the_round_and_moves_the_project_on(
    client, signed_in, steward, researcher, riverside, center_pi, principal_of
):
    project = approved(researcher)
    browser, close = signed_in(client, steward), address("round_close", project)
    assert "1 center has not answered" in browser.post(close, follow=True).content.decode()
    ballot_answer(ballot=ballot_at(riverside), choice=BallotChoice.IN, by=principal_of(center_pi))
    html = browser.post(close, follow=True).content.decode()
    project.refresh_from_db()
    assert project.state == ProjectState.AGREEMENTS
    assert project.outcome_digest in html
    step = address("project_step", project)
    for to in ("data cut", "withdrawn"):
        assert browser.post(step, {"to": to}).status_code == 302
    project.refresh_from_db()
    assert project.state == ProjectState.WITHDRAWN
    assert browser.post(step, {"to": "active"}).status_code == 400
    final = browser.get(address("steward_project", project)).content.decode()
    assert "Nothing follows." in final
    assert faults_of(final) == []


def test_a_round_that_found_nobody_is_opened_later(client, signed_in, steward, researcher, riverside):
    center_move(center=riverside, to=CenterState.SUSPENDED, by=BY)
    project = approved(researcher)
    browser = signed_in(client, steward)
    assert "not been asked yet" in browser.get(address("steward_project", project)).content.decode()
    opening = address("round_open", project)
    assert "No center is active" in browser.post(opening, follow=True).content.decode()
    center_move(center=riverside, to=CenterState.ACTIVE, by=BY)
    browser.post(opening)
    assert ballot_at(riverside).project_id == project.pk


@pytest.mark.parametrize("who", ["auditor", "release_officer"])
def test_who_only_looks_at_the_desk_moves_nothing(client, signed_in, request, researcher, riverside, who):
    project = approved(researcher)
    browser = signed_in(client, request.getfixturevalue(who))
    html = browser.get(address("steward_project", project)).content.decode()
    assert "<form" not in html.split("<main")[1]
    for name in ("project_step", "round_open", "round_close"):
        assert browser.post(address(name, project), {"to": "withdrawn"}).status_code == 403


@pytest.mark.parametrize("who", ["center_pi", "researcher", "outsider"])
def test_nobody_else_finds_the_stewards_projects(client, signed_in, request, researcher, riverside, who):
    project = approved(researcher)
    browser = signed_in(client, request.getfixturevalue(who))
    for path in ("/steward/projects/", address("steward_project", project)):
        assert browser.get(path).status_code == 403


def test_an_absent_project_is_absent_for_the_steward_too(client, signed_in, steward):
    browser = signed_in(client, steward)
    assert browser.get(reverse("projects:steward_project", args=[uuid.uuid4()])).status_code == 404
    assert browser.post(reverse("projects:round_close", args=[uuid.uuid4()])).status_code == 404
    assert "There is no project yet" in browser.get("/steward/projects/").content.decode()


def test_the_list_shows_one_state_and_says_where_none_is_in_it(
    client, signed_in, steward, researcher, riverside
):
    project_decline(project=proposed(researcher, title="Declined one"), by=BY)
    approved(researcher, title="Approved one")
    browser = signed_in(client, steward)
    declined = browser.get("/steward/projects/?state=declined").content.decode()
    assert ("Declined one" in declined, "Approved one" in declined) == (True, False)
    assert "No project is in this state" in browser.get("/steward/projects/?state=closed").content.decode()
    assert "Approved one" in browser.get("/steward/projects/?state=nonsense").content.decode()


def test_a_state_that_lasts_too_long_is_marked(client, signed_in, steward, researcher):
    project = proposed(researcher)
    Project.objects.filter(pk=project.pk).update(state_since=timezone.now() - timedelta(days=50))
    browser = signed_in(client, steward)
    assert "late" in browser.get("/steward/projects/").content.decode()
    assert (
        "For 50 days of at most 42: late" in browser.get(address("steward_project", project)).content.decode()
    )


def test_a_declined_project_says_so_and_shows_no_steps(client, signed_in, researcher):
    project = project_decline(project=proposed(researcher), by=BY)
    html = signed_in(client, researcher).get(address("project", project)).content.decode()
    assert "The committee declined the project" in html
    assert 'aria-current="step"' not in html


@pytest.mark.parametrize("path", ["/research/projects/", "/steward/projects/"])
def test_lists_ask_as_often_for_one_project_as_for_many(
    client, signed_in, steward, researcher, riverside, path
):
    browser = signed_in(client, steward if "steward" in path else researcher)
    approved(researcher)
    with CaptureQueriesContext(connection) as one:
        browser.get(path)
    for _ in range(6):
        approved(researcher)
    with CaptureQueriesContext(connection) as many:
        browser.get(path)
    assert len(one) == len(many)
