"""The API at /api/v1/: the rooms' routers, one way to authenticate, one form of refusal (RFC 9457)."""

import functools
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.security.base import AuthBase
from ninja.utils import check_csrf

from cmr_registry.accounts.doors import public_door
from cmr_registry.accounts.errors import NotAllowedRejected, SignInNeededRejected
from cmr_registry.accounts.policy import Principal
from cmr_registry.accounts.requests import principal_of
from cmr_registry.cohorts.api import router as cohorts_router
from cmr_registry.followup.api import router as followup_router
from cmr_registry.intake.api import router as intake_router
from cmr_registry.intake.table_api import router as tables_router
from cmr_registry.lib.problems import MEDIA_TYPE, ProblemRejected, not_found_response, problem_response
from cmr_registry.quality.query_api import router as quality_router
from cmr_registry.releases.api import router as releases_router

WHY_PUBLIC = "What the API offers is no secret; the data behind it are."


class KeyOrSession(AuthBase):
    """Machines send `Authorization: Bearer KEY`; people come with their session and, to write, its CSRF token."""

    openapi_type = "http"
    openapi_scheme = "bearer"

    def __call__(self, request: HttpRequest) -> Principal | None:
        """The Principal that the middleware composed, None where nobody asks.

        Raises:
            NotAllowedRejected: a session writes without its CSRF token.
        """
        principal = principal_of(request)
        if not principal.is_somebody:
            return None
        if "Authorization" not in request.headers and check_csrf(request) is not None:
            raise NotAllowedRejected(
                "Send the token of the registry's own pages (X-CSRFToken), or use a key."
            )
        return principal


api = NinjaAPI(
    title="CMR Registry",
    version="1",
    description="What machines repeat. Refusals are problem details (RFC 9457) with stable codes.",
    urls_namespace="api-v1",
    docs_url=None,
    openapi_url=None,
    auth=KeyOrSession(),
)
api.add_router("", intake_router)
api.add_router("", tables_router)
api.add_router("", followup_router)
api.add_router("", quality_router)
api.add_router("", cohorts_router)
api.add_router("", releases_router)


@api.exception_handler(AuthenticationError)
def _nobody(request: HttpRequest, error: Exception) -> HttpResponse:
    return sign_in_needed()


@api.exception_handler(SignInNeededRejected)
def _sign_in(request: HttpRequest, error: Exception) -> HttpResponse:
    return sign_in_needed()


@api.exception_handler(NotAllowedRejected)
def _not_allowed(request: HttpRequest, error: Exception) -> HttpResponse:
    return problem_response(403, "not_allowed", str(error))


@api.exception_handler(ProblemRejected)
def _problem(request: HttpRequest, error: Exception) -> HttpResponse:
    document: dict[str, Any] = error.document  # type: ignore[attr-defined]
    return JsonResponse(document, status=document["status"], content_type=MEDIA_TYPE)


@api.exception_handler(Http404)
def _absent(request: HttpRequest, error: Exception) -> HttpResponse:
    return not_found_response(request)


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: Exception) -> HttpResponse:
    """Names the places only: pydantic's own text would echo values."""
    places = sorted({".".join(map(str, one["loc"])) for one in error.errors})  # type: ignore[attr-defined]
    return problem_response(422, "malformed_request", f"Not of the declared form: {', '.join(places)}.")


@api.exception_handler(RequestDataTooBig)
def _too_big(request: HttpRequest, error: Exception) -> HttpResponse:
    return problem_response(413, "too_large", "The body is larger than the registry takes.")


@api.exception_handler(HttpError)
def _http(request: HttpRequest, error: Exception) -> HttpResponse:
    status: int = error.status_code  # type: ignore[attr-defined]
    return problem_response(status, "bad_request", "The request cannot be read.")


_patterns, _app_name, _namespace = api.urls
api_patterns = (
    [pattern for pattern in _patterns if getattr(pattern, "name", "") != "api-root"],
    _app_name,
    _namespace,
)
"""Addresses of the operations; ninja's own root page is left out."""


def sign_in_needed() -> HttpResponse:
    """The one 401 of the API."""
    response = problem_response(401, "sign_in_needed", "Please sign in first, or send a valid key.")
    response["WWW-Authenticate"] = "Bearer"
    return response


@public_door(WHY_PUBLIC)
@require_safe
def openapi_document(request: HttpRequest) -> JsonResponse:
    """The OpenAPI document."""
    return JsonResponse(openapi_schema())


@public_door(WHY_PUBLIC)
@require_safe
def api_docs(request: HttpRequest) -> HttpResponse:
    """The operations of the API on one plain page; no script, no CDN."""
    return render(request, "config/api_docs.html", {"operations": _operations(), "api": api})


@functools.cache
def openapi_schema() -> dict[str, Any]:
    """What ninja writes, with refusals under the media type in which they are answered; composed once."""
    schema: dict[str, Any] = api.get_openapi_schema(path_prefix="/api/v1/")
    for operation in (one for methods in schema["paths"].values() for one in methods.values()):
        for status, answer in operation["responses"].items():
            if int(status) >= 400 and "application/json" in answer.get("content", {}):
                answer["content"] = {MEDIA_TYPE: answer["content"]["application/json"]}
    return schema


def _operations() -> list[dict[str, Any]]:
    return [
        {
            "method": method.upper(),
            "path": path,
            "summary": operation["summary"],
            "description": operation.get("description", ""),
            "needs_key": bool(operation.get("security")),
            "answers": sorted(
                (str(status), answer["description"]) for status, answer in operation["responses"].items()
            ),
        }
        for path, methods in openapi_schema()["paths"].items()
        for method, operation in methods.items()
    ]
