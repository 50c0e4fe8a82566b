"""Two real exams travel from a PACS (DCMTK) through a connector into the registry and onto its pages.

Sunnybrook (GE, 200 instances without a single description, StudyDate 20120000) and biv-me (Siemens XA50, two
series of 25 phases whose publisher left dates and serials in UIDs and private elements).
"""

import email.parser
import email.policy
import re
import subprocess
import uuid
from pathlib import Path

import numpy as np
import psycopg
import pydicom
import pytest
from PIL import Image

from demo.processes import running, wait_until
from tests.journeys.identifiers import found_in, identifiers_of

CENTER = "northbridge"
DRAWS = True  # OHIF draws with WebGL


@pytest.fixture(scope="module")
def sources(shared_data):
    """The files that the PACS holds."""
    sunnybrook = sorted((shared_data("cmr/scd_ge_cine") / "SCD0000301" / "dicom").glob("*.dcm"))
    siemens = sorted(shared_data("cmr/bivme_siemens_cine").glob("Se*/*.dcm"))
    assert (len(sunnybrook), len(siemens)) == (200, 50)
    return {"sunnybrook": sunnybrook, "siemens": siemens}


@pytest.fixture(scope="module")
def hospital(make_hospital):
    """A running connector, to which a PACS may send."""
    made = make_hospital(CENTER)
    with running(made.agent):
        made.agent.wait_ready(lambda: _echo(made), 30)
        yield made


def _echo(hospital) -> bool:
    command = [
        "/usr/bin/echoscu",
        "-aet",
        "PACS",
        "-aec",
        "CMRCONNECTOR",
        "127.0.0.1",
        str(hospital.ports["scp"]),
    ]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.fixture(scope="module")
def delivered(hospital, sources, storescu, with_key):
    """Both exams sent by the PACS and accepted by the registry, as QIDO-RS lists their studies."""
    for files in sources.values():
        sent = storescu(hospital.ports["scp"], files)
        assert sent.returncode == 0, sent.stderr
    client = with_key(CENTER)
    assert wait_until(lambda: len(client.get("/dicom-web/studies").json() or []) == 2, 150), hospital.status()
    studies = client.get("/dicom-web/studies?includefield=all").json()
    by_count = {study["00201208"]["Value"][0]: study["0020000D"]["Value"][0] for study in studies}
    return {"sunnybrook": by_count[200], "siemens": by_count[50]}


def parts(answer) -> list[bytes]:
    """The parts of a multipart/related answer."""
    head = b"Content-Type: " + answer.headers["content-type"].encode() + b"\r\n\r\n"
    message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + answer.content)
    return [part.get_payload(decode=True) for part in message.iter_parts()]


def series_of(client, study: str) -> list[dict]:
    return client.get(f"/dicom-web/studies/{study}/series?includefield=all").json()


def test_qido_lists_each_exam_with_its_series_and_instances(delivered, with_key):
    client = with_key(CENTER)
    (sunnybrook,) = series_of(client, delivered["sunnybrook"])
    assert sunnybrook["00201209"]["Value"] == [200]
    siemens = series_of(client, delivered["siemens"])
    assert sorted(series["00201209"]["Value"][0] for series in siemens) == [25, 25]


@pytest.mark.parametrize("exam", ["sunnybrook", "siemens"])
def test_wado_returns_pixel_data_that_equal_the_source_bit_for_bit(exam, delivered, sources, with_key):
    client = with_key(CENTER)
    want = sorted(pydicom.dcmread(path).PixelData for path in sources[exam])
    got = []
    for series in series_of(client, delivered[exam]):
        uid = series["0020000E"]["Value"][0]
        answer = client.get(
            f"/dicom-web/studies/{delivered[exam]}/series/{uid}",
            headers={"Accept": 'multipart/related; type="application/dicom"'},
        )
        assert answer.status_code == 200
        for part in parts(answer):
            got.append(pydicom.dcmread(pydicom.filebase.DicomBytesIO(part)).PixelData)
    assert sorted(got) == want


def test_the_stack_without_descriptions_is_recognized_as_short_axis_cine(delivered, sign_in):
    coordinator = sign_in(f"coordinator@{CENTER}.example")
    pages = exam_pages(coordinator)
    assert len(pages) == 2
    assert any(
        "200" in text and re.search("short.axis cine|cine.{0,80}short.axis", text, re.I | re.S)
        for text in pages.values()
    )


def exam_pages(client) -> dict[str, str]:
    """Address and text of every exam page that the list links to."""
    listed = client.get("/exams/").text
    addresses = sorted(set(re.findall(r'href="(/exams/[0-9a-f-]{36}/)"', listed)))
    return {address: client.get(address).text for address in addresses}


def test_another_center_gets_the_same_answer_as_for_what_never_existed(delivered, with_key, sign_in):
    foreign_person, foreign_key = sign_in("coordinator@seehafen.example"), with_key("seehafen")
    own = sign_in(f"coordinator@{CENTER}.example")
    assert exam_pages(foreign_person) == {}
    study = delivered["sunnybrook"]
    series = series_of(with_key(CENTER), study)[0]["0020000E"]["Value"][0]
    dicom = [
        f"/dicom-web/studies/{study}",
        f"/dicom-web/studies/{study}/metadata",
        f"/dicom-web/studies/{study}/series/{series}",
        f"/dicom-web/studies/{study}/series/{series}/metadata",
        f"/dicom-web/studies/{study}/thumbnail",
    ]
    for address in dicom:
        absent = address.replace(study, f"2.25.{uuid.uuid4().int}")
        answers = [client.get(a) for client in (foreign_key, foreign_person) for a in (address, absent)]
        assert {answer.status_code for answer in answers} == {404}, address
        assert len({answer.content for answer in answers}) == 1
    linked = set()
    for page, text in exam_pages(own).items():
        linked |= {page, *re.findall(r'(?:href|src|data-[a-z-]+)="(/exams/[^"#?]+)"', text)}
    assert len(linked) >= 6
    for address in linked:
        absent = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", str(uuid.uuid4()), address, count=1)
        first, second = foreign_person.get(address), foreign_person.get(absent)
        assert (first.status_code, second.status_code) == (404, 404), address
        assert scrubbed(first.text) == scrubbed(second.text)


def scrubbed(text: str) -> str:
    """A page without its one-time token."""
    return re.sub(r'(csrf[a-z]*"? (?:value|content)=")[^"]+', r"\1", text)


def test_nothing_of_the_source_is_found_behind_the_wall(delivered, registry, sources, sign_in, with_key):
    identifiers = identifiers_of(path for files in sources.values() for path in files)
    assert len(identifiers) > 300
    haystacks = {"database": dump(registry)}
    for path in registry.folder.rglob("*"):
        if path.is_file():
            haystacks[str(path.relative_to(registry.folder))] = path.read_bytes()
    for address, text in exam_pages(sign_in(f"coordinator@{CENTER}.example")).items():
        haystacks[address] = text.encode()
    client = with_key(CENTER)
    for study in delivered.values():
        for part in ("metadata", "series", "instances"):
            haystacks[f"{study}/{part}"] = client.get(f"/dicom-web/studies/{study}/{part}").content
        whole = client.get(f"/dicom-web/studies/{study}")
        for number, instance in enumerate(parts(whole)):
            dataset = pydicom.dcmread(pydicom.filebase.DicomBytesIO(instance))
            haystacks[f"{study}#{number}"] = instance.replace(dataset.PixelData, b"")
    assert len(haystacks) > 260
    leaks = {where: found_in(data, identifiers) for where, data in haystacks.items()}
    assert {where: len(values) for where, values in leaks.items() if values} == {}


def dump(registry) -> bytes:
    """All rows of all tables as text."""
    url = registry.environment["CMR_DATABASE_URL"]
    if not url:
        return (registry.folder / "registry.sqlite").read_bytes()
    rows: list[bytes] = []
    with psycopg.connect(url) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        for (table,) in tables:
            with connection.cursor().copy(f'COPY "{table}" TO STDOUT') as copy:
                rows += [bytes(block) for block in copy]
    return b"".join(rows)


def test_sending_the_same_exam_again_changes_nothing(delivered, hospital, sources, storescu, with_key):
    client = with_key(CENTER)
    before = receipts(hospital)
    listed = client.get("/dicom-web/studies?includefield=all").json()
    assert storescu(hospital.ports["scp"], sources["siemens"]).returncode == 0
    assert not wait_until(lambda: receipts(hospital) != before, 8)
    assert client.get("/dicom-web/studies?includefield=all").json() == listed


def receipts(hospital) -> set[str]:
    """All receipts that the connector holds."""
    return {receipt for (receipt,) in hospital.rows("SELECT receipt FROM delivery WHERE receipt IS NOT NULL")}


def test_an_identified_exam_sent_straight_to_stow_leaves_no_byte(registry, sources, with_key):
    client = with_key("kauri")
    before = {path for path in (registry.folder / "objects").rglob("*") if path.is_file()}
    files = sources["siemens"][:10]
    body = b"".join(
        b"--x\r\nContent-Type: application/dicom\r\n\r\n" + path.read_bytes() + b"\r\n" for path in files
    )
    answer = client.post(
        "/dicom-web/studies",
        content=body + b"--x--\r\n",
        headers={"Content-Type": 'multipart/related; type="application/dicom"; boundary=x'},
    )
    assert answer.status_code == 409
    failed = answer.json()["00081198"]["Value"]
    assert len(failed) == len(files)
    assert all(item["00081197"]["Value"][0] for item in failed)
    after = {path for path in (registry.folder / "objects").rglob("*") if path.is_file()}
    assert after == before
    assert client.get("/dicom-web/studies").json() in (None, [])
    assert found_in(answer.content, {"patient1", "20240704"}) == []


@pytest.mark.browser
def test_the_cine_view_plays_the_real_stack(delivered, sign_in, open_page, tmp_path):
    person = f"coordinator@{CENTER}.example"
    pages = exam_pages(sign_in(person))
    cine = next(
        m.group(1)
        for text in pages.values()
        if "200" in text and (m := re.search(r'"(/exams/[^"]+/cine/[^"]+)"', text))
    )
    for width in (1280, 390):
        page = open_page(person, cine, width)
        page.locator('[data-part="stage"]').wait_for(state="visible", timeout=30_000)
        assert page.locator('[data-part="slice"]').get_attribute("max") == "10"
        assert page.locator('[data-part="phase"]').get_attribute("max") == "20"
        assert len(set(played_phases(page))) >= 5
        page.screenshot(path=tmp_path / "cine.png")
        grays = np.asarray(Image.open(tmp_path / "cine.png").convert("L"))
        assert len(np.unique(grays)) > 100
        assert page.said == []


def played_phases(page) -> list[str]:
    """Phases that the running cine shows over three seconds."""
    if page.locator('[data-part="play"]').inner_text().strip() == "Play":
        page.locator('[data-part="play"]').click()
    seen = []
    for _ in range(30):
        seen.append(page.locator('[data-part="phase"]').input_value())
        page.wait_for_timeout(100)
    return seen


@pytest.mark.browser
@pytest.mark.skipif(
    not Path("var/viewer/index.html").exists(), reason="the viewer was not fetched: make viewer"
)
@pytest.mark.parametrize("exam", ["sunnybrook", "siemens"])
def test_ohif_draws_a_frame_of_the_real_exam(exam, delivered, open_page, tmp_path):
    page = open_page(f"coordinator@{CENTER}.example", f"/viewer/viewer?StudyInstanceUIDs={delivered[exam]}")
    canvas = page.locator(".cornerstone-canvas").first
    canvas.wait_for(state="visible", timeout=60_000)

    def drawn() -> bool:
        canvas.screenshot(path=tmp_path / "canvas.png")
        grays = np.asarray(Image.open(tmp_path / "canvas.png").convert("L"))
        return bool(grays.std() > 8 and len(np.unique(grays)) > 32)

    assert wait_until(drawn, 60)
    assert page.said == []
