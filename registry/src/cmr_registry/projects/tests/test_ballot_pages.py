"""The pages of ballots: what a center sees of a project and of its own exams, and of nobody else's."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cmr_registry.accounts.roles import Role
from cmr_registry.centers.services import membership_add
from cmr_registry.config.tests.test_markup import faults_of
from cmr_registry.projects.ballot_services import standing_set
from cmr_registry.projects.ballot_states import BallotChoice, BallotState
from cmr_registry.projects.services import ballot_answer, ballots_close
from cmr_registry.projects.tests.factories import BY, OPENED, approved, ballot_at, exams_at

pytestmark = pytest.mark.django_db


@pytest.fixture
def round_open(researcher, riverside, lakeside, selected):
    """A project that selects 30 exams of Riverside and two of Lakeside."""
    selected(exams_at(riverside, 30) + exams_at(lakeside, 2))
    return approved(researcher)


def page(client, ballot, query=""):
    return client.get(reverse("projects:ballot", args=[ballot.pk]) + query)


@pytest.mark.parametrize("who", ["center_pi", "coordinator_riverside"])
def test_who_sees_ballots_finds_the_project_and_the_centers_own_numbers(
    client, signed_in, request, round_open, riverside, who
):
    browser = signed_in(client, request.getfixturevalue(who))
    listed = browser.get("/centers/ballots/").content.decode()
    assert round_open.title in listed
    assert "30 days left" in listed or "29 days left" in listed
    answer = page(browser, ballot_at(riverside))
    html = answer.content.decode()
    assert answer.status_code == 200
    for words in (round_open.lay_summary, round_open.query_sentence, "Hillcrest University", "lv_ef_pct"):
        assert words.replace("'", "&#x27;") in html
    assert "<dd>30</dd>" in html
    assert faults_of(listed) == faults_of(html) == []


def test_its_exams_come_by_pages_under_the_centers_own_pseudonyms(
    client, signed_in, center_pi, round_open, riverside
):
    browser, ballot = signed_in(client, center_pi), ballot_at(riverside)
    first, second = (page(browser, ballot, f"?page={n}").content.decode() for n in (1, 2))
    assert (first.count("E-rive-"), second.count("E-rive-")) == (25, 5)
    assert "Exams 26 to 30 of 30" in second
    assert "E-lake" not in first + second
    assert '<a class="code" href="/exams/' in first, "the PI may open them"


def test_a_delegate_sees_pseudonyms_and_no_link_to_the_exams(
    client, signed_in, delegate_lakeside, round_open, lakeside
):
    html = page(signed_in(client, delegate_lakeside), ballot_at(lakeside)).content.decode()
    assert html.count("E-lake-") == 2
    assert 'href="/exams/' not in html


def test_a_ballot_of_another_center_looks_like_none_at_all(
    client, signed_in, delegate_lakeside, round_open, riverside
):
    browser, foreign = signed_in(client, delegate_lakeside), ballot_at(riverside)
    for name in ("ballot", "answer", "withdraw"):
        ask = browser.get if name == "ballot" else browser.post
        there = ask(reverse(f"projects:{name}", args=[foreign.pk]))
        nowhere = ask(reverse(f"projects:{name}", args=[uuid.uuid4()]))
        assert there.status_code == nowhere.status_code == 404
        assert there.content == nowhere.content
    listed = browser.get("/centers/ballots/").content.decode()
    assert str(foreign.pk) not in listed
    assert ">30<" not in listed, "nor the count of another center"


@pytest.mark.parametrize("who", ["trainee", "researcher", "steward", "outsider"])
def test_who_sees_no_ballots_is_refused(client, signed_in, request, round_open, riverside, who):
    browser = signed_in(client, request.getfixturevalue(who))
    for path in ("/centers/ballots/", "/centers/ballots/standing/", f"/centers/ballots/{uuid.uuid4()}/"):
        assert browser.get(path).status_code == 403


def test_the_pi_answers_on_the_page_and_changes_the_answer(
    client, signed_in, center_pi, round_open, riverside
):
    browser, ballot = signed_in(client, center_pi), ballot_at(riverside)
    address = reverse("projects:answer", args=[ballot.pk])
    form = {"choice": "in without images", "wants_coauthorship": "on", "reason": "fine"}
    html = browser.post(address, form, follow=True).content.decode()
    assert "answer is noted" in html
    assert faults_of(html) == []
    after = ballot_at(riverside)
    assert (after.choice, after.wants_coauthorship, after.reason) == ("in without images", True, "fine")
    browser.post(address, {"choice": "out"})
    assert ballot_at(riverside).choice == "out"


def test_an_answer_without_a_choice_is_asked_again_in_place(
    client, signed_in, center_pi, round_open, riverside
):
    browser = signed_in(client, center_pi)
    for form in ({}, {"choice": "perhaps"}, {"choice": "in", "reason": "x" * 1001}):
        answer = browser.post(reverse("projects:answer", args=[ballot_at(riverside).pk]), form)
        assert answer.status_code == 422
        assert faults_of(answer.content.decode()) == []
    assert ballot_at(riverside).state == BallotState.PENDING


def test_who_only_sees_has_no_form_and_is_refused_at_its_address(
    client, signed_in, coordinator_riverside, round_open, riverside
):
    browser, ballot = signed_in(client, coordinator_riverside), ballot_at(riverside)
    html = page(browser, ballot).content.decode()
    assert 'name="choice"' not in html
    assert "ballot delegate can answer" in html.replace("\n", " ")
    assert browser.post(reverse("projects:answer", args=[ballot.pk]), {"choice": "in"}).status_code == 403
    assert ballot_at(riverside).state == BallotState.PENDING


def test_who_answers_for_one_center_only_looks_at_the_other(
    client, signed_in, center_pi, coordinator_riverside, round_open, riverside, lakeside
):
    membership_add(center=lakeside, account=center_pi, role=Role.COORDINATOR, by=BY)
    browser = signed_in(client, center_pi)
    assert 'name="choice"' in page(browser, ballot_at(riverside)).content.decode()
    assert 'name="choice"' not in page(browser, ballot_at(lakeside)).content.decode()
    foreign = browser.post(reverse("projects:answer", args=[ballot_at(lakeside).pk]), {"choice": "in"})
    assert foreign.status_code == 404
    listed = browser.get("/centers/ballots/").content.decode()
    assert "Riverside Heart Hospital" in listed
    assert "Lakeside Clinic" in listed


def test_after_the_deadline_the_page_says_locked(
    client, signed_in, center_pi, researcher, riverside, clock, no_snapshot
):
    browser = signed_in(client, center_pi)
    approved(researcher)
    ballot = ballot_at(riverside)
    clock(ballot.deadline + (ballot.deadline - ballot.opened_at))
    client.force_login(center_pi, backend="allauth.account.auth_backends.AuthenticationBackend")
    html = page(browser, ballot).content.decode()
    assert "The ballot is locked." in html
    assert 'name="choice"' not in html
    refused = browser.post(reverse("projects:answer", args=[ballot.pk]), {"choice": "in"}, follow=True)
    assert "The deadline has passed" in refused.content.decode()


def test_without_a_snapshot_the_page_says_when_exams_are_counted(
    client, signed_in, center_pi, researcher, riverside, no_snapshot
):
    approved(researcher, data_needs={})
    html = page(signed_in(client, center_pi), ballot_at(riverside)).content.decode()
    assert "counted with the next snapshot" in html
    assert "In without images" not in html, "no image is asked for"
    assert faults_of(html) == []


def test_a_standing_answer_that_the_project_does_not_offer_stays_choosable(
    client, signed_in, center_pi, researcher, riverside, no_snapshot, principal_of
):
    standing_set(center=riverside, choice=BallotChoice.WITHOUT_IMAGES, by=principal_of(center_pi))
    approved(researcher, data_needs={}, coauthors_offered=0)
    html = page(signed_in(client, center_pi), ballot_at(riverside)).content.decode()
    assert "In without images: as answered before" in html
    assert "co-author places" not in html


def test_a_center_withdraws_after_the_lock(
    client, signed_in, center_pi, round_open, riverside, principal_of, delegate_lakeside, lakeside
):
    ballot_answer(ballot=ballot_at(riverside), choice=BallotChoice.IN, by=principal_of(center_pi))
    ballot_answer(ballot=ballot_at(lakeside), choice=BallotChoice.OUT, by=principal_of(delegate_lakeside))
    browser, address = (
        signed_in(client, center_pi),
        reverse("projects:withdraw", args=[ballot_at(riverside).pk]),
    )
    assert "Only a center whose data are in" in browser.post(address, {}, follow=True).content.decode()
    ballots_close(project=round_open, by=BY)
    assert "Withdraw our data" in page(browser, ballot_at(riverside)).content.decode()
    assert browser.post(address, {"reason": "x" * 1001}).status_code == 400
    html = browser.post(address, {"reason": "law"}, follow=True).content.decode()
    assert "are withdrawn" in html
    assert "Withdraw our data" not in html
    assert ballot_at(riverside).withdrawal_reason == "law"


def test_the_standing_instruction_is_set_replaced_and_revoked_on_its_page(
    client, signed_in, center_pi, round_open, riverside
):
    browser = signed_in(client, center_pi)
    html = browser.get("/centers/ballots/standing/").content.decode()
    assert "every ballot waits for a person" in html
    for choice in ("in", "in without images"):
        form = {"center": str(riverside.pk), "choice": choice}
        html = browser.post("/centers/ballots/standing/set", form, follow=True).content.decode()
        assert f"always {choice}</strong>" in html
        assert faults_of(html) == []
    assert "standing instruction" in page(browser, ballot_at(riverside)).content.decode()
    html = browser.post(
        "/centers/ballots/standing/revoke", {"center": str(riverside.pk)}, follow=True
    ).content.decode()
    assert "every ballot waits for a person" in html
    assert ballot_at(riverside).state == BallotState.PENDING


def test_nobody_instructs_another_center(client, signed_in, center_pi, lakeside, round_open):
    browser = signed_in(client, center_pi)
    for name in ("set", "revoke"):
        address = f"/centers/ballots/standing/{name}"
        for center in (lakeside.pk, uuid.uuid4()):
            assert browser.post(address, {"center": str(center), "choice": "in"}).status_code == 404
        assert browser.post(address, {"center": "Lakeside", "choice": "in"}).status_code == 400
    assert ballot_at(lakeside).state == BallotState.PENDING


def test_who_only_sees_finds_no_form_for_the_standing_instruction(
    client, signed_in, coordinator_riverside, center_pi, riverside, principal_of
):
    standing_set(center=riverside, choice=BallotChoice.OUT, by=principal_of(center_pi))
    html = signed_in(client, coordinator_riverside).get("/centers/ballots/standing/").content.decode()
    assert "always out" in html
    assert "<select" not in html


def test_the_list_asks_as_often_for_one_ballot_as_for_many(
    client, signed_in, center_pi, researcher, riverside, no_snapshot
):
    browser = signed_in(client, center_pi)
    approved(researcher)
    with CaptureQueriesContext(connection) as one:
        browser.get("/centers/ballots/")
    for _ in range(6):
        approved(researcher)
    with CaptureQueriesContext(connection) as many:
        browser.get("/centers/ballots/")
    assert len(one) == len(many)


def test_ballots_that_wait_stand_first_and_the_nearest_deadline_on_top(
    client, signed_in, center_pi, researcher, riverside, clock, no_snapshot, principal_of
):
    clock(OPENED)
    answered = approved(researcher, title="Answered")
    ballot_answer(ballot=ballot_at(riverside, answered), choice=BallotChoice.IN, by=principal_of(center_pi))
    locked = approved(researcher, title="Locked")
    ballot_answer(ballot=ballot_at(riverside, locked), choice=BallotChoice.IN, by=principal_of(center_pi))
    ballots_close(project=locked, by=BY)
    approved(researcher, title="Waits")
    html = signed_in(client, center_pi).get("/centers/ballots/").content.decode()
    assert html.index("Waits") < html.index(">Answered<") < html.index(">Locked<")


def test_the_home_page_of_the_center_counts_what_waits(
    client, signed_in, center_pi, trainee, coordinator_lakeside, round_open, riverside, principal_of
):
    assert "ballot waits for your center" in signed_in(client, center_pi).get("/centers/").content.decode()
    assert "ballot" not in signed_in(client, trainee).get("/centers/").content.decode().lower()
    ballot_answer(ballot=ballot_at(riverside), choice=BallotChoice.IN, by=principal_of(center_pi))
    assert "No ballot waits" in signed_in(client, center_pi).get("/centers/").content.decode()
    other = signed_in(client, coordinator_lakeside).get("/centers/").content.decode()
    assert "ballot waits for your center" in other
