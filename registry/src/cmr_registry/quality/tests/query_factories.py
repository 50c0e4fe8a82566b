"""Exams and findings for tests of data queries, without the images that nobody looks at."""

from django.utils import timezone

from cmr_registry.exams.models import Examination
from cmr_registry.quality.models import Finding
from cmr_registry.quality.query_checking import exams_rechecked
from cmr_registry.subjects.services import subject_ensure

SENTENCE = "The ejection fraction does not fit the volumes."


def exam_made(center, letter="E"):
    """An accepted exam of a center; call it in a scope that holds the center."""
    subject = subject_ensure(center=center, pseudonym=(letter + "S" * 17)[:17], actor="job:tests")
    exam = Examination(
        center=center,
        subject=subject,
        pseudonym=(letter * 17)[:17],
        day=0,
        exam_year=2026,
        version=1,
        deid_profile="p",
        key_id="k",
        accepted_at=timezone.now(),
    )
    exam.save()
    return exam


def finding_made(exam, rule="ef-from-volumes", item="lv_ef_pct", code="CrossField"):
    """What a check found in an exam."""
    finding = Finding(
        center_id=exam.center_id,
        examination=exam,
        quarter="2026-Q4",
        item=item,
        rule=rule,
        code=code,
        severity="warn",
        who="the reader of the exam",
        sentence=SENTENCE,
        found_at=timezone.now(),
    )
    finding.save()
    return finding


def query_made(exam):
    """A question to the center of an exam that a check asks."""
    finding_made(exam)
    exams_rechecked([exam.pk])
    return exam.data_queries.get()
