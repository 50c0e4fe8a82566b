"""The job that checks exams that are due: a batch in one transaction, with a fixed number of queries.

An exam stays due until its batch commits, so a job that is killed loses nothing, and a job that runs twice writes the
same. Rows are locked in the order examination, check, sums, as deliveries and forms lock theirs: an exam that changes
meanwhile waits, and is due again.
"""

import time
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone

from cmr_registry.archive.models import Series
from cmr_registry.exams.models import CaseReport, Examination
from cmr_registry.intake.models import Delivery
from cmr_registry.intake.states import DeliveryState
from cmr_registry.lib.log import event
from cmr_registry.quality.findings import findings_write
from cmr_registry.quality.judging import Judged, Known, judge, judging_digest, plain_values
from cmr_registry.quality.models import ExamCheck
from cmr_registry.quality.noting import tallies_due
from cmr_registry.quality.quarters import quarter_of
from cmr_registry.quality.query_checking import exams_rechecked

BATCH = 200
"""Exams per transaction: about a second of work."""
WRITTEN = [
    *("quarter", "color", "statuses", "n_errors", "n_questions", "n_obliged", "n_known", "n_answered"),
    *("n_by_source", "digest", "is_due", "checked_at"),
]
CINE, SHORT_AXIS = "cine", "sax"


def batch_check() -> int:
    """Check exams that are due, longest waiting first. Runs in the scope of all centers.

    Returns:
        How many were checked; 0 where none is due, or all that are due are being changed.
    """
    started = time.monotonic()
    with transaction.atomic():
        exams, before = _locked()
        if not exams:
            return 0
        judged = {exam.pk: judge(known) for exam, known in _known(exams)}
        _write(exams, judged)
        findings_write(exams, judged)
        tallies_due({(exam.center_id, quarter) for exam in exams for quarter in _quarters(exam, before)})
        # last, for it leaves audit events: a withdrawal takes sums, then the audit chain, too
        exams_rechecked([exam.pk for exam in exams])
    event("exams_checked", n_exams=len(exams), ms=round(1000 * (time.monotonic() - started)))
    return len(exams)


def _locked() -> tuple[list[Examination], dict[uuid.UUID, str]]:
    """Exams that are due, locked, and the quarters in which they were counted so far.

    What another worker checked between the two statements is not due any more, and left out.
    """
    due = Examination.objects.filter(quality_check__is_due=True).order_by("quality_check__noted_at", "pk")
    exams = list(due.select_for_update(of=("self",), skip_locked=True, no_key=True)[:BATCH])
    checks = ExamCheck.objects.filter(pk__in=[exam.pk for exam in exams], is_due=True).order_by("pk")
    rows = checks.select_for_update(of=("self",)).only("pk", "quarter")
    before = {row.pk: row.quarter for row in rows}
    return [exam for exam in exams if exam.pk in before], before


def _quarters(exam: Examination, before: dict[uuid.UUID, str]) -> set[str]:
    return {quarter_of(exam.accepted_at), before.get(exam.pk, "")}


def _known(exams: list[Examination]) -> Iterable[tuple[Examination, Known]]:
    """Each exam with all that is known of it."""
    subjects: dict[uuid.UUID, list[Examination]] = defaultdict(list)
    family = Examination.objects.filter(subject__in={exam.subject_id for exam in exams})
    for one in family.only("pk", "center_id", "subject_id", "day").order_by("pk"):
        subjects[one.subject_id].append(one)
    entries = _entries([one.pk for family in subjects.values() for one in family])
    images = _images(exams)
    refused = _refused(exams)
    for exam in exams:
        kinds, measured = images.get(exam.imaging_study_id, (None, {}))
        others = tuple(
            (other.day, plain_values(entries[other.pk]))
            for other in subjects[exam.subject_id]
            if other.pk != exam.pk
        )
        yield exam, Known(entries[exam.pk], kinds, measured, exam.day, others, refused.get(exam.pk, {}))


def _entries(exams: Collection[uuid.UUID]) -> dict[uuid.UUID, dict[str, dict[str, Any]]]:
    found: dict[uuid.UUID, dict[str, dict[str, Any]]] = defaultdict(dict)
    rows = CaseReport.objects.filter(examination__in=exams, is_current=True)
    for exam, document in rows.values_list("examination_id", "document"):
        found[exam] |= document
    return found


def _images(exams: list[Examination]) -> dict[uuid.UUID | None, tuple[frozenset[str], dict[str, object]]]:
    """Study -> kinds of its series, and what they say of items."""
    kinds: dict[uuid.UUID | None, set[str]] = defaultdict(set)
    measured: dict[uuid.UUID | None, dict[str, Any]] = defaultdict(dict)
    studies = {exam.imaging_study_id for exam in exams} - {None}
    rows = Series.objects.filter(study__in=studies).values_list(
        "study_id", "kind", "view", "n_positions", "n_phases"
    )
    for study, kind, view, n_positions, n_phases in rows:
        kinds[study].add(kind)
        if kind == CINE and view == SHORT_AXIS:
            said = measured[study]
            said["sax_n_slices"] = max(n_positions, said.get("sax_n_slices", 0))
            said["cine_n_phases"] = max(n_phases, said.get("cine_n_phases", 0))
    return {study: (frozenset(kinds[study]), measured[study]) for study in studies}


def _refused(exams: list[Examination]) -> dict[uuid.UUID, dict[str, str]]:
    """Exam -> item -> sentence, for the values of its newest accepted delivery with a report that were refused."""
    ids = {(exam.center_id, exam.pseudonym): exam.pk for exam in exams}
    rows = Delivery.objects.filter(
        center__in={center for center, _ in ids},
        exam_pseudonym__in=[pseudonym for _, pseudonym in ids],
        state=DeliveryState.ACCEPTED.value,
    ).exclude(contents="images_only")
    newest = {
        (center, pseudonym): problems
        for center, pseudonym, problems in rows.order_by("version", "ended_at").values_list(
            "center_id", "exam_pseudonym", "problems"
        )
    }
    return {
        ids[name]: {p["item"]: p.get("detail", "") for p in problems if p.get("code") == "value_rejected"}
        for name, problems in newest.items()
        if name in ids and problems
    }


def _write(exams: list[Examination], judged: dict[uuid.UUID, Judged]) -> None:
    at = timezone.now()
    rows = [
        ExamCheck(
            examination_id=exam.pk,
            center_id=exam.center_id,
            quarter=quarter_of(exam.accepted_at),
            color=judged[exam.pk].color.value,
            statuses=judged[exam.pk].statuses,
            n_errors=judged[exam.pk].n_errors,
            n_questions=judged[exam.pk].n_questions,
            n_obliged=judged[exam.pk].n_obliged,
            n_known=judged[exam.pk].n_known,
            n_answered=judged[exam.pk].n_answered,
            n_by_source=judged[exam.pk].n_by_source,
            digest=judging_digest(),
            is_due=False,
            noted_at=at,
            checked_at=at,
        )
        for exam in sorted(exams, key=lambda exam: exam.pk)
    ]
    ExamCheck.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["examination"], update_fields=WRITTEN
    )
