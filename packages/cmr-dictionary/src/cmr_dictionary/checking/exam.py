"""Runs the checks: every value by itself, then those checks across items that have something to read."""

import functools
from collections.abc import Iterable, Iterator, Mapping

from cmr_dictionary.checking.book import CHECKS
from cmr_dictionary.checking.case import ADULT, Case, as_number
from cmr_dictionary.checking.problem import ALONE, Problem, Severity, Surroundings
from cmr_dictionary.checking.single import UNUSUAL, check_one


def check_values(values: Mapping[str, object]) -> tuple[Problem, ...]:
    """Check values of one case report as they are to leave the hospital, whether or not they are all of it.

    Args:
        values: plain values by item name: numbers, texts, codes as text, lists of codes, yes/no as 1 or 0.
            Missing values (R14) are not passed.

    Returns:
        All problems: those of single values in the order of the values, then those of values taken together,
        over the values that are sound by themselves. What is absent is not asked for. Empty when everything may
        be sent.
    """
    return _checked(values, ALONE, is_whole=False)


def check_exam(values: Mapping[str, object], around: Surroundings) -> tuple[Problem, ...]:
    """Check one whole exam: its values, what is absent, its images, its day and the subject's other exams.

    Args:
        values: as `check_values` takes them, of all forms of the exam.
        around: what is known beside the values.

    Returns:
        All problems, as `check_values` gives them. A comparison of which one side is not known is silent.
    """
    return _checked(values, around, is_whole=True)


def is_rejected(problems: Iterable[Problem]) -> bool:
    """Whether any problem forbids the value."""
    return any(problem.severity is Severity.REJECT for problem in problems)


def _checked(values: Mapping[str, object], around: Surroundings, *, is_whole: bool) -> tuple[Problem, ...]:
    single: list[Problem] = []
    sound = dict(values)
    age = as_number(values.get("age_at_exam_years"))
    is_child = age is not None and age < ADULT
    for name, value in values.items():
        problem = check_one(name, value)
        if problem is not None and not (is_child and problem.rule == UNUSUAL.id):
            single.append(problem)
            if problem.severity is Severity.REJECT:
                del sound[name]
    if not is_whole and len(sound) < 2:
        return tuple(single)
    return (*single, *_together(Case(sound, around), is_whole=is_whole))


def _together(case: Case, *, is_whole: bool) -> Iterator[Problem]:
    readers = _readers()
    wanted = set(readers[""])
    for name in case.values:
        wanted.update(readers.get(name, ()))
    for number in sorted(wanted):
        check = CHECKS[number]
        if check.needs_whole and not is_whole:
            continue
        for item, sentence in check.find(case):
            yield check.rule.problem(item, sentence)


@functools.cache
def _readers() -> Mapping[str, tuple[int, ...]]:
    """Item -> numbers of the checks that read it; under the empty name those that are always run."""
    found: dict[str, list[int]] = {"": []}
    for number, check in enumerate(CHECKS):
        for name in check.reads or ("",):
            found.setdefault(name, []).append(number)
    return {name: tuple(numbers) for name, numbers in found.items()}
