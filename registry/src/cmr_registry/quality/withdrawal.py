"""What a withdrawal asks of data quality: nothing of the subject is counted or listed any more."""

from cmr_registry.quality.models import ExamCheck, Finding
from cmr_registry.quality.noting import tallies_due
from cmr_registry.subjects.models import Subject


def subject_withdrawn(subject: Subject) -> None:
    """Forget what the checks said of the subject's exams; the sums that held them are due."""
    checks = ExamCheck.everything.filter(examination__subject=subject)
    quarters = {(subject.center_id, quarter) for quarter in checks.values_list("quarter", flat=True)}
    Finding.everything.filter(examination__subject=subject).delete()
    checks.delete()
    tallies_due(quarters)
