"""Data queries and census for machines: what changed after a cursor, coded answers, months that are stated once."""

import json
import uuid

import pytest
from django.test import Client

from cmr_exchange.census import Census as CensusDocument
from cmr_exchange.census import CensusSource
from cmr_exchange.queries import QueryAnswer, QueryAnswerDocument, QueryPage, QueryState
from cmr_registry.accounts.roles import Role
from cmr_registry.audit.models import AuditEvent
from cmr_registry.centers.services import membership_add
from cmr_registry.config.principal import principal_of_job
from cmr_registry.lib.scope import ALL_CENTERS, center_scope
from cmr_registry.quality.models import Census, DataQuery
from cmr_registry.quality.query_checking import exams_rechecked
from cmr_registry.quality.query_selectors import query_changes
from cmr_registry.quality.query_services import query_reopen
from cmr_registry.quality.tests.query_factories import SENTENCE, exam_made, finding_made

pytestmark = pytest.mark.django_db
QUERIES, CENSUS = "/api/v1/queries", "/api/v1/census"
STATED = CensusDocument(1, "riverside", "2026-10", 140, 131, 120, CensusSource.PACS, "2026-11-03T04:00:00Z")


@pytest.fixture
def exam(riverside):
    with center_scope(ALL_CENTERS):
        return exam_made(riverside)


@pytest.fixture
def asked(exam):
    with center_scope(ALL_CENTERS):
        finding_made(exam)
        exams_rechecked([exam.pk])
        return DataQuery.objects.get()


@pytest.fixture
def ask(client, key_riverside):
    """`ask(path, document)`: GET, or POST of a document, with the key of Riverside."""

    def send(path, document=None, key=key_riverside):
        headers = {"Authorization": f"Bearer {key}"}
        if document is None:
            return client.get(path, headers=headers)
        body = document if isinstance(document, bytes) else json.dumps(document)
        return client.post(path, body, content_type="application/json", headers=headers)

    return send


def answer_to(query, answer=QueryAnswer.VALUE_CORRECTED, version=2, turn=1, center="riverside"):
    return QueryAnswerDocument(1, center, str(query.pk), turn, answer, version).to_document()


def test_a_connector_reads_what_changed_after_its_cursor(ask, asked, exam):
    page = QueryPage.from_document(ask(QUERIES).json())
    [query] = page.queries
    assert (query.exam, query.item, query.sentence) == (exam.pseudonym, "lv_ef_pct", SENTENCE)
    assert (query.state, query.turn, query.version, page.has_more) == (QueryState.OPEN, 1, 1, False)
    assert [entry.author for entry in query.thread] == ["check"]
    nothing = QueryPage.from_document(ask(f"{QUERIES}?changed_after={page.cursor}").json())
    assert (nothing.queries, nothing.cursor) == ((), page.cursor)


def test_what_changed_comes_again_in_full_and_in_pages(ask, asked, exam, steward, principal_of):
    ask(f"{QUERIES}/{asked.pk}/answers", answer_to(asked))
    with center_scope(ALL_CENTERS):
        query_reopen(query=asked, text="It is the other volume.", by=principal_of(steward))
        finding_made(exam, item="lv_edv_ml")
        exams_rechecked([exam.pk])
        center = exam.center
        first = query_changes(center, 0, limit=1)
        second = query_changes(center, int(first.cursor), limit=1)
    assert (first.has_more, second.has_more) == (True, False)
    assert first.queries[0].thread[-1].text == "It is the other volume."
    assert second.queries[0].item == "lv_edv_ml"


def test_an_answer_is_taken_once(ask, asked):
    address = f"{QUERIES}/{asked.pk}/answers"
    first = ask(address, answer_to(asked))
    assert first.json() == {"id": str(asked.pk), "state": "answered", "turn": 1}
    assert ask(address, answer_to(asked)).json() == first.json()
    with center_scope(ALL_CENTERS):
        assert DataQuery.objects.get().entries.count() == 2
    assert AuditEvent.objects.filter(action="query.answer").count() == 1


def test_an_answer_to_a_former_asking_has_its_code(ask, asked):
    refused = ask(f"{QUERIES}/{asked.pk}/answers", answer_to(asked, turn=2))
    assert (refused.status_code, refused.json()["code"]) == (409, "query_asked_again")
    assert refused.json()["mender"] == "center coordinator"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[",
        b"{}",
        b"[" * 100_000,
        json.dumps(
            {"exchange_version": 99, "center": "riverside", "query": "x", "turn": 1, "answer": "x"}
        ).encode(),
    ],
    ids=lambda body: repr(body[:20]),
)
def test_no_answer_is_refused_by_its_place(ask, asked, body):
    answer = ask(f"{QUERIES}/{asked.pk}/answers", body)
    assert answer.status_code == 422
    assert answer.json()["code"] in ("malformed_document", "unknown_version")


def test_free_text_of_a_hospital_has_no_way_in(ask, asked):
    answer = ask(f"{QUERIES}/{asked.pk}/answers", answer_to(asked) | {"text": "Mrs. Doe moved"})
    assert answer.status_code == 422
    assert "Doe" not in answer.content.decode()
    mixed = ask(f"{QUERIES}/{asked.pk}/answers", answer_to(asked, center="lakeside"))
    assert mixed.status_code == 422


def test_another_centers_query_looks_absent(ask, asked, key_lakeside):
    foreign, absent = (
        ask(f"{QUERIES}/{pk}/answers", answer_to(asked, center="lakeside"), key_lakeside)
        for pk in (asked.pk, uuid.uuid4())
    )
    assert (foreign.status_code, foreign.content) == (404, absent.content)
    assert ask(QUERIES, key=key_lakeside).json()["queries"] == []
    assert ask(f"{QUERIES}?center=riverside", key=key_lakeside).status_code == 404


@pytest.mark.parametrize("cursor", ["-1", "x", "1" * 30])
def test_a_cursor_that_is_none_is_refused(ask, cursor):
    assert ask(f"{QUERIES}?changed_after={cursor}").status_code == 422


def test_who_answers_for_several_centers_names_one(
    client, coordinator_riverside, lakeside, signed_in, principal_of
):
    membership_add(
        center=lakeside, account=coordinator_riverside, role=Role.DATA_MANAGER, by=principal_of_job("tests")
    )
    signed_in(client, coordinator_riverside)
    assert client.get(QUERIES).json()["code"] == "name_the_center"
    assert client.get(f"{QUERIES}?center=lakeside").json()["center"] == "lakeside"


def test_nobody_and_who_may_not_answer_are_refused(ask, trainee, signed_in):
    assert ask(QUERIES, key="cmrk_guessed").status_code == 401
    assert signed_in(Client(), trainee).get(QUERIES).status_code == 403


def test_a_month_is_stated_once_and_replaced_by_a_newer_count(ask, riverside):
    assert ask(CENSUS, STATED.to_document()).json()["n_hospital"] == 140
    assert ask(CENSUS, STATED.to_document()).status_code == 200
    assert AuditEvent.objects.filter(action="census.record").count() == 1
    newer = STATED.to_document() | {"n_delivered": 125, "counted_at": "2026-11-10T04:00:00Z"}
    assert ask(CENSUS, newer).status_code == 200
    older = ask(CENSUS, STATED.to_document())
    assert (older.status_code, older.json()["code"]) == (409, "older_census")
    with center_scope(ALL_CENTERS):
        stored = Census.objects.get()
    assert (stored.n_hospital, stored.n_eligible, stored.n_delivered, stored.source) == (
        140,
        131,
        125,
        "pacs",
    )


def test_a_count_of_another_center_or_of_the_future_is_refused(ask, key_lakeside):
    refused = ask(CENSUS, STATED.to_document(), key_lakeside)
    assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")
    assert AuditEvent.objects.filter(action="census.record", outcome="denied").count() == 1
    assert ask(CENSUS, STATED.to_document() | {"counted_at": "2091-01-01T00:00:00Z"}).status_code == 422
    assert ask(CENSUS, STATED.to_document() | {"patients": ["Doe"]}).status_code == 422
