"""Problem details (RFC 9457): one form for every refusal of the API, with a stable code and no value echoed."""

from typing import Any

from django.http import HttpRequest, JsonResponse
from ninja import Schema

MEDIA_TYPE = "application/problem+json"


class Problem(Schema):
    """Why a request was not done."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    mender: str = ""
    how: str = ""


class ProblemRejected(Exception):
    """An operation refuses; the API answers with these problem details."""

    def __init__(self, status: int, code: str, detail: str, **more: str) -> None:
        self.status = status
        self.document = problem_document(status, code, detail, **more)
        super().__init__(code)


def problem_document(status: int, code: str, detail: str, **more: str) -> dict[str, Any]:
    """The body of a problem answer; `more` may name who can mend it (`mender`) and `how`."""
    return {
        "type": "about:blank",
        "title": code.replace("_", " "),
        "status": status,
        "code": code,
        "detail": detail,
        **more,
    }


def problem_response(status: int, code: str, detail: str, **more: str) -> JsonResponse:
    """A problem as an answer of its own media type."""
    return JsonResponse(
        problem_document(status, code, detail, **more), status=status, content_type=MEDIA_TYPE
    )


def not_found_response(request: HttpRequest) -> JsonResponse:
    """The one 404 of the API: the same bytes for an absent object and for another center's (L1)."""
    return problem_response(404, "not_found", "There is nothing at this address that you may see.")
