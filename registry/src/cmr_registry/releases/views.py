"""Pages of releases for the people of a project: what there is, what is in it, and the download."""

import uuid
from collections.abc import AsyncIterator, Iterator

from asgiref.sync import sync_to_async
from django.contrib import messages
from django.core.handlers.asgi import ASGIRequest
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from cmr_registry.accounts.doors import door, public_door
from cmr_registry.accounts.permissions import Permission
from cmr_registry.accounts.requests import principal_of
from cmr_registry.lib.pages import page_of
from cmr_registry.releases.errors import DownloadRejected, LinkExpiredError
from cmr_registry.releases.example import NAME, example_archive
from cmr_registry.releases.keys import secret_open
from cmr_registry.releases.links import SECONDS, link_make, link_open
from cmr_registry.releases.models import DataRelease
from cmr_registry.releases.readme import is_dmf_only
from cmr_registry.releases.selectors import (
    download_refusal,
    download_require,
    release_bytes,
    release_of,
    release_part,
    releases_of,
    withdrawn_in,
)
from cmr_registry.releases.services import release_download_note, release_link_issue

NOTHING_HERE = "There is no such release."
ZIP = "application/zip"


@door(Permission.USE_RELEASES)
@require_safe
def releases(request: HttpRequest) -> HttpResponse:
    """The releases of the caller's projects, newest first."""
    page = page_of(releases_of(principal_of(request)), request.GET.get("page"))
    marked = withdrawn_in(page.rows)
    rows = [(row, row.pk in marked) for row in page.rows]
    return render(request, "releases/releases.html", {"page": page, "rows": rows})


@door(Permission.USE_RELEASES)
@require_safe
def release(request: HttpRequest, release_id: uuid.UUID) -> HttpResponse:
    """One release: what it holds, the flow of n, where deaths are known from, what is known, the download."""
    row = _found(request, release_id)
    context = {
        "release": row,
        "refusal": download_refusal(principal_of(request), row),
        "has_withdrawn": bool(withdrawn_in([row])),
        "dmf_only": is_dmf_only(row.summary.get("mix", {})),
        "minutes": SECONDS // 60,
    }
    return render(request, "releases/release.html", context)


@door(Permission.USE_RELEASES)
@require_POST
def link(request: HttpRequest, release_id: uuid.UUID) -> HttpResponse:
    """Give the caller a link of his or her own, and follow it."""
    row, principal = _found(request, release_id), principal_of(request)
    refusal = download_refusal(principal, row)
    if refusal or principal.account is None:
        messages.error(request, refusal)
        return redirect("releases:release", release_id=row.pk)
    release_link_issue(release=row, by=principal)
    return redirect("releases:download", token=link_make(row.pk, principal.account))


@door(Permission.USE_RELEASES)
@require_safe
def download(request: HttpRequest, token: str) -> HttpResponseBase:
    """The archive, to the account that the link was given to; what may be downloaded is asked again."""
    principal = principal_of(request)
    try:
        if principal.account is None:
            raise Http404(NOTHING_HERE)
        row = _found(request, link_open(token, principal.account))
        download_require(principal, row)
    except LinkExpiredError:
        raise Http404(NOTHING_HERE) from None
    except DownloadRejected as refused:
        messages.error(request, str(refused))
        return redirect("releases:releases")
    release_download_note(release=row, by=principal)
    response = StreamingHttpResponse(_stream(request, row), content_type=ZIP)
    response["Content-Length"] = str(row.size)
    return _attached(response, row.name)


@public_door(
    "A synthetic release in the real format: invented people, for whoever wants to try before asking."
)
@require_safe
def example(request: HttpRequest) -> HttpResponse:
    """The synthetic release, as ZIP."""
    response = HttpResponse(example_archive(), content_type=ZIP)
    _attached(response, f"synthetic-{NAME}")
    return response


def _stream(request: HttpRequest, row: DataRelease) -> Iterator[bytes] | AsyncIterator[bytes]:
    """The parts, one at a time in memory; asynchronous where the server is, as Django asks for."""
    if isinstance(request, ASGIRequest):
        return _parts(row, secret_open(row).archive_key)
    return release_bytes(row)


async def _parts(row: DataRelease, key: bytes) -> AsyncIterator[bytes]:
    read = sync_to_async(release_part, thread_sensitive=False)
    for number in range(len(row.parts)):
        yield await read(row, key, number)


def _attached(response: HttpResponseBase, name: str) -> HttpResponseBase:
    response["Content-Disposition"] = f'attachment; filename="{name}.zip"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _found(request: HttpRequest, release_id: uuid.UUID) -> DataRelease:
    row = release_of(principal_of(request), release_id)
    if row is None:
        raise Http404(NOTHING_HERE)
    return row
