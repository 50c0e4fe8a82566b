"""References of mapping, and an exam to read against them, for tests."""

from django.utils import timezone

from cmr_registry.exams.models import CaseReport, Examination, MappingReference
from cmr_registry.subjects.models import Subject

VALUES = {
    "sex": "M",
    "age_at_exam_years": 58.0,
    "height_cm": 175.0,
    "weight_kg": 80.0,
    "field_strength_t": 3.0,
    "scanner_model": "MAGNETOM Vida",
    "software_version": "XA50",
    "t1_scheme": "MOLLI 5(3)3",
    "native_t1_ms": 1060.0,
    "t2_myo_ms": 47.0,
    "lv_papillary": "1",
    "lv_edv_ml": 150.0,
    "lv_esv_ml": 60.0,
    "lv_ef_reported_pct": 66.0,
}


def reference_made(center):
    """An open reference of native T1, in the open scope."""
    return MappingReference.objects.create(
        center=center,
        item="native_t1_ms",
        n=30,
        mean=1000,
        sd=25,
        scanner="MAGNETOM Vida",
        field_strength_t=3,
        software="XA50",
        scheme="MOLLI 5(3)3",
        first_year=2022,
        stated_at=timezone.now(),
        stated_by="job:test",
    )


def reported_exam(center):
    """An exam of 2024 with `VALUES`, in the open scope."""
    subject = Subject.objects.create(center=center, pseudonym="S" * 17)
    now = timezone.now()
    exam = Examination.objects.create(
        center=center, subject=subject, pseudonym="E" * 17, version=1, accepted_at=now, exam_year=2024
    )
    CaseReport.objects.create(
        center=center,
        examination=exam,
        form="lv",
        version=1,
        document={name: {"value": value, "source": "report_csv"} for name, value in VALUES.items()},
        dictionary_version="2.1",
        recorded_at=now,
        recorded_by="job:test",
    )
    return exam
