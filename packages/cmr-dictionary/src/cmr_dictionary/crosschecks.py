"""Checks across items of one case report (cmr.md section 2); each is silent where an item that it needs is absent.

Only volumes that cannot be are refused; everything else is a question to a person.
"""

from collections.abc import Callable, Iterator, Mapping

from cmr_dictionary.logic_eval import derive
from cmr_dictionary.segments import SEGMENTS

Values = Mapping[str, object]
Finding = tuple[str, bool, str]
"""Item, whether its value is refused, sentence."""
EF_TOLERANCE, SV_TOLERANCE_PCT, HCT_HOURS = 3.0, 20.0, 24.0
NEEDS = (
    ("stress_dose", "stress_dose_unit", "A dose needs its unit."),
    ("native_t1_ms", "t1_scheme", "A T1 value needs its sequence scheme."),
    ("post_t1_ms", "t1_scheme", "A T1 value needs its sequence scheme."),
    ("lge_pct_lv", "lge_method", "An amount of LGE needs its method."),
    ("lge_mass_g", "lge_method", "An amount of LGE needs its method."),
    ("egfr_ml_min_173m2", "renal_lab_offset_days", "A renal function needs its day."),
    ("ar_rf_reported_pct", "ar_method", "A regurgitant fraction needs its method."),
    ("ar_rvol_reported_ml", "ar_method", "A regurgitant volume needs its method."),
)
"""An item, what it cannot be interpreted without, and the sentence."""
GATES = (
    ("stress_performed", ("stress_agent", "stress_dose", "stress_hr_peak_bpm", "stress_sbp_peak_mmhg")),
    ("gbca_given", ("gbca_agent", "gbca_dose_mmol_kg", "gbca_volume_ml", "post_t1_ms")),
    ("lge_performed", ("lge_present", "lge_pct_lv", "lge_mass_g")),
)
"""A yes/no or code, and the items that cannot be known where it says no (0)."""
LEAKS = ("valve_ar_grade", "valve_mr_grade", "valve_tr_grade", "valve_pr_grade")


def findings(values: Values) -> Iterator[Finding]:
    """What is odd about these values taken together.

    Args:
        values: plain values by item; what is missing is absent.
    """
    derived = derive(values)
    for rule in RULES:
        yield from rule(values, derived)


def _volumes(values: Values, derived: Values) -> Iterator[Finding]:
    for side in ("lv", "rv"):
        edv, esv = _number(values, f"{side}_edv_ml"), _number(values, f"{side}_esv_ml")
        if edv is not None and esv is not None and edv <= esv:
            sentence = "The end-diastolic volume must be larger than the end-systolic volume."
            yield f"{side}_edv_ml", True, sentence
            yield f"{side}_esv_ml", True, sentence


def _ejection_fraction(values: Values, derived: Values) -> Iterator[Finding]:
    reported, computed = _number(values, "lv_ef_reported_pct"), _number(derived, "lv_ef_pct")
    if reported is not None and computed is not None and abs(reported - computed) > EF_TOLERANCE:
        yield "lv_ef_reported_pct", False, "Differs by more than 3 points from the volumes; please confirm."


def _stroke_volumes(values: Values, derived: Values) -> Iterator[Finding]:
    if any(values.get(name) in ("1", "2", "3") for name in LEAKS) or values.get("tof") in (1, "1"):
        return
    left = _number(derived, "lv_sv_ml")
    for other in (("rv_esv_ml", _number(derived, "rv_sv_ml")), ("ao_fwd_ml", _number(values, "ao_fwd_ml"))):
        name, volume = other
        if left is None or volume is None or left + volume <= 0:
            continue
        if 200 * abs(left - volume) / (left + volume) > SV_TOLERANCE_PCT:
            yield name, False, "Stroke volumes differ by more than 20 % without shunt or regurgitation."


def _enhancement(values: Values, derived: Values) -> Iterator[Finding]:
    present = str(values.get("lge_present", ""))
    extents = [str(values[name]) for n in SEGMENTS if (name := f"lge_aha_{n}") in values]
    count = _number(values, "lge_n_segments")
    has_segments = any(extent in ("1", "2", "3", "4") for extent in extents) or bool(count)
    if present == "0" and has_segments:
        yield "lge_present", False, "LGE is said to be absent, but segments show it."
    if present == "1" and not has_segments and (count == 0 or len(extents) == len(SEGMENTS)):
        yield "lge_present", False, "LGE is said to be present, but no segment shows it."
    counted = _number(derived, "lge_n_segments")
    if count is not None and counted is not None and count != counted:
        yield "lge_n_segments", False, "Differs from the number of segments with LGE."


def _wall_motion(values: Values, derived: Values) -> Iterator[Finding]:
    for state in ("rest", "stress"):
        name = f"wm_{state}_all_normal"
        codes = [str(values.get(f"wm_{state}_{segment}", "")) for segment in SEGMENTS]
        if str(values.get(name)) == "1" and set(codes) - {"", "1"}:
            yield name, False, "All segments are said to be normal, but one is not."
        if str(values.get(name)) == "0" and set(codes) == {"1"}:
            yield name, False, "Wall motion is said to be abnormal, but all segments are normal."


def _needs(values: Values, derived: Values) -> Iterator[Finding]:
    for name, needed, sentence in NEEDS:
        if name in values and needed not in values:
            yield name, False, sentence


def _gates(values: Values, derived: Values) -> Iterator[Finding]:
    for gate, names in GATES:
        if str(values.get(gate)) == "0":
            for name in names:
                if name in values:
                    yield name, False, "Stated, although it was not done."


def _hematocrit(values: Values, derived: Values) -> Iterator[Finding]:
    hours = _number(values, "hct_offset_hours")
    if hours is not None and abs(hours) > HCT_HOURS and ("ecv_pct" in values or "ecv_reported_pct" in values):
        yield "hct_offset_hours", False, "ECV needs a hematocrit within 24 hours."


RULES: tuple[Callable[[Values, Values], Iterator[Finding]], ...] = (
    _volumes,
    _ejection_fraction,
    _stroke_volumes,
    _enhancement,
    _wall_motion,
    _needs,
    _gates,
    _hematocrit,
)
"""All of them, in the order in which problems are told."""


def _number(values: Values, name: str) -> float | None:
    value = values.get(name)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
