"""Pages of the committee: conflicts first, then reading, scoring, deciding."""

import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cmr_registry.access.application_services import application_submit
from cmr_registry.access.models import AccessApplication, ConflictDeclaration, Decision, ScoreSheet
from cmr_registry.access.review_services import decision_record
from cmr_registry.access.states import ApplicationState
from cmr_registry.access.tests.conftest import declare, score
from cmr_registry.accounts.models import Account
from cmr_registry.audit.models import AuditEvent

pytestmark = pytest.mark.django_db

SHEET = {
    "points_mission": "8",
    "points_feasibility": "7",
    "points_merit": "6",
    "points_team": "",
    "comment_team": "I know nobody of them.",
    "confidence": "high",
}


@pytest.fixture
def as_(signed_in):
    """`as_(account)`: a browser of that person."""
    return lambda account: signed_in(Client(), account)


def page(client, view, *args, status=200):
    answer = client.get(reverse(f"access:{view}", args=args))
    assert answer.status_code == status, view
    return answer.content.decode()


def test_an_empty_list_says_that_mail_comes(as_, reviewers):
    assert "told by mail" in page(as_(reviewers[0]), "committee")


def test_the_committee_does_not_see_what_was_not_checked(as_, reviewers, submitted_application):
    assert submitted_application.number not in page(as_(reviewers[0]), "committee")
    page(as_(reviewers[0]), "review", submitted_application.pk, status=404)


def test_conflicts_are_asked_before_anything_is_read(as_, reviewers, application_in_review):
    browser = as_(reviewers[0])
    for view in ("review", "review_score", "review_certificate"):
        answer = browser.get(reverse(f"access:{view}", args=[application_in_review.pk]))
        assert answer["Location"] == reverse("access:review_conflict", args=[application_in_review.pk])
    html = page(browser, "review_conflict", application_in_review.pk)
    assert "Hillcrest University" in html
    assert "Co Worker" in html
    assert application_in_review.title not in html
    assert "declare conflicts first" in page(browser, "committee")


def test_whoever_declares_nothing_reads_and_scores(as_, reviewers, application_in_review):
    browser = as_(reviewers[0])
    answer = browser.post(reverse("access:review_conflict", args=[application_in_review.pk]), {})
    assert answer["Location"] == reverse("access:review", args=[application_in_review.pk])
    html = page(browser, "review", application_in_review.pk)
    assert "Scar shortens life." in html
    assert "when your own sheet is in" in html
    assert "Alignment with SCMR Mission" in page(browser, "review_score", application_in_review.pk)
    answer = browser.post(reverse("access:review_score", args=[application_in_review.pk]), SHEET)
    assert answer.status_code == 302
    sheet = ScoreSheet.objects.get()
    assert sheet.scores == {"mission": 8, "feasibility": 7, "merit": 6, "team": None}
    assert sheet.confidence == "high"
    html = page(browser, "review", application_in_review.pk)
    assert "(8) / 1 = 8" in html
    assert "no total yet: a category has no score" in html
    assert "I know nobody of them." in html
    assert "your sheet is in" in page(browser, "committee")


def test_an_unclear_sheet_says_what_is_missing_and_keeps_what_was_typed(
    as_, reviewers, application_in_review
):
    declare(application_in_review, reviewers[0])
    browser = as_(reviewers[0])
    address = reverse("access:review_score", args=[application_in_review.pk])
    answer = browser.post(address, {**SHEET, "comment_team": "", "comment_merit": "My own words."})
    assert answer.status_code == 422
    html = answer.content.decode()
    assert "say why you cannot judge" in html
    assert "My own words." in html


def test_a_sheet_is_changed_and_the_form_starts_from_it(as_, reviewers, application_in_review):
    score(application_in_review, reviewers[0], 2, 3, 4, 5)
    browser = as_(reviewers[0])
    html = page(browser, "review_score", application_in_review.pk)
    assert "change of your version 1" in html
    assert '<option value="2" selected>' in html
    browser.post(reverse("access:review_score", args=[application_in_review.pk]), SHEET)
    assert ScoreSheet.objects.count() == 2


@pytest.mark.parametrize("how", ["computed", "declared"])
def test_an_excluded_reviewer_is_refused_with_a_sentence_and_sees_nothing(
    how, as_, reviewers, scored_application
):
    person = reviewers[2]
    if how == "computed":
        Account.objects.filter(pk=person.pk).update(institution="hillcrest university")
    else:
        declare(scored_application, person, financial=True)
    browser = as_(person)
    for view in ("review", "review_conflict", "review_score", "review_certificate"):
        html = page(browser, view, scored_application.pk, status=403)
        assert "takes no part" in html
        for secret in (scored_application.title, "Scar shortens life.", "7.5", reviewers[0].display_name):
            assert secret not in html
    html = page(browser, "committee")
    assert scored_application.number in html
    assert scored_application.title not in html
    assert "conflict of interest" in html
    answer = browser.post(reverse("access:review_score", args=[scored_application.pk]), SHEET)
    assert answer.status_code == 403
    assert not ScoreSheet.objects.filter(reviewer=person).exists()
    assert AuditEvent.objects.filter(action="application.open", outcome="denied").count() >= 4


def test_declaring_an_interest_ends_the_review_for_that_person(as_, reviewers, application_in_review):
    browser = as_(reviewers[0])
    answer = browser.post(
        reverse("access:review_conflict", args=[application_in_review.pk]), {"financial": "on"}, follow=True
    )
    assert "You take no part in this review" in answer.content.decode()
    assert ConflictDeclaration.objects.get().financial


def test_others_scores_appear_with_ones_own(as_, reviewers, application_in_review):
    score(application_in_review, reviewers[0], 9, 9, 9, 9)
    declare(application_in_review, reviewers[1])
    browser = as_(reviewers[1])
    html = page(browser, "review", application_in_review.pk)
    assert "(9)" not in html
    assert "1 of 3 sheets are in" in html
    browser.post(
        reverse("access:review_score", args=[application_in_review.pk]),
        {**SHEET, "points_mission": "3", "points_team": "9"},
    )
    html = page(browser, "review", application_in_review.pk)
    assert "(3 + 9) / 2 = 6" in html
    assert "Sheet of Reviewer Ash" in html
    assert ">outlier</span>" in html
    assert "talk, then score again" in html


def test_the_chair_decides_on_the_page(as_, chair, scored_application, researcher):
    declare(scored_application, chair)
    browser = as_(chair)
    html = page(browser, "review", scored_application.pk)
    assert "0.25 × 7.5" in html
    assert "Record the decision" in html
    assert "decide</span>" in page(browser, "committee")
    address = reverse("access:review_decide", args=[scored_application.pk])
    browser.post(address, {"choice": "approved"})
    assert not Decision.objects.exists(), "a decision needs its reasons"
    browser.post(address, {"choice": "approved with conditions", "reasons": "Good."})
    assert not Decision.objects.exists(), "and its conditions"
    html = browser.post(address, {"choice": "approved", "reasons": "Good."}, follow=True).content.decode()
    assert "the applicant is told" in html
    assert Decision.objects.get().reasons == "Good."
    assert "Record the decision" not in page(browser, "review", scored_application.pk)


def test_the_chair_waits_for_the_quorum(as_, chair, application_in_review, reviewers):
    declare(application_in_review, chair)
    score(application_in_review, reviewers[0], 9, 9, 9, 9)
    html = page(as_(chair), "review", application_in_review.pk)
    assert "A decision needs 2 scores in every category" in html
    assert "(9)" not in html
    answer = as_(chair).get(reverse("access:review_score", args=[application_in_review.pk]))
    assert answer["Location"] == reverse("access:review", args=[application_in_review.pk])


def test_an_excluded_chair_is_refused_and_the_deputy_acts(as_, chair, deputy_chair, scored_application):
    Account.objects.filter(pk=chair.pk).update(institution="Hillcrest University")
    address = reverse("access:review_decide", args=[scored_application.pk])
    decision = {"choice": "declined", "reasons": "No."}
    assert as_(chair).post(address, decision).status_code == 403
    declare(scored_application, deputy_chair)
    html = page(as_(deputy_chair), "review", scored_application.pk)
    assert "as deputy, because the chair is excluded" in html
    as_(deputy_chair).post(address, decision)
    assert Decision.objects.get().by_deputy


def test_the_deputy_reads_why_there_is_nothing_to_decide(as_, chair, deputy_chair, scored_application):
    declare(scored_application, deputy_chair)
    browser = as_(deputy_chair)
    assert "a deputy acts only where the chair is excluded" in page(browser, "review", scored_application.pk)
    address = reverse("access:review_decide", args=[scored_application.pk])
    answer = browser.post(address, {"choice": "approved", "reasons": "x"}, follow=True)
    assert "The chair decides" in answer.content.decode()
    assert not Decision.objects.exists()


def test_a_reviewer_cannot_reach_the_decision(as_, reviewers, scored_application):
    answer = as_(reviewers[0]).post(reverse("access:review_decide", args=[scored_application.pk]), {})
    assert answer.status_code == 403


def test_the_committee_reads_the_certificate(as_, reviewers, application_in_review, issued_search):
    declare(application_in_review, reviewers[0])
    html = page(as_(reviewers[0]), "review_certificate", application_in_review.pk)
    assert issued_search.certificate.digest in html
    page(as_(reviewers[0]), "review_certificate_file", application_in_review.pk, "json")
    page(as_(reviewers[0]), "review", uuid.uuid4(), status=404)


def test_the_committee_goes_on_reading_what_was_submitted_while_it_is_revised(
    as_, chair, reviewers, scored_application, researcher, principal_of
):
    declare(scored_application, chair)
    decision_record(
        application=scored_application,
        choice=ApplicationState.REVISE,
        reasons="More.",
        by=principal_of(chair),
    )
    AccessApplication.objects.update(answers={}, title="Being rewritten")
    html = page(as_(reviewers[0]), "review", scored_application.pk)
    assert "Scar shortens life." in html
    assert "Being rewritten" not in html
    assert "More." in html


def test_a_resubmitted_application_leaves_the_list_until_it_is_checked(
    as_, chair, reviewers, scored_application, researcher, principal_of
):
    declare(scored_application, chair)
    decision_record(
        application=scored_application,
        choice=ApplicationState.REVISE,
        reasons="More.",
        by=principal_of(chair),
    )
    application_submit(application=scored_application, by=principal_of(researcher))
    assert scored_application.number not in page(as_(reviewers[0]), "committee")


def test_the_list_is_paged_with_a_constant_number_of_queries(as_, reviewers, application_in_review):
    browser = as_(reviewers[0])
    page(browser, "committee")
    with CaptureQueriesContext(connection) as few:
        page(browser, "committee")
    submission = application_in_review.submissions.get()
    for number in range(30):
        row = AccessApplication.objects.get(pk=application_in_review.pk)
        row.pk, row.number = uuid.uuid4(), f"DA-2000-{number:04d}"
        row.save(force_insert=True)
        submission.pk, submission.application = None, row
        submission.save(force_insert=True)
    with CaptureQueriesContext(connection) as many:
        html = page(browser, "committee")
    assert len(many) == len(few)
    assert html.count("<tr>") == 26
