"""Pages of follow-up: figures, filters, one subject's timeline with reasons, the panel of an exam, the rule."""

import re

import pytest

from cmr_exchange.censoring import RULE_WORDS
from cmr_exchange.followup import EventKind, OutcomeEvent, Precision, SourceClass
from cmr_exchange.manifest import MissingCode, ReportValue, ValueSource
from cmr_registry.followup.services import followup_record
from cmr_registry.followup.tests.factories import DEAD, REPLACED_VALVE, TORN, document_of
from cmr_registry.lib.scope import ALL_CENTERS, center_scope

VISIT = OutcomeEvent(
    EventKind.VISIT,
    300,
    SourceClass.PHONE,
    Precision.MONTH,
    {"fu_nyha": ReportValue(ValueSource.DESK, missing=MissingCode.UNKNOWN)},
)


@pytest.fixture
def stated(exam_riverside, principal_riverside):
    """Follow-up of the subject of Riverside's exam; `stated(...)` sends a version."""

    def keep(version=1, **changes):
        with center_scope(ALL_CENTERS):
            name = exam_riverside.subject.pseudonym
            return followup_record(
                principal=principal_riverside, document=document_of(name, version=version, **changes)
            )

    return keep


@pytest.fixture
def reader(client, coordinator_riverside, signed_in):
    return signed_in(client, coordinator_riverside)


def text_of(answer):
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_the_list_tells_figures_with_denominators(reader, stated):
    stated(statuses=TORN)
    text = text_of(reader.get("/follow-up/"))
    for words in (
        "vital status known, of 1 subject",
        "not watched, of 1 (0 %)",
        "died while watched, of 1 known",
        "sources contradict",
        "national death index",
    ):
        assert words in text


def test_before_anything_is_stated_the_list_says_what_to_do(reader, exam_riverside):
    assert "nothing stated yet" in text_of(reader.get("/follow-up/"))
    assert "Show all subjects" in text_of(reader.get("/follow-up/?show=died"))


def test_a_center_without_exams_is_told_where_subjects_come_from(client, coordinator_lakeside, signed_in):
    signed_in(client, coordinator_lakeside)
    assert "No subject yet" in text_of(client.get("/follow-up/"))


def test_the_page_of_a_subject_says_what_the_rule_says_and_why(reader, stated, exam_riverside):
    stated()
    stated(version=2, statuses=TORN, events=[REPLACED_VALVE, VISIT])
    answer = reader.get(f"/follow-up/{exam_riverside.subject_id}/")
    text = text_of(answer)
    for words in (
        "after 400 days, national death index",
        "Died after 400 days, known from the national death index.",
        "The sources contradict each other",
        "died, sudden cardiac death",
        "Aortic valve replacement",
        "Visit, within the month",
        "missing: unknown",
        "no, replaced",
    ):
        assert words in text
    assert b"<svg" in answer.content
    assert b"style=" not in answer.content


def test_a_subject_of_whom_nothing_is_stated_has_a_page_that_says_so(reader, exam_riverside):
    text = text_of(reader.get(f"/follow-up/{exam_riverside.subject_id}/"))
    assert "stated nothing about this subject yet" in text
    assert "Not watched: no window of a watching source holds day 0." in text


def test_an_exam_without_a_day_has_no_follow_up(reader, stated, exam_riverside):
    stated()
    with center_scope(ALL_CENTERS):
        exam_riverside.day = None
        exam_riverside.save(update_fields=["day"])
    assert "No exam of this subject has a known day" in text_of(
        reader.get(f"/follow-up/{exam_riverside.subject_id}/")
    )
    assert "day of this exam is not known" in text_of(reader.get(f"/exams/{exam_riverside.pk}/"))


def test_the_page_of_an_exam_carries_a_panel(reader, stated, exam_riverside):
    assert "stated nothing about what became" in text_of(reader.get(f"/exams/{exam_riverside.pk}/"))
    stated(statuses=DEAD, events=[REPLACED_VALVE])
    answer = reader.get(f"/exams/{exam_riverside.pk}/")
    assert "400 days after this exam, national death index" in text_of(answer)
    assert f"/follow-up/{exam_riverside.subject_id}/".encode() in answer.content


def test_another_centers_subject_looks_absent(
    client, coordinator_lakeside, signed_in, stated, exam_riverside
):
    stated(statuses=DEAD)
    signed_in(client, coordinator_lakeside)
    foreign = client.get(f"/follow-up/{exam_riverside.subject_id}/")
    absent = client.get("/follow-up/00000000-0000-4000-8000-000000000000/")
    assert (foreign.status_code, foreign.content) == (404, absent.content)
    assert exam_riverside.subject.pseudonym not in text_of(client.get("/follow-up/"))


def test_a_trainee_sees_no_follow_up(client, trainee, signed_in):
    assert signed_in(client, trainee).get("/follow-up/").status_code == 403


def test_the_rule_is_explained_to_everybody_with_its_version(client, db):
    text = text_of(client.get("/follow-up/rule/"))
    assert "default-1" in text
    for sentence in RULE_WORDS:
        assert sentence.replace("'", "&#x27;") in text


def test_a_list_of_many_costs_no_more_queries(reader, stated, django_assert_max_num_queries):
    stated()
    with django_assert_max_num_queries(12):
        reader.get("/follow-up/")
