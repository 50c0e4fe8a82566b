"""The drop zone: what would leave is shown first, nothing leaves before Send, every file has its reason."""

import pytest

from cmr_connector.desk import drops as drops_module
from cmr_connector.desk.drops import Phase
from cmr_connector.states import ExamState
from cmr_deid.explain import SENTENCES

BAD = {"not_dicom", "not_mr", "head_coverage", "secondary_capture", "zero_length", "truncated"}


def drop_of(desk, page):
    return desk.drops._drops[page.rpartition("/")[2]]


def series_images(exam, n=1):
    return {str(name): (exam.root / name).read_bytes() for name in exam.files[:n]}


def test_a_zip_shows_what_would_leave_and_what_stays_and_why(person, desk, worked, mixed_zip, cmr_exam):
    page = person.drop({"cd.zip": mixed_zip.read_bytes()})
    worked()
    found = drop_of(desk, page).findings
    assert found.n_leaving == len(cmr_exam().files)
    assert set(found.refused) == BAD
    shown = person.get(page).text
    assert f"{found.n_leaving} images would leave" in shown
    for label, reason in found.named:
        assert label in shown
        assert reason.sentence in shown.replace("&#39;", "'")
    assert not any("DICOMDIR" in label for label, _ in found.named)


def test_nothing_is_taken_or_sent_before_send_is_pressed(
    person, desk, worked, mixed_zip, workplace, registry, deliver
):
    page = person.drop({"cd.zip": mixed_zip.read_bytes()})
    worked()
    person.get(page)
    deliver(workplace)
    assert workplace.store.exams.listed() == []
    assert workplace.store.ledger.refusals() == []
    assert registry.received_bytes == 0
    assert registry.deliveries == {}


def test_send_hands_over_and_leads_to_the_receipt(
    person, desk, worked, mixed_zip, workplace, registry, deliver, cmr_exam
):
    page = person.drop({"cd.zip": mixed_zip.read_bytes()})
    worked()
    person.get(page)
    assert person.post(f"{page}/send").headers["location"] == page
    worked()
    assert "arriving" in person.get(f"{page}/part").text
    deliver(workplace)
    exam = next(row for row in workplace.store.exams.listed() if row.state is ExamState.DELIVERED)
    shown = person.get(f"{page}/part").text
    assert "data-over" in shown
    address = f"/exams/{exam.id}/receipts/1"
    assert address in shown
    receipt = person.get(address).text
    [manifest] = registry.accepted()
    assert manifest.digest() in receipt
    assert registry.key_name in receipt
    assert len(registry.stored()) == len(cmr_exam().files)
    assert "cd.zip/BAD/note.txt" in shown


def test_before_and_after_show_the_name_on_the_left_only(person, desk, worked, cmr_exam):
    exam = cmr_exam()
    page = person.drop(series_images(exam))
    worked()
    [series] = drop_of(desk, page).findings.series
    rows = {row.keyword: row for row in series.rows if "/" not in row.path}
    name = exam.patient.name
    assert rows["PatientName"].before == name
    assert all(name not in (row.after or "") for row in series.rows)
    assert all(exam.patient_id not in (row.after or "") for row in series.rows)
    shown = person.get(page).text
    assert f'<td data-label="Before" class="before"><span>{name}</span></td>' in shown
    assert f'class="after"><span>{name}' not in shown
    assert SENTENCES["replaced"] in shown
    assert "Stays inside the hospital" in shown


def test_a_folder_is_brought_file_by_file_under_its_own_names(person, desk, worked, cmr_exam):
    exam = cmr_exam()
    files = {f"CD/{name}": (exam.root / name).read_bytes() for name in exam.files[:3]}
    page = person.drop(files | {"CD/DICOMDIR": b"x" * 300, "CD/a%20b%2Fnote.txt": b"hello"})
    worked()
    found = drop_of(desk, page).findings
    assert found.n_leaving == 3
    assert [label for label, _ in found.named] == ["CD/a b/note.txt"]


def test_a_broken_archive_is_one_refused_file_and_the_rest_goes_on(person, desk, worked, cmr_exam):
    page = person.drop(series_images(cmr_exam(), 2) | {"broken.zip": b"PK\x03\x04" + b"x" * 500})
    worked()
    found = drop_of(desk, page).findings
    assert found.n_leaving == 2
    assert found.refused == {"not_dicom": 1}
    assert "The archive is broken" in person.get(page).text


def test_a_drop_without_an_image_offers_no_send(person, worked):
    page = person.drop({"note.txt": b"no image at all"})
    worked()
    shown = person.get(page).text
    assert "No image of this drop can leave" in shown
    assert f"{page}/send" not in shown


def test_a_drop_belongs_to_the_person_who_made_it(person, desk, app, worked, cmr_exam, make_person):
    page = person.drop(series_images(cmr_exam()))
    worked()
    other = make_person("john.roe")
    assert other.get(page).status_code == 404
    assert other.post(f"{page}/send").status_code == 409
    assert drop_of(desk, page).phase is Phase.SHOWN


def test_a_discarded_drop_leaves_no_file_behind(person, desk, worked, workplace, cmr_exam):
    page = person.drop(series_images(cmr_exam()))
    worked()
    person.get(page)
    assert person.post(f"{page}/discard").status_code == 303
    assert person.get(page).status_code == 404
    assert [path for path in (workplace.config.data_dir / "drops").rglob("*") if path.is_file()] == []


def test_files_of_a_sent_drop_are_taken_away(person, desk, worked, workplace, cmr_exam):
    page = person.drop(series_images(cmr_exam(), 2))
    worked()
    person.get(page)
    person.post(f"{page}/send")
    worked()
    assert [path for path in (workplace.config.data_dir / "drops").rglob("*") if path.is_file()] == []
    assert drop_of(desk, page).findings is None


def test_sending_twice_hands_over_once(person, desk, worked, workplace, cmr_exam):
    page = person.drop(series_images(cmr_exam(), 2))
    worked()
    person.get(page)
    assert person.post(f"{page}/send").status_code == 303
    assert person.post(f"{page}/send").status_code == 409
    worked()
    [row] = workplace.store.exams.listed()
    assert {entry.times_received for entry in workplace.store.ledger.of_exam(row.id)} == {1}


def test_more_bytes_than_the_limit_are_refused_while_they_come(app_of, make_person):
    app = app_of(desk={"drop_mib": 1})
    person = make_person("jane.doe", app)
    name = person.post("/drop").json()["id"]
    headers = {"x-csrf-token": person.csrf, "x-file-name": "big.dcm"}
    answer = person.request("POST", f"/drop/{name}/files", content=bytes(2**20 + 1), headers=headers)
    assert answer.status_code == 409
    assert "at most 1 MiB" in answer.json()["sentence"]
    drop = app.state.desk.drops._drops[name]
    assert list(drop.folder.iterdir()) == []


def test_more_files_than_the_limit_are_refused(person, monkeypatch):
    monkeypatch.setattr(drops_module, "MOST_FILES", 1)
    name = person.post("/drop").json()["id"]
    person.bring(name, {"a": b"1"})
    headers = {"x-csrf-token": person.csrf, "x-file-name": "b"}
    assert person.request("POST", f"/drop/{name}/files", content=b"2", headers=headers).status_code == 409


def test_too_many_open_drops_are_refused_with_a_sentence(person):
    answers = [person.post("/drop") for _ in range(drops_module.MOST_DROPS + 1)]
    assert [answer.status_code for answer in answers] == [200] * drops_module.MOST_DROPS + [409]
    assert "Too many drops" in answers[-1].json()["sentence"]


def test_a_forgotten_drop_is_swept_away(person, desk, workplace, monkeypatch, worked, cmr_exam):
    page = person.drop(series_images(cmr_exam()))
    worked()
    monkeypatch.setattr(drops_module, "FORGOTTEN_S", -1.0)
    desk.drops.sweep()
    assert person.get(page).status_code == 404
    assert [path for path in (workplace.config.data_dir / "drops").rglob("*") if path.is_file()] == []


def test_no_file_name_or_value_of_a_drop_reaches_the_log(
    person, desk, worked, workplace, cmr_exam, log_lines, deliver
):
    exam = cmr_exam()
    page = person.drop({"DOE^JANE/secret.dcm": (exam.root / exam.files[0]).read_bytes(), "DOE.txt": b"x"})
    worked()
    person.get(page)
    person.post(f"{page}/send")
    worked()
    deliver(workplace)
    written = str(log_lines())
    assert "handed_over" in written
    assert "DOE" not in written
    assert exam.patient_id not in written


def test_a_hostile_file_name_is_escaped(person, worked):
    page = person.drop({"%3Cscript%3Ealert(1)%3C%2Fscript%3E.txt": b"x"})
    worked()
    shown = person.get(page).text
    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert(1)" in shown


@pytest.mark.parametrize("step", ["look", "send", "discard"])
def test_a_drop_that_is_gone_is_said_in_words(person, step):
    answer = person.post(f"/drop/{'0' * 32}/{step}")
    assert answer.status_code == 409
    assert "no longer here" in answer.text
