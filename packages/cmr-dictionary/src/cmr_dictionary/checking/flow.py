"""Checks of flow and valves: volumes, fractions, grades and velocities (cmr.md sections 2 and 4)."""

from collections.abc import Iterator

from cmr_dictionary.checking.case import Case
from cmr_dictionary.checking.problem import Severity
from cmr_dictionary.checking.rule import Hit, Words, across, bad, good

RF_POINTS = {"ar": 5.0, "pr": 5.0, "mr": 10.0}
"""Valve -> points by which a reported fraction may differ; the mitral one joins two methods."""
GRADED = {"ar": "valve_ar_grade", "mr": "valve_mr_grade", "pr": "valve_pr_grade"}
NONE_BELOW, MILD_BELOW, SEVERE_FROM = 30.0, 50.0, 20.0
"""Regurgitant fractions in percent: grade 0 ends, grade 1 surely ends, grade 3 begins at the least (d)."""
STENOSIS_CM_S = 400.0


@across(
    Words(
        "backward-above-forward",
        "Backward above forward flow",
        "No more can flow back than went forward; the two are swapped or the sign of velocity is turned.",
    ),
    good({"ao_fwd_ml": 85, "ao_bwd_ml": 30}),
    bad({"ao_fwd_ml": 30, "ao_bwd_ml": 85}, "ao_fwd_ml", "ao_bwd_ml"),
    reads=("ao_bwd_ml", "pa_bwd_ml"),
    severity=Severity.REJECT,
)
def backward(case: Case) -> Iterator[Hit]:
    """Backward volume not above forward volume."""
    for vessel in ("ao", "pa"):
        forward, back = case.number(f"{vessel}_fwd_ml"), case.number(f"{vessel}_bwd_ml")
        if forward is not None and back is not None and back > forward:
            yield f"{vessel}_fwd_ml", "More flows back than forward."
            yield f"{vessel}_bwd_ml", "More flows back than forward."


@across(
    Words(
        "fraction-from-volumes",
        "Regurgitant fraction against volumes",
        "The fraction follows from flow and stroke volumes: within 5 points (mitral: 10) of a reported one.",
    ),
    good({"ao_fwd_ml": 100, "ao_bwd_ml": 30, "ar_rf_reported_pct": 31, "ar_method": "1"}),
    bad(
        {"ao_fwd_ml": 100, "ao_bwd_ml": 30, "ar_rf_reported_pct": 55, "ar_method": "1"}, "ar_rf_reported_pct"
    ),
    bad(
        {"lv_edv_ml": 160, "lv_esv_ml": 60, "ao_fwd_ml": 70, "valve_mr_grade": "2", "mr_rf_reported_pct": 55},
        "mr_rf_reported_pct",
    ),
    reads=("ar_rf_reported_pct", "mr_rf_reported_pct", "pr_rf_reported_pct"),
)
def fractions(case: Case) -> Iterator[Hit]:
    """Reported and computed regurgitant fraction agree; the indirect aortic methods are left out."""
    for valve, points in RF_POINTS.items():
        stated, computed = case.number(f"{valve}_rf_reported_pct"), case.computed(f"{valve}_rf_pct")
        if stated is None or computed is None or (valve == "ar" and case.code("ar_method") not in ("", "1")):
            continue
        if abs(stated - computed) > points:
            yield f"{valve}_rf_reported_pct", "Differs from what the volumes give; please confirm."


@across(
    Words(
        "backward-volume",
        "Regurgitant volume against backward flow",
        "The aortic regurgitant volume by the direct method is the backward volume, within 10 mL.",
    ),
    good({"ao_bwd_ml": 30, "ar_rvol_reported_ml": 32, "ar_method": "1"}),
    bad({"ao_bwd_ml": 30, "ar_rvol_reported_ml": 60, "ar_method": "1"}, "ar_rvol_reported_ml"),
    reads=("ar_rvol_reported_ml", "pr_rvol_reported_ml"),
)
def regurgitant_volumes(case: Case) -> Iterator[Hit]:
    """Reported regurgitant volume and backward volume agree."""
    for valve, vessel in (("ar", "ao"), ("pr", "pa")):
        stated, back = case.number(f"{valve}_rvol_reported_ml"), case.number(f"{vessel}_bwd_ml")
        if stated is None or back is None or (valve == "ar" and case.code("ar_method") not in ("", "1")):
            continue
        if abs(stated - back) > 10:
            yield f"{valve}_rvol_reported_ml", "Differs from the backward volume; please confirm."


@across(
    Words(
        "grade-fraction",
        "Valve grade against regurgitant fraction",
        "No leak with a fraction of 30 % and more, a mild one above 50 %, or a severe one below 20 % is questioned.",
    ),
    good({"valve_ar_grade": "3", "ao_fwd_ml": 100, "ao_bwd_ml": 50}),
    bad({"valve_ar_grade": "0", "ao_fwd_ml": 100, "ao_bwd_ml": 42}, "valve_ar_grade"),
    bad({"valve_mr_grade": "3", "mr_rf_reported_pct": 8}, "valve_mr_grade"),
    reads=tuple(GRADED.values()),
)
def grades(case: Case) -> Iterator[Hit]:
    """Grade and fraction agree, with wide margins."""
    for valve, name in GRADED.items():
        reported = case.number(f"{valve}_rf_reported_pct")
        fraction = case.computed(f"{valve}_rf_pct") if reported is None else reported
        grade = case.code(name)
        if fraction is None or not grade:
            continue
        too_low = (grade == "0" and fraction >= NONE_BELOW) or (grade == "1" and fraction > MILD_BELOW)
        if too_low or (grade == "3" and fraction < SEVERE_FROM):
            yield name, "Grade and regurgitant fraction do not go together; please confirm."


@across(
    Words(
        "stenosis-velocity",
        "Aortic stenosis against velocity",
        "A peak velocity of 4 m/s and more is a severe stenosis, not none.",
    ),
    good({"valve_as_grade": "3", "ao_peak_vel_cm_s": 430, "ao_venc_cm_s": 500}),
    bad({"valve_as_grade": "0", "ao_peak_vel_cm_s": 430, "ao_venc_cm_s": 500}, "valve_as_grade"),
    reads=("valve_as_grade",),
)
def stenosis(case: Case) -> Iterator[Hit]:
    """No high velocity without stenosis."""
    peak = case.number("ao_peak_vel_cm_s")
    if case.code("valve_as_grade") == "0" and peak is not None and peak >= STENOSIS_CM_S:
        yield "valve_as_grade", "The velocity is that of a severe stenosis; please confirm."


@across(
    Words(
        "velocity-venc",
        "Peak velocity against VENC",
        "A velocity above the encoded one wraps around and cannot be read from the images.",
    ),
    good({"ao_peak_vel_cm_s": 140, "ao_venc_cm_s": 150}),
    bad({"ao_peak_vel_cm_s": 240, "ao_venc_cm_s": 150}, "ao_peak_vel_cm_s"),
    reads=("ao_peak_vel_cm_s",),
)
def venc(case: Case) -> Iterator[Hit]:
    """Peak velocity not above VENC."""
    peak, limit = case.number("ao_peak_vel_cm_s"), case.number("ao_venc_cm_s")
    if peak is not None and limit is not None and peak > limit:
        yield "ao_peak_vel_cm_s", "The velocity is above what was encoded; please confirm both."


FLOW_CHECKS = (backward, fractions, regurgitant_volumes, grades, stenosis, venc)
"""All checks of this module, in the order in which problems are told."""
