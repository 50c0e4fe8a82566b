"""What goes into a release: the cohort of today's snapshot, at the centers that said yes, as far as asked for."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cmr_exchange.release import TABLES, FlowStep
from cmr_registry.centers.models import Center
from cmr_registry.centers.selectors import agreement_in_force
from cmr_registry.cohorts.models import Snapshot
from cmr_registry.cohorts.query import CohortQuery
from cmr_registry.cohorts.selecting import LeaveOut, cohort_select
from cmr_registry.cohorts.selections import Selection
from cmr_registry.cohorts.selectors import snapshot_table_path
from cmr_registry.projects.models import Project
from cmr_registry.projects.selectors import BallotOutcome, ballot_outcome
from cmr_registry.releases.cutting import Asked
from cmr_registry.releases.errors import ReleaseUnbuildableError
from cmr_registry.releases.labels import Chosen

IN_FULL, WITHOUT_IMAGES = "in", "in without images"
BANDS_AGES = frozenset({"US"})
"""Countries whose law demands that nobody can be seen to be 90 or older (45 CFR 164.514(b)(2)(i)(C))."""

EVERYBODY = "everybody in the registry"


@dataclass(frozen=True)
class ReleasePlan:
    """What is to be built.

    Attributes:
        snapshot: what it is cut from.
        chosen: its exams.
        decisions: what the center of each exam decided, by center id.
        asked: what of the exams.
        cohort: the flow of n over all centers, of the question alone.
        question: the cohort in words; `query_sha256` names it, `has_open_window` says whether it looked after
            the exam without an end.
        outcome: of the ballots.
    """

    snapshot: Snapshot
    chosen: tuple[Chosen, ...]
    decisions: dict[str, str]
    asked: Asked
    cohort: tuple[FlowStep, ...]
    question: str
    query_sha256: str
    has_open_window: bool
    outcome: BallotOutcome

    def paths(self) -> dict[str, Path]:
        """Local, verified files of the snapshot's tables."""
        return {name: snapshot_table_path(self.snapshot, name) for name in TABLES}


def plan_release(project: Project, snapshot: Snapshot, today: datetime.date) -> ReleasePlan:
    """Choose the exams of a release; the scope of all centers must be open.

    Raises:
        ReleaseUnbuildableError: the question names centers, or nobody is left.
        BallotsOpenError: centers may still answer.
    """
    query = CohortQuery.from_document(project.query)
    if query.names_centers():
        raise ReleaseUnbuildableError("The question names centers, which a release must not.")
    outcome = ballot_outcome(project)
    included = outcome.in_full | outcome.without_images
    centers = {str(center.pk): center for center in Center.objects.all()}
    everyone = cohort_select(query, snapshot)
    left_out = frozenset(pk for pk, center in centers.items() if center.pk not in included)
    selection = cohort_select(query, snapshot, LeaveOut(centers=left_out))
    chosen = tuple(_chosen(selection, project.data_needs, centers, outcome, today))
    if not chosen:
        raise ReleaseUnbuildableError(
            "Nobody is left: no center that takes part holds an exam of this cohort."
        )
    decisions = {str(pk): IN_FULL for pk in outcome.in_full}
    decisions |= {str(pk): WITHOUT_IMAGES for pk in outcome.without_images}
    return ReleasePlan(
        snapshot=snapshot,
        chosen=chosen,
        decisions=decisions,
        asked=_asked(project.data_needs, query, centers.values()),
        cohort=tuple(FlowStep(step.label or EVERYBODY, step.subjects, step.exams) for step in everyone.steps),
        question=query.sentence(),
        query_sha256=query.digest(),
        has_open_window=query.has_open_window(),
        outcome=outcome,
    )


def _chosen(
    selection: Selection,
    needs: dict[str, Any],
    centers: dict[str, Center],
    outcome: BallotOutcome,
    today: datetime.date,
) -> Iterable[Chosen]:
    """Images come from centers that are in full, and whose agreement lets images go."""
    may: dict[str, bool] = {}
    for row in selection.rows:
        if row.center not in may:
            center = centers[row.center]
            agreement = agreement_in_force(center, today)
            allows = agreement is not None and agreement.allows_images
            may[row.center] = bool(needs.get("images")) and allows and center.pk in outcome.in_full
        yield Chosen(row.center, row.subject, row.exam, may[row.center])


def _asked(needs: dict[str, Any], query: CohortQuery, centers: Iterable[Center]) -> Asked:
    """The items of the question come too: without them nobody could check who was chosen.

    Ages are banded where any center of the registry stands under such a law, in this release or not: otherwise the
    band would tell whether a center of that country takes part.
    """
    return Asked(
        items=frozenset(needs.get("items") or ()) | query.items(),
        kinds=frozenset(needs.get("kinds") or ()),
        follow_up=bool(needs.get("follow_up")),
        bands_ages=any(center.country in BANDS_AGES for center in centers),
        landmark_days=query.landmark_days(),
    )
