"""The exam of a seed is the same, byte for byte, on every run."""

import hashlib
import itertools

import pydicom
import pytest

from cmr_testkit.exam import exam_instances, make_exam, plan_exam
from cmr_testkit.vendors import VENDORS


def digests(exam):
    return [hashlib.sha256(file.read_bytes()).hexdigest() for file in exam.files]


@pytest.mark.parametrize("vendor", sorted(VENDORS))
def test_the_same_seed_gives_the_same_bytes(cmr_exam, tmp_path, vendor):
    first = cmr_exam(vendor=vendor)
    second = make_exam(tmp_path / "again", vendor=vendor, size="tiny", seed=1)

    assert digests(first) == digests(second)
    for name in ("report_csv", "report_hl7", "report_fhir", "truth_path", "planted_path", "facts_path"):
        assert getattr(first, name).read_bytes() == getattr(second, name).read_bytes()


def test_different_exams_share_no_uid_and_no_number(cmr_exam):
    exams = [cmr_exam(), cmr_exam(seed=2), cmr_exam(vendor="ge"), cmr_exam(infarct="lad")]
    uids = [{pydicom.dcmread(f, stop_before_pixels=True).SOPInstanceUID for f in e.files} for e in exams]

    assert all(not a & b for a, b in itertools.combinations(uids, 2))
    assert len({e.accession_number for e in exams}) == 4
    assert len({e.study_instance_uid for e in exams}) == 4


def test_two_exams_can_belong_to_one_patient(cmr_exam):
    first, second = cmr_exam(seed=2), cmr_exam(seed=3, patient_seed=2)

    assert first.patient == second.patient
    assert first.visit.date != second.visit.date


def test_the_generator_makes_what_the_files_hold(cmr_exam):
    exam = cmr_exam(vendor="ge")
    made = exam_instances(plan_exam(vendor="ge", size="tiny", seed=1))

    for (relative, dataset), file in zip(made, exam.files, strict=True):
        assert file == exam.root / relative
        assert pydicom.dcmread(file).PixelData == dataset.PixelData


@pytest.mark.parametrize(
    ("size", "low", "high"), [("tiny", 20, 28), ("small", 105, 135), ("full", 900, 1100)]
)
@pytest.mark.parametrize("vendor", sorted(VENDORS))
def test_sizes_are_about_those_of_the_contract(vendor, size, low, high):
    drawn = plan_exam(vendor=vendor, size=size, seed=1)

    assert low <= drawn.truth["instances"] <= high


def test_every_uid_fits_its_element():
    drawn = plan_exam(vendor="siemens", size="full", seed=123456)

    assert len(drawn.session.uids.instance(999)) <= 64
    assert pydicom.uid.UID(drawn.session.uids.instance(999)).is_valid


@pytest.mark.parametrize("vendor", sorted(VENDORS))
def test_files_are_written_as_pydicom_writes_them(cmr_exam, tmp_path, vendor):
    exam = cmr_exam(vendor=vendor)

    for (_, dataset), file in zip(
        exam_instances(plan_exam(vendor=vendor, size="tiny")), exam.files, strict=True
    ):
        pydicom.dcmwrite(tmp_path / "slow.dcm", dataset, enforce_file_format=True)
        assert file.read_bytes() == (tmp_path / "slow.dcm").read_bytes()
