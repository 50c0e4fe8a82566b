"""Pages of applications: the list, the sections, what lacks, the steward's check."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cmr_registry.access.application_form import SECTIONS
from cmr_registry.access.application_services import application_draft, application_return
from cmr_registry.access.models import AccessApplication
from cmr_registry.access.review_services import decision_record
from cmr_registry.access.section_forms import SectionForm
from cmr_registry.access.states import ApplicationState
from cmr_registry.access.tests.conftest import declare
from cmr_registry.access.tests.factories import ANSWERS

pytestmark = pytest.mark.django_db


@pytest.fixture
def at_desk(client, signed_in, researcher):
    return signed_in(client, researcher)


def page(client, view, *args, status=200):
    answer = client.get(reverse(f"access:{view}", args=args))
    assert answer.status_code == status, view
    return answer.content.decode()


def posted(letter, search):
    """Section `letter` of the full application as a browser sends it."""
    given = {name: value for name, value in ANSWERS[letter].items() if value not in (False, "")}
    if letter == "A":
        given["certificate"] = str(search.certificate.pk)
    if letter == "B":
        given["people"] = "Co Worker; co@example.org; Hillcrest University\n\n"
    if letter == "C":
        given["items"] = "lv_ef_pct: exposure\nsex : covariate"
    return {name: "on" if value is True else value for name, value in given.items()}


def test_an_empty_list_points_to_the_search(at_desk):
    html = page(at_desk, "applications")
    assert "You have no application yet" in html
    assert reverse("access:searches") in html


def test_a_title_begins_an_application(at_desk):
    answer = at_desk.post(reverse("access:applications"), {"title": "Small infarcts"})
    application = AccessApplication.objects.get()
    assert answer["Location"] == reverse("access:section", args=[application.pk, "A"])
    assert at_desk.post(reverse("access:applications"), {"title": ""}).status_code == 422


def test_a_whole_application_is_written_section_by_section_and_submitted(
    at_desk, issued_search, draft_application
):
    for number, section in enumerate(SECTIONS):
        address = reverse("access:section", args=[draft_application.pk, section.letter])
        html = at_desk.get(address).content.decode()
        assert section.title in html
        assert ("placeholder of ours" in html) is section.is_placeholder
        answer = at_desk.post(address, posted(section.letter, issued_search))
        assert answer.status_code == 302, answer.content.decode()
        last = number == len(SECTIONS) - 1
        assert answer["Location"] == (
            reverse("access:application", args=[draft_application.pk])
            if last
            else reverse("access:section", args=[draft_application.pk, SECTIONS[number + 1].letter])
        )
    assert "Nothing is missing" in page(at_desk, "application", draft_application.pk)
    at_desk.post(reverse("access:application_submit", args=[draft_application.pk]))
    row = AccessApplication.objects.get()
    assert row.state == "submitted"
    stored = row.submissions.get().document["sections"]
    assert stored["C"]["items"] == ANSWERS["C"]["items"]
    assert stored["B"]["people"] == ANSWERS["B"]["people"]
    assert stored["I"] == ANSWERS["I"]


def test_a_section_is_saved_incomplete_and_the_page_says_what_lacks(at_desk, draft_application):
    answer = at_desk.post(
        reverse("access:section", args=[draft_application.pk, "D"]), {"hypotheses": "x", "stop": "1"}
    )
    assert answer["Location"] == reverse("access:application", args=[draft_application.pk])
    html = page(at_desk, "application", draft_application.pk)
    assert "answers are missing" in html
    assert "D: Endpoints, exposure, covariates" in html
    assert "Quote a certificate of yours" in html


def test_submitting_too_early_says_so(at_desk, draft_application, accepted):
    answer = at_desk.post(reverse("access:application_submit", args=[draft_application.pk]), follow=True)
    assert "Not submitted" in answer.content.decode()


def test_submitting_without_the_policy_leads_to_it(at_desk, draft_application, policy):
    answer = at_desk.post(reverse("access:application_submit", args=[draft_application.pk]))
    assert answer["Location"] == reverse("access:policy")


@pytest.mark.parametrize(
    ("letter", "change", "sentence"),
    [
        ("C", {"items": "patient_name: why"}, "no item patient_name"),
        ("C", {"items": "lv_ef_pct"}, "please say why"),
        ("C", {"items": "sex: x\n" * 301}, "At most 300 lines"),
        ("B", {"people": "Jo; nowhere; Ash"}, "e-mail address"),
        ("B", {"people": "Jo; jo@example.org"}, "institution"),
        ("E", {"status": "maybe"}, "not one of the available choices"),
    ],
)
def test_what_makes_no_sense_is_not_saved(letter, change, sentence, at_desk, draft_application):
    answer = at_desk.post(reverse("access:section", args=[draft_application.pk, letter]), change)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    draft_application.refresh_from_db()
    assert "C" not in draft_application.answers


def test_rows_are_shown_as_they_were_typed(researcher):
    section = next(one for one in SECTIONS if one.letter == "C")
    form = SectionForm(section=section, applicant=researcher, initial=ANSWERS["C"])
    assert "lv_ef_pct: exposure\nsex: covariate" in str(form["items"])


def test_there_is_no_other_section_and_none_to_edit_after_submission(
    at_desk, draft_application, submitted_application
):
    page(at_desk, "section", submitted_application.pk, "Z", status=404)
    page(at_desk, "section", submitted_application.pk, "A", status=404)
    assert "Submit it" not in page(at_desk, "application", submitted_application.pk)


@pytest.mark.parametrize("view", ["application", "application_submit", "section"])
def test_another_researchers_application_looks_absent(view, client, signed_in, center_pi, draft_application):
    other = signed_in(client, center_pi)
    more = ["A"] if view == "section" else []
    ask = other.post if view == "application_submit" else other.get
    foreign = ask(reverse(f"access:{view}", args=[draft_application.pk, *more]))
    absent = ask(reverse(f"access:{view}", args=[uuid.uuid4(), *more]))
    assert foreign.status_code == absent.status_code == 404
    assert foreign.content == absent.content


def test_the_steward_does_not_see_drafts(client, signed_in, steward, draft_application):
    at_desk = signed_in(client, steward)
    assert draft_application.number not in page(at_desk, "steward_applications")
    page(at_desk, "steward_application", draft_application.pk, status=404)


def test_the_steward_reads_and_passes_it(client, signed_in, steward, submitted_application, issued_search):
    at_desk = signed_in(client, steward)
    html = page(at_desk, "steward_applications")
    assert submitted_application.number in html
    assert "1 waits for your check" in html
    html = page(at_desk, "steward_application", submitted_application.pk)
    assert issued_search.certificate.digest in html
    assert "LV ejection fraction: exposure" in html
    at_desk.post(reverse("access:steward_application", args=[submitted_application.pk]), {"choice": "pass"})
    submitted_application.refresh_from_db()
    assert submitted_application.state == "in review"
    assert "Sheets in: 0" in page(at_desk, "steward_application", submitted_application.pk)


def test_the_steward_returns_it_and_sees_the_changes(
    client, signed_in, steward, researcher, submitted_application, issued_search
):
    desk = signed_in(client, steward)
    address = reverse("access:steward_application", args=[submitted_application.pk])
    assert desk.post(address, {"choice": "return"}).status_code == 422
    desk.post(address, {"choice": "return", "reasons": "Power?"})
    own = signed_in(client, researcher)
    assert "Power?" in page(own, "application", submitted_application.pk)
    changed = {**posted("D", issued_search), "power": "Ninety percent."}
    own.post(reverse("access:section", args=[submitted_application.pk, "D"]), changed)
    own.post(reverse("access:application_submit", args=[submitted_application.pk]))
    html = page(signed_in(client, steward), "steward_application", submitted_application.pk)
    assert "submission 2" in html
    assert html.count('class="changed"') == 1
    assert "Ninety percent." in html
    assert "Enough." in html


def test_the_steward_reads_the_certificate_that_is_quoted(
    client, signed_in, steward, submitted_application, issued_search
):
    desk = signed_in(client, steward)
    assert issued_search.certificate.number in page(desk, "steward_quoted", submitted_application.pk)
    page(desk, "steward_quoted_file", submitted_application.pk, "json")
    page(desk, "steward_quoted", uuid.uuid4(), status=404)


@pytest.mark.parametrize(("show", "shown"), [("waiting", True), ("review", False), ("", True)])
def test_the_queue_can_be_narrowed(show, shown, client, signed_in, steward, submitted_application):
    desk = signed_in(client, steward)
    html = desk.get(f"{reverse('access:steward_applications')}?show={show}").content.decode()
    assert (submitted_application.number in html) is shown


def test_lists_are_paged_with_a_constant_number_of_queries(
    client, signed_in, steward, researcher, submitted_application, principal_of
):
    desk = signed_in(client, steward)
    page(desk, "steward_applications")
    with CaptureQueriesContext(connection) as few:
        page(desk, "steward_applications")
    for number in range(30):
        application_draft(applicant=researcher, title=f"Study {number}", by=principal_of(researcher))
    AccessApplication.objects.filter(state="draft").update(state="submitted")
    with CaptureQueriesContext(connection) as many:
        html = page(desk, "steward_applications")
    assert len(many) == len(few)
    assert html.count("<tr>") == 26
    own = signed_in(client, researcher)
    assert page(own, "applications").count("<tr>") == 26


def test_the_applicant_reads_decision_reasons_and_clock_but_never_who_gave_what(
    client, signed_in, researcher, scored_application, reviewers, chair, principal_of
):
    declare(scored_application, chair)
    decision_record(
        application=scored_application,
        choice=ApplicationState.APPROVED_WITH_CONDITIONS,
        reasons="A good question.",
        conditions="Report yearly.",
        by=principal_of(chair),
    )
    html = page(signed_in(client, researcher), "application", scored_application.pk)
    for words in ("A good question.", "Report yearly.", "approved with conditions", "42 days", "0 days"):
        assert words in html, words
    for person in (*reviewers, chair):
        assert person.display_name not in html
    assert "7.5" not in html


def test_an_applicant_does_not_reach_the_stewards_or_the_committees_pages(at_desk, submitted_application):
    for view in ("steward_applications", "steward_searches", "committee"):
        page(at_desk, view, status=403)
    for view in ("steward_application", "review", "review_conflict", "review_score"):
        page(at_desk, view, submitted_application.pk, status=403)


def test_a_returned_application_can_be_edited_again(at_desk, submitted_application, steward, principal_of):
    application_return(application=submitted_application, reasons="More.", by=principal_of(steward))
    assert "Submit it" in page(at_desk, "application", submitted_application.pk)
