import pytest

from cmr_exchange.manifest import Contents, ReportValue, ValueSource
from cmr_registry.accounts.errors import NotAllowedRejected
from cmr_registry.audit.models import AuditEvent
from cmr_registry.centers.models import ParticipationAgreement
from cmr_registry.exams.models import Examination
from cmr_registry.intake.errors import DeliveryRejected
from cmr_registry.intake.models import Delivery
from cmr_registry.intake.selectors import delivery_document, manifest_of
from cmr_registry.intake.services import delivery_open, delivery_refuse
from cmr_registry.intake.states import DeliveryState

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]


def test_it_asks_for_every_instance_that_is_not_held(opened, coded):
    document = delivery_document(opened)
    assert document["state"] == "open"
    assert document["missing"] == sorted(one.sop_instance_uid for one in coded.instances)
    assert document["receipt"] is None


def test_the_same_manifest_again_is_the_same_delivery_and_no_second_event(opened, principal_riverside, coded):
    again = delivery_open(principal=principal_riverside, manifest=coded.manifest())
    assert again.pk == opened.pk
    assert AuditEvent.objects.filter(action="delivery.open", outcome="done").count() == 1


@pytest.mark.parametrize("center", ["lakeside", "atlantis"])
def test_a_key_cannot_deliver_for_another_center(scope, principal_riverside, lakeside, coded, center):
    with pytest.raises(NotAllowedRejected):
        delivery_open(principal=principal_riverside, manifest=coded.manifest(center=center))
    assert not Delivery.objects.exists()
    assert AuditEvent.objects.filter(action="delivery.open", outcome="denied").count() == 1


def test_nothing_is_opened_without_an_agreement(scope, principal_riverside, coded):
    ParticipationAgreement.objects.all().delete()
    with pytest.raises(DeliveryRejected) as refused:
        delivery_open(principal=principal_riverside, manifest=coded.manifest())
    assert refused.value.reason.code == "no_agreement"
    assert not Delivery.objects.exists()


def test_an_agreement_without_images_lets_a_report_through(scope, principal_riverside, riverside, coded):
    ParticipationAgreement.objects.update(allows_images=False)
    with pytest.raises(DeliveryRejected):
        delivery_open(principal=principal_riverside, manifest=coded.manifest())
    report = coded.report(contents=Contents.REPORT_ONLY, study_instance_uid=None, series=())
    assert delivery_open(principal=principal_riverside, manifest=report).state == DeliveryState.COMPLETE


def test_an_older_version_than_the_accepted_one_is_superseded(accepted, principal_riverside, coded):
    newer = delivery_open(principal=principal_riverside, manifest=coded.manifest(version=3))
    assert newer.state == DeliveryState.COMPLETE, "nothing is missing"
    from_backup = coded.manifest(version=1, software="restored")
    accepted_exam_is_newer(accepted)
    older = delivery_open(principal=principal_riverside, manifest=from_backup)
    assert older.state == DeliveryState.REFUSED
    assert [problem["code"] for problem in delivery_document(older)["problems"]] == ["superseded"]


@pytest.mark.parametrize("state", ["open", "accepted"])
def test_a_version_number_counts_once(request, principal_riverside, coded, state):
    request.getfixturevalue({"open": "opened", "accepted": "accepted"}[state])
    other = coded.manifest(day=7)
    with pytest.raises(DeliveryRejected) as refused:
        delivery_open(principal=principal_riverside, manifest=other)
    assert refused.value.reason.code == "version_taken"
    assert Delivery.objects.count() == 1
    assert AuditEvent.objects.filter(action="delivery.open", outcome="denied").count() == 1
    newer = coded.manifest(day=7, version=2)
    assert delivery_open(principal=principal_riverside, manifest=newer).version == 2


def test_the_number_of_a_refused_version_is_free(opened, principal_riverside, coded):
    delivery_refuse(opened, "superseded")
    again = delivery_open(principal=principal_riverside, manifest=coded.manifest(software="again"))
    assert (again.version, again.state) == (opened.version, DeliveryState.OPEN)


def accepted_exam_is_newer(delivery):
    Examination.objects.filter(pseudonym=delivery.exam_pseudonym).update(version=2)


def test_a_value_outside_the_dictionary_is_named_and_never_repeated(scope, principal_riverside, coded):
    values = {
        "lv_ef_reported_pct": ReportValue(ValueSource.REPORT_CSV, 55555.0),
        "no_such_item": ReportValue(ValueSource.REPORT_CSV, "jane-doe"),
    }
    delivery = delivery_open(principal=principal_riverside, manifest=coded.report(values=values))
    problems = delivery_document(delivery)["problems"]
    assert {problem["about"] for problem in problems} == {"lv_ef_reported_pct", "no_such_item"}
    assert "55555" not in str(problems)
    assert "jane" not in str(problems)


def test_the_manifest_is_stored_encrypted_and_comes_back_whole(opened, coded, stored_bytes):
    assert manifest_of(opened) == coded.manifest()
    stored = b"".join(stored_bytes().values())
    assert stored
    assert coded.subject.encode() not in stored
    assert coded.study.encode() not in stored
