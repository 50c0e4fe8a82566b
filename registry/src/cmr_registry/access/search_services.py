"""Every write of search requests: drafted, submitted, decided, answered, expired (R30 to R32)."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from cmr_registry.access.asking import Answered, search_answer
from cmr_registry.access.certificates import Asked, certificate_document, document_digest
from cmr_registry.access.errors import NotNowError, NotYoursError, PolicyNotAcceptedError
from cmr_registry.access.models import SearchCertificate, SearchRequest
from cmr_registry.access.notices import notify
from cmr_registry.access.numbers import next_number
from cmr_registry.access.search_states import EDITABLE, SearchState, require_search_step
from cmr_registry.access.steps import search_step
from cmr_registry.access.windows import WINDOWS, window_of
from cmr_registry.accounts.models import Account
from cmr_registry.accounts.policy import Principal
from cmr_registry.audit.services import audited, event_record
from cmr_registry.cohorts.query import CohortQuery
from cmr_registry.documents.selectors import DATA_ACCESS_POLICY, document_current, has_accepted
from cmr_registry.lib.claims import Claim, claim_confirm

FORM_VERSION = "search-request-1"
POLICY_FIRST = "Please read and accept the current Data Access Policy first."


@dataclass(frozen=True, slots=True)
class SearchFacts:
    """What a search request says, besides its question.

    Attributes:
        title, institution: as typed.
        is_contributor: the requester's institution contributes data.
        partner_center: id of the contributing center that takes part; None where there is none.
        answers: further fields of the form by name.
    """

    title: str
    institution: str
    is_contributor: bool = False
    partner_center: uuid.UUID | None = None
    answers: Mapping[str, Any] = field(default_factory=dict)


@audited
def search_draft(
    *, requester: Account, query: Mapping[str, Any], facts: SearchFacts, by: Principal
) -> SearchRequest:
    """Begin a search request with a copy of a question.

    Args:
        requester: whose it is.
        query: document of a CohortQuery.
        facts: the rest of the form.
        by: the requester.

    Raises:
        QueryError: the question is none.
    """
    search = SearchRequest(requester=requester, form_version=FORM_VERSION)
    _attach(search, query)
    _fill(search, facts)
    search_step(search, SearchState.DRAFT, role="researcher")
    _event(by, "search.draft", search)
    return search


@audited
def search_change(
    *, search: SearchRequest, facts: SearchFacts, by: Principal, query: Mapping[str, Any] | None = None
) -> SearchRequest:
    """Change a draft or a request that was returned; `query` replaces its question.

    Raises:
        NotNowError: it is with the steward, or answered.
    """
    row = _locked(search)
    if SearchState(row.state) not in EDITABLE:
        raise NotNowError(
            "A search request can be changed only before it is submitted, or when it was returned."
        )
    if query is not None:
        _attach(row, query)
    _fill(row, facts)
    row.save()
    _event(by, "search.change", row)
    return row


@audited
def search_submit(*, search: SearchRequest, by: Principal) -> SearchRequest:
    """Hand a search request to the steward, for the next review window.

    Raises:
        PolicyNotAcceptedError: the requester has not accepted the current Data Access Policy.
        NotNowError: it was submitted already.
    """
    row = _locked(search)
    if SearchState(row.state) not in EDITABLE:
        raise NotNowError("This search request was submitted already.")
    if not has_accepted(row.requester):
        raise PolicyNotAcceptedError(POLICY_FIRST)
    row.policy = document_current(DATA_ACCESS_POLICY)
    row.window, row.windows_version = window_of(timezone.now().date()), WINDOWS.version
    search_step(row, require_search_step(row.state, SearchState.SUBMITTED), role="researcher")
    _event(by, "search.submit", row)
    return row


@audited
def search_return(*, search: SearchRequest, reasons: str, by: Principal) -> SearchRequest:
    """Send a search request back to the requester, with reasons.

    Raises:
        NotNowError: it does not wait for the steward, or no reason is given.
        NotYoursError: the steward asked it himself or herself.
    """
    row = _decidable(search, by)
    if not reasons.strip():
        raise NotNowError("Please say what the requester should change.")
    _return(row, reasons.strip(), role="registry steward")
    _event(by, "search.return", row)
    return row


@audited
def search_approve(*, search: SearchRequest, by: Principal, note: str = "") -> SearchRequest:
    """Let a search request be asked; the worker does it at once.

    Raises:
        NotNowError: it does not wait for the steward.
        NotYoursError: the steward asked it himself or herself.
    """
    row = _decidable(search, by)
    step = require_search_step(row.state, SearchState.APPROVED)
    search_step(row, step, role="registry steward", note=note.strip())
    _event(by, "search.approve", row)
    return row


@audited
def search_execute(*, search: SearchRequest, by: Principal, claim: Claim | None = None) -> SearchRequest:
    """Ask an approved search, and issue its certificate; where disclosure control refuses, return it with the reason.

    Args:
        search: approved.
        by: the job.
        claim: confirmed last, where a worker holds one.

    Raises:
        NotNowError: it is not approved, or there is no snapshot to ask yet.
        ClaimLostError: another worker took over.
    """
    row = _locked(search)
    if row.state != SearchState.APPROVED:
        raise NotNowError("Only an approved search is asked.")
    answered = search_answer(row)
    if answered.refusal:
        _return(row, answered.refusal, role="disclosure control")
        _event(by, "search.refuse", row)
    else:
        search_step(row, require_search_step(row.state, SearchState.EXECUTED), role="worker")
        certificate = _issue(row, answered)
        search_step(row, require_search_step(row.state, SearchState.ISSUED), role="worker")
        notify(row.requester, "certificate", "access:search", row.pk)
        _event(by, "search.execute", row, {"certificate": certificate.number})
    if claim is not None:
        claim_confirm(claim)
    return row


@audited
def search_expire(*, search: SearchRequest, by: Principal) -> SearchRequest:
    """End a request whose certificate may no longer be quoted, or whose detail never came.

    Raises:
        NotNowError: it is neither.
    """
    row = _locked(search)
    if row.state not in (SearchState.ISSUED, SearchState.RETURNED):
        raise NotNowError("Only a certificate or a returned request expires.")
    search_step(row, require_search_step(row.state, SearchState.EXPIRED), role="worker")
    _event(by, "search.expire", row)
    return row


def _locked(search: SearchRequest) -> SearchRequest:
    rows = SearchRequest.objects.select_for_update(of=("self",)).select_related("requester")
    return rows.get(pk=search.pk)


def _decidable(search: SearchRequest, by: Principal) -> SearchRequest:
    row = _locked(search)
    if row.state != SearchState.SUBMITTED:
        raise NotNowError("This search request does not wait for a decision.")
    if row.requester_id == by.account:
        raise NotYoursError("This is your own request; another steward decides about it.")
    return row


def _return(row: SearchRequest, reasons: str, *, role: str) -> None:
    search_step(row, require_search_step(row.state, SearchState.RETURNED), role=role, note=reasons)
    notify(row.requester, "search_returned", "access:search", row.pk)


def _attach(row: SearchRequest, document: Mapping[str, Any]) -> None:
    query = CohortQuery.from_document(document)
    row.query, row.query_digest, row.query_sentence = query.to_document(), query.digest(), query.sentence()


def _fill(row: SearchRequest, facts: SearchFacts) -> None:
    row.title, row.institution = facts.title, facts.institution
    row.is_contributor, row.partner_center_id = facts.is_contributor, facts.partner_center
    row.answers = dict(facts.answers)


def _issue(row: SearchRequest, answered: Answered) -> SearchCertificate:
    now = timezone.now()
    today, expires = now.date(), now.date() + WINDOWS.certificate_length
    number = next_number(SearchCertificate.objects.all(), "SC", now.year)
    document = certificate_document(
        number=number,
        issued_on=today,
        expires_on=expires,
        asked=Asked(
            title=row.title,
            name=row.requester.display_name,
            institution=row.institution,
            sentence=row.query_sentence,
            query=row.query,
            query_digest=row.query_digest,
        ),
        snapshot=answered.snapshot,
        answer=answered.answer,
        is_synthetic=answered.is_synthetic,
    )
    return SearchCertificate.objects.create(
        number=number,
        search=row,
        document=document,
        digest=document_digest(document),
        issued_at=now,
        expires_on=expires,
    )


def _event(by: Principal, action: str, row: SearchRequest, detail: dict[str, Any] | None = None) -> None:
    detail = {"state": row.state, **(detail or {})}
    event_record(actor=by.actor, action=action, target=f"search:{row.pk}", detail=detail)
