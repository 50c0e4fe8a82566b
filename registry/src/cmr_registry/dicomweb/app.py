"""The DICOMweb application: a Starlette app whose every route passes a door before its handler runs.

Starlette and not Django, because Django's middleware alone costs more than a frame (stack.md). Who asks is told
by a callable handed in (`config` composes Principals); the door, its scope and its refusals are those of every page.
"""

import contextvars
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from functools import partial
from typing import Any

from django.conf import settings
from django.http.request import split_domain_port, validate_host
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from cmr_registry.accounts.doors import Door, enter
from cmr_registry.accounts.errors import NotAllowedRejected, SignInNeededRejected
from cmr_registry.accounts.permissions import Permission
from cmr_registry.accounts.policy import Principal
from cmr_registry.dicomweb import qido, stow, wado
from cmr_registry.dicomweb.answers import COMMON_HEADERS, Streamed, problem, refused
from cmr_registry.dicomweb.ask import PREFIX, Ask, ask_of
from cmr_registry.dicomweb.errors import AbsentRejected, MalformedRejected, RequestRejected
from cmr_registry.dicomweb.workers import ThreadWorkers, Workers, chunks

logger = logging.getLogger(__name__)

PrincipalOf = Callable[[MutableMapping[str, Any]], Principal]
"""Composes the Principal of an ASGI scope out of its key or session; runs in a worker, each request anew."""

Reading = Callable[[Ask], Response | Streamed]

READINGS: tuple[tuple[str, Reading], ...] = (
    ("/studies", qido.studies),
    ("/series", qido.series),
    ("/studies/{study}/series", qido.series),
    ("/studies/{study}/instances", qido.instances),
    ("/studies/{study}/series/{series}/instances", qido.instances),
    ("/studies/{study}", wado.instances),
    ("/studies/{study}/series/{series}", wado.instances),
    ("/studies/{study}/series/{series}/instances/{instance}", wado.instances),
    ("/studies/{study}/metadata", wado.metadata),
    ("/studies/{study}/series/{series}/metadata", wado.metadata),
    ("/studies/{study}/series/{series}/instances/{instance}/metadata", wado.metadata),
    ("/studies/{study}/series/{series}/instances/{instance}/frames/{frames}", wado.frames),
    ("/studies/{study}/series/{series}/instances/{instance}/bulkdata/{attribute}", wado.bulk_data),
    ("/studies/{study}/series/{series}/instances/{instance}/rendered", wado.rendered),
    ("/studies/{study}/series/{series}/instances/{instance}/frames/{frames}/rendered", wado.rendered),
    ("/studies/{study}/series/{series}/instances/{instance}/thumbnail", wado.thumbnail),
    ("/studies/{study}/series/{series}/thumbnail", wado.thumbnail),
    ("/studies/{study}/thumbnail", wado.thumbnail),
)
"""Every address that is read, behind SEE_IMAGES."""

STORES = ("/studies", "/studies/{study}")
"""Every address that stores, behind DELIVER."""


def build(principal_of: PrincipalOf, *, workers: Workers | None = None) -> Starlette:
    """The application.

    Args:
        principal_of: who asks, from an ASGI scope.
        workers: where the blocking half runs; a pool of threads by default.
    """
    desk = _Desk(principal_of, workers or ThreadWorkers())
    table = [
        _route("GET", path, Permission.SEE_IMAGES, partial(desk.read, handler, path))
        for path, handler in READINGS
    ]
    table += [_route("POST", path, Permission.DELIVER, partial(desk.store, path)) for path in STORES]
    app = Starlette(routes=table, exception_handlers={HTTPException: _unrouted})
    app.router.redirect_slashes = False
    return app


def routes(app: Starlette) -> list[tuple[str, str, Door]]:
    """(method, path, door) of every route, for the access matrix test; HEAD goes with GET.

    Raises:
        TypeError: a route was mounted without a door.
    """
    table = []
    for route in app.routes:
        if not isinstance(route, Route) or not isinstance(route.endpoint, _Guarded):
            raise TypeError("A route of DICOMweb has no door.")
        table += [
            (method, route.path, route.endpoint.door)
            for method in sorted((route.methods or set()) - {"HEAD"})
        ]
    return table


class _Guarded:
    """An endpoint with its door; the only kind that `build` mounts."""

    def __init__(self, door: Door, answer: Callable[[Request], Awaitable[Response]]) -> None:
        self.door = door
        self._answer = answer

    async def __call__(
        self, scope: MutableMapping[str, Any], receive: Callable[..., Any], send: Callable[..., Any]
    ) -> None:
        request = Request(scope, receive)
        response = await _answered(self._answer, request)
        for name, value in COMMON_HEADERS.items():
            response.headers.setdefault(name, value)
        await response(scope, receive, send)


class _Desk:
    """Answers requests: finds out who asks, opens the door's scope, runs the handler in a worker."""

    def __init__(self, principal_of: PrincipalOf, workers: Workers) -> None:
        self._principal_of = principal_of
        self._workers = workers

    async def read(self, handler: Reading, path: str, request: Request) -> Response:
        """Answer out of one hop to a worker; a streamed body goes on drawing from there."""
        answer, context = await self._workers.run(partial(self._read, handler, path, request))
        if isinstance(answer, Response):
            return answer
        body = chunks(self._workers, answer.pieces, context)
        return StreamingResponse(body, 200, dict(answer.headers), answer.media_type)

    def _read(
        self, handler: Reading, path: str, request: Request
    ) -> tuple[Response | Streamed, contextvars.Context]:
        principal = self._principal_of(request.scope)
        with enter(principal, Permission.SEE_IMAGES, at=f"dicomweb:{path}"):
            answer = handler(ask_of(request, principal, https=settings.BASE_URL.startswith("https:")))
            return answer, contextvars.copy_context()

    async def store(self, path: str, request: Request) -> Response:
        """Take a STOW-RS body in batches; each batch is stored in a worker inside the door's scope."""
        principal = await self._workers.run(partial(self._admitted, path, request))

        async def in_scope(call: Callable[[], Any]) -> Any:
            return await self._workers.run(partial(_entered, principal, path, call))

        ask = ask_of(request, principal, https=settings.BASE_URL.startswith("https:"))
        return await stow.store(ask, request.stream(), in_scope)

    def _admitted(self, path: str, request: Request) -> Principal:
        principal = self._principal_of(request.scope)
        with enter(principal, Permission.DELIVER, at=f"dicomweb:{path}"):
            if "authorization" not in request.headers:
                stow.require_own_page(request)
        return principal


def _entered(principal: Principal, path: str, call: Callable[[], Any]) -> Any:
    with enter(principal, Permission.DELIVER, at=f"dicomweb:{path}"):
        return call()


def _route(
    method: str, path: str, permission: Permission, answer: Callable[[Request], Awaitable[Response]]
) -> Route:
    return Route(PREFIX + path, _Guarded(Door(permission), answer), methods=[method])


async def _answered(answer: Callable[[Request], Awaitable[Response]], request: Request) -> Response:
    try:
        _require_own_door(request)
        return await answer(request)
    except RequestRejected as rejected:
        return refused(rejected)
    except SignInNeededRejected as rejected:
        return problem(401, "sign_in_needed", str(rejected), {"WWW-Authenticate": "Bearer"})
    except NotAllowedRejected as rejected:
        return problem(403, "not_allowed", str(rejected))
    except ClientDisconnect:
        return Response(status_code=400)
    except Exception:
        logger.error("dicomweb.failed", exc_info=True)
        return problem(
            500, "failed", "The registry failed to answer; the steward finds the event in the log."
        )


def _require_own_door(request: Request) -> None:
    """What Django's middleware asks of every page: our own host name, and TLS where the registry has it."""
    domain, _ = split_domain_port(request.headers.get("host", ""))
    if not validate_host(domain, settings.ALLOWED_HOSTS):
        raise MalformedRejected("The registry does not answer to this host name.")
    schemes = (request.url.scheme, request.headers.get("x-forwarded-proto"))
    if settings.SECURE_SSL_REDIRECT and "https" not in schemes:
        raise MalformedRejected("Use https; a key that was sent in the clear should be revoked.")


async def _unrouted(request: Request, error: Exception) -> Response:
    """Unknown addresses and methods; an unknown address is answered like an absent object."""
    if isinstance(error, HTTPException) and error.status_code == 405:
        return problem(405, "method", "This address does not know the method.", error.headers)
    return refused(AbsentRejected())
