"""Who gets in: keys, sessions, roles; and nobody learns from an answer what another center holds."""

import itertools

import pytest
from django.conf import settings
from django.test import Client as Browser
from django.utils import timezone

from cmr_registry.accounts.permissions import Permission
from cmr_registry.audit.models import AuditEvent
from cmr_registry.dicomweb.app import READINGS, STORES, build, routes
from cmr_registry.dicomweb.tests.conftest import STOW_TYPE, Client, stow_body
from cmr_registry.lib.scope import ALL_CENTERS, center_scope
from cmr_registry.subjects.models import Subject

pytestmark = pytest.mark.django_db


def addresses(study, series, instance):
    names = {"study": study, "series": series, "instance": instance, "frames": "1", "attribute": "7FE00010"}
    return [f"/dicom-web{path.format(**names)}" for path, _ in READINGS if "{study}" in path]


@pytest.fixture
def as_person(app, signed_in):
    """`as_person(account)`: a client with that person's session and the token of our pages."""

    def client_of(account):
        browser = signed_in(Browser(), account)
        cookie = browser.cookies[settings.SESSION_COOKIE_NAME].value
        return Client(app, {"Cookie": f"{settings.SESSION_COOKIE_NAME}={cookie}"})

    return client_of


def test_every_route_has_a_door(app):
    table = routes(app)
    assert len(table) == len(READINGS) + len(STORES)
    for method, path, door in table:
        assert path.startswith("/dicom-web/")
        assert door.permission is (Permission.DELIVER if method == "POST" else Permission.SEE_IMAGES)


def test_a_route_without_a_door_is_found(app):
    app.add_route("/dicom-web/open", lambda request: None)
    with pytest.raises(TypeError):
        routes(app)


def test_another_center_gets_the_same_answer_as_for_what_never_was(
    riverside_client, lakeside_client, study, coded
):
    one = next(iter(coded.instances.values()))
    real = addresses(coded.study, one.series_instance_uid, one.sop_instance_uid)
    never = addresses("1.2.3.4", "1.2.3.5", "1.2.3.6")
    for path, absent in zip(real, never, strict=True):
        assert riverside_client.get(path).status_code == 200, path
        foreign, unknown = lakeside_client.get(path), lakeside_client.get(absent)
        assert (foreign.status_code, foreign.content) == (404, unknown.content), path
        assert foreign.headers == unknown.headers
    assert lakeside_client.get("/dicom-web/studies").json() == []
    assert lakeside_client.get("/dicom-web/series").json() == []


def test_a_series_or_instance_under_the_wrong_parent_is_absent(riverside_client, study, coded):
    first, second = itertools.islice(coded.series().items(), 2)
    wrong = f"/dicom-web/studies/{coded.study}/series/{first[0]}/instances/{second[1][0].sop_instance_uid}"
    assert riverside_client.get(wrong).status_code == 404
    assert riverside_client.get(f"/dicom-web/studies/1.2/series/{first[0]}").status_code == 404


@pytest.mark.parametrize("uid", ["x", "1.2.x", "1" * 65, "%2e%2e", "1.2'--"])
def test_a_name_that_is_no_uid_is_absent(riverside_client, uid):
    answer = riverside_client.get(f"/dicom-web/studies/{uid}/series")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_a_withdrawn_subject_is_absent_at_once(riverside_client, study, coded):
    with center_scope(ALL_CENTERS):
        Subject.objects.update(withdrawn_at=timezone.now())
    one = next(iter(coded.instances.values()))
    for path in addresses(coded.study, one.series_instance_uid, one.sop_instance_uid):
        assert riverside_client.get(path).status_code == 404, path
    assert riverside_client.get("/dicom-web/studies").json() == []
    assert riverside_client.get("/dicom-web/series").json() == []


def test_nobody_is_asked_to_sign_in(nobody_client, as_key, coded):
    for client in (nobody_client, as_key("guessed")):
        answer = client.get("/dicom-web/studies")
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
        assert client.store(coded.files[0]).status_code == 401


def test_a_person_sees_the_images_of_the_own_center(
    as_person, coordinator_riverside, coordinator_lakeside, study
):
    assert len(as_person(coordinator_riverside).get("/dicom-web/studies").json()) == 1
    assert as_person(coordinator_lakeside).get("/dicom-web/studies").json() == []


def test_the_steward_sees_every_center(as_person, steward, study):
    assert len(as_person(steward).get("/dicom-web/studies").json()) == 1


def test_a_person_without_the_permission_is_refused_and_it_is_noted(as_person, outsider, auditor):
    for account in (outsider, auditor):
        assert as_person(account).get("/dicom-web/studies").status_code == 403
        assert AuditEvent.objects.filter(outcome="denied", actor=f"account:{account.pk}").exists()


def test_an_account_that_was_closed_is_nobody_at_its_next_request(as_person, coordinator_riverside):
    client = as_person(coordinator_riverside)
    assert client.get("/dicom-web/studies").status_code == 200
    coordinator_riverside.is_active = False
    coordinator_riverside.save()
    assert client.get("/dicom-web/studies").status_code == 401


def test_a_session_stores_only_with_the_token_of_our_pages(as_person, coordinator_riverside, coded):
    client = as_person(coordinator_riverside)
    assert client.store(coded.files[0]).json()["code"] == "cross_site"
    token = "a" * 32
    client.headers["Cookie"] += f"; {settings.CSRF_COOKIE_NAME}={token}"
    assert client.store(coded.files[0], **{"X-CSRFToken": "b" * 32}).status_code == 403
    assert (
        client.store(coded.files[0], **{"X-CSRFToken": token, "Origin": "http://evil.example"}).status_code
        == 403
    )
    assert (
        client.store(coded.files[0], **{"X-CSRFToken": token, "Origin": "http://localhost"}).status_code
        == 200
    )


def test_who_may_not_deliver_may_not_store(as_person, trainee, coded):
    assert as_person(trainee).store(coded.files[0]).status_code == 403


def test_an_unknown_host_name_is_refused(riverside_client):
    answer = riverside_client.request("GET", "/dicom-web/studies", headers={"Host": "evil.example"})
    assert answer.status_code == 400


def test_a_key_in_the_clear_is_refused_where_the_registry_has_tls(riverside_client, settings):
    settings.SECURE_SSL_REDIRECT = True
    assert riverside_client.get("/dicom-web/studies").status_code == 400
    answer = riverside_client.request("GET", "/dicom-web/studies", headers={"X-Forwarded-Proto": "https"})
    assert answer.status_code == 200


def test_unknown_addresses_and_methods_are_problems_too(riverside_client):
    assert riverside_client.get("/dicom-web/nothing").json()["code"] == "not_found"
    assert riverside_client.get("/dicom-web/studies/").status_code == 404
    answer = riverside_client.request("DELETE", "/dicom-web/studies/1.2")
    assert (answer.status_code, answer.json()["code"]) == (405, "method")


def test_a_failure_inside_says_nothing_of_what_failed(key_riverside):
    class Broken:
        async def run(self, call):
            raise RuntimeError("Bobby")

    answer = Client(build(None, workers=Broken()), {}).request(
        "POST", "/dicom-web/studies", content=stow_body(b"x"), headers={"Content-Type": STOW_TYPE}
    )
    assert (answer.status_code, answer.json()["code"]) == (500, "failed")
    assert "Bobby" not in answer.text
