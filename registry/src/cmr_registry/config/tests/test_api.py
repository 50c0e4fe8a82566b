import json
import uuid

import pytest
from django.test import Client

from cmr_registry.audit.models import AuditEvent
from cmr_registry.centers.models import ParticipationAgreement
from cmr_registry.intake.tests.factories import manifest_of

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]
DELIVERIES = "/api/v1/deliveries"


@pytest.fixture
def manifest(riverside, instances):
    return manifest_of(riverside, instances).to_document()


def post(client, document, key=None):
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    body = document if isinstance(document, bytes) else json.dumps(document)
    return client.post(DELIVERIES, body, content_type="application/json", headers=headers)


def test_a_connector_opens_a_delivery_and_asks_where_it_stands(client, key_riverside, manifest):
    opened = post(client, manifest, key_riverside)
    assert opened.status_code == 200
    document = opened.json()
    assert document["state"] == "open"
    assert len(document["missing"]) == sum(len(series["instances"]) for series in manifest["series"])
    headers = {"Authorization": f"Bearer {key_riverside}"}
    again = client.get(f"{DELIVERIES}/{document['id']}", headers=headers)
    assert again.json() == document
    assert post(client, manifest, key_riverside).json() == document


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b'"text"', b"\xff\xfe", b"[" * 100_000, b'{"exchange_version": NaN}'],
    ids=lambda body: repr(body[:12]),
)
def test_no_manifest_is_answered_with_its_place_and_no_echo(client, key_riverside, body):
    answer = post(client, body, key_riverside)
    assert answer.status_code == 422
    assert answer["Content-Type"].startswith("application/problem+json")
    assert answer.json()["code"] == "malformed_document"


@pytest.mark.parametrize("field", ["subject", "exam", "day", "exam_year", "profile_digest", "software"])
def test_a_wrong_field_is_named_and_its_value_never_repeated(client, key_riverside, manifest, field):
    answer = post(client, manifest | {field: {"Jane Doe": 1950}}, key_riverside)
    assert (answer.status_code, answer.json()["code"]) == (422, "malformed_document")
    assert field in answer.json()["detail"]
    assert "Jane" not in answer.content.decode()


def test_a_field_that_the_contract_does_not_know_refuses_the_whole(client, key_riverside, manifest):
    answer = post(client, manifest | {"patient_name": "Jane Doe"}, key_riverside)
    assert answer.status_code == 422
    assert "Jane" not in answer.content.decode()
    assert "patient_name" not in answer.content.decode()


def test_another_version_of_the_contract_has_its_own_code(client, key_riverside, manifest):
    answer = post(client, manifest | {"exchange_version": 99}, key_riverside)
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_version")


def test_another_centers_manifest_is_not_allowed(client, key_lakeside, manifest):
    answer = post(client, manifest, key_lakeside)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")
    assert AuditEvent.objects.filter(outcome="denied").count() == 1


def test_without_an_agreement_the_answer_says_who_mends_it(client, key_riverside, manifest):
    ParticipationAgreement.objects.all().delete()
    answer = post(client, manifest, key_riverside)
    assert (answer.status_code, answer.json()["code"]) == (409, "no_agreement")
    assert answer.json()["mender"] == "center coordinator"


def test_nobody_and_a_guessed_key_are_asked_to_sign_in(client, manifest):
    for key in (None, "cmrk_guessed"):
        answer = post(client, manifest, key)
        assert (answer.status_code, answer.json()["code"]) == (401, "sign_in_needed")
        assert answer["WWW-Authenticate"] == "Bearer"


def test_a_session_writes_only_with_its_csrf_token(coordinator_riverside, signed_in, manifest):
    client = signed_in(Client(enforce_csrf_checks=True), coordinator_riverside)
    assert post(client, manifest).status_code == 403
    client.get("/accounts/login/")
    client.get("/centers/upload/")
    token = client.cookies["csrf"].value
    answer = client.post(
        DELIVERIES, json.dumps(manifest), content_type="application/json", headers={"X-CSRFToken": token}
    )
    assert answer.status_code == 200


def test_a_key_needs_no_csrf_token(key_riverside, manifest):
    assert post(Client(enforce_csrf_checks=True), manifest, key_riverside).status_code == 200


def test_the_steward_sees_but_does_not_deliver(client, steward, signed_in, manifest, delivery):
    signed_in(client, steward)
    assert post(client, manifest).status_code == 403
    assert client.get(f"{DELIVERIES}/{delivery.pk}").json()["receipt"] == delivery.receipt


def test_absent_foreign_and_malformed_ids_get_the_same_404(client, key_lakeside, delivery):
    headers = {"Authorization": f"Bearer {key_lakeside}"}
    bodies = {
        client.get(f"{DELIVERIES}/{name}", headers=headers).content
        for name in (delivery.pk, uuid.uuid4(), "no-id", "..%2f..")
    }
    assert len(bodies) == 1
    assert json.loads(bodies.pop())["code"] == "not_found"


def test_the_receipt_key_checks_receipts(client, delivery):
    answer = client.get("/api/v1/receipt-key").json()
    assert answer["registry_key"] == delivery.receipt["registry_key"]
    assert answer["algorithm"] == "Ed25519"


def test_a_wrong_method_is_answered_as_such(client, key_riverside):
    headers = {"Authorization": f"Bearer {key_riverside}"}
    assert client.delete(DELIVERIES, headers=headers).status_code == 405


def test_every_operation_declares_its_refusals_and_its_key(client):
    schema = client.get("/api/v1/openapi.json").json()
    without_objects = {"/api/v1/cohorts/count": {"413", "422"}, "/api/v1/releases": set()}
    for path, operations in schema["paths"].items():
        for operation in operations.values():
            if path == "/api/v1/receipt-key":
                continue
            assert operation["security"]
            refusals = without_objects.get(path, {"404", "409", "413", "422"})
            assert {"200", "401", "403"} | refusals == operation["responses"].keys(), path


def test_the_docs_page_needs_no_script_and_obeys_the_policy(client):
    answer = client.get("/api/v1/docs")
    assert b"<script" not in answer.content
    assert b"/api/v1/deliveries" in answer.content
    assert "default-src 'self'" in answer["Content-Security-Policy"]


def test_health_and_readiness_are_open(client, settings, tmp_path):
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").status_code == 200
    settings.STORAGE_URL = "ftp://nowhere"
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["storage"]) == (503, "unreachable")


def test_every_answer_carries_a_request_id_and_a_line_without_ids(client, delivery, key_riverside, capsys):
    answer = client.get(f"{DELIVERIES}/{delivery.pk}", headers={"Authorization": f"Bearer {key_riverside}"})
    line = json.loads(capsys.readouterr().err.splitlines()[-1])
    assert line["request"] == answer["X-Request-ID"]
    assert str(delivery.pk) not in str(line)
    assert delivery.study_instance_uid not in str(line)
