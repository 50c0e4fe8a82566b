"""The DICOM receiver, spoken to by another implementation where one is installed."""

import shutil
import socket
import struct
import subprocess

import pydicom
import pytest
from pynetdicom import AE
from pynetdicom.sop_class import Verification

from cmr_connector.config import ScpSettings
from cmr_connector.scp import MAX_PDU_BYTES, Receiver
from cmr_connector.states import ExamState, InstanceState
from cmr_testkit import odd


@pytest.fixture
def receiver(workplace):
    running = Receiver(ScpSettings(port=0, allowed_ae=["PACS"]), workplace.intake)
    running.start()
    yield running
    running.stop()


def associate(receiver, path=None, calling="PACS", called="CMRCONNECTOR"):
    ae = AE(ae_title=calling)
    ae.add_requested_context(Verification)
    if path is not None:
        meta = pydicom.dcmread(path, stop_before_pixels=True).file_meta
        ae.add_requested_context(meta.MediaStorageSOPClassUID, meta.TransferSyntaxUID)
    return ae.associate("127.0.0.1", receiver.port, ae_title=called)


def store(receiver, path):
    association = associate(receiver, path)
    assert association.is_established
    status = association.send_c_store(path).Status
    association.release()
    return status


def test_it_answers_an_echo_of_a_known_sender(receiver):
    association = associate(receiver)
    assert association.send_c_echo().Status == 0x0000
    association.release()


@pytest.mark.parametrize(("calling", "called"), [("STRANGER", "CMRCONNECTOR"), ("PACS", "OTHER")])
def test_it_rejects_unknown_titles(receiver, calling, called):
    assert associate(receiver, calling=calling, called=called).is_rejected


@pytest.mark.parametrize("kind", [0x01, 0x04])
def test_it_hangs_up_on_a_pdu_longer_than_it_takes(receiver, kind):
    with socket.create_connection(("127.0.0.1", receiver.port), timeout=20) as stranger:
        stranger.sendall(struct.pack(">BBL", kind, 0, MAX_PDU_BYTES + 7))
        assert stranger.recv(1) == b""
    association = associate(receiver)
    assert association.send_c_echo().Status == 0x0000
    association.release()


def test_it_accepts_nobody_while_no_title_is_allowed(workplace):
    running = Receiver(ScpSettings(port=0), workplace.intake)
    running.start()
    try:
        assert not associate(running).is_established
    finally:
        running.stop()


def test_it_hangs_up_on_an_address_that_is_not_allowed(workplace):
    settings = ScpSettings(port=0, allowed_ae=["PACS"], allowed_hosts=["192.0.2.1"])
    running = Receiver(settings, workplace.intake)
    running.start()
    try:
        assert not associate(running).is_established
    finally:
        running.stop()


def test_a_stored_image_is_on_disk_byte_for_byte_before_the_answer(receiver, workplace, cmr_exam):
    exam = cmr_exam()
    path = exam.files[0]
    assert store(receiver, path) == 0x0000
    [row] = workplace.store.ledger.of_exam(1)
    assert (row.state, row.source) == (InstanceState.FOUND, "scp")
    spooled = pydicom.dcmread(workplace.files.spool / row.spool)
    assert spooled == pydicom.dcmread(path)


@pytest.mark.parametrize(
    ("make", "status", "code"),
    [
        (odd.ct_image, 0x0122, "not_mr"),
        (odd.brain_mr, 0x0122, "head_coverage"),
        (odd.secondary_capture, 0x0122, "secondary_capture"),
    ],
)
def test_a_wrong_kind_of_image_is_answered_and_stands_on_the_ledger(
    receiver, workplace, tmp_path, make, status, code
):
    assert store(receiver, make(tmp_path / "odd.dcm")) == status
    workplace.pipeline.step()
    [exam] = workplace.store.exams.listed()
    assert (exam.state, exam.reason) == (ExamState.REJECTED, code)
    assert workplace.store.ledger.reasons(exam.id) == {code: 1}
    assert list(workplace.files.spool.iterdir()) == []


def test_a_full_disk_is_answered_so_that_the_sender_tries_again(receiver, cmr_exam, monkeypatch, workplace):
    exam = cmr_exam()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(workplace.files, "spool_put", full)
    assert store(receiver, exam.files[0]) == 0xA700


def test_an_unforeseen_failure_is_still_answered(receiver, cmr_exam, monkeypatch, workplace, log_lines):
    exam = cmr_exam()

    def broken(*_):
        raise ZeroDivisionError(exam.patient_name)

    monkeypatch.setattr(workplace.files, "spool_put", broken)
    assert store(receiver, exam.files[0]) == 0xC000
    [line] = [line for line in log_lines() if line["event"] == "unexpected_error"]
    assert line["error"] == "ZeroDivisionError"
    assert exam.patient_name not in str(log_lines())


@pytest.mark.peer
def test_dcmtk_delivers_a_whole_exam(receiver, workplace, registry, cmr_exam, deliver):
    if not (program := shutil.which("storescu", path="/usr/bin:/usr/local/bin")):
        pytest.skip("DCMTK is not installed")
    exam = cmr_exam(vendor="ge")
    subprocess.run(
        [
            program,
            "-aet",
            "PACS",
            "-aec",
            "CMRCONNECTOR",
            "+sd",
            "+r",
            "127.0.0.1",
            str(receiver.port),
            exam.root,
        ],
        check=True,
        capture_output=True,
    )
    deliver(workplace)
    assert len(registry.stored()) == len(exam.files)
    assert workplace.store.exams.listed()[0].state is ExamState.DELIVERED
