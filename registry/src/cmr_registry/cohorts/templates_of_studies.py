"""Cohorts of five published registry projects as study templates: a question to start from, nothing more.

Titles and groups are those that the registry's public page of about 2020 lists (registry.md section 6); how a cohort is
asked for is our reading of the method papers named as sources. No template claims anything about those projects.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from cmr_registry.cohorts.query import CohortQuery


@dataclass(frozen=True, slots=True)
class StudyTemplate:
    """A cohort to start from.

    Attributes:
        key: name in addresses.
        title: as published.
        source: where the title and the method were published.
        note: what the question leaves open.
        document: the question, JSON.
    """

    key: str
    title: str
    source: str
    note: str
    document: Mapping[str, Any]

    def query(self) -> CohortQuery:
        """The question."""
        return CohortQuery.from_document(self.document)


def _item(name: str, op: str, value: Any = None) -> dict[str, Any]:
    asked = {"item": name, "op": op}
    return asked if value is None else {**asked, "value": value}


def _step(label: str, *parts: dict[str, Any], include: bool = True) -> dict[str, Any]:
    where = parts[0] if len(parts) == 1 else {"all": list(parts)}
    return {"label": label, "include": include, "where": where}


def _question(*steps: dict[str, Any], min_follow_up_days: int | None = None) -> Mapping[str, Any]:
    return MappingProxyType(
        {"version": 1, "index": "first", "steps": list(steps), "min_follow_up_days": min_follow_up_days}
    )


def _series(kind: str, at_least: int = 1) -> dict[str, Any]:
    return {"series": kind, "at_least": at_least}


REGISTRY_PAGE = "Title: SCMR Registry, active projects (scmr.org/page/Registry)."
MODERATE_BY_ECHO = _item("echo_ar_grade", "in", ["2", "3", "4"])
MODERATE_BY_CMR = _item("valve_ar_grade", "in", ["2", "3"])
NORMAL_EJECTION_FRACTION = {
    "any": [
        _item("lv_ef_pct", ">=", 55),
        {"all": [_item("lv_ef_pct", "missing"), _item("lv_ef_reported_pct", ">=", 55)]},
    ]
}

STUDY_TEMPLATES: tuple[StudyTemplate, ...] = (
    StudyTemplate(
        key="ar-remodeling",
        title=(
            "Sex-based Differences in Left Ventricular Remodeling in Patients with Chronic Aortic Regurgitation"
        ),
        source=f"{REGISTRY_PAGE} Method: Tower-Rader et al., J Cardiovasc Magn Reson 2022;24, "
        "doi 10.1186/s12968-022-00845-5.",
        note="Whether the regurgitation is chronic is not an item; acute cases must be left out by hand.",
        document=_question(
            _step(
                "At least moderate aortic regurgitation by echo within 90 days",
                MODERATE_BY_ECHO,
                _item("echo_offset_days", "between", [-90, 90]),
            ),
            _step("Sex known", _item("sex", "known")),
            _step("Cine and flow series", _series("cine"), _series("flow_pc")),
        ),
    ),
    StudyTemplate(
        key="small-infarcts",
        title=(
            "Prevalence and Prognostic Significance of Small Myocardial Infarcts Detected by CMR in 18,000 Patients"
            " with Normal Contractile Function: A Multicenter Study with Ten Years of Follow-up"
        ),
        source=f"{REGISTRY_PAGE} Neighbor: Kim et al., PLoS Med 2009 (PMC2661255).",
        note="Follow-up is asked to exist, not to last ten years: a minimum would leave out who is still watched.",
        document=_question(
            _step("Normal ejection fraction", NORMAL_EJECTION_FRACTION),
            _step("All segments move normally at rest", _item("wm_rest_all_normal", "=", True)),
            _step("Late gadolinium enhancement performed", _item("lge_performed", "=", True)),
            min_follow_up_days=1,
        ),
    ),
    StudyTemplate(
        key="ar-scar",
        title=(
            "CMR to Assess Impact of Aortic Regurgitation and Myocardial Scar on Clinical Outcomes: AR SCAR"
            " Multicenter Study"
        ),
        source=f"{REGISTRY_PAGE} Method: J Am Heart Assoc 2020, doi 10.1161/JAHA.120.018731.",
        note="Valve surgery later than 30 days is an event of the release, to be used as time-varying.",
        document=_question(
            _step("At least moderate aortic regurgitation", {"any": [MODERATE_BY_CMR, MODERATE_BY_ECHO]}),
            _step("Late gadolinium enhancement performed", _item("lge_performed", "=", True)),
            _step(
                "Aortic valve replacement within 30 days",
                {"event": "aortic_valve_replacement", "from": 0, "through": 30, "happened": True},
                include=False,
            ),
            min_follow_up_days=1,
        ),
    ),
    StudyTemplate(
        key="tof-atlas",
        title="Tetralogy of Fallot Biventricular Shape Atlas",
        source=f"{REGISTRY_PAGE} Method: Mauger et al., J Cardiovasc Magn Reson 2021;23:105.",
        note="Children are included from one month of age; the application must say so.",
        document=_question(
            _step("Repaired tetralogy of Fallot", _item("tof", "=", True), _item("tof_repair_type", "known")),
            _step(
                "Cine stack and long axes",
                {"series": "cine", "at_least": 1, "view": "sax"},
                _series("cine", 4),
            ),
        ),
    ),
    StudyTemplate(
        key="amyloid-subtype",
        title="Neural Network CMR Model to Predict Cardiac Amyloid Subtype",
        source=f"{REGISTRY_PAGE} Method: Martini et al., J Cardiovasc Magn Reson 2020;22:84.",
        note="The basis of the label is asked to be known; which basis counts is the applicant's choice.",
        document=_question(
            _step("AL or ATTR amyloid", _item("amyloid_status", "in", ["1", "2", "3"])),
            _step("Basis of the label known", _item("amyloid_reference", "known")),
            _step("Cine and late enhancement series", _series("cine"), _series("lge")),
        ),
    ),
)


def study_template(key: str) -> StudyTemplate | None:
    """The template with this key."""
    return next((template for template in STUDY_TEMPLATES if template.key == key), None)
