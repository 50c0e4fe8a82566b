"""The measurements of one heart: volumes, mass, wall motion, flow and scar that belong to each other."""

import random

from cmr_testkit.case_reports.exam import ReportedExam
from cmr_testkit.case_reports.persons import SEGMENTS, Person

MIDDLES = {"1": 12.5, "2": 37.5, "3": 62.5, "4": 87.5}
"""Code of `lge_aha` -> middle of its class, percent."""
REGURGITATION = (32.0, 48.0)
"""Aortic regurgitant fraction of the disease, percent."""


def put_heart(rng: random.Random, person: Person, exam: ReportedExam) -> None:
    """Measure the heart."""
    _volumes(rng, person, exam)
    _flow(rng, person, exam)
    _wall_motion(rng, person, exam)
    _congenital_and_amyloid(rng, person, exam)


def put_scar(rng: random.Random, person: Person, exam: ReportedExam) -> None:
    """Read the late enhancement, where contrast was given."""
    values, disease = exam.values, person.disease
    is_present = rng.random() < disease.scar
    values |= {"lge_performed": 1, "lge_present": "1" if is_present else "0"}
    values |= {"lge_ti_ms": rng.randint(240, 340), "lge_psir": 1, "mvo_present": 0}
    if not is_present:
        return
    start, count = rng.randrange(17), rng.randint(2, 5)
    scarred = {SEGMENTS[(start + step) % 17] for step in range(count)}
    extents = ("1", "2", "3", "4") if disease.pattern in ("1", "4") else ("1", "2")
    for segment in SEGMENTS:
        extent = rng.choice(extents) if segment in scarred else "0"
        values[f"lge_aha_{segment}"] = extent
        if extent != "0":
            values[f"lge_pattern_{segment}"] = disease.pattern
    share = sum(MIDDLES.get(values[f"lge_aha_{segment}"], 0.0) for segment in SEGMENTS) / 17
    values |= {"lge_pattern": [disease.pattern], "lge_interpretation": disease.interpretation}
    values |= {"lge_pct_lv": round(max(share, 0.5), 1), "lge_method": "2"}
    values["lge_mass_g"] = round(values["lge_pct_lv"] * values["lv_mass_g"] / 100, 1)


def _volumes(rng: random.Random, person: Person, exam: ReportedExam) -> None:
    values, disease = exam.values, person.disease
    of_sex = (0.92, 0.80) if person.sex == "F" else (1.0, 1.0)
    edv = rng.uniform(*disease.volume) * person.surface_m2 * of_sex[0]
    ejection = rng.uniform(*disease.ejection)
    values |= {"lv_method": "2", "lv_papillary": rng.choice("12"), "lv_software": "cvi42 5.13"}
    values["lv_edv_ml"], values["lv_esv_ml"] = round(edv), round(edv * (1 - ejection / 100))
    stroke = values["lv_edv_ml"] - values["lv_esv_ml"]
    values["lv_ef_reported_pct"] = round(100 * stroke / values["lv_edv_ml"] + rng.uniform(-0.9, 0.9))
    values["lv_mass_g"] = round(rng.uniform(*disease.mass) * person.surface_m2 * of_sex[1])
    values["lv_edd_mm"] = rng.randint(46, 60)
    values["lv_esd_mm"] = values["lv_edd_mm"] - rng.randint(8, 16)
    values["lv_aneurysm"] = 0
    leak = 0.38 if disease.name == "regurgitation" else 0.0
    right = stroke * (1 - leak) * rng.uniform(0.95, 1.05)
    right_ejection = rng.uniform(0.48, 0.62)
    values["rv_edv_ml"] = round(right / right_ejection)
    values["rv_esv_ml"] = round(right / right_ejection - right)


def _flow(rng: random.Random, person: Person, exam: ReportedExam) -> None:
    values, leaks = exam.values, person.disease.name == "regurgitation"
    grades = {f"valve_{valve}_grade": "0" for valve in ("as", "ar", "mr", "tr")}
    values |= grades | {"valve_ar_grade": "2" if leaks else "0"}
    if not leaks and rng.random() > 0.45:
        return
    left = values["lv_edv_ml"] - values["lv_esv_ml"]
    forward = left * rng.uniform(0.95, 1.03)
    fraction = rng.uniform(*REGURGITATION) / 100 if leaks else rng.uniform(0.0, 0.03)
    values |= {"ao_fwd_ml": round(forward, 1), "ao_bwd_ml": round(forward * fraction, 1)}
    values |= {"ao_venc_cm_s": 200, "ao_peak_vel_cm_s": rng.randint(90, 180), "ar_flow_plane": "3"}
    values |= {"ar_method": "1", "pc_offset_correction": "1", "av_morphology": "1"}
    if leaks:
        values["ar_rf_reported_pct"] = round(100 * fraction)
        values["ar_rvol_reported_ml"] = round(values["ao_bwd_ml"])
    right = values["rv_edv_ml"] - values["rv_esv_ml"]
    values |= {"pa_venc_cm_s": 150, "pa_fwd_ml": round(right * rng.uniform(0.96, 1.04), 1)}
    values["pa_bwd_ml"] = round(values["pa_fwd_ml"] * rng.uniform(0.0, 0.03), 1)
    exam.kinds.add("flow_pc")


def _wall_motion(rng: random.Random, person: Person, exam: ReportedExam) -> None:
    moves_badly = person.disease.name in ("infarct", "dilated")
    exam.values["wm_rest_all_normal"] = int(not moves_badly)
    if moves_badly:
        codes = {f"wm_rest_{segment}": rng.choice(("1", "2", "2", "3")) for segment in SEGMENTS}
        exam.values |= codes | {"wm_rest_07": "3"}


def _congenital_and_amyloid(rng: random.Random, person: Person, exam: ReportedExam) -> None:
    values, name = exam.values, person.disease.name
    values["tof"] = int(name == "fallot")
    if name == "fallot":
        values |= {"tof_repair_age_years": rng.randint(1, 4), "tof_repair_type": "1", "hx_prior_pvr": 0}
    if name == "amyloid":
        values |= {
            "amyloid_status": "2",
            "amyloid_reference": ["3"],
            "monoclonal_protein": "0",
            "pyp_grade": "3",
        }
