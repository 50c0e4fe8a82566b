"""One request of one person: signed in or not, with a form whose token was checked. Every route passes here."""

import hmac
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from jinja2 import Environment
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from cmr_connector.desk.accounts import Accounts, Setup
from cmr_connector.desk.acts import Act, Acts
from cmr_connector.desk.drops import Drops
from cmr_connector.desk.selectors import Selectors
from cmr_connector.desk.sessions import Attempts, Session, Sessions
from cmr_connector.workplace import Workplace

COOKIE = "cmr_desk"
FORM_COOKIE = "cmr_desk_form"
CSRF_FIELD, CSRF_HEADER = "csrf", "x-csrf-token"
_MOST_FORM_BYTES = 64 * 1024
_MOST_FIELDS = 50
CASE_REPORT_FIELDS = 3000
"""Fields of the longest form: a value and a reason for every item of the dictionary, and every tick."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything that pages and actions work with.

    Attributes:
        secret: key of this process for the tokens of forms before sign-in.
        by_name, by_address: brakes on guessing.
    """

    workplace: Workplace
    accounts: Accounts
    setup: Setup
    sessions: Sessions
    acts: Acts
    selectors: Selectors
    drops: Drops
    pages: Environment
    secret: bytes
    by_name: Attempts
    by_address: Attempts


@dataclass(frozen=True, slots=True)
class Visit:
    """One request.

    Attributes:
        desk: what to work with.
        request: as Starlette has it.
        session: who is signed in, None on the pages before sign-in.
        form: fields of a checked form; empty for a page.
        pairs: the same with every repetition of a name, in order.
    """

    desk: Desk
    request: Request
    session: Session | None
    form: Mapping[str, str] = field(default_factory=dict)
    pairs: Sequence[tuple[str, str]] = ()

    @property
    def account(self) -> str:
        """Name of the account that is signed in."""
        return self.session.account.name if self.session else ""

    def note(self, act: Act, subject: str | None = None, exam: str | None = None) -> None:
        """Leave a line about what this person did."""
        self.desk.acts.add(self.account, act, subject, exam)

    def number(self, name: str) -> int:
        """A whole number of the address; one that does not exist is answered with 404."""
        text = str(self.request.path_params[name])
        if not (text.isascii() and text.isdigit() and len(text) < 18):
            raise HTTPException(404)
        return int(text)

    def page_number(self) -> int:
        """The page that the reader asks for, 1 when it names none."""
        text = self.request.query_params.get("page", "1")
        return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 9 else 1

    def render(self, template: str, status: int = 200, **context: Any) -> Response:
        """A page."""
        token = self.session.csrf if self.session else ""
        cookie = None
        if self.session is None:
            cookie = self.request.cookies.get(FORM_COOKIE) or secrets.token_urlsafe(24)
            token = form_token(self.desk.secret, cookie)
        html = self.desk.pages.get_template(template).render(
            visit=self,
            csrf=token,
            path=self.request.url.path,
            center=self.desk.workplace.config.center.code,
            **context,
        )
        answer = HTMLResponse(html, status)
        if cookie is not None:
            put_cookie(self.request, answer, FORM_COOKIE, cookie)
        return answer


Handler = Callable[[Visit], Response]
Endpoint = Callable[[Request], Awaitable[Response]]


def page(handler: Handler, *, refreshes_itself: bool = False) -> Endpoint:
    """A page for people who are signed in; one that refreshes itself answers 401 instead of leading to sign-in."""

    def work(request: Request) -> Response:
        session = session_of(request, is_person=not refreshes_itself)
        if session is None:
            return Response(status_code=401) if refreshes_itself else RedirectResponse("/sign-in", 303)
        return handler(Visit(desk_of(request), request, session))

    return _in_thread(work)


def open_page(handler: Handler) -> Endpoint:
    """A page before sign-in."""
    return _in_thread(lambda request: handler(Visit(desk_of(request), request, None)))


def action(handler: Handler, *, most_fields: int = _MOST_FIELDS) -> Endpoint:
    """What a signed-in person does: a POST with the token of that person's session."""

    async def endpoint(request: Request) -> Response:
        pairs = await read_pairs(request, most_fields)
        form = dict(pairs)

        def work() -> Response:
            session = require_session(request, form.get(CSRF_FIELD, ""))
            return handler(Visit(desk_of(request), request, session, form, pairs))

        return await run_in_threadpool(work)

    return endpoint


def open_action(handler: Handler) -> Endpoint:
    """A POST before sign-in; its token belongs to the cookie of the form."""

    async def endpoint(request: Request) -> Response:
        form = await read_form(request)
        desk = desk_of(request)
        cookie = request.cookies.get(FORM_COOKIE, "")
        expected = form_token(desk.secret, cookie)
        if not cookie or not _same(form.get(CSRF_FIELD, ""), expected) or not _is_own_page(request):
            raise HTTPException(403, "This form is too old. Load the page again.")
        return await run_in_threadpool(lambda: handler(Visit(desk, request, None, form)))

    return endpoint


def require_session(request: Request, token: str) -> Session:
    """The session of a POST whose token fits.

    Raises:
        HTTPException: 401 not signed in, 403 another token or another origin.
    """
    session = session_of(request)
    if session is None:
        raise HTTPException(401, "You are signed out. Sign in and do it again.")
    if not _same(token, session.csrf) or not _is_own_page(request):
        raise HTTPException(403, "This form is too old or comes from another page. Load the page again.")
    return session


def session_of(request: Request, *, is_person: bool = True) -> Session | None:
    """Who is signed in."""
    token = request.cookies.get(COOKIE)
    return desk_of(request).sessions.find(token, is_person=is_person) if token else None


def desk_of(request: Request) -> Desk:
    """What to work with."""
    desk: Desk = request.app.state.desk
    return desk


def put_cookie(request: Request, answer: Response, name: str, value: str) -> None:
    """A host-only cookie for this browser session; `Secure` wherever the page came by TLS."""
    answer.set_cookie(name, value, httponly=True, samesite="strict", secure=request.url.scheme == "https")


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a form, which is never a file; of a name that stands twice the last.

    Raises:
        HTTPException: another type of content, or too much of it.
    """
    return dict(await read_pairs(request, _MOST_FIELDS))


async def read_pairs(request: Request, most_fields: int) -> list[tuple[str, str]]:
    """The fields of a form, which is never a file, in their order.

    Raises:
        HTTPException: another type of content, or too much of it.
    """
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        raise HTTPException(415, "A form is expected.")
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MOST_FORM_BYTES:
            raise HTTPException(413, "The form is too long.")
    try:
        text = body.decode("ascii")
        return parse_qsl(text, keep_blank_values=True, max_num_fields=most_fields, errors="strict")
    except ValueError:
        raise HTTPException(400, "The form cannot be read.") from None


def form_token(secret: bytes, cookie: str) -> str:
    """The token of a form before sign-in: nobody makes it without `secret`."""
    return hmac.new(secret, cookie.encode("utf-8", "replace"), sha256).hexdigest()


def _in_thread(work: Callable[[Request], Response]) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        return await run_in_threadpool(work, request)

    return endpoint


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode())


def _is_own_page(request: Request) -> bool:
    """Browsers say where a POST comes from; a program that says nothing has no session to abuse."""
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers["host"]
