"""Noting what is due: exams that changed, and sums that no longer hold. Quick, and safe to repeat."""

import uuid
from collections.abc import Collection, Sequence

from django.utils import timezone

from cmr_registry.exams.models import Examination
from cmr_registry.quality.models import ExamCheck, PeerTally, QualityTally

ALL_TIME = ""
"""The quarter of the sums over all quarters."""


def exams_due(exams: Collection[tuple[uuid.UUID, uuid.UUID]]) -> None:
    """Note that exams are to be checked; one statement.

    Args:
        exams: pairs of exam id and center id.
    """
    at = timezone.now()
    rows = [
        ExamCheck(examination_id=exam, center_id=center, is_due=True, noted_at=at)
        for exam, center in sorted(exams)
    ]
    ExamCheck.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["examination"], update_fields=["is_due", "noted_at"]
    )


def exam_changed(examination: Examination) -> None:
    """Note an exam that changed, and the other exams of its subject: order of days and twins hang on them."""
    exams = Examination.objects.filter(subject_id=examination.subject_id).values_list("pk", "center_id")
    exams_due({*exams, (examination.pk, examination.center_id)})


def exams_changed(examinations: Sequence[Examination]) -> None:
    """Note many exams that changed, and the other exams of their subjects; two statements."""
    subjects = {one.subject_id for one in examinations}
    exams = Examination.objects.filter(subject_id__in=subjects).values_list("pk", "center_id")
    exams_due({*exams, *((one.pk, one.center_id) for one in examinations)})


def tallies_due(quarters: Collection[tuple[uuid.UUID, str]]) -> None:
    """Note that the sums of these centers and quarters do not hold any more; one statement.

    It waits for a count that is running: what it reads may be older than the change.

    Args:
        quarters: pairs of center id and quarter; the empty quarter of an exam never checked is left out.
    """
    rows = [
        QualityTally(center_id=center, quarter=quarter) for center, quarter in sorted(quarters) if quarter
    ]
    QualityTally.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["center", "quarter"], update_fields=["is_due"]
    )


def peers_due(quarters: Collection[str]) -> None:
    """Note that what centers are shown of each other does not hold any more, for quarters and for all time."""
    rows = [PeerTally(quarter=quarter) for quarter in sorted({*quarters, ALL_TIME})]
    PeerTally.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["quarter"], update_fields=["is_due"]
    )
