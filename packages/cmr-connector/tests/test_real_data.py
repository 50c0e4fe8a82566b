"""Real exams of two vendors, from DCMTK's storescu to the registry, where the data are on this machine."""

import re
import shutil
import subprocess
import zlib

import pydicom
import pytest

from cmr_connector.config import ScpSettings
from cmr_connector.handover import take_all
from cmr_connector.intake import Source
from cmr_connector.scp import Receiver
from cmr_connector.states import ExamState


def pixels(files):
    return sorted(zlib.crc32(pydicom.dcmread(path).PixelData) for path in files)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("cmr/scd_ge_cine/SCD0000301", marks=pytest.mark.journey),
        "cmr/bivme_siemens_cine",
    ],
)
def test_a_real_exam_arrives_with_every_pixel_and_no_uid_of_its_source(
    name, shared_data, workplace, registry, deliver
):
    folder = shared_data(name)
    files = [
        path for path in sorted(folder.rglob("*")) if path.is_file() and path.read_bytes()[128:132] == b"DICM"
    ]
    take_all(workplace, folder, Source.COMMAND)
    deliver(workplace)
    exams = workplace.store.exams.listed()
    assert {exam.state for exam in exams} == {ExamState.DELIVERED}, [exam.reason for exam in exams]
    assert sum(len(list(m.instances())) for m in registry.accepted()) == len(files)
    assert pixels(registry.folder.iterdir()) == pixels(files)
    headers = [pydicom.dcmread(path, stop_before_pixels=True) for path in files]
    uids = {
        str(value)
        for ds in headers
        for value in (ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.SOPInstanceUID)
    }
    # every source UID begins with 1., every one of ours with 2.25.: so all that look like UIDs are enough
    stored = b"".join(registry.stored().values())
    assert uids.isdisjoint(found.decode() for found in re.findall(rb"[0-9.]{10,64}", stored))
    assert all(manifest.day == 0 for manifest in registry.accepted())


@pytest.mark.peer
@pytest.mark.journey
def test_dcmtk_sends_a_real_exam(shared_data, workplace, registry, deliver):
    if not (program := shutil.which("storescu", path="/usr/bin:/usr/local/bin")):
        pytest.skip("DCMTK is not installed")
    folder = shared_data("cmr/bivme_siemens_cine")
    receiver = Receiver(ScpSettings(port=0, allowed_ae=["PACS"]), workplace.intake)
    receiver.start()
    try:
        address = ["127.0.0.1", str(receiver.port), str(folder)]
        subprocess.run(
            [program, "-aet", "PACS", "-aec", "CMRCONNECTOR", "+sd", "+r", "-xs", *address],
            capture_output=True,
        )
    finally:
        receiver.stop()
    deliver(workplace)
    assert workplace.store.exams.listed()
    assert {exam.state for exam in workplace.store.exams.listed()} == {ExamState.DELIVERED}
