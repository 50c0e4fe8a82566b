"""References of mapping for tests."""

from django.utils import timezone

from cmr_registry.exams.models import MappingReference


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
