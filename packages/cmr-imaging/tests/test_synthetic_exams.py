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
from cmr_testkit.acquire import exam_headers
from cmr_testkit.exam import plan_exam
from cmr_testkit.vendors import VENDORS

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
    "survey": (SeriesKind.LOCALIZER, View.UNKNOWN),
    "lge": (SeriesKind.LGE, View.SAX),
    "mde": (SeriesKind.LGE, View.SAX),
    "psir": (SeriesKind.LGE, View.SAX),
    "sax": (SeriesKind.CINE, View.SAX),
}
COMPLETE = {
    "localizer_planes": (SeriesKind.LOCALIZER, View.UNKNOWN),
    "cine_4ch": (SeriesKind.CINE, View.FOUR_CHAMBER),
    "cine_2ch": (SeriesKind.CINE, View.TWO_CHAMBER),
    "cine_3ch": (SeriesKind.CINE, View.THREE_CHAMBER),
    "cine_sax": (SeriesKind.CINE, View.SAX),
    "cine_axial": (SeriesKind.CINE, View.AXIAL),
    "cine_rvot": (SeriesKind.CINE, View.RVOT),
    "t1_raw_sax_native": (SeriesKind.T1_MAP, View.SAX),
    "t1_map_sax_native": (SeriesKind.T1_MAP, View.SAX),
    "t2_raw_sax": (SeriesKind.T2_MAP, View.SAX),
    "t2_map_sax": (SeriesKind.T2_MAP, View.SAX),
    "t2star_raw_sax": (SeriesKind.T2STAR, View.SAX),
    "t2star_map_sax": (SeriesKind.T2STAR, View.SAX),
    "stir_sax": (SeriesKind.BLACK_BLOOD_EDEMA, View.SAX),
    "dwi_sax": (SeriesKind.UNKNOWN, View.SAX),
    "flow_ao": (SeriesKind.FLOW_PC, View.AORTA),
    "flow_ao_magnitude": (SeriesKind.FLOW_PC, View.AORTA),
    "flow_ao_phase": (SeriesKind.FLOW_PC, View.AORTA),
    "flow_pa": (SeriesKind.FLOW_PC, View.PULMONARY_ARTERY),
    "flow_pa_magnitude": (SeriesKind.FLOW_PC, View.PULMONARY_ARTERY),
    "flow_pa_phase": (SeriesKind.FLOW_PC, View.PULMONARY_ARTERY),
    "perfusion_sax_stress": (SeriesKind.PERFUSION, View.SAX),
    "perfusion_sax_rest": (SeriesKind.PERFUSION, View.SAX),
    "mra_coronal": (SeriesKind.MRA, View.CORONAL),
    "mip_coronal": (SeriesKind.DERIVED, View.CORONAL),
    "ti_scout_sax": (SeriesKind.TI_SCOUT, View.SAX),
    "lge_sax": (SeriesKind.LGE, View.SAX),
    "lge_lax": (SeriesKind.LGE, View.UNKNOWN),
    "psir_sax": (SeriesKind.LGE, View.SAX),
    "psir_lax": (SeriesKind.LGE, View.UNKNOWN),
    "t1_raw_sax_post": (SeriesKind.T1_MAP, View.SAX),
    "t1_map_sax_post": (SeriesKind.T1_MAP, View.SAX),
    "screen_save": (SeriesKind.DERIVED, View.UNKNOWN),
}
NEEDS_WORDS = ("t2_raw_sax", "mra_coronal")
"""Series that only their words tell: T2 preparation has no element of its own; few partitions are no volume."""


def planned_series(vendor, size, protocol="complete"):
    """Labels and headers of every series of an exam, in order."""
    exam = plan_exam(vendor=vendor, size=size, seed=1, protocol=protocol)
    found = {}
    for path, dataset in exam_headers(exam):
        del dataset.PixelData
        headers = headers_from_dicom_json(dataset.to_json_dict())
        found.setdefault(path.split("/")[1], []).extend(headers)
    return [one.label for one in exam.series], list(found.values())


def without_words(series):
    return [
        [dataclasses.replace(header, series_description="", protocol_name="") for header in headers]
        for headers in series
    ]


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


@pytest.mark.parametrize("vendor", sorted(VENDORS))
def test_every_kind_of_series_of_every_vendor_is_recognized(vendor):
    labels, series = planned_series(vendor, "tiny")
    found = [(r.kind, r.view) for r in recognize_exam(series)]
    assert found == [COMPLETE[label] for label in labels]


@pytest.mark.parametrize("vendor", ["siemens", "ge", "philips-enhanced"])
def test_the_header_tells_the_kind_where_words_are_missing(vendor):
    labels, series = planned_series(vendor, "small")
    found = zip(labels, recognize_exam(without_words(series)), strict=True)
    assert {label: r.kind for label, r in found if label not in NEEDS_WORDS} == {
        label: COMPLETE[label][0] for label in labels if label not in NEEDS_WORDS
    }


@pytest.mark.parametrize("vendor", sorted(VENDORS))
def test_every_series_of_a_tiny_exam_is_recognized(cmr_exam, vendor):
    series = list(series_at(cmr_exam(vendor=vendor, size="tiny", seed=1).files).values())
    found = [(r.kind, r.view) for r in recognize_exam(series)]
    assert found == [truth_of(headers) for headers in series]
    assert set(found) == WHOLE


@pytest.mark.parametrize("vendor", ["siemens", "siemens-xa", "ge", "philips"])
def test_every_series_of_a_small_exam_is_recognized_without_a_word(vendor):
    _, series = planned_series(vendor, "small", "basic")
    found = recognize_exam(without_words(series))
    assert [(r.kind, r.view) for r in found] == [truth_of(headers) for headers in series]


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


@pytest.mark.parametrize("vendor", sorted(VENDORS))
def test_a_synthetic_exam_looks_like_a_heart(cmr_exam, vendor):
    verdict = looks_like_cmr(series_at(cmr_exam(vendor=vendor, size="tiny", seed=1).files))
    assert verdict.is_cmr
    assert not verdict.head_coverage
