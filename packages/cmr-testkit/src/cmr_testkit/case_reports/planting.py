"""A cohort of case reports of which some hold one error each, with the answer key."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cmr_dictionary.checks import Problem, Severity
from cmr_testkit.case_reports.clean import clean_exams
from cmr_testkit.case_reports.context_errors import CONTEXT_ERRORS
from cmr_testkit.case_reports.cross_errors import CROSS_ERRORS
from cmr_testkit.case_reports.exam import ReportedExam
from cmr_testkit.case_reports.plant import Plant
from cmr_testkit.case_reports.value_errors import VALUE_ERRORS

PLANTS: tuple[Plant, ...] = (*VALUE_ERRORS, *CROSS_ERRORS, *CONTEXT_ERRORS)
"""Every kind of error."""


@dataclass(frozen=True, slots=True)
class PlantedExam:
    """One exam and what is wrong with it; `plant` is None where nothing is."""

    exam: ReportedExam
    plant: Plant | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What checks found in a planted cohort.

    Attributes:
        exams: number of exams.
        clean: those without an error.
        planted: those with one.
        kinds: kinds of error among them.
        found: planted errors whose rule named their item.
        missed: kinds of the others, by name.
        refused: clean exams of which a value was refused.
        questioned: clean exams of which a person was asked, none refused.
    """

    exams: int
    clean: int
    planted: int
    kinds: int
    found: int
    missed: tuple[str, ...]
    refused: int
    questioned: int


def planted_exams(n: int, seed: int, share: float = 0.5) -> list[PlantedExam]:
    """Draw a cohort; every kind of error stands in it about as often, as far as it fits enough exams.

    Args:
        n: number of exams.
        seed: the same number gives the same cohort.
        share: share of exams with an error.
    """
    rng = random.Random(seed)  # noqa: S311
    used = dict.fromkeys((plant.kind for plant in PLANTS), 0)
    cohort = []
    for exam in clean_exams(n, seed):
        fitting = [plant for plant in PLANTS if plant.fits(exam)] if rng.random() < share else []
        plant = min(fitting, key=lambda one: used[one.kind]) if fitting else None
        cohort.append(PlantedExam(planted(exam, plant, rng) if plant else exam, plant))
        if plant:
            used[plant.kind] += 1
    return cohort


def planted(exam: ReportedExam, plant: Plant, rng: random.Random) -> ReportedExam:
    """A copy of the exam with the error in it."""
    wrong = exam.copy()
    plant.put(wrong, rng)
    return wrong


def outcome(cohort: Sequence[PlantedExam], problems: Sequence[Sequence[Problem]]) -> Outcome:
    """Compare what was found with the answer key.

    Args:
        cohort: the exams.
        problems: what the checks say of each, in the same order.
    """
    pairs = list(zip(cohort, problems, strict=True))
    wrong = [(one.plant, found) for one, found in pairs if one.plant is not None]
    clean = [found for one, found in pairs if one.plant is None]
    missed = tuple(sorted(_missed(wrong)))
    refused = sum(any(problem.severity is Severity.REJECT for problem in found) for found in clean)
    return Outcome(
        exams=len(cohort),
        clean=len(clean),
        planted=len(wrong),
        kinds=len({plant.kind for plant, _ in wrong}),
        found=len(wrong) - len(missed),
        missed=missed,
        refused=refused,
        questioned=sum(bool(found) for found in clean) - refused,
    )


def _missed(wrong: Sequence[tuple[Plant, Sequence[Problem]]]) -> Iterator[str]:
    for plant, found in wrong:
        if not any(problem.rule == plant.rule and problem.item == plant.item for problem in found):
            yield plant.kind
