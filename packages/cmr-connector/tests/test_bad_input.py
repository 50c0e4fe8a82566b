"""Bad input at every door: a clear reason where a person looks, and the good images still go through."""

import shutil
import zipfile

import pydicom
import pytest

from cmr_connector.folder import FolderSource
from cmr_connector.handover import carry_out, take_all
from cmr_connector.intake import Outcome, Source
from cmr_connector.states import ExamState, InstanceState
from cmr_testkit import odd


@pytest.fixture
def mixed(tmp_path, cmr_exam):
    """A good exam with every kind of bad file around it."""
    exam = cmr_exam()
    folder = tmp_path / "mixed"
    shutil.copytree(exam.root, folder / "good")
    odd.truncated_file(folder / "bad" / "truncated.dcm", seed=77)
    odd.text_file(folder / "bad" / "note.txt")
    odd.ct_image(folder / "bad" / "ct.dcm")
    odd.brain_mr(folder / "bad" / "brain.dcm")
    odd.secondary_capture(folder / "bad" / "sc.dcm")
    odd.zero_length(folder / "bad" / "empty.dcm")
    odd.zeros(folder / "bad" / "zeros.dcm", megabytes=300)
    odd.two_patients_in_one_series(folder / "bad" / "two", seed=5)
    return folder, exam


EXPECTED = {
    "bad/truncated.dcm": "truncated",
    "bad/note.txt": "not_dicom",
    "bad/ct.dcm": "not_mr",
    "bad/brain.dcm": "head_coverage",
    "bad/sc.dcm": "secondary_capture",
    "bad/empty.dcm": "zero_length",
    "bad/zeros.dcm": "not_dicom",
}


def two_patients_exam(workplace):
    return next(exam for exam in workplace.store.exams.listed() if exam.reason == "two_patients")


def test_every_bad_file_of_a_hand_over_has_its_reason_and_the_good_exam_arrives(mixed, workplace, registry):
    folder, exam = mixed
    hand_over = take_all(workplace, folder, Source.COMMAND)
    assert {file.label: file.taken.reason.code for file in hand_over.problems()} == EXPECTED
    client = workplace.client()
    carry_out(workplace, workplace.sender(client), hand_over.exam_ids)
    client.close()
    [manifest] = registry.accepted()
    assert len(list(manifest.instances())) == len(exam.files)
    assert two_patients_exam(workplace).state is ExamState.HELD
    assert {refusal.reason for refusal in workplace.store.ledger.refusals(batch=hand_over.batch)} == {
        "not_dicom",
        "zero_length",
    }


def test_a_watched_folder_gives_the_same_reasons_and_keeps_every_file(mixed, workplace, registry, deliver):
    folder, exam = mixed
    before = sorted(path for path in folder.rglob("*") if path.is_file())
    source = FolderSource(workplace.store, workplace.intake, folder, 0.0)
    taken = source.poll()
    assert sorted(t.reason.code for t in taken if t.reason) == sorted(EXPECTED.values())
    deliver(workplace)
    assert len(registry.stored()) == len(exam.files)
    assert sorted(path for path in folder.rglob("*") if path.is_file()) == before
    assert source.poll() == []


def test_a_zip_gives_the_same_reasons(mixed, workplace, registry, deliver, tmp_path):
    folder, exam = mixed
    archive = tmp_path / "cd.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.name != "zeros.dcm":
                file.write(path, path.relative_to(folder))
        file.writestr("../../escape.dcm", b"x" * 200)
    hand_over = take_all(workplace, archive, Source.DESK)
    found = {file.label.removeprefix("cd.zip/"): file.taken.reason.code for file in hand_over.problems()}
    assert found == {name: code for name, code in EXPECTED.items() if name != "bad/zeros.dcm"}
    deliver(workplace)
    assert len(registry.stored()) == len(exam.files)


def test_three_hundred_megabytes_of_zeros_in_a_zip_are_never_unpacked(workplace, tmp_path):
    archive = tmp_path / "bomb.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file, file.open("z.dcm", "w") as member:
        for _ in range(300):
            member.write(bytes(2**20))
    [file] = take_all(workplace, archive, Source.DESK).files
    assert file.taken.outcome is Outcome.REFUSED
    assert file.taken.reason.code in ("too_large", "not_dicom")


def test_a_file_over_the_limit_is_refused_unread(make_workplace, tmp_path, cmr_exam):
    workplace = make_workplace(pipeline={"max_instance_mib": 1})
    taken = workplace.intake.take(odd.zeros(tmp_path / "z.dcm", megabytes=2), Source.FOLDER)
    assert taken.reason.code == "too_large"


def test_a_series_of_two_patients_is_held_and_the_other_series_of_the_exam_go(
    workplace, registry, cmr_exam, deliver, tmp_path
):
    exam = cmr_exam()
    folder = tmp_path / "exam"
    shutil.copytree(exam.root, folder)
    by_series = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        by_series.setdefault(pydicom.dcmread(path).SeriesInstanceUID, []).append(path)
    mixed = max(by_series.values(), key=len)
    dataset = pydicom.dcmread(mixed[-1])
    dataset.PatientID = "SOMEBODY-ELSE"
    dataset.save_as(mixed[-1])
    take_all(workplace, folder, Source.COMMAND)
    deliver(workplace)
    [row] = workplace.store.exams.listed()
    assert row.state is ExamState.DELIVERED
    assert workplace.store.ledger.reasons(row.id) == {"two_patients": len(mixed)}
    assert len(registry.stored()) == len(exam.files) - len(mixed)


def test_a_corrected_copy_of_a_held_image_takes_its_place(workplace, registry, cmr_exam, deliver, tmp_path):
    paths = odd.two_patients_in_one_series(tmp_path / "two", seed=9)
    take_all(workplace, tmp_path / "two", Source.COMMAND)
    deliver(workplace)
    exam = two_patients_exam(workplace)
    right = pydicom.dcmread(paths[0])
    wrong = next(p for p in paths if pydicom.dcmread(p).PatientID != right.PatientID)
    corrected = pydicom.dcmread(wrong)
    corrected.PatientID, corrected.PatientName = right.PatientID, right.PatientName
    corrected.PatientBirthDate = right.PatientBirthDate
    corrected.save_as(wrong)
    take_all(workplace, tmp_path / "two", Source.COMMAND)
    deliver(workplace)
    assert workplace.store.exams.get(exam.id).state is ExamState.DELIVERED
    assert len(registry.stored()) == len(paths)
    assert workplace.store.ledger.reasons(exam.id) == {"superseded": 1}


def test_an_image_without_a_patient_id_is_held(workplace, cmr_exam, tmp_path, deliver, registry):
    exam = cmr_exam()
    dataset = pydicom.dcmread(exam.files[0])
    dataset.PatientID = ""
    dataset.save_as(tmp_path / "nobody.dcm")
    assert workplace.intake.take(tmp_path / "nobody.dcm", Source.SCP).outcome is Outcome.TAKEN
    deliver(workplace)
    [row] = workplace.store.exams.listed()
    assert (row.state, row.reason) == (ExamState.HELD, "no_patient_id")
    assert registry.stored() == {}


def test_an_exam_that_shows_no_heart_is_held_until_a_person_releases_it(
    workplace, registry, cmr_exam, deliver, tmp_path
):
    exam = cmr_exam()
    dataset = pydicom.dcmread(exam.files[0])
    for element in list(dataset):
        if element.keyword.endswith(("Description", "ProtocolName", "SequenceName", "BodyPartExamined")):
            dataset[element.tag].value = "survey"
    for keyword in ("TriggerTime", "NominalInterval", "CardiacNumberOfImages", "RequestAttributesSequence"):
        if keyword in dataset:
            delattr(dataset, keyword)
    dataset.save_as(tmp_path / "belly.dcm")
    workplace.intake.take(tmp_path / "belly.dcm", Source.COMMAND)
    deliver(workplace)
    [row] = workplace.store.exams.listed()
    assert (row.state, row.reason) == (ExamState.HELD, "not_a_heart")
    assert registry.stored() == {}
    workplace.pipeline.release_held(row.id)
    deliver(workplace)
    assert workplace.store.exams.get(row.id).state is ExamState.DELIVERED
    assert len(registry.stored()) == 1


def test_a_patient_on_the_opt_out_list_never_leaves(make_workplace, registry, cmr_exam, deliver, home):
    exam = cmr_exam()
    (home / "optout.txt").write_text(f"# withdrawn at the desk\n {exam.patient_id.lower()} \n")
    workplace = make_workplace(center={"opt_out_file": "optout.txt"})
    take_all(workplace, exam.root, Source.COMMAND)
    deliver(workplace)
    [row] = workplace.store.exams.listed()
    assert (row.state, row.reason) == (ExamState.REJECTED, "opted_out")
    assert registry.received_bytes == 0
    assert list(workplace.files.spool.iterdir()) == []


def test_an_opt_out_list_that_cannot_be_read_stops_everything(make_workplace, cmr_exam, registry, deliver):
    workplace = make_workplace(center={"opt_out_file": "nowhere.txt"})
    exam = cmr_exam()
    workplace.intake.take(exam.files[0], Source.COMMAND)
    with pytest.raises(Exception, match="opt_out_file"):
        deliver(workplace)
    assert registry.received_bytes == 0


def test_the_same_uid_with_other_pixels_is_kept_apart_and_held(
    workplace, registry, cmr_exam, deliver, tmp_path
):
    exam = cmr_exam()
    take_all(workplace, exam.root, Source.COMMAND)
    deliver(workplace)
    dataset = pydicom.dcmread(exam.files[0])
    dataset.PixelData = bytes(len(dataset.PixelData))
    dataset.save_as(tmp_path / "other.dcm")
    workplace.intake.take(tmp_path / "other.dcm", Source.SCP)
    deliver(workplace)
    [row] = workplace.store.exams.listed()
    assert row.state is ExamState.DELIVERED
    assert row.version == 1
    assert workplace.store.ledger.reasons(row.id) == {"same_uid_other_bytes": 1}


def test_a_copy_that_differs_only_in_what_is_removed_changes_nothing(
    workplace, registry, cmr_exam, deliver, tmp_path
):
    exam = cmr_exam()
    take_all(workplace, exam.root, Source.COMMAND)
    deliver(workplace)
    dataset = pydicom.dcmread(exam.files[0])
    dataset.RetrieveAETitle = "ANOTHER"
    dataset.save_as(tmp_path / "copy.dcm")
    workplace.intake.take(tmp_path / "copy.dcm", Source.SCP)
    deliver(workplace)
    [row] = workplace.store.exams.listed()
    assert (row.state, row.version) == (ExamState.DELIVERED, 1)
    assert workplace.store.ledger.reasons(row.id) == {"duplicate": 1}
    assert workplace.store.ledger.counts(row.id)[InstanceState.STORED] == len(exam.files)
