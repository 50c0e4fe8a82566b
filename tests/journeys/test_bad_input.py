"""Bad input at every entrance: a reason where a person will look, and the good instances still go through (L3, L4)."""

import shutil

import pytest

from cmr_testkit import odd
from cmr_testkit.exam import make_exam
from demo.processes import running, wait_until

CENTER = "kauri"


@pytest.fixture(scope="module")
def mixed(tmp_path_factory):
    """A folder with a good exam and one of each bad file; the reasons that are expected for them."""
    folder = tmp_path_factory.mktemp("mixed")
    exam = make_exam(folder / "good", vendor="ge", size="tiny", seed=5)
    bad = folder / "bad"
    bad.mkdir()
    writers = {
        "truncated": odd.truncated_file,
        "not_dicom": odd.text_file,
        "zero_length": odd.zero_length,
        "not_mr": odd.ct_image,
        "secondary_capture": odd.secondary_capture,
        "not_a_heart": odd.brain_mr,
    }
    for code, write in writers.items():
        write(bad / f"{code}.dcm")
    odd.zeros(bad / "zeros.dcm", megabytes=300)
    return exam, bad, writers


def test_a_folder_with_bad_files_delivers_the_good_ones(mixed, make_hospital, with_key):
    exam, bad, expected = mixed
    hospital = make_hospital(CENTER)
    for path in [*exam.files, *bad.iterdir()]:
        shutil.copy(path, hospital.folder / "watch" / f"{path.parent.name}-{path.name}")
    client = with_key(CENTER)
    with running(hospital.agent):
        assert wait_until(lambda: bool(client.get("/dicom-web/studies").json()), 120), hospital.status()
        assert wait_until(lambda: set(expected) <= codes(hospital), 60), codes(hospital)
    (study,) = client.get("/dicom-web/studies?includefield=all").json()
    assert study["00201208"]["Value"] == [len(exam.files)]


def codes(hospital) -> set[str]:
    """Every reason code that the connector's ledger, exams and refusals carry."""
    tables = ("instance", "exam", "refusal")
    return {
        code for table in tables for (code,) in hospital.rows(f"SELECT DISTINCT reason FROM {table}") if code
    }
