"""The invented people of a cohort: who they are, what their heart has, and when they were examined."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cmr_testkit.cohort.columns import Flags, Floats, Ints
from cmr_testkit.cohort.plan import (
    ENTRY_DAYS,
    INFARCT_LOG_ODDS,
    INFARCT_PREVALENCE,
    LAST_DAY,
    CenterPlan,
    subjects_per_center,
)

DIAGNOSES = ("1", "2", "3", "4", "5", "7", "8", "9", "14", "17", "88")
"""Codes of `final_diagnosis` that the cohort uses."""
FREQUENCY = (0.46, 0.11, 0.08, 0.10, 0.05, 0.06, 0.02, 0.02, 0.06, 0.02, 0.02)
NORMAL_FUNCTION = {"1": 1.0, "3": 1.0, "5": 1.0, "7": 0.75, "9": 0.5, "14": 1.0, "17": 1.0, "88": 1.0}
"""Share with normal ejection fraction and normal wall motion, by diagnosis."""
REDUCED_EF = {"2": (40, 10), "4": (34, 9), "7": (45, 6), "8": (46, 6), "9": (42, 8)}
"""Mean and SD of the ejection fraction where it is reduced."""
INFARCT = DIAGNOSES.index("2")
SECOND_EXAM, THIRD_EXAM = 0.12, 0.02


@dataclass(frozen=True, slots=True)
class People:
    """One row per subject, ordered by center.

    Attributes:
        center: position of the center.
        entry: day of the first exam, counted from `plan.FIRST_ENTRY`.
        age: years at the first exam, capped at 90 as it is reported.
        is_male, has_diabetes: what the adjusted model takes into account.
        diagnosis: position in `DIAGNOSES`.
        has_normal_function: normal ejection fraction, all segments normal.
        has_small_infarct: the planted exposure; only with normal function.
        ejection_fraction: percent.
        height_cm, weight_kg: body size.
        planned_exams: (n, 3) days of up to three exams from the first; -1 where there is none.
    """

    center: Ints
    entry: Ints
    age: Floats
    is_male: Flags
    has_diabetes: Flags
    diagnosis: Ints
    has_normal_function: Flags
    has_small_infarct: Flags
    ejection_fraction: Floats
    height_cm: Floats
    weight_kg: Floats
    planned_exams: Ints

    @property
    def subjects(self) -> int:
        """How many people."""
        return len(self.center)


def draw_people(rng: np.random.Generator, plans: tuple[CenterPlan, ...], subjects: int) -> People:
    """Draw the people of all centers."""
    center = np.repeat(np.arange(len(plans)), subjects_per_center(plans, subjects))
    shift = np.array([plan.age_shift for plan in plans])[center]
    age = np.clip(np.round(rng.normal(58.2 + shift, 14.5), 1), 18, 90)
    is_male = rng.random(subjects) < 0.566
    diabetes = rng.random(subjects) < logistic(-1.6 + 0.015 * (age - 58))
    diagnosis = rng.choice(len(DIAGNOSES), subjects, p=FREQUENCY)
    share = np.array([NORMAL_FUNCTION.get(code, 0.0) for code in DIAGNOSES])[diagnosis]
    normal = rng.random(subjects) < share
    infarct = normal & (rng.random(subjects) < _infarct_chance(age, is_male, diabetes, normal))
    diagnosis = np.where(infarct, INFARCT, diagnosis)
    height = np.where(is_male, rng.normal(177, 7, subjects), rng.normal(163.5, 6.5, subjects))
    mass_index = np.clip(rng.normal(27.2, 4.6, subjects) + 1.5 * diabetes, 17, 48)
    return People(
        center=center,
        entry=rng.integers(0, ENTRY_DAYS, subjects),
        age=age,
        is_male=is_male,
        has_diabetes=diabetes,
        diagnosis=diagnosis,
        has_normal_function=normal,
        has_small_infarct=infarct,
        ejection_fraction=_ejection_fraction(rng, diagnosis, normal),
        height_cm=np.round(height * 2) / 2,
        weight_kg=np.round(mass_index * (height / 100) ** 2 * 2) / 2,
        planned_exams=_planned_exams(rng, subjects),
    )


def logistic(odds: Floats) -> Floats:
    """Probability of log odds."""
    return 1 / (1 + np.exp(-odds))


def _infarct_chance(age: Floats, is_male: Flags, diabetes: Flags, normal: Flags) -> Floats:
    """Chances that follow the planted log odds and have the planted mean among people with normal function."""
    slope = (
        INFARCT_LOG_ODDS["decade"] * (age - 58) / 10
        + INFARCT_LOG_ODDS["male"] * is_male
        + INFARCT_LOG_ODDS["diabetes"] * diabetes
    )
    low, high = -10.0, 10.0
    for _ in range(60):
        middle = (low + high) / 2
        too_high = logistic(middle + slope[normal]).mean() > INFARCT_PREVALENCE if normal.any() else True
        low, high = (low, middle) if too_high else (middle, high)
    return logistic(low + slope)


def _ejection_fraction(rng: np.random.Generator, diagnosis: Ints, normal: Flags) -> Floats:
    """Normal ones lie above every limit of normal in use, reduced ones below: no one is on the edge."""
    table = np.array([REDUCED_EF.get(code, (45, 5)) for code in DIAGNOSES], float)[diagnosis]
    reduced = np.clip(rng.normal(table[:, 0], table[:, 1]), 13, 48)
    return np.where(normal, np.clip(rng.normal(63.5, 4), 58, 71), reduced)


def _planned_exams(rng: np.random.Generator, subjects: int) -> NDArray[np.int64]:
    """Days of later exams, planned without knowing who will live to see them."""
    chance = rng.random(subjects)
    second = rng.integers(150, 1500, subjects)
    third = second + rng.integers(150, 1200, subjects)
    days = np.stack(
        [
            np.zeros(subjects, np.int64),
            np.where(chance < SECOND_EXAM, second, -1),
            np.where(chance < THIRD_EXAM, third, -1),
        ],
        axis=1,
    )
    return np.where(days < LAST_DAY - ENTRY_DAYS, days, -1)
