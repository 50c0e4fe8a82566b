"""Role x center x route: whoever may not see an object gets what he would get if it had never been (L1, S1)."""

import json
import re
import uuid

import pytest
from django.test import Client

from cmr_registry.accounts.permissions import OPENS_NO_CENTER_DATA, Permission
from cmr_registry.accounts.policy import NOBODY, holds, scope_for
from cmr_registry.accounts.roles import CENTER_ROLES, PROJECT_ROLES, REGISTRY_ROLES
from cmr_registry.archive.models import Series
from cmr_registry.cohorts.query import CohortQuery
from cmr_registry.cohorts.saving import saved_query_record
from cmr_registry.config.principal import principal_of_key
from cmr_registry.config.tests.routes import Route, django_routes, every_route
from cmr_registry.documents.selectors import DATA_ACCESS_POLICY
from cmr_registry.exams.tests.reference_factories import reference_made
from cmr_registry.followup.services import followup_record
from cmr_registry.followup.tests.factories import document_of
from cmr_registry.intake.models import Conflict
from cmr_registry.intake.table_services import table_bring
from cmr_registry.intake.tests.table_factories import as_csv, rows_of
from cmr_registry.lib.scope import ALL_CENTERS, center_scope
from cmr_registry.projects.tests.factories import QUERY
from cmr_registry.quality.tests.query_factories import query_made as query_of
from cmr_registry.releases.links import link_make

pytestmark = pytest.mark.django_db

DOORS = {route.name + " " + route.path: route for route in django_routes()}
GUARDED = [route for route in DOORS.values() if route.door and route.door.permission]
BODIES = {
    "open_delivery": b"{}",
    "deliver_follow_up": b"{}",
    "withdraw_subject": b"{}",
    "answer_query": b"{}",
    "state_census": b"{}",
    "bring_table": b"{}",
    "count_cohort": json.dumps({"query": QUERY}).encode(),
}
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
WITH_OBJECTS = [route for route in GUARDED if PARAMETER.search(route.path) and "<path:" not in route.path]
OF_CENTERS = [route for route in WITH_OBJECTS if route.door.permission not in OPENS_NO_CENTER_DATA]
OF_RESEARCHERS = [route for route in WITH_OBJECTS if route.path.startswith("research/")]
OF_THE_REGISTRY = [
    route
    for route in WITH_OBJECTS
    if route.path.startswith(("steward/", "committee/")) and re.search("(search|application)_id", route.path)
]
OWNER = "researcher"
EACH_PERMISSION = (
    "coordinator of Riverside",
    "PI of Riverside",
    "steward",
    OWNER,
    "chair",
    "outsider",
    "key of Riverside",
)
"""Callers who together hold every permission, and one who holds none."""
MOVED_ON = {"search_edit", "review_score", "case_report_form"}
"""Pages that lead elsewhere: of a submitted search, for a chair, who does not score, to a place on the report."""


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
def people(
    coordinator_riverside,
    center_pi,
    trainee,
    coordinator_lakeside,
    delegate_lakeside,
    steward,
    auditor,
    release_officer,
    researcher,
    second_researcher,
    reviewers,
    chair,
    outsider,
):
    return {
        "coordinator of Riverside": coordinator_riverside,
        "PI of Riverside": center_pi,
        "trainee of Riverside": trainee,
        "coordinator of Lakeside": coordinator_lakeside,
        "ballot delegate of Lakeside": delegate_lakeside,
        "steward": steward,
        "auditor": auditor,
        "release officer": release_officer,
        OWNER: researcher,
        "second researcher": second_researcher,
        "reviewer": reviewers[0],
        "chair": chair,
        "outsider": outsider,
    }


@pytest.fixture
def callers(names_of, people, key_riverside, key_lakeside, signed_in, principal_of):
    """Name -> (client, headers, Principal), after everybody got the roles of his or her projects."""
    found = {name: (signed_in(Client(), one), {}, principal_of(one)) for name, one in people.items()}
    for name, key in (("key of Riverside", key_riverside), ("key of Lakeside", key_lakeside)):
        header = {"Authorization": f"Bearer {key}"}
        found[name] = (Client(), header, principal_of_key(header["Authorization"]))
    found["revoked or guessed key"] = (Client(), {"Authorization": "Bearer cmrk_guessed"}, NOBODY)
    found["nobody"] = (Client(), {}, NOBODY)
    return found


@pytest.fixture
def at_centers(exam, delivery, principal_riverside):
    """Values of address parameters: what Riverside has."""
    with center_scope(ALL_CENTERS):
        cine = Series.objects.filter(kind__startswith="cine").order_by("-n_positions").first()
        conflict = Conflict(center=delivery.center, delivery=delivery, reason="subject_mismatch")
        conflict.save()
        subject = exam.subject
        followup_record(principal=principal_riverside, document=document_of(subject.pseudonym))
        query = query_of(exam)
        table = table_bring(principal=principal_riverside, center=exam.center, data=as_csv(rows_of(1)))
        reference = reference_made(exam.center)
    return {
        "exam_id": exam.pk,
        "series_id": cine.pk,
        "delivery_id": delivery.pk,
        "conflict_id": conflict.pk,
        "subject_id": subject.pk,
        "query_id": query.pk,
        "table_id": table.pk,
        "reference_id": reference.pk,
        "pseudonym": subject.pseudonym,
    }


@pytest.fixture
def in_research(open_ballot, issued_search, declared_application, own_draft, release, researcher):
    """Values of address parameters: what the researcher has; an own application can still be edited."""
    return {
        "ballot_id": open_ballot.pk,
        "project_id": open_ballot.project_id,
        "search_id": issued_search.pk,
        "application_id": declared_application.pk,
        "research/application_id": own_draft.pk,
        "release_id": release.pk,
        "token": link_make(release.pk, researcher.pk),
        "slug": DATA_ACCESS_POLICY,
    }


@pytest.fixture
def names_of(at_centers, in_research):
    """Values of address parameters: of what there is, or of nothing at all."""
    fixed = {"form": "lv", "position": 0, "letter": "A", "kind": "json"}
    real = at_centers | in_research
    absent = {name: uuid.uuid4() for name in real} | {"token": link_make(uuid.uuid4(), uuid.uuid4())}
    return {"real": real | fixed, "absent": absent | fixed}


def address(route: Route, names):
    room = route.path.partition("/")[0]

    def value(found):
        return str(names.get(f"{room}/{found[1]}", names.get(found[1], "x")))

    return "/" + PARAMETER.sub(value, route.path)


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
    return answer.status_code, answer.getvalue(), headers


def gets_in(route: Route, who, caller, center):
    """Is the door open to a caller, and what is behind it his or hers, where `center` and the OWNER have it?"""
    principal, permission = principal_at(route, caller), route.door.permission
    if permission in OPENS_NO_CENTER_DATA:
        return holds(principal, permission) and (route not in OF_RESEARCHERS or who == OWNER)
    scope = scope_for(principal, permission)
    return scope is ALL_CENTERS or center.pk in scope


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


def test_whose_center_or_research_it_is_gets_in(callers, names_of, riverside):
    for route in GUARDED:
        n = 0
        for who, caller in callers.items():
            if not gets_in(route, who, caller, riverside):
                continue
            answer = ask(route, caller, names_of["real"])
            allowed = {200, 422} if "POST" in route.methods else {200, 405}
            if "viewer" in route.path:
                allowed |= {404}
            if route.name in MOVED_ON:
                allowed |= {302}
            assert answer.status_code in allowed, (who, route.path)
            n += 1
        assert n, f"nobody met {route.path}"


def test_no_answer_to_somebody_is_kept_without_a_question(callers, names_of):
    """On a shared computer nothing can be read after sign-out (Back, history, cache)."""
    held = {one for who in EACH_PERMISSION for one in Permission if holds(callers[who][2], one)}
    assert held == set(Permission)
    asked_each_time = {"thumbnail", "cine_description", "cine_sheet"}
    n = 0
    for route in DOORS.values():
        for who in EACH_PERMISSION:
            caller = callers[who]
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
    for route in OF_CENTERS:
        for who, caller in callers.items():
            scope = scope_for(principal_at(route, caller), route.door.permission)
            if not scope or scope is ALL_CENTERS or riverside.pk in scope:
                continue
            twins(route, who, caller, names_of["real"], names_of["absent"], method)
            n += 1
    assert n >= len([route for route in OF_CENTERS if not route.path.startswith("steward/")]), (
        "Lakeside met them"
    )


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_another_researcher_has_looks_like_nothing_at_all(callers, names_of, riverside, method):
    for route in OF_RESEARCHERS:
        met = [
            who
            for who, caller in callers.items()
            if holds(principal_at(route, caller), route.door.permission) and who != OWNER
        ]
        assert "second researcher" in met, route.path
        for who in met:
            twins(route, who, callers[who], names_of["real"], names_of["absent"], method)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_nobody_submitted_looks_like_nothing_at_all(callers, names_of, unsubmitted, method):
    """To steward and committee: drafts are their authors' own."""
    for route in OF_THE_REGISTRY:
        for who in ("steward", "reviewer", "chair"):
            if holds(callers[who][2], route.door.permission):
                twins(route, who, callers[who], names_of["real"] | unsubmitted, names_of["absent"], method)


def test_a_saved_question_of_somebody_else_looks_like_none_at_all(callers, people, principal_of):
    owner = people[OWNER]
    query = CohortQuery.from_document(QUERY)
    kept = saved_query_record(owner=owner, name="Mine alone", query=query, by=principal_of(owner))
    address = "/research/cohorts/?query={}"
    assert callers[OWNER][0].get(address.format(kept.pk)).status_code == 200
    for who in ("second researcher", "steward", "coordinator of Riverside"):
        client = callers[who][0]
        foreign = as_seen(client.get(address.format(kept.pk)))
        assert foreign[0] == 404, who
        assert foreign == as_seen(client.get(address.format(uuid.uuid4()))), who
        assert b"Mine alone" not in client.get("/research/cohorts/saved/").content


def twins(route, who, caller, foreign, absent, method):
    """What there is for others answers as what there is not."""
    seen = as_seen(ask(route, caller, foreign, method))
    assert seen[0] in (404, 405), (who, route.path)
    assert seen == as_seen(ask(route, caller, absent, method)), (who, route.path)


def test_lists_of_another_center_hold_nothing_of_it(callers, names_of, exam, delivery):
    for route in GUARDED:
        if PARAMETER.search(route.path) or "POST" in route.methods:
            continue
        for who in ("coordinator of Lakeside", "key of Lakeside", "outsider", "nobody"):
            body = ask(route, callers[who], names_of["real"]).content.decode("utf-8", "replace")
            for secret in (str(exam.pk), exam.pseudonym, str(delivery.pk), delivery.study_instance_uid):
                assert secret not in body, (who, route.path)


def test_lists_of_another_researcher_hold_nothing_of_him_or_her(callers, names_of, release):
    secrets = [str(value) for value in names_of["real"].values() if isinstance(value, uuid.UUID)]
    secrets += [release.name, release.project.title, "Small infarcts"]
    for route in GUARDED:
        if PARAMETER.search(route.path) or "POST" in route.methods:
            continue
        for who in ("second researcher", "outsider", "nobody"):
            body = ask(route, callers[who], names_of["real"]).content.decode("utf-8", "replace")
            for secret in secrets:
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
