"""Data queries and the census for a center's connector: what changed, coded answers, counts of a month."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Path, Query, Router, Schema

from cmr_exchange.census import Census
from cmr_exchange.queries import QueryAnswerDocument
from cmr_exchange.reasons import reason
from cmr_registry.accounts.doors import door
from cmr_registry.accounts.errors import NotAllowedRejected
from cmr_registry.accounts.permissions import Permission
from cmr_registry.accounts.policy import Principal, can, centers_for
from cmr_registry.accounts.requests import principal_of
from cmr_registry.audit.services import denial_record
from cmr_registry.centers.models import Center
from cmr_registry.centers.selectors import center_by_code, centers_in
from cmr_registry.lib.documents import PROBLEMS, document_body, read_document
from cmr_registry.lib.problems import ProblemRejected
from cmr_registry.quality.errors import QueryRejected
from cmr_registry.quality.query_selectors import census_of, query_changes, query_find
from cmr_registry.quality.query_services import Answer, query_answer
from cmr_registry.quality.services import MonthCount, census_record

router = Router(tags=["data quality"])
LAST_CHANGE = 10**18 - 1
CLOCKS_DIFFER = timedelta(hours=1)
"""How far a hospital's clock may be ahead."""


class QueriesOut(Schema):
    """Queries that changed, in the order of their changes; ask again with `cursor` (JSON Schema: cmr-exchange)."""

    exchange_version: int
    center: str
    cursor: str
    has_more: bool
    queries: list[dict[str, Any]]


class AnswerOut(Schema):
    """Where a query stands after an answer."""

    id: str
    state: str
    turn: int


class CensusOut(Schema):
    """The count of a month that stands now."""

    center: str
    month: str
    n_hospital: int
    source: str


@router.get("/queries", response={200: QueriesOut, **PROBLEMS}, operation_id="list_query_changes")
@door(Permission.ANSWER_QUERIES)
def list_query_changes(
    request: HttpRequest,
    changed_after: Annotated[int, Query(ge=0, le=LAST_CHANGE)] = 0,
    center: Annotated[str, Query(max_length=64)] = "",
) -> Any:
    """What changed after a cursor among the questions to a center; `center` is needed by who answers for several."""
    return query_changes(_center(principal_of(request), center), changed_after).to_document()


@router.post(
    "/queries/{uuid:query_id}/answers",
    response={200: AnswerOut, **PROBLEMS},
    operation_id="answer_query",
    openapi_extra=document_body("A coded answer"),
)
@door(Permission.ANSWER_QUERIES)
def answer_query(request: HttpRequest, query_id: Annotated[uuid.UUID, Path()]) -> Any:
    """Answer a question by a code; the same answer in the same turn gives the same."""
    query = query_find(query_id)
    if query is None:
        raise Http404
    said = read_document(QueryAnswerDocument, request.body)
    if said.query != str(query.pk) or said.center != query.center.code:
        raise ProblemRejected(422, "malformed_document", "query: the document speaks of another question.")
    answer = Answer(said.answer, said.turn, said.version)
    try:
        query = query_answer(query=query, answer=answer, by=principal_of(request))
    except QueryRejected as rejected:
        raise _problem(rejected) from None
    return {"id": str(query.pk), "state": query.state, "turn": query.turn}


@router.post(
    "/census",
    response={200: CensusOut, **PROBLEMS},
    operation_id="state_census",
    openapi_extra=document_body("The census of a month"),
)
@door(Permission.DELIVER)
def state_census(request: HttpRequest) -> Any:
    """Keep how many exams a hospital made in a month; stating the same again changes nothing (R17)."""
    principal, said = principal_of(request), read_document(Census, request.body)
    center = center_by_code(said.center)
    if center is None or not can(principal, Permission.DELIVER, center.pk):
        denial_record(actor=principal.actor, action="census.record")
        raise NotAllowedRejected("Your roles do not let you count for the center that is named.")
    counted_at = datetime.strptime(said.counted_at, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    if counted_at > timezone.now() + CLOCKS_DIFFER:
        raise ProblemRejected(422, "malformed_document", "counted_at: lies in the future.")
    stored = census_of(center, said.month)
    if stored is not None and stored.counted_at > counted_at:
        raise _problem(QueryRejected(reason("older_census")))
    if stored is None or stored.counted_at < counted_at:
        count = MonthCount(said.month, said.n_hospital, said.n_delivered, said.n_eligible)
        census_record(
            principal=principal,
            center=center,
            months=[count],
            source=said.source.value,
            counted_at=counted_at,
        )
    names = ("center", "month", "n_hospital")
    return {name: getattr(said, name) for name in names} | {"source": said.source.value}


def _center(principal: Principal, code: str) -> Center:
    """The center that is asked for, or the only one."""
    centers = centers_in(centers_for(principal, Permission.ANSWER_QUERIES))
    found = [center for center in centers if code in ("", center.code)]
    if not found:
        raise Http404
    if len(found) > 1:
        raise ProblemRejected(422, "name_the_center", "You answer for several centers: name one.")
    return found[0]


def _problem(rejected: QueryRejected) -> ProblemRejected:
    why = rejected.reason
    return ProblemRejected(409, why.code, why.sentence, mender=why.mender.value, how=why.how)
