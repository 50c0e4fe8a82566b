"""What is planted in a cohort, in one document: everything that an analysis of it should find."""

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np

from cmr_dictionary import load
from cmr_exchange.censoring import RULE
from cmr_testkit.cohort.columns import Flags
from cmr_testkit.cohort.making import Cohort
from cmr_testkit.cohort.plan import (
    CHART_KNOWS_LATER_DEATH,
    DAYS_PER_YEAR,
    DMF_SENSITIVITY,
    INFARCT_PREVALENCE,
    LOG_HAZARD_DIABETES,
    LOG_HAZARD_MALE,
    LOG_HAZARD_PER_DECADE,
    SENSITIVITY,
    SHAPE,
)
from cmr_testkit.cohort.study import NORMAL_EF_PCT, StudyGroup, expected_hazard_ratio, study_group

LABEL = "SYNTHETIC: invented people, computed numbers"
YEARS = (1, 5, 10)
MOST_SUBSETS = 4
"""Up to this number of centers the expected answer is given for every choice of centers."""


def truth_of(cohort: Cohort) -> dict[str, Any]:
    """Everything planted, as JSON values; hazard ratios are of death, small infarct against none."""
    group = study_group(cohort)
    return {
        "label": LABEL,
        "seed": cohort.seed,
        "dictionary_version": load().version,
        "censoring_rule": RULE,
        "subjects": cohort.people.subjects,
        "exams": cohort.exams.rows,
        "study_group": _group(group),
        "hazard": {
            "model": "Weibull, proportional; stratified by center, adjusted for age, sex and diabetes",
            "shape": SHAPE,
            "log_hazard": {
                "per_decade_of_age": LOG_HAZARD_PER_DECADE,
                "male": LOG_HAZARD_MALE,
                "diabetes": LOG_HAZARD_DIABETES,
            },
            "no_other_effect_in_the_study_group": True,
        },
        "centers": [_center(cohort, group, position) for position in range(len(cohort.plans))],
        "expected_hazard_ratio": list(_expected(cohort, group)),
        "survival": _survival(cohort, group),
        "sources": {
            "sensitivity": {source.value: share for source, share in SENSITIVITY.items()},
            "dmf_sensitivity": DMF_SENSITIVITY,
            "chart_knows_death_after_its_window": CHART_KNOWS_LATER_DEATH,
            "watches_the_living": "ndi, state_file, chart, claims, phone; windows do not depend on death",
        },
        "completeness": {
            name: float(np.round(cohort.sheet[name].present.mean(), 4))
            for name in sorted(cohort.sheet.columns)
        },
    }


def _group(group: StudyGroup) -> dict[str, Any]:
    return {
        "cut": f"first exam, LVEF >= {NORMAL_EF_PCT:g} %, all segments normal at rest, LGE done",
        "subjects": len(group.subject),
        "with_small_infarct": int(group.has_infarct.sum()),
        "planted_prevalence": INFARCT_PREVALENCE,
        "in_adjusted_model": int(group.analyzed.sum()),
        "deaths_counted": int(group.died.sum()),
    }


def _center(cohort: Cohort, group: StudyGroup, position: int) -> dict[str, Any]:
    plan = cohort.plans[position]
    here = group.center == position
    return {
        "code": plan.code,
        "subjects": int((cohort.people.center == position).sum()),
        "study_group": int(here.sum()),
        "with_small_infarct": int(group.has_infarct[here].sum()),
        "log_hazard_difference": plan.log_hazard,
        "hazard_ratio": plan.hazard_ratio,
        "known": dict(plan.known),
        "asked": {source.value: share for source, share in plan.asked.items()},
    }


def _expected(cohort: Cohort, group: StudyGroup) -> Iterator[dict[str, Any]]:
    """The answer that the plant predicts when these centers are pooled, adjusted and crude."""
    every = range(len(cohort.plans))
    sizes = range(1, len(cohort.plans) + 1) if len(every) <= MOST_SUBSETS else (len(every) - 1, len(every))
    for size in sizes:
        for chosen in itertools.combinations(every, size):
            yield {
                "centers": [cohort.plans[position].code for position in chosen],
                "adjusted": round(expected_hazard_ratio(cohort, group, chosen), 3),
                "crude": round(expected_hazard_ratio(cohort, group, chosen, is_adjusted=False), 3),
            }


def _survival(cohort: Cohort, group: StudyGroup) -> dict[str, Any]:
    """Planted chance to live from the first exam on, and the share that truly did, whoever knows of it."""
    members = np.zeros(cohort.people.subjects, bool)
    members[group.subject] = True
    infarct = np.zeros_like(members)
    infarct[group.subject[group.has_infarct]] = True
    chosen: dict[str, Flags] = {
        "overall": np.ones_like(members),
        "study_group": members,
        "study_group_with_infarct": infarct,
        "study_group_without": members & ~infarct,
    }
    return {
        name: {
            f"{years}_years": {
                "planted": round(float(cohort.deaths.survival(years * DAYS_PER_YEAR)[rows].mean()), 4),
                "realized": round(float((cohort.deaths.day[rows] > years * DAYS_PER_YEAR).mean()), 4),
            }
            for years in YEARS
        }
        for name, rows in chosen.items()
    }
