"""Synthetic exams of the testkit: every series must be recognized, with its words and without."""

import dataclasses
import functools

import pydicom
import pytest

from cmr_imaging.headers import headers_from_dicom_json
from cmr_imaging.heart import looks_like_cmr
from cmr_imaging.kinds import SeriesKind, View
from cmr_imaging.metrics import metrics_of
from cmr_imaging.recognition import recognize_exam

WHOLE = {
    (SeriesKind.LOCALIZER, View.UNKNOWN),
    (SeriesKind.CINE, View.FOUR_CHAMBER),
    (SeriesKind.CINE, View.TWO_CHAMBER),
    (SeriesKind.CINE, View.THREE_CHAMBER),
    (SeriesKind.CINE, View.SAX),
    (SeriesKind.LGE, View.SAX),
}
TRUE_WORDS = {
    "4ch": (SeriesKind.CINE, View.FOUR_CHAMBER),
    "2ch": (SeriesKind.CINE, View.TWO_CHAMBER),
    "3ch": (SeriesKind.CINE, View.THREE_CHAMBER),
    "loc": (SeriesKind.LOCALIZER, View.UNKNOWN),
    "lge": (SeriesKind.LGE, View.SAX),
    "mde": (SeriesKind.LGE, View.SAX),
    "sax": (SeriesKind.CINE, View.SAX),
}


@functools.cache
def series_at(files):
    series = {}
    for path in files:
        dataset = pydicom.dcmread(path, stop_before_pixels=True)
        for header in headers_from_dicom_json(dataset.to_json_dict()):
            series.setdefault(header.series_instance_uid, []).append(header)
    return series


def truth_of(headers):
    words = headers[0].series_description.lower()
    return next(truth for word, truth in TRUE_WORDS.items() if word in words)


@pytest.mark.parametrize("vendor", ["siemens", "ge"])
def test_every_series_of_a_tiny_exam_is_recognized(cmr_exam, vendor):
    series = list(series_at(cmr_exam(vendor=vendor, size="tiny", seed=1).files).values())
    found = [(r.kind, r.view) for r in recognize_exam(series)]
    assert found == [truth_of(headers) for headers in series]
    assert set(found) == WHOLE


@pytest.mark.parametrize("vendor", ["siemens", "ge"])
def test_every_series_of_a_small_exam_is_recognized_without_a_word(cmr_exam, vendor):
    series = list(series_at(cmr_exam(vendor=vendor, size="small", seed=1).files).values())
    mute = [
        [dataclasses.replace(header, series_description="", protocol_name="") for header in headers]
        for headers in series
    ]
    assert [(r.kind, r.view) for r in recognize_exam(mute)] == [truth_of(headers) for headers in series]


@pytest.mark.parametrize("vendor", ["siemens", "ge"])
def test_the_stack_of_a_synthetic_exam_measures_as_planted(cmr_exam, vendor):
    exam = cmr_exam(vendor=vendor, size="small", seed=1)
    series = list(series_at(exam.files).values())
    found = zip(series, recognize_exam(series), strict=True)
    stack = [h for s, r in found if (r.kind, r.view) == (SeriesKind.CINE, View.SAX) for h in s]
    metrics = metrics_of(stack)
    assert (metrics.n_positions, metrics.n_phases) == (exam.truth["sax_slices"], exam.truth["phases"])
    assert metrics.spacing_mm == pytest.approx(exam.truth["sax_spacing_mm"], abs=0.05)
    assert metrics.gap_mm == pytest.approx(exam.truth["sax_gap_mm"], abs=0.05)
    assert metrics.rr_coverage == pytest.approx(1.0, abs=0.02)


@pytest.mark.parametrize("vendor", ["siemens", "ge"])
def test_a_synthetic_exam_looks_like_a_heart(cmr_exam, vendor):
    verdict = looks_like_cmr(series_at(cmr_exam(vendor=vendor, size="tiny", seed=1).files))
    assert verdict.is_cmr
    assert not verdict.head_coverage
