"""Every write of data queries by people and connectors: ask, answer, close, ask again."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count
from django.utils import timezone

from cmr_dictionary import load
from cmr_exchange.queries import LAST_TURN, QueryAnswer, QueryAuthor, QueryState
from cmr_exchange.reasons import reason
from cmr_registry.accounts.errors import NotAllowedRejected
from cmr_registry.accounts.permissions import Permission
from cmr_registry.accounts.policy import Principal, can
from cmr_registry.audit.services import audited, denial_record, event_record
from cmr_registry.exams.models import Examination
from cmr_registry.lib.free_text import text_refusal
from cmr_registry.quality.errors import QueryRejected, QueryTextRejected
from cmr_registry.quality.models import DataQuery, DataQueryEntry, Finding
from cmr_registry.quality.noting import exam_changed
from cmr_registry.quality.query_states import ALLOWED
from cmr_registry.quality.query_writing import (
    Changes,
    Said,
    entry_of,
    is_full,
    moved,
    query_made,
    query_of_finding,
)

MOST_AT_ONCE = 500
"""Most findings that become queries in one action."""

FIELDS = ["state", "answer", "closed_by", "turn", "version", "change", "changed_at"]
NOT_NOW = "The question has been moved on meanwhile. Load the page again."
NO_SUCH_ITEM = "The data dictionary has no such item in a case report."
SAY_WHAT = "Say in a sentence what is to be checked."
TOO_MANY = f"At most {MOST_AT_ONCE} findings become questions at once."


@dataclass(frozen=True, slots=True)
class Answer:
    """What a center answers.

    Attributes:
        choice: the coded answer.
        turn: which asking it answers; None for a person who saw the page just now.
        version: version of the exam that holds a correction.
        text: for a person on the registry; a connector sends none.
    """

    choice: QueryAnswer
    turn: int | None = None
    version: int | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Opened:
    """What became of findings: queries that were opened, and findings that are asked about already."""

    n_opened: int
    n_known: int


def query_open(*, exam: Examination, item: str, sentence: str, by: Principal) -> DataQuery:
    """Ask a center about an item of an exam, or about the exam as a whole where `item` is empty.

    Asking what is being asked gives the query that runs.

    Raises:
        NotAllowedRejected: the caller may not ask this center.
        QueryTextRejected: no such item, no sentence, or one that may name a patient; nothing is kept.
    """
    _require(by, Permission.OPEN_QUERIES, exam.center_id, "query.open")
    items = load().items
    if item and (item not in items or not items[item].may_cross):
        raise QueryTextRejected(NO_SUCH_ITEM)
    text = _screened(sentence)
    if not text:
        raise QueryTextRejected(SAY_WHAT)
    return _query_open(exam, item, text, by)


@audited
def _query_open(exam: Examination, item: str, sentence: str, by: Principal) -> DataQuery:
    changes = Changes([exam.center_id])
    running = exam.data_queries.filter(item=item, rule="", code="").exclude(state=QueryState.CLOSED).first()
    if running is not None:
        return running
    said = Said(QueryState.OPEN, _author(by, exam.center_id), by.actor, timezone.now())
    query = query_made(exam, said, changes.take(exam.center_id), item=item, sentence=sentence)
    query.save(force_insert=True)
    entry_of(query, said, 1).save(force_insert=True)
    _event(by, "query.open", query)
    return query


def queries_open(*, findings: Sequence[Finding], by: Principal) -> Opened:
    """Ask about findings of checks, at most `MOST_AT_ONCE`; what is being asked already is left alone.

    Args:
        findings: with their examinations loaded.
        by: who asks.

    Raises:
        NotAllowedRejected: the caller may not ask one of the centers; nothing is opened.
        QueryTextRejected: too many.
    """
    if len(findings) > MOST_AT_ONCE:
        raise QueryTextRejected(TOO_MANY)
    for center in sorted({finding.center_id for finding in findings}):
        _require(by, Permission.OPEN_QUERIES, center, "query.open")
    return _queries_open(findings, by)


@audited
def _queries_open(findings: Sequence[Finding], by: Principal) -> Opened:
    changes = Changes(finding.center_id for finding in findings)
    exams = {finding.examination_id for finding in findings}
    running = DataQuery.objects.filter(examination__in=exams).exclude(state=QueryState.CLOSED)
    known = set(running.values_list("examination_id", "item", "rule", "code"))
    queries, entries, at = [], [], timezone.now()
    for finding in findings:
        key = (finding.examination_id, finding.item, finding.rule, finding.code)
        if key in known:
            continue
        known.add(key)
        said = Said(QueryState.OPEN, _author(by, finding.center_id), by.actor, at)
        queries.append(query_of_finding(finding, said, changes.take(finding.center_id)))
        entries.append(entry_of(queries[-1], said, 1))
    DataQuery.objects.bulk_create(queries, batch_size=200)
    DataQueryEntry.objects.bulk_create(entries, batch_size=200)
    by_center: dict[uuid.UUID, int] = {}
    for query in queries:
        by_center[query.center_id] = by_center.get(query.center_id, 0) + 1
    for center, n in sorted(by_center.items()):
        event_record(actor=by.actor, action="query.open_many", center=center, detail={"n_queries": n})
    return Opened(len(queries), len(findings) - len(queries))


def query_answer(*, query: DataQuery, answer: Answer, by: Principal) -> DataQuery:
    """Answer for the center; the same answer in the same turn changes nothing.

    A value that is said to be corrected is checked again, and the check closes or reopens the query.

    Raises:
        NotAllowedRejected: the caller may not answer for the center.
        QueryTextRejected: a text that may name a patient; nothing is kept.
        QueryRejected: it was asked again before this answer came, or its thread is full.
    """
    _require(by, Permission.ANSWER_QUERIES, query.center_id, "query.answer")
    text = _screened(answer.text)
    return _query_answer(query.pk, answer, text, by)


@audited
def _query_answer(pk: uuid.UUID, answer: Answer, text: str, by: Principal) -> DataQuery:
    if answer.choice is QueryAnswer.VALUE_CORRECTED:
        # first: a running check holds the exam, and takes the lock of the center's queries after it
        exam_changed(DataQuery.objects.select_related("examination").get(pk=pk).examination)
    query, changes = _locked(pk)
    if answer.turn is not None and answer.turn != query.turn:
        raise QueryRejected(reason("query_asked_again"))
    last = query.entries.filter(turn=query.turn).exclude(answer="").order_by("-number").first()
    if last is not None and (last.answer, last.version, last.text) == (answer.choice, answer.version, text):
        return query
    author = QueryAuthor.CENTER if by.account else QueryAuthor.CONNECTOR
    said = Said(QueryState.ANSWERED, author, by.actor, timezone.now(), answer.choice, answer.version, text)
    _write(query, said, changes)
    _event(by, "query.answer", query, answer=answer.choice.value)
    return query


def query_close(*, query: DataQuery, text: str, by: Principal) -> DataQuery:
    """Close a query: the answer is good, or nobody needs one.

    Raises:
        NotAllowedRejected: the caller may not close it (`may_settle`).
        QueryTextRejected: it was moved on meanwhile, or the text may name a patient.
    """
    _require_settling(query, by, "query.close")
    return _settle(query.pk, QueryState.CLOSED, _screened(text), by)


def query_reopen(*, query: DataQuery, text: str, by: Principal) -> DataQuery:
    """Ask again: the answer is not good enough, or the query was closed too soon.

    Raises:
        NotAllowedRejected: the caller may not ask (`may_settle`).
        QueryTextRejected: no sentence why, it was moved on meanwhile, or the text may name a patient.
    """
    _require_settling(query, by, "query.reopen")
    why = _screened(text)
    if not why:
        raise QueryTextRejected(SAY_WHAT)
    return _settle(query.pk, QueryState.REOPENED, why, by)


def may_settle(query: DataQuery, by: Principal) -> bool:
    """Whether somebody may close or reopen: the registry any query, a center what it asked itself."""
    if not can(by, Permission.OPEN_QUERIES, query.center_id):
        return False
    return can(by, Permission.OPEN_QUERIES) or query.asked_by == QueryAuthor.CENTER


@audited
def _settle(pk: uuid.UUID, to: QueryState, text: str, by: Principal) -> DataQuery:
    query, changes = _locked(pk)
    if to not in ALLOWED[QueryState(query.state)] or (to is QueryState.REOPENED and _runs_elsewhere(query)):
        raise QueryTextRejected(NOT_NOW)
    said = Said(to, _author(by, query.center_id), by.actor, timezone.now(), text=text)
    _write(query, said, changes)
    _event(by, "query.close" if to is QueryState.CLOSED else "query.reopen", query)
    return query


def _runs_elsewhere(query: DataQuery) -> bool:
    """Whether the same is asked by another query that runs."""
    same = DataQuery.objects.filter(
        examination=query.examination_id, item=query.item, rule=query.rule, code=query.code
    )
    return same.exclude(pk=query.pk).exclude(state=QueryState.CLOSED).exists()


def _locked(pk: uuid.UUID) -> tuple[DataQuery, Changes]:
    center = DataQuery.objects.values_list("center", flat=True).get(pk=pk)
    changes = Changes([center])
    query = DataQuery.objects.select_related("examination").annotate(n_entries=Count("entries")).get(pk=pk)
    return query, changes


def _write(query: DataQuery, said: Said, changes: Changes) -> None:
    number = query.n_entries + 1  # type: ignore[attr-defined]
    if is_full(number) or query.turn >= LAST_TURN:
        raise QueryRejected(reason("unknown_query"))
    entry = moved(query, said, changes, number)
    query.save(update_fields=FIELDS)
    entry.save(force_insert=True)


def _author(by: Principal, center: uuid.UUID) -> QueryAuthor:
    at_registry = can(by, Permission.OPEN_QUERIES) or center not in by.center_roles
    return QueryAuthor.REGISTRY if at_registry else QueryAuthor.CENTER


def _screened(text: str) -> str:
    kept = text.strip()
    refusal = text_refusal(kept)
    if refusal is not None:
        raise QueryTextRejected(refusal)
    return " ".join(kept.split())


def _require(by: Principal, permission: Permission, center: uuid.UUID, action: str) -> None:
    if not can(by, permission, center):
        denial_record(actor=by.actor, action=action, center=center)
        raise NotAllowedRejected(f"Your roles do not let you {permission.value}.")


def _require_settling(query: DataQuery, by: Principal, action: str) -> None:
    if not may_settle(query, by):
        denial_record(actor=by.actor, action=action, center=query.center_id, target=f"query:{query.pk}")
        raise NotAllowedRejected("The registry closes or repeats what it has asked.")


def _event(by: Principal, action: str, query: DataQuery, **detail: str) -> None:
    more = {"item": query.item, "rule": query.rule, "turn": query.turn, **detail}
    event_record(
        actor=by.actor, action=action, center=query.center_id, target=f"query:{query.pk}", detail=more
    )
