"""DICOMweb goes to the Starlette sub-app, everything else to Django (stack.md: Django's layers cost 5-11 ms)."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from cmr_registry.config.bodies import Pages
from cmr_registry.config.principal import principal_of_scope
from cmr_registry.dicomweb.app import build
from cmr_registry.dicomweb.workers import ThreadWorkers

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

PREFIX = "/dicom-web"

workers = ThreadWorkers()
pages = Pages(workers)
dicomweb = build(principal_of_scope, workers=workers)


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """One request, or the server's own start and stop."""
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
    elif scope["type"] == "http" and _is_dicomweb(scope["path"]):
        await dicomweb(scope, receive, send)
    elif scope["type"] == "http":
        await pages(dict(scope), receive, send)  # type: ignore[arg-type]


def _is_dicomweb(path: str) -> bool:
    return path == PREFIX or path.startswith(PREFIX + "/")


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            await send({"type": "lifespan.shutdown.complete"})
            return
