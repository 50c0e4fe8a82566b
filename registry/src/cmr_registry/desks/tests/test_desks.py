"""Home pages per role."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cmr_registry.centers.models import ConnectorKey
from cmr_registry.centers.services import center_create
from cmr_registry.intake.models import Conflict, Delivery, RefusedInstance
from cmr_registry.lib.scope import ALL_CENTERS, center_scope

pytestmark = pytest.mark.django_db


def refuse(center, reason, count):
    with center_scope(ALL_CENTERS):
        RefusedInstance.objects.bulk_create(
            [RefusedInstance(center=center, reason=reason, size=10, actor="key:x") for _ in range(count)]
        )


@pytest.mark.parametrize(
    ("who", "where"),
    [
        ("coordinator_riverside", "/centers/"),
        ("trainee", "/centers/"),
        ("steward", "/steward/"),
        ("auditor", "/steward/"),
    ],
)
def test_each_role_comes_home(client, signed_in, request, who, where):
    answer = signed_in(client, request.getfixturevalue(who)).get("/home/")
    assert answer.headers["Location"] == where


def test_an_account_without_a_role_is_told_whom_to_ask(client, signed_in, outsider):
    answer = signed_in(client, outsider).get("/home/")
    assert answer.status_code == 200
    assert b"no role yet" in answer.content


def test_nobody_is_asked_to_sign_in(client):
    assert client.get("/home/").headers["Location"] == "/accounts/login/?next=/home/"


def test_after_signing_in_a_person_comes_home(client, coordinator_riverside):
    answer = client.post(
        "/accounts/login/", {"login": coordinator_riverside.email, "password": "a long enough password 17"}
    )
    assert answer.headers["Location"] == "/home/"


def test_a_wrong_password_is_refused_without_saying_what_was_wrong(client, coordinator_riverside):
    form = {"login": coordinator_riverside.email, "password": "not the password at all"}
    known = client.post("/accounts/login/", form).content.decode()
    unknown = client.post("/accounts/login/", form | {"login": "nobody@example.org"}).content.decode()
    assert "errorlist" in known
    sentence = known.split('class="errorlist')[1].split("</ul>")[0]
    assert sentence in unknown


def test_a_coordinator_sees_what_waits(client, signed_in, coordinator_riverside, riverside, exam_riverside):
    with center_scope(ALL_CENTERS):
        Delivery.objects.update(problems=[{"code": "value_rejected", "item": "lv_edv_ml"}])
        ConnectorKey.objects.update(last_used_at=timezone.now() - timedelta(days=3))
        Delivery.objects.update(last_activity_at=timezone.now() - timedelta(days=3))
    refuse(riverside, "not_mr", 4)
    page = signed_in(client, coordinator_riverside).get("/centers/").content.decode()
    assert "delivery has problems." in page
    assert "Your connector has been silent for more than a day." in page
    assert "Every exam has its report." in page
    assert "The image is not from magnetic resonance." in page
    assert "3 days ago" in page


def test_another_centers_trouble_is_not_shown(
    client, signed_in, coordinator_lakeside, riverside, exam_riverside
):
    refuse(riverside, "not_mr", 4)
    page = signed_in(client, coordinator_lakeside).get("/centers/").content.decode()
    assert riverside.name not in page
    assert "The image is not from magnetic resonance." not in page
    assert "No connector of your center has been in touch yet." in page


def test_the_steward_sees_conflicts_refusals_and_contacts_of_all_centers(
    client, signed_in, steward, riverside, lakeside, exam_delivery
):
    refuse(riverside, "original_uid", 3)
    refuse(lakeside, "zero_length", 2)
    with center_scope(ALL_CENTERS):
        Conflict.objects.create(
            center=riverside,
            delivery=exam_delivery,
            reason="same_uid_other_bytes",
            sop_instance_uid="2.25.1",
            offered_sha256="0" * 64,
        )
    page = signed_in(client, steward).get("/steward/").content.decode()
    assert exam_delivery.exam_pseudonym[:8] in page
    assert "The image carries a UID that was not re-mapped." in page
    assert "The file is empty." in page
    assert page.count(lakeside.name) == 2
    assert ">never<" in page


def test_the_steward_pages_through_many_centers_with_a_constant_number_of_queries(
    client, signed_in, steward, riverside, principal_of
):
    browser = signed_in(client, steward)
    browser.get("/steward/")
    with CaptureQueriesContext(connection) as few:
        browser.get("/steward/")
    for number in range(30):
        center_create(
            code=f"c{number:02d}",
            name=f"Center {number:02d}",
            city="X",
            country="US",
            by=principal_of(steward),
        )
    with CaptureQueriesContext(connection) as many:
        first = browser.get("/steward/").content.decode()
    second = browser.get("/steward/?page=2").content.decode()
    assert len(many) == len(few)
    assert "Center 24" in first
    assert "Center 29" not in first
    assert "Center 29" in second
    assert riverside.name in second


def test_a_coordinator_has_no_way_to_the_stewards_desk(client, signed_in, coordinator_riverside):
    assert signed_in(client, coordinator_riverside).get("/steward/").status_code == 403


def test_an_address_that_never_existed_is_absent_in_the_frame(client):
    answer = client.get(f"/centers/{uuid.uuid4()}/nothing/")
    assert answer.status_code == 404
    assert b"There is nothing at this address" in answer.content
