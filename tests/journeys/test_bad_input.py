"""Bad input at every entrance: a reason where a person will look, and the good instances still go through (L3, L4)."""

import io
import re
import secrets
import shutil
import zipfile

import pytest

from cmr_deid.engine import Engine
from cmr_deid.identities import Identities
from cmr_deid.keys import new_key
from cmr_testkit import odd
from cmr_testkit.exam import make_exam
from demo.processes import running, wait_until

FILES = {
    "truncated": odd.truncated_file,
    "not_dicom": odd.text_file,
    "zero_length": odd.zero_length,
    "not_mr": odd.ct_image,
    "secondary_capture": odd.secondary_capture,
    "head_coverage": odd.brain_mr,
}
STOW = {"Content-Type": 'multipart/related; type="application/dicom"; boundary=x'}


@pytest.fixture(scope="module")
def bad(tmp_path_factory):
    """A folder with one file of each bad kind, named after the reason that is expected, and 300 MB of zeros."""
    folder = tmp_path_factory.mktemp("bad")
    for code, write in FILES.items():
        write(folder / f"{code}.dcm")
    odd.zeros(folder / "zeros.dcm", megabytes=300)
    return folder


@pytest.fixture(scope="module")
def coded():
    """De-identified instances of a synthetic exam, as another sender could bring them."""
    engine = Engine(Identities(new_key(secrets.token_bytes(32))))
    return lambda exam: [engine.deidentify(path.read_bytes()).data for path in exam.files]


def n_images(client) -> int:
    """Images that the center's accepted exams hold."""
    studies = client.get("/dicom-web/studies?includefield=all").json() or []
    return sum(study["00201208"]["Value"][0] for study in studies)


def reasons(hospital) -> set[str]:
    """Every reason code that the connector's ledger, exams and refusals carry."""
    tables = ("instance", "exam", "refusal")
    return {
        code for table in tables for (code,) in hospital.rows(f"SELECT DISTINCT reason FROM {table}") if code
    }


def test_a_folder_with_bad_files_delivers_the_good_ones(bad, make_hospital, with_key, tmp_path):
    exam = make_exam(tmp_path / "good", vendor="ge", size="tiny", seed=5)
    hospital = make_hospital("kauri")
    for path in [*exam.files, *bad.iterdir()]:
        shutil.copy(path, hospital.folder / "watch" / f"{path.parent.name}-{path.name}")
    client = with_key("kauri")
    with running(hospital.agent):
        assert wait_until(lambda: n_images(client) == len(exam.files), 120), hospital.status()
        assert wait_until(lambda: set(FILES) <= reasons(hospital), 60), reasons(hospital)


def test_a_pacs_that_sends_two_patients_in_one_series_and_other_kinds_is_told(
    bad, make_hospital, with_key, storescu, tmp_path
):
    exam = make_exam(tmp_path / "good", vendor="siemens", size="tiny", seed=6)
    mixed = odd.two_patients_in_one_series(tmp_path / "two", vendor="ge", seed=9)
    others = [bad / f"{code}.dcm" for code in ("not_mr", "secondary_capture", "head_coverage")]
    hospital = make_hospital("northbridge")
    client = with_key("northbridge")
    with running(hospital.agent):
        assert wait_until(lambda: storescu(hospital.ports["scp"], exam.files[:1]).returncode == 0, 30)
        sent = storescu(hospital.ports["scp"], [*others, *mixed, *exam.files])
        assert "Refused" in sent.stdout + sent.stderr
        assert wait_until(lambda: n_images(client) == len(exam.files), 120), hospital.status()
        expected = {"two_patients", "not_mr", "secondary_capture", "head_coverage"}
        assert wait_until(lambda: expected <= reasons(hospital), 60), reasons(hospital)
    assert n_images(client) == len(exam.files)


def test_stow_names_a_reason_for_each_bad_part_and_stores_the_good_ones(bad, coded, with_key, tmp_path):
    exam = make_exam(tmp_path / "good", vendor="ge", size="tiny", seed=7)
    good = coded(exam)
    wrong = [path.read_bytes() for path in sorted(bad.glob("*.dcm")) if path.name != "zeros.dcm"]
    parts = [*good, *wrong, exam.files[0].read_bytes(), good[0][:3000]]
    client = with_key("seehafen")
    answer = client.post("/dicom-web/studies", content=multipart(parts), headers=STOW)
    assert answer.status_code == 202
    body = answer.json()
    assert len(body["00081199"]["Value"]) == len(good)
    failed = body["00081198"]["Value"] + body["0008119A"]["Value"]
    assert len(failed) == len(parts) - len(good)
    assert all(item["00081197"]["Value"][0] > 0 for item in failed)
    assert exam.patient_name.encode() not in answer.content


def test_stow_survives_300_mb_of_zeros(bad, with_key):
    client = with_key("seehafen")

    def body():
        yield b"--x\r\nContent-Type: application/dicom\r\n\r\n"
        with (bad / "zeros.dcm").open("rb") as zeros:
            while block := zeros.read(2**20):
                yield block
        yield b"\r\n--x--\r\n"

    answer = client.post("/dicom-web/studies", content=body(), headers=STOW)
    assert answer.status_code in (409, 413)
    assert client.get("/healthz").status_code == 200


def multipart(parts) -> bytes:
    """A multipart/related body (PS3.18 10.5)."""
    head = b"--x\r\nContent-Type: application/dicom\r\n\r\n"
    return b"".join(head + part + b"\r\n" for part in parts) + b"--x--\r\n"


def test_the_upload_page_takes_the_good_members_of_a_zip_and_explains_the_others(
    bad, coded, registry, sign_in, with_key, tmp_path
):
    exam = make_exam(tmp_path / "good", vendor="siemens", size="tiny", seed=8)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for number, data in enumerate(coded(exam)):
            package.writestr(f"images/{number}.dcm", data)
        for code in FILES:
            package.write(bad / f"{code}.dcm", f"{code}.dcm")
        package.write(exam.files[0], "identified.dcm")
    person, client = sign_in("coordinator@seehafen.example"), with_key("seehafen")
    before = n_images(client)
    form = person.get("/centers/upload/").text
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]+)"', form))
    name = re.search(r'<input[^>]*type="file"[^>]*name="([^"]+)"', form) or re.search(
        r'<input[^>]*name="([^"]+)"[^>]*type="file"', form
    )
    page = person.post(
        "/centers/upload/",
        data=hidden,
        files={name.group(1): ("exam.zip", buffer.getvalue(), "application/zip")},
        headers={"Referer": f"{registry.url}/centers/upload/"},
    )
    assert page.status_code == 200, page.text
    assert exam.patient_name not in page.text
    assert wait_until(lambda: n_images(client) == before + len(exam.files), 60)
