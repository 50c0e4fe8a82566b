"""The exams of a cohort: who was examined on which day of their own time."""

from dataclasses import dataclass

import numpy as np

from cmr_testkit.cohort.columns import Floats, Ints
from cmr_testkit.cohort.outcomes import Deaths
from cmr_testkit.cohort.people import People
from cmr_testkit.cohort.plan import DAYS_PER_YEAR, FIRST_ENTRY


@dataclass(frozen=True, slots=True)
class Exams:
    """One row per exam, ordered by subject and day.

    Attributes:
        subject: position of the subject.
        number: 0 for a subject's first exam.
        day: days from the subject's first exam.
        year: calendar year.
        age: years, capped at 90.
    """

    subject: Ints
    number: Ints
    day: Ints
    year: Ints
    age: Floats

    @property
    def rows(self) -> int:
        """How many exams."""
        return len(self.subject)


def held_exams(people: People, deaths: Deaths) -> Exams:
    """The planned exams that their subjects lived to see."""
    held = (people.planned_exams >= 0) & (people.planned_exams < deaths.day[:, None])
    subject, number = np.nonzero(held)
    day = people.planned_exams[subject, number]
    date = np.datetime64(FIRST_ENTRY) + people.entry[subject] + day
    age: Floats = people.age[subject] + day / DAYS_PER_YEAR
    return Exams(
        subject=subject,
        number=number,
        day=day,
        year=date.astype("datetime64[Y]").astype(np.int64) + 1970,
        age=np.minimum(np.round(age, 1), np.float64(90)),
    )
