"""Reading what a snapshot holds from the other rooms: a batch of persons at a time, in the order of their ids.

Only what may be used is read: persons who have not withdrawn, of centers whose state and agreement cover them. A batch
is some hundred persons with everything of theirs, so memory does not grow with the registry.
"""

import json
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from django.db.models import Count, Max

from cmr_dictionary import load
from cmr_exchange.canonical import canonical_json, sha256_hex
from cmr_exchange.followup import OutcomeEvent, VitalStatus
from cmr_registry.archive.models import Series
from cmr_registry.exams.models import CaseReport, Examination
from cmr_registry.followup.models import FollowUpRecord
from cmr_registry.followup.selectors import followup_documents
from cmr_registry.subjects.models import Subject

PERSONS_PER_BATCH = 400

Entries = dict[str, dict[str, Any]]


class SeriesFacts(NamedTuple):
    """One recognized series."""

    id: str
    kind: str
    view: str
    n_instances: int
    n_phases: int
    n_positions: int


@dataclass(frozen=True, slots=True)
class ExamFacts:
    """One exam with everything that a snapshot tells of it.

    Attributes:
        id: registry id as text.
        day, exam_year: None where unknown.
        has_images: images are stored.
        entries: case-report values by item as they are stored; empty for an exam without a report.
        series: its series.
    """

    id: str
    day: int | None
    exam_year: int | None
    has_images: bool
    entries: Entries
    series: tuple[SeriesFacts, ...]


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """One subject with exams, by day (unknown last), and follow-up.

    Attributes:
        id, center: registry ids as text.
        exams: at least one.
        statuses: what sources say of life and death.
        events: what happened.
    """

    id: str
    center: str
    exams: tuple[ExamFacts, ...]
    statuses: tuple[VitalStatus, ...] = ()
    events: tuple[OutcomeEvent, ...] = ()


def persons(centers: Collection[uuid.UUID], spool: Path) -> Iterator[list[PersonFacts]]:
    """Everybody who may be used and has an exam, in the order of ids, in batches. Runs in the scope of all centers.

    Args:
        centers: whose persons.
        spool: file of follow-up documents that `spool_followup` wrote.
    """
    documents = _Spool(spool)
    last: uuid.UUID | None = None
    while True:
        rows = Subject.objects.filter(center__in=list(centers)).order_by("pk")
        if last is not None:
            rows = rows.filter(pk__gt=last)
        batch = list(rows.values_list("pk", "center_id")[:PERSONS_PER_BATCH])
        if not batch:
            return
        last = batch[-1][0]
        exams = _exams([subject for subject, _ in batch])
        yield [
            _person(subject, center, exams[subject], documents.of(subject))
            for subject, center in batch
            if exams[subject]
        ]


def spool_followup(path: Path) -> None:
    """Write the current follow-up documents as lines to a file, so that no cursor stays open for minutes."""
    with path.open("w", encoding="utf-8") as file:
        for subject, document in followup_documents():
            kept = {name: document.get(name, []) for name in ("vital_status", "events")}
            file.write(f"{subject}\t{json.dumps(kept)}\n")


def data_state(centers: Collection[uuid.UUID]) -> str:
    """Digest that changes when anything changes that a snapshot is built from. Runs in the scope of all centers."""
    exams = Examination.objects.aggregate(n=Count("pk"), at=Max("accepted_at"))
    reports = CaseReport.objects.aggregate(n=Count("pk"), at=Max("recorded_at"))
    state = {
        "centers": sorted(str(center) for center in centers),
        "dictionary": load().digest,
        "subjects": Subject.objects.count(),
        "exams": [exams["n"], str(exams["at"])],
        "reports": [reports["n"], str(reports["at"])],
        "series": Series.objects.count(),
        "follow_up": FollowUpRecord.objects.count(),
    }
    return sha256_hex(canonical_json(state))


class _Spool:
    """Follow-up documents in the order of subjects, read beside the subjects."""

    def __init__(self, path: Path) -> None:
        self._lines = (line.split("\t", 1) for line in path.open(encoding="utf-8"))
        self._next = next(self._lines, None)

    def of(self, subject: uuid.UUID) -> dict[str, Any]:
        """The document of a subject; subjects are asked for in ascending order."""
        while self._next is not None and uuid.UUID(self._next[0]) < subject:
            self._next = next(self._lines, None)
        if self._next is None or self._next[0] != str(subject):
            return {}
        document: dict[str, Any] = json.loads(self._next[1])
        return document


def _person(
    subject: uuid.UUID, center: uuid.UUID, exams: list[ExamFacts], document: dict[str, Any]
) -> PersonFacts:
    statuses = document.get("vital_status", [])
    events = document.get("events", [])
    return PersonFacts(
        str(subject),
        str(center),
        tuple(sorted(exams, key=lambda exam: (exam.day is None, exam.day or 0, exam.id))),
        tuple(VitalStatus.from_document(row, "vital_status") for row in statuses),
        tuple(OutcomeEvent.from_document(row, "events") for row in events),
    )


def _exams(subjects: list[uuid.UUID]) -> dict[uuid.UUID, list[ExamFacts]]:
    rows = list(
        Examination.objects.filter(subject__in=subjects).values_list(
            "pk", "subject_id", "day", "exam_year", "imaging_study_id", "imaging_study__n_instances"
        )
    )
    entries = _entries([row[0] for row in rows])
    series = _series([row[4] for row in rows if row[4] is not None])
    exams: dict[uuid.UUID, list[ExamFacts]] = defaultdict(list)
    for pk, subject, day, year, study, n_instances in rows:
        facts = ExamFacts(
            str(pk), day, year, bool(n_instances), entries.get(pk, {}), tuple(series.get(study, ()))
        )
        exams[subject].append(facts)
    return exams


def _entries(exams: list[uuid.UUID]) -> dict[uuid.UUID, Entries]:
    """The current values of all forms of these exams."""
    reports = CaseReport.objects.filter(examination__in=exams, is_current=True)
    found: dict[uuid.UUID, Entries] = defaultdict(dict)
    for exam, document in reports.values_list("examination_id", "document"):
        found[exam].update(document)
    return found


def _series(studies: list[uuid.UUID]) -> dict[uuid.UUID, list[SeriesFacts]]:
    rows = Series.objects.filter(study__in=studies).order_by("study_id", "number", "pk")
    found: dict[uuid.UUID, list[SeriesFacts]] = defaultdict(list)
    columns = ("study_id", "pk", "kind", "view", "n_instances", "n_phases", "n_positions")
    for study, pk, kind, view, n_instances, n_phases, n_positions in rows.values_list(*columns):
        found[study].append(SeriesFacts(str(pk), kind, view, n_instances, n_phases, n_positions))
    return found
