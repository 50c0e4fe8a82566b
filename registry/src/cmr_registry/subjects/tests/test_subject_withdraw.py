"""A withdrawal hides at once, is done once by every room, and survives a worker that dies."""

import pytest
from django.apps import apps

from cmr_registry.accounts.errors import NotAllowedRejected
from cmr_registry.archive.models import ImagingStudy, Segment, Series
from cmr_registry.archive.selectors import images_total, series_find, study_find
from cmr_registry.audit.models import AuditEvent
from cmr_registry.centers.models import CenterOwned
from cmr_registry.config.principal import principal_of_account
from cmr_registry.exams.models import CaseReport, Examination
from cmr_registry.exams.selectors import exam_find, exam_values, exams_total
from cmr_registry.intake.acceptance import delivery_accept
from cmr_registry.intake.errors import DeliveryRejected
from cmr_registry.intake.models import Delivery
from cmr_registry.intake.selectors import delivery_list
from cmr_registry.intake.services import delivery_open
from cmr_registry.intake.states import DeliveryState
from cmr_registry.intake.tests.factories import VALUES, deliver, manifest_of
from cmr_registry.lib.scope import center_scope
from cmr_registry.subjects.models import PresentManager, Subject, WithdrawalTask
from cmr_registry.subjects.selectors import has_withdrawn, subject_find, subjects_total, withdrawn_ids
from cmr_registry.subjects.services import subject_withdraw
from cmr_registry.subjects.tasks import work_once
from cmr_registry.subjects.withdrawal import handler_of, handlers

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

NEEDS_NO_MANAGER = {
    "releases.ReleaseMember": "a release that was cut keeps its record, marked as withdrawn",
    "subjects.WithdrawalTask": "says what the withdrawal has done; the job must see it",
}
"""Models that lead to a subject and must be seen after its withdrawal, each with its reason."""


def paths_to_subject():
    """Every model of the house from which foreign keys lead to a subject."""
    leading, before = {Subject}, set()
    while leading != before:
        before = set(leading)
        leading |= {
            model
            for model in apps.get_models()
            for field in model._meta.get_fields()
            if field.concrete and field.is_relation and field.many_to_one | field.one_to_one
            if field.related_model in before and model.__module__.startswith("cmr_registry.")
        }
    return sorted(leading, key=lambda model: model._meta.label)


LEADING = paths_to_subject()


@pytest.mark.parametrize("model", LEADING, ids=lambda model: model._meta.label)
def test_every_room_with_a_model_that_leads_to_a_subject_has_a_handler(model):
    room = model._meta.app_label
    assert room in handlers()
    assert callable(handler_of(room))


@pytest.mark.parametrize("model", LEADING, ids=lambda model: model._meta.label)
def test_every_model_that_leads_to_a_subject_hides_what_withdrew(model):
    if model._meta.label in NEEDS_NO_MANAGER:
        return
    assert issubclass(model, CenterOwned)
    assert isinstance(model._default_manager, PresentManager)
    field = model
    for step in filter(None, model.subject_path.split("__")):
        field = field._meta.get_field(step).related_model
    assert field is Subject


@pytest.fixture
def subject(exam_riverside):
    with center_scope({exam_riverside.center_id}):
        return exam_riverside.subject


@pytest.fixture
def withdraw(subject, coordinator_riverside):
    def run():
        return subject_withdraw(subject=subject, by=principal_of_account(coordinator_riverside))

    return run


def test_everything_of_the_subject_is_gone_at_once(exam_riverside, riverside, withdraw):
    study = exam_riverside.imaging_study
    with center_scope({riverside.pk}):
        series = study.series.first()
        withdraw()
        assert subjects_total() == exams_total() == images_total() == 0
        assert exam_find(exam_riverside.pk) is None
        assert exam_values(exam_riverside) == ()
        assert study_find(study.study_instance_uid) is None
        assert series_find(study.study_instance_uid, series.series_instance_uid) is None
        for model in (Subject, Examination, CaseReport, ImagingStudy, Series, Segment):
            assert not model.objects.exists(), model
            assert model.everything.exists(), model
        assert not delivery_list().exists()
        assert Delivery.objects.exists()
    assert withdrawn_ids() == {exam_riverside.subject_id}


def test_withdrawing_twice_changes_nothing(withdraw, all_centers):
    first = withdraw()
    again = withdraw()
    assert again.withdrawn_at == first.withdrawn_at
    assert AuditEvent.objects.filter(action="subject.withdraw").count() == 1
    assert WithdrawalTask.objects.count() == len(handlers())


def test_the_event_names_no_pseudonym(withdraw):
    subject = withdraw()
    event = AuditEvent.objects.get(action="subject.withdraw")
    assert event.target == f"subject:{subject.pk}"
    assert event.chain == str(subject.center_id)
    assert subject.pseudonym not in str(event.detail)


def test_another_center_or_a_trainee_cannot_withdraw(subject, coordinator_lakeside, trainee, all_centers):
    for account in (coordinator_lakeside, trainee):
        with pytest.raises(NotAllowedRejected):
            subject_withdraw(subject=subject, by=principal_of_account(account))
    assert Subject.objects.filter(pk=subject.pk).exists()
    assert AuditEvent.objects.filter(action="subject.withdraw", outcome="denied").count() == 2


def test_another_scope_is_refused(subject, steward):
    with pytest.raises(ValueError, match="exam"):
        subject_withdraw(subject=subject, by=principal_of_account(steward), scope="exam")


def test_a_withdrawn_subject_is_still_found_by_its_name(subject, withdraw, all_centers):
    assert not has_withdrawn(subject.center_id, subject.pseudonym)
    withdraw()
    assert has_withdrawn(subject.center_id, subject.pseudonym)
    assert subject_find(subject.center_id, subject.pseudonym) == subject
    assert subject_find(subject.center_id, "A" * 17) is None


def test_every_room_does_its_part_once(withdraw, all_centers):
    withdraw()
    while work_once():
        pass
    tasks = WithdrawalTask.objects.all()
    assert {task.room for task in tasks} == set(handlers())
    assert all(task.done_at and task.claimed_until is None for task in tasks)
    assert AuditEvent.objects.filter(action="withdrawal_task.do").count() == len(handlers())
    assert work_once() is False


def test_a_room_that_fails_is_tried_again_and_the_others_go_on(withdraw, all_centers, monkeypatch):
    withdraw()

    def broken(subject):
        raise RuntimeError(subject.pseudonym)

    monkeypatch.setattr("cmr_registry.intake.withdrawal.subject_withdrawn", broken)
    while work_once():
        pass
    assert set(WithdrawalTask.objects.filter(done_at=None).values_list("room", flat=True)) == {"intake"}
    monkeypatch.undo()
    WithdrawalTask.objects.filter(done_at=None).update(claimed_until=None)
    assert work_once() is True
    assert not WithdrawalTask.objects.filter(done_at=None).exists()


def test_a_worker_that_lost_its_lease_changes_nothing(withdraw, all_centers, monkeypatch, capsys):
    subject = withdraw()

    def slow(_):
        WithdrawalTask.objects.filter(room="intake").update(claim_token=99)

    WithdrawalTask.objects.exclude(room="intake").delete()
    monkeypatch.setattr("cmr_registry.intake.withdrawal.subject_withdrawn", slow)
    assert work_once() is True
    task = WithdrawalTask.objects.get(subject=subject)
    assert task.done_at is None
    assert "claim_lost" in capsys.readouterr().err


def test_a_room_that_registers_later_gets_its_task(withdraw, all_centers):
    withdraw()
    WithdrawalTask.objects.filter(room="archive").delete()
    while work_once():
        pass
    assert WithdrawalTask.objects.get(room="archive").done_at


def test_a_new_delivery_of_a_withdrawn_subject_is_refused(
    withdraw, principal_riverside, riverside, exam_instances, all_centers
):
    withdraw()
    with pytest.raises(DeliveryRejected) as refused:
        delivery_open(
            principal=principal_riverside, manifest=manifest_of(riverside, exam_instances, values=VALUES)
        )
    assert refused.value.reason.code == "subject_withdrawn"


def test_what_was_on_its_way_is_refused(principal_riverside, riverside, exam_instances, steward, all_centers):
    manifest = manifest_of(riverside, exam_instances, values=VALUES)
    delivery = delivery_open(principal=principal_riverside, manifest=manifest)
    subject = Subject.objects.create(center=riverside, pseudonym=manifest.subject)
    subject_withdraw(subject=subject, by=principal_of_account(steward))
    while work_once():
        pass
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.REFUSED
    assert delivery.problems[-1] == {"code": "subject_withdrawn"}


def test_a_delivery_that_completed_before_the_job_came_is_refused_by_the_worker(
    principal_riverside, riverside, exam_instances, steward, all_centers
):
    subject = Subject.objects.create(center=riverside, pseudonym=exam_instances[0].subject)
    manifest = manifest_of(riverside, exam_instances, values=VALUES)
    delivery_open(principal=principal_riverside, manifest=manifest)
    subject_withdraw(subject=subject, by=principal_of_account(steward))
    Delivery.objects.update(state=DeliveryState.COMPLETE.value)
    from_worker = delivery_accept(delivery=Delivery.objects.get())
    assert from_worker.state == DeliveryState.REFUSED
    assert not Examination.everything.exists()


def test_other_subjects_stay(withdraw, principal_lakeside, lakeside, exam_instances, all_centers):
    deliver(principal_lakeside, lakeside, exam_instances, values=VALUES)
    withdraw()
    assert subjects_total() == exams_total() == 1
