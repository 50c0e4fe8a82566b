"""The pytest plugin hands out exams."""

import pytest

from cmr_testkit.errors import UnknownSizeError


def test_equal_requests_share_one_exam(cmr_exam):
    assert cmr_exam() is cmr_exam(vendor="siemens", size="tiny", seed=1)
    assert cmr_exam() is not cmr_exam(seed=2)


def test_an_exam_names_its_patient_and_its_files(cmr_exam):
    exam = cmr_exam()

    assert exam.patient_name == exam.patient.name
    assert len(exam.files) == exam.truth["instances"] == 24
    assert all(file.is_relative_to(exam.root) for file in exam.files)


def test_a_wrong_request_is_a_sentence(cmr_exam):
    with pytest.raises(UnknownSizeError, match="none of full, small, tiny"):
        cmr_exam(size="huge")
