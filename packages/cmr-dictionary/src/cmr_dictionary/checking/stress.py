"""Checks of contrast, stress, perfusion and sedation: agents, doses and results belong together (cmr.md section 2)."""

from collections.abc import Iterator

from cmr_dictionary.checking.case import ADULT, Case
from cmr_dictionary.checking.problem import Mender
from cmr_dictionary.checking.rule import Hit, Words, across, bad, good
from cmr_dictionary.segments import SEGMENTS

MOLAR = {
    "1": 1.0, "2": 0.5, "3": 0.5, "4": 0.5, "5": 0.5, "6": 0.5, "7": 0.5, "8": 0.25, "9": 0.5, "10": 0.25,
}  # fmt: skip
"""Code of `gbca_agent` -> mmol in 1 mL as it is sold; ferumoxytol is dosed by iron and has none."""
DOSE_TOLERANCE = 0.25
"""Share by which the dose per weight and the volume may disagree (weights are rounded, syringes are not emptied)."""
DOSES = {
    ("1", "1"): (70.0, 250.0),
    ("2", "2"): (0.2, 0.8),
    ("3", "1"): (100.0, 210.0),
    ("3", "3"): (0.4, 1.0),
    ("4", "1"): (2.5, 50.0),
    ("5", "1"): (100.0, 400.0),
}
"""Agent and unit of stress -> usual doses (adenosine 140 ug/kg/min, regadenoson 0.4 mg, dobutamine up to 40)."""
AGENT_KINDS = {"1": "1", "2": "1", "3": "1", "5": "1", "4": "2"}
"""Code of `stress_agent` -> code of `stress_performed`."""
RISKY_GROUPS, LOW_EGFR = frozenset({1, 3}), 30.0
DEEP = frozenset({"3", "4"})
PERFUSION_STRESS, PERFUSION_REST = "3", "4"
VASODILATOR = {"stress_performed": "1", "stress_agent": "1"}


@across(
    Words(
        "contrast-dose",
        "Contrast dose against volume and weight",
        "Dose per kg = volume x concentration of the agent / weight, within a quarter.",
    ),
    good({"gbca_agent": "1", "gbca_dose_mmol_kg": 0.1, "gbca_volume_ml": 8, "weight_kg": 80}),
    bad(
        {"gbca_agent": "1", "gbca_dose_mmol_kg": 0.1, "gbca_volume_ml": 16, "weight_kg": 80}, "gbca_volume_ml"
    ),
    reads=("gbca_volume_ml",),
    who=Mender.COORDINATOR,
)
def contrast_dose(case: Case) -> Iterator[Hit]:
    """Dose and volume agree for the weight."""
    dose, volume = case.number("gbca_dose_mmol_kg"), case.number("gbca_volume_ml")
    weight, molar = case.number("weight_kg"), MOLAR.get(case.code("gbca_agent"))
    if not dose or volume is None or not weight or molar is None:
        return
    if abs(volume * molar / weight - dose) > DOSE_TOLERANCE * dose:
        yield "gbca_volume_ml", "Volume, weight and dose of contrast do not belong together; please confirm."


@across(
    Words(
        "contrast-group",
        "Contrast agent against its group and class",
        "The agent decides its ACR group of NSF risk and whether it is linear or macrocyclic.",
    ),
    good({"gbca_given": 1, "gbca_agent": "1", "gbca_group": 2, "gbca_class": "macrocyclic"}),
    bad({"gbca_given": 1, "gbca_agent": "1", "gbca_group": 1}, "gbca_group"),
    bad({"gbca_given": 1, "gbca_agent": "6", "gbca_class": "macrocyclic"}, "gbca_class"),
    reads=("gbca_group", "gbca_class"),
    who=Mender.COORDINATOR,
)
def contrast_group(case: Case) -> Iterator[Hit]:
    """Stated group and class are those of the agent."""
    for name in ("gbca_group", "gbca_class"):
        stated, known = case.code(name), case.derived.get(name)
        if stated and known is not None and stated != str(known):
            yield name, "This agent belongs to another group; please confirm."


@across(
    Words(
        "contrast-kidney",
        "Contrast agent against renal function",
        "Agents of groups I and III are avoided below an eGFR of 30 because of nephrogenic systemic fibrosis.",
    ),
    good({"gbca_given": 1, "gbca_agent": "1", "egfr_ml_min_173m2": 22, "renal_lab_offset_days": -1}),
    bad(
        {"gbca_given": 1, "gbca_agent": "6", "egfr_ml_min_173m2": 22, "renal_lab_offset_days": -1},
        "gbca_agent",
    ),
    reads=("gbca_agent",),
    who=Mender.COORDINATOR,
)
def contrast_kidney(case: Case) -> Iterator[Hit]:
    """No agent of group I or III below an eGFR of 30."""
    renal = case.number("egfr_ml_min_173m2")
    if renal is not None and renal < LOW_EGFR and case.derived.get("gbca_group") in RISKY_GROUPS:
        yield "gbca_agent", "This agent is avoided at such a renal function; please confirm both."


@across(
    Words(
        "stress-dose",
        "Stress dose against agent and unit",
        "Each agent is dosed in its unit and within a known span; 140 mg of adenosine is a mistaken unit.",
    ),
    good(VASODILATOR | {"stress_dose": 140, "stress_dose_unit": "1"}),
    bad(VASODILATOR | {"stress_dose": 140, "stress_dose_unit": "2"}, "stress_dose_unit"),
    bad(
        {"stress_performed": "1", "stress_agent": "2", "stress_dose": 4, "stress_dose_unit": "2"},
        "stress_dose",
    ),
    reads=("stress_dose",),
    who=Mender.COORDINATOR,
)
def stress_dose(case: Case) -> Iterator[Hit]:
    """Dose within the span of its agent and unit."""
    agent, unit, dose = case.code("stress_agent"), case.code("stress_dose_unit"), case.number("stress_dose")
    if not agent or not unit or dose is None:
        return
    span = DOSES.get((agent, unit))
    if span is None:
        yield "stress_dose_unit", "This agent is not dosed in this unit; please confirm."
    elif not span[0] <= dose <= span[1]:
        yield "stress_dose", "The dose is unusual for this agent; please confirm it and its unit."


@across(
    Words(
        "stress-agent",
        "Stress agent against kind of stress",
        "Dobutamine is no vasodilator, and a vasodilator is no dobutamine.",
    ),
    good(VASODILATOR),
    bad({"stress_performed": "1", "stress_agent": "4"}, "stress_agent"),
    reads=("stress_agent",),
    who=Mender.COORDINATOR,
)
def stress_agent(case: Case) -> Iterator[Hit]:
    """Agent and kind of stress agree."""
    kind, agent = case.code("stress_performed"), case.code("stress_agent")
    if kind in ("1", "2") and agent and AGENT_KINDS.get(agent) != kind:
        yield "stress_agent", "The agent does not belong to this kind of stress."


@across(
    Words(
        "stress-heart-rate",
        "Heart rate under stress against rest",
        "Under adequate stress the heart beats faster than at rest.",
    ),
    good(VASODILATOR | {"heart_rate_bpm": 66, "stress_hr_peak_bpm": 88}),
    bad(VASODILATOR | {"heart_rate_bpm": 88, "stress_hr_peak_bpm": 66}, "stress_hr_peak_bpm"),
    reads=("stress_hr_peak_bpm",),
)
def stress_heart_rate(case: Case) -> Iterator[Hit]:
    """Peak heart rate not below that at rest."""
    rest, peak = case.number("heart_rate_bpm"), case.number("stress_hr_peak_bpm")
    if rest is not None and peak is not None and peak < rest:
        yield "stress_hr_peak_bpm", "The heart beats slower under stress than at rest; please confirm."


@across(
    Words(
        "perfusion-segments",
        "Perfusion defect against its segments",
        "A defect is in at least one segment, and where no defect is seen no segment has one.",
    ),
    good(VASODILATOR | {"perf_defect": "1", "perf_stress_04": "2"}),
    bad(VASODILATOR | {"perf_defect": "0", "perf_stress_04": "2"}, "perf_defect"),
    bad(
        VASODILATOR | {"perf_defect": "1", **{f"perf_stress_{n}": "0" for n in SEGMENTS[:16]}}, "perf_defect"
    ),
    reads=("perf_defect",),
)
def perfusion_segments(case: Case) -> Iterator[Hit]:
    """Defect and segments agree."""
    defect = case.code("perf_defect")
    grades = [case.code(f"perf_stress_{n}") for n in SEGMENTS]
    has_defect = any(grade in ("1", "2", "3") for grade in grades)
    if defect == "0" and has_defect:
        yield "perf_defect", "No perfusion defect is stated, but segments show one."
    if defect in ("1", "2", "3") and not has_defect and "" not in grades[:16]:
        yield "perf_defect", "A perfusion defect is stated, but no segment shows one."


@across(
    Words(
        "perfusion-list",
        "Perfusion against the sequences performed",
        "Perfusion is read from stress or rest perfusion images; the list of sequences must name them.",
    ),
    good(VASODILATOR | {"perf_defect": "0", "seq_performed": ["1", "3"]}),
    bad(VASODILATOR | {"perf_defect": "0", "seq_performed": ["1", "2"]}, "seq_performed"),
    reads=("perf_defect", "perf_mbf_stress_ml_min_g", "perf_mbf_rest_ml_min_g"),
)
def perfusion_list(case: Case) -> Iterator[Hit]:
    """Results of perfusion only where the list of sequences names perfusion."""
    listed = case.codes("seq_performed")
    if listed and not listed & {PERFUSION_STRESS, PERFUSION_REST}:
        yield "seq_performed", "Perfusion is reported, but the list of sequences does not name it."


@across(
    Words(
        "stress-list",
        "Stress perfusion in the list against stress",
        "Stress perfusion images need stress.",
    ),
    good({"stress_performed": "1", "seq_performed": ["1", "3"]}),
    bad({"stress_performed": "0", "seq_performed": ["1", "3"]}, "stress_performed"),
    reads=("stress_performed",),
)
def stress_list(case: Case) -> Iterator[Hit]:
    """No stress perfusion without stress."""
    if case.code("stress_performed") == "0" and PERFUSION_STRESS in case.codes("seq_performed"):
        yield "stress_performed", "Stress perfusion is listed, but no stress is stated."


@across(
    Words(
        "blood-flow",
        "Myocardial blood flow under stress against rest",
        "A vasodilator raises myocardial blood flow; lower flow under stress is a swap.",
    ),
    good(VASODILATOR | {"perf_mbf_stress_ml_min_g": 2.4, "perf_mbf_rest_ml_min_g": 0.9}),
    bad(
        VASODILATOR | {"perf_mbf_stress_ml_min_g": 0.9, "perf_mbf_rest_ml_min_g": 2.4},
        "perf_mbf_stress_ml_min_g",
    ),
    reads=("perf_mbf_stress_ml_min_g",),
)
def blood_flow(case: Case) -> Iterator[Hit]:
    """MBF under stress not below that at rest."""
    stress, rest = case.number("perf_mbf_stress_ml_min_g"), case.number("perf_mbf_rest_ml_min_g")
    if stress is not None and rest is not None and stress < rest:
        yield "perf_mbf_stress_ml_min_g", "Blood flow under stress is below that at rest; please confirm."


@across(
    Words(
        "sedation-age",
        "Sedation against age",
        "Adults are hardly ever scanned in deep sedation or anesthesia; often the code is mistaken.",
    ),
    good({"sedation": "4", "age_at_exam_years": 3}),
    bad({"sedation": "4", "age_at_exam_years": 61}, "sedation"),
    reads=("sedation",),
    who=Mender.COORDINATOR,
)
def sedation(case: Case) -> Iterator[Hit]:
    """No deep sedation of adults without a question."""
    age = case.number("age_at_exam_years")
    if case.code("sedation") in DEEP and age is not None and age >= ADULT:
        yield "sedation", "Deep sedation of an adult is rare; please confirm."


@across(
    Words(
        "contrast-reaction",
        "Contrast reaction against contrast",
        "A reaction to contrast needs contrast.",
    ),
    good({"adverse_event": 1, "ae_type": ["1"], "gbca_given": 1}),
    bad({"adverse_event": 1, "ae_type": ["2"], "gbca_given": 0}, "ae_type"),
    reads=("ae_type",),
    who=Mender.COORDINATOR,
)
def adverse_event(case: Case) -> Iterator[Hit]:
    """No contrast reaction without contrast."""
    if case.code("gbca_given") == "0" and case.codes("ae_type") & {"1", "2", "3"}:
        yield "ae_type", "A reaction to contrast is stated, but no contrast was given."


@across(
    Words(
        "sedation-event",
        "Event under sedation against adverse events",
        "An event under sedation is an adverse event of the exam.",
    ),
    good({"adverse_event": 1, "sedation_event": 1}),
    bad({"adverse_event": 0, "sedation_event": 1}, "adverse_event"),
    reads=("adverse_event",),
    who=Mender.COORDINATOR,
)
def sedation_event(case: Case) -> Iterator[Hit]:
    """No event under sedation without an adverse event."""
    if case.code("adverse_event") == "0" and case.code("sedation_event") == "1":
        yield "adverse_event", "An event under sedation is stated, but no adverse event."


STRESS_CHECKS = (
    contrast_dose, contrast_group, contrast_kidney, stress_dose, stress_agent, stress_heart_rate, perfusion_segments,
    perfusion_list, stress_list, blood_flow, sedation, sedation_event, adverse_event,
)  # fmt: skip
"""All checks of this module, in the order in which problems are told."""
