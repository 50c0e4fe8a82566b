"""One case report with what surrounds it: values, kinds of series, day, and the subject's other exams."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cmr_dictionary.checks import OtherExam, Surroundings


@dataclass(slots=True)
class ReportedExam:
    """One exam as a center would deliver it.

    Attributes:
        subject: number of the subject in its cohort.
        day: day of the exam from an origin of the subject.
        values: plain values by item.
        kinds: kinds of recognized series.
        measured: what the images themselves say of items.
        missing: item -> why it is absent.
        others: the subject's other exams.
    """

    subject: int
    day: int
    values: dict[str, Any] = field(default_factory=dict)
    kinds: set[str] = field(default_factory=set)
    measured: dict[str, Any] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    others: list[OtherExam] = field(default_factory=list)

    def around(self) -> Surroundings:
        """What the checks are told beside the values."""
        return Surroundings(frozenset(self.kinds), self.day, tuple(self.others), self.missing, self.measured)

    def copy(self) -> "ReportedExam":
        """An exam of its own with the same content."""
        return copy.deepcopy(self)

    def has(self, *names: str) -> bool:
        """Whether all these items have a value."""
        return all(name in self.values for name in names)

    def says(self, answers: Mapping[str, object]) -> bool:
        """Whether these items have these values."""
        return all(self.values.get(name) == value for name, value in answers.items())
