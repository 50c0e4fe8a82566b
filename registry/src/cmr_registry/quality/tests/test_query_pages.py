"""Pages of data queries: the worklist, the thread, what a person may do there, findings that become queries."""

import re
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from cmr_registry.lib.free_text import NAME
from cmr_registry.lib.scope import ALL_CENTERS, center_scope
from cmr_registry.quality import query_views
from cmr_registry.quality.models import DataQuery
from cmr_registry.quality.query_checking import exams_rechecked
from cmr_registry.quality.query_services import query_open
from cmr_registry.quality.query_tables import ENCODING, NO_TABLE
from cmr_registry.quality.tests.query_factories import SENTENCE, exam_made, finding_made

pytestmark = pytest.mark.django_db
LIST = "/quality/queries/"
FROM_FINDINGS = "/quality/queries/from-findings/"


@pytest.fixture
def exam(riverside):
    with center_scope(ALL_CENTERS):
        return exam_made(riverside)


@pytest.fixture
def asked(exam):
    """A question of a check."""
    with center_scope(ALL_CENTERS):
        finding_made(exam)
        exams_rechecked([exam.pk])
        return DataQuery.objects.select_related("examination").get()


@pytest.fixture
def coordinator(client, coordinator_riverside, signed_in):
    return signed_in(client, coordinator_riverside)


@pytest.fixture
def at_registry(client, steward, signed_in):
    return signed_in(client, steward)


def text_of(answer, status=200):
    assert answer.status_code == status
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def again(query):
    with center_scope(ALL_CENTERS):
        return DataQuery.objects.get(pk=query.pk)


def test_the_worklist_shows_what_the_center_has_to_answer(coordinator, asked):
    text = text_of(coordinator.get(LIST))
    assert SENTENCE in text
    assert "No question fits" in text_of(coordinator.get(f"{LIST}?show=closed"))
    assert SENTENCE in text_of(coordinator.get(f"{LIST}?item=lv_ef_pct&age="))
    assert SENTENCE not in text_of(coordinator.get(f"{LIST}?age=30"))
    assert SENTENCE in text_of(coordinator.get(f"{LIST}?show=nonsense"))


def test_the_steward_sees_all_centers_and_counts_by_center(at_registry, asked, lakeside):
    with center_scope(ALL_CENTERS):
        other = exam_made(lakeside, "L")
        finding_made(other)
        exams_rechecked([other.pk])
    text = text_of(at_registry.get(LIST))
    assert "Riverside Heart Hospital" in text
    assert "Lakeside Clinic" in text
    only = at_registry.get(f"{LIST}?center=lakeside").content.decode()
    assert other.pseudonym in only
    assert asked.examination.pseudonym not in only


def test_another_centers_question_looks_absent(client, coordinator_lakeside, signed_in, asked):
    signed_in(client, coordinator_lakeside)
    foreign, absent = (client.get(f"{LIST}{pk}/") for pk in (asked.pk, uuid.uuid4()))
    assert (foreign.status_code, foreign.content) == (404, absent.content)
    assert SENTENCE not in text_of(client.get(LIST))


def test_the_page_leads_to_the_value_and_takes_an_answer(coordinator, asked, exam):
    page = coordinator.get(f"{LIST}{asked.pk}/")
    assert f"{reverse('exams:case_report', args=[exam.pk])}#f-lv_ef_pct" in page.content.decode()
    assert "A check asked" in text_of(page)
    said = {"choice": "value_is_right", "text": "Read twice.", "turn": 1}
    answered = text_of(coordinator.post(f"{LIST}{asked.pk}/answer", said, follow=True))
    assert "The center answered : The value is right as it stands" in answered
    assert again(asked).state == "answered"


def test_an_answer_without_a_choice_or_with_a_name_is_not_kept(coordinator, asked):
    answer = coordinator.post(f"{LIST}{asked.pk}/answer", {"text": "fine"})
    assert "Choose an answer." in text_of(answer, 422)
    said = {"choice": "not_available", "text": "Mrs. Doe moved away"}
    answer = coordinator.post(f"{LIST}{asked.pk}/answer", said)
    assert NAME in text_of(answer, 422)
    assert again(asked).state == "open"


def test_an_answer_to_a_page_that_is_old_is_not_kept(coordinator, asked):
    said = {"choice": "not_available", "turn": 9}
    answer = coordinator.post(f"{LIST}{asked.pk}/answer", said)
    assert "asked again before this answer came" in text_of(answer, 422)


def test_the_steward_asks_again_and_closes(at_registry, asked):
    page = f"{LIST}{asked.pk}/"
    assert "Answer for the center" not in text_of(at_registry.get(page))
    closed = at_registry.post(f"{page}settle", {"choice": "close"}, follow=True)
    assert "The question is closed." in text_of(closed)
    refused = at_registry.post(f"{page}settle", {"choice": "reopen"})
    assert "Say in a sentence" in text_of(refused, 422)
    asked_again = at_registry.post(
        f"{page}settle", {"choice": "reopen", "text": "Closed too soon."}, follow=True
    )
    assert "Closed too soon." in text_of(asked_again)
    assert at_registry.post(f"{page}settle", {"choice": "burn"}).status_code == 422


def test_a_center_cannot_settle_what_the_registry_asks(coordinator, asked):
    assert "Settle it" not in text_of(coordinator.get(f"{LIST}{asked.pk}/"))
    assert coordinator.post(f"{LIST}{asked.pk}/settle", {"choice": "close"}).status_code == 403
    assert again(asked).state == "open"


def test_a_person_asks_about_an_exam(at_registry, exam):
    address = reverse("quality:ask", args=[exam.pk])
    assert 'value="lv_ef_pct" selected' in at_registry.get(f"{address}?item=lv_ef_pct").content.decode()
    assert at_registry.post(address, {"item": "lv_ef_pct"}).status_code == 422
    refused = at_registry.post(address, {"text": "As told by Jane Doe"})
    assert NAME in text_of(refused, 422)
    kept = at_registry.post(address, {"text": "Is this one exam or two?"}, follow=True)
    assert "about the exam as a whole" in text_of(kept).lower()
    panel = text_of(at_registry.get(f"/exams/{exam.pk}/"))
    assert "Is this one exam or two?" in panel
    assert at_registry.get(reverse("quality:ask", args=[uuid.uuid4()])).status_code == 404


def test_the_page_of_an_exam_says_that_nothing_is_asked(coordinator, exam):
    assert "Nothing is asked about this exam." in text_of(coordinator.get(f"/exams/{exam.pk}/"))


@pytest.fixture
def found(exam):
    with center_scope(ALL_CENTERS):
        finding_made(exam)
        return finding_made(exam, "diameters", "lv_edd_mm")


def table(*lines):
    text = "\n".join(["exam,item,rule,code,severity,who,sentence", *lines])
    return SimpleUploadedFile("findings.csv", text.encode(), "text/csv")


def confirm(client, page):
    keys = re.findall(r'name="finding" value="([^"]+)"', page.content.decode())
    return client.post(FROM_FINDINGS, {"confirm": "yes", "finding": keys}, follow=True)


def test_findings_of_a_filter_are_shown_before_they_are_asked(at_registry, found):
    assert "No finding fits" in text_of(at_registry.post(FROM_FINDINGS, {"severity": "reject"}))
    given = at_registry.get(f"{FROM_FINDINGS}?severity=warn&rule=diameters").content.decode()
    assert 'value="warn" selected' in given
    page = at_registry.post(FROM_FINDINGS, {"rule": "diameters", "severity": "warn"})
    assert "1 question to 1 center would be asked" in text_of(page)
    assert not _queries()
    assert "1 questions are asked." in text_of(confirm(at_registry, page))
    assert [query.rule for query in _queries()] == ["diameters"]
    again_ = at_registry.post(FROM_FINDINGS, {"rule": "diameters"})
    assert "No finding fits that is not being asked about." in text_of(again_)


def test_findings_of_a_table_become_queries(at_registry, found, exam):
    line = f"{exam.pseudonym},lv_edd_mm,diameters,CrossField,warn,the reader,x"
    page = at_registry.post(FROM_FINDINGS, {"table": table(line, line)})
    assert "1 question to 1 center would be asked" in text_of(page)
    confirm(at_registry, page)
    assert [query.item for query in _queries()] == ["lv_edd_mm"]
    known = text_of(confirm(at_registry, page))
    assert "0 questions are asked. 1 were asked about already." in known


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"\xff\xfe\x00", ENCODING),
        (b"name,value\nJane,1\n", NO_TABLE),
        (b'exam,item,rule\n"E', NO_TABLE),
        (b"", "empty"),
        (b"exam,item,rule\nDOE^JANE,lv_edd_mm,diameters\n", "Line 2 of the table names no finding."),
    ],
)
def test_a_table_that_is_none_is_refused_without_repeating_it(at_registry, data, why):
    page = at_registry.post(FROM_FINDINGS, {"table": SimpleUploadedFile("t.csv", data, "text/csv")})
    text = text_of(page, 422)
    assert why in text
    assert "JANE" not in text


def test_not_more_findings_than_may_be_asked_at_once(at_registry, found, exam, monkeypatch):
    monkeypatch.setattr(query_views, "MOST_AT_ONCE", 1)
    assert "More findings fit" in text_of(at_registry.post(FROM_FINDINGS, {}))
    lines = [f"{exam.pseudonym},lv_edd_mm,diameters"] * 2
    assert "more than 1 lines" in text_of(at_registry.post(FROM_FINDINGS, {"table": table(*lines)}), 422)
    assert at_registry.post(FROM_FINDINGS, {"quarter": "now"}).status_code == 422


def test_a_coordinator_asks_about_findings_of_the_own_center_only(coordinator, found, lakeside):
    with center_scope(ALL_CENTERS):
        other = exam_made(lakeside, "L")
        finding_made(other)
    page = coordinator.post(FROM_FINDINGS, {})
    assert other.pseudonym not in page.content.decode()
    confirm(coordinator, page)
    assert {query.asked_by for query in _queries()} == {"center"}
    smuggled = {"confirm": "yes", "finding": [f"{other.pseudonym} lv_ef_pct ef-from-volumes", "nonsense"]}
    assert "0 questions are asked" in text_of(coordinator.post(FROM_FINDINGS, smuggled, follow=True))


def test_a_long_worklist_costs_no_more_queries(
    coordinator, exam, principal_of, coordinator_riverside, django_assert_max_num_queries
):
    by = principal_of(coordinator_riverside)
    with center_scope(ALL_CENTERS):
        for item in ("lv_ef_pct", "lv_edv_ml", "lv_esv_ml", "lv_mass_g"):
            query_open(exam=exam, item=item, sentence="Is it right?", by=by)
    with django_assert_max_num_queries(12):
        assert text_of(coordinator.get(LIST)).count("Is it right?") == 4


def _queries():
    with center_scope(ALL_CENTERS):
        return list(DataQuery.objects.all())
