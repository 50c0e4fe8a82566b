"""Pages of deliveries: list, one delivery, receipt, decision of a conflict."""

import json
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cmr_registry.intake.models import Conflict, Delivery
from cmr_registry.lib.scope import ALL_CENTERS, center_scope

pytestmark = pytest.mark.django_db


@pytest.fixture
def coordinator(client, signed_in, coordinator_riverside):
    return signed_in(client, coordinator_riverside)


@pytest.fixture
def conflict(exam_delivery):
    """A conflict of a delivery that waits for a decision."""
    with center_scope(ALL_CENTERS):
        Delivery.objects.filter(pk=exam_delivery.pk).update(
            state="conflict", problems=[{"code": "same_uid_other_bytes", "sop_instance_uid": "2.25.77"}]
        )
        return Conflict.objects.create(
            center_id=exam_delivery.center_id,
            delivery=exam_delivery,
            reason="same_uid_other_bytes",
            sop_instance_uid="2.25.77",
            offered_sha256="0" * 64,
        )


def more_deliveries(center, count):
    now = timezone.now()
    with center_scope(ALL_CENTERS):
        for number in range(count):
            row = Delivery.objects.create(
                center=center,
                digest=f"{number:064d}",
                via="connector",
                state="accepted",
                exam_pseudonym=f"EXAM{number:013d}",
                contents="images_only",
                opened_by="key:x",
            )
            Delivery.objects.filter(pk=row.pk).update(opened_at=now - timedelta(days=number))


def test_the_list_shows_state_contents_and_way(coordinator, exam_delivery):
    page = coordinator.get(reverse("intake:deliveries")).content.decode()
    assert exam_delivery.exam_pseudonym[:8] in page
    assert ">accepted</span>" in page
    assert "images and report, version 1" in page
    assert f"{exam_delivery.n_stored} of {exam_delivery.n_expected}" in page


@pytest.mark.parametrize(
    ("show", "shown"), [("accepted", True), ("open", False), ("problems", False), ("x", True)]
)
def test_a_filter_narrows_the_list(coordinator, exam_delivery, show, shown):
    page = coordinator.get(f"{reverse('intake:deliveries')}?show={show}").content.decode()
    assert (exam_delivery.exam_pseudonym in page) is shown


def test_a_version_that_was_replaced_is_no_problem(coordinator, exam_delivery):
    with center_scope(ALL_CENTERS):
        Delivery.objects.update(state="refused", problems=[{"code": "superseded"}])
    page = coordinator.get(f"{reverse('intake:deliveries')}?show=problems").content.decode()
    assert exam_delivery.exam_pseudonym not in page


def test_the_list_is_paged_with_a_constant_number_of_queries(coordinator, riverside, exam_delivery):
    coordinator.get(reverse("intake:deliveries"))
    with CaptureQueriesContext(connection) as few:
        coordinator.get(reverse("intake:deliveries"))
    more_deliveries(riverside, 30)
    with CaptureQueriesContext(connection) as many:
        first = coordinator.get(reverse("intake:deliveries")).content.decode()
    assert len(many) == len(few)
    assert first.count("<tr>") == 26
    assert "?page=2" in first


def test_a_problem_is_a_sentence_with_who_mends_it_and_how(coordinator, exam_delivery):
    with center_scope(ALL_CENTERS):
        Delivery.objects.update(problems=[{"code": "hash_mismatch", "sop_instance_uid": "2.25.5"}] * 2)
    page = coordinator.get(reverse("intake:delivery", args=[exam_delivery.pk])).content.decode()
    assert page.count("The bytes received are not the bytes that the manifest announces.") == 1
    assert "Hospital IT: Let the connector send the exam again." in page
    assert "Show which (2)" in page
    assert page.count("2.25.5") == 2


def test_the_receipt_is_a_file_that_says_what_the_registry_signed(coordinator, exam_delivery):
    answer = coordinator.get(reverse("intake:receipt", args=[exam_delivery.pk]))
    assert json.loads(answer.content) == exam_delivery.receipt
    assert answer["Content-Disposition"].startswith("attachment")


def test_without_a_receipt_there_is_no_file(coordinator, exam_delivery):
    with center_scope(ALL_CENTERS):
        Delivery.objects.update(receipt=None)
    assert coordinator.get(reverse("intake:receipt", args=[exam_delivery.pk])).status_code == 404
    assert (
        b"There is none yet" in coordinator.get(reverse("intake:delivery", args=[exam_delivery.pk])).content
    )


def test_another_centers_delivery_and_none_at_all_get_the_same_answer(
    client, signed_in, coordinator_lakeside, exam_delivery
):
    lakeside = signed_in(client, coordinator_lakeside)
    for name in ("delivery", "receipt"):
        foreign = lakeside.get(reverse(f"intake:{name}", args=[exam_delivery.pk]))
        absent = lakeside.get(reverse(f"intake:{name}", args=[uuid.uuid4()]))
        assert (
            (foreign.status_code, foreign.content)
            == (absent.status_code, absent.content)
            == (404, absent.content)
        )
    assert exam_delivery.exam_pseudonym.encode() not in lakeside.get(reverse("intake:deliveries")).content


def test_the_steward_decides_a_conflict_on_the_page_of_the_delivery(client, signed_in, steward, conflict):
    browser = signed_in(client, steward)
    page = reverse("intake:delivery", args=[conflict.delivery_id])
    assert b"Keep the stored image" in browser.get(page).content
    answer = browser.post(
        reverse("intake:conflict", args=[conflict.delivery_id, conflict.pk]),
        {"choice": "keep_stored"},
        follow=True,
    )
    assert b"The decision is noted." in answer.content
    assert b"Keep the stored image" not in answer.content
    with center_scope(ALL_CENTERS):
        assert Conflict.objects.get().decision == "keep_stored"
        assert Delivery.objects.get().state == "complete"


def test_a_conflict_is_not_decided_twice(client, signed_in, steward, conflict):
    browser = signed_in(client, steward)
    path = reverse("intake:conflict", args=[conflict.delivery_id, conflict.pk])
    browser.post(path, {"choice": "refuse"})
    assert browser.post(path, {"choice": "keep_stored"}).status_code == 404


def test_nonsense_decides_nothing(client, signed_in, steward, conflict):
    path = reverse("intake:conflict", args=[conflict.delivery_id, conflict.pk])
    assert signed_in(client, steward).post(path, {"choice": "both"}).status_code == 400
    with center_scope(ALL_CENTERS):
        assert Conflict.objects.get().decision == ""


def test_a_coordinator_sees_the_conflict_and_cannot_decide_it(coordinator, conflict):
    page = coordinator.get(reverse("intake:delivery", args=[conflict.delivery_id])).content
    assert b"Keep the stored image" not in page
    assert b"Registry steward: The steward decides which one counts." in page
    path = reverse("intake:conflict", args=[conflict.delivery_id, conflict.pk])
    assert coordinator.post(path, {"choice": "refuse"}).status_code == 403
