"""The census: exams of a month from ledger, PACS or a person; numbers leave, nothing else."""

import dataclasses
import datetime
import json
import shutil
import socket
import subprocess
import time

import pydicom
import pytest
from pydicom.dataset import Dataset
from pynetdicom import AE, evt
from pynetdicom.sop_class import Verification

from cmr_connector.census import CensusRejected, LedgerMonth, months_back
from cmr_connector.cli import main
from cmr_connector.config import PacsSettings
from cmr_connector.errors import PacsError
from cmr_connector.pacs import _FIND, find_studies
from cmr_connector.states import ExamState, StatementKind, StatementState
from cmr_exchange.census import CensusSource

TODAY = datetime.date(2020, 4, 2)
ORTHANC = shutil.which("Orthanc") or "/usr/sbin/Orthanc"


@pytest.fixture
def census(workplace):
    return workplace.census


@pytest.fixture
def march(workplace, admit):
    """Four exams of March 2020: delivered, held, refused, opted out; one of something else; one of February."""
    store = workplace.store

    def rest(exam_id, state, reason):
        for step in (ExamState.ARRIVING, ExamState.PREPARING, state):
            if store.exams.get(exam_id).state is not step:
                store.exams.move(exam_id, step, reason if step is state else None)

    admit(workplace, "A", "20200303")
    for patient, state, reason in (
        ("B", ExamState.HELD, "no_patient_id"),
        ("C", ExamState.REJECTED, "unreadable"),
        ("D", ExamState.REJECTED, "opted_out"),
        ("E", ExamState.REJECTED, "not_a_heart"),
    ):
        number, _ = admit(workplace, patient, "20200310")
        store._db.execute("DELETE FROM delivery WHERE exam_id = ?", number)
        rest(number, state, reason)
    admit(workplace, "F", "20200203")
    admit(workplace, "G", "")
    return store


def month(census, name="2020-03"):
    return next(one for one in census.months(today=TODAY) if one.month == name)


def test_the_ledger_counts_what_came_and_what_became_of_it(census, march):
    found = month(census)
    assert found.ledger == LedgerMonth(n_seen=4, n_held=1, n_refused=1, n_opted_out=1, n_delivered=1)
    assert (found.n_hospital, found.n_eligible, found.n_delivered) == (4, 3, 1)
    assert (found.source, found.percent, found.is_over) == (CensusSource.LEDGER, 33, True)
    assert month(census, "2020-02").n_hospital == 1
    assert month(census, "2020-01").percent is None
    assert not month(census, "2020-04").is_over


def test_a_patient_who_withdrew_is_not_eligible_any_more(census, march, workplace):
    subject = workplace.store.exams.get(1).subject
    workplace.follow_up.withdraw(subject)
    assert month(census).ledger == LedgerMonth(4, 1, 1, 2, 0)


def test_a_person_goes_before_the_pacs_and_the_pacs_before_the_ledger(census, march):
    march.census.put("2020-03", CensusSource.PACS, 40, 38)
    assert (month(census).source, month(census).n_hospital) == (CensusSource.PACS, 40)
    census.type_in("2020-03", "50", "", "jane.doe")
    found = month(census)
    assert (found.source, found.n_hospital, found.n_eligible) == (CensusSource.BY_HAND, 50, 49)
    census.type_in("2020-03", "50", "45", "jane.doe")
    assert (month(census).n_eligible, month(census).percent) == (45, 2)
    census.type_in("2020-03", "", "", "jane.doe")
    assert month(census).source is CensusSource.PACS


@pytest.mark.parametrize(
    ("name", "made", "eligible"),
    [("2020-3", "5", ""), ("2091-01", "5", ""), ("2020-03", "many", ""), ("2020-03", "5", "6"),
     ("2020-03", "-1", ""), ("2020-03", "9999999", "")],
)  # fmt: skip
def test_what_is_no_count_is_refused(census, name, made, eligible):
    with pytest.raises(CensusRejected):
        census.type_in(name, made, eligible, "jane.doe")


def test_more_delivered_than_counted_gives_no_percentage(census, march):
    census.type_in("2020-03", "0", "0", "jane.doe")
    assert month(census).percent is None


def test_months_that_are_over_are_stated_once_and_again_when_a_number_changes(
    census, march, registry, workplace, send_statements
):
    assert census.state(TODAY) == 2
    assert census.state(TODAY) == 0
    send_statements(workplace)
    stated = {one.month: one for one in registry.census}
    assert set(stated) == {"2020-02", "2020-03"}
    said = stated["2020-03"]
    assert (said.n_hospital, said.n_eligible, said.n_delivered, said.source) == (4, 3, 1, CensusSource.LEDGER)
    assert set(json.loads(registry.bodies[-1])) == {
        "exchange_version", "center", "month", "n_hospital", "n_eligible", "n_delivered", "source", "counted_at",
    }  # fmt: skip
    assert month(census).stated is StatementState.ACCEPTED
    census.type_in("2020-03", "6", "5", "jane.doe")
    assert census.state(TODAY) == 1
    assert workplace.store.statements.newest(StatementKind.CENSUS, "2020-03").version == 2


def test_a_month_that_the_registry_knows_better_is_left(census, march, registry, workplace, send_statements):
    registry.problem = {"status": 409, "code": "older_census"}
    census.state(TODAY)
    assert {row.reason for row in send_statements(workplace)} == {"older_census"}
    assert census.state(TODAY) == 0


def test_the_agent_states_some_times_a_day(census, march, monkeypatch):
    monkeypatch.setattr("cmr_connector.census._today", lambda: TODAY)
    assert census.step(now=10.0) is True
    census.type_in("2020-03", "9", "9", "jane.doe")
    assert census.step(now=11.0) is True, "a typed count is stated at once"
    march.census.put("2020-02", CensusSource.BY_HAND, 7, 7)
    assert census.step(now=12.0) is False
    assert census.step(now=30_000.0) is True


def test_months_go_back_over_the_turn_of_the_year():
    assert months_back("2026-02", 4) == ["2026-02", "2026-01", "2025-12", "2025-11"]


def study(uid, patient, description, day="20200310", modalities="MR", code=""):
    answer = Dataset()
    answer.QueryRetrieveLevel = "STUDY"
    answer.StudyDate, answer.StudyInstanceUID, answer.PatientID = day, uid, patient
    answer.StudyDescription, answer.ModalitiesInStudy = description, modalities
    if code:
        item = Dataset()
        item.CodeValue = code
        answer.ProcedureCodeSequence = [item]
    return answer


class Archive:
    """A PACS that answers every question of a day with all its studies of that day, wanted or not."""

    def __init__(self):
        self.studies, self.questions, self.status = [], [], 0x0000
        entity = AE(ae_title="ARCHIVE")
        entity.add_supported_context(_FIND)
        entity.add_supported_context(Verification)
        handlers = [(evt.EVT_C_FIND, self.find)]
        self.server = entity.start_server(("127.0.0.1", 0), block=False, evt_handlers=handlers)

    @property
    def port(self):
        return self.server.server_address[1]

    def find(self, event):
        question = event.identifier
        self.questions.append(question)
        for one in self.studies:
            if one.StudyDate == question.StudyDate:
                yield 0xFF00, one
        if self.status:
            yield self.status, None


@pytest.fixture
def archive():
    running = Archive()
    yield running
    running.server.shutdown()


@pytest.fixture
def pacs(archive):
    return PacsSettings(
        "127.0.0.1", archive.port, "ARCHIVE", words=["Cardiac"], codes=["CMR1"], timeout_s=5.0
    )


def test_only_cmr_studies_of_the_month_count_each_once(archive, pacs):
    archive.studies = [
        study("1.2.1", "A", "MRI CARDIAC stress"),
        study("1.2.1", "A", "MRI CARDIAC stress"),
        study("1.2.2", "B", "MRI knee"),
        study("1.2.3", "C", "", code="CMR1"),
        study("1.2.4", "D", "CT cardiac", modalities="CT"),
        study("1.2.5", "E", "cardiac", modalities=["MR", "SR"], day="20200331"),
        study("1.2.6", "F", "cardiac", day="20200401"),
    ]
    found = list(find_studies(pacs, "CMRCONNECTOR", "2020-03"))
    assert [one.study_instance_uid for one in found] == ["1.2.1", "1.2.3", "1.2.5"]
    assert len(archive.questions) == 31
    assert {one.ModalitiesInStudy for one in archive.questions} == {"MR"}


def test_a_pacs_that_refuses_or_is_not_there_is_named(archive, pacs):
    archive.status = 0xA700
    with pytest.raises(PacsError, match="0xA700"):
        list(find_studies(pacs, "CMRCONNECTOR", "2020-03"))
    with pytest.raises(PacsError, match="does not accept"):
        list(find_studies(dataclasses.replace(pacs, port=1), "CMRCONNECTOR", "2020-03"))


@pytest.fixture
def with_pacs(make_workplace, archive, home):
    (home / "opt-out.txt").write_text("A\n")
    table = {"host": "127.0.0.1", "port": archive.port, "ae_title": "ARCHIVE", "words": ["cardiac"]}
    return make_workplace(pacs=table | {"timeout_s": 5.0}, center={"opt_out_file": "opt-out.txt"})


def test_the_pacs_is_counted_without_those_who_opted_out_and_nothing_is_kept(with_pacs, archive, admit, home):
    number, subject = admit(with_pacs, "B", "20200310")
    with_pacs.follow_up.withdraw(subject)
    uid = with_pacs.store.crosswalk.entry(number).study.study_instance_uid
    archive.studies = [
        study("1.9.1", "A", "cardiac"),
        study(uid, "B", "cardiac"),
        study("1.9.3", "CANARY-77", "cardiac"),
    ]
    kept = with_pacs.census.count_pacs("2020-03")
    assert (kept.n_hospital, kept.n_eligible) == (3, 1)
    stored = b"".join(path.read_bytes() for path in (home / "data").glob("connector.sqlite*"))
    assert b"CANARY-77" not in stored


def test_months_that_ended_are_counted_by_themselves_once(with_pacs, archive, monkeypatch, log_lines):
    monkeypatch.setattr("cmr_connector.census._today", lambda: TODAY)
    monkeypatch.setattr("cmr_connector.census.SHOWN_MONTHS", 2)
    archive.studies = [study("1.9.1", "X", "cardiac")]
    assert with_pacs.census.step(now=1.0) is True
    asked = len(archive.questions)
    assert asked == 31
    assert with_pacs.census.step(now=30_000.0) is False
    assert len(archive.questions) == asked
    archive.status = 0xA700
    with_pacs.store._db.execute("DELETE FROM census")
    assert with_pacs.census.step(now=60_000.0) is False
    assert [line["event"] for line in log_lines()][-1] == "census_postponed"


def test_the_command_prints_months(home, march, capsys, workplace):
    workplace.close()
    assert main(["--config", str(home / "connector.toml"), "census", "--months", "120", "--json"]) == 0
    months = {one["month"]: one for one in json.loads(capsys.readouterr().out)}
    assert months["2020-03"]["n_hospital"] == 4
    assert months["2020-03"]["ledger"]["n_opted_out"] == 1
    assert main(["--config", str(home / "connector.toml"), "census"]) == 0
    assert "0 delivered of 0 eligible" in capsys.readouterr().out
    assert main(["--config", str(home / "connector.toml"), "census", "--pacs", "2020-03"]) == 2
    assert "pacs.host" in capsys.readouterr().err


def test_the_command_counts_in_the_pacs(home, archive, capsys):
    archive.studies = [study("1.9.1", "X", "cardiac")]
    path = home / "connector.toml"
    before, _, after = path.read_text().partition("[pacs]")
    table = f'[pacs]\nhost = "127.0.0.1"\nport = {archive.port}\nae_title = "ARCHIVE"\nwords = ["cardiac"]\n'
    path.write_text(before + table)
    assert after
    command = ["--config", str(path), "census", "--months", "120"]
    assert main([*command, "--pacs", "2020-03", "--json"]) == 0
    months = {one["month"]: one for one in json.loads(capsys.readouterr().out)}
    assert (months["2020-03"]["n_hospital"], months["2020-03"]["source"]) == (1, "pacs")
    assert main([*command, "--pacs", "March"]) == 2
    assert main(["--config", str(path), "census", "--months", "0"]) == 2


@pytest.mark.peer
@pytest.mark.skipif(not shutil.which(ORTHANC), reason="Orthanc is not installed")
def test_a_real_archive_is_counted(tmp_path, cmr_exam):
    exam = cmr_exam()
    port, http = (_free_port() for _ in range(2))
    settings = {
        "Name": "PEER", "StorageDirectory": str(tmp_path / "db"), "IndexDirectory": str(tmp_path / "db"),
        "DicomAet": "ORTHANC", "DicomPort": port, "HttpPort": http, "HttpServerEnabled": False,
        "DicomAlwaysAllowFind": True, "DicomAlwaysAllowStore": True, "DicomCheckCalledAet": True, "Plugins": [],
    }  # fmt: skip
    (tmp_path / "orthanc.json").write_text(json.dumps(settings))
    running = subprocess.Popen(
        [ORTHANC, str(tmp_path / "orthanc.json")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        dataset = pydicom.dcmread(exam.files[0])
        dataset.StudyDate, dataset.StudyDescription = "20200317", "Herz MRT"
        _store(port, dataset)
        table = PacsSettings("127.0.0.1", port, "ORTHANC", words=["herz"], timeout_s=10.0)
        found = list(find_studies(table, "CMRCONNECTOR", "2020-03"))
        assert [one.study_instance_uid for one in found] == [dataset.StudyInstanceUID]
        assert found[0].patient_id == dataset.PatientID
    finally:
        running.terminate()
        running.wait()


def _store(port, dataset):
    entity = AE(ae_title="CMRCONNECTOR")
    entity.add_requested_context(dataset.SOPClassUID, dataset.file_meta.TransferSyntaxUID)
    deadline = time.monotonic() + 20
    while True:
        association = entity.associate("127.0.0.1", port, ae_title="ORTHANC")
        if association.is_established:
            break
        assert time.monotonic() < deadline, "the archive did not start"
        time.sleep(0.05)
    assert association.send_c_store(dataset).Status == 0
    association.release()


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
