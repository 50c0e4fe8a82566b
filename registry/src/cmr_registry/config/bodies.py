"""Bodies of requests on Django's side: judged before they are read, and never written to a disk in the clear.

Django reads a whole body before any view runs, and spools what is over 2.5 MB to the folder of temporary files.
Here the size is capped per route, the routes that take much ask first whether the caller may deliver, and what
is too large for memory goes through `lib.spool`: an identified ZIP on the upload page leaves nothing readable.
"""

import io
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import IO, Any

from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler
from django.db import DatabaseError
from django.http import HttpResponse
from django.template.loader import render_to_string

from cmr_registry.accounts.permissions import Permission
from cmr_registry.accounts.policy import scope_for
from cmr_registry.config.principal import API, principal_of_scope
from cmr_registry.dicomweb.workers import Workers
from cmr_registry.intake.api import MAX_MANIFEST
from cmr_registry.intake.table_services import MAX_TABLE
from cmr_registry.intake.zips import MAX_ARCHIVE
from cmr_registry.lib.errors import StorageError
from cmr_registry.lib.log import event
from cmr_registry.lib.problems import problem_response
from cmr_registry.lib.spool import Spool

Scope = dict[str, Any]
Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

SMALL = 2**20
"""A form, and what stands around the file of an upload."""

BODY_HEADERS = frozenset({b"content-length", b"content-type", b"transfer-encoding"})
REFUSALS = {
    413: ("too_large", "This was larger than the registry takes", "Nothing was stored."),
    507: ("out_of_storage", "The registry has no room for this now", "Nothing was stored. Try again later."),
}


@dataclass(frozen=True, slots=True)
class Limit:
    """What a route takes.

    Attributes:
        size: most bytes of a body.
        permission: asked for before the body is read; None where a view asks soon enough.
        in_memory: a larger body than this goes to an encrypted file.
    """

    size: int
    permission: Permission | None = None
    in_memory: int = MAX_MANIFEST


LIMITS: Mapping[tuple[str, str], Limit] = {
    ("POST", "/api/v1/deliveries"): Limit(MAX_MANIFEST, Permission.DELIVER),
    ("POST", "/api/v1/tables"): Limit(MAX_TABLE, Permission.IMPORT_TABLES, in_memory=SMALL),
    ("POST", "/centers/tables/"): Limit(MAX_TABLE + SMALL, Permission.IMPORT_TABLES, in_memory=SMALL),
    ("POST", "/centers/upload/"): Limit(MAX_ARCHIVE + SMALL, Permission.DELIVER, in_memory=SMALL),
}
"""Every route that takes more than a form."""


class TooLargeRejected(Exception):
    """A body is larger than its route takes."""


class Pages(ASGIHandler):
    """Django behind a door of its own for bodies."""

    def __init__(self, workers: Workers) -> None:
        super().__init__()
        self._workers = workers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; one that may not send its body is answered as if it had sent none."""
        limit = LIMITS.get((scope["method"], scope["path"]), Limit(SMALL))
        if limit.permission and not await self._workers.run(partial(_may, scope, limit.permission)):
            scope, receive = _without_body(scope), _Draining(receive)
        try:
            body = await _read(scope, receive, limit)
        except RequestAborted:
            return
        except TooLargeRejected:
            await self._refuse(413, scope, send)
        except StorageError:
            await self._refuse(507, scope, send)
        else:
            await super().__call__(scope, _Received(body, receive), send)

    async def read_body(self, receive: Any) -> Any:
        """The body that was read before; Django would write it to a file that anybody can read."""
        return receive.body

    async def _refuse(self, status: int, scope: Scope, send: Send) -> None:
        code, heading, sentence = REFUSALS[status]
        if scope["path"].startswith(API):
            response: HttpResponse = problem_response(status, code, f"{heading}. {sentence}")
        else:
            page = render_to_string("lib/body_refused.html", {"heading": heading, "sentence": sentence})
            response = HttpResponse(page, status=status)
        response["Cache-Control"] = "no-store"
        response["Content-Security-Policy"] = "default-src 'self'; frame-ancestors 'none'"
        response["X-Content-Type-Options"] = "nosniff"
        await self.send_response(response, send)
        event("request_answered", method=_method(scope), route="", status=status, ms=0)


class _Received:
    """A body that was read, and what the server says afterwards."""

    def __init__(self, body: IO[bytes], receive: Receive) -> None:
        self.body = body
        self._receive = receive

    async def __call__(self) -> Message:
        return await self._receive()


class _Draining:
    """Tells of an empty body; what the caller sends all the same is let go piece by piece."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._is_told = False

    async def __call__(self) -> Message:
        if not self._is_told:
            self._is_told = True
            return {"type": "http.request", "body": b"", "more_body": False}
        while True:
            message = await self._receive()
            if message["type"] != "http.request":
                return message


def _may(scope: Scope, permission: Permission) -> bool:
    """True where the caller may send this; where the database fails Django says so on an empty request."""
    has_key = any(name.lower() == b"authorization" for name, _ in scope["headers"])
    if has_key and not scope["path"].startswith(API):
        return False
    try:
        return bool(scope_for(principal_of_scope(scope), permission))
    except DatabaseError:
        return False


def _without_body(scope: Scope) -> Scope:
    """The request as one that asks for the page, or the API's operation, without a body: the door refuses it."""
    headers = [(name, value) for name, value in scope["headers"] if name.lower() not in BODY_HEADERS]
    method = scope["method"] if scope["path"].startswith(API) else "GET"
    return {**scope, "headers": headers, "method": method}


async def _read(scope: Scope, receive: Receive, limit: Limit) -> IO[bytes]:
    """The body, positioned at its front.

    Raises:
        TooLargeRejected: it is larger than the limit, by its header or in truth.
        RequestAborted: the caller hung up.
        StorageError: the disk failed or is full.
    """
    announced = _announced(scope)
    if announced > limit.size:
        raise TooLargeRejected
    body = Spool() if announced > limit.in_memory else io.BytesIO()
    try:
        return await _filled(body, receive, limit)
    except BaseException:
        body.close()
        raise


async def _filled(body: io.BytesIO | Spool, receive: Receive, limit: Limit) -> IO[bytes]:
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise RequestAborted
        piece, more = message.get("body", b""), message.get("more_body", False)
        size += len(piece)
        if size > limit.size:
            raise TooLargeRejected
        if isinstance(body, io.BytesIO) and size > limit.in_memory:
            body = _spooled(body)
        body.write(piece)
    if isinstance(body, Spool):
        return body.reader()
    body.seek(0)
    return body


def _spooled(begun: io.BytesIO) -> Spool:
    spool = Spool()
    spool.write(begun.getvalue())
    return spool


def _announced(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name.lower() == b"content-length" and value.isdigit() and len(value) < 19:
            return int(value)
    return 0


def _method(scope: Scope) -> str:
    return str(scope["method"]) if scope["method"] in {"GET", "HEAD", "POST"} else "other"
