import dataclasses

import pydicom
import pytest

from cmr_imaging.headers import InstanceHeader, headers_from_dicom_json
from cmr_imaging.heart import looks_like_cmr

BRAIN = InstanceHeader(
    modality="MR",
    body_part="HEAD",
    series_description="t2_tse_tra",
    orientation=(1, 0, 0, 0, 1, 0),
    position=(0, 0, 0),
)
CHEST = InstanceHeader(modality="MR", body_part="CHEST", series_description="haste")


def test_the_sunnybrook_exam_is_a_heart_by_gating_alone(sunnybrook):
    verdict = looks_like_cmr({"1": sunnybrook})
    assert verdict.is_cmr
    assert verdict.evidence == ("gated",)
    assert not verdict.head_coverage


def test_the_siemens_exam_is_a_heart(siemens_sax, siemens_4ch):
    verdict = looks_like_cmr({"1": siemens_sax, "2": siemens_4ch})
    assert verdict.is_cmr
    assert verdict.evidence == ("cmr_words", "gated", "heart_body_part")


def test_a_localizer_in_a_heart_exam_is_fine(sunnybrook, still):
    assert looks_like_cmr({"1": sunnybrook, "2": still("axial", 3, scan_options=())}).is_cmr


@pytest.mark.parametrize("folder", ["dcm_qa_deident", "dcm_qa_enh"])
def test_real_brain_series_are_no_heart(shared_data, folder):
    series: dict[str, list[InstanceHeader]] = {}
    for path in sorted(shared_data(f"mr_other/{folder}").rglob("*.dcm"))[:60]:
        dataset = pydicom.dcmread(path, stop_before_pixels=True)
        for header in headers_from_dicom_json(dataset.to_json_dict(suppress_invalid_tags=True)):
            series.setdefault(header.series_instance_uid, []).append(header)
    assert series
    assert not looks_like_cmr(series).is_cmr


def test_a_brain_is_no_heart_even_when_gated(cine):
    gated = [dataclasses.replace(h, body_part="BRAIN") for h in cine("axial")]
    verdict = looks_like_cmr({"1": gated})
    assert not verdict.is_cmr
    assert verdict.head_coverage
    assert not looks_like_cmr({"1": [BRAIN]}).is_cmr


def test_head_words_in_the_procedure_are_head_coverage():
    verdict = looks_like_cmr({"1": [dataclasses.replace(BRAIN, body_part="")]}, "MRI BRAIN W/O")
    assert verdict == dataclasses.replace(verdict, is_cmr=False, evidence=("head_words",), head_coverage=True)


def test_a_heart_exam_that_also_covers_the_head_is_a_heart_with_head_coverage(cine):
    verdict = looks_like_cmr({"1": cine(), "2": [BRAIN]}, "Cardiac MRI")
    assert verdict.is_cmr
    assert verdict.head_coverage


def test_heart_words_on_a_brain_without_gating_are_not_enough():
    assert not looks_like_cmr({"1": [BRAIN]}, "cardiac pacemaker clearance").is_cmr


@pytest.mark.parametrize(
    ("header", "procedure", "is_cmr"),
    [
        (dataclasses.replace(CHEST, body_part="HEART"), "", True),
        (CHEST, "MR Herz mit KM", True),
        (CHEST, "", False),
        (dataclasses.replace(CHEST, series_description="cine_sax"), "", True),
        (dataclasses.replace(CHEST, body_part="", series_description="PSIR knee"), "", False),
        (dataclasses.replace(CHEST, body_part="ABDOMEN"), "", False),
        (dataclasses.replace(CHEST, modality="CT", body_part="HEART"), "Cardiac CT", False),
    ],
)
def test_words_and_body_parts_decide_without_gating(header, procedure, is_cmr):
    assert looks_like_cmr({"1": [header]}, procedure).is_cmr == is_cmr


def test_a_trigger_time_without_a_heartbeat_is_no_gating(image):
    functional = [
        image(
            "axial",
            trigger_time_ms=2000.0 * k,
            instance_number=k,
            scan_options=("CG",),
            nominal_interval_ms=0.0,
        )
        for k in range(50)
    ]
    assert not looks_like_cmr({"1": functional}).is_cmr
    ungated = [dataclasses.replace(h, scan_options=()) for h in functional]
    assert looks_like_cmr({"1": ungated, "2": []}).evidence == ()


def test_an_empty_delivery_is_no_heart():
    assert not looks_like_cmr({}).is_cmr
