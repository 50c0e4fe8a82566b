"""Role x center x route: whoever may not see an object gets what he would get if it had never been (L1, S1)."""

import re
import uuid

import pytest
from django.test import Client

from cmr_registry.accounts.permissions import Permission
from cmr_registry.accounts.policy import NOBODY, holds, scope_for
from cmr_registry.accounts.roles import CENTER_ROLES, PROJECT_ROLES, REGISTRY_ROLES
from cmr_registry.archive.models import Series
from cmr_registry.config.principal import principal_of_key
from cmr_registry.config.tests.routes import Route, django_routes, every_route
from cmr_registry.followup.services import followup_record
from cmr_registry.followup.tests.factories import document_of
from cmr_registry.intake.models import Conflict
from cmr_registry.lib.scope import ALL_CENTERS, center_scope
from cmr_registry.projects.tests.factories import approved, ballot_at

pytestmark = pytest.mark.django_db

DOORS = {route.name + " " + route.path: route for route in django_routes()}
GUARDED = [route for route in DOORS.values() if route.door and route.door.permission]
BODIES = {"open_delivery": b"{}", "deliver_follow_up": b"{}", "withdraw_subject": b"{}"}
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
WITH_OBJECTS = [route for route in GUARDED if PARAMETER.search(route.path) and "<path:" not in route.path]


@pytest.mark.parametrize("route", every_route(), ids=lambda route: route.name + " " + route.path)
def test_every_route_has_a_door_or_a_reason_to_be_public(route: Route):
    assert route.door is not None
    assert route.door.permission is not None or len(route.door.why_public) > 10


def test_every_permission_guards_a_route_or_is_known_to_wait_for_one():
    guarding = {route.door.permission for route in every_route() if route.door}
    waiting = {Permission.SEE_AUDIT}
    assert set(Permission) - guarding <= waiting


def test_every_permission_is_held_by_a_role():
    held = set().union(*CENTER_ROLES.values(), *REGISTRY_ROLES.values(), *PROJECT_ROLES.values())
    assert held == set(Permission)


@pytest.fixture
def callers(
    client,
    coordinator_riverside,
    center_pi,
    trainee,
    coordinator_lakeside,
    steward,
    auditor,
    outsider,
    key_riverside,
    key_lakeside,
    signed_in,
    principal_of,
):
    """Name -> (client, headers, Principal)."""
    people = {
        "coordinator of Riverside": coordinator_riverside,
        "PI of Riverside": center_pi,
        "trainee of Riverside": trainee,
        "coordinator of Lakeside": coordinator_lakeside,
        "steward": steward,
        "auditor": auditor,
        "outsider": outsider,
    }
    found = {name: (signed_in(Client(), one), {}, principal_of(one)) for name, one in people.items()}
    for name, key in (("key of Riverside", key_riverside), ("key of Lakeside", key_lakeside)):
        header = {"Authorization": f"Bearer {key}"}
        found[name] = (Client(), header, principal_of_key(header["Authorization"]))
    found["revoked or guessed key"] = (Client(), {"Authorization": "Bearer cmrk_guessed"}, NOBODY)
    found["nobody"] = (Client(), {}, NOBODY)
    return found


@pytest.fixture
def names_of(exam, delivery, principal_riverside, researcher):
    """Values of address parameters: those of Riverside's exam, or of nothing at all."""
    with center_scope(ALL_CENTERS):
        cine = Series.objects.filter(kind__startswith="cine").order_by("-n_positions").first()
        conflict = Conflict(center=delivery.center, delivery=delivery, reason="subject_mismatch")
        conflict.save()
        subject = exam.subject
        followup_record(principal=principal_riverside, document=document_of(subject.pseudonym))
    ballot = ballot_at(delivery.center, approved(researcher))
    real = {
        "ballot_id": ballot.pk,
        "project_id": ballot.project_id,
        "exam_id": exam.pk,
        "series_id": cine.pk,
        "delivery_id": delivery.pk,
        "conflict_id": conflict.pk,
        "subject_id": subject.pk,
        "pseudonym": subject.pseudonym,
        "position": 0,
        "form": "lv",
        "search_id": uuid.uuid4(),
        "application_id": uuid.uuid4(),
        "release_id": uuid.uuid4(),
    }
    absent = {name: uuid.uuid4() for name in real} | {"form": "lv", "position": 0}
    return {"real": real, "absent": absent}


def address(route: Route, names):
    return "/" + PARAMETER.sub(lambda found: str(names.get(found[1], "x")), route.path)


def principal_at(route: Route, caller):
    """Who a caller is at a route: a key opens the API, and is nobody at a page."""
    _, headers, principal = caller
    return NOBODY if headers and not route.path.startswith("api/") else principal


def ask(route: Route, caller, names, method="GET"):
    client, headers, _ = caller
    if "POST" in route.methods:
        body = BODIES[route.name]
        return client.post(address(route, names), body, content_type="application/json", headers=headers)
    if method == "POST":
        return client.post(address(route, names), {}, headers=headers)
    return client.get(address(route, names), headers=headers)


def as_seen(answer):
    """All that a caller can tell answers apart by, but the request id."""
    headers = {name: value for name, value in answer.headers.items() if name != "X-Request-ID"}
    return answer.status_code, answer.content, headers


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_who_holds_the_permission_nowhere_is_refused_at_every_door(callers, names_of, method):
    for route in GUARDED:
        for who, caller in callers.items():
            principal = principal_at(route, caller)
            if holds(principal, route.door.permission):
                continue
            answer = ask(route, caller, names_of["real"], method)
            if method == "POST" and answer.status_code == 405:
                assert len(answer.content) < 30, "says nothing"
            elif principal is NOBODY and not route.path.startswith("api/"):
                assert answer.status_code == 302, (who, route.path)
                assert "/accounts/login/" in answer["Location"]
            else:
                assert answer.status_code == (401 if principal is NOBODY else 403), (who, route.path)


def test_who_holds_the_permission_at_riverside_gets_in(callers, names_of, riverside):
    for route in GUARDED:
        for who, caller in callers.items():
            scope = scope_for(principal_at(route, caller), route.door.permission)
            if scope is not ALL_CENTERS and riverside.pk not in scope:
                continue
            answer = ask(route, caller, names_of["real"])
            allowed = {200, 422} if "POST" in route.methods else {200, 405}
            if "viewer" in route.path:
                allowed |= {404}
            assert answer.status_code in allowed, (who, route.path)


def test_no_answer_to_somebody_is_kept_without_a_question(callers, names_of):
    """On a shared computer nothing can be read after sign-out (Back, history, cache)."""
    asked_each_time = {"thumbnail", "cine_description", "cine_sheet"}
    n = 0
    for route in DOORS.values():
        for who, caller in callers.items():
            if principal_at(route, caller) is NOBODY:
                continue
            answer = ask(route, caller, names_of["real"])
            kept = answer.headers.get("Cache-Control", "")
            may_ask = answer.status_code == 200 and (route.name in asked_each_time or "viewer" in route.path)
            expected = {"private, no-cache"} if may_ask else {"no-store"}
            assert expected & {kept, *kept.split(", ")}, (who, route.path, kept)
            n += 1
    assert n > 5 * len(DOORS)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_another_centers_object_looks_like_none_at_all(callers, names_of, riverside, method):
    n = 0
    for route in WITH_OBJECTS:
        for who, caller in callers.items():
            scope = scope_for(principal_at(route, caller), route.door.permission)
            if not scope or scope is ALL_CENTERS or riverside.pk in scope:
                continue
            foreign, absent = (
                as_seen(ask(route, caller, names_of[kind], method)) for kind in ("real", "absent")
            )
            assert foreign[0] in (404, 405), (who, route.path)
            assert foreign == absent, (who, route.path)
            n += 1
    assert n >= len(WITH_OBJECTS), "Lakeside met the doors"


def test_lists_of_another_center_hold_nothing_of_it(callers, names_of, exam, delivery):
    for route in GUARDED:
        if PARAMETER.search(route.path) or "POST" in route.methods:
            continue
        for who in ("coordinator of Lakeside", "key of Lakeside", "outsider", "nobody"):
            body = ask(route, callers[who], names_of["real"]).content.decode()
            for secret in (str(exam.pk), exam.pseudonym, str(delivery.pk), delivery.study_instance_uid):
                assert secret not in body, (who, route.path)


def test_no_sign_up_by_oneself(client):
    answer = client.post(
        "/accounts/signup/", {"email": "new@example.org", "password1": "x" * 20, "password2": "x" * 20}
    )
    assert answer.status_code == 200
    assert "_auth_user_id" not in client.session


def test_the_404_does_not_repeat_the_address(client):
    answer = client.get("/nowhere/ZZTOP-secret/")
    assert answer.status_code == 404
    assert b"ZZTOP" not in answer.content
