import pytest
from django.conf import settings
from django.test import Client

from cmr_registry.accounts.policy import NOBODY
from cmr_registry.accounts.roles import Role
from cmr_registry.config.principal import (
    principal_of_account,
    principal_of_job,
    principal_of_key,
    principal_of_scope,
)

pytestmark = pytest.mark.django_db


def scope(**headers):
    pairs = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    return {"type": "http", "method": "GET", "path": "/", "headers": pairs}


def test_a_key_is_the_connector_of_its_one_center(key_riverside, riverside):
    principal = principal_of_key(f"Bearer {key_riverside}")
    assert principal.center_roles == {riverside.pk: frozenset({Role.CONNECTOR})}
    assert principal.actor.startswith("key:")
    assert key_riverside not in principal.actor


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Basic abc", "Bearer cmrk_guessed", "bearer\x00x"]
)
def test_anything_else_is_nobody(db, header):
    assert principal_of_key(header) == NOBODY


def test_an_account_carries_its_roles_of_today(coordinator_riverside, steward, riverside):
    assert principal_of_account(coordinator_riverside).center_roles == {
        riverside.pk: frozenset({Role.COORDINATOR})
    }
    assert principal_of_account(steward).registry_roles == frozenset({Role.STEWARD})


def test_a_job_acts_for_the_registry():
    assert principal_of_job("x").actor == "job:x"


def test_an_asgi_request_is_composed_like_a_page(key_riverside, coordinator_riverside, signed_in):
    assert principal_of_scope(scope(authorization=f"Bearer {key_riverside}")) == principal_of_key(
        f"Bearer {key_riverside}"
    )
    client = signed_in(Client(), coordinator_riverside)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    cookie = f"{settings.SESSION_COOKIE_NAME}={session}"
    assert principal_of_scope(scope(cookie=cookie)) == principal_of_account(coordinator_riverside)
    assert principal_of_scope(scope()) == NOBODY
    assert principal_of_scope(scope(cookie=f"{settings.SESSION_COOKIE_NAME}=guessed")) == NOBODY


def test_a_wrong_key_beside_a_good_session_is_nobody(coordinator_riverside, signed_in):
    client = signed_in(Client(), coordinator_riverside)
    answer = client.get("/centers/deliveries/", headers={"Authorization": "Bearer wrong"})
    assert answer.status_code == 302


def test_a_good_key_opens_no_page(client, key_riverside):
    headers = {"Authorization": f"Bearer {key_riverside}"}
    assert client.get("/exams/", headers=headers).status_code == 302
    assert client.get("/centers/deliveries/", headers=headers).status_code == 302
    assert client.get("/api/v1/docs", headers=headers).status_code == 200


def test_nobodys_page_leads_to_sign_in_and_back(client):
    answer = client.get("/exams/?has_report=yes")
    assert answer.status_code == 302
    assert answer["Location"] == "/accounts/login/?next=/exams/%3Fhas_report%3Dyes"


def test_a_refusal_is_a_page_with_its_sentence(client, outsider, signed_in):
    answer = signed_in(client, outsider).get("/exams/")
    assert answer.status_code == 403
    assert b"Your roles do not let you" in answer.content
