"""Addresses that belong to no room: liveness, readiness, the way home, and the one answer for what is absent."""

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cmr_registry.accounts.doors import public_door
from cmr_registry.lib.errors import StorageError
from cmr_registry.lib.problems import not_found_response
from cmr_registry.lib.storage import storage

PROBE = "readiness"


@public_door("A load balancer has no account; the answer says nothing about data.")
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


@public_door("A load balancer has no account; the answer says nothing about data.")
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Database and object store answer; 503 and which of them does not."""
    parts = {"database": _has_database(), "storage": _has_storage()}
    ready = all(parts.values())
    words = {name: "ok" if fine else "unreachable" for name, fine in parts.items()}
    return JsonResponse({"status": "ok" if ready else "not ready", **words}, status=200 if ready else 503)


def absent(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The one 404: the same bytes for an absent object and another center's, and no word of the address (L1)."""
    if request.path.startswith("/api/"):
        return not_found_response(request)
    return render(request, "404.html", status=404)


def _has_database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _has_storage() -> bool:
    try:
        storage().exists(PROBE)
    except (StorageError, OSError):
        return False
    return settings.STORAGE_URL != ""
