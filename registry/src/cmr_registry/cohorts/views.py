"""The builder page of cohorts, saved questions, and the steward's button for a new snapshot."""

import json
import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cmr_registry.accounts.doors import door
from cmr_registry.accounts.permissions import Permission
from cmr_registry.accounts.policy import can
from cmr_registry.accounts.requests import account_of, principal_of
from cmr_registry.cohorts.answering import breakdown_names, cohort_answer
from cmr_registry.cohorts.answers import Answer
from cmr_registry.cohorts.building import EMPTY, Filled, changed, item_named, items_found, ops_of
from cmr_registry.cohorts.errors import QueryError
from cmr_registry.cohorts.forms import BuilderForm, breakdown_choices, tables_chosen
from cmr_registry.cohorts.models import SavedQuery
from cmr_registry.cohorts.query import CohortQuery
from cmr_registry.cohorts.saving import saved_query_record
from cmr_registry.cohorts.selectors import saved_queries_of, saved_query, snapshot_current, snapshots_recent
from cmr_registry.cohorts.services import snapshot_request
from cmr_registry.cohorts.states import SnapshotState
from cmr_registry.cohorts.templates_of_studies import STUDY_TEMPLATES, study_template
from cmr_registry.cohorts.words import of_condition
from cmr_registry.lib.pages import page_of

NO_SUCH_QUESTION = "There is no such saved question."
LONGEST_DOCUMENT = 200_000
COUNTLESS = ("search", "choose")
"""Buttons that change no question, so that nothing is counted."""


@door(Permission.DO_RESEARCH)
@require_http_methods(["GET", "HEAD", "POST"])
def builder(request: HttpRequest) -> HttpResponse:
    """Build a question step by step; each button sends the page, htmx replaces its parts where it runs."""
    if request.method == "POST" and request.POST.get("do") == "save":
        return _saved(request)
    document, problem = _next_document(request) if request.method == "POST" else (_start(request), "")
    query = CohortQuery.from_document(document)
    by = tables_chosen(breakdown_names(principal_of(request)), request.POST.getlist("by"))
    action = request.POST.get("do", "").partition(":")[0]
    answer, refusal = (None, "") if action in COUNTLESS else _answer(request, query, by)
    context = {
        **_page(request, query, by),
        **_picker(request),
        "answer": answer,
        "problem": problem or refusal,
    }
    template = "cohorts/parts.html" if request.headers.get("HX-Request") else "cohorts/builder.html"
    response = render(request, template, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@door(Permission.DO_RESEARCH)
@require_safe
def saved(request: HttpRequest) -> HttpResponse:
    """The caller's own saved questions, newest first."""
    page = page_of(saved_queries_of(account_of(request)), request.GET.get("page"))
    return render(request, "cohorts/saved.html", {"page": page})


@door(Permission.DECIDE_SEARCHES)
@require_POST
def new_snapshot(request: HttpRequest) -> HttpResponse:
    """Ask for a new snapshot; the worker builds it."""
    snapshot_request(by=principal_of(request))
    messages.success(
        request, "A new snapshot is being built. Questions go to the one before until it is ready."
    )
    return redirect("cohorts:builder")


@door(Permission.DECIDE_SEARCHES)
@require_safe
def snapshot_progress(request: HttpRequest) -> HttpResponse:
    """How the newest snapshot comes along; the page asks again while it is built."""
    return render(request, "cohorts/snapshot.html", _snapshot(request))


def _start(request: HttpRequest) -> dict[str, Any]:
    """A saved question, a study template, or the empty question."""
    if "query" in request.GET:
        return dict(_own(request, request.GET["query"]).document)
    if "template" in request.GET:
        study = study_template(request.GET["template"])
        if study is None:
            raise Http404(NO_SUCH_QUESTION)
        return study.query().to_document()
    return dict(EMPTY)


def _next_document(request: HttpRequest) -> tuple[dict[str, Any], str]:
    """The question after the button, and the sentence of what was wrong; then the question is as it was."""
    try:
        before = CohortQuery.from_document(_json(request.POST.get("document", ""))).to_document()
    except QueryError as error:
        return dict(EMPTY), str(error)
    action = request.POST.get("do", "")
    try:
        if action == "json":
            return CohortQuery.from_document(_json(request.POST.get("json", ""))).to_document(), ""
        filled = Filled(request.POST.dict(), request.POST.getlist("code"))
        return changed(before, action, filled), ""
    except QueryError as error:
        return before, str(error)


def _json(text: str) -> Any:
    try:
        if len(text) > LONGEST_DOCUMENT:
            raise QueryError("The question is too long.")
        return json.loads(text)
    except (ValueError, RecursionError):
        raise QueryError("The question is not a JSON document.") from None


def _answer(request: HttpRequest, query: CohortQuery, by: list[str]) -> tuple[Answer | None, str]:
    try:
        return cohort_answer(principal=principal_of(request), query=query, breakdown=by), ""
    except QueryError as error:
        return None, str(error)


def _saved(request: HttpRequest) -> HttpResponse:
    """Save, then show the saved question at its own address."""
    try:
        query = CohortQuery.from_document(_json(request.POST.get("document", "")))
        kept = saved_query_record(
            owner=account_of(request),
            name=request.POST.get("name", ""),
            query=query,
            by=principal_of(request),
        )
    except (QueryError, ValidationError) as error:
        sentence = error.messages[0] if isinstance(error, ValidationError) else str(error)
        messages.error(request, f"Not saved. {sentence}")
        return _go(request, reverse("cohorts:builder"))
    messages.success(request, f"Saved as version {kept.version} of “{kept.name}”.")
    return _go(request, f"{reverse('cohorts:builder')}?query={kept.pk}")


def _go(request: HttpRequest, address: str) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": address})
    return redirect(address)


def _page(request: HttpRequest, query: CohortQuery, by: list[str]) -> dict[str, Any]:
    document = query.to_document()
    kept = (
        _own(request, request.GET["query"]) if "query" in request.GET and request.method != "POST" else None
    )
    given = request.POST.copy()
    given["index"], given["min_follow_up_days"] = query.index.value, str(query.min_follow_up_days or "")
    return {
        "query": query,
        "steps": [(step.label, step.include, of_condition(step.where)) for step in query.steps],
        "document": json.dumps(document),
        "readable": json.dumps(document, indent=2, ensure_ascii=False),
        "kept": kept,
        "form": BuilderForm(given),
        "tables": breakdown_choices(breakdown_names(principal_of(request)), by),
        "studies": STUDY_TEMPLATES,
        **_snapshot(request),
    }


def _picker(request: HttpRequest) -> dict[str, Any]:
    """The dictionary search, or the value of the item that was chosen."""
    action, _, name = request.POST.get("do", "").partition(":")
    item = item_named(name) if action == "choose" else None
    words = request.POST.get("q", "")[:100] if action in COUNTLESS else ""
    return {
        "words": words,
        "found": items_found(words) if action == "search" else [],
        "is_searched": action == "search",
        "item": item,
        "ops": ops_of(item) if item else [],
    }


def _snapshot(request: HttpRequest) -> dict[str, Any]:
    is_steward = can(principal_of(request), Permission.DECIDE_SEARCHES)
    newest = next(iter(snapshots_recent(1)), None) if is_steward else None
    return {
        "snapshot": snapshot_current(),
        "newest": newest,
        "is_steward": is_steward,
        "is_building": newest is not None and newest.state == SnapshotState.REQUESTED.value,
        "has_failed": newest is not None and newest.state == SnapshotState.FAILED.value,
    }


def _own(request: HttpRequest, text: str) -> SavedQuery:
    try:
        found = saved_query(uuid.UUID(text), account_of(request))
    except ValueError:
        found = None
    if found is None:
        raise Http404(NO_SUCH_QUESTION)
    return found
