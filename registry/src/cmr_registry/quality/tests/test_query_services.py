"""Data queries as services: who may do what, what each step leaves behind, what is kept out."""

import functools
import itertools
import uuid

import pytest

from cmr_dictionary.checks import RULES
from cmr_exchange.queries import QueryAnswer, QueryAuthor, QueryState
from cmr_registry.accounts.errors import NotAllowedRejected
from cmr_registry.audit.models import AuditEvent
from cmr_registry.lib.free_text import NAME, NUMBER
from cmr_registry.quality import query_services
from cmr_registry.quality.errors import QueryRejected, QueryTextRejected
from cmr_registry.quality.models import DataQuery, ExamCheck, Finding
from cmr_registry.quality.query_checking import FOUND_AGAIN, NOT_FOUND, STILL_FOUND, exams_rechecked
from cmr_registry.quality.query_policy import asking_rules
from cmr_registry.quality.query_services import (
    NO_SUCH_ITEM,
    NOT_NOW,
    SAY_WHAT,
    Answer,
    may_settle,
    queries_open,
    query_answer,
    query_close,
    query_open,
    query_reopen,
)
from cmr_registry.quality.query_states import ALLOWED, require_step
from cmr_registry.quality.tests.query_factories import exam_made, finding_made
from cmr_registry.subjects.services import subject_withdraw

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("all_centers")]

RULE, SILENT_RULE = "ef-from-volumes", "diameters"
RIGHT = Answer(QueryAnswer.VALUE_IS_RIGHT)


@pytest.fixture
def exam(all_centers, riverside):
    return exam_made(riverside)


@pytest.fixture
def by_steward(steward, principal_of):
    return principal_of(steward)


@pytest.fixture
def by_center(coordinator_riverside, principal_of):
    return principal_of(coordinator_riverside)


@pytest.fixture
def asked(exam, by_steward):
    return query_open(exam=exam, item="lv_ef_pct", sentence="Is this the value of the report?", by=by_steward)


@pytest.fixture
def find(exam):
    """`find(rule, item, code)`: a check finds something in the exam of Riverside."""
    return functools.partial(finding_made, exam)


def last(query):
    return query.entries.order_by("-number").first()


def events(action):
    return AuditEvent.objects.filter(action=action, outcome="done")


def test_a_person_asks_and_an_event_is_left_without_the_sentence(asked, exam):
    assert (asked.state, asked.asked_by, asked.turn, asked.version) == ("open", "registry", 1, exam.version)
    assert (last(asked).step, last(asked).author) == ("opened", "registry")
    event = events("query.open").get()
    assert event.chain == str(exam.center_id)
    assert event.detail == {"item": "lv_ef_pct", "rule": "", "turn": 1}


def test_asking_what_is_asked_already_gives_the_same_query(asked, exam, by_steward):
    again = query_open(exam=exam, item="lv_ef_pct", sentence="Once more?", by=by_steward)
    assert again.pk == asked.pk
    query_close(query=asked, text="", by=by_steward)
    assert query_open(exam=exam, item="lv_ef_pct", sentence="Now?", by=by_steward).pk != asked.pk


def test_a_question_may_be_about_the_whole_exam_and_needs_an_item_that_crosses(exam, by_steward):
    assert query_open(exam=exam, item="", sentence="Is this one exam or two?", by=by_steward).item == ""
    for item in ("no_such_item", "patient_name"):
        with pytest.raises(QueryTextRejected, match=NO_SUCH_ITEM):
            query_open(exam=exam, item=item, sentence="Is it right?", by=by_steward)


@pytest.mark.parametrize(
    ("text", "why"), [("  ", SAY_WHAT), ("Ask Mrs. Doe", NAME), ("See record 4711234", NUMBER)]
)
def test_a_text_that_may_name_a_patient_leaves_nothing(exam, by_steward, text, why):
    with pytest.raises(QueryTextRejected) as refused:
        query_open(exam=exam, item="", sentence=text, by=by_steward)
    assert str(refused.value) == why
    assert not DataQuery.objects.exists()
    assert not events("query.open").exists()


def test_an_answer_of_the_center_waits_for_the_registry(asked, by_center):
    answered = query_answer(
        query=asked, answer=Answer(QueryAnswer.VALUE_IS_RIGHT, text="Read twice."), by=by_center
    )
    assert (answered.state, answered.answer) == ("answered", "value_is_right")
    assert (last(answered).author, last(answered).text) == ("center", "Read twice.")
    assert events("query.answer").get().detail["answer"] == "value_is_right"


def test_the_same_answer_again_changes_nothing_and_another_one_is_added(asked, by_center):
    first = query_answer(query=asked, answer=RIGHT, by=by_center)
    assert query_answer(query=asked, answer=RIGHT, by=by_center).change == first.change
    other = query_answer(query=asked, answer=Answer(QueryAnswer.NOT_AVAILABLE), by=by_center)
    assert (other.state, other.answer, other.entries.count()) == ("answered", "not_available", 3)


def test_an_answer_to_a_former_asking_is_refused(asked, by_center, by_steward, principal_riverside):
    query_answer(query=asked, answer=RIGHT, by=by_center)
    query_reopen(query=asked, text="The volumes say otherwise.", by=by_steward)
    with pytest.raises(QueryRejected) as refused:
        query_answer(query=asked, answer=Answer(QueryAnswer.VALUE_IS_RIGHT, turn=1), by=principal_riverside)
    assert refused.value.reason.code == "query_asked_again"
    answered = query_answer(
        query=asked, answer=Answer(QueryAnswer.VALUE_IS_RIGHT, turn=2), by=principal_riverside
    )
    assert (answered.turn, last(answered).author) == (2, "connector")


def test_an_answer_that_comes_after_the_check_has_closed_it_is_noted_and_opens_nothing(
    exam, find, principal_riverside
):
    finding = find()
    exams_rechecked([exam.pk])
    query = DataQuery.objects.get()
    finding.delete()
    exams_rechecked([exam.pk])
    corrected = Answer(QueryAnswer.VALUE_CORRECTED, turn=1, version=2)
    answered = query_answer(query=query, answer=corrected, by=principal_riverside)
    assert (answered.state, answered.closed_by, last(answered).version) == ("closed", "check", 2)


def test_a_value_said_to_be_corrected_is_checked_again(asked, by_center, exam):
    query_answer(query=asked, answer=Answer(QueryAnswer.VALUE_CORRECTED), by=by_center)
    assert ExamCheck.objects.get(examination=exam).is_due


def test_the_registry_closes_and_asks_again_with_a_reason(asked, by_steward):
    closed = query_close(query=asked, text="", by=by_steward)
    assert (closed.state, closed.closed_by) == ("closed", "registry")
    with pytest.raises(QueryTextRejected, match=NOT_NOW):
        query_close(query=asked, text="", by=by_steward)
    with pytest.raises(QueryTextRejected, match=SAY_WHAT):
        query_reopen(query=asked, text="", by=by_steward)
    again = query_reopen(query=asked, text="Closed too soon.", by=by_steward)
    assert (again.state, again.turn, again.closed_by) == ("reopened", 2, "")
    assert last(again).text == "Closed too soon."


def test_a_closed_query_is_not_reopened_while_the_same_is_asked_by_another(asked, exam, by_steward):
    query_close(query=asked, text="", by=by_steward)
    query_open(exam=exam, item="lv_ef_pct", sentence="Once more?", by=by_steward)
    with pytest.raises(QueryTextRejected, match=NOT_NOW):
        query_reopen(query=asked, text="Closed too soon.", by=by_steward)


def test_a_center_closes_what_it_asked_itself_and_nothing_else(asked, exam, by_center, by_steward):
    own = query_open(exam=exam, item="lv_edv_ml", sentence="Who can look at it?", by=by_center)
    assert own.asked_by == QueryAuthor.CENTER
    assert may_settle(own, by_center)
    assert not may_settle(asked, by_center)
    assert query_close(query=own, text="", by=by_center).closed_by == "center"
    for act in (query_close, query_reopen):
        with pytest.raises(NotAllowedRejected):
            act(query=asked, text="It is fine.", by=by_center)
    assert AuditEvent.objects.filter(outcome="denied").count() == 2


@pytest.mark.parametrize("who", ["coordinator_lakeside", "trainee", "center_pi", "researcher", "auditor"])
def test_who_may_not_ask_or_answer_is_refused(asked, exam, who, request, principal_of):
    by = principal_of(request.getfixturevalue(who))
    with pytest.raises(NotAllowedRejected):
        query_open(exam=exam, item="", sentence="Is it right?", by=by)
    with pytest.raises(NotAllowedRejected):
        query_answer(query=asked, answer=RIGHT, by=by)
    with pytest.raises(NotAllowedRejected):
        query_close(query=asked, text="", by=by)
    assert asked.entries.count() == 1


def test_the_steward_does_not_answer_for_a_center(asked, by_steward):
    with pytest.raises(NotAllowedRejected):
        query_answer(query=asked, answer=RIGHT, by=by_steward)


@pytest.mark.parametrize(("old", "new"), list(itertools.product(QueryState, QueryState)))
def test_every_step_is_in_the_table_or_refused(old, new):
    if new in ALLOWED[old]:
        assert require_step(old, new) is new
    else:
        with pytest.raises(ValueError, match=old):
            require_step(old, new)


def test_findings_become_queries_once(exam, find, by_steward):
    findings = [find(), find(SILENT_RULE, "lv_edd_mm"), find("", "lv_esv_ml", "Unusual")]
    opened = queries_open(findings=findings, by=by_steward)
    assert (opened.n_opened, opened.n_known) == (3, 0)
    assert queries_open(findings=findings, by=by_steward).n_known == 3
    assert {query.rule for query in DataQuery.objects.all()} == {RULE, SILENT_RULE, ""}
    assert events("query.open_many").first().detail == {"n_queries": 3}


def test_not_more_than_so_many_at_once_and_only_where_one_may_ask(find, by_steward, by_center, monkeypatch):
    finding = find()
    monkeypatch.setattr(query_services, "MOST_AT_ONCE", 1)
    with pytest.raises(QueryTextRejected):
        queries_open(findings=[finding, finding], by=by_steward)
    finding.center_id = uuid.uuid4()
    with pytest.raises(NotAllowedRejected):
        queries_open(findings=[finding], by=by_center)
    assert not DataQuery.objects.exists()


def test_a_rule_of_the_policy_asks_by_itself_and_others_do_not(exam, find):
    find()
    find(SILENT_RULE, "lv_edd_mm")
    exams_rechecked([exam.pk])
    query = DataQuery.objects.get()
    assert (query.rule, query.asked_by, query.state) == (RULE, "check", "open")
    exams_rechecked([exam.pk])
    assert DataQuery.objects.get().change == query.change
    assert events("query.follow_checks").get().detail == {"open": 1}


def test_a_query_closes_itself_when_the_check_no_longer_finds_it(exam, find, by_steward):
    finding = find(SILENT_RULE)
    queries_open(findings=[finding], by=by_steward)
    finding.delete()
    exams_rechecked([exam.pk])
    query = DataQuery.objects.get()
    assert (query.state, query.closed_by, last(query).text) == ("closed", "check", NOT_FOUND)


def test_what_is_said_to_be_corrected_and_still_found_is_asked_again(exam, find, by_center):
    find()
    exams_rechecked([exam.pk])
    query_answer(query=DataQuery.objects.get(), answer=Answer(QueryAnswer.VALUE_CORRECTED), by=by_center)
    exams_rechecked([exam.pk])
    query = DataQuery.objects.get()
    assert (query.state, query.turn, query.answer, last(query).text) == ("reopened", 2, "", STILL_FOUND)


def test_a_value_said_to_be_right_waits_for_a_person_and_stays_closed_after(
    exam, find, by_center, by_steward
):
    find()
    exams_rechecked([exam.pk])
    query = query_answer(query=DataQuery.objects.get(), answer=RIGHT, by=by_center)
    exams_rechecked([exam.pk])
    assert DataQuery.objects.get().state == "answered"
    query_close(query=query, text="", by=by_steward)
    exams_rechecked([exam.pk])
    assert DataQuery.objects.get().state == "closed"


def test_what_a_check_closed_and_finds_again_is_asked_again_where_it_asks_by_itself(exam, find, by_steward):
    first, other = find(), find(SILENT_RULE, "lv_edd_mm")
    queries_open(findings=[first, other], by=by_steward)
    first.delete(), other.delete()
    exams_rechecked([exam.pk])
    find(), find(SILENT_RULE, "lv_edd_mm")
    exams_rechecked([exam.pk])
    states = dict(DataQuery.objects.values_list("rule", "state"))
    assert states == {RULE: "reopened", SILENT_RULE: "closed"}
    assert last(DataQuery.objects.get(rule=RULE)).text == FOUND_AGAIN


def test_a_question_of_a_person_does_not_follow_the_checks(asked, exam):
    exams_rechecked([exam.pk])
    asked.refresh_from_db()
    assert asked.state == "open"


def test_the_queries_of_many_exams_cost_a_few_statements(exam, find, django_assert_max_num_queries):
    for number in range(40):
        find(item=f"item_{number}")
    with django_assert_max_num_queries(14):
        exams_rechecked([exam.pk])
    Finding.objects.all().delete()
    with django_assert_max_num_queries(14):
        exams_rechecked([exam.pk])
    assert set(DataQuery.objects.values_list("state", flat=True)) == {"closed"}


def test_changes_are_numbered_within_the_center(asked, by_center, by_steward):
    query_answer(query=asked, answer=RIGHT, by=by_center)
    query_close(query=asked, text="", by=by_steward)
    asked.refresh_from_db()
    assert asked.change == 3


def test_a_thread_takes_no_more_than_a_document_may_hold(asked, by_center, monkeypatch):
    monkeypatch.setattr("cmr_registry.quality.query_writing.MAX_ENTRIES", 1)
    with pytest.raises(QueryRejected):
        query_answer(query=asked, answer=RIGHT, by=by_center)
    assert asked.entries.count() == 1


def test_after_a_withdrawal_nothing_is_asked_any_more(asked, exam, by_steward):
    subject_withdraw(subject=exam.subject, by=by_steward, scope="subject")
    assert not DataQuery.objects.exists()
    assert DataQuery.everything.exists()


def test_every_rule_that_asks_by_itself_exists_and_says_why():
    for rule, why in asking_rules().items():
        assert rule in RULES
        assert len(why) > 20
