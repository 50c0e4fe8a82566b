"""Composes the Principal once per request, key and job: the only place that joins accounts and memberships."""

from collections.abc import Callable, MutableMapping
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from starlette.requests import HTTPConnection

from cmr_registry.accounts.errors import NotAllowedRejected, SignInNeededRejected
from cmr_registry.accounts.models import Account
from cmr_registry.accounts.policy import NOBODY, Principal
from cmr_registry.accounts.roles import Role
from cmr_registry.centers.selectors import center_roles_of, connector_key_find
from cmr_registry.centers.services import connector_key_seen
from cmr_registry.lib.problems import problem_response
from cmr_registry.projects.selectors import project_roles_of

API = "/api/"


def principal_of_account(account: Account) -> Principal:
    """The Principal of a signed-in person with the roles that run today."""
    registry_roles = account.registry_role_grants.values_list("role", flat=True)
    return Principal(
        actor=f"account:{account.pk}",
        account=account.pk,
        registry_roles=frozenset(Role(role) for role in registry_roles),
        center_roles=center_roles_of(account),
        project_roles=project_roles_of(account),
    )


def principal_of_key(authorization: str) -> Principal:
    """The Principal of an `Authorization: Bearer KEY` header; nobody for anything else."""
    scheme, _, key = authorization.partition(" ")
    found = connector_key_find(key.strip()) if scheme.lower() == "bearer" and key.strip() else None
    if found is None:
        return NOBODY
    connector_key_seen(key=found)
    return Principal(actor=f"key:{found.pk}", center_roles={found.center_id: frozenset({Role.CONNECTOR})})


def principal_of_scope(scope: MutableMapping[str, Any]) -> Principal:
    """The Principal of an ASGI request outside of Django's middleware: its key, or else its session."""
    request = HTTPConnection(scope)
    authorization = request.headers.get("authorization", "")
    if authorization:
        return principal_of_key(authorization)
    session = request.cookies.get(settings.SESSION_COOKIE_NAME)
    if not session:
        return NOBODY
    shadow = HttpRequest()
    shadow.session = import_module(settings.SESSION_ENGINE).SessionStore(session)
    account = get_user(shadow)
    return principal_of_account(account) if isinstance(account, Account) else NOBODY


def principal_of_job(name: str) -> Principal:
    """The Principal of a background job, which acts for the registry."""
    return Principal(actor=f"job:{name}", registry_roles=frozenset({Role.STEWARD}))


class PrincipalMiddleware:
    """Puts `request.principal`, and answers the refusals of the doors as a page or as problem details."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Compose, then go on; what somebody is shown stays in no browser after sign-out, unless it says so."""
        request.principal = _principal_of_request(request)  # type: ignore[attr-defined]
        response = self.get_response(request)
        if request.principal.is_somebody:  # type: ignore[attr-defined]
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A refusal becomes 401 or 403 with its sentence; everything else goes on."""
        if isinstance(exception, SignInNeededRejected):
            if request.path.startswith(API):
                return problem_response(401, "sign_in_needed", str(exception))
            return redirect_to_login(request.get_full_path())
        if isinstance(exception, NotAllowedRejected):
            if request.path.startswith(API):
                return problem_response(403, "not_allowed", str(exception))
            return render(request, "lib/refused.html", {"sentence": str(exception)}, status=403)
        return None


def _principal_of_request(request: HttpRequest) -> Principal:
    """A key opens the API only: pages are for people, and a stolen key must not browse them."""
    authorization = request.headers.get("Authorization", "")
    if authorization:
        return principal_of_key(authorization) if request.path.startswith(API) else NOBODY
    return principal_of_account(request.user) if isinstance(request.user, Account) else NOBODY
