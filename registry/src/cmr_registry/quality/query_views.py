"""Pages of data queries: the worklist, one query with its thread, a question, findings that become queries."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cmr_dictionary import load
from cmr_registry.accounts.doors import door
from cmr_registry.accounts.permissions import Permission
from cmr_registry.accounts.policy import can, scope_for
from cmr_registry.accounts.requests import principal_of
from cmr_registry.centers.models import Center
from cmr_registry.centers.selectors import centers_in
from cmr_registry.exams.selectors import exam_find
from cmr_registry.lib.pages import page_of
from cmr_registry.quality.errors import QueryRejected, QueryTextRejected
from cmr_registry.quality.models import DataQuery, Finding
from cmr_registry.quality.query_forms import (
    CLOSE,
    AnswerForm,
    AskForm,
    FindingsForm,
    QueryFilterForm,
    SettleForm,
)
from cmr_registry.quality.query_selectors import (
    findings_by_key,
    findings_to_ask,
    queried_items,
    query_counts,
    query_counts_by_center,
    query_find,
    query_list,
)
from cmr_registry.quality.query_services import (
    MOST_AT_ONCE,
    Answer,
    may_settle,
    queries_open,
    query_answer,
    query_close,
    query_open,
    query_reopen,
)
from cmr_registry.quality.query_states import FOR_CENTER, OWNER
from cmr_registry.quality.query_tables import Key, keys_of_table

REFUSED = 422
NOTHING_HERE = "There is no such question."
SHOWN_OF_PREVIEW = 50


@door(Permission.SEE_QUALITY)
@require_safe
def queries(request: HttpRequest) -> HttpResponse:
    """Questions to centers, the oldest first: those that a center has to answer, unless others are asked for."""
    centers = _centers(request, Permission.SEE_QUALITY)
    filters = QueryFilterForm(request.GET, items=queried_items(), centers=centers)
    wanted = filters.wanted
    context = {
        "filters": filters,
        "page": page_of(query_list(wanted), request.GET.get("page")),
        "counts": query_counts(wanted.center),
        "by_center": query_counts_by_center() if len(centers) > 1 else [],
        "many_centers": len(centers) > 1,
        "is_filtered": bool(request.GET),
    }
    return render(request, "quality/queries.html", context)


@door(Permission.SEE_QUALITY)
@require_safe
def query(request: HttpRequest, query_id: uuid.UUID) -> HttpResponse:
    """One question with all that was said."""
    return _query_page(request, _found(query_id), {})


@door(Permission.ANSWER_QUERIES)
@require_POST
def answer(request: HttpRequest, query_id: uuid.UUID) -> HttpResponse:
    """Answer for the center."""
    row, form = _found(query_id), AnswerForm(request.POST)
    if not form.is_valid():
        return _query_page(request, row, {"answer_form": form}, status=REFUSED)
    said = Answer(form.answer, _turn(request), text=form.cleaned_data["text"])
    try:
        query_answer(query=row, answer=said, by=principal_of(request))
    except (QueryRejected, QueryTextRejected) as refused:
        form.add_error("text", str(refused))
        return _query_page(request, row, {"answer_form": form}, status=REFUSED)
    messages.success(request, "The answer is kept.")
    return redirect("quality:query", query_id=row.pk)


@door(Permission.OPEN_QUERIES)
@require_POST
def settle(request: HttpRequest, query_id: uuid.UUID) -> HttpResponse:
    """Close a question, or ask again."""
    row, form = _found(query_id), SettleForm(request.POST)
    if not form.is_valid():
        return _query_page(request, row, {"settle_form": form}, status=REFUSED)
    service = query_close if form.cleaned_data["choice"] == CLOSE else query_reopen
    try:
        service(query=row, text=form.cleaned_data["text"], by=principal_of(request))
    except (QueryRejected, QueryTextRejected) as refused:
        form.add_error("text", str(refused))
        return _query_page(request, row, {"settle_form": form}, status=REFUSED)
    messages.success(request, "The question is closed." if service is query_close else "It is asked again.")
    return redirect("quality:query", query_id=row.pk)


@door(Permission.OPEN_QUERIES)
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, exam_id: uuid.UUID) -> HttpResponse:
    """Ask about an item of an exam, or about the exam as a whole."""
    exam = exam_find(exam_id)
    if exam is None:
        raise Http404(NOTHING_HERE)
    names = [item.name for item in load().items.values() if item.may_cross]
    if request.method != "POST":
        form = AskForm(initial={"item": request.GET.get("item", "")}, items=names)
        return render(request, "quality/query_ask.html", {"exam": exam, "form": form})
    form = AskForm(request.POST, items=names)
    if form.is_valid():
        try:
            row = query_open(
                exam=exam,
                item=form.cleaned_data["item"],
                sentence=form.cleaned_data["text"],
                by=principal_of(request),
            )
        except QueryTextRejected as refused:
            form.add_error("text", str(refused))
        else:
            messages.success(request, "The center is asked.")
            return redirect("quality:query", query_id=row.pk)
    return render(request, "quality/query_ask.html", {"exam": exam, "form": form}, status=REFUSED)


@door(Permission.OPEN_QUERIES)
@require_http_methods(["GET", "HEAD", "POST"])
def from_findings(request: HttpRequest) -> HttpResponse:
    """Findings become questions: of a table or of a filter, shown first, asked when they are confirmed."""
    centers = _centers(request, Permission.OPEN_QUERIES)
    if request.method != "POST":
        names = ("center", "rule", "item", "severity", "who", "quarter")
        given = {name: request.GET.get(name, "") for name in names}
        return _findings_page(request, FindingsForm(initial=given, centers=centers))
    if "confirm" in request.POST:
        return _confirmed(request)
    form = FindingsForm(request.POST, request.FILES, centers=centers)
    if not form.is_valid():
        return _findings_page(request, form, status=REFUSED)
    try:
        rows = _chosen(form)
    except QueryTextRejected as refused:
        form.add_error("table", str(refused))
        return _findings_page(request, form, status=REFUSED)
    return _findings_page(request, form, preview=_preview(rows))


def _chosen(form: FindingsForm) -> list[Finding]:
    """The findings of a table or of a filter, one more than may be asked about at once."""
    table = form.cleaned_data["table"]
    if table is None:
        return list(findings_to_ask(form.wanted)[: MOST_AT_ONCE + 1])
    return findings_by_key(keys_of_table(table.read(), MOST_AT_ONCE))


def _preview(rows: list[Finding]) -> dict[str, Any]:
    kept = rows[:MOST_AT_ONCE]
    return {
        "rows": kept[:SHOWN_OF_PREVIEW],
        "n": len(kept),
        "n_centers": len({one.center_id for one in kept}),
        "has_more": len(rows) > MOST_AT_ONCE,
        "keys": [f"{one.examination.pseudonym} {one.item} {one.rule}" for one in kept],
    }


def _confirmed(request: HttpRequest) -> HttpResponse:
    keys: list[Key] = [
        (words[0], words[1], words[2])
        for text in request.POST.getlist("finding")[:MOST_AT_ONCE]
        if len(words := text.split(" ")) == 3
    ]
    opened = queries_open(findings=findings_by_key(keys)[:MOST_AT_ONCE], by=principal_of(request))
    known = f" {opened.n_known} were asked about already." if opened.n_known else ""
    messages.success(request, f"{opened.n_opened} questions are asked.{known}")
    return redirect("quality:queries")


def _findings_page(
    request: HttpRequest, form: FindingsForm, preview: Mapping[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    context = {"form": form, "preview": preview, "most": MOST_AT_ONCE, "shown": SHOWN_OF_PREVIEW}
    return render(request, "quality/query_findings.html", context, status=status)


def _query_page(
    request: HttpRequest, row: DataQuery, forms: Mapping[str, Any], status: int = 200
) -> HttpResponse:
    by = principal_of(request)
    context = {
        "query": row,
        "owner": OWNER[row.state],  # type: ignore[index]
        "is_for_center": row.state in FOR_CENTER,
        "may_answer": can(by, Permission.ANSWER_QUERIES, row.center_id),
        "may_settle": may_settle(row, by),
        "may_edit": can(by, Permission.EDIT_CASE_REPORTS, row.center_id),
        "answer_form": AnswerForm(),
        "settle_form": SettleForm(),
        **forms,
    }
    return render(request, "quality/query.html", context, status=status)


def _found(query_id: uuid.UUID) -> DataQuery:
    row = query_find(query_id)
    if row is None:
        raise Http404(NOTHING_HERE)
    return row


def _centers(request: HttpRequest, permission: Permission) -> list[Center]:
    return centers_in(scope_for(principal_of(request), permission))


def _turn(request: HttpRequest) -> int | None:
    """The asking that the page showed; None where the page did not say."""
    text = request.POST.get("turn", "")
    return int(text) if text.isdecimal() and len(text) < 6 else None
