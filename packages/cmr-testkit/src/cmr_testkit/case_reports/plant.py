"""What an error is: where it fits, how it is put into an exam, and which rule must name which item."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cmr_testkit.case_reports.exam import ReportedExam

Fits = Callable[[ReportedExam], bool]
Put = Callable[[ReportedExam, random.Random], None]


@dataclass(frozen=True, slots=True)
class Plant:
    """One kind of error.

    Attributes:
        kind: its name.
        rule: the rule that must find it.
        item: the item that must be named.
        fits: whether an exam can have it.
        put: puts it in.
    """

    kind: str
    rule: str
    item: str
    fits: Fits
    put: Put


def needs(*names: str, **answers: object) -> Fits:
    """Fits exams with values of these items, and these values."""
    return lambda exam: exam.has(*names) and exam.says(answers)


def states(**values: Any) -> Put:
    """States these values instead."""

    def put(exam: ReportedExam, rng: random.Random) -> None:
        exam.values |= values

    return put


def swaps(one: str, other: str) -> Put:
    """Swaps two values."""

    def put(exam: ReportedExam, rng: random.Random) -> None:
        exam.values[one], exam.values[other] = exam.values[other], exam.values[one]

    return put


def loses(*names: str) -> Put:
    """Loses these values, without a reason."""

    def put(exam: ReportedExam, rng: random.Random) -> None:
        for name in names:
            exam.values.pop(name, None)

    return put


def scales(name: str, low: float, high: float) -> Put:
    """Multiplies a number."""

    def put(exam: ReportedExam, rng: random.Random) -> None:
        exam.values[name] = round(exam.values[name] * rng.uniform(low, high), 1)

    return put


def shifts(name: str, least: float, most: float) -> Put:
    """Moves a number up."""

    def put(exam: ReportedExam, rng: random.Random) -> None:
        exam.values[name] = round(exam.values[name] + rng.uniform(least, most))

    return put


def without_series(kind: str) -> Put:
    """Takes a kind of series away."""

    def put(exam: ReportedExam, rng: random.Random) -> None:
        exam.kinds.discard(kind)

    return put
