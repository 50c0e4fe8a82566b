"""Data queries at the connector: fetched, answered by codes, closed by corrections; nothing else crosses."""

import dataclasses
import json
import sqlite3

import pytest

from cmr_connector.errors import RegistryError
from cmr_connector.manifests import SOFTWARE
from cmr_connector.query_poll import QueryPoll
from cmr_connector.query_work import QueryRejected
from cmr_connector.states import DeliveryState, StatementKind, StatementState
from cmr_exchange.manifest import Contents, DeliveryManifest, ReportValue, ValueSource
from cmr_exchange.queries import (
    DataQueryDocument,
    QueryAnswer,
    QueryAuthor,
    QueryEntry,
    QueryState,
    QueryStep,
)

AT = "2026-11-22T05:40:00Z"
RIGHT = QueryAnswer.VALUE_IS_RIGHT


def query_about(exam, n=1, **changes):
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
        thread=(QueryEntry(AT, QueryStep.OPENED, QueryAuthor.CHECK),),
    )
    return dataclasses.replace(asked, **changes)


@pytest.fixture
def fetch(workplace):
    def run():
        client = workplace.client()
        try:
            return workplace.queries.fetch(client)
        finally:
            client.close()

    return run


@pytest.fixture
def exam(workplace, admit):
    number, _ = admit(workplace, "PAT-1", name="DOE^JANE")
    return workplace.store.exams.get(number)


@pytest.fixture
def asked(registry, exam, fetch, workplace):
    """One query that waits for an answer."""
    registry.asked.append(query_about(exam.pseudonym))
    assert fetch() == 1
    return workplace.store.data_queries.waiting()[0]


@pytest.fixture
def next_version(workplace):
    """`next_version(exam, ef=55)`: the registry receives a further version of an exam, with these values."""

    def deliver(exam, **values):
        store = workplace.store
        version = store.outbox.of_exam(exam.id)[0].version + 1
        said = {name: ReportValue(ValueSource.DESK, value) for name, value in values.items()}
        manifest = DeliveryManifest(
            1, "center-a", str(exam.subject), exam.pseudonym, version, Contents.REPORT_ONLY, 0, 2020,
            "p", "0" * 64, "1.0", "k", SOFTWARE, values=said,
        )  # fmt: skip
        delivery = store.outbox.add(exam.id, manifest, f"{exam.id} {version}")
        for state in (DeliveryState.SENDING, DeliveryState.ACCEPTED):
            store.outbox.move(delivery, state)
        return version

    return deliver


def test_questions_come_page_by_page_and_only_once(registry, exam, fetch, workplace):
    registry.asked = [query_about(exam.pseudonym, n, item=f"item_{n}") for n in (1, 2, 3)]
    assert fetch() == 3
    assert fetch() == 0
    rows = workplace.store.data_queries.waiting()
    assert [row.exam_id for row in rows] == [exam.id] * 3
    assert workplace.store.data_queries.items() == ["item_1", "item_2", "item_3"]


def test_an_answer_travels_as_a_code(asked, workplace, registry, send_statements):
    workplace.queries.answer(asked, RIGHT, "jane.doe")
    [sent] = send_statements(workplace)
    assert (sent.kind, sent.state) == (StatementKind.QUERY_ANSWER, StatementState.ACCEPTED)
    [said] = registry.answers
    assert (said.query, said.turn, said.answer, said.version) == (asked.document.id, 1, RIGHT, None)
    assert set(json.loads(registry.bodies[-1])) == {"exchange_version", "center", "query", "turn", "answer"}
    assert workplace.store.data_queries.count("") == 0
    assert workplace.store.data_queries.count("sent") == 1


def test_what_was_answered_cannot_be_answered_again_until_it_is_asked_again(
    asked, workplace, registry, fetch
):
    workplace.queries.answer(asked, RIGHT, "jane.doe")
    with pytest.raises(QueryRejected):
        workplace.queries.answer(asked, RIGHT, "jane.doe")
    again = dataclasses.replace(asked.document, state=QueryState.REOPENED, turn=2)
    registry.asked.append(again)
    fetch()
    [row] = workplace.store.data_queries.waiting()
    with pytest.raises(QueryRejected):
        workplace.queries.answer(asked, RIGHT, "jane.doe")
    assert workplace.queries.answer(row, RIGHT, "jane.doe").version == 2


def test_an_answer_to_a_former_asking_waits_again(asked, workplace, registry, send_statements):
    registry.problem = {"status": 409, "code": "query_asked_again"}
    workplace.queries.answer(asked, RIGHT, "jane.doe")
    [sent] = send_statements(workplace)
    assert (sent.state, sent.reason) == (StatementState.REFUSED, "query_asked_again")
    assert [row.number for row in workplace.store.data_queries.waiting()] == [asked.number]


def test_a_question_that_the_registry_lost_is_forgotten(asked, workplace, registry, send_statements):
    registry.problem = {"status": 404, "code": "not_found"}
    workplace.queries.answer(asked, RIGHT, "jane.doe")
    [sent] = send_statements(workplace)
    assert (sent.state, sent.reason) == (StatementState.REFUSED, "unknown_query")
    assert workplace.store.data_queries.find(asked.number) is None


def test_a_registry_out_of_reach_only_delays_the_answer(asked, workplace, registry, send_statements):
    registry.fail_next = 1
    workplace.queries.answer(asked, RIGHT, "jane.doe")
    [sent] = send_statements(workplace)
    assert (sent.state, sent.attempts) == (StatementState.QUEUED, 1)
    workplace.store.statements.retry_now()
    [sent] = send_statements(workplace)
    assert sent.state is StatementState.ACCEPTED


def test_a_correction_answers_by_itself_once_the_registry_has_received_it(
    asked, exam, workplace, registry, next_version, send_statements
):
    work = workplace.queries
    assert QueryAnswer.VALUE_CORRECTED not in work.choices(asked)
    next_version(exam, lv_edv_ml=150)
    assert work.answer_corrections() == 0, "another value changed"
    version = next_version(exam, lv_ef_pct=55)
    assert work.answer_corrections() == 1
    assert work.answer_corrections() == 0
    send_statements(workplace)
    [said] = registry.answers
    assert (said.answer, said.version) == (QueryAnswer.VALUE_CORRECTED, version)


def test_a_person_says_corrected_only_where_a_newer_version_was_received(
    asked, exam, workplace, next_version
):
    with pytest.raises(QueryRejected):
        workplace.queries.answer(asked, QueryAnswer.VALUE_CORRECTED, "jane.doe")
    version = next_version(exam, lv_edv_ml=150)
    statement = workplace.queries.answer(asked, QueryAnswer.VALUE_CORRECTED, "jane.doe")
    assert json.loads(statement.document)["version"] == version


def test_a_question_about_the_whole_exam_is_never_answered_by_itself(
    registry, exam, fetch, workplace, next_version
):
    registry.asked.append(query_about(exam.pseudonym, item="", rule="", code=""))
    fetch()
    next_version(exam, lv_ef_pct=55)
    assert workplace.queries.answer_corrections() == 0


def test_an_exam_that_this_connector_never_sent_can_only_be_disowned(registry, fetch, workplace):
    registry.asked.append(query_about("Z" * 17))
    fetch()
    [row] = workplace.store.data_queries.waiting()
    assert row.exam_id is None
    assert workplace.queries.choices(row) == (QueryAnswer.NOT_OUR_EXAM,)
    assert workplace.queries.answer_corrections() == 0


def test_a_note_stays_sealed_at_the_hospital(asked, workplace, registry, send_statements, home):
    store = workplace.store
    store.data_queries.note_put(asked.number, "Dr. Doe looks at it on Monday")
    workplace.queries.answer(asked, RIGHT, "jane.doe")
    send_statements(workplace)
    assert store.data_queries.note(asked.number) == "Dr. Doe looks at it on Monday"
    assert store.data_queries.find(asked.number).has_note
    stored = b"".join(path.read_bytes() for path in (home / "data").glob("connector.sqlite*"))
    assert b"Monday" not in stored + b"".join(registry.bodies)
    store.data_queries.note_put(asked.number, "")
    assert store.data_queries.note(asked.number) == ""


def test_after_a_withdrawal_nothing_is_asked_or_answered(asked, exam, workplace, registry, send_statements):
    workplace.queries.answer(asked, RIGHT, "jane.doe")
    workplace.follow_up.withdraw(exam.subject)
    send_statements(workplace)
    assert registry.answers == []
    assert registry.withdrawn == [exam.subject]
    assert workplace.store.data_queries.find(asked.number) is None
    with pytest.raises(QueryRejected):
        workplace.queries.answer(asked, RIGHT, "jane.doe")


@pytest.mark.parametrize(
    "wrong", [{"center": "center-b"}, {"queries": [{"patient": "DOE^JANE"}]}, {"cursor": "x"}]
)
def test_a_registry_that_says_something_else_is_not_believed(registry, fetch, workplace, monkeypatch, wrong):
    page = {"exchange_version": 1, "center": "center-a", "cursor": "1", "has_more": False, "queries": []}
    monkeypatch.setattr("httpx.Response.json", lambda self: page | wrong)
    with pytest.raises(RegistryError):
        fetch()
    assert workplace.store.data_queries.waiting() == []


def test_polling_waits_longer_while_the_registry_is_out_of_reach(workplace, registry, log_lines):
    client = workplace.client()
    poll = QueryPoll(workplace.queries, client, every_s=300.0)
    registry.fail_next = 2
    assert poll.step(now=0.0) is False
    assert poll.step(now=1.0) is False, "not yet"
    poll.step(now=31.0)
    poll.step(now=100.0)
    poll.step(now=399.0)
    client.close()
    said = [line for line in log_lines() if line["event"] == "queries_postponed"]
    assert [line["attempt"] for line in said] == [1, 2]
    assert said[0]["cause"] == "answer 503"
    assert registry.fail_next == 0


def test_the_mirror_holds_no_name(asked, workplace, home):
    workplace.store._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    [row] = sqlite3.connect(home / "data" / "connector.sqlite").execute("SELECT * FROM data_query").fetchall()
    assert "DOE" not in repr(row)
    assert "PAT-1" not in repr(row)
