"""When the invented people die, of what, and what happens to them before: the truth behind every source."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cmr_exchange.followup import DeathCause, EventKind
from cmr_testkit.cohort.columns import Floats, Ints
from cmr_testkit.cohort.people import People
from cmr_testkit.cohort.plan import (
    DAYS_PER_YEAR,
    LOG_HAZARD_DIABETES,
    LOG_HAZARD_MALE,
    LOG_HAZARD_PER_DECADE,
    LOG_HAZARD_PER_EF_POINT_BELOW_50,
    REFERENCE_HAZARD,
    SHAPE,
    CenterPlan,
)

CAUSES = tuple(DeathCause)
KINDS = tuple(EventKind)
TEN_YEARS = 10 * DAYS_PER_YEAR
RATES_PER_YEAR = {
    EventKind.VISIT: 0.8,
    EventKind.MYOCARDIAL_INFARCTION: 0.006,
    EventKind.HEART_FAILURE_ADMISSION: 0.012,
    EventKind.STROKE: 0.005,
    EventKind.PCI: 0.010,
    EventKind.VENTRICULAR_ARRHYTHMIA: 0.003,
}
"""Events per year of a person with normal function and no infarct."""


@dataclass(frozen=True, slots=True)
class Deaths:
    """One row per subject.

    Attributes:
        day: whole days from the first exam to death, at least 1; everybody dies some day.
        cause: position in `CAUSES`, never unknown.
        log_hazard: what age, sex, diabetes, ejection fraction and center add, without the infarct.
        log_infarct: what the small infarct adds at the subject's center; 0 for those without.
    """

    day: Ints
    cause: Ints
    log_hazard: Floats
    log_infarct: Floats

    def survival(self, days: float) -> Floats:
        """Planted chance of each subject to live for so many days from the first exam."""
        risk: Floats = np.exp(-cumulative_hazard(days) * np.exp(self.log_hazard + self.log_infarct))
        return risk


@dataclass(frozen=True, slots=True)
class Events:
    """Events and visits, one row each, ordered by subject and day; `kind` is a position in `KINDS`."""

    subject: Ints
    day: Ints
    kind: Ints
    answer: Ints


def cumulative_hazard(days: float | Floats) -> Floats:
    """Cumulative hazard of the reference person (Weibull)."""
    return REFERENCE_HAZARD * (np.asarray(days, np.float64) / TEN_YEARS) ** SHAPE


def draw_deaths(rng: np.random.Generator, plans: tuple[CenterPlan, ...], people: People) -> Deaths:
    """Draw a day of death for everybody from the planted proportional hazards."""
    log_hazard = (
        np.array([plan.log_hazard for plan in plans])[people.center]
        + LOG_HAZARD_PER_DECADE * (people.age - 58) / 10
        + LOG_HAZARD_MALE * people.is_male
        + LOG_HAZARD_DIABETES * people.has_diabetes
        + LOG_HAZARD_PER_EF_POINT_BELOW_50 * np.clip(50 - people.ejection_fraction, 0, None)
    )
    ratio = np.log([plan.hazard_ratio for plan in plans])[people.center]
    log_infarct = np.where(people.has_small_infarct, ratio, 0.0)
    exponential = rng.exponential(size=people.subjects) / np.exp(log_hazard + log_infarct)
    days = TEN_YEARS * (exponential / REFERENCE_HAZARD) ** (1 / SHAPE)
    shares = (0.14, 0.33, 0.53)
    return Deaths(
        day=np.clip(np.ceil(days), 1, 40_000).astype(np.int64),
        cause=rng.choice(3, people.subjects, p=shares),
        log_hazard=log_hazard,
        log_infarct=log_infarct,
    )


def draw_events(rng: np.random.Generator, people: People, deaths: Deaths, last_contact: Ints) -> Events:
    """Draw what the chart tells of each subject until its last contact or death."""
    horizon = np.minimum(deaths.day, last_contact)
    parts: list[NDArray[np.int64]] = []
    for kind, rate in RATES_PER_YEAR.items():
        count = rng.poisson(rate * _factor(kind, people) * horizon / DAYS_PER_YEAR)
        subject = np.repeat(np.arange(people.subjects), count)
        day = np.maximum(1, np.floor(rng.random(len(subject)) * horizon[subject])).astype(np.int64)
        answer = rng.integers(0, 2, len(subject))
        parts.append(np.stack([subject, day, np.full(len(subject), KINDS.index(kind)), answer]))
    rows = np.concatenate(parts, axis=1)
    rows = rows[:, rows[1] <= horizon[rows[0]]]
    rows = rows[:, np.lexsort((rows[2], rows[1], rows[0]))]
    return Events(*rows)


def _factor(kind: EventKind, people: People) -> Floats:
    reduced = ~people.has_normal_function
    if kind in (EventKind.MYOCARDIAL_INFARCTION, EventKind.PCI):
        return np.where(people.has_small_infarct, 2.5, np.where(reduced, 2.0, 1.0))
    if kind in (EventKind.HEART_FAILURE_ADMISSION, EventKind.VENTRICULAR_ARRHYTHMIA):
        return np.where(reduced, 6.0, 1.0)
    return np.ones(people.subjects, np.float64)
