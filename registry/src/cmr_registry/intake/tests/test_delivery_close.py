import datetime

import pytest
from django.utils import timezone

from cmr_exchange.reasons import reason
from cmr_registry.archive.models import ImagingStudy, Pack
from cmr_registry.exams.models import CaseReport, Examination
from cmr_registry.intake import tasks
from cmr_registry.intake.errors import DeliveryUnclosableError
from cmr_registry.intake.models import Conflict, Delivery
from cmr_registry.intake.selectors import manifest_of
from cmr_registry.intake.services import delivery_close, delivery_open, instances_store
from cmr_registry.intake.states import DeliveryState
from cmr_registry.intake.tasks import JOB, work_once

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]


def work_until_idle():
    n = 0
    while work_once():
        n += 1
    return n


@pytest.fixture
def plain(scope, principal_riverside, coded):
    """An open delivery that a PACS sends without a manifest."""
    instances_store(principal=principal_riverside, delivery_id=None, instances=coded.files)
    return Delivery.objects.get()


def test_a_manifest_is_made_of_what_is_stored_and_states_no_more(plain, coded):
    closed = delivery_close(delivery=plain, by=JOB)
    manifest = manifest_of(closed)
    assert closed.state == DeliveryState.COMPLETE
    assert {one.sop_instance_uid for one in manifest.instances()} == {
        one.sop_instance_uid for one in coded.instances
    }
    assert (manifest.subject, manifest.day, manifest.exam_year) == (coded.subject, None, None)


def test_a_quiet_delivery_is_closed_and_accepted_by_the_worker(plain, coded, settings):
    assert work_until_idle() == 0, "it is not quiet yet"
    quiet = datetime.timedelta(seconds=settings.QUIET_SECONDS + 1)
    Delivery.objects.update(last_activity_at=timezone.now() - quiet)
    assert work_until_idle() == 2
    plain.refresh_from_db()
    assert plain.state == DeliveryState.ACCEPTED
    assert Examination.objects.get().imaging_study.n_instances == len(coded.files)


def test_late_instances_make_a_second_delivery_of_the_same_exam(scope, principal_riverside, coded):
    for part in (coded.files[:5], coded.files[5:]):
        instances_store(principal=principal_riverside, delivery_id=None, instances=part)
        delivery_close(delivery=Delivery.objects.get(state="open"), by=JOB)
        work_until_idle()
    assert Delivery.objects.filter(state="accepted").count() == 2
    assert Examination.objects.get().imaging_study.n_instances == len(coded.files)


def test_plain_images_do_not_unsay_what_the_connector_stated(accepted, principal_riverside, coded):
    report = delivery_open(principal=principal_riverside, manifest=coded.report())
    work_until_idle()
    report.refresh_from_db()
    assert report.state == DeliveryState.ACCEPTED
    exam = Examination.objects.get()
    assert (exam.day, exam.exam_year, exam.version, exam.key_id) == (0, 2021, 2, "k-tests")
    assert CaseReport.objects.count() == 1


def test_a_plain_delivery_whose_instances_the_connector_delivered_meanwhile_ends(
    plain, principal_riverside, coded
):
    delivery_open(principal=principal_riverside, manifest=coded.manifest())
    work_until_idle()
    assert not Pack.objects.exists()
    closed = delivery_close(delivery=plain, by=JOB)
    assert closed.state == DeliveryState.REFUSED
    assert closed.problems == [{"code": reason("superseded").code}]
    assert ImagingStudy.objects.get().n_instances == len(coded.files)


def test_a_delivery_of_nothing_but_conflicts_waits_for_a_person(accepted, principal_riverside, coded):
    changed = coded.files[0][:-1] + bytes([coded.files[0][-1] ^ 1])
    instances_store(principal=principal_riverside, delivery_id=None, instances=[changed])
    closed = delivery_close(delivery=Delivery.objects.get(state="open"), by=JOB)
    assert closed.state == DeliveryState.CONFLICT
    assert Conflict.objects.get().delivery_id == closed.pk


def test_a_delivery_with_a_manifest_cannot_be_closed_by_hand(opened):
    with pytest.raises(DeliveryUnclosableError):
        delivery_close(delivery=opened, by=JOB)


def test_one_broken_delivery_does_not_stop_the_worker(completed, monkeypatch):
    def broken(**_):
        raise RuntimeError("a value that must not be logged")

    with monkeypatch.context() as patched:
        patched.setattr(tasks, "delivery_accept", broken)
        assert work_once()
    completed.refresh_from_db()
    assert completed.state == DeliveryState.COMPLETE
    assert not work_once(), "its lease spaces the attempts"
    Delivery.objects.update(claimed_until=timezone.now())
    assert work_once()
    completed.refresh_from_db()
    assert completed.state == DeliveryState.ACCEPTED
