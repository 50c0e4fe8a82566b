"""Reads of the subjects room; the open center scope decides whose subjects there are."""

from cmr_registry.subjects.models import Subject


def subjects_total() -> int:
    """Subjects of the open scope who have not withdrawn; a person counts once per center (contract.md)."""
    return Subject.objects.filter(withdrawn_at=None).count()
