"""Errors that only show where values are taken together."""

import random

from cmr_testkit.case_reports.exam import ReportedExam
from cmr_testkit.case_reports.persons import SEGMENTS
from cmr_testkit.case_reports.plant import Plant, loses, needs, scales, shifts, states, swaps

LEAKS = ("valve_ar_grade", "valve_mr_grade", "valve_tr_grade")


def _tight(exam: ReportedExam) -> bool:
    """Whether left and right must pump the same."""
    tight = all(exam.values.get(name) == "0" for name in LEAKS)
    return tight and exam.values["final_diagnosis"] != "15"


def _wrong_ejection(exam: ReportedExam, rng: random.Random) -> None:
    shift = rng.randint(7, 18)
    reported = exam.values["lv_ef_reported_pct"]
    exam.values["lv_ef_reported_pct"] = reported - shift if reported > 40 else reported + shift


def _right_volume(exam: ReportedExam, rng: random.Random) -> None:
    volume = exam.values["rv_edv_ml"] - exam.values["rv_esv_ml"]
    exam.values["rv_esv_ml"] = round(exam.values["rv_esv_ml"] + volume * rng.uniform(0.35, 0.5))


def _half_flow(exam: ReportedExam, rng: random.Random) -> None:
    exam.values["ao_fwd_ml"] = round(exam.values["ao_fwd_ml"] * rng.uniform(0.45, 0.62), 1)


def _other_pattern(exam: ReportedExam, rng: random.Random) -> None:
    exam.values["lge_pattern"] = ["2" if exam.values["lge_pattern"] != ["2"] else "1"]


def _transmural(exam: ReportedExam, rng: random.Random) -> None:
    exam.values |= {"lge_aha_05": "4", "lge_pattern_05": "2", "lge_present": "1"}


def _other_meaning(exam: ReportedExam, rng: random.Random) -> None:
    exam.values["lge_interpretation"] = "1" if exam.values["lge_pattern"] != ["1"] else "2"


def _other_group(exam: ReportedExam, rng: random.Random) -> None:
    exam.values["gbca_group"] = 1


def _no_normal_motion(exam: ReportedExam, rng: random.Random) -> None:
    exam.values[f"wm_rest_{rng.choice(SEGMENTS)}"] = "3"


def _procedure_without(exam: ReportedExam, rng: random.Random) -> None:
    other = {"1": "3", "2": "4", "3": "1", "4": "2"}
    exam.values["procedure_kind"] = other[exam.values["procedure_kind"]]


def _half_map(exam: ReportedExam, rng: random.Random) -> None:
    for segment in SEGMENTS[12:]:
        exam.values.pop(f"lge_aha_{segment}", None)
        exam.values.pop(f"lge_pattern_{segment}", None)


CROSS_ERRORS = (
    Plant("EF of other volumes", "ef-from-volumes", "lv_ef_reported_pct", needs(), _wrong_ejection),
    Plant("LV volumes swapped", "edv-above-esv", "lv_edv_ml", needs(), swaps("lv_edv_ml", "lv_esv_ml")),
    Plant("RV volumes swapped", "edv-above-esv", "rv_esv_ml", needs(), swaps("rv_edv_ml", "rv_esv_ml")),
    Plant("pressures swapped", "blood-pressure", "sbp_mmhg", needs(), swaps("sbp_mmhg", "dbp_mmhg")),
    Plant(
        "surface of another body", "bsa-from-size", "bsa_mosteller_m2", needs(), states(bsa_mosteller_m2=1.23)
    ),
    Plant("stroke volume of another heart", "derived-differs", "lv_sv_ml", needs(), states(lv_sv_ml=179)),
    Plant("RV traced too small", "stroke-volumes", "rv_esv_ml", _tight, _right_volume),
    Plant(
        "flow lost", "stroke-volume-flow", "ao_fwd_ml", lambda e: _tight(e) and e.has("ao_fwd_ml"), _half_flow
    ),
    Plant(
        "flow backward",
        "backward-above-forward",
        "ao_bwd_ml",
        needs(valve_ar_grade="2"),
        swaps("ao_fwd_ml", "ao_bwd_ml"),
    ),
    Plant("diameters swapped", "diameters", "lv_esd_mm", needs(), swaps("lv_edd_mm", "lv_esd_mm")),
    Plant(
        "mass in another unit",
        "mass-for-sex",
        "lv_mass_g",
        needs(final_diagnosis="1"),
        scales("lv_mass_g", 0.28, 0.32),
    ),
    Plant(
        "all normal but one",
        "wall-motion",
        "wm_rest_all_normal",
        needs(wm_rest_all_normal=1),
        _no_normal_motion,
    ),
    Plant("scar denied", "lge-presence", "lge_present", needs("lge_aha_01"), states(lge_present="0")),
    Plant("pattern not listed", "lge-pattern-segments", "lge_pattern", needs("lge_pattern"), _other_pattern),
    Plant(
        "mid-wall through the wall", "lge-pattern-extent", "lge_pattern_05", needs("lge_aha_05"), _transmural
    ),
    Plant(
        "infarct without its pattern",
        "lge-interpretation",
        "lge_interpretation",
        needs("lge_pattern"),
        _other_meaning,
    ),
    Plant(
        "scar above the ventricle", "lge-mass", "lge_mass_g", needs("lge_mass_g"), states(lge_mass_g=290.0)
    ),
    Plant("amount without method", "needs-another", "lge_pct_lv", needs("lge_pct_lv"), loses("lge_method")),
    Plant("map of twelve segments", "segments-incomplete", "lge_aha_13", needs("lge_aha_13"), _half_map),
    Plant(
        "old hematocrit",
        "ecv-hematocrit-day",
        "hct_offset_hours",
        needs("ecv_reported_pct"),
        states(hct_offset_hours=-96),
    ),
    Plant(
        "ECV of another exam",
        "ecv-from-t1",
        "ecv_reported_pct",
        needs("ecv_reported_pct"),
        shifts("ecv_reported_pct", 6, 12),
    ),
    Plant(
        "T1 swapped",
        "t1-after-contrast",
        "post_t1_ms",
        needs("post_t1_ms", field_strength_t=1.5),
        swaps("native_t1_ms", "post_t1_ms"),
    ),
    Plant("T1 without scheme", "needs-another", "native_t1_ms", needs("native_t1_ms"), loses("t1_scheme")),
    Plant(
        "T1 of another field",
        "t1-field",
        "native_t1_ms",
        needs("native_t1_ms", field_strength_t=1.5),
        states(native_t1_ms=1385),
    ),
    Plant(
        "dose in another unit",
        "stress-dose",
        "stress_dose_unit",
        needs(stress_agent="1"),
        states(stress_dose_unit="2"),
    ),
    Plant(
        "dobutamine as vasodilator",
        "stress-agent",
        "stress_agent",
        needs("stress_agent"),
        states(stress_agent="4"),
    ),
    Plant(
        "stress denied",
        "child-without-parent",
        "stress_agent",
        needs("stress_agent"),
        states(stress_performed="0"),
    ),
    Plant("contrast denied", "child-without-parent", "gbca_agent", needs("gbca_agent"), states(gbca_given=0)),
    Plant("agent lost", "required-child", "gbca_agent", needs("gbca_agent"), loses("gbca_agent")),
    Plant(
        "renal function lost",
        "expected-beside",
        "egfr_ml_min_173m2",
        needs(gbca_given=1),
        loses("egfr_ml_min_173m2"),
    ),
    Plant(
        "contrast twice",
        "contrast-dose",
        "gbca_volume_ml",
        needs("gbca_volume_ml"),
        scales("gbca_volume_ml", 1.6, 2.2),
    ),
    Plant("agent of another group", "contrast-group", "gbca_group", needs("gbca_agent"), _other_group),
    Plant(
        "defect denied", "perfusion-segments", "perf_defect", needs("perf_defect"), states(perf_defect="0")
    ),
    Plant(
        "blood flow swapped",
        "blood-flow",
        "perf_mbf_stress_ml_min_g",
        needs("perf_mbf_rest_ml_min_g"),
        swaps("perf_mbf_stress_ml_min_g", "perf_mbf_rest_ml_min_g"),
    ),
    Plant(
        "slower under stress",
        "stress-heart-rate",
        "stress_hr_peak_bpm",
        needs("stress_hr_peak_bpm"),
        swaps("stress_hr_peak_bpm", "heart_rate_bpm"),
    ),
    Plant(
        "leak denied",
        "grade-fraction",
        "valve_ar_grade",
        needs(valve_ar_grade="2"),
        states(valve_ar_grade="0"),
    ),
    Plant(
        "fraction of another valve",
        "fraction-from-volumes",
        "ar_rf_reported_pct",
        needs("ar_rf_reported_pct"),
        shifts("ar_rf_reported_pct", 9, 20),
    ),
    Plant(
        "velocity above VENC",
        "velocity-venc",
        "ao_peak_vel_cm_s",
        needs("ao_venc_cm_s"),
        states(ao_peak_vel_cm_s=320),
    ),
    Plant("anesthesia of an adult", "sedation-age", "sedation", needs(), states(sedation="4")),
    Plant("procedure of another exam", "procedure-kind", "procedure_kind", needs(), _procedure_without),
    Plant(
        "amyloid excluded",
        "amyloid-diagnosis",
        "amyloid_status",
        needs("amyloid_status"),
        states(amyloid_status="0"),
    ),
    Plant(
        "scar in a normal heart",
        "normal-diagnosis",
        "final_diagnosis",
        needs(lge_present="1"),
        states(final_diagnosis="1"),
    ),
    Plant("stent without disease", "coronary-history", "hx_cad", needs(hx_prior_pci=1), states(hx_cad=0)),
    Plant("ICD without device", "device-history", "device", needs(hx_prior_icd=1), states(device="0")),
    Plant(
        "frames of another scan",
        "cine-timing",
        "cine_temporal_res_ms",
        needs(),
        scales("cine_temporal_res_ms", 2.4, 3.0),
    ),
)
"""All kinds of this module."""
