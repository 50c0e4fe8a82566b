"""What the reports of the exams say before anything goes missing, item by item of the data dictionary."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cmr_testkit.cohort.columns import Flags, Floats, Sheet
from cmr_testkit.cohort.exams import Exams
from cmr_testkit.cohort.people import DIAGNOSES, INFARCT, People, logistic
from cmr_testkit.cohort.plan import CenterPlan
from cmr_testkit.cohort.scars import SEGMENTS, Scars

YES_NO_HISTORY = {
    "hx_htn": (0.1, 0.04, 0.6),
    "hx_hld": (-0.3, 0.03, 0.6),
    "hx_af": (-2.2, 0.05, 0.1),
    "hx_hf": (-2.0, 0.02, 0.3),
    "hx_stroke": (-3.0, 0.04, 0.3),
    "hx_copd": (-2.6, 0.02, 0.0),
    "hx_cancer": (-2.6, 0.02, 0.0),
}
"""Log odds at 58 years, per year of age, and with diabetes."""
INDICATIONS = ("1", "2", "3", "4", "5", "6", "11", "12", "13", "88")
INDICATION_SHARES = (0.27, 0.24, 0.10, 0.09, 0.09, 0.06, 0.03, 0.03, 0.06, 0.03)
AGENTS = ("1", "2", "3", "4", "5")
AGENT_SHARES = (0.55, 0.26, 0.08, 0.09, 0.02)
RACES = ("1", "2", "3", "4", "6", "1;2")
RACE_SHARES = (0.712, 0.14, 0.06, 0.01, 0.07, 0.008)
PROCEDURES = ("75557", "75559", "75561", "75563")
INTERPRETATION = {"2": "1", "4": "2", "5": "2", "7": "5", "8": "4", "9": "4", "14": "2"}
INTERPRETATIONS = ("1", "2", "4", "5")
GRADES_1_TO_4 = ("1", "2", "3", "4")


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything that measurements are drawn from."""

    rng: np.random.Generator
    plans: tuple[CenterPlan, ...]
    people: People
    exams: Exams
    scars: Scars
    sheet: Sheet

    def of_subject(self, values: NDArray[Any]) -> NDArray[Any]:
        """Values of subjects, repeated for their exams."""
        return values[self.exams.subject]

    def chance(self, probability: float | Floats) -> Flags:
        """A draw for every exam."""
        return self.rng.random(self.exams.rows) < probability

    def normal(self, mean: float | Floats, spread: float | Floats) -> Floats:
        """A normal draw for every exam."""
        return self.rng.normal(mean, spread, self.exams.rows)

    def pick(self, shares: tuple[float, ...]) -> NDArray[np.int64]:
        """A position for every exam."""
        return self.rng.choice(len(shares), self.exams.rows, p=np.array(shares) / sum(shares))


def measure(
    rng: np.random.Generator, plans: tuple[CenterPlan, ...], people: People, exams: Exams, scars: Scars
) -> Sheet:
    """Measure every exam completely."""
    scene = Scene(rng, plans, people, exams, scars, Sheet(exams.rows))
    for part in (_person, _history, _technique, _ventricles, _late_enhancement, _wall_motion, _conclusion):
        part(scene)
    _stress(scene)
    return scene.sheet


def _person(scene: Scene) -> None:
    sheet, people = scene.sheet, scene.people
    sheet.code("sex", scene.of_subject(people.is_male), ("F", "M"))
    sheet.number("age_at_exam_years", scene.exams.age, decimals=1)
    race = scene.rng.choice(len(RACES), people.subjects, p=np.array(RACE_SHARES))
    sheet.code("race", scene.of_subject(race), RACES)
    sheet.number("height_cm", scene.of_subject(people.height_cm), decimals=1)
    weight = scene.of_subject(people.weight_kg) + np.where(scene.exams.number > 0, scene.normal(0, 2), 0)
    sheet.number("weight_kg", np.round(np.clip(weight, 36, 178) * 2) / 2, decimals=1)
    sheet.number("heart_rate_bpm", np.clip(scene.normal(70, 11), 42, 125))
    systolic = np.clip(scene.normal(130, 16), 85, 195)
    sheet.number("sbp_mmhg", systolic)
    sheet.number("dbp_mmhg", np.minimum(np.clip(scene.normal(76, 10), 45, 115), systolic - 12))


def _history(scene: Scene) -> None:
    sheet, people = scene.sheet, scene.people
    sheet.yes_no("hx_dm", scene.of_subject(people.has_diabetes))
    for name, (level, per_year, with_diabetes) in YES_NO_HISTORY.items():
        odds = level + per_year * (people.age - 58) + with_diabetes * people.has_diabetes
        sheet.yes_no(name, scene.of_subject(scene.rng.random(people.subjects) < logistic(odds)))
    small = people.has_small_infarct
    large = (people.diagnosis == INFARCT) & ~small
    for name, (none, few, many) in {
        "hx_prior_mi": (0.02, 0.30, 0.80),
        "hx_prior_pci": (0.06, 0.28, 0.60),
        "hx_prior_cabg": (0.02, 0.08, 0.20),
        "hx_cad": (0.10, 0.45, 0.90),
        "q_waves": (0.02, 0.15, 0.60),
    }.items():
        share = np.where(large, many, np.where(small, few, none))
        sheet.yes_no(name, scene.of_subject(scene.rng.random(people.subjects) < share))
    smoking = scene.rng.choice(3, people.subjects, p=(0.52, 0.32, 0.16))
    sheet.code("hx_smoking", scene.of_subject(smoking), ("0", "1", "2"))
    reduced = ~scene.of_subject(people.has_normal_function)
    grade = scene.pick((0.62, 0.27, 0.10, 0.01)) + (reduced & scene.chance(0.6))
    sheet.code("nyha", np.minimum(grade, 3), GRADES_1_TO_4)
    sheet.number("qrs_ms", np.clip(scene.normal(95, 11) + 22 * reduced, 66, 190))


def _technique(scene: Scene) -> None:
    sheet, exams = scene.sheet, scene.exams
    center = scene.of_subject(scene.people.center)
    vendors = sorted({code for plan in scene.plans for code in plan.scanners})
    chosen = np.zeros(exams.rows, np.int64)
    for position, plan in enumerate(scene.plans):
        rows = np.flatnonzero(center == position)
        falling = np.array([0.5**i for i in range(len(plan.scanners))])
        drawn = scene.rng.choice(len(plan.scanners), len(rows), p=falling / falling.sum())
        chosen[rows] = np.array([vendors.index(code) for code in plan.scanners])[drawn]
    sheet.code("scanner_vendor", chosen, vendors)
    share = np.array([plan.share_3t for plan in scene.plans])[center]
    sheet.number("field_strength_t", np.where(scene.chance(share), 3.0, 1.5), decimals=1)
    sheet.code("iq_global", scene.pick((0.42, 0.43, 0.13, 0.02)), GRADES_1_TO_4)
    given = scene.chance(0.95)
    sheet.yes_no("gbca_given", given)
    sheet.code("gbca_agent", scene.pick(AGENT_SHARES), AGENTS, asked=given)
    dose = np.array([0.1, 0.15, 0.2])[scene.pick((0.35, 0.40, 0.25))]
    sheet.number("gbca_dose_mmol_kg", dose, decimals=2, asked=given)
    sheet.number("egfr_ml_min_173m2", np.clip(scene.normal(82, 18), 20, 125), asked=given)
    sheet.code("patient_class", scene.pick((0.15, 0.83, 0.02)), ("I", "O", "E"))


def _ventricles(scene: Scene) -> None:
    sheet, people = scene.sheet, scene.people
    male, normal = scene.of_subject(people.is_male), scene.of_subject(people.has_normal_function)
    surface = np.sqrt(sheet["height_cm"].values * sheet["weight_kg"].values / 3600)
    fraction = scene.of_subject(people.ejection_fraction) + scene.normal(0, 0.8)
    fraction = np.where(normal, np.clip(fraction, 57, 72), np.clip(fraction, 12, 49))
    index = np.where(normal, scene.normal(np.where(male, 82, 75), 12), scene.normal(118, 24))
    end_diastole = np.clip(index, 42, 210) * surface
    sheet.number("lv_edv_ml", end_diastole, decimals=1)
    sheet.number("lv_esv_ml", end_diastole * (1 - fraction / 100), decimals=1)
    sheet.number("lv_ef_reported_pct", fraction)
    thick = np.where(scene.of_subject(people.diagnosis) == DIAGNOSES.index("5"), 30, 0)
    mass = scene.normal(np.where(male, 57, 46), 8) + thick + np.where(normal, 0, 14)
    sheet.number("lv_mass_g", np.clip(mass, 25, 150) * surface, decimals=1)
    right = np.clip(scene.normal(np.where(male, 84, 74), 13), 40, 170) * surface
    sheet.number("rv_edv_ml", right, decimals=1)
    share = np.clip(scene.normal(np.where(normal, 56, 48), 6), 18, 74)
    sheet.number("rv_esv_ml", right * (1 - share / 100), decimals=1)
    sheet.code("lv_method", scene.pick((0.45, 0.30, 0.25)), ("1", "2", "3"))
    sheet.code("lv_papillary", scene.pick((0.6, 0.4)), ("1", "2"))


def _late_enhancement(scene: Scene) -> None:
    sheet = scene.sheet
    extent, pattern = scene.of_subject(scene.scars.extent), scene.of_subject(scene.scars.pattern)
    performed = sheet["gbca_given"].is_yes() & scene.chance(0.955)
    any_segment: Flags = extent.max(axis=1) > 0
    present = performed & any_segment
    sheet.yes_no("lge_performed", performed)
    sheet.code("lge_present", any_segment, ("0", "1"), asked=performed)
    for segment in range(SEGMENTS):
        number, grade = f"{segment + 1:02d}", extent[:, segment]
        sheet.code(f"lge_aha_{number}", grade, ("0", "1", "2", "3", "4"), asked=present)
        sheet.code(
            f"lge_pattern_{number}",
            np.maximum(pattern[:, segment] - 1, 0),
            GRADES_1_TO_4,
            asked=present & (grade > 0),
        )
    codes = [INTERPRETATIONS.index(INTERPRETATION.get(code, "2")) for code in DIAGNOSES]
    meaning = np.array(codes)[scene.of_subject(scene.people.diagnosis)]
    sheet.code("lge_interpretation", meaning, INTERPRETATIONS, asked=present)


def _wall_motion(scene: Scene) -> None:
    """Segments move as their scar lets them; in other diseases with reduced function all move little."""
    sheet, people = scene.sheet, scene.people
    normal = scene.of_subject(people.has_normal_function)
    extent = scene.of_subject(scene.scars.extent)
    infarct = scene.of_subject(people.diagnosis == INFARCT)[:, None]
    spread = scene.rng.random(extent.shape)
    scarred = np.where(extent >= 4, np.where(spread < 0.2, 4, 3), np.where(extent == 3, 3, 2))
    from_scar = np.where(extent > 0, scarred, np.where(spread < 0.1, 2, 1))
    elsewhere = np.where(spread < 0.85, 2, 1)
    elsewhere[:, 6] = 2
    motion = np.where(normal[:, None], 1, np.where(infarct, from_scar, elsewhere))
    _segments(sheet, "wm_rest", motion, normal, None)


def _segments(sheet: Sheet, stem: str, motion: NDArray[Any], all_normal: Flags, asked: Flags | None) -> None:
    """`all normal` as one entry, and each segment; a report states segments only where not all are normal."""
    sheet.yes_no(f"{stem}_all_normal", all_normal, asked=asked)
    for segment in range(SEGMENTS):
        name = f"{stem}_{segment + 1:02d}"
        sheet.code(name, motion[:, segment] - 1, ("1", "2", "3", "4", "5"), asked=asked)
        sheet[name].is_stated = ~all_normal


def _conclusion(scene: Scene) -> None:
    sheet = scene.sheet
    sheet.code("final_diagnosis", scene.of_subject(scene.people.diagnosis), DIAGNOSES)
    indication = scene.pick(INDICATION_SHARES)
    ischemic = np.isin(scene.of_subject(scene.people.diagnosis), [INFARCT, DIAGNOSES.index("3")])
    sheet.code("indication_primary", np.where(ischemic & scene.chance(0.5), 1, indication), INDICATIONS)


def _stress(scene: Scene) -> None:
    """Stress in a quarter of the exams; a vasodilator shows perfusion, dobutamine shows wall motion."""
    sheet, people = scene.sheet, scene.people
    ischemia = scene.of_subject(people.diagnosis) == DIAGNOSES.index("3")
    kind = np.where(scene.chance(np.where(ischemia, 0.95, 0.22)), 1 + scene.chance(0.15), 0)
    kind = np.where(sheet["gbca_given"].is_yes(), kind, 0)
    sheet.code("stress_performed", kind, ("0", "1", "2"))
    agent = np.where(kind == 2, 2, scene.chance(0.6).astype(int))
    sheet.code("stress_agent", agent, ("1", "2", "4"), asked=kind > 0)
    given = sheet["gbca_given"].is_yes()
    sheet.code("cpt_code", given * 2 + (kind > 0), PROCEDURES)
    sheet.code("procedure_kind", given * 2 + (kind > 0), GRADES_1_TO_4)
    scar = scene.of_subject(scene.scars.extent)
    territory = scene.rng.integers(0, 3, scene.exams.rows)
    hit = ischemia[:, None] & _TERRITORY[territory] & (scene.rng.random(scar.shape) < 0.7)
    rest = np.where(scar > 0, np.minimum(scar, 3), 0)
    stress = np.maximum(rest, np.where(hit, scene.rng.integers(1, 4, scar.shape), 0))
    for segment in range(SEGMENTS):
        for stem, grades in (("perf_stress", stress), ("perf_rest", rest)):
            name = f"{stem}_{segment + 1:02d}"
            sheet.code(name, grades[:, segment], ("0", "1", "2", "3"), asked=kind == 1)
    motion = np.where(hit, 2, 1)
    normal = ~hit.any(axis=1) & sheet["wm_rest_all_normal"].is_yes()
    rested = np.stack([sheet[f"wm_rest_{i + 1:02d}"].values + 1 for i in range(SEGMENTS)], axis=1)
    _segments(sheet, "wm_stress", np.maximum(motion, rested), normal, kind == 2)


_TERRITORY = np.zeros((3, SEGMENTS), bool)
for _row, _members in enumerate(((1, 2, 7, 8, 13, 14, 17), (3, 4, 9, 10, 15), (5, 6, 11, 12, 16))):
    _TERRITORY[_row, np.array(_members) - 1] = True
