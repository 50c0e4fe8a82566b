"""The running agent: all doors open in one process, stopped by a signal."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time

import httpx
import pytest
from pydicom import dcmread
from pynetdicom import AE, StoragePresentationContexts

from cmr_connector.agent import Agent
from cmr_connector.config import ScpSettings
from cmr_connector.desk.app import build
from cmr_connector.errors import WorkerBusyError
from cmr_connector.states import ExamState
from cmr_connector.workplace import worker_lock


def wait_until(holds, limit_s=20.0):
    deadline = time.monotonic() + limit_s
    while not holds():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


@pytest.fixture
def running():
    """Run an agent in a thread and stop it at the end."""
    started = []

    def start(workplace, build_desk=None):
        agent = Agent(workplace, build_desk)
        thread = threading.Thread(target=agent.run)
        thread.start()
        started.append((agent, thread))
        wait_until(lambda: agent.receiver is None or agent.receiver._server is not None)
        return agent

    yield start
    for agent, thread in started:
        agent.stop()
        thread.join()


def test_images_and_report_travel_from_their_folders_to_the_registry(
    make_workplace, running, registry, cmr_exam, tmp_path
):
    exam = cmr_exam()
    images, reports = tmp_path / "images", tmp_path / "reports"
    images.mkdir()
    reports.mkdir()
    shutil.copy(exam.report_csv, reports / "r.csv")
    workplace = make_workplace(
        folder={"watch": str(images), "settle_s": 0.1},
        reports={"drop": str(reports)},
        pipeline={"quiet_seconds": 0.5},
    )
    running(workplace)
    shutil.copytree(exam.root, images / "exam")
    wait_until(registry.accepted)
    [manifest] = registry.accepted()
    assert "lv_edv_ml" in manifest.values
    assert len(list(manifest.instances())) == len(exam.files)


def test_images_travel_from_a_dicom_sender_to_the_registry(make_workplace, running, registry, cmr_exam):
    exam = cmr_exam(vendor="ge")
    workplace = make_workplace(pipeline={"quiet_seconds": 0.3})
    agent = running(workplace)
    ae = AE(ae_title="PACS")
    ae.requested_contexts = StoragePresentationContexts[:120]
    ae.add_requested_context(dcmread(exam.files[0]).SOPClassUID)
    association = ae.associate("127.0.0.1", agent.receiver.port, ae_title="CMRCONNECTOR")
    for path in exam.files:
        assert association.send_c_store(path).Status == 0
    association.release()
    wait_until(registry.accepted)
    wait_until(lambda: workplace.store.exams.listed()[0].state is ExamState.DELIVERED)
    assert len(registry.stored()) == len(exam.files)


def test_it_serves_the_center_desk(make_workplace, running, registry):
    agent = running(make_workplace(desk={"enabled": True, "port": 0}), build)
    wait_until(lambda: agent.desk_port)
    answer = httpx.get(f"http://127.0.0.1:{agent.desk_port}/", follow_redirects=True)
    assert answer.status_code == 200
    assert "text/html" in answer.headers["content-type"]


def test_a_desk_that_cannot_listen_does_not_stop_the_others(make_workplace, running, registry, log_lines):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        agent = running(make_workplace(desk={"enabled": True, "port": port}), build)
        wait_until(lambda: any(line["event"] == "service_failed" for line in log_lines()))
    assert agent.desk_port is None
    assert agent.receiver.port > 0


def test_a_part_that_fails_is_logged_and_the_others_go_on(
    make_workplace, running, registry, cmr_exam, log_lines, monkeypatch, tmp_path
):
    def broken(source):
        raise ZeroDivisionError

    monkeypatch.setattr("cmr_connector.reports_csv.ReportFolder.poll", broken)
    images = tmp_path / "images"
    shutil.copytree(cmr_exam().root, images)
    running(make_workplace(folder={"watch": str(images)}, reports={"drop": str(tmp_path / "gone")}))
    wait_until(registry.accepted)
    failures = [line for line in log_lines() if line["event"] == "unexpected_error"]
    assert {(line["where"], line["error"]) for line in failures} == {("reports", "ZeroDivisionError")}


def test_only_one_agent_works_on_one_folder(make_workplace, running):
    workplace = make_workplace()
    running(workplace)
    with pytest.raises(WorkerBusyError), worker_lock(workplace.config):
        pass


def test_the_command_stops_on_sigterm_and_loses_nothing(home, registry):
    path = home / "connector.toml"
    text = path.read_text().replace("port = 11112", "port = 0").replace("port = 8765", "port = 0")
    path.write_text(text)
    process = subprocess.Popen(
        [sys.executable, "-m", "cmr_connector", "--config", str(path), "run"],
        stderr=subprocess.PIPE,
        text=True,
    )
    for line in process.stderr:
        if '"agent_started"' in line:
            break
    os.kill(process.pid, signal.SIGTERM)
    rest = process.stderr.read()
    assert process.wait(timeout=20) == 0
    assert '"agent_stopped"' in rest


def test_settings_of_the_receiver_default_to_loopback():
    assert ScpSettings().host == "127.0.0.1"
