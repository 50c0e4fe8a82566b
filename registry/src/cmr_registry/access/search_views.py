"""Pages of a researcher's searches: the policy to accept, the requests, their certificates."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cmr_registry.access.asking import question_of, questions_of
from cmr_registry.access.certificate_pages import certificate_answer
from cmr_registry.access.errors import AccessError, PolicyNotAcceptedError
from cmr_registry.access.forms import SearchForm, search_initial
from cmr_registry.access.models import SearchRequest
from cmr_registry.access.requests import posted, refuse
from cmr_registry.access.search_selectors import certificate_of, search_own, searches_own
from cmr_registry.access.search_services import search_change, search_draft, search_submit
from cmr_registry.access.search_states import EDITABLE, SearchState
from cmr_registry.access.steps import search_timeline
from cmr_registry.access.windows import window_of
from cmr_registry.accounts.doors import door
from cmr_registry.accounts.permissions import Permission
from cmr_registry.accounts.requests import account_of, principal_of
from cmr_registry.documents.rendering import html_of
from cmr_registry.documents.selectors import DATA_ACCESS_POLICY, document_current, has_accepted
from cmr_registry.documents.services import acceptance_record
from cmr_registry.lib.pages import page_of

NOTHING_HERE = "There is no such search request."
KEEP = "kept"


@door(Permission.DO_RESEARCH)
@require_http_methods(["GET", "HEAD", "POST"])
def policy(request: HttpRequest) -> HttpResponse:
    """The current Data Access Policy, and its acceptance; a new version asks again."""
    version = document_current(DATA_ACCESS_POLICY)
    account = account_of(request)
    if request.method == "POST":
        if version is None or request.POST.get("version") != str(version.pk):
            messages.error(request, "A newer version was published meanwhile. Please read it first.")
            return redirect("access:policy")
        acceptance_record(account=account, version=version, by=principal_of(request))
        messages.success(request, "Your acceptance is recorded.")
        return redirect(_next(request))
    context = {
        "version": version,
        "body": html_of(version.body) if version else "",
        "accepted": has_accepted(account),
        "next": request.GET.get("next", ""),
    }
    return render(request, "access/policy.html", context)


@door(Permission.DO_RESEARCH)
@require_safe
def searches(request: HttpRequest) -> HttpResponse:
    """One's own search requests, newest first."""
    page = page_of(searches_own(principal_of(request)), request.GET.get("page"))
    context = {
        "page": page,
        "accepted": has_accepted(account_of(request)),
        "window": window_of(timezone.now().date()),
    }
    return render(request, "access/searches.html", context)


@door(Permission.DO_RESEARCH)
@require_http_methods(["GET", "HEAD", "POST"])
def search_new(request: HttpRequest) -> HttpResponse:
    """Begin a request with one of one's saved questions."""
    account = account_of(request)
    offered = questions_of(account)
    if not offered:
        return render(request, "access/search_form.html", {"form": None})
    initial = {"question": request.GET.get("question", ""), "institution": account.institution}
    form = SearchForm(posted(request), questions=offered, initial=initial)
    if request.method != "POST":
        return render(request, "access/search_form.html", {"form": form})
    if not form.is_valid():
        return render(request, "access/search_form.html", {"form": form}, status=422)
    query = question_of(form.cleaned_data["question"], account)
    search = search_draft(requester=account, query=query, facts=form.facts, by=principal_of(request))
    messages.success(request, "The request is saved. Look it over, then submit it.")
    return redirect("access:search", search_id=search.pk)


@door(Permission.DO_RESEARCH)
@require_http_methods(["GET", "HEAD", "POST"])
def search_edit(request: HttpRequest, search_id: uuid.UUID) -> HttpResponse:
    """Change a draft, or a request that was returned."""
    search, account = _found(request, search_id), account_of(request)
    if SearchState(search.state) not in EDITABLE:
        messages.error(
            request, "A request can be changed only before it is submitted, or when it was returned."
        )
        return redirect("access:search", search_id=search.pk)
    offered = [(KEEP, "Keep the question of this request"), *questions_of(account)]
    initial = {**search_initial(search), "question": KEEP}
    form = SearchForm(posted(request), questions=offered, initial=initial)
    context: dict[str, Any] = {"form": form, "search": search}
    if request.method != "POST":
        return render(request, "access/search_form.html", context)
    if not form.is_valid():
        return render(request, "access/search_form.html", context, status=422)
    chosen = form.cleaned_data["question"]
    query = None if chosen == KEEP else question_of(chosen, account)
    try:
        search_change(search=search, facts=form.facts, query=query, by=principal_of(request))
    except AccessError as refused:
        refuse(request, refused)
    return redirect("access:search", search_id=search.pk)


@door(Permission.DO_RESEARCH)
@require_safe
def search(request: HttpRequest, search_id: uuid.UUID) -> HttpResponse:
    """One request: where it stands, what it asks, what came of it."""
    row = _found(request, search_id)
    context = {
        "search": row,
        "spans": search_timeline(row),
        "may_edit": SearchState(row.state) in EDITABLE,
        "accepted": has_accepted(row.requester),
    }
    return render(request, "access/search.html", context)


@door(Permission.DO_RESEARCH)
@require_POST
def search_hand_in(request: HttpRequest, search_id: uuid.UUID) -> HttpResponse:
    """Submit a request."""
    row = _found(request, search_id)
    try:
        search_submit(search=row, by=principal_of(request))
    except PolicyNotAcceptedError as refused:
        refuse(request, refused)
        return redirect("access:policy")
    except AccessError as refused:
        refuse(request, refused)
    else:
        messages.success(request, "The request is with the registry steward.")
    return redirect("access:search", search_id=row.pk)


@door(Permission.DO_RESEARCH)
@require_safe
def search_certificate(request: HttpRequest, search_id: uuid.UUID, kind: str) -> HttpResponse:
    """One's own certificate, as page, PDF or JSON."""
    certificate = certificate_of(_found(request, search_id))
    if certificate is None:
        raise Http404(NOTHING_HERE)
    return certificate_answer(request, certificate, kind)


def _found(request: HttpRequest, search_id: uuid.UUID) -> SearchRequest:
    row = search_own(principal_of(request), search_id)
    if row is None:
        raise Http404(NOTHING_HERE)
    return row


def _next(request: HttpRequest) -> str:
    wanted = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if wanted.startswith("/") and is_ours else "access:searches"
