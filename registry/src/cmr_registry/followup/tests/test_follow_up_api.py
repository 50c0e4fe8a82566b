"""The API of follow-up: the straight road, refusals as problem details, another center's subjects absent."""

import json

import pytest

from cmr_registry.followup.models import FollowUpRecord
from cmr_registry.followup.tests.factories import DEAD, document_of
from cmr_registry.lib.scope import ALL_CENTERS, center_scope
from cmr_registry.subjects.models import Subject


def post(client, key, path, document):
    body = document if isinstance(document, bytes) else json.dumps(document)
    headers = {"Authorization": f"Bearer {key}"}
    return client.post(f"/api/v1/{path}", body, content_type="application/json", headers=headers)


def get(client, key, pseudonym):
    return client.get(f"/api/v1/follow-up/{pseudonym}", headers={"Authorization": f"Bearer {key}"})


def test_a_document_is_kept_and_read_back(client, key_riverside, subject):
    document = document_of(subject.pseudonym, statuses=DEAD)
    for _ in range(2):
        answer = post(client, key_riverside, "follow-up", document.to_document())
        assert answer.status_code == 200, answer.content
        assert answer.json() == {
            "subject": subject.pseudonym,
            "version": 1,
            "digest": document.digest(),
            "is_current": True,
            "rule": "default-1",
            "end": "died",
            "days": 400,
            "is_conflicting": False,
        }
    held = get(client, key_riverside, subject.pseudonym).json()
    assert held["document"] == document.to_document()


def test_an_older_version_is_a_problem_that_names_the_stored_one(client, key_riverside, subject):
    post(client, key_riverside, "follow-up", document_of(subject.pseudonym, version=4).to_document())
    answer = post(client, key_riverside, "follow-up", document_of(subject.pseudonym, version=2).to_document())
    problem = answer.json()
    assert (answer.status_code, problem["code"], problem["stored_version"]) == (409, "older_version", "4")
    assert problem["mender"] == "center coordinator"


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{" * 300_000, b"[" * 100_000, b'{"exchange_version": 1}', b"\xff\xfe", b"NaN"],
    ids=["empty", "a list", "many openings", "deep", "little", "no text", "no number"],
)
@pytest.mark.parametrize("path", ["follow-up", "withdrawals"])
def test_what_is_no_document_is_refused(client, key_riverside, subject, path, body):
    answer = post(client, key_riverside, path, body)
    assert (answer.status_code, answer.json()["code"]) == (422, "malformed_document")


def test_another_exchange_version_is_refused(client, key_riverside, subject):
    document = document_of(subject.pseudonym).to_document() | {"exchange_version": 9}
    assert post(client, key_riverside, "follow-up", document).json()["code"] == "unknown_version"


def test_no_canary_is_echoed(client, key_riverside, subject):
    document = document_of(subject.pseudonym).to_document()
    document["vital_status"][0]["source"] = "CANARY^JANE"
    document["CANARY"] = "1961-05-04"
    answer = post(client, key_riverside, "follow-up", document)
    assert answer.status_code == 422
    assert b"CANARY" not in answer.content
    assert b"1961" not in answer.content


def test_another_centers_subject_looks_absent(client, key_lakeside, key_riverside, subject):
    post(client, key_riverside, "follow-up", document_of(subject.pseudonym).to_document())
    foreign, absent = (get(client, key_lakeside, name) for name in (subject.pseudonym, "Q" * 16 + "2"))
    assert (foreign.status_code, foreign.content) == (404, absent.content)
    answers = {
        post(client, key_lakeside, "follow-up", document_of(name, center="lakeside").to_document()).content
        for name in (subject.pseudonym, "Q" * 16 + "2")
    }
    assert len(answers) == 1
    assert b"unknown_subject" in answers.pop()
    stolen = post(client, key_lakeside, "follow-up", document_of(subject.pseudonym, version=2).to_document())
    assert (stolen.status_code, stolen.json()["code"]) == (403, "not_allowed")
    with center_scope(ALL_CENTERS):
        assert FollowUpRecord.objects.get().version == 1


def test_a_withdrawal_answers_the_same_whoever_the_pseudonym_is(client, key_lakeside, subject, lakeside):
    document = {"exchange_version": 1, "center": "lakeside", "subject": subject.pseudonym, "scope": "subject"}
    answer = post(client, key_lakeside, "withdrawals", document)
    assert (answer.status_code, answer.json()) == (200, {"subject": subject.pseudonym, "withdrawn": True})
    with center_scope(ALL_CENTERS):
        assert Subject.objects.get() == subject


def test_after_a_withdrawal_nothing_is_read_or_taken(client, key_riverside, subject):
    post(client, key_riverside, "follow-up", document_of(subject.pseudonym).to_document())
    document = {
        "exchange_version": 1,
        "center": "riverside",
        "subject": subject.pseudonym,
        "scope": "subject",
    }
    assert post(client, key_riverside, "withdrawals", document).status_code == 200
    assert get(client, key_riverside, subject.pseudonym).status_code == 404
    later = post(client, key_riverside, "follow-up", document_of(subject.pseudonym, version=2).to_document())
    assert (later.status_code, later.json()["code"]) == (409, "subject_withdrawn")


def test_who_has_no_key_or_another_role_is_kept_out(client, subject, trainee, signed_in):
    assert post(client, "cmrk_guessed", "follow-up", {}).status_code == 401
    signed_in(client, trainee)
    assert client.get(f"/api/v1/follow-up/{subject.pseudonym}").status_code == 403
