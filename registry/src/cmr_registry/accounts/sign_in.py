"""How people sign in: accounts are made by invitation only, and every coming and going leaves an audit event.

An event names the account by its id, or nobody; never the e-mail address that was typed.
"""

import datetime
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.forms import ValidationError
from django.http import HttpRequest
from django.utils import timezone

from cmr_registry.accounts.models import Account
from cmr_registry.accounts.policy import NOBODY
from cmr_registry.audit.models import AuditEvent
from cmr_registry.audit.services import denial_record, event_record

LOCKED = "account.sign_in_locked"
LOCKED_QUIET = datetime.timedelta(minutes=15)
"""Who is locked out leaves one event in this time: a machine that goes on guessing cannot flood the trail."""


class ClosedAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Sign-in by e-mail and password; nobody signs up by himself."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """False: a center or the registry invites."""
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Refuse who guessed too often, and say so in the audit trail.

        Raises:
            ValidationError: too many wrong passwords for this account or from this address.
        """
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            _note_locked(_target(credentials))
            raise


def signals_connect() -> None:
    """Listen to Django's own signals, which every way of signing in sends."""
    user_logged_in.connect(_signed_in, dispatch_uid="audit.sign_in")
    user_login_failed.connect(_failed, dispatch_uid="audit.sign_in_failed")
    user_logged_out.connect(_signed_out, dispatch_uid="audit.sign_out")


def _signed_in(sender: object, user: Account, **more: Any) -> None:
    _note("account.sign_in", user)


def _signed_out(sender: object, user: Account | None, **more: Any) -> None:
    if user is not None:
        _note("account.sign_out", user)


def _failed(sender: object, credentials: dict[str, Any], **more: Any) -> None:
    denial_record(actor=NOBODY.actor, action="account.sign_in_failed", target=_target(credentials))


def _note(action: str, account: Account) -> None:
    name = f"account:{account.pk}"
    event_record(actor=name, action=action, target=name)


def _note_locked(target: str) -> None:
    since = timezone.now() - LOCKED_QUIET
    if not AuditEvent.objects.filter(target=target, at__gt=since, action=LOCKED).exists():
        denial_record(actor=NOBODY.actor, action=LOCKED, target=target)


def _target(credentials: dict[str, Any]) -> str:
    """`account:<id>` of the account that was tried; `nobody` where there is none."""
    email = credentials.get("email") or ""
    found = Account.objects.filter(email__iexact=email).values_list("pk", flat=True).first()
    return f"account:{found}" if found else NOBODY.actor
