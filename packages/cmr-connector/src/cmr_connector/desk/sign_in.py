"""Signing in and out, the first account, and one's own password."""

from starlette.responses import RedirectResponse, Response

from cmr_connector import log
from cmr_connector.desk.accounts import Account
from cmr_connector.desk.acts import Act
from cmr_connector.desk.errors import AccountError
from cmr_connector.desk.visits import COOKIE, FORM_COOKIE, Visit, put_cookie

_TOO_MANY = "Too many attempts. Wait a quarter of an hour; hospital IT can set a new password at once."


def sign_in_page(visit: Visit) -> Response:
    """The form; the first visitor ever is led to the setup instead."""
    if visit.desk.setup.open():
        return RedirectResponse("/setup", 303)
    return visit.render("sign_in.html", problem="", name="")


def sign_in(visit: Visit) -> Response:
    """Check name and password."""
    name, desk = visit.form.get("name", "").strip(), visit.desk
    if not _may_try(visit, name):
        log.event("desk_sign_in", outcome="too_many")
        return visit.render("sign_in.html", 429, problem=_TOO_MANY, name=name)
    account = desk.accounts.check(name, visit.form.get("password", ""))
    if account is None:
        _failed(visit, name)
        log.event("desk_sign_in", outcome="refused")
        problem = "Name and password do not fit together."
        return visit.render("sign_in.html", 403, problem=problem, name=name)
    log.event("desk_sign_in", outcome="signed_in")
    desk.acts.add(account.name, Act.SIGNED_IN)
    return _signed_in(visit, account)


def sign_out(visit: Visit) -> Response:
    """End the session."""
    if visit.session is not None:
        visit.desk.sessions.end(visit.session)
    answer = RedirectResponse("/sign-in", 303)
    answer.delete_cookie(COOKIE, httponly=True, samesite="strict")
    return answer


def setup_page(visit: Visit) -> Response:
    """The form for the first account, as long as there is none."""
    if not visit.desk.setup.open():
        return RedirectResponse("/sign-in", 303)
    return visit.render("setup.html", problem="", name="", file=str(visit.desk.setup.path))


def setup(visit: Visit) -> Response:
    """Make the first account for whoever can read the setup code."""
    name, desk = visit.form.get("name", "").strip(), visit.desk
    if not _may_try(visit, "setup"):
        return visit.render("setup.html", 429, problem=_TOO_MANY, name=name, file=str(desk.setup.path))
    try:
        _require_same_twice(visit)
        account = desk.setup.first_account(visit.form.get("code", ""), name, visit.form.get("password", ""))
    except AccountError as error:
        _failed(visit, "setup")
        return visit.render("setup.html", 400, problem=str(error), name=name, file=str(desk.setup.path))
    desk.acts.add(account.name, Act.MADE_FIRST_ACCOUNT)
    return _signed_in(visit, account)


def account_page(visit: Visit) -> Response:
    """Who is signed in, and the form for another password."""
    return visit.render("account.html", problem="")


def password_change(visit: Visit) -> Response:
    """Change one's own password; all sessions of the account end, this one begins anew."""
    account = visit.session.account if visit.session else Account(0, "")
    if not _may_try(visit, account.name):
        return visit.render("account.html", 429, problem=_TOO_MANY)
    try:
        if visit.desk.accounts.check(account.name, visit.form.get("old", "")) is None:
            _failed(visit, account.name)
            raise AccountError("The present password is not right.")
        _require_same_twice(visit)
        visit.desk.accounts.password_put(account, visit.form.get("password", ""))
    except AccountError as error:
        return visit.render("account.html", 400, problem=str(error))
    visit.note(Act.CHANGED_PASSWORD)
    return _signed_in(visit, account)


def _signed_in(visit: Visit, account: Account) -> Response:
    answer = RedirectResponse("/", 303)
    answer.delete_cookie(FORM_COOKIE, httponly=True, samesite="strict")
    put_cookie(visit.request, answer, COOKIE, visit.desk.sessions.start(account))
    return answer


def _require_same_twice(visit: Visit) -> None:
    if visit.form.get("password", "") != visit.form.get("again", ""):
        raise AccountError("The two passwords differ.")


def _keys(visit: Visit, name: str) -> tuple[str, str]:
    client = visit.request.client
    return name.casefold()[:60], client.host if client else ""


def _may_try(visit: Visit, name: str) -> bool:
    by_name, by_address = _keys(visit, name)
    return visit.desk.by_name.allows(by_name) and visit.desk.by_address.allows(by_address)


def _failed(visit: Visit, name: str) -> None:
    by_name, by_address = _keys(visit, name)
    visit.desk.by_name.failed(by_name)
    visit.desk.by_address.failed(by_address)
