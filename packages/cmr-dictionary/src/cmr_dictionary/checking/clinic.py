"""Checks of the person and the conclusion: pressures, history, diagnosis, procedure, lists that say none and some."""

from collections.abc import Iterator

from cmr_dictionary.checking.case import Case
from cmr_dictionary.checking.problem import Mender, Severity
from cmr_dictionary.checking.rule import Hit, Words, across, bad, good
from cmr_dictionary.errors import RejectReason
from cmr_dictionary.segments import SEGMENTS

NONE_LISTS = ("limited_exam_reason", "meds", "pericardium", "impact")
"""Lists in which the code 0 says that there is nothing."""
CPT_KINDS = {"75557": "1", "75559": "2", "75561": "3", "75563": "4"}
"""CPT code -> code of `procedure_kind` (with or without contrast and stress)."""
WITH_CONTRAST, WITH_STRESS = frozenset({"3", "4"}), frozenset({"2", "4"})
AMYLOID, CONGENITAL_DIAGNOSIS, CONGENITAL_INDICATION, NORMAL = "8", "15", "7", "1"
LOW_EF = 45.0
NO_LIGHT_CHAINS = {"monoclonal_protein": "0", "flc_kappa_mg_l": 12, "flc_lambda_mg_l": 12}
BEAT_SPAN = (0.6, 1.6)
"""Cine phases x temporal resolution as a share of the RR interval."""


@across(
    Words(
        "blood-pressure",
        "Systolic above diastolic pressure",
        "Systolic pressure is the higher one; the two are swapped.",
    ),
    good({"sbp_mmhg": 128, "dbp_mmhg": 76}),
    bad({"sbp_mmhg": 76, "dbp_mmhg": 128}, "sbp_mmhg", "dbp_mmhg"),
    reads=("sbp_mmhg",),
    severity=Severity.REJECT,
    who=Mender.COORDINATOR,
)
def pressure(case: Case) -> Iterator[Hit]:
    """Systolic above diastolic."""
    upper, lower = case.number("sbp_mmhg"), case.number("dbp_mmhg")
    if upper is not None and lower is not None and upper <= lower:
        yield "sbp_mmhg", "Systolic pressure must be higher than diastolic pressure."
        yield "dbp_mmhg", "Systolic pressure must be higher than diastolic pressure."


@across(
    Words(
        "none-and-some",
        "None beside other answers",
        "A list that says that there is nothing cannot name something as well.",
    ),
    good({"meds": ["1", "9"]}),
    bad({"meds": ["0", "9"]}, "meds"),
    reads=NONE_LISTS,
    code=RejectReason.SELECTION,
    who=Mender.COORDINATOR,
)
def none_lists(case: Case) -> Iterator[Hit]:
    """The answer none stands alone."""
    for name in NONE_LISTS:
        listed = case.codes(name)
        if "0" in listed and len(listed) > 1:
            yield name, "None is ticked beside other answers."


@across(
    Words(
        "indication-twice",
        "Primary among the secondary indications",
        "The primary indication is not repeated among the secondary ones.",
    ),
    good({"indication_primary": "1", "indication_secondary": ["4"]}),
    bad({"indication_primary": "1", "indication_secondary": ["1", "4"]}, "indication_secondary"),
    reads=("indication_secondary",),
    code=RejectReason.SELECTION,
    who=Mender.COORDINATOR,
)
def indications(case: Case) -> Iterator[Hit]:
    """No indication twice; other (88) may be."""
    primary = case.code("indication_primary")
    if primary not in ("", "88") and primary in case.codes("indication_secondary"):
        yield "indication_secondary", "The primary indication stands among the secondary ones as well."


@across(
    Words(
        "procedure-kind",
        "Procedure against contrast and stress",
        "The kind of procedure, or its CPT code, says whether contrast was given and stress was done (F5).",
    ),
    good({"cpt_code": "75561", "gbca_given": 1, "stress_performed": "0"}),
    bad({"cpt_code": "75557", "gbca_given": 1, "stress_performed": "0"}, "cpt_code"),
    bad({"procedure_kind": "3", "gbca_given": 1, "stress_performed": "1"}, "procedure_kind"),
    reads=("cpt_code", "procedure_kind"),
    who=Mender.COORDINATOR,
)
def procedure(case: Case) -> Iterator[Hit]:
    """Procedure, contrast and stress agree."""
    contrast, stress = case.code("gbca_given"), case.code("stress_performed")
    for name, kind in (
        ("cpt_code", CPT_KINDS.get(case.code("cpt_code"))),
        ("procedure_kind", case.code("procedure_kind")),
    ):
        if kind not in ("1", "2", "3", "4"):
            continue
        if contrast and (contrast == "1") != (kind in WITH_CONTRAST):
            yield name, "The procedure and the contrast do not go together."
        elif stress and (stress != "0") != (kind in WITH_STRESS):
            yield name, "The procedure and the stress do not go together."


@across(
    Words(
        "amyloid-diagnosis",
        "Amyloid adjudication against the diagnosis",
        "An exam whose final diagnosis is amyloid is not adjudicated as excluded, and the other way around.",
    ),
    good({"final_diagnosis": "8", "amyloid_status": "2"}),
    bad({"final_diagnosis": "8", "amyloid_status": "0"}, "amyloid_status"),
    bad({"final_diagnosis": "5", "pretest_diagnosis": "8", "amyloid_status": "2"}, "amyloid_status"),
    reads=("amyloid_status",),
)
def amyloid(case: Case) -> Iterator[Hit]:
    """Adjudication and diagnosis agree; an inconclusive diagnosis (99) agrees with all."""
    status, diagnosis = case.code("amyloid_status"), case.code("final_diagnosis")
    if diagnosis not in ("", "99") and (status == "0") == (diagnosis == AMYLOID):
        yield "amyloid_status", "The adjudication and the final diagnosis do not go together."


@across(
    Words(
        "amyloid-light-chains",
        "Type of amyloid against monoclonal protein",
        "AL amyloid is made of light chains; without monoclonal protein and with a normal ratio it is rare.",
    ),
    good({"amyloid_status": "1", "monoclonal_protein": "1", "final_diagnosis": "8"}),
    bad(NO_LIGHT_CHAINS | {"amyloid_status": "1", "final_diagnosis": "8"}, "amyloid_status"),
    reads=("monoclonal_protein",),
)
def light_chains(case: Case) -> Iterator[Hit]:
    """No AL amyloid without any monoclonal light chain."""
    ratio = case.computed("flc_ratio")
    has_none = case.code("monoclonal_protein") == "0" and ratio is not None and 0.26 <= ratio <= 1.65
    if case.code("amyloid_status") == "1" and has_none:
        yield "amyloid_status", "AL amyloid without monoclonal protein is rare; please confirm."


@across(
    Words(
        "fallot-diagnosis",
        "Tetralogy of Fallot against diagnosis and indication",
        "A repaired tetralogy is congenital heart disease, in the indication or in the diagnosis.",
    ),
    good({"tof": 1, "indication_primary": "7", "final_diagnosis": "15"}),
    bad({"tof": 1, "indication_primary": "2", "final_diagnosis": "2"}, "tof"),
    reads=("tof",),
)
def fallot(case: Case) -> Iterator[Hit]:
    """Fallot with a congenital indication or diagnosis."""
    diagnosis, indication = case.code("final_diagnosis"), case.code("indication_primary")
    is_other = diagnosis not in ("", CONGENITAL_DIAGNOSIS) and indication not in ("", CONGENITAL_INDICATION)
    if case.code("tof") == "1" and is_other:
        yield "tof", "Neither the indication nor the diagnosis is congenital heart disease."


@across(
    Words(
        "normal-diagnosis",
        "Normal diagnosis against the findings",
        "A normal exam has no scar, no perfusion defect and no low ejection fraction.",
    ),
    good({"final_diagnosis": "1", "lge_present": "0", "lv_edv_ml": 150, "lv_esv_ml": 60}),
    bad({"final_diagnosis": "1", "lge_present": "1"}, "final_diagnosis"),
    bad({"final_diagnosis": "1", "lv_edv_ml": 200, "lv_esv_ml": 140}, "final_diagnosis"),
    reads=("final_diagnosis",),
)
def normal(case: Case) -> Iterator[Hit]:
    """Nothing abnormal in a normal exam."""
    if case.code("final_diagnosis") != NORMAL:
        return
    fraction = case.computed("lv_ef_pct")
    moves_badly = any(case.code(f"wm_rest_{n}") in ("3", "4", "5") for n in SEGMENTS)
    has_defect = case.code("perf_defect") in ("1", "2", "3")
    is_weak = fraction is not None and fraction < LOW_EF
    if case.code("lge_present") == "1" or has_defect or is_weak or moves_badly:
        yield "final_diagnosis", "The diagnosis is normal, but a finding is not; please confirm."


@across(
    Words(
        "coronary-history",
        "Coronary disease against its procedures",
        "Who had an infarct, a stent or a bypass has coronary artery disease.",
    ),
    good({"hx_cad": 1, "hx_prior_pci": 1}),
    bad({"hx_cad": 0, "hx_prior_pci": 1}, "hx_cad"),
    reads=("hx_cad",),
    who=Mender.COORDINATOR,
)
def coronary(case: Case) -> Iterator[Hit]:
    """No stent or bypass without coronary disease."""
    done = any(case.code(name) == "1" for name in ("hx_prior_pci", "hx_prior_cabg"))
    if case.code("hx_cad") == "0" and done:
        yield "hx_cad", "No coronary disease is stated, but a stent or bypass is."


@across(
    Words(
        "device-history",
        "ICD against the device in the scanner",
        "Who has an ICD at the exam has an implanted device.",
    ),
    good({"hx_prior_icd": 1, "device": "2"}),
    bad({"hx_prior_icd": 1, "device": "0"}, "device"),
    reads=("device",),
    who=Mender.COORDINATOR,
)
def device(case: Case) -> Iterator[Hit]:
    """No ICD without a device."""
    if case.code("hx_prior_icd") == "1" and case.code("device") == "0":
        yield "device", "An ICD is stated, but no device."


@across(
    Words(
        "prosthesis-history",
        "Aortic prosthesis against history",
        "A prosthesis in the aortic position was implanted by a replacement.",
    ),
    good({"av_morphology": "4", "hx_prior_avr": 1}),
    bad({"av_morphology": "4", "hx_prior_avr": 0}, "hx_prior_avr"),
    reads=("hx_prior_avr",),
    who=Mender.COORDINATOR,
)
def prosthesis(case: Case) -> Iterator[Hit]:
    """No prosthesis without a replacement."""
    if case.code("av_morphology") == "4" and case.code("hx_prior_avr") == "0":
        yield "hx_prior_avr", "The aortic valve is a prosthesis, but no replacement is stated."


@across(
    Words(
        "cine-timing",
        "Cine phases against heart rate",
        "Phases times temporal resolution is the cardiac cycle; far from 60000 / heart rate one is wrong.",
    ),
    good({"cine_n_phases": 25, "cine_temporal_res_ms": 34, "heart_rate_bpm": 68}),
    bad({"cine_n_phases": 25, "cine_temporal_res_ms": 80, "heart_rate_bpm": 68}, "cine_temporal_res_ms"),
    reads=("cine_temporal_res_ms",),
    who=Mender.HOSPITAL_IT,
)
def cine_timing(case: Case) -> Iterator[Hit]:
    """Phases fill one cardiac cycle."""
    phases, step = case.number("cine_n_phases"), case.number("cine_temporal_res_ms")
    rate = case.number("heart_rate_bpm")
    if phases is None or step is None or not rate or case.code("rhythm") in ("2", "3"):
        return
    if not BEAT_SPAN[0] <= phases * step * rate / 60000 <= BEAT_SPAN[1]:
        yield "cine_temporal_res_ms", "Phases, their duration and the heart rate do not fit; please confirm."


CLINIC_CHECKS = (
    pressure, none_lists, indications, procedure, amyloid, light_chains, fallot, normal, coronary, device, prosthesis,
    cine_timing,
)  # fmt: skip
"""All checks of this module, in the order in which problems are told."""
