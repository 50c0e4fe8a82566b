import dataclasses

import pytest

from cmr_exchange.manifest import Contents
from cmr_registry.archive.models import Pack
from cmr_registry.audit.models import AuditEvent
from cmr_registry.exams.models import Examination
from cmr_registry.intake.acceptance import conflict_decide, delivery_accept
from cmr_registry.intake.errors import ConflictDecidedError
from cmr_registry.intake.models import Conflict
from cmr_registry.intake.services import delivery_open, instances_store
from cmr_registry.intake.states import ConflictDecision, DeliveryState

pytestmark = pytest.mark.django_db


@pytest.fixture
def by_steward(steward, principal_of):
    return principal_of(steward)


@pytest.fixture
def conflicting(accepted, principal_riverside, coded):
    """Version 2 announces and sends other bytes for one stored instance."""
    first = coded.instances[0]
    changed = dataclasses.replace(first, data=first.data[:-1] + bytes([first.data[-1] ^ 1]))
    other = dataclasses.replace(coded, instances=(changed, *coded.instances[1:]))
    delivery = delivery_open(principal=principal_riverside, manifest=other.manifest(version=2))
    outcome = instances_store(
        principal=principal_riverside, delivery_id=delivery.pk, instances=[changed.data]
    )
    assert [one.reason.code for one in outcome.failed] == ["same_uid_other_bytes"]
    return delivery_accept(delivery=delivery)


def test_both_are_kept_and_the_delivery_waits(conflicting):
    assert conflicting.state == DeliveryState.CONFLICT
    assert Pack.objects.get().is_apart
    assert Examination.objects.get().version == 1


def test_keeping_the_stored_bytes_lets_the_delivery_go_on(conflicting, by_steward, coded):
    conflict_decide(conflict=Conflict.objects.get(), decision=ConflictDecision.KEEP_STORED, by=by_steward)
    conflicting.refresh_from_db()
    assert conflicting.state == DeliveryState.COMPLETE
    assert delivery_accept(delivery=conflicting).state == DeliveryState.ACCEPTED
    exam = Examination.objects.get()
    assert (exam.version, exam.imaging_study.n_instances) == (2, len(coded.files))
    assert AuditEvent.objects.filter(action="conflict.decide", actor=by_steward.actor).count() == 1


def test_refusing_ends_the_delivery(conflicting, by_steward):
    conflict_decide(conflict=Conflict.objects.get(), decision=ConflictDecision.REFUSE, by=by_steward)
    conflicting.refresh_from_db()
    assert conflicting.state == DeliveryState.REFUSED
    assert Examination.objects.get().version == 1


def test_a_decision_stands(conflicting, by_steward):
    conflict_decide(conflict=Conflict.objects.get(), decision=ConflictDecision.REFUSE, by=by_steward)
    with pytest.raises(ConflictDecidedError):
        conflict_decide(conflict=Conflict.objects.get(), decision=ConflictDecision.KEEP_STORED, by=by_steward)


def test_an_exam_of_another_subject_can_only_be_refused(accepted, principal_riverside, by_steward, coded):
    other = dataclasses.replace(coded, subject=coded.exam)
    alone = other.report(contents=Contents.REPORT_ONLY, study_instance_uid=None, series=())
    delivery_accept(delivery=delivery_open(principal=principal_riverside, manifest=alone))
    with pytest.raises(ConflictDecidedError):
        conflict_decide(conflict=Conflict.objects.get(), decision=ConflictDecision.KEEP_STORED, by=by_steward)
    conflict_decide(conflict=Conflict.objects.get(), decision=ConflictDecision.REFUSE, by=by_steward)
