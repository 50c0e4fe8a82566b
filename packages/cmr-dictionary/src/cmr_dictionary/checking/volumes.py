"""Checks of volumes, mass and function of the ventricles against each other (cmr.md section 2)."""

from collections.abc import Iterator

from cmr_dictionary.checking.case import ADULT, Case, as_number
from cmr_dictionary.checking.problem import Severity
from cmr_dictionary.checking.rule import Hit, Words, across, bad, good
from cmr_dictionary.segments import SEGMENTS

EF_POINTS, SV_PERCENT, BSA_M2, CO_L_MIN = 3.0, 20.0, 0.1, 0.5
LEAKS = ("valve_ar_grade", "valve_mr_grade", "valve_tr_grade", "valve_pr_grade")
COMPUTED_TOLERANCES = {
    "lv_sv_ml": 5.0, "rv_sv_ml": 5.0, "lv_edvi_ml_m2": 5.0, "lv_esvi_ml_m2": 4.0, "lv_svi_ml_m2": 4.0,
    "lv_massi_g_m2": 5.0, "rv_edvi_ml_m2": 5.0, "rv_esvi_ml_m2": 4.0, "lv_co_l_min": CO_L_MIN,
    "lv_ci_l_min_m2": 0.4, "bmi_kg_m2": 1.0, "wmsi": 0.05, "qpqs": 0.1, "flc_ratio": 0.1, "mr_rvol_ml": 5.0,
}  # fmt: skip
"""Derived item -> by how much a stated value may differ from the registry's own formula."""
MASS_INDEX = {"F": (22.0, 125.0), "M": (28.0, 160.0)}
"""Sex -> LV mass index in g/m2 between which adults lie, disease included (d)."""
VOLUMES = ("lv_edv_ml", "lv_esv_ml", "rv_edv_ml", "rv_esv_ml")
SOUND = {"lv_edv_ml": 150, "lv_esv_ml": 60}
SIZE = {"height_cm": 175, "weight_kg": 80}


@across(
    Words(
        "edv-above-esv",
        "End-diastolic above end-systolic volume",
        "A ventricle is largest at the end of diastole; the two volumes are often swapped.",
    ),
    good(SOUND),
    bad({"lv_edv_ml": 60, "lv_esv_ml": 150}, "lv_edv_ml", "lv_esv_ml"),
    bad({"rv_edv_ml": 90, "rv_esv_ml": 90}, "rv_edv_ml", "rv_esv_ml"),
    reads=VOLUMES,
    severity=Severity.REJECT,
)
def volume_order(case: Case) -> Iterator[Hit]:
    """EDV must be larger than ESV."""
    for side in ("lv", "rv"):
        edv, esv = case.number(f"{side}_edv_ml"), case.number(f"{side}_esv_ml")
        if edv is not None and esv is not None and edv <= esv:
            sentence = "The end-diastolic volume must be larger than the end-systolic volume."
            yield f"{side}_edv_ml", sentence
            yield f"{side}_esv_ml", sentence


@across(
    Words(
        "ef-from-volumes",
        "Ejection fraction against volumes",
        "EF = (EDV - ESV) / EDV. A reported EF further than 3 points from it comes from other volumes.",
    ),
    good(SOUND | {"lv_ef_reported_pct": 62}),
    bad(SOUND | {"lv_ef_reported_pct": 45}, "lv_ef_reported_pct"),
    bad({"rv_edv_ml": 160, "rv_esv_ml": 80, "rv_ef_pct": 61}, "rv_ef_pct"),
    reads=("lv_ef_reported_pct", "lv_ef_pct", "rv_ef_pct"),
)
def ejection_fraction(case: Case) -> Iterator[Hit]:
    """Reported and computed EF within 3 points."""
    for stated, computed in (("lv_ef_reported_pct", "lv_ef_pct"), ("lv_ef_pct",) * 2, ("rv_ef_pct",) * 2):
        reported, from_volumes = case.number(stated), case.computed(computed)
        if reported is not None and from_volumes is not None and abs(reported - from_volumes) > EF_POINTS:
            yield stated, "Differs by more than 3 points from the volumes; please confirm."


@across(
    Words(
        "bsa-from-size",
        "Body surface area against height and weight",
        "The registry indexes by Mosteller's formula; a stated area further than 0.1 m2 from it is of another body.",
    ),
    good(SIZE | {"bsa_mosteller_m2": 1.97}),
    bad(SIZE | {"bsa_mosteller_m2": 1.6}, "bsa_mosteller_m2"),
    reads=("bsa_mosteller_m2",),
)
def body_surface(case: Case) -> Iterator[Hit]:
    """Stated BSA within 0.1 m2 of the formula."""
    if _differs(case, "bsa_mosteller_m2", BSA_M2):
        yield "bsa_mosteller_m2", "Differs by more than 0.1 m² from height and weight; please confirm."


@across(
    Words(
        "derived-differs",
        "Stated value against its formula",
        "The registry computes this item from others of the same report; the two should agree.",
    ),
    good(SOUND | {"lv_sv_ml": 91}),
    bad(SOUND | {"lv_sv_ml": 120}, "lv_sv_ml"),
    reads=tuple(COMPUTED_TOLERANCES),
)
def derived(case: Case) -> Iterator[Hit]:
    """Stated derived items within their tolerance of the formula."""
    for name, tolerance in COMPUTED_TOLERANCES.items():
        if name in case.values and _differs(case, name, tolerance):
            yield name, "Differs from what the other values give; please confirm."


@across(
    Words(
        "stroke-volumes",
        "Left against right stroke volume",
        "Without shunt or regurgitation both ventricles pump the same; more than 20 % apart is a contour error.",
    ),
    good(SOUND | {"rv_edv_ml": 160, "rv_esv_ml": 75}),
    good(SOUND | {"rv_edv_ml": 160, "rv_esv_ml": 100, "valve_mr_grade": "2"}),
    bad(SOUND | {"rv_edv_ml": 160, "rv_esv_ml": 100}, "rv_esv_ml"),
    reads=("rv_esv_ml",),
)
def stroke_volumes(case: Case) -> Iterator[Hit]:
    """LV and RV stroke volume within 20 %."""
    if _apart(case, case.computed("lv_sv_ml"), case.computed("rv_sv_ml")):
        yield "rv_esv_ml", "Stroke volumes differ by more than 20 % without shunt or regurgitation."


@across(
    Words(
        "stroke-volume-flow",
        "Stroke volume against flow",
        "Without shunt or regurgitation a ventricle pumps what flows forward in its artery, within 20 %.",
    ),
    good(SOUND | {"ao_fwd_ml": 85}),
    bad(SOUND | {"ao_fwd_ml": 60}, "ao_fwd_ml"),
    bad({"rv_edv_ml": 160, "rv_esv_ml": 70, "pa_fwd_ml": 50}, "pa_fwd_ml"),
    reads=("ao_fwd_ml", "pa_fwd_ml"),
)
def stroke_volume_flow(case: Case) -> Iterator[Hit]:
    """LV stroke volume against aortic, RV against pulmonary forward volume."""
    for flow, volume in (("ao_fwd_ml", "lv_sv_ml"), ("pa_fwd_ml", "rv_sv_ml")):
        if _apart(case, case.computed(volume), case.number(flow)):
            yield flow, "Stroke volumes differ by more than 20 % without shunt or regurgitation."


@across(
    Words(
        "mass-for-sex",
        "LV mass for sex and body size",
        "In adults a mass index beyond 22-125 g/m2 (women) or 28-160 g/m2 (men) is rare in any disease.",
    ),
    good(SIZE | {"sex": "M", "age_at_exam_years": 60, "lv_mass_g": 120}),
    bad(SIZE | {"sex": "F", "age_at_exam_years": 60, "lv_mass_g": 290}, "lv_mass_g"),
    reads=("lv_mass_g",),
)
def mass(case: Case) -> Iterator[Hit]:
    """Mass index of adults within what any disease brings."""
    index, limits = case.computed("lv_massi_g_m2"), MASS_INDEX.get(case.code("sex"))
    if index is None or limits is None or (case.number("age_at_exam_years") or 0) < ADULT:
        return
    if not limits[0] <= index <= limits[1]:
        yield "lv_mass_g", "The mass is rare for this sex and body size; please confirm."


@across(
    Words(
        "body-mass-index",
        "Height against weight",
        "A body mass index of an adult beyond 14-55 kg/m2 is rare; height and weight or their units may be swapped.",
    ),
    good(SIZE | {"age_at_exam_years": 60}),
    bad({"height_cm": 120, "weight_kg": 150, "age_at_exam_years": 60}, "weight_kg"),
    reads=("weight_kg",),
)
def body_mass(case: Case) -> Iterator[Hit]:
    """Body mass index of adults between 14 and 55."""
    index = case.computed("bmi_kg_m2")
    if index is not None and (case.number("age_at_exam_years") or 0) >= ADULT and not 14 <= index <= 55:
        yield "weight_kg", "Height and weight hardly belong to one person; please confirm."


@across(
    Words(
        "diameters",
        "End-diastolic above end-systolic diameter",
        "The left ventricle is wider at the end of diastole, by CMR as by echocardiography.",
    ),
    good({"lv_edd_mm": 52, "lv_esd_mm": 34}),
    bad({"lv_edd_mm": 34, "lv_esd_mm": 52}, "lv_esd_mm"),
    bad({"echo_lv_edd_mm": 34, "echo_lv_esd_mm": 52}, "echo_lv_esd_mm"),
    reads=("lv_esd_mm", "echo_lv_esd_mm"),
)
def diameters(case: Case) -> Iterator[Hit]:
    """EDD above ESD."""
    for prefix in ("lv", "echo_lv"):
        wide, narrow = case.number(f"{prefix}_edd_mm"), case.number(f"{prefix}_esd_mm")
        if wide is not None and narrow is not None and wide <= narrow:
            yield f"{prefix}_esd_mm", "The end-systolic diameter is not smaller; please confirm."


@across(
    Words(
        "wall-motion",
        "All segments normal against the segments",
        "The answer that all segments are normal and the 17 segments say the same thing twice.",
    ),
    good({"wm_rest_all_normal": 1, "wm_rest_02": "1"}),
    bad({"wm_rest_all_normal": 1, "wm_rest_02": "3"}, "wm_rest_all_normal"),
    bad({"wm_rest_all_normal": 0, **{f"wm_rest_{n}": "1" for n in SEGMENTS}}, "wm_rest_all_normal"),
    reads=("wm_rest_all_normal", "wm_stress_all_normal"),
)
def wall_motion(case: Case) -> Iterator[Hit]:
    """The answer and the segments agree."""
    for state in ("rest", "stress"):
        name = f"wm_{state}_all_normal"
        if name not in case.values:
            continue
        codes = {case.code(f"wm_{state}_{segment}") for segment in SEGMENTS}
        if case.code(name) == "1" and codes - {"", "1"}:
            yield name, "All segments are said to be normal, but one is not."
        if case.code(name) == "0" and codes == {"1"}:
            yield name, "Wall motion is said to be abnormal, but all segments are normal."


@across(
    Words(
        "aneurysm",
        "Aneurysm against wall motion",
        "A segment that is read as aneurysmal is an aneurysm.",
    ),
    good({"lv_aneurysm": 1, "wm_rest_13": "5"}),
    bad({"lv_aneurysm": 0, "wm_rest_13": "5"}, "lv_aneurysm"),
    reads=("lv_aneurysm",),
)
def aneurysm(case: Case) -> Iterator[Hit]:
    """No aneurysm, no aneurysmal segment."""
    if case.code("lv_aneurysm") == "0" and any(case.code(f"wm_rest_{n}") == "5" for n in SEGMENTS):
        yield "lv_aneurysm", "No aneurysm is stated, but a segment is aneurysmal."


VOLUME_CHECKS = (
    volume_order, ejection_fraction, body_surface, derived, stroke_volumes, stroke_volume_flow, mass, body_mass,
    diameters, wall_motion, aneurysm,
)  # fmt: skip
"""All checks of this module, in the order in which problems are told."""


def _differs(case: Case, name: str, tolerance: float) -> bool:
    """Whether a stated derived item is further than the tolerance from its formula."""
    stated, computed = case.number(name), as_number(case.derived.get(name))
    return stated is not None and computed is not None and abs(stated - computed) > tolerance


def _apart(case: Case, one: float | None, other: float | None) -> bool:
    """Whether two stroke volumes differ by more than 20 % without a reason that the report names."""
    if (
        one is None
        or other is None
        or one + other <= 0
        or 200 * abs(one - other) / (one + other) <= SV_PERCENT
    ):
        return False
    leaks = any(case.code(name) in ("1", "2", "3") for name in LEAKS)
    congenital = case.code("final_diagnosis") == "15" or case.code("indication_primary") == "7"
    return not (leaks or congenital or case.code("tof") == "1")
