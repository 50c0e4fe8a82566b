"""Case reports without a mistake: every value follows from one person, one heart and one protocol.

Nothing here asks the checks; that a check has nothing to say is found out afterwards.
"""

import random

from cmr_dictionary.checks import OtherExam, other_exam
from cmr_testkit.case_reports.exam import ReportedExam
from cmr_testkit.case_reports.heart import put_heart
from cmr_testkit.case_reports.persons import Person, draw_person
from cmr_testkit.case_reports.protocol import put_protocol

FOLLOW_UP = 0.25
"""Share of subjects that are examined a second time."""


def clean_exams(n: int, seed: int) -> list[ReportedExam]:
    """Draw exams without a mistake.

    Args:
        n: number of exams.
        seed: the same number gives the same exams.
    """
    rng = random.Random(seed)  # noqa: S311
    exams: list[ReportedExam] = []
    subject = 0
    while len(exams) < n:
        person = draw_person(rng)
        first = _exam(rng, person, subject, day=rng.randrange(0, 400), earlier=[])
        exams.append(first)
        if rng.random() < FOLLOW_UP and len(exams) < n:
            day = first.day + rng.randrange(180, 1500)
            second = _exam(rng, person, subject, day, [other_exam(first.day, first.values)])
            first.others.append(other_exam(day, second.values))
            exams.append(second)
        subject += 1
    return exams


def _exam(
    rng: random.Random, person: Person, subject: int, day: int, earlier: list[OtherExam]
) -> ReportedExam:
    exam = ReportedExam(subject, day, others=list(earlier))
    values = exam.values
    values |= {
        "sex": person.sex,
        "age_at_exam_years": float(person.age + day // 365),
        "exam_number": 1 + len(earlier),
        "height_cm": person.height_cm,
        "weight_kg": person.weight_kg,
        "heart_rate_bpm": rng.randint(50, 96),
        "rhythm": "1",
        "sbp_mmhg": rng.randint(104, 158),
        "dbp_mmhg": rng.randint(56, 94),
        "indication_primary": person.disease.indication,
        "indication_basis": "1",
        "indication_secondary": ["13"],
        "indication_icd10": rng.choice(("I42.0", "I25.1", "I35.1", "I40")),
        "final_diagnosis": person.disease.diagnosis,
        "final_basis": "2",
        "iq_global": rng.choice(("1", "2", "2", "3")),
        "adverse_event": 0,
        "sedation": "0",
        "creatinine_mg_dl": round(rng.uniform(0.6, 1.4), 2),
        "meds": rng.choice((["1", "9"], ["0"], ["2", "7"])),
        "device": "2" if person.history["hx_prior_icd"] else "0",
        **person.history,
    }
    put_heart(rng, person, exam)
    put_protocol(rng, person, exam)
    return exam
