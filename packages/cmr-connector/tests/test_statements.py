"""Follow-up and withdrawals on their way: versions, retries, refusals; only days, codes and pseudonyms leave."""

import datetime
import json
import sqlite3

import pytest

from cmr_connector.errors import RegistryError
from cmr_connector.follow_up import FollowUpRejected, Why, read_event, read_status
from cmr_connector.overview import needs_attention, overview, overview_lines
from cmr_connector.states import ExamState, StatementKind, StatementState
from cmr_connector.store import FILE_NAME
from cmr_exchange.followup import MAX_STATUSES

TODAY = datetime.date(2024, 6, 30)
CANARIES = (
    "ZZCANARY",
    "MRN-4711",
    "19610504",
    "1961-05-04",
    "20200101",
    "2020-01-01",
    "2022-05-04",
    "2021-03-04",
)


@pytest.fixture
def patient(workplace, admit):
    """Number and subject of a patient whose first exam was on 1 January 2020."""
    return admit(workplace, "MRN-4711", name="ZZCANARY^JANE")


def alive(through="2022-05-04", source="chart", begin="2020-01-01"):
    cells = {"source": source, "from": begin, "through": through, "last_alive": through}
    return read_status(cells, TODAY)


def dead(death="2021-03-04"):
    cells = {"source": "ndi", "from": "2020-01-01", "through": "2023-12-31", "death": death}
    return read_status(cells, TODAY)


def visit(**values):
    return read_event({"event": "visit", "date": "2020-07", "source": "chart"} | values, TODAY)


def lies_open(workplace, text):
    """Whether a text stands anywhere in the database files."""
    return any(text.encode() in path.read_bytes() for path in workplace.config.data_dir.glob(f"{FILE_NAME}*"))


def test_what_is_entered_crosses_in_days_and_is_acknowledged(workplace, patient, registry, send_statements):
    _, subject = patient
    row = workplace.follow_up.enter(subject, [alive(), visit(fu_nyha="2")])
    assert (row.state, row.version, row.n_entries) == (StatementState.QUEUED, 1, (1, 1))
    [sent] = send_statements(workplace)
    assert sent.state is StatementState.ACCEPTED
    document = registry.followed[subject]
    assert (document.version, document.vital_status[0].from_day) == (1, 0)
    assert (
        document.vital_status[0].through_day == (datetime.date(2022, 5, 4) - datetime.date(2020, 1, 1)).days
    )
    assert document.events[0].values["fu_nyha"].value == "2"


def test_no_date_name_or_number_leaves_or_is_logged_or_lies_open(
    workplace, patient, registry, send_statements, log_lines
):
    _, subject = patient
    workplace.follow_up.enter(subject, [alive(), dead(), visit()])
    send_statements(workplace)
    workplace.follow_up.withdraw(subject)
    send_statements(workplace)
    assert len(registry.bodies) == 2
    assert set(json.loads(registry.bodies[1])) == {"exchange_version", "center", "subject", "scope"}
    rows = [dict(row) for row in workplace.store._db.all("SELECT * FROM statement")]
    for canary in CANARIES:
        assert canary.encode() not in b"".join(registry.bodies)
        assert canary not in str(log_lines())
        assert canary not in str(rows)
        assert not lies_open(workplace, canary), canary


def test_the_box_opens_for_its_own_subject_only(workplace, patient, admit):
    _, subject = patient
    _, other = admit(workplace, "MRN-2")
    workplace.follow_up.enter(subject, [alive()])
    workplace.store._db.execute(
        "INSERT INTO follow_up SELECT ?, box, changed_at FROM follow_up WHERE subject = ?", other, subject
    )
    with pytest.raises(Exception, match="cannot be opened"):
        workplace.store.follow_ups.get(other)


def test_a_change_that_says_nothing_new_makes_no_version(workplace, patient, send_statements):
    _, subject = patient
    assert workplace.follow_up.enter(subject, [alive()]) is not None
    send_statements(workplace)
    assert workplace.follow_up.enter(subject, [alive()]) is None
    assert workplace.follow_up.take_back(subject, "no such entry") is None


def test_a_later_word_of_the_same_source_replaces_the_earlier(workplace, patient, registry, send_statements):
    _, subject = patient
    workplace.follow_up.enter(subject, [alive()])
    send_statements(workplace)
    row = workplace.follow_up.enter(subject, [alive("2023-05-04"), visit()])
    workplace.follow_up.enter(subject, [visit(fu_nyha="3")])
    assert row.version == 2
    send_statements(workplace)
    document = registry.followed[subject]
    assert (document.version, len(document.vital_status), len(document.events)) == (3, 1, 1)
    states = [row.state for row in workplace.store.statements.of_subject(subject)]
    assert states == [StatementState.ACCEPTED, StatementState.SUPERSEDED, StatementState.ACCEPTED]


def test_what_is_taken_back_is_taken_back_at_the_registry(workplace, patient, registry, send_statements):
    _, subject = patient
    entry = alive()
    workplace.follow_up.enter(subject, [entry, visit()])
    send_statements(workplace)
    workplace.follow_up.take_back(subject, entry.key)
    workplace.follow_up.take_back(subject, visit().key)
    send_statements(workplace)
    assert registry.followed[subject].vital_status == ()
    assert registry.followed[subject].events == ()


def test_taking_nothing_back_where_nothing_was_sent_sends_nothing(workplace, patient):
    assert workplace.follow_up.take_back(patient[1], "nothing") is None


def test_an_unreachable_registry_is_tried_again(workplace, patient, registry, send_statements, log_lines):
    _, subject = patient
    workplace.follow_up.enter(subject, [alive()])
    registry.fail_next = 1
    [row] = send_statements(workplace)
    assert (row.state, row.attempts, row.cause) == (StatementState.QUEUED, 1, "answer 503")
    assert row.next_try > 0
    assert workplace.store.statements.failing().id == row.id
    assert send_statements(workplace) == [], "its time has not come"
    workplace.store.statements.retry_now()
    assert [row.state for row in send_statements(workplace)] == [StatementState.ACCEPTED]
    assert [line["event"] for line in log_lines()] == [
        "statement_queued",
        "statement_postponed",
        "statement_accepted",
    ]


@pytest.mark.parametrize("code", ["unknown_subject", "no_agreement", "not_allowed"])
def test_what_may_pass_is_tried_again(workplace, patient, registry, send_statements, code):
    workplace.follow_up.enter(patient[1], [alive()])
    registry.problem = {"status": 409, "code": code}
    [row] = send_statements(workplace)
    assert (row.state, row.cause) == (StatementState.QUEUED, f"answer 409 ({code})")


def test_a_refusal_for_good_waits_for_a_person(workplace, patient, registry, send_statements):
    _, subject = patient
    workplace.follow_up.enter(subject, [alive()])
    registry.problem = {"status": 409, "code": "follow_up_value_rejected"}
    [row] = send_statements(workplace)
    assert (row.state, row.reason) == (StatementState.REFUSED, "follow_up_value_rejected")
    status = overview(workplace)
    assert needs_attention(status)
    assert "1 follow-up document(s) refused: see the center desk" in overview_lines(status)
    registry.problem = None
    again = workplace.follow_up.send_again(subject)
    assert again.version == 2
    assert not needs_attention(overview(workplace))
    assert [row.state for row in send_statements(workplace)] == [StatementState.ACCEPTED]


def test_after_a_restored_backup_the_next_version_passes_the_stored_one(
    workplace, patient, registry, send_statements
):
    _, subject = patient
    workplace.follow_up.enter(subject, [alive()])
    registry.problem = {"status": 409, "code": "older_version", "stored_version": "41"}
    [row] = send_statements(workplace)
    assert row.registry_version == 41
    registry.problem = None
    assert workplace.follow_up.send_again(subject).version == 42


def test_an_acknowledgment_of_something_else_is_none(
    workplace, patient, registry, monkeypatch, send_statements
):
    workplace.follow_up.enter(patient[1], [alive()])
    monkeypatch.setattr("cmr_exchange.followup.FollowUpDocument.digest", lambda self: "0" * 64)
    [row] = send_statements(workplace)
    assert (row.state, row.cause) == (
        StatementState.QUEUED,
        "The registry acknowledges another document.",
    )


def test_a_withdrawal_that_is_not_acknowledged_is_tried_again(workplace, patient, monkeypatch):
    class Answer:
        @staticmethod
        def json():
            return []

    client = workplace.client()
    monkeypatch.setattr(client, "_request", lambda *_args, **_options: Answer)
    with pytest.raises(RegistryError, match="does not acknowledge"):
        client.withdraw_subject(b"{}")
    client.close()


def test_a_failure_of_our_own_does_not_leave_it_hanging(workplace, patient, monkeypatch):
    workplace.follow_up.enter(patient[1], [alive()])
    client = workplace.client()
    monkeypatch.setattr(client, "deliver_follow_up", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        workplace.statement_sender(client).step()
    client.close()
    assert workplace.store.statements.failing().cause == "ZeroDivisionError"


def test_after_a_kill_what_was_being_sent_is_sent_again(workplace, patient, registry, send_statements):
    workplace.follow_up.enter(patient[1], [alive()])
    assert workplace.store.statements.claim().state is StatementState.SENDING
    assert workplace.store.statements.recover() == 1
    assert [row.state for row in send_statements(workplace)] == [StatementState.ACCEPTED]


def test_without_a_readable_first_date_no_day_can_be_counted(workplace, admit):
    _, subject = admit(workplace, "MRN-3", study_date="")
    with pytest.raises(FollowUpRejected) as refused:
        workplace.follow_up.enter(subject, [alive()])
    assert refused.value.reason is Why.NO_ORIGIN


def test_more_entries_than_a_document_holds_change_nothing(workplace, patient):
    _, subject = patient
    first = datetime.date(2020, 1, 1)
    many = [alive(begin=(first + datetime.timedelta(days=n)).isoformat()) for n in range(MAX_STATUSES + 1)]
    with pytest.raises(FollowUpRejected) as refused:
        workplace.follow_up.enter(subject, many)
    assert refused.value.reason is Why.TOO_MANY
    assert workplace.store.follow_ups.get(subject).statuses == ()


def test_a_withdrawal_stops_what_waits_and_goes_first(workplace, patient, registry, send_statements, admit):
    number, subject = patient
    _, other = admit(workplace, "MRN-5")
    workplace.follow_up.enter(other, [alive()])
    workplace.follow_up.enter(subject, [alive()])
    row = workplace.follow_up.withdraw(subject)
    assert row.kind is StatementKind.WITHDRAWAL
    assert workplace.follow_up.withdraw(subject) is None, "once is enough"
    assert [one.kind for one in send_statements(workplace)] == [
        StatementKind.WITHDRAWAL,
        StatementKind.FOLLOW_UP,
    ]
    assert registry.withdrawn == [subject]
    assert set(registry.followed) == {other}
    assert workplace.store.follow_ups.subject_of(number) is None
    for refused in (workplace.follow_up.enter, workplace.follow_up.check):
        with pytest.raises(FollowUpRejected) as said:
            refused(subject, [alive()])
        assert said.value.reason is Why.WITHDREW


def test_an_exam_that_waits_when_its_patient_withdraws_is_never_sent(workplace, admit, registry, deliver):
    admit(workplace, "MRN-6")
    number, subject = admit(workplace, "MRN-6", "20210101", accepted=False)
    workplace.follow_up.withdraw(subject)
    deliver(workplace)
    exam = workplace.store.exams.get(number)
    assert (exam.state, exam.reason) == (ExamState.REJECTED, "opted_out")
    assert registry.deliveries == {}


def test_new_images_of_a_patient_who_withdrew_are_turned_away(workplace, cmr_exam, few, deliver, registry):
    exam = few(cmr_exam())
    for path in exam.files[:3]:
        workplace.intake.take(path, "scp")
    deliver(workplace)
    [row] = workplace.store.exams.listed()
    workplace.follow_up.withdraw(row.subject)
    before = len(registry.stored())
    for path in exam.files[3:]:
        workplace.intake.take(path, "scp")
    deliver(workplace)
    assert len(registry.stored()) == before
    reasons = {one.reason for one in workplace.store.ledger.of_exam(row.id)} - {None}
    assert reasons == {"opted_out"}


def test_the_same_patient_under_another_issuer_withdrew_too(workplace, patient):
    workplace.follow_up.withdraw(patient[1])
    holds = workplace.store.withdrawals.holds_patient
    assert holds("another subject", " mrn-4711 ")
    assert not holds("another subject", "MRN-47")
    assert workplace.store.withdrawals.count() == 1


def test_the_worklist_shows_who_is_due_first(workplace, admit):
    today = datetime.date(2022, 1, 1)
    number, unknown = admit(workplace, "A", "20190101")
    _, fresh = admit(workplace, "B", "20211001")
    _, gone = admit(workplace, "C", "20190101")
    _, older = admit(workplace, "D", "20180101")
    _, called = admit(workplace, "E", "20180101")
    _, filed = admit(workplace, "F", "20180102")
    _, undated = admit(workplace, "G", "")
    admit(workplace, "H", "20180101", accepted=False)
    _, left = admit(workplace, "I", "20180101")
    admit(workplace, "A", "20190601")
    workplace.follow_up.enter(gone, [dead("2020")])
    workplace.follow_up.enter(called, [alive("2021-11-01", "phone", "2018-01-01")])
    cells = {"source": "dmf", "from": "2018-01-02", "through": "2021-12-31"}
    workplace.follow_up.enter(filed, [read_status(cells, TODAY)])
    workplace.follow_up.withdraw(left)
    rows = workplace.store.follow_ups.worklist(today)
    assert [row.subject for row in rows] == [undated, older, filed, unknown, fresh, called, gone]
    assert [row.is_due for row in rows] == [True] * 4 + [False] * 3
    assert next((r.number, r.n_exams) for r in rows if r.subject == unknown) == (number, 2)
    assert rows[-1].is_dead
    assert rows[3].known_until == datetime.date(2019, 6, 1)


def test_a_database_of_the_version_before_is_migrated(workplace, tmp_path):
    names = {row["name"] for row in workplace.store._db.all("SELECT name FROM sqlite_master")}
    assert {"follow_up", "statement", "withdrawal"} <= names
    assert sqlite3.sqlite_version_info > (3, 37)
