"""Study templates: the cohorts of the five published projects as questions to start from.

Titles are quoted from the registry's public page; no result of these projects is in here, and a template is a place
to start, not their protocol.
"""

import functools
from dataclasses import dataclass
from typing import Any

from cmr_registry.cohorts.query import CohortQuery


@dataclass(frozen=True, slots=True)
class StudyTemplate:
    """A cohort to start from.

    Attributes:
        name: stable, in addresses.
        title: of the published project.
        citation: principal investigators and institutions, as published.
        query: the question.
    """

    name: str
    title: str
    citation: str
    query: CohortQuery


def _item(name: str, op: str, value: Any = None) -> dict[str, Any]:
    return {"item": name, "op": op} if value is None else {"item": name, "op": op, "value": value}


_MODERATE_AR = _item("echo_ar_grade", "in", ["2", "3", "4"])
_ROWS: tuple[tuple[str, str, str, list[tuple[str, bool, dict[str, Any]]]], ...] = (
    (
        "ar-sex-remodeling",
        "Sex-based Differences in Left Ventricular Remodeling in Patients with Chronic Aortic Regurgitation",
        "Kwon, Cleveland Clinic",
        [
            ("At least moderate aortic regurgitation by echo", True, _MODERATE_AR),
            ("Echo within 90 days", True, _item("echo_offset_days", "between", [-90, 90])),
            ("Cine images", True, {"series": "cine", "at_least": 1}),
        ],
    ),
    (
        "small-infarcts",
        "Prevalence and Prognostic Significance of Small Myocardial Infarcts Detected by CMR in 18,000 Patients with"
        " Normal Contractile Function: A Multicenter Study with Ten Years of Follow-up",
        "Kim, Duke",
        [
            ("Normal ejection fraction", True, _item("lv_ef_pct", ">=", 55)),
            ("All segments contract normally", True, _item("wm_rest_all_normal", "=", True)),
            ("Late enhancement was imaged", True, _item("lge_performed", "=", True)),
        ],
    ),
    (
        "ar-scar",
        "CMR to Assess Impact of Aortic Regurgitation and Myocardial Scar on Clinical Outcomes: AR SCAR"
        " Multicenter Study",
        "Shah, Malahfji, Houston Methodist",
        [
            ("At least moderate aortic regurgitation by echo", True, _MODERATE_AR),
            ("Late enhancement was imaged", True, _item("lge_performed", "=", True)),
            (
                "Valve replaced within 30 days",
                False,
                {"event": "aortic_valve_replacement", "from": 0, "through": 30, "happened": True},
            ),
        ],
    ),
    (
        "fallot-atlas",
        "Tetralogy of Fallot Biventricular Shape Atlas",
        "Campbell, Duke; Young, King's College London",
        [
            ("Repaired tetralogy of Fallot", True, _item("tof", "=", True)),
            ("Short-axis cine images", True, {"series": "cine", "at_least": 1, "view": "sax"}),
        ],
    ),
    (
        "amyloid-subtype",
        "Neural Network CMR Model to Predict Cardiac Amyloid Subtype",
        "Slivnick, Zareba, Ohio State",
        [
            ("AL or ATTR amyloid", True, _item("amyloid_status", "in", ["1", "2", "3"])),
            ("The basis of the label is known", True, _item("amyloid_reference", "known")),
            ("Cine and late enhancement images", True, {"all": [{"series": "cine"}, {"series": "lge"}]}),
        ],
    ),
)


@functools.cache
def study_templates() -> tuple[StudyTemplate, ...]:
    """All templates, in the order of publication."""
    return tuple(
        StudyTemplate(name, title, citation, CohortQuery.from_document(_document(steps)))
        for name, title, citation, steps in _ROWS
    )


def study_find(name: str) -> StudyTemplate | None:
    """The template of this name."""
    return next((study for study in study_templates() if study.name == name), None)


def _document(steps: list[tuple[str, bool, dict[str, Any]]]) -> dict[str, Any]:
    rows = [{"label": label, "include": include, "where": where} for label, include, where in steps]
    return {"version": 1, "index": "first", "steps": rows, "min_follow_up_days": None}
