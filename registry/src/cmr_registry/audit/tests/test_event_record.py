import pytest
from django.db import transaction

from cmr_registry.audit.models import AuditEvent
from cmr_registry.audit.services import GENESIS, event_hash, event_record

pytestmark = pytest.mark.django_db


def test_each_event_carries_the_hash_of_the_one_before_it():
    first = event_record(actor="job:test", action="exam.accept")
    second = event_record(actor="job:test", action="exam.accept")
    assert first.previous_hash == GENESIS
    assert second.previous_hash == first.hash
    assert (first.sequence, second.sequence) == (1, 2)


def test_a_changed_event_no_longer_fits_its_hash():
    event = event_record(actor="job:test", action="exam.accept", detail={"n": 1})
    assert event_hash(AuditEvent.objects.get(pk=event.pk)) == event.hash
    event.detail = {"n": 2}
    assert event_hash(event) != event.hash


def test_the_event_is_rolled_back_with_the_change():
    def change():
        with transaction.atomic():
            event_record(actor="job:test", action="exam.accept")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        change()
    assert not AuditEvent.objects.exists()
