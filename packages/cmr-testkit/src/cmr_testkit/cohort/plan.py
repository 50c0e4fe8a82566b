"""What is planted: centers, effects, completeness and sources of a synthetic cohort.

The figures of completeness are those of the registry at 150,000 exams (Tong 2024, doi 10.1016/j.jocmr.2024.101055),
weighted over three centers that differ. The sensitivities of the Death Master File are Levin 2018 (PMC6338290).
"""

import dataclasses
import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass

from cmr_exchange.followup import SourceClass
from cmr_testkit.errors import CohortSizeError

DAYS_PER_YEAR = 365.25
FIRST_ENTRY = "2005-01-01"
ENTRY_DAYS = 9 * 365
"""First exams are spread over these days from `FIRST_ENTRY` on."""
LAST_DAY = 6_938
"""Days from `FIRST_ENTRY` to the end of 2023, when the last source was asked."""

SHAPE = 1.2
REFERENCE_HAZARD = 0.16
"""Cumulative hazard at ten years of a woman of 58 without diabetes and infarct at the first center."""
LOG_HAZARD_PER_DECADE = 0.60
LOG_HAZARD_MALE = 0.25
LOG_HAZARD_DIABETES = 0.47
LOG_HAZARD_PER_EF_POINT_BELOW_50 = 0.03
INFARCT_PREVALENCE = 0.12
"""Share of people with a small infarct among those with normal function."""
INFARCT_LOG_ODDS = {"decade": 0.45, "male": 0.5, "diabetes": 0.8}
"""What makes an infarct likelier, and death too: the confounding that the adjusted model takes away."""

CHART_KNOWS_LATER_DEATH = 0.25
"""Share of deaths after the last contact that the chart shows beyond its window (in-hospital deaths)."""
IN_HOSPITAL = 0.45
DMF_SENSITIVITY = {
    "in hospital, before November 2011": 0.889,
    "in hospital, later": 0.148,
    "elsewhere, before November 2011": 0.714,
    "elsewhere, later": 0.289,
}
DMF_CHANGE_DAY = 2_495
"""Days from `FIRST_ENTRY` to November 2011."""
SENSITIVITY: Mapping[SourceClass, float] = {
    SourceClass.NDI: 0.985,
    SourceClass.STATE_FILE: 0.985,
    SourceClass.CHART: 1.0,
    SourceClass.CLAIMS: 0.96,
    SourceClass.PHONE: 1.0,
    SourceClass.OBITUARY: 0.30,
}
"""Share of the deaths inside its window that a source shows."""


@dataclass(frozen=True, slots=True)
class CenterPlan:
    """An invented center and what is planted there.

    Attributes:
        code, name, city, country, time_zone: as `centers.json` lists them.
        share: of all subjects.
        log_hazard: difference of its baseline hazard of death to the first center's.
        hazard_ratio: of death, small infarct against none, at equal age, sex and diabetes.
        age_shift: years by which its patients are older.
        known: item (or `vital_status`) -> share that is known; others see `missingness`.
        asked: source class -> share of subjects with known vital status for whom it was asked.
        scanners: vendor codes by falling frequency.
        share_3t: of exams at 3 T.
    """

    code: str
    name: str
    city: str
    country: str
    time_zone: str
    share: float
    log_hazard: float
    hazard_ratio: float
    age_shift: float
    known: Mapping[str, float]
    asked: Mapping[SourceClass, float]
    scanners: tuple[str, ...]
    share_3t: float


_NORTHBRIDGE = CenterPlan(
    code="northbridge",
    name="Northbridge Heart Center",
    city="Northbridge",
    country="US",
    time_zone="America/New_York",
    share=0.40,
    log_hazard=0.0,
    hazard_ratio=1.9,
    age_shift=0.0,
    known={"sex": 0.97, "race": 0.75, "gbca_agent": 0.55, "indication_primary": 0.92, "vital_status": 0.93},
    asked={
        SourceClass.NDI: 0.85,
        SourceClass.STATE_FILE: 0.60,
        SourceClass.CHART: 0.97,
        SourceClass.CLAIMS: 0.30,
        SourceClass.PHONE: 0.25,
        SourceClass.OBITUARY: 0.50,
        SourceClass.DMF: 0.90,
    },
    scanners=("1", "3"),
    share_3t=0.35,
)
_SEEHAFEN = CenterPlan(
    code="seehafen",
    name="Klinikum Seehafen",
    city="Seehafen",
    country="DE",
    time_zone="Europe/Berlin",
    share=0.35,
    log_hazard=0.20,
    hazard_ratio=1.0,
    age_shift=1.5,
    known={"sex": 0.90, "race": 0.45, "gbca_agent": 0.75, "indication_primary": 0.78, "vital_status": 0.78},
    asked={
        SourceClass.STATE_FILE: 0.90,
        SourceClass.CHART: 0.95,
        SourceClass.CLAIMS: 0.30,
        SourceClass.PHONE: 0.35,
    },
    scanners=("2", "1"),
    share_3t=0.20,
)
_KAURI = CenterPlan(
    code="kauri",
    name="Kauri Coast Hospital",
    city="Kauri Coast",
    country="NZ",
    time_zone="Pacific/Auckland",
    share=0.25,
    log_hazard=-0.15,
    hazard_ratio=1.9,
    age_shift=-2.1,
    known={"sex": 0.95, "race": 0.70, "gbca_agent": 0.52, "indication_primary": 0.84, "vital_status": 0.86},
    asked={
        SourceClass.NDI: 0.88,
        SourceClass.STATE_FILE: 0.15,
        SourceClass.CHART: 0.95,
        SourceClass.PHONE: 0.30,
    },
    scanners=("1", "2", "3"),
    share_3t=0.30,
)
DEFAULT_CENTERS = (_NORTHBRIDGE, _SEEHAFEN, _KAURI)
"""The second center's readers call an infarct where none matters: its planted hazard ratio is 1."""

_FURTHER_TOWNS = (
    "Aldermoor", "Brightwater", "Copperfield", "Dunmarsh", "Eastmere", "Fallowdale", "Glenharrow", "Highmoor",
    "Ironbridge Bay", "Jadewater", "Kestrel Point", "Larkhaven", "Millwater", "Novabrook", "Oldhaven",
    "Pinecrest Falls", "Quarrydale",
)  # fmt: skip
MOST_CENTERS = len(DEFAULT_CENTERS) + len(_FURTHER_TOWNS)


def center_plans(number: int) -> tuple[CenterPlan, ...]:
    """The first `number` invented centers, shares summing to 1; beyond three the plans repeat under new names.

    Raises:
        CohortSizeError: fewer than 1 or more than `MOST_CENTERS`.
    """
    if not 1 <= number <= MOST_CENTERS:
        raise CohortSizeError(f"A cohort has 1 to {MOST_CENTERS} centers.")
    chosen = [_nth(i) for i in range(number)]
    total = math.fsum(plan.share for plan in chosen)
    return tuple(dataclasses.replace(plan, share=plan.share / total) for plan in chosen)


def subjects_per_center(plans: tuple[CenterPlan, ...], subjects: int) -> tuple[int, ...]:
    """Whole numbers of subjects by the centers' shares, summing to `subjects`."""
    bounds = [0.0]
    for plan in plans:
        bounds.append(bounds[-1] + plan.share)
    edges = [round(bound / bounds[-1] * subjects) for bound in bounds]
    return tuple(b - a for a, b in itertools.pairwise(edges))


def _nth(number: int) -> CenterPlan:
    model = DEFAULT_CENTERS[number % len(DEFAULT_CENTERS)]
    if number < len(DEFAULT_CENTERS):
        return model
    town = _FURTHER_TOWNS[number - len(DEFAULT_CENTERS)]
    code = town.lower().replace(" ", "-")
    return dataclasses.replace(model, code=code, name=f"{town} Hospital", city=town)
