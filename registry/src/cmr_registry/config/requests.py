"""One line per request in the log: method, route pattern, status and time; never an address with ids."""

import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from cmr_registry.lib.log import event, request_scope

QUIET = frozenset({"healthz", "readyz"})


class RequestLogMiddleware:
    """Gives each request an id, logs its route and status, and answers with the id for support."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Time the request."""
        started = time.monotonic()
        with request_scope() as name:
            response = self.get_response(request)
            match = request.resolver_match
            route = match.route if match else ""
            if route not in QUIET:
                elapsed = round(1000 * (time.monotonic() - started))
                method = request.method if request.method in {"GET", "HEAD", "POST"} else "other"
                event("request_answered", method=method, route=route, status=response.status_code, ms=elapsed)
        response["X-Request-ID"] = name
        return response
