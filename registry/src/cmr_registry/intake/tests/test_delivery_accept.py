import base64
import dataclasses

import pytest
from django.utils import timezone

from cmr_exchange.manifest import Contents
from cmr_exchange.receipt import Receipt
from cmr_registry.archive.models import ImagingStudy, Pack
from cmr_registry.audit.models import AuditEvent
from cmr_registry.audit.selectors import chain_verify
from cmr_registry.exams.models import CaseReport, Examination
from cmr_registry.intake import acceptance
from cmr_registry.intake.acceptance import delivery_accept
from cmr_registry.intake.errors import DeliveryIncompleteError
from cmr_registry.intake.models import Conflict, Delivery
from cmr_registry.intake.services import delivery_open, instances_store
from cmr_registry.intake.states import DeliveryState
from cmr_registry.lib.claims import ClaimLostError, claim_next
from cmr_registry.lib.keyring import keyring
from cmr_registry.subjects.models import Subject

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]


def deliver(principal, manifest, files=()):
    delivery = delivery_open(principal=principal, manifest=manifest)
    if files:
        instances_store(principal=principal, delivery_id=delivery.pk, instances=files)
        delivery.refresh_from_db()
    return delivery


def test_the_exam_becomes_visible_only_when_everything_is_there(completed, coded):
    assert not Examination.objects.exists()
    delivery_accept(delivery=completed)
    exam = Examination.objects.get()
    assert (exam.pseudonym, exam.day, exam.exam_year) == (coded.exam, 0, 2021)
    assert exam.subject.pseudonym == coded.subject
    assert exam.imaging_study.n_instances == len(coded.files)
    assert not Pack.objects.exists()


def test_the_receipt_is_signed_over_what_was_delivered(accepted, coded):
    receipt = Receipt.from_document(accepted.receipt)
    public = keyring().signing_key().private_key.public_key()
    public.verify(base64.b64decode(receipt.signature), receipt.signed_bytes())
    manifest = coded.manifest()
    assert receipt.delivery == manifest.digest()
    assert (receipt.n_instances, receipt.n_bytes) == (len(coded.files), sum(map(len, coded.files)))


def test_the_same_exam_again_gives_the_same_receipt(accepted, principal_riverside, coded):
    again = deliver(principal_riverside, coded.manifest(), coded.files)
    assert again.pk == accepted.pk
    assert again.receipt == accepted.receipt
    assert delivery_accept(delivery=again).receipt == accepted.receipt
    assert Examination.objects.count() == ImagingStudy.objects.count() == 1


def test_one_acceptance_is_one_event_in_the_centers_chain(accepted, riverside):
    events = AuditEvent.objects.filter(chain=str(riverside.pk), actor=acceptance.WORKER)
    assert [event.action for event in events] == ["delivery.accept"]
    assert chain_verify() is None


def test_a_report_follows_as_a_new_version(accepted, principal_riverside, coded):
    delivery_accept(delivery=deliver(principal_riverside, coded.report()))
    exam = Examination.objects.get()
    assert (exam.version, exam.has_report) == (2, True)
    report = CaseReport.objects.get()
    assert report.document == {"lv_ef_pct": {"source": "report_csv", "value": 55.0}}
    assert exam.imaging_study.n_instances == len(coded.files)


def test_a_report_may_come_before_its_images(scope, principal_riverside, coded):
    alone = coded.report(version=1, contents=Contents.REPORT_ONLY, study_instance_uid=None, series=())
    delivery_accept(delivery=deliver(principal_riverside, alone))
    exam = Examination.objects.get()
    assert exam.imaging_study is None
    assert exam.has_report
    delivery_accept(delivery=deliver(principal_riverside, coded.report(), coded.files))
    exam.refresh_from_db()
    assert exam.imaging_study is not None


STEPS = [
    "study_plan",
    "subject_ensure",
    "study_accept",
    "exam_record",
    "_receipt",
    "event_record",
    "claim_confirm",
]


@pytest.mark.parametrize("step", STEPS)
def test_a_worker_killed_at_any_step_leaves_the_exam_invisible_and_the_next_one_accepts(
    completed, coded, monkeypatch, step
):
    original = getattr(acceptance, step)

    def dies(*args, **kwargs):
        original(*args, **kwargs)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(acceptance, step, dies)
        with pytest.raises(KeyboardInterrupt):
            delivery_accept(delivery=completed)
    for model in (Subject, ImagingStudy, Examination):
        assert not model.objects.exists()
    assert not AuditEvent.objects.filter(action="delivery.accept").exists()
    Delivery.objects.update(claimed_until=timezone.now())
    accepted = delivery_accept(delivery=completed)
    assert accepted.state == DeliveryState.ACCEPTED
    assert Examination.objects.get().imaging_study.n_instances == len(coded.files)


def test_a_worker_that_lost_its_claim_commits_nothing(completed):
    _, old = claim_next(Delivery.objects.all())
    Delivery.objects.update(claimed_until=timezone.now())
    claim_next(Delivery.objects.all())
    with pytest.raises(ClaimLostError):
        delivery_accept(delivery=completed, claim=old)
    assert not Examination.objects.exists()


def test_a_claimed_delivery_is_left_alone(completed):
    claim_next(Delivery.objects.all())
    with pytest.raises(ClaimLostError):
        delivery_accept(delivery=completed)


def test_no_receipt_is_given_for_what_is_lost(completed):
    Pack.objects.all().delete()
    with pytest.raises(DeliveryIncompleteError):
        delivery_accept(delivery=completed)
    completed.refresh_from_db()
    assert (completed.state, completed.receipt) == ("complete", None)


def test_an_exam_of_another_subject_waits_for_a_person(accepted, principal_riverside, coded):
    other = dataclasses.replace(coded, subject=coded.exam)
    alone = other.report(contents=Contents.REPORT_ONLY, study_instance_uid=None, series=())
    delivery = delivery_accept(delivery=deliver(principal_riverside, alone))
    assert delivery.state == DeliveryState.CONFLICT
    assert Conflict.objects.get().reason == "subject_mismatch"
    assert Subject.objects.count() == 1


def test_a_newer_version_wins_wherever_it_overtakes(scope, principal_riverside, coded):
    first = deliver(principal_riverside, coded.manifest(), coded.files)
    second = deliver(principal_riverside, coded.report())
    delivery_accept(delivery=second)
    assert delivery_accept(delivery=first).state == DeliveryState.REFUSED
    assert Examination.objects.get().version == 2
