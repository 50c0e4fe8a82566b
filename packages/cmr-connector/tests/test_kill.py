"""SIGKILL at random moments of an upload: nothing lost, nothing twice, nothing changed (N2)."""

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time

from cmr_connector.config import load
from cmr_connector.states import ExamState, InstanceState
from cmr_connector.workplace import open_workplace

KILLS = 4


def start(home, exam):
    command = [sys.executable, "-m", "cmr_connector", "--config", str(home / "connector.toml")]
    return subprocess.Popen(
        [*command, "send", "--json", str(exam.root)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def test_a_connector_killed_again_and_again_delivers_the_exam_once_and_whole(home, registry, cmr_exam):
    exam = cmr_exam()
    registry.stow_delay_s = 0.05
    settings = (home / "connector.toml").read_text().replace("batch_instances = 50", "batch_instances = 1")
    (home / "connector.toml").write_text(settings)
    chance = random.Random(20)
    for number in range(KILLS):
        process = start(home, exam)
        if number == 0:
            # while files are taken in or de-identified, before the first request
            time.sleep(chance.uniform(0.5, 1.2))
        else:
            enough = registry.stow_requests + chance.randint(1, 2)
            while registry.stow_requests < enough and process.poll() is None:
                time.sleep(0.002)
            time.sleep(chance.uniform(0.0, 0.08))
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
    assert 0 < len(registry.stored()) < len(exam.files)
    process = start(home, exam)
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    [told] = json.loads(output)["exams"]
    [manifest] = registry.accepted()
    assert told["receipt"]["delivery"] == manifest.digest()
    expected = {entry.sop_instance_uid: entry.sha256 for entry in manifest.instances()}
    stored = {name: hashlib.sha256(data).hexdigest() for name, data in registry.stored().items()}
    assert stored == expected
    assert len(expected) == len(exam.files)
    assert len(registry.stored_writes) == len(exam.files)
    workplace = open_workplace(load(home / "connector.toml"))
    [row] = workplace.store.exams.listed()
    assert (row.state, row.version) == (ExamState.DELIVERED, 1)
    assert workplace.store.ledger.counts(row.id)[InstanceState.STORED] == len(exam.files)
    workplace.close()
