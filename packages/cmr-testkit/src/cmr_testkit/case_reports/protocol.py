"""What was done: scanner, cine, contrast, stress, mapping, and the sequences and procedure that say so."""

import random

from cmr_testkit.case_reports.exam import ReportedExam
from cmr_testkit.case_reports.heart import put_scar
from cmr_testkit.case_reports.persons import SEGMENTS, Person

SCANNERS = (
    ("1", "MAGNETOM Vida", "XA50", 3.0),
    ("1", "MAGNETOM Aera", "VE11", 1.5),
    ("2", "Ingenia", "5.7", 1.5),
)
"""Vendor, model, software, field strength."""
NATIVE_T1 = {1.5: (960, 1040), 3.0: (1130, 1240)}
DISEASED_T1_MS = 60
"""By how much a scarred heart is longer."""
MOLAR = {"1": 1.0, "2": 0.5, "3": 0.5}
"""Agent -> mmol in 1 mL."""
CPT = {"1": "75557", "2": "75559", "3": "75561", "4": "75563"}


def put_protocol(rng: random.Random, person: Person, exam: ReportedExam) -> None:
    """Scan."""
    sequences = {"1"}
    exam.kinds |= {"cine", "localizer"}
    _scanner(rng, exam)
    if "flow_pc" in exam.kinds:
        sequences.add("9")
    is_ischemia = person.disease.name == "ischemia"
    contrast = is_ischemia or rng.random() < 0.92
    exam.values["gbca_given"] = int(contrast)
    exam.values["stress_performed"] = "1" if is_ischemia else "0"
    if contrast:
        _contrast(rng, exam)
        put_scar(rng, person, exam)
        exam.kinds |= {"lge", "ti_scout"}
        sequences.add("2")
    else:
        exam.values["lge_performed"] = 0
    if is_ischemia:
        _stress(rng, exam)
        exam.kinds.add("perfusion")
        sequences |= {"3", "4"}
    if rng.random() < 0.5:
        sequences |= _mapping(rng, exam, has_contrast=contrast)
    exam.values["seq_performed"] = sorted(sequences, key=int)
    kind = str(1 + int(is_ischemia) + 2 * int(contrast))
    exam.values |= {"procedure_system": "CPT", "procedure_kind": kind, "cpt_code": CPT[kind]}


def _scanner(rng: random.Random, exam: ReportedExam) -> None:
    vendor, model, software, field = rng.choice(SCANNERS)
    values = exam.values
    values |= {"scanner_vendor": vendor, "scanner_model": model, "software_version": software}
    values |= {"field_strength_t": field, "sax_n_slices": rng.randint(10, 14), "cine_n_phases": 25}
    values["cine_temporal_res_ms"] = round(60000 / values["heart_rate_bpm"] / 25, 1)
    values |= {"sax_thickness_mm": 8.0, "sax_gap_mm": 2.0, "n_images": rng.randint(600, 4000)}
    values |= {"scan_duration_min": rng.randint(30, 70)}
    for name in ("sax_n_slices", "cine_n_phases", "field_strength_t", "sax_thickness_mm", "n_images"):
        exam.measured[name] = values[name]


def _contrast(rng: random.Random, exam: ReportedExam) -> None:
    values, agent, dose = exam.values, rng.choice("123"), rng.choice((0.1, 0.12, 0.15))
    volume = round(dose * values["weight_kg"] / MOLAR[agent], 1)
    values |= {"gbca_agent": agent, "gbca_dose_mmol_kg": dose, "gbca_volume_ml": volume}
    values |= {"egfr_ml_min_173m2": rng.randint(38, 118), "renal_lab_offset_days": -rng.randrange(0, 60)}
    values["lge_delay_min"] = rng.randint(9, 18)


def _stress(rng: random.Random, exam: ReportedExam) -> None:
    values = exam.values
    if rng.random() < 0.5:
        values |= {"stress_agent": "1", "stress_dose": 140, "stress_dose_unit": "1"}
    else:
        values |= {"stress_agent": "2", "stress_dose": 0.4, "stress_dose_unit": "2"}
    values |= {"stress_hr_peak_bpm": values["heart_rate_bpm"] + rng.randint(8, 30), "stress_adequate": 1}
    values |= {"stress_sbp_peak_mmhg": rng.randint(100, 170), "wm_stress_all_normal": 1, "perf_defect": "1"}
    start = rng.randrange(12)
    for place, segment in enumerate(SEGMENTS[:16]):
        values[f"perf_stress_{segment}"] = rng.choice("123") if start <= place < start + 3 else "0"
        values[f"perf_rest_{segment}"] = "0"
    rest = round(rng.uniform(0.7, 1.1), 2)
    values |= {
        "perf_mbf_rest_ml_min_g": rest,
        "perf_mbf_stress_ml_min_g": round(rest * rng.uniform(1.3, 2.2), 2),
    }


def _mapping(rng: random.Random, exam: ReportedExam, *, has_contrast: bool) -> set[str]:
    """Map T1, and after contrast ECV; returns the sequences."""
    values = exam.values
    native = rng.randint(*NATIVE_T1[values["field_strength_t"]])
    native += DISEASED_T1_MS * int(values.get("lge_present") == "1")
    blood = native + rng.randint(480, 620)
    values |= {"t1_scheme": "MOLLI 5(3)3", "native_t1_ms": native, "native_t1_blood_ms": blood}
    exam.kinds.add("t1_map")
    if not has_contrast:
        return {"5"}
    hematocrit = round(rng.uniform(36, 47), 1)
    ecv = rng.uniform(23, 29) + 8 * int(values.get("lge_present") == "1")
    blood_after = rng.randint(280, 340)
    rate = 1 / native + ecv / 100 / (1 - hematocrit / 100) * (1 / blood_after - 1 / blood)
    values |= {"post_t1_ms": round(1 / rate), "post_t1_blood_ms": blood_after, "hematocrit_pct": hematocrit}
    values |= {"hct_offset_hours": -rng.randrange(0, 20), "hct_source": "1", "ecv_reported_pct": round(ecv)}
    return {"5", "6"}
