"""The steward's queues: search requests to approve or return, applications to check."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from cmr_registry.access.application_services import application_pass, application_return
from cmr_registry.access.application_views import timeline_context
from cmr_registry.access.certificate_pages import certificate_answer
from cmr_registry.access.errors import AccessError
from cmr_registry.access.forms import CheckForm
from cmr_registry.access.models import AccessApplication, SearchRequest
from cmr_registry.access.requests import posted, refuse
from cmr_registry.access.reviewing import review_of
from cmr_registry.access.search_selectors import (
    certificate_by_digest,
    certificate_of,
    search_for_steward,
    searches_for_steward,
    searches_waiting,
)
from cmr_registry.access.search_services import search_approve, search_return
from cmr_registry.access.search_states import SearchState
from cmr_registry.access.selectors import (
    application_for_steward,
    applications_for_steward,
    applications_to_check,
    submission_shown,
)
from cmr_registry.access.states import ApplicationState
from cmr_registry.access.steps import search_timeline
from cmr_registry.accounts.doors import door
from cmr_registry.accounts.permissions import Permission
from cmr_registry.accounts.requests import principal_of
from cmr_registry.lib.pages import page_of

NOTHING_HERE = "There is nothing here."
SEARCHES_SHOWN = {"": "All", "waiting": "Waiting for you", "answered": "Answered"}
SEARCH_STATES = {"waiting": SearchState.SUBMITTED, "answered": SearchState.ISSUED}
APPLICATIONS_SHOWN = {"": "All", "waiting": "Waiting for you", "review": "In review"}
APPLICATION_STATES = {"waiting": ApplicationState.SUBMITTED, "review": ApplicationState.IN_REVIEW}


@door(Permission.DECIDE_SEARCHES)
@require_safe
def searches(request: HttpRequest) -> HttpResponse:
    """Search requests by review window."""
    show = request.GET.get("show", "")
    state = SEARCH_STATES.get(show)
    listed = _listed(request, searches_for_steward(state.value if state else ""), show if state else "")
    context = {**listed, "choices": SEARCHES_SHOWN, "waiting": searches_waiting()}
    return render(request, "access/steward_searches.html", context)


@door(Permission.DECIDE_SEARCHES)
@require_http_methods(["GET", "HEAD", "POST"])
def search(request: HttpRequest, search_id: uuid.UUID) -> HttpResponse:
    """One request, to approve or to return with reasons."""
    row = search_for_steward(search_id)
    if row is None:
        raise Http404(NOTHING_HERE)
    form = CheckForm(posted(request))
    if request.method == "POST" and form.is_valid():
        by = principal_of(request)
        _check(
            request,
            form,
            lambda note: search_approve(search=row, by=by, note=note),
            lambda reasons: search_return(search=row, by=by, reasons=reasons),
            "Approved. It is being answered.",
        )
        return redirect("access:steward_searches")
    context = {"search": row, "spans": search_timeline(row), "form": form, "waits": _waits(row)}
    return render(request, "access/steward_search.html", context, status=422 if form.errors else 200)


@door(Permission.DECIDE_SEARCHES)
@require_safe
def search_certificate(request: HttpRequest, search_id: uuid.UUID, kind: str) -> HttpResponse:
    """The certificate of a request."""
    row = search_for_steward(search_id)
    certificate = certificate_of(row) if row else None
    if certificate is None:
        raise Http404(NOTHING_HERE)
    return certificate_answer(request, certificate, kind)


@door(Permission.CHECK_APPLICATIONS)
@require_safe
def applications(request: HttpRequest) -> HttpResponse:
    """Applications, those that wait longest first."""
    show = request.GET.get("show", "")
    state = APPLICATION_STATES.get(show)
    listed = _listed(request, applications_for_steward(state.value if state else ""), show if state else "")
    context = {**listed, "choices": APPLICATIONS_SHOWN, "waiting": applications_to_check()}
    return render(request, "access/steward_applications.html", context)


@door(Permission.CHECK_APPLICATIONS)
@require_http_methods(["GET", "HEAD", "POST"])
def application(request: HttpRequest, application_id: uuid.UUID) -> HttpResponse:
    """One application as it was submitted, with what changed; to pass on or to return with reasons."""
    row = _found(application_id)
    form = CheckForm(posted(request))
    if request.method == "POST" and form.is_valid():
        by = principal_of(request)
        _check(
            request,
            form,
            lambda note: application_pass(application=row, by=by, note=note),
            lambda reasons: application_return(application=row, by=by, reasons=reasons),
            "It is with the committee.",
        )
        return redirect("access:steward_applications")
    submission, sections = submission_shown(row) or (None, ())
    context = {
        **timeline_context(row),
        "submission": submission,
        "sections": sections,
        "review": review_of(row) if row.sheet_version else None,
        "decisions": row.decisions.all(),
        "form": form,
        "waits": row.state == ApplicationState.SUBMITTED,
    }
    return render(request, "access/steward_application.html", context, status=422 if form.errors else 200)


@door(Permission.CHECK_APPLICATIONS)
@require_safe
def application_certificate(request: HttpRequest, application_id: uuid.UUID, kind: str) -> HttpResponse:
    """The certificate that an application quotes."""
    submission = _found(application_id).submissions.last()
    certificate = certificate_by_digest(submission.certificate_digest) if submission else None
    if certificate is None:
        raise Http404(NOTHING_HERE)
    return certificate_answer(request, certificate, kind)


def _found(application_id: uuid.UUID) -> AccessApplication:
    row = application_for_steward(application_id)
    if row is None:
        raise Http404(NOTHING_HERE)
    return row


def _waits(row: SearchRequest) -> bool:
    return row.state == SearchState.SUBMITTED


def _listed(request: HttpRequest, rows: QuerySet[Any], show: str) -> dict[str, object]:
    return {"page": page_of(rows, request.GET.get("page")), "show": show}


def _check(
    request: HttpRequest,
    form: CheckForm,
    passed: Callable[[str], object],
    returned: Callable[[str], object],
    done: str,
) -> None:
    """Pass on or return, as the steward chose, and say so or why not."""
    reasons, passes = form.cleaned_data["reasons"], form.cleaned_data["choice"] == "pass"
    try:
        (passed if passes else returned)(reasons)
    except AccessError as refused:
        refuse(request, refused)
    else:
        messages.success(request, done if passes else "Returned with your reasons.")
