"""The local store: durable, encrypted where it names patients, strict about states and reasons."""

import sqlite3
import threading

import pytest

from cmr_connector import log
from cmr_connector.crosswalk import Patient, SourceStudy
from cmr_connector.database import Database
from cmr_connector.errors import StoreError, TransitionError, UnknownPseudonymError
from cmr_connector.files import Files, Keeping, write_durably
from cmr_connector.handover import take_all
from cmr_connector.intake import Source
from cmr_connector.ledger import Arrival
from cmr_connector.report_rows import IncomingReport
from cmr_connector.schema import MIGRATIONS
from cmr_connector.states import ExamState, InstanceState
from cmr_connector.store import Store
from cmr_deid.keys import new_key

PATIENT = Patient("MRN-0815", "HOSPITAL", "Canary^Carla", "19610203")
STUDY = SourceStudy("1.2.3.4.5.6.7", "ACC-99", "20210304", "Herz MRT Canary")
EXAM = "ABCDEFGHIJKLMNOPQ"
SUBJECT = "QPONMLKJIHGFEDCBA"


@pytest.fixture
def store(tmp_path):
    opened = Store(tmp_path / "data", new_key(bytes(range(32))))
    yield opened
    opened.close()


@pytest.fixture
def exam_id(store):
    number = store.exams.find_or_add(EXAM, PATIENT, STUDY, 0.0)
    store.crosswalk.subject_put(SUBJECT, PATIENT)
    store.exams.identify(number, SUBJECT, PATIENT, STUDY)
    return number


def arrival(number=1):
    return Arrival("1.2.3", f"1.2.3.{number}", f"{number:064x}", SUBJECT, "scp", 1000)


def test_it_is_write_ahead_logged_and_fully_synchronous(store):
    row = store._db.one("PRAGMA journal_mode")
    assert row[0] == "wal"
    assert store._db.one("PRAGMA synchronous")[0] == 2


def test_a_patient_is_found_by_either_name(store, exam_id):
    for found in (
        store.crosswalk.by_pseudonym(EXAM.lower()),
        store.crosswalk.by_pseudonym(SUBJECT),
        store.crosswalk.by_accession(" ACC-99 "),
        store.crosswalk.by_patient_id("MRN-0815"),
    ):
        [entry] = found
        assert (entry.exam, entry.subject, entry.patient, entry.study) == (EXAM, SUBJECT, PATIENT, STUDY)


def test_an_unknown_pseudonym_is_said(store, exam_id):
    with pytest.raises(UnknownPseudonymError):
        store.crosswalk.by_pseudonym("ZZZ")
    with pytest.raises(UnknownPseudonymError):
        store.crosswalk.by_accession("")
    with pytest.raises(UnknownPseudonymError):
        store.crosswalk.origin("ZZZ")


def test_no_name_number_or_date_stands_in_the_file(store, exam_id, tmp_path):
    store.close()
    stored = b"".join(path.read_bytes() for path in (tmp_path / "data").glob("connector.sqlite*"))
    for value in ("MRN-0815", "Canary", "19610203", "1.2.3.4.5.6.7", "ACC-99", "20210304", "HOSPITAL"):
        assert value.encode() not in stored


def test_another_center_key_cannot_open_it(store, exam_id, tmp_path):
    store.close()
    with pytest.raises(StoreError, match="another center key"):
        Store(tmp_path / "data", new_key(bytes(range(1, 33))))


def test_a_box_moved_to_another_row_cannot_be_opened(store, exam_id):
    other = store.exams.find_or_add("B" * 17, PATIENT, SourceStudy("1.9"), 0.0)
    box = store._db.one("SELECT box FROM exam WHERE id = ?", exam_id)["box"]
    store._db.execute("UPDATE exam SET box = ? WHERE id = ?", box, other)
    with pytest.raises(StoreError):
        store.crosswalk.entry(other)


def test_a_file_of_a_newer_connector_is_not_touched(tmp_path):
    path = tmp_path / "connector.sqlite"
    Database(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA user_version={len(MIGRATIONS) + 1}")
    connection.close()
    with pytest.raises(StoreError, match="newer"):
        Database(path)


def test_a_failed_transaction_leaves_nothing(store, exam_id):
    def half():
        with store.transaction():
            store.ledger.add(exam_id, arrival(), "spool")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half()
    assert store.ledger.of_exam(exam_id) == []


def test_threads_share_the_file(store, exam_id):
    def add(number):
        store.ledger.add(exam_id, arrival(number), "spool")

    threads = [threading.Thread(target=add, args=(n,)) for n in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(store.ledger.of_exam(exam_id)) == 8


def test_nothing_is_held_or_rejected_without_a_known_reason(store, exam_id):
    number = store.ledger.add(exam_id, arrival(), "spool")
    for code in (None, "because"):
        with pytest.raises(KeyError):
            store.ledger.move(number, InstanceState.HELD, code)
    with pytest.raises(KeyError):
        store.ledger.refuse("scp", 0, "because")
    store.ledger.move(number, InstanceState.HELD, "two_patients")
    assert store.ledger.get(number).reason == "two_patients"


def test_only_listed_transitions_happen(store, exam_id):
    with pytest.raises(TransitionError):
        store.exams.move(exam_id, ExamState.DELIVERED)
    with pytest.raises(TransitionError):
        store.exams.release(exam_id)
    number = store.ledger.add(exam_id, arrival(), "spool")
    with pytest.raises(TransitionError):
        store.ledger.move(number, InstanceState.STORED)


def test_a_missing_row_is_an_error(store):
    with pytest.raises(StoreError):
        store.exams.get(999)


def test_an_exam_settles_after_its_quiet_time(store):
    store.exams.find_or_add(EXAM, PATIENT, STUDY, 100.0)
    assert store.exams.claim_settled(now=99.0) is None
    assert store.exams.claim_settled(now=100.0).state is ExamState.PREPARING
    assert store.exams.recover() == 1
    assert store.exams.counts()[ExamState.ARRIVING] == 1


def test_the_same_report_is_one_row(store):
    report = IncomingReport("report_csv", "a" * 64, None, {"lv_edv_ml": {"value": 1}}, [])
    assert store.reports.add(report) == (1, True)
    assert store.reports.add(report) == (1, False)


def test_a_written_file_is_whole_or_absent(tmp_path, monkeypatch):
    def broken(*_):
        raise OSError(5, "Input/output error")

    write_durably(tmp_path / "a" / "b", b"data")
    assert (tmp_path / "a" / "b").read_bytes() == b"data"
    monkeypatch.setattr("os.fsync", broken)
    with pytest.raises(OSError, match="Input/output"):
        write_durably(tmp_path / "a" / "c", b"data")
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["b"]


def test_only_old_files_that_nothing_names_are_swept(tmp_path):
    files = Files(tmp_path)
    with Keeping() as keeping:
        kept, stray = files.spool_put(b"kept", keeping), files.spool_put(b"stray", keeping)
        files.outgoing_put("f" * 64, b"out", keeping)
        keeping.commit()
    assert list(files.leftovers({kept}, {"f" * 64})) == []
    later = files.spool.stat().st_mtime + 7200
    assert [path.name for path in files.leftovers({kept}, {"f" * 64}, now=later)] == [stray]
    assert {p.name for p in files.leftovers({kept}, set(), now=later)} == {stray, "f" * 64}


def test_outgoing_files_stay_when_the_settings_say_so(make_workplace, cmr_exam, deliver):
    workplace = make_workplace(pipeline={"keep_outgoing": True})
    exam = cmr_exam()
    take_all(workplace, exam.root, Source.COMMAND)
    deliver(workplace)
    kept = [path for path in workplace.files.outgoing.rglob("*") if path.is_file()]
    assert len(kept) == len(exam.files)
    assert workplace.sweep() == 0


@pytest.mark.parametrize(("name", "fields"), [("no_such_event", {}), ("agent_stopped", {"patient": "x"})])
def test_what_is_not_on_the_list_cannot_be_logged(name, fields):
    with pytest.raises(KeyError):
        log.event(name, **fields)
