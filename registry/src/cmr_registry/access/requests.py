"""What the views of this room share: who asks, what is absent, what is refused."""

from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render

from cmr_registry.access.errors import ConflictedRejected
from cmr_registry.accounts.models import Account
from cmr_registry.accounts.policy import Principal
from cmr_registry.audit.services import denial_record


def principal_of(request: HttpRequest) -> Principal:
    """Who asks."""
    return cast(Principal, request.principal)  # type: ignore[attr-defined]


def account_of(request: HttpRequest) -> Account:
    """The account behind a page's request.

    Raises:
        Http404: none, such as a key; pages are for people.
    """
    if not isinstance(request.user, Account):
        raise Http404("There is nothing here.")
    return request.user


def excluded(request: HttpRequest, refused: ConflictedRejected, target: str) -> HttpResponse:
    """403 with the sentence that says which conflict closes the page; one `denied` event is left."""
    denial_record(actor=principal_of(request).actor, action="application.open", target=target)
    return render(request, "access/excluded.html", {"sentence": str(refused)}, status=403)


def refuse(request: HttpRequest, refused: Exception) -> None:
    """Show a refusal's sentence on the page that follows."""
    messages.error(request, str(refused))


def posted(request: HttpRequest) -> QueryDict | None:
    """What was sent; None where the page is only asked for. A form with nothing ticked is sent too."""
    return request.POST if request.method == "POST" else None
