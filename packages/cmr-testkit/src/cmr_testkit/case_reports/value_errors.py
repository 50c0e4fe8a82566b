"""Errors of one value: mistyped, in another unit, of no list, or of a column that must not leave."""

import random

from cmr_testkit.case_reports.exam import ReportedExam
from cmr_testkit.case_reports.plant import Plant, needs, states


def _height_in_inches(exam: ReportedExam, rng: random.Random) -> None:
    exam.values["height_cm"] = round(exam.values["height_cm"] / 2.54, 1)


def _volume_ten_times(exam: ReportedExam, rng: random.Random) -> None:
    exam.values["lv_edv_ml"] *= 10


def _sequence_twice(exam: ReportedExam, rng: random.Random) -> None:
    exam.values["seq_performed"] = [*exam.values["seq_performed"], "1"]


def _list_as_text(exam: ReportedExam, rng: random.Random) -> None:
    exam.values["seq_performed"] = ";".join(exam.values["seq_performed"])


VALUE_ERRORS = (
    Plant(
        "decimal point lost",
        "outside-range",
        "lv_edv_ml",
        lambda e: e.values["lv_edv_ml"] > 95,
        _volume_ten_times,
    ),
    Plant(
        "creatinine in umol/L", "outside-range", "creatinine_mg_dl", needs(), states(creatinine_mg_dl=88.0)
    ),
    Plant("height in inches", "unusual-value", "height_cm", needs(), _height_in_inches),
    Plant("code of no list", "not-in-list", "rhythm", needs(), states(rhythm="77")),
    Plant("unit in a number", "not-a-number", "heart_rate_bpm", needs(), states(heart_rate_bpm="72 bpm")),
    Plant("half a slice", "not-a-whole-number", "sax_n_slices", needs(), states(sax_n_slices=11.5)),
    Plant("column of another name", "unknown-item", "lvef", needs(), states(lvef=55)),
    Plant("local number", "stays-at-center", "local_mrn", needs(), states(local_mrn="synthetic")),
    Plant(
        "name in a scheme",
        "no-word-of-technique",
        "t1_scheme",
        needs("t1_scheme"),
        states(t1_scheme="as Dr. X says"),
    ),
    Plant("short ICD-10 code", "icd10-length", "indication_icd10", needs(), states(indication_icd10="I4")),
    Plant("answer twice", "code-twice", "seq_performed", needs(), _sequence_twice),
    Plant("list as text", "not-a-list", "seq_performed", needs(), _list_as_text),
    Plant("neither yes nor no", "not-yes-or-no", "hx_htn", needs(), states(hx_htn=2)),
    Plant("none and some", "none-and-some", "meds", needs(), states(meds=["0", "9"])),
)
"""All kinds of this module."""
