"""Case reports with one error each of many kinds: the checks must find every one, and leave the others in peace."""

import time
from collections import Counter
from dataclasses import asdict, dataclass

from cmr_dictionary.checks import check_exam
from cmr_testkit.case_reports import Outcome, outcome, planted_exams

EXAMS, SEED = 5_000, 20_261
MOST_QUESTIONED = 0.01


@dataclass(frozen=True, slots=True)
class Found:
    """What the checks found, and how fast.

    Attributes:
        outcome: compared with the answer key.
        values: values of an exam, mean.
        per_second: exams checked in a second on one core.
    """

    outcome: Outcome
    values: float
    per_second: float

    @property
    def is_sound(self) -> bool:
        """Whether nothing was missed, no clean exam refused, and hardly one questioned."""
        one = self.outcome
        return not one.missed and not one.refused and one.questioned <= MOST_QUESTIONED * one.clean


def run(exams: int = EXAMS, seed: int = SEED) -> Found:
    """Plant, check, compare."""
    cohort = planted_exams(exams, seed)
    begun = time.process_time()
    problems = [check_exam(one.exam.values, one.exam.around()) for one in cohort]
    seconds = time.process_time() - begun
    values = sum(len(one.exam.values) for one in cohort) / len(cohort)
    return Found(outcome(cohort, problems), values, len(cohort) / seconds)


def section(found: Found) -> str:
    """The figures as a table."""
    row = {name: value for name, value in asdict(found.outcome).items() if name != "missed"}
    row |= {"missed": len(found.outcome.missed), "values per exam": f"{found.values:.0f}"}
    row["exams/s"] = f"{found.per_second:.0f}"
    missed = "".join(f"\n- missed {n}: {kind}" for kind, n in Counter(found.outcome.missed).items())
    return f"| {' | '.join(row)} |\n|{'---|' * len(row)}\n| {' | '.join(map(str, row.values()))} |\n{missed}"
