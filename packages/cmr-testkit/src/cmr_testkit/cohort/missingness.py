"""What goes missing, how often, and with which code: by item and center, never by outcome.

Chance alone decides within a center, so that complete cases of one center are a fair sample of it; centers
differ, and with them an answer that forgets the center (cmr.md section 10).
"""

import numpy as np
from numpy.typing import NDArray

from cmr_exchange.manifest import MissingCode
from cmr_testkit.cohort.columns import NOT_APPLICABLE, NOT_REPORTED, PRESENT, Flags, Ints, Sheet, code_of
from cmr_testkit.cohort.exams import Exams
from cmr_testkit.cohort.people import People
from cmr_testkit.cohort.plan import CenterPlan

KNOWN = {
    "age_at_exam_years": 1.0,
    "scanner_vendor": 1.0,
    "field_strength_t": 1.0,
    "gbca_given": 1.0,
    "stress_performed": 1.0,
    "lv_edv_ml": 0.98,
    "wm_rest_all_normal": 0.97,
    "lge_performed": 0.99,
    "lge_present": 0.995,
    "hx_dm": 0.97,
    "height_cm": 0.98,
    "weight_kg": 0.98,
    "lv_ef_reported_pct": 0.85,
    "lv_mass_g": 0.88,
    "rv_edv_ml": 0.72,
    "egfr_ml_min_173m2": 0.55,
    "nyha": 0.60,
    "q_waves": 0.75,
    "qrs_ms": 0.70,
    "hx_smoking": 0.80,
    "patient_class": 0.85,
    "final_diagnosis": 0.95,
    "wm_stress_all_normal": 0.97,
}
"""Share of asked exams whose value is known; `USUAL` for the others, centers' own figures before both."""
USUAL = 0.93
TOGETHER = {
    "lv_esv_ml": "lv_edv_ml",
    "rv_esv_ml": "rv_edv_ml",
    "weight_kg": "height_cm",
    "sbp_mmhg": "dbp_mmhg",
}
"""Items that are missing where another is."""
OF_SUBJECT = frozenset({"sex", "race"})
BLOCKS = ("lge_aha_", "lge_pattern_", "wm_rest_", "wm_stress_", "perf_stress_", "perf_rest_")
GROUPS = {"wm_rest_": "wm_rest_all_normal", "wm_stress_": "wm_stress_all_normal"}
UNITED_STATES_ONLY = "cpt_code"
WITHHOLDS = frozenset({"race"})
"""Items that some centers may not tell."""


def go_missing(
    rng: np.random.Generator, plans: tuple[CenterPlan, ...], people: People, exams: Exams, sheet: Sheet
) -> None:
    """Replace values by missing codes, in place."""
    center = people.center[exams.subject]
    for name, column in sheet.columns.items():
        if name in TOGETHER or _is_segment(name):
            continue
        chance = _per_row(rng, name, people, exams)
        known = np.array([_known(plan, name) for plan in plans])[center]
        if name == "gbca_agent":
            known = known / sheet["gbca_given"].is_yes().mean()
        if name == UNITED_STATES_ONLY:
            known = np.where(np.array([plan.country == "US" for plan in plans])[center], known, 0.0)
        lost = column.present & (chance >= known)
        column.missing[lost] = _codes(rng, name, int(lost.sum()))
    for name, leader in TOGETHER.items():
        lost = ~sheet[leader].present
        sheet[name].missing[lost] = sheet[leader].missing[lost]
    _follow_logic(sheet)


def _known(plan: CenterPlan, name: str) -> float:
    return plan.known.get(name, KNOWN.get(name, USUAL))


def _is_segment(name: str) -> bool:
    return name.startswith(BLOCKS) and name[-2:].isdigit()


def _per_row(rng: np.random.Generator, name: str, people: People, exams: Exams) -> NDArray[np.float64]:
    if name in OF_SUBJECT:
        return rng.random(people.subjects)[exams.subject]
    return rng.random(exams.rows)


def _codes(rng: np.random.Generator, name: str, number: int) -> Ints:
    kinds = [NOT_REPORTED, code_of(MissingCode.UNKNOWN), code_of(MissingCode.WITHHELD)]
    shares = (0.55, 0.20, 0.25) if name in WITHHOLDS else (0.85, 0.15, 0.0)
    return rng.choice(kinds, number, p=shares)


def _follow_logic(sheet: Sheet) -> None:
    """Questions that depend on a lost answer are not asked; segments without a summary are not reported."""
    _unask(sheet, ("lge_present",), sheet["lge_performed"].is_yes())
    present = sheet["lge_present"].among("1")
    segments = [f"{i:02d}" for i in range(1, 18)]
    _unask(sheet, (*(f"lge_aha_{i}" for i in segments), *(f"lge_pattern_{i}" for i in segments)), present)
    _unask(sheet, ("lge_interpretation",), present)
    for stem, leader in GROUPS.items():
        lost = sheet[leader].missing
        for i in segments:
            missing = sheet[f"{stem}{i}"].missing
            missing[:] = np.where(lost == PRESENT, missing, lost)


def _unask(sheet: Sheet, names: tuple[str, ...], asked: Flags) -> None:
    for name in names:
        sheet[name].missing[~asked] = NOT_APPLICABLE
