"""A cohort from a seed: everything is drawn here, in one order, each part from a chance of its own."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from cmr_exchange.followup import VitalStatus
from cmr_testkit.cohort.columns import Sheet
from cmr_testkit.cohort.exams import Exams, held_exams
from cmr_testkit.cohort.measurements import measure
from cmr_testkit.cohort.missingness import go_missing
from cmr_testkit.cohort.outcomes import Deaths, Events, draw_deaths, draw_events
from cmr_testkit.cohort.people import People, draw_people
from cmr_testkit.cohort.plan import CenterPlan, center_plans
from cmr_testkit.cohort.scars import draw_scars
from cmr_testkit.cohort.sources import Watching, draw_watching
from cmr_testkit.errors import CohortSizeError

FEWEST, MOST = 30, 2_000_000


@dataclass(frozen=True, slots=True)
class Cohort:
    """A synthetic cohort: what is true, and what reports and sources say of it.

    Attributes:
        seed: what it was drawn from.
        plans: its centers, and what is planted at each.
        people, deaths: the truth, one row per subject.
        exams: one row per exam.
        sheet: reported values, one row per exam, with missing codes.
        watching: vital status by source.
        events: what happened after the first exam, as the charts tell it.
    """

    seed: int
    plans: tuple[CenterPlan, ...]
    people: People
    deaths: Deaths
    exams: Exams
    sheet: Sheet
    watching: Watching
    events: Events

    def statuses(self) -> Iterator[tuple[VitalStatus, ...]]:
        """What the sources say of each subject in turn."""
        return self.watching.statuses.by_subject(self.people.subjects)


def make_cohort(
    subjects: int, seed: int, centers: int = 3, *, plans: tuple[CenterPlan, ...] | None = None
) -> Cohort:
    """Draw a cohort; the same arguments give the same cohort.

    Args:
        subjects: how many people, at all centers together; about one in eight has a second exam.
        seed: chance.
        centers: how many invented centers.
        plans: other centers than the invented ones; then `centers` is not looked at.

    Raises:
        CohortSizeError: a number of subjects or centers that cannot be made.
    """
    if not FEWEST <= subjects <= MOST:
        raise CohortSizeError(f"A cohort has {FEWEST} to {MOST} subjects.")
    chosen = plans or center_plans(centers)
    people = draw_people(_chance(seed, 1), chosen, subjects)
    deaths = draw_deaths(_chance(seed, 2), chosen, people)
    exams = held_exams(people, deaths)
    scars = draw_scars(_chance(seed, 3), people)
    sheet = measure(_chance(seed, 4), chosen, people, exams, scars)
    go_missing(_chance(seed, 5), chosen, people, exams, sheet)
    watching = draw_watching(_chance(seed, 6), chosen, people, deaths)
    events = draw_events(_chance(seed, 7), people, deaths, watching.last_contact)
    return Cohort(seed, chosen, people, deaths, exams, sheet, watching, events)


def _chance(seed: int, part: int) -> np.random.Generator:
    return np.random.default_rng([seed, part, 0xC0407])
