"""The API of the cohorts room: count a cohort. The answer is what the page shows, through the same control."""

from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from cmr_registry.accounts.doors import door
from cmr_registry.accounts.permissions import Permission
from cmr_registry.accounts.requests import principal_of
from cmr_registry.cohorts.answering import cohort_answer
from cmr_registry.cohorts.errors import QueryError
from cmr_registry.cohorts.query import CohortQuery
from cmr_registry.lib.problems import Problem, ProblemRejected

router = Router(tags=["cohorts"])
PROBLEMS: dict[Any, Any] = dict.fromkeys((401, 403, 413, 422), Problem)


class CountIn(Schema):
    """A question of the cohort language, and the tables by which its total is broken down."""

    query: dict[str, Any]
    breakdown: list[str] = Field(default_factory=list, max_length=60)


class CountOut(Schema):
    """An answer; each number is `{"kind": exact | rounded | hidden | refused | failed, "value": number or null}`."""

    version: int
    outcome: str
    reason: str
    query: dict[str, Any]
    snapshot: dict[str, Any]
    method: dict[str, Any]
    steps: list[dict[str, Any]]
    persons: dict[str, Any]
    exams: dict[str, Any]
    tables: list[dict[str, Any]]
    median_follow_up_days: dict[str, Any]


@router.post("/cohorts/count", response={200: CountOut, **PROBLEMS}, operation_id="count_cohort")
@door(Permission.DO_RESEARCH)
def count_cohort(request: HttpRequest, body: CountIn) -> Any:
    """Count a cohort. A refused or failed question answers 200 with its outcome; an unreadable one is a problem."""
    principal = principal_of(request)
    try:
        query = CohortQuery.from_document(body.query)
        answer = cohort_answer(principal=principal, query=query, breakdown=body.breakdown)
    except QueryError as error:
        raise ProblemRejected(422, "malformed_query", str(error)) from None
    return answer.to_document()
