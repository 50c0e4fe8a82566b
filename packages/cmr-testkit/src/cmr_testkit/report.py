"""The clinical report of a synthetic exam, once as a CSV row and once as an HL7 v2.5 ORU^R01 message.

Values go by the item names of the registry's data dictionary and are those of the phantom. The free-text
impression names patient and physicians, as reports do; it must stay at the hospital.
"""

import csv
import datetime as dt
import io
from collections.abc import Mapping
from typing import Any

from cmr_testkit.headers import spoken
from cmr_testkit.identity import Patient, Visit

ROW_HEAD = ("accession_number", "patient_id", "patient_name", "birth_date", "exam_date")
CODING_SYSTEM = "CMRREG"
SEGMENT_ITEMS = tuple(f"lge_aha_{i:02d}" for i in range(1, 18))
UNITS = {
    "height_cm": "cm", "weight_kg": "kg", "heart_rate_bpm": "/min", "lv_edv_ml": "mL", "lv_esv_ml": "mL",
    "lv_mass_g": "g", "lv_ef_reported_pct": "%", "rv_edv_ml": "mL", "rv_esv_ml": "mL", "lge_pct_lv": "%",
    "lge_mass_g": "g", "lge_ti_ms": "ms", "gbca_volume_ml": "mL", "lge_delay_min": "min", "field_strength_t": "T",
    "egfr_ml_min_173m2": "mL/min/1.73m2", "renal_lab_offset_days": "d",
    "cine_temporal_res_ms": "ms", "sax_thickness_mm": "mm", "sax_gap_mm": "mm",
    "native_t1_ms": "ms", "native_t1_blood_ms": "ms", "post_t1_ms": "ms", "post_t1_blood_ms": "ms",
    "t2_myo_ms": "ms", "t2star_septal_ms": "ms", "ao_venc_cm_s": "cm/s", "ao_fwd_ml": "mL", "ao_bwd_ml": "mL",
    "pa_venc_cm_s": "cm/s", "pa_fwd_ml": "mL", "pa_bwd_ml": "mL",
}  # fmt: skip
TEXTS = ("t1_scheme",)
VENDOR_CODES = {"siemens": "1", "philips": "2", "ge": "3"}
NUMBERS = ("cine_n_phases", "sax_n_slices", "lge_n_segments", "stress_dose")
LABELS = {
    "sex": "Sex (as recorded in the source)", "scanner_vendor": "Scanner manufacturer",
    "indication_primary": "Primary indication",
    "pretest_diagnosis": "Diagnosis before CMR", "final_diagnosis": "Final CMR diagnosis",
    "height_cm": "Height", "weight_kg": "Weight", "heart_rate_bpm": "Heart rate during cine",
    "rhythm": "Rhythm during scan", "lv_method": "LV analysis method",
    "lv_papillary": "Papillary/trabeculae convention", "lv_edv_ml": "LV end-diastolic volume",
    "lv_esv_ml": "LV end-systolic volume", "lv_mass_g": "LV mass (end-diastole)",
    "lv_ef_reported_pct": "LVEF as reported", "rv_edv_ml": "RV end-diastolic volume",
    "rv_esv_ml": "RV end-systolic volume", "gbca_given": "Contrast agent given", "gbca_agent": "Agent",
    "lge_performed": "LGE performed", "lge_present": "LGE present", "lge_pct_lv": "LGE extent",
    "iq_global": "Overall diagnostic quality",
}  # fmt: skip


def report_values(truth: Mapping[str, Any], patient: Patient, vendor: str) -> dict[str, str]:
    """Dictionary items with their answer codes as text; numbers as printed by a reporting system."""
    scarred = bool(truth["infarct"]["segments"])
    values = {
        "sex": patient.sex,
        "scanner_vendor": VENDOR_CODES[vendor.partition("-")[0]],
        "field_strength_t": "1.5",
        "indication_primary": "2" if scarred else "1",
        "pretest_diagnosis": "3" if scarred else "4",
        "final_diagnosis": "2" if scarred else "1",
        "height_cm": f"{patient.height_cm:.1f}",
        "weight_kg": f"{patient.weight_kg:.1f}",
        "heart_rate_bpm": str(truth["heart_rate_bpm"]),
        "rhythm": "1",
        "lv_method": "2",
        "lv_papillary": "1",
    }
    for name in ("lv_edv_ml", "lv_esv_ml", "lv_mass_g", "rv_edv_ml", "rv_esv_ml"):
        values[name] = f"{truth[name]:.1f}"
    values["lv_ef_reported_pct"] = f"{truth['lv_ef_pct']:.0f}"
    values |= {"gbca_given": "1", "gbca_agent": "1", "stress_performed": "0", "adverse_event": "0"}
    values["egfr_ml_min_173m2"] = str(62 + int(patient.patient_id[-2:]) % 45)  # asked for with contrast
    values["renal_lab_offset_days"] = "-3"
    values |= {"lge_performed": "1", "lge_present": "1" if scarred else "0", "lge_n_segments": "0"}
    if scarred:
        values |= {"lge_pattern": "1", "lge_interpretation": "1", "lge_method": "7"}
        values["lge_n_segments"] = str(len(truth["infarct"]["segments"]))
        values["lge_pct_lv"] = f"{truth['infarct']['pct_lv']:.1f}"
        values["lge_mass_g"] = f"{truth['infarct']['mass_g']:.1f}"
    values |= {name: str(truth["infarct"]["aha_codes"][name]) for name in SEGMENT_ITEMS}
    return values | _complete_values(truth) | {"iq_global": "2"}


def _complete_values(truth: Mapping[str, Any]) -> dict[str, str]:
    """What only the complete protocol measures: relaxation, perfusion, flow."""
    if "flow" not in truth:
        return {}
    values = {"t1_scheme": "MOLLI 5(3)3"}
    for name in ("native_t1_ms", "native_t1_blood_ms", "post_t1_ms", "post_t1_blood_ms"):
        values[name] = f"{truth[name]:.0f}"
    for name in ("t2_myo_ms", "t2star_septal_ms"):
        values[name] = f"{truth[name]:.1f}"
    values |= {"stress_performed": "1", "stress_agent": "2", "stress_dose": "0.4", "stress_dose_unit": "2"}
    values |= {"stress_adequate": "1", "perf_defect": "2" if truth["infarct"]["segments"] else "0"}
    for vessel, flow in truth["flow"].items():
        values[f"{vessel}_venc_cm_s"] = f"{flow['venc_cm_s']:.0f}"
        values[f"{vessel}_fwd_ml"] = f"{flow['forward_ml']:.1f}"
        values[f"{vessel}_bwd_ml"] = f"{flow['backward_ml']:.1f}"
    return values


def report_row(values: Mapping[str, str], patient: Patient, visit: Visit) -> str:
    """The report as CSV: a header line and one row, CRLF ends (RFC 4180)."""
    iso = [f"{day[:4]}-{day[4:6]}-{day[6:]}" for day in (patient.birth_date, visit.date)]
    head = (visit.accession_number, patient.patient_id, patient.name, *iso)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([*ROW_HEAD, *values])
    writer.writerow([*head, *values.values()])
    return out.getvalue()


def report_message(
    values: Mapping[str, str], truth: Mapping[str, Any], patient: Patient, visit: Visit
) -> str:
    """The report as an HL7 v2.5 ORU^R01 message, segments ended by carriage returns."""
    signed = (visit.start + dt.timedelta(hours=5)).strftime("%Y%m%d%H%M%S")
    started, people = visit.start.strftime("%Y%m%d%H%M%S"), visit.people
    control = f"MSG{visit.variant:010d}"
    street, phone = patient.address.replace("^", " "), patient.phone
    doctor = f"QX1^{people['referring']}"
    reader = f"QX2&{people['reading'].replace('^', '&')}"
    segments = [
        f"MSH|^~\\&|CMRREPORT|{visit.ae_title}|CMRCONNECT|REGISTRY|{signed}||ORU^R01^ORU_R01|{control}|P|2.5|||"
        "|||8859/1",
        f"PID|1||{patient.patient_id}^^^{patient.issuer}^MR~{patient.other_id}^^^{patient.issuer}^PI||{patient.name}"
        f"|{people['mother']}|{patient.birth_date}|{patient.sex}|||{street}||{phone}",
        f"PV1|1|O|{visit.ward}||||{doctor}|||||||||||{visit.admission_id}",
        f"ORC|RE|{visit.procedure_id}|{visit.accession_number}||CM||||{signed}|||{doctor}",
        f"OBR|1|{visit.procedure_id}|{visit.accession_number}|75561^MRI cardiac w/wo contrast^CPT|||{started}"
        f"|||||||||{doctor}||||||{signed}||MR|F|||||||{reader}",
    ]
    for i, (name, value) in enumerate(values.items(), start=1):
        segments.append(_observation(i, name, value, signed))
    for line in impression(truth, patient, visit):
        number = len(segments) - 4
        segments.append(f"OBX|{number}|TX|report_text^Report text^{CODING_SYSTEM}||{line}||||||F|||{signed}")
    return "\r".join(segments) + "\r"


def kind_of(name: str) -> str:
    """HL7 type of an item: `NM` number, `ST` words, `CWE` answer code."""
    if name in UNITS or name in NUMBERS:
        return "NM"
    return "ST" if name in TEXTS else "CWE"


def _observation(index: int, name: str, value: str, signed: str) -> str:
    identifier = f"{name}^{LABELS.get(name, name.replace('_', ' '))}^{CODING_SYSTEM}"
    kind = kind_of(name)
    shown = f"{value}^^{CODING_SYSTEM}" if kind == "CWE" else value
    unit = f"{UNITS[name]}^^UCUM" if name in UNITS else ""
    return f"OBX|{index}|{kind}|{identifier}||{shown}|{unit}|||||F|||{signed}"


def impression(truth: Mapping[str, Any], patient: Patient, visit: Visit) -> list[str]:
    """The free text of the report, a line each; it carries names."""
    segments = ", ".join(str(s) for s in truth["infarct"]["segments"])
    return [
        f"Patient {spoken(patient.name)}, referred by Dr {spoken(visit.people['referring'])}.",
        f"Left ventricle: EDV {truth['lv_edv_ml']:.0f} mL, EF {truth['lv_ef_pct']:.0f} %.",
        f"Late enhancement in AHA segments {segments}." if segments else "No late gadolinium enhancement.",
        f"Signed by Dr {spoken(visit.people['reading'])}, {visit.institution}.",
    ]
