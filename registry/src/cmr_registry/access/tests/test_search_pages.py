"""Pages of searches: the policy, the requests, the steward's queue, the certificate in its three forms."""

import base64
import hashlib
import re
import uuid
import zlib
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cmr_registry.access.certificate_pdf import escape
from cmr_registry.access.models import SearchRequest
from cmr_registry.access.search_services import search_draft
from cmr_registry.access.tests.conftest import FACTS, publish
from cmr_registry.access.tests.factories import QUERY
from cmr_registry.cohorts.models import SavedQuery
from cmr_registry.cohorts.query import CohortQuery
from cmr_registry.documents.selectors import has_accepted

pytestmark = pytest.mark.django_db

FORM = {
    "title": "Small infarcts",
    "institution": "Hillcrest University",
    "partner_center": "",
    "purpose": "To plan.",
    "lay_summary": "Scars.",
    "items": "lv_ef_pct, sex lv_ef_pct",
    "images": "on",
    "kinds": ["lge"],
    "target": "500",
}


@pytest.fixture
def at_desk(client, signed_in, researcher):
    return signed_in(client, researcher)


def save_question(account, name="Normal EF"):
    query = CohortQuery.from_document(QUERY)
    return SavedQuery.objects.create(
        owner=account,
        name=name,
        version=1,
        document=query.to_document(),
        digest=query.digest(),
        sentence=query.sentence(),
    )


def page(client, view, *args, status=200):
    answer = client.get(reverse(f"access:{view}", args=args))
    assert answer.status_code == status, view
    return answer.content.decode()


def text_of(pdf):
    """All text of a PDF that is printed in standard fonts."""
    found = []
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL):
        data = zlib.decompress(base64.a85decode(stream.strip().removesuffix(b"~>")))
        found += re.findall(rb"\(((?:[^()\\]|\\.)*)\) Tj", data)
    return b" ".join(found).replace(b"\\(", b"(").replace(b"\\)", b")").decode("cp1252")


def test_the_policy_is_read_and_accepted(at_desk, researcher, policy):
    html = page(at_desk, "policy")
    assert "One study only." in html
    assert "Placeholder" in html
    answer = at_desk.post(reverse("access:policy"), {"version": policy.pk, "next": "/research/applications/"})
    assert answer["Location"] == "/research/applications/"
    assert has_accepted(researcher)
    assert "You have accepted this version" in page(at_desk, "policy")


def test_a_version_that_is_no_longer_current_is_not_accepted(at_desk, researcher, policy):
    publish()
    at_desk.post(reverse("access:policy"), {"version": policy.pk})
    assert not has_accepted(researcher)


def test_the_way_back_leads_nowhere_else(at_desk, policy):
    answer = at_desk.post(
        reverse("access:policy"), {"version": policy.pk, "next": "https://elsewhere.example/"}
    )
    assert answer["Location"] == reverse("access:searches")


def test_without_a_policy_the_page_says_who_publishes_it(at_desk):
    assert "steward publishes it" in page(at_desk, "policy")


def test_an_empty_list_says_what_to_do(at_desk):
    html = page(at_desk, "searches")
    assert "Build a cohort" in html
    assert "read and accept" in html


def test_a_request_needs_a_saved_question(at_desk):
    assert "you have none yet" in page(at_desk, "search_new")


def test_a_request_is_written_submitted_and_listed(at_desk, researcher, accepted):
    question = save_question(researcher)
    assert "placeholder of ours" in page(at_desk, "search_new")
    answer = at_desk.post(reverse("access:search_new"), {**FORM, "question": question.pk})
    search = SearchRequest.objects.get()
    assert answer["Location"] == reverse("access:search", args=[search.pk])
    assert search.answers["items"] == ["lv_ef_pct", "sex"]
    assert search.query_sentence in page(at_desk, "search", search.pk)
    at_desk.post(reverse("access:search_submit", args=[search.pk]))
    search.refresh_from_db()
    assert search.state == "submitted"
    html = page(at_desk, "searches")
    assert ">submitted</span>" in html
    assert "Small infarcts" in html


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"items": "patient_name"}, "no item patient_name"),
        ({"title": ""}, "required"),
        ({"question": str(uuid.uuid4())}, "not one of the available choices"),
    ],
)
def test_what_is_wrong_is_said_at_the_field(change, sentence, at_desk, researcher):
    question = save_question(researcher)
    answer = at_desk.post(reverse("access:search_new"), {**FORM, "question": question.pk, **change})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not SearchRequest.objects.exists()


def test_another_persons_question_cannot_be_used(at_desk, researcher, steward):
    save_question(researcher)
    foreign = save_question(steward)
    answer = at_desk.post(reverse("access:search_new"), {**FORM, "question": foreign.pk})
    assert answer.status_code == 422


def test_a_draft_is_changed_and_keeps_its_question(at_desk, draft_search, researcher):
    html = page(at_desk, "search_edit", draft_search.pk)
    assert "Keep the question of this request" in html
    at_desk.post(
        reverse("access:search_edit", args=[draft_search.pk]), {**FORM, "title": "New", "question": "kept"}
    )
    draft_search.refresh_from_db()
    assert draft_search.title == "New"
    assert draft_search.query == CohortQuery.from_document(QUERY).to_document()


def test_what_was_submitted_is_not_edited(at_desk, submitted_search):
    answer = at_desk.get(reverse("access:search_edit", args=[submitted_search.pk]))
    assert answer["Location"] == reverse("access:search", args=[submitted_search.pk])


def test_without_acceptance_the_policy_is_shown_first(at_desk, draft_search, policy):
    answer = at_desk.post(reverse("access:search_submit", args=[draft_search.pk]))
    assert answer["Location"] == reverse("access:policy")


@pytest.mark.parametrize("view", ["search", "search_edit", "search_submit", "search_certificate"])
def test_another_researchers_request_looks_absent(view, client, signed_in, center_pi, issued_search):
    other = signed_in(client, center_pi)
    ask = other.post if view == "search_submit" else other.get
    foreign = ask(reverse(f"access:{view}", args=[issued_search.pk]))
    absent = ask(reverse(f"access:{view}", args=[uuid.uuid4()]))
    assert foreign.status_code == absent.status_code == 404
    assert foreign.content == absent.content


def test_the_steward_does_not_see_drafts(client, signed_in, steward, draft_search):
    at_desk = signed_in(client, steward)
    assert draft_search.title not in page(at_desk, "steward_searches")
    page(at_desk, "steward_search", draft_search.pk, status=404)


def test_the_steward_approves(client, signed_in, steward, submitted_search):
    at_desk = signed_in(client, steward)
    html = page(at_desk, "steward_searches")
    assert submitted_search.title in html
    assert "1 waits for you" in html
    assert submitted_search.query_sentence in page(at_desk, "steward_search", submitted_search.pk)
    at_desk.post(reverse("access:steward_search", args=[submitted_search.pk]), {"choice": "pass"})
    submitted_search.refresh_from_db()
    assert submitted_search.state == "approved to search"


def test_the_steward_returns_only_with_reasons(client, signed_in, steward, researcher, submitted_search):
    at_desk = signed_in(client, steward)
    address = reverse("access:steward_search", args=[submitted_search.pk])
    assert at_desk.post(address, {"choice": "return", "reasons": " "}).status_code == 422
    at_desk.post(address, {"choice": "return", "reasons": "Which years?"})
    html = page(signed_in(client, researcher), "search", submitted_search.pk)
    assert "Which years?" in html
    assert "returned for detail" in html


def test_a_steward_reads_why_an_own_request_is_not_decided(client, signed_in, steward, submitted_search):
    SearchRequest.objects.update(requester=steward)
    at_desk = signed_in(client, steward)
    address = reverse("access:steward_search", args=[submitted_search.pk])
    html = at_desk.post(address, {"choice": "pass"}, follow=True).content.decode()
    assert "another steward decides" in html


@pytest.mark.parametrize(("show", "shown"), [("waiting", True), ("answered", False), ("x", True)])
def test_the_queue_can_be_narrowed(show, shown, client, signed_in, steward, submitted_search):
    html = (
        signed_in(client, steward).get(f"{reverse('access:steward_searches')}?show={show}").content.decode()
    )
    assert (submitted_search.title in html) is shown


def test_the_queue_is_paged_with_a_constant_number_of_queries(
    client, signed_in, steward, submitted_search, researcher, principal_of
):
    at_desk = signed_in(client, steward)
    page(at_desk, "steward_searches")
    with CaptureQueriesContext(connection) as few:
        page(at_desk, "steward_searches")
    for _ in range(30):
        search_draft(requester=researcher, query=QUERY, facts=FACTS, by=principal_of(researcher))
    SearchRequest.objects.filter(state="draft").update(
        state="submitted", state_since=timezone.now() - timedelta(days=1)
    )
    with CaptureQueriesContext(connection) as many:
        html = page(at_desk, "steward_searches")
    assert len(many) == len(few)
    assert html.count("<tr>") == 26
    assert "?page=2" in html


def test_the_certificate_page_says_counts_with_their_type_and_how_to_verify(at_desk, issued_search):
    certificate = issued_search.certificate
    html = page(at_desk, "search_certificate", issued_search.pk)
    for words in (
        certificate.number,
        certificate.digest,
        issued_search.query_sentence.replace("'", "&#x27;"),
        "1,230 rounded",
        "hidden",
        "2026 Q4",
        "Synthetic data",
        f"sha256sum {certificate.number}.json",
    ):
        assert words in html


def test_the_json_file_has_the_hash_that_is_printed(at_desk, issued_search):
    answer = at_desk.get(reverse("access:search_certificate_file", args=[issued_search.pk, "json"]))
    assert hashlib.sha256(answer.content).hexdigest() == issued_search.certificate.digest
    assert f"{issued_search.certificate.number}.json" in answer["Content-Disposition"]


def test_the_pdf_opens_and_says_the_same(at_desk, issued_search):
    certificate = issued_search.certificate
    answer = at_desk.get(reverse("access:search_certificate_file", args=[issued_search.pk, "pdf"]))
    assert answer["Content-Type"] == "application/pdf"
    pdf = answer.content
    assert pdf.startswith(b"%PDF-")
    assert pdf.rstrip().endswith(b"%%EOF")
    assert certificate.number.encode() in pdf, "in the title"
    assert b"/Lang" in pdf
    text = text_of(pdf)
    for words in ("1,230 rounded", "hidden", "2026 Q4", "Synthetic data", "How to verify it", "female"):
        assert words in text, words
    assert certificate.digest in text.replace(" ", "")
    again = at_desk.get(reverse("access:search_certificate_file", args=[issued_search.pk, "pdf"])).content
    assert again == pdf


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("Łódź & Škoda", "Lódz &amp; Škoda"),
        ("EF ≥ 55 %", "EF ≥ 55 %"),
        ("Zürich", "Zürich"),
        ("心", "?"),
    ],
)
def test_letters_that_the_fonts_lack_are_simplified(text, printed):
    assert escape(text) == printed


def test_there_is_no_other_form_of_a_certificate(at_desk, issued_search):
    page(at_desk, "search_certificate_file", issued_search.pk, "docx", status=404)
    page(at_desk, "search_certificate_file", uuid.uuid4(), "pdf", status=404)


def test_a_draft_has_no_certificate(at_desk, draft_search):
    page(at_desk, "search_certificate", draft_search.pk, status=404)


def test_the_steward_reads_the_certificate(client, signed_in, steward, issued_search):
    at_desk = signed_in(client, steward)
    assert issued_search.certificate.digest in page(at_desk, "steward_certificate", issued_search.pk)
    answer = at_desk.get(reverse("access:steward_certificate_file", args=[issued_search.pk, "pdf"]))
    assert answer.status_code == 200
    page(at_desk, "steward_certificate", uuid.uuid4(), status=404)
