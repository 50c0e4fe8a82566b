"""Odd files are what they claim to be: readable where they should be, broken where they should be."""

import pydicom
import pytest
from pydicom.errors import InvalidDicomError

from cmr_testkit import odd


def test_a_ct_is_an_identified_ct(tmp_path):
    image = pydicom.dcmread(odd.ct_image(tmp_path / "ct.dcm"))

    assert image.SOPClassUID.name == "CT Image Storage"
    assert image.Modality == "CT"
    assert str(image.PatientName)


def test_a_brain_is_mr_of_the_head(tmp_path):
    image = pydicom.dcmread(odd.brain_mr(tmp_path / "brain.dcm"))

    assert image.SOPClassUID.name == "MR Image Storage"
    assert image.BodyPartExamined == "BRAIN"
    assert float(image.ImagePositionPatient[2]) > 300


def test_a_screen_capture_says_what_it_is(tmp_path):
    image = pydicom.dcmread(odd.secondary_capture(tmp_path / "sc.dcm"))

    assert image.SOPClassUID.name == "Secondary Capture Image Storage"
    assert image.BurnedInAnnotation == "YES"


def test_a_truncated_image_has_too_few_pixels(tmp_path):
    path = odd.truncated_file(tmp_path / "cut.dcm")

    assert path.read_bytes()[128:132] == b"DICM"
    image = pydicom.dcmread(path)
    assert len(image.PixelData) < image.Rows * image.Columns * 2


@pytest.mark.parametrize("make", [odd.text_file, odd.zero_length, odd.zeros])
def test_what_is_no_dicom_is_not_read_as_dicom(tmp_path, make):
    with pytest.raises((InvalidDicomError, EOFError)):
        pydicom.dcmread(make(tmp_path / "deep" / "file"))


def test_zeros_are_as_many_as_asked_and_take_no_room(tmp_path):
    path = odd.zeros(tmp_path / "zeros", megabytes=300)

    assert path.stat().st_size == 300 * 1024 * 1024
    assert path.stat().st_blocks * 512 < 1024 * 1024


@pytest.mark.parametrize("vendor", ["siemens", "ge"])
def test_two_patients_share_one_series(tmp_path, vendor):
    images = [pydicom.dcmread(f) for f in odd.two_patients_in_one_series(tmp_path, vendor=vendor)]

    assert len({image.SeriesInstanceUID for image in images}) == 1
    assert len({image.PatientID for image in images}) == 2
    assert len(images) >= 3


def test_odd_files_are_deterministic(tmp_path):
    first, second = odd.brain_mr(tmp_path / "a"), odd.brain_mr(tmp_path / "b")

    assert first.read_bytes() == second.read_bytes()
