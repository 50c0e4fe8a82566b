"""The registry's own desk for releases: ask, consent as a second person, watch, look, publish, revoke."""

import uuid
from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from cmr_registry.accounts.doors import door
from cmr_registry.accounts.permissions import Permission
from cmr_registry.accounts.requests import principal_of
from cmr_registry.lib.pages import page_of
from cmr_registry.releases.errors import ReleaseError
from cmr_registry.releases.forms import RequestForm, RevokeForm
from cmr_registry.releases.models import DataRelease
from cmr_registry.releases.readme import is_dmf_only
from cmr_registry.releases.selectors import (
    projects_ready,
    release_find,
    releases_all,
    releases_with_withdrawn,
    withdrawn_in,
)
from cmr_registry.releases.services import (
    release_consent,
    release_publish,
    release_request,
    release_retry,
    release_revoke,
)
from cmr_registry.releases.states import OWNER, ReleaseState, may_become

NOTHING_HERE = "There is no such release."


@door(Permission.MANAGE_RELEASES)
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """All releases, what can be asked for, and those in which somebody withdrew."""
    page = page_of(releases_all(), request.GET.get("page"))
    marked = withdrawn_in(page.rows)
    affected = list(releases_with_withdrawn()[:100])
    counts = withdrawn_in(affected)
    ready = {project.pk for project in projects_ready()}
    context = {
        "page": page,
        "rows": [(row, marked.get(row.pk, 0), OWNER[ReleaseState(row.state)]) for row in page.rows],
        "affected": [(row, counts[row.pk], row.project_id in ready) for row in affected],
        "form": RequestForm() if ready else None,
    }
    return render(request, "releases/desk.html", context)


@door(Permission.MANAGE_RELEASES)
@require_safe
def desk_release(request: HttpRequest, release_id: uuid.UUID) -> HttpResponse:
    """One release for the registry: who asked and consented, how far it is, what is in it, the next step."""
    row, principal = _found(release_id), principal_of(request)
    context = {
        "release": row,
        "owner": OWNER[ReleaseState(row.state)],
        "is_requester": principal.account == row.requested_by_id,
        "n_withdrawn": withdrawn_in([row]).get(row.pk, 0),
        "dmf_only": is_dmf_only(row.summary.get("mix", {})),
        "may_revoke": may_become(row.state, ReleaseState.REVOKED),
        "revoke_form": RevokeForm(),
    }
    return render(request, "releases/desk_release.html", context)


@door(Permission.MANAGE_RELEASES)
@require_POST
def request_release(request: HttpRequest) -> HttpResponse:
    """Ask for a release, or for a new version."""
    form = RequestForm(request.POST)
    if not form.is_valid():
        messages.error(request, "No release can be asked for that project now.")
        return redirect("releases:desk")
    try:
        row = release_request(project=form.cleaned_data["project"], by=principal_of(request))
    except ReleaseError as refused:
        messages.error(request, str(refused))
        return redirect("releases:desk")
    messages.success(request, "Asked for. A second person must consent before it is built.")
    return redirect("releases:desk_release", release_id=row.pk)


@door(Permission.MANAGE_RELEASES)
@require_POST
def consent(request: HttpRequest, release_id: uuid.UUID) -> HttpResponse:
    """Consent as the second person."""
    row = _found(release_id)
    return _done(
        request,
        row,
        lambda: release_consent(release=row, by=principal_of(request)),
        "You consented; the worker builds it now.",
    )


@door(Permission.MANAGE_RELEASES)
@require_POST
def retry(request: HttpRequest, release_id: uuid.UUID) -> HttpResponse:
    """Build again what failed."""
    row = _found(release_id)
    words = "The worker tries again."
    return _done(request, row, lambda: release_retry(release=row, by=principal_of(request)), words)


@door(Permission.MANAGE_RELEASES)
@require_POST
def publish(request: HttpRequest, release_id: uuid.UUID) -> HttpResponse:
    """Publish what was looked at."""
    row = _found(release_id)
    return _done(
        request,
        row,
        lambda: release_publish(release=row, by=principal_of(request)),
        "Published; the people of the project have been told.",
    )


@door(Permission.MANAGE_RELEASES)
@require_POST
def revoke(request: HttpRequest, release_id: uuid.UUID) -> HttpResponse:
    """Take a release back."""
    row, form = _found(release_id), RevokeForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest("A reason is expected.", content_type="text/plain")
    reason = str(form.cleaned_data["reason"])
    words = "Revoked."
    return _done(
        request, row, lambda: release_revoke(release=row, reason=reason, by=principal_of(request)), words
    )


def _done(
    request: HttpRequest, row: DataRelease, step: Callable[[], DataRelease], words: str
) -> HttpResponse:
    try:
        step()
    except ReleaseError as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, words)
    return redirect("releases:desk_release", release_id=row.pk)


def _found(release_id: uuid.UUID) -> DataRelease:
    row = release_find(release_id)
    if row is None:
        raise Http404(NOTHING_HERE)
    return row
