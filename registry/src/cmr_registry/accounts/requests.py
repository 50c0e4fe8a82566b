"""Who asks: the one place where a page or an address of the API takes principal and account from its request."""

from typing import cast

from django.http import Http404, HttpRequest

from cmr_registry.accounts.models import Account
from cmr_registry.accounts.policy import Principal


def principal_of(request: HttpRequest) -> Principal:
    """Who asks, as `config.principal` put it there."""
    return cast(Principal, request.principal)  # type: ignore[attr-defined]


def account_of(request: HttpRequest) -> Account:
    """The account behind a page's request.

    Raises:
        Http404: none, such as a key; pages are for people.
    """
    if not isinstance(request.user, Account):
        raise Http404("There is nothing here.")
    return request.user
