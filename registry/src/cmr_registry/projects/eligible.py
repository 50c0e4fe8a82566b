"""What a project's question selects, center by center: the count and exams that a ballot shows to its center (R39).

The numbers are raw. They are stored with the center's own ballot and shown to that center and the registry's desk
alone; what researchers see goes through `cohorts.answering`.
"""

import uuid
from collections import defaultdict
from dataclasses import dataclass

from cmr_exchange.canonical import canonical_json, sha256_hex
from cmr_registry.centers.selectors import centers_in
from cmr_registry.cohorts.models import Snapshot
from cmr_registry.cohorts.query import CohortQuery
from cmr_registry.cohorts.selecting import LeaveOut, cohort_select
from cmr_registry.cohorts.selectors import snapshot_current
from cmr_registry.lib.scope import ALL_CENTERS, center_scope
from cmr_registry.projects.models import Ballot, Project


@dataclass(frozen=True, slots=True)
class Eligible:
    """What the question selects of one center.

    Attributes:
        snapshot: id of the snapshot that was asked.
        n_subjects: persons.
        exams: registry ids of their exams, in a stable order.
        digest: SHA-256 over the snapshot and the exams.
    """

    snapshot: uuid.UUID
    n_subjects: int
    exams: tuple[uuid.UUID, ...]
    digest: str

    @property
    def n_exams(self) -> int:
        """Exams."""
        return len(self.exams)


class Eligibility:
    """The answer for all centers; a center without a row has nothing eligible."""

    def __init__(self, snapshot: uuid.UUID, rows: list[tuple[str, str, str]]) -> None:
        self._snapshot = snapshot
        self._by_center: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for center, subject, exam in rows:
            self._by_center[center].append((subject, exam))

    def of(self, center: uuid.UUID) -> Eligible:
        """The part of one center."""
        rows = sorted(self._by_center.get(str(center), []))
        exams = [exam for _, exam in rows]
        document = {"snapshot": str(self._snapshot), "center": str(center), "exams": sorted(exams)}
        return Eligible(
            snapshot=self._snapshot,
            n_subjects=len({subject for subject, _ in rows}),
            exams=tuple(uuid.UUID(exam) for exam in exams),
            digest=sha256_hex(canonical_json(document)),
        )


def eligibility_of(project: Project) -> Eligibility | None:
    """What the question of `project` selects in the current snapshot; None where there is no snapshot yet.

    Centers and subjects that withdrew since the snapshot are left out already.
    """
    snapshot = snapshot_current()
    return None if snapshot is None else _asked(project, snapshot, LeaveOut())


def eligible_today(ballot: Ballot) -> Eligible | None:
    """What the question selects today of the ballot's own center; None where there is no snapshot yet."""
    snapshot = snapshot_current()
    if snapshot is None:
        return None
    others = frozenset(str(one.pk) for one in centers_in(ALL_CENTERS) if one.pk != ballot.center_id)
    return _asked(ballot.project, snapshot, LeaveOut(centers=others)).of(ballot.center_id)


def _asked(project: Project, snapshot: Snapshot, leave_out: LeaveOut) -> Eligibility:
    with center_scope(ALL_CENTERS):
        selection = cohort_select(CohortQuery.from_document(project.query), snapshot, leave_out)
        return Eligibility(snapshot.pk, [(row.center, row.subject, row.exam) for row in selection.rows])
