"""What the views of this room share: what was sent, what is refused."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render

from cmr_registry.access.errors import ConflictedRejected
from cmr_registry.accounts.requests import principal_of
from cmr_registry.audit.services import denial_record


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
