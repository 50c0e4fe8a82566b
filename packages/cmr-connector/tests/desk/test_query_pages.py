"""Questions of the registry at the desk: beside the patient's name, answered by codes, hostile texts shown as texts."""

import dataclasses
import json

import pytest

from cmr_connector.states import StatementKind, StatementState
from cmr_exchange.queries import (
    DataQueryDocument,
    QueryAnswer,
    QueryAuthor,
    QueryEntry,
    QueryState,
    QueryStep,
)

AT = "2026-11-22T05:40:00Z"
HOSTILE = "<script>alert(1)</script> {{ 7 * 7 }} <img src=x onerror=alert(1)>"


def question(exam, n=1, **changes):
    asked = DataQueryDocument(
        id=f"0b0e2d4a-6d0a-4c63-9a08-6a1fb2a7f{n:03d}",
        exam=exam,
        item="lv_ef_pct",
        rule="ef-from-volumes",
        code="CrossField",
        sentence="The ejection fraction does not fit the volumes.",
        state=QueryState.OPEN,
        turn=1,
        version=1,
        opened_at=AT,
        thread=(QueryEntry(AT, QueryStep.OPENED, QueryAuthor.REGISTRY, text="Please look once more."),),
    )
    return dataclasses.replace(asked, **changes)


@pytest.fixture
def exam(workplace, admit):
    number, _ = admit(workplace, "PAT-1", "20200317", name="DOE^JANE")
    return workplace.store.exams.get(number)


@pytest.fixture
def keep(workplace):
    return workplace.store.data_queries.put


@pytest.fixture
def asked(workplace, exam, keep):
    keep(question(exam.pseudonym))
    return workplace.store.data_queries.waiting()[0]


@pytest.fixture
def page(asked):
    return f"/queries/{asked.number}"


def test_the_worklist_shows_questions_beside_name_and_date(person, asked):
    text = person.get("/queries").text
    assert "DOE^JANE" in text
    assert "2020-03-17" in text
    assert "The ejection fraction does not fit the volumes." in text
    assert "to answer (1)" in text
    assert "1 question</caption>" in text


def test_tabs_and_items_choose_what_is_shown(person, asked, exam, keep):
    keep(question(exam.pseudonym, 2, item="lv_edv_ml", sentence="Which volume is it?"))
    keep(question(exam.pseudonym, 3, state=QueryState.CLOSED, sentence="Settled long ago."))
    keep(question("Z" * 17, 4, item="", sentence="Whose exam is it?"))
    only = person.get("/queries?item=lv_ef_pct").text
    assert "Which volume" not in only
    assert "1 question about this item" in only
    assert "Settled long ago." in person.get("/queries?show=closed").text
    assert "exam not known here" in person.get("/queries?show=nonsense").text
    assert "Nothing is asked about this item." in person.get("/queries?item=nothing").text
    assert "No answer is being looked at." in person.get("/queries?show=sent").text


def test_a_long_worklist_has_pages(person, exam, keep):
    for n in range(1, 53):
        keep(question(exam.pseudonym, n))
    assert "Page 1 of 2" in person.get("/queries").text
    assert person.get("/queries?page=2").text.count("/queries/5") == 2


def test_the_page_leads_to_the_item_on_the_form(person, page, exam):
    text = person.get(page).text
    assert f'href="/exams/{exam.id}/report#f-lv_ef_pct"' in text
    assert "Please look once more." in text
    assert "value_corrected" not in text, "no newer version was received"


def test_an_answer_is_queued_and_leaves_a_line(person, page, asked, workplace, desk):
    person.get(page)
    answered = person.post(f"{page}/answer", {"choice": "value_is_right", "turn": "1"})
    assert (answered.status_code, answered.headers["location"]) == (303, "/queries")
    statement = workplace.store.statements.newest(StatementKind.QUERY_ANSWER, asked.document.id)
    assert statement.state is StatementState.QUEUED
    assert json.loads(statement.document)["answer"] == "value_is_right"
    assert "answer on its way" in person.get("/queries?show=sent").text
    assert "answered a question of the registry" in {one.words for one in desk.acts.listed()}
    assert "Answered here: The value is right as it stands." in person.get(page).text
    assert "Answer to a question" in person.get("/follow-up/sent").text
    assert person.post(f"{page}/answer", {"choice": "value_is_right", "turn": "1"}).status_code == 409


@pytest.mark.parametrize(
    ("fields", "status", "sentence"),
    [
        ({"turn": "1"}, 400, "Choose an answer."),
        ({"choice": "my own words", "turn": "1"}, 400, "Choose an answer."),
        ({"choice": "value_is_right", "turn": "2"}, 409, "asked again meanwhile"),
        ({"choice": "value_corrected", "turn": "1"}, 409, "correct the value first"),
    ],
)
def test_what_does_not_fit_is_not_queued(person, page, workplace, asked, fields, status, sentence):
    person.get(page)
    answer = person.post(f"{page}/answer", fields)
    assert answer.status_code == status
    assert sentence in answer.text
    assert workplace.store.statements.newest(StatementKind.QUERY_ANSWER, asked.document.id) is None


def test_a_note_is_kept_and_never_queued(person, page, asked, workplace):
    person.get(page)
    assert person.post(f"{page}/note", {"note": "Ask Dr. Doe"}).status_code == 303
    assert "Ask Dr. Doe" in person.get(page).text
    assert person.post(f"{page}/note", {"note": "x" * 1001}).status_code == 400
    assert sum(workplace.store.statements.counts().values()) == 0


def test_a_text_of_the_registry_is_shown_as_text(person, exam, keep, workplace):
    thread = (QueryEntry(AT, QueryStep.OPENED, QueryAuthor.REGISTRY, text=HOSTILE),)
    keep(question(exam.pseudonym, sentence=HOSTILE, thread=thread, item="no_such_item", rule=""))
    [row] = workplace.store.data_queries.waiting()
    for address in ("/queries", f"/queries/{row.number}"):
        text = person.get(address).text
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert "&lt;script&gt;" in text
        assert "{{ 7 * 7 }}" in text


def test_a_refused_answer_says_why_and_waits_again(person, page, asked, workplace):
    person.get(page)
    person.post(f"{page}/answer", {"choice": "value_is_right", "turn": "1"})
    statement = workplace.store.statements.claim()
    workplace.store.statements.refused(statement.id, "query_asked_again", None)
    workplace.store.data_queries.answer_missed(asked.document.id)
    assert "The registry has asked again before this answer came." in person.get(page).text


def test_an_answer_that_was_received_is_said_to_be_looked_at(person, page, asked, workplace, exam, keep):
    workplace.queries.answer(asked, QueryAnswer.NOT_AVAILABLE, "jane.doe")
    statement = workplace.store.statements.claim()
    workplace.store.statements.move(statement.id, StatementState.ACCEPTED)
    assert "The registry has the answer" in person.get(page).text
    entry = QueryEntry(AT, QueryStep.ANSWERED, QueryAuthor.CONNECTOR, QueryAnswer.VALUE_CORRECTED, 3)
    keep(dataclasses.replace(asked.document, state=QueryState.CLOSED, thread=(entry,)))
    assert "This center answered</strong>: The value is corrected in version 3" in person.get(page).text


def test_an_exam_that_nobody_knows_here_can_be_disowned(person, keep, workplace):
    keep(question("Z" * 17))
    [row] = workplace.store.data_queries.waiting()
    text = person.get(f"/queries/{row.number}").text
    assert "not known to this connector" in text
    assert "This is not our exam" in text
    assert "Go to the value" not in text


def test_the_page_of_an_exam_leads_to_its_questions(person, asked, page, exam):
    text = person.get(f"/exams/{exam.id}").text
    assert "1 question of the registry about this exam" in text
    assert f'href="{page}"' in text


def test_the_overview_shows_how_many_wait(person, asked):
    assert "question of the registry waits for an answer." in person.get("/").text


def test_what_is_not_there_is_absent_and_strangers_learn_nothing(person, stranger, page):
    assert person.get("/queries/999").status_code == 404
    assert stranger.get(page).status_code == 303
    assert stranger.post(f"{page}/answer", {"choice": "value_is_right", "turn": "1"}).status_code == 401
