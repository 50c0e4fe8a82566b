"""Headers say what the vendor's scanners say: timing, gating, names, geometry, private elements."""

import collections
import io

import numpy as np
import pydicom
import pytest
from measuring import is_short_axis, read_all

from cmr_testkit.samples import sample_headers
from cmr_testkit.vendors import VENDORS


def series_of(exam):
    found = collections.defaultdict(list)
    for image in read_all(exam):
        found[image.SeriesInstanceUID].append(image)
    return list(found.values())


def normal(image):
    row, column = np.array(image.ImageOrientationPatient, float).reshape(2, 3)
    return np.cross(row, column)


@pytest.mark.parametrize("vendor", ["siemens", "ge", "philips"])
def test_a_cine_tells_its_timing_and_gating(cmr_exam, vendor):
    exam = cmr_exam(vendor=vendor, size="small", seed=4)
    slices = collections.defaultdict(list)
    for image in read_all(exam):
        if image.get("CardiacNumberOfImages"):
            slices[tuple(image.ImagePositionPatient)].append(image)

    for images in slices.values():
        times = [float(image.TriggerTime) for image in images]
        assert len(images) == images[0].CardiacNumberOfImages >= 10
        assert np.all(np.diff(times) > 0)
        interval = images[0].NominalInterval
        assert (times[-1] + times[1]) / interval == pytest.approx(1, abs=0.02)
        assert abs(60_000 / interval - exam.truth["heart_rate_bpm"]) < 3


def test_siemens_writes_one_cine_slice_per_series_and_temporal_resolution_as_tr(cmr_exam):
    cines = [s for s in series_of(cmr_exam(size="small", seed=4)) if s[0].get("CardiacNumberOfImages")]

    for images in cines:
        assert len({tuple(image.ImagePositionPatient) for image in images}) == 1
        first = images[0]
        assert float(first.RepetitionTime) == pytest.approx(first.NominalInterval / len(images), rel=1e-3)
        assert first.SequenceName == "*tfi2d1_12"
        assert "RETRO" in first.ImageType
        assert first.BodyPartExamined == "HEART"


def test_ge_writes_the_whole_stack_in_one_series_and_the_heart_rate(cmr_exam):
    exam = cmr_exam(vendor="ge", size="small", seed=4)
    stack = next(s for s in series_of(exam) if s[0].SeriesDescription == "FIESTA SAX")

    assert len({tuple(image.ImagePositionPatient) for image in stack}) == exam.truth["sax_slices"]
    assert [image.InstanceNumber for image in stack] == list(range(1, len(stack) + 1))
    assert stack[0].HeartRate == round(60_000 / stack[0].NominalInterval)
    assert float(stack[0].RepetitionTime) < 5
    assert list(stack[0].ImageType) == ["ORIGINAL", "PRIMARY", "OTHER"]


@pytest.mark.parametrize("vendor", ["siemens", "ge"])
def test_short_axis_slices_are_parallel_and_evenly_spaced(cmr_exam, vendor):
    exam = cmr_exam(vendor=vendor, size="small", seed=4)
    stack = [i for i in read_all(exam) if is_short_axis(i, exam.truth) and i.get("CardiacNumberOfImages")]
    levels = sorted({round(float(np.array(i.ImagePositionPatient, float) @ normal(i)), 2) for i in stack})

    assert len({tuple(image.ImageOrientationPatient) for image in stack}) == 1
    assert np.diff(levels) == pytest.approx(exam.truth["sax_spacing_mm"], abs=0.02)
    assert len(levels) == exam.truth["sax_slices"]


def test_long_axis_planes_cross_the_stack_at_right_angles(cmr_exam):
    exam = cmr_exam(vendor="ge", size="small", seed=4)
    axis = np.array(exam.truth["long_axis_patient"])
    long_views = [i for i in read_all(exam) if i.SeriesDescription.split()[-1] in ("4CH", "2CH", "LVOT")]

    assert len(long_views) == 33
    assert all(abs(normal(image) @ axis) < 0.4 for image in long_views)


def test_a_localizer_has_three_orientations_in_one_series(cmr_exam):
    localizer = series_of(cmr_exam())[0]

    assert localizer[0].SeriesDescription.startswith("localizer")
    assert len({tuple(image.ImageOrientationPatient) for image in localizer}) == 3


@pytest.mark.parametrize("vendor", ["siemens", "ge"])
def test_late_enhancement_comes_twelve_minutes_after_the_contrast(cmr_exam, vendor):
    late = [i for i in read_all(cmr_exam(vendor=vendor)) if i.get("ContrastBolusStartTime")]

    def seconds(time):
        return int(time[:2]) * 3600 + int(time[2:4]) * 60 + float(time[4:])

    assert late
    for image in late:
        delay = seconds(image.AcquisitionTime) - seconds(image.ContrastBolusStartTime)
        assert 10 * 60 <= delay <= 30 * 60
        assert "IR" in image.ScanningSequence


def test_center_words_hide_the_view(cmr_exam):
    names = {i.SeriesDescription for i in read_all(cmr_exam(center_words=True)) if i.get("TriggerTime")}

    assert "Herz KA Funktion" in names
    assert not any("sax" in name.lower() or "cine" in name.lower() for name in names)


@pytest.mark.parametrize("vendor", sorted(VENDORS))
def test_no_value_breaks_its_representation(vendor):
    # pydicom warns about a value too long or malformed; warnings are errors here
    for _, image in sample_headers(vendor):
        file = io.BytesIO()
        pydicom.dcmwrite(file, image, enforce_file_format=True)
        file.seek(0)
        read = pydicom.dcmread(file)
        assert str(read)
        assert read.file_meta.MediaStorageSOPInstanceUID == image.SOPInstanceUID


def test_ge_states_the_exam_as_epoch_seconds_and_siemens_writes_csa(cmr_exam):
    ge, siemens = read_all(cmr_exam(vendor="ge"))[5], read_all(cmr_exam())[5]

    assert ge.private_block(0x0009, "GEMS_IDEN_01")[0x27].value > 1_400_000_000
    assert ge.private_block(0x0019, "GEMS_ACQU_01")[0xD7].VR == "SS"
    assert siemens.private_block(0x0029, "SIEMENS CSA HEADER")[0x10].value.startswith(b"SV10")
    assert siemens.private_block(0x0051, "SIEMENS MR HEADER")[0x17].value == "SL 6.0"
