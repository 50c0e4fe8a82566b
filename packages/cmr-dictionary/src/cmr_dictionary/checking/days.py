"""Checks of time: days against the age, the order of exams, a history that goes lost, the same exam twice (R14)."""

from collections.abc import Iterator

from cmr_dictionary.checking.case import Case
from cmr_dictionary.checking.fingerprints import LASTING, LEAST_MEASUREMENTS, fingerprint, lasting_history
from cmr_dictionary.checking.problem import Mender, OtherExam, Severity, Surroundings
from cmr_dictionary.checking.rule import Hit, Words, across, bad, good
from cmr_dictionary.errors import RejectReason

OFFSETS = (
    "renal_lab_offset_days", "echo_offset_days", "ecg_offset_days", "exercise_offset_days", "tof_pvr_offset_days",
    "amyloid_dx_offset_days",
)  # fmt: skip
"""Days of events, counted from the exam."""
YEAR_DAYS, OLDEST = 365.25, 90.0
AGE_YEARS = 1.0
"""By how much ages may be off: they are whole years, and top-coded at 90."""
REPORT = {"lv_edv_ml": 150, "lv_esv_ml": 60, "lv_mass_g": 110, "rv_edv_ml": 160}
AGAIN = Surroundings(day=400, other_exams=(OtherExam(30, fingerprint(REPORT)),))
LATER = Surroundings(day=400, other_exams=(OtherExam(30, "", frozenset({"hx_prior_mi"})),))


@across(
    Words(
        "before-birth",
        "A day before birth",
        "An event lies further before the exam than the person is old; often a year is mistaken.",
    ),
    good({"age_at_exam_years": 40, "tof_pvr_offset_days": -3650, "tof": 1}),
    bad({"age_at_exam_years": 6, "tof_pvr_offset_days": -3650, "tof": 1}, "tof_pvr_offset_days"),
    reads=OFFSETS,
    code=RejectReason.DAY_ORDER,
    severity=Severity.REJECT,
    who=Mender.COORDINATOR,
)
def before_birth(case: Case) -> Iterator[Hit]:
    """No event before birth; an age of 90 may be any age above."""
    age = case.number("age_at_exam_years")
    if age is None or age >= OLDEST:
        return
    for name in OFFSETS:
        offset = case.number(name)
        if offset is not None and -offset > (age + AGE_YEARS) * YEAR_DAYS:
            yield name, "The day lies before the person was born."


@across(
    Words(
        "repair-after-exam",
        "Repair older than the person",
        "A repair that was done before the exam was done at a younger age.",
    ),
    good({"tof": 1, "age_at_exam_years": 24, "tof_repair_age_years": 1}),
    bad({"tof": 1, "age_at_exam_years": 24, "tof_repair_age_years": 32}, "tof_repair_age_years"),
    reads=("tof_repair_age_years",),
    code=RejectReason.DAY_ORDER,
    severity=Severity.REJECT,
    who=Mender.COORDINATOR,
)
def repair(case: Case) -> Iterator[Hit]:
    """Age at repair not above age at the exam."""
    age, repaired = case.number("age_at_exam_years"), case.number("tof_repair_age_years")
    if age is not None and repaired is not None and repaired > age + AGE_YEARS:
        yield "tof_repair_age_years", "The repair is said to be later than the exam."


@across(
    Words(
        "valve-before-repair",
        "Pulmonary valve against repair and history",
        "The pulmonary valve is replaced after the repair; a replacement after the exam is no history yet.",
    ),
    good({"tof": 1, "age_at_exam_years": 24, "tof_repair_age_years": 1, "tof_pvr_offset_days": -1000}),
    bad(
        {"tof": 1, "age_at_exam_years": 24, "tof_repair_age_years": 20, "tof_pvr_offset_days": -3650},
        "tof_pvr_offset_days",
    ),
    bad({"tof": 1, "hx_prior_pvr": 0, "tof_pvr_offset_days": -300}, "hx_prior_pvr"),
    reads=("tof_pvr_offset_days",),
    code=RejectReason.DAY_ORDER,
    who=Mender.COORDINATOR,
)
def valve_day(case: Case) -> Iterator[Hit]:
    """Repair, then replacement, then history."""
    offset = case.number("tof_pvr_offset_days")
    age, repaired = case.number("age_at_exam_years"), case.number("tof_repair_age_years")
    if offset is None:
        return
    if age is not None and repaired is not None and age + offset / YEAR_DAYS < repaired - AGE_YEARS:
        yield "tof_pvr_offset_days", "The valve is said to be replaced before the repair."
    if offset < 0 and case.code("hx_prior_pvr") == "0":
        yield "hx_prior_pvr", "The pulmonary valve was replaced before the exam, but the history denies it."


@across(
    Words(
        "exam-order",
        "Number of the exam against the other exams",
        "An exam with earlier exams of the same person behind it is not the first.",
    ),
    good({"exam_number": 2}, Surroundings(day=400, other_exams=(OtherExam(30, ""),))),
    good({"exam_number": 1}, Surroundings(day=10, other_exams=(OtherExam(30, ""),))),
    bad({"exam_number": 1}, "exam_number", around=Surroundings(day=400, other_exams=(OtherExam(30, ""),))),
    reads=("exam_number",),
    code=RejectReason.DAY_ORDER,
    who=Mender.COORDINATOR,
)
def exam_order(case: Case) -> Iterator[Hit]:
    """The number counts at least the earlier exams that are known; others may have been elsewhere."""
    number, day = case.number("exam_number"), case.around.day
    if number is None or day is None:
        return
    earlier = {other.day for other in case.around.other_exams if other.day is not None and other.day < day}
    if number <= len(earlier):
        yield "exam_number", "More earlier exams of this person are known."


@across(
    Words(
        "history-lost",
        "History that a later exam denies",
        "An infarct, a bypass or a valve replacement of an earlier exam is a history for good.",
    ),
    good({"hx_prior_mi": 1}, LATER),
    good({"hx_prior_mi": 0}, Surroundings(day=10, other_exams=LATER.other_exams)),
    bad({"hx_prior_mi": 0}, "hx_prior_mi", around=LATER),
    reads=LASTING,
    code=RejectReason.DAY_ORDER,
    who=Mender.COORDINATOR,
)
def history_lost(case: Case) -> Iterator[Hit]:
    """What was true once stays true."""
    day = case.around.day
    if day is None:
        return
    known: set[str] = set()
    for other in case.around.other_exams:
        if other.day is not None and other.day < day:
            known |= other.history
    for name in LASTING:
        if name in known and case.code(name) == "0":
            yield name, "An earlier exam of this person states it."


@across(
    Words(
        "same-day",
        "Two exams on one day",
        "A person is rarely scanned twice on a day; often one exam was delivered under two numbers.",
    ),
    good({"lv_edv_ml": 150}, Surroundings(day=400, other_exams=(OtherExam(30, ""),))),
    bad({"lv_edv_ml": 150}, "exam_number", around=Surroundings(day=30, other_exams=(OtherExam(30, ""),))),
    reads=(),
    code=RejectReason.DUPLICATE,
    who=Mender.COORDINATOR,
)
def same_day(case: Case) -> Iterator[Hit]:
    """No other exam on the day."""
    day = case.around.day
    if day is not None and any(other.day == day for other in case.around.other_exams):
        yield "exam_number", "Another exam of this person lies on the same day."


@across(
    Words(
        "same-measurements",
        "Two exams with the same measurements",
        f"At least {LEAST_MEASUREMENTS} measurements are the same to the last digit: one report stands twice.",
    ),
    good(REPORT | {"lv_mass_g": 112}, AGAIN),
    bad(REPORT, "exam_number", around=AGAIN),
    reads=(),
    code=RejectReason.DUPLICATE,
    who=Mender.COORDINATOR,
)
def same_measurements(case: Case) -> Iterator[Hit]:
    """No other exam with the same fingerprint."""
    others = {other.fingerprint for other in case.around.other_exams} - {""}
    if others and fingerprint(case.values) in others:
        yield "exam_number", "Another exam of this person has the same measurements."


DAY_CHECKS = (before_birth, repair, valve_day, exam_order, history_lost, same_day, same_measurements)
"""All checks of this module, in the order in which problems are told."""


def other_exam(day: int | None, values: dict[str, object]) -> OtherExam:
    """What must be known of another exam of the same subject.

    Args:
        day: its day, counted as the exam's own.
        values: its plain values.
    """
    return OtherExam(day, fingerprint(values), lasting_history(values))
