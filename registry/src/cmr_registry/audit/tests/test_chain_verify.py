import random

import pytest

from cmr_registry.audit.models import AuditEvent
from cmr_registry.audit.selectors import chain_heads, chain_verify, events_of_target, hash_at
from cmr_registry.audit.services import audited, denial_record, event_hash, event_record

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]
N = 12


@pytest.fixture
def chain():
    return [event_record(actor="job:x", action="exam.accept", target=f"exam:{n}") for n in range(N)]


def test_an_untouched_chain_holds(chain):
    assert chain_verify() is None
    assert chain_verify("registry") is None


@pytest.mark.parametrize("position", [1, 5, N])
def test_a_changed_event_is_found_at_its_position(chain, position):
    AuditEvent.objects.filter(sequence=position).update(actor="account:somebody-else")
    broken = chain_verify()
    assert (broken.chain, broken.sequence, broken.why) == ("registry", position, "changed")


@pytest.mark.parametrize("position", [1, 5, N - 1])
def test_a_deleted_event_is_found_at_the_one_after_it(chain, position):
    AuditEvent.objects.filter(sequence=position).delete()
    assert chain_verify().sequence == position + 1


def test_a_rewritten_event_with_a_fresh_hash_is_found_at_the_next(chain):
    event = AuditEvent.objects.get(sequence=4)
    event.detail = {"n": 99}
    event.hash = event_hash(event)
    event.save()
    broken = chain_verify()
    assert (broken.sequence, broken.why) == (5, "unlinked")


def test_two_events_that_swapped_places_are_found(chain):
    first, second = AuditEvent.objects.get(sequence=3), AuditEvent.objects.get(sequence=4)
    AuditEvent.objects.filter(pk=first.pk).update(sequence=1000)
    AuditEvent.objects.filter(pk=second.pk).update(sequence=3)
    AuditEvent.objects.filter(pk=first.pk).update(sequence=4)
    assert chain_verify().sequence == 3


def test_an_inserted_event_is_found(chain):
    for event in AuditEvent.objects.filter(sequence__gt=6).order_by("-sequence"):
        AuditEvent.objects.filter(pk=event.pk).update(sequence=event.sequence + 1)
    forged = AuditEvent.objects.get(sequence=6)
    forged.pk, forged.sequence, forged.previous_hash = None, 7, forged.hash
    forged.hash = event_hash(forged)
    forged.save(force_insert=True)
    assert chain_verify().sequence == 8


def test_a_cut_off_tail_shows_against_a_kept_head(chain):
    sequence, digest = chain_heads()["registry"]
    AuditEvent.objects.filter(sequence=N).delete()
    assert chain_verify() is None, "the chain alone cannot tell"
    assert hash_at("registry", sequence) != digest


def test_any_single_change_of_any_field_is_found(chain):
    fields = ("actor", "action", "outcome", "target", "previous_hash", "hash")
    rng = random.Random(7)
    for _ in range(30):
        position, field = rng.randint(1, N), rng.choice(fields)
        event = AuditEvent.objects.get(sequence=position)
        before = getattr(event, field)
        AuditEvent.objects.filter(pk=event.pk).update(**{field: before[:-1] + "~"})
        assert chain_verify() is not None
        AuditEvent.objects.filter(pk=event.pk).update(**{field: before})
    assert chain_verify() is None


def test_only_the_outermost_of_nested_services_leaves_its_event():
    @audited
    def inner():
        event_record(actor="job:x", action="inner.do")

    @audited
    def outer():
        inner()
        event_record(actor="job:x", action="outer.do")

    outer()
    inner()
    assert list(AuditEvent.objects.values_list("action", flat=True)) == ["outer.do", "inner.do"]


def test_an_outer_service_that_fails_leaves_nothing():
    @audited
    def fails():
        event_record(actor="job:x", action="outer.do")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    assert not AuditEvent.objects.exists()


def test_what_happened_to_one_object_is_listed_newest_first():
    for action in ("exam.record", "exam.view"):
        event_record(actor="job:x", action=action, target="exam:1")
    denial_record(actor="account:2", action="door.see_exams", target="exam:1")
    rows = events_of_target("exam:1")
    assert [row.outcome for row in rows] == ["denied", "done", "done"]
