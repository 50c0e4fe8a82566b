"""SIGKILL of connector and server at random moments of an upload: nothing lost, nothing twice (N1, N2, L7)."""

import random
import time

import pydicom

from cmr_testkit.exam import make_exam
from demo.processes import wait_until

KILLS = 20
CENTER = "seehafen"


def test_twenty_kills_lose_nothing_and_duplicate_nothing(registry, make_hospital, with_key, tmp_path):
    exam = make_exam(tmp_path / "exam", vendor="siemens", size="small", seed=77)
    hospital = make_hospital(CENTER, registry={"batch_instances": 2})
    chance = random.Random(20261121)
    _begin_upload(hospital, exam)
    client = with_key(CENTER)
    killed_while_open = 0
    for kill in range(KILLS):
        time.sleep(chance.uniform(0.05, 0.9))
        killed_while_open += not _accepted(client)
        victim = (
            chance.choice([hospital.agent, registry.web, registry.worker]) if kill > 2 else hospital.agent
        )
        victim.kill()
        victim.start()
        if victim is registry.web:
            registry.wait_ready()
    assert killed_while_open >= 5, "the upload was over before it was disturbed"
    assert wait_until(lambda: _accepted(client), 180), hospital.status()
    hospital.agent.stop()
    _arrived_whole(client, exam)


def _begin_upload(hospital, exam):
    for path in exam.files:
        target = hospital.folder / "watch" / f"{path.parent.name}-{path.name}"
        target.write_bytes(path.read_bytes())
    hospital.agent.start()


def _accepted(client) -> bool:
    return bool(client.get("/dicom-web/studies").json())


def _arrived_whole(client, exam):
    (study,) = client.get("/dicom-web/studies?includefield=all").json()
    uid = study["0020000D"]["Value"][0]
    listed = client.get(f"/dicom-web/studies/{uid}/instances?limit=1000").json()
    uids = [instance["00080018"]["Value"][0] for instance in listed]
    assert len(uids) == len(set(uids)) == len(exam.files)
    stored = sorted(_pixel_bytes(client, uid, instance) for instance in listed)
    assert stored == sorted(pixels(path) for path in exam.files)


def pixels(path) -> bytes:
    return pydicom.dcmread(path).PixelData


def _frame(study, instance) -> str:
    series, sop = instance["0020000E"]["Value"][0], instance["00080018"]["Value"][0]
    return f"/dicom-web/studies/{study}/series/{series}/instances/{sop}/frames/1"


def _pixel_bytes(client, study, instance) -> bytes:
    answer = client.get(
        _frame(study, instance), headers={"Accept": 'multipart/related; type="application/octet-stream"'}
    )
    assert answer.status_code == 200
    boundary = answer.content.split(b"\r\n", 1)[0]
    return answer.content.split(b"\r\n\r\n", 1)[1].rsplit(b"\r\n" + boundary, 1)[0]
