"""Data queries cross in full and answers as codes; neither has a field for a text of a hospital."""

import dataclasses
import json
from importlib.resources import files

import jsonschema
import pytest

from cmr_exchange.errors import MalformedDocumentError, UnknownVersionError
from cmr_exchange.queries import (
    ANSWER_WORDS,
    DataQueryDocument,
    QueryAnswer,
    QueryAnswerDocument,
    QueryAuthor,
    QueryEntry,
    QueryPage,
    QueryState,
    QueryStep,
)

ID = "0b0e2d4a-6d0a-4c63-9a08-6a1fb2a7f001"
AT = "2026-11-22T05:40:00Z"
THREAD = (
    QueryEntry(AT, QueryStep.OPENED, QueryAuthor.CHECK),
    QueryEntry(AT, QueryStep.ANSWERED, QueryAuthor.CONNECTOR, QueryAnswer.VALUE_CORRECTED, 2),
    QueryEntry(AT, QueryStep.REOPENED, QueryAuthor.REGISTRY, text="The volumes still do not fit."),
)
QUERY = DataQueryDocument(
    id=ID,
    exam="ABCDEFGHIJKLMNOP2",
    item="lv_ef_pct",
    rule="ef-from-volumes",
    code="Consistency",
    sentence="The ejection fraction does not fit the volumes.",
    state=QueryState.REOPENED,
    turn=2,
    version=2,
    opened_at=AT,
    thread=THREAD,
)
PAGE = QueryPage(1, "riverside", "17", has_more=False, queries=(QUERY,))
ANSWER = QueryAnswerDocument(1, "riverside", ID, 2, QueryAnswer.VALUE_CORRECTED, 3)


def schema(name):
    return json.loads((files("cmr_exchange") / "schemas" / f"{name}.json").read_text())


def test_a_page_is_read_back_and_fits_the_schema():
    document = json.loads(json.dumps(PAGE.to_document()))
    jsonschema.validate(document, schema("data-queries-1"))
    assert QueryPage.from_document(document) == PAGE


def test_a_query_of_a_person_about_the_whole_exam_has_neither_item_nor_rule():
    query = dataclasses.replace(QUERY, item="", rule="", code="", thread=())
    page = dataclasses.replace(PAGE, queries=(query,))
    document = json.loads(json.dumps(page.to_document()))
    jsonschema.validate(document, schema("data-queries-1"))
    assert QueryPage.from_document(document).queries == (query,)


@pytest.mark.parametrize("answer", QueryAnswer)
def test_an_answer_is_read_back_and_fits_the_schema(answer):
    version = 3 if answer is QueryAnswer.VALUE_CORRECTED else None
    stated = dataclasses.replace(ANSWER, answer=answer, version=version)
    document = json.loads(stated.canonical_bytes())
    jsonschema.validate(document, schema("query-answer-1"))
    assert QueryAnswerDocument.from_document(document) == stated
    assert ANSWER_WORDS[answer]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("cursor", "yesterday"),
        ("has_more", 1),
        ("center", "The Center"),
        ("queries", [{}]),
        ("queries", "none"),
        ("note", "call Mrs Doe"),
    ],
)
def test_it_refuses_a_page_off_the_declared_form(field, value):
    _refuses(QueryPage, PAGE.to_document() | {field: value}, "data-queries-1")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", "1"),
        ("exam", "DOE^JANE"),
        ("item", "LV EF"),
        ("rule", "EF?"),
        ("code", "<b>"),
        ("sentence", "one\u0007two"),
        ("sentence", "x" * 501),
        ("state", "lost"),
        ("turn", 0),
        ("version", 0),
        ("opened_at", "today"),
        ("thread", [{"at": AT, "step": "opened"}]),
        ("thread", [{"at": AT, "step": "answered", "author": "connector", "answer": "perhaps"}]),
        ("patient", "DOE^JANE"),
    ],
)
def test_it_refuses_a_query_off_the_declared_form(field, value):
    document = PAGE.to_document()
    document["queries"] = [QUERY.to_document() | {field: value}]
    _refuses(QueryPage, document, "data-queries-1")


@pytest.mark.parametrize(
    "changes",
    [
        {"answer": "because the patient moved to Bern"},
        {"answer": "value_is_right"},
        {"version": None},
        {"turn": "2"},
        {"query": "all"},
        {"text": "Doe, Jane"},
    ],
)
def test_it_refuses_an_answer_off_the_declared_form(changes):
    document = ANSWER.to_document() | changes
    _refuses(QueryAnswerDocument, {k: v for k, v in document.items() if v is not None}, "query-answer-1")


@pytest.mark.parametrize(("kind", "stated"), [(QueryPage, PAGE), (QueryAnswerDocument, ANSWER)])
def test_it_refuses_another_exchange_version(kind, stated):
    with pytest.raises(UnknownVersionError):
        kind.from_document(stated.to_document() | {"exchange_version": 7})


def _refuses(kind, document, name):
    with pytest.raises(MalformedDocumentError) as refusal:
        kind.from_document(document)
    assert "Doe" not in str(refusal.value)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, schema(name))
