"""The outermost layer of the desk: which host names it answers to, what every answer carries, no error unhandled."""

import ipaddress

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cmr_connector import log
from cmr_connector.config import DeskSettings

CSP = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self';"
    " frame-ancestors 'none'"
)
_HEADERS = {
    "content-security-policy": CSP,
    "x-frame-options": "DENY",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
_STATIC = "/static/"


class Frame:
    """ASGI middleware around the whole desk."""

    def __init__(self, app: ASGIApp, settings: DeskSettings) -> None:
        """Answer only under the host names of these settings (a page elsewhere could point its name at us)."""
        self._app = app
        self._names = host_names(settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        async def framed(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                message["headers"] = [*message["headers"], *_headers(scope["path"])]
            await send(message)

        if _host_of(scope) not in self._names:
            answer = PlainTextResponse("This desk does not answer under that host name (desk.names).", 421)
            await answer(scope, receive, framed)
            return
        try:
            await self._app(scope, receive, framed)
        except Exception as error:
            # the text of an error may quote data: only its type is logged, none of it is shown (L10)
            log.unexpected("desk", error)
            if not begun:
                sentence = "Something went wrong at the desk. Hospital IT: see the connector's log."
                await PlainTextResponse(sentence, 500)(scope, receive, framed)


def host_names(settings: DeskSettings) -> frozenset[str]:
    """The host names under which the desk answers, in lower case and without ports."""
    own = {"127.0.0.1", "localhost", "[::1]", *(name.lower() for name in settings.names)}
    if not is_any_address(settings.host):
        own.add(f"[{settings.host}]" if ":" in settings.host else settings.host.lower())
    return frozenset(own)


def is_loopback(host: str) -> bool:
    """Whether an address to listen on is reached from this machine alone."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def is_any_address(host: str) -> bool:
    """Whether it stands for every address of the machine."""
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return not host


def _host_of(scope: Scope) -> str:
    hosts = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
    if len(hosts) != 1:
        return ""
    host: str = hosts[0].lower()
    end = host.rfind(":")
    return host[:end] if end > host.rfind("]") else host


def _headers(path: str) -> list[tuple[bytes, bytes]]:
    kept = "public, max-age=3600" if path.startswith(_STATIC) else "no-store"
    return [(name.encode(), value.encode()) for name, value in {**_HEADERS, "cache-control": kept}.items()]
