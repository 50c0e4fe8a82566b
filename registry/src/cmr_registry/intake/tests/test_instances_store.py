import dataclasses
import uuid

import pytest

from cmr_registry.accounts.errors import NotAllowedRejected
from cmr_registry.accounts.policy import Principal
from cmr_registry.archive.models import Pack
from cmr_registry.audit.models import AuditEvent
from cmr_registry.centers.models import ParticipationAgreement
from cmr_registry.intake import storing
from cmr_registry.intake.errors import DeliveryAbsentError
from cmr_registry.intake.models import Conflict, Delivery, RefusedInstance
from cmr_registry.intake.selectors import delivery_document
from cmr_registry.intake.services import delivery_open, instances_store
from cmr_registry.intake.states import DeliveryState
from cmr_registry.lib.storage import StorageFullError

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]


def reasons(outcome):
    return [one.reason.code for one in outcome.failed]


def with_other_pixels(data):
    return data[:-1] + bytes([data[-1] ^ 1])


def test_a_delivery_that_misses_nothing_is_complete(completed, coded):
    assert completed.state == DeliveryState.COMPLETE
    assert completed.n_stored == completed.n_expected == len(coded.files)
    assert completed.n_bytes == sum(map(len, coded.files))
    assert delivery_document(completed)["missing"] == []


def test_each_request_is_one_pack_and_one_event(opened, principal_riverside, coded):
    half = len(coded.files) // 2
    for part in (coded.files[:half], coded.files[half:]):
        instances_store(principal=principal_riverside, delivery_id=opened.pk, instances=part)
    assert Pack.objects.filter(holder=opened.pk).count() == 2
    assert AuditEvent.objects.filter(action="instances.store").count() == 2


def test_an_identified_exam_leaves_not_one_byte(opened, principal_riverside, coded, stored_bytes):
    before = stored_bytes()
    outcome = instances_store(
        principal=principal_riverside, delivery_id=opened.pk, instances=list(coded.sources)
    )
    assert not outcome.stored
    assert len(outcome.failed) == len(coded.sources)
    assert stored_bytes() == before
    assert not Pack.objects.exists()
    rows = RefusedInstance.objects.all()
    assert len(rows) == len(coded.sources)
    assert sorted(row.size for row in rows) == sorted(map(len, coded.sources))
    assert {row.actor for row in rows} == {principal_riverside.actor}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "zero_length"),
        (b"a letter, no image", "not_dicom"),
        (b"\0" * 3_000_000, "not_dicom"),
    ],
)
def test_good_instances_beside_a_bad_one_go_through(opened, principal_riverside, coded, data, code):
    outcome = instances_store(
        principal=principal_riverside, delivery_id=opened.pk, instances=[data, *coded.files[:2]]
    )
    assert reasons(outcome) == [code]
    assert {one.sop_instance_uid for one in outcome.stored} == {
        one.sop_instance_uid for one in coded.instances[:2]
    }


def test_a_truncated_instance_is_refused(opened, principal_riverside, coded):
    outcome = instances_store(
        principal=principal_riverside, delivery_id=opened.pk, instances=[coded.files[0][:700]]
    )
    assert not outcome.stored
    assert len(outcome.failed) == 1


def test_an_instance_that_the_manifest_does_not_list_is_refused(scope, principal_riverside, coded):
    shorter = dataclasses.replace(coded, instances=coded.instances[1:])
    delivery = delivery_open(principal=principal_riverside, manifest=shorter.manifest())
    outcome = instances_store(
        principal=principal_riverside, delivery_id=delivery.pk, instances=coded.files[:1]
    )
    assert reasons(outcome) == ["not_in_manifest"]
    assert not Pack.objects.exists()


def test_other_bytes_than_the_manifest_announces_are_refused(opened, principal_riverside, coded):
    changed = with_other_pixels(coded.files[0])
    outcome = instances_store(principal=principal_riverside, delivery_id=opened.pk, instances=[changed])
    assert reasons(outcome) == ["hash_mismatch"]


def test_an_instance_of_another_subject_is_refused(scope, principal_riverside, coded):
    other = dataclasses.replace(coded, subject=coded.exam)
    delivery = delivery_open(principal=principal_riverside, manifest=other.manifest())
    outcome = instances_store(
        principal=principal_riverside, delivery_id=delivery.pk, instances=coded.files[:1]
    )
    assert reasons(outcome) == ["two_patients"]


def test_sending_again_writes_nothing_and_is_answered_as_stored(
    completed, principal_riverside, coded, stored_bytes
):
    before = stored_bytes()
    outcome = instances_store(principal=principal_riverside, delivery_id=completed.pk, instances=coded.files)
    assert len(outcome.stored) == len(coded.files)
    assert not outcome.failed
    assert stored_bytes() == before
    completed.refresh_from_db()
    assert completed.n_stored == len(coded.files)


def test_sending_again_after_acceptance_changes_nothing(accepted, principal_riverside, coded, stored_bytes):
    before = stored_bytes()
    for delivery in (accepted.pk, None):
        outcome = instances_store(principal=principal_riverside, delivery_id=delivery, instances=coded.files)
        assert len(outcome.stored) == len(coded.files)
    assert stored_bytes() == before
    assert Delivery.objects.count() == 1


def test_the_same_instance_twice_in_one_request_is_stored_once(opened, principal_riverside, coded):
    outcome = instances_store(
        principal=principal_riverside, delivery_id=opened.pk, instances=[coded.files[0]] * 2
    )
    assert len(outcome.stored) == 2
    assert Pack.objects.get().n_instances == 1


def test_a_second_version_asks_only_for_what_is_not_held(accepted, principal_riverside, coded):
    delivery = delivery_open(principal=principal_riverside, manifest=coded.report())
    assert delivery.state == DeliveryState.COMPLETE


def test_the_same_uid_with_other_bytes_is_kept_apart_and_flagged(
    accepted, principal_riverside, coded, stored_bytes
):
    changed = with_other_pixels(coded.files[0])
    before = len(stored_bytes())
    outcome = instances_store(principal=principal_riverside, delivery_id=None, instances=[changed])
    assert reasons(outcome) == ["same_uid_other_bytes"]
    conflict = Conflict.objects.get()
    assert conflict.sop_instance_uid == coded.instances[0].sop_instance_uid
    assert Pack.objects.get(pk=conflict.pack).is_apart
    assert len(stored_bytes()) == before + 1
    instances_store(principal=principal_riverside, delivery_id=None, instances=[changed])
    assert Conflict.objects.count() == 1
    assert len(stored_bytes()) == before + 1


def test_another_centers_delivery_looks_absent(opened, principal_lakeside, coded):
    for pk in (opened.pk, uuid.uuid4()):
        with pytest.raises(DeliveryAbsentError):
            instances_store(principal=principal_lakeside, delivery_id=pk, instances=coded.files[:1])


def test_plain_stow_opens_one_delivery_per_study(scope, principal_riverside, coded):
    for part in (coded.files[:3], coded.files[3:]):
        instances_store(principal=principal_riverside, delivery_id=None, instances=part)
    delivery = Delivery.objects.get()
    assert (delivery.via, delivery.state, delivery.digest) == ("stow", "open", "")
    assert delivery.n_stored == len(coded.files)
    assert delivery.subject_pseudonym == coded.subject


def test_who_delivers_for_no_one_center_must_say_for_which(scope, riverside, coded):
    nobody_special = Principal(actor="account:x")
    with pytest.raises(NotAllowedRejected):
        instances_store(principal=nobody_special, delivery_id=None, instances=coded.files[:1])


def test_without_an_agreement_every_instance_is_refused(opened, principal_riverside, coded):
    ParticipationAgreement.objects.all().delete()
    outcome = instances_store(principal=principal_riverside, delivery_id=opened.pk, instances=coded.files)
    assert set(reasons(outcome)) == {"no_agreement"}
    assert not Pack.objects.exists()


def test_a_full_disk_refuses_the_request_and_the_next_one_succeeds(
    opened, principal_riverside, coded, monkeypatch
):
    def full(**_):
        raise StorageFullError("full")

    with monkeypatch.context() as patched:
        patched.setattr(storing, "pack_store", full)
        outcome = instances_store(
            principal=principal_riverside, delivery_id=opened.pk, instances=[b"", *coded.files]
        )
    assert sorted(set(reasons(outcome))) == ["out_of_storage", "zero_length"]
    again = instances_store(principal=principal_riverside, delivery_id=opened.pk, instances=coded.files)
    assert len(again.stored) == len(coded.files)


@pytest.mark.parametrize("step", ["pack_store", "delivery_advance", "event_record"])
def test_a_crash_at_any_step_leaves_nothing_half(opened, principal_riverside, coded, monkeypatch, step):
    original = getattr(storing, step)

    def dies(*args, **kwargs):
        original(*args, **kwargs)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(storing, step, dies)
        with pytest.raises(KeyboardInterrupt):
            instances_store(principal=principal_riverside, delivery_id=opened.pk, instances=coded.files)
    opened.refresh_from_db()
    assert (opened.state, opened.n_stored) == ("open", 0)
    assert not Pack.objects.exists()
    instances_store(principal=principal_riverside, delivery_id=opened.pk, instances=coded.files)
    opened.refresh_from_db()
    assert opened.state == DeliveryState.COMPLETE
