"""Pages of imported tables: bring one, look at its preview, take it in or let it go, read what became of each row."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cmr_registry.accounts.doors import door
from cmr_registry.accounts.permissions import Permission
from cmr_registry.accounts.policy import scope_for
from cmr_registry.accounts.requests import principal_of
from cmr_registry.centers.selectors import centers_in
from cmr_registry.intake.errors import DeliveryRejected, TableHoldsRejected, TableStepError
from cmr_registry.intake.models import TableImport
from cmr_registry.intake.table_forms import AcceptForm, TableForm
from cmr_registry.intake.table_selectors import (
    item_counts,
    remarks_csv,
    shown_row,
    table_find,
    table_list,
    table_rows,
)
from cmr_registry.intake.table_services import table_accept, table_bring, table_discard
from cmr_registry.intake.table_states import RUNNING, TableState
from cmr_registry.lib.pages import page_of

NOTHING_HERE = "There is no such table."


@door(Permission.IMPORT_TABLES)
@require_http_methods(["GET", "HEAD", "POST"])
def tables(request: HttpRequest) -> HttpResponse:
    """Imports, newest first; a table that is brought is screened in memory before anything of it is kept."""
    principal = principal_of(request)
    centers = centers_in(scope_for(principal, Permission.IMPORT_TABLES))
    if request.method != "POST":
        return _tables(request, TableForm(centers=centers))
    form = TableForm(request.POST, request.FILES, centers=centers)
    if not form.is_valid():
        return _tables(request, form, status=422)
    center = next(one for one in centers if one.pk == form.cleaned_data["center"])
    data = form.cleaned_data["table"].read()
    try:
        table = table_bring(principal=principal, center=center, data=data)
    except TableHoldsRejected as rejected:
        return _tables(request, TableForm(centers=centers), rejected=rejected, status=422)
    except DeliveryRejected as rejected:
        form.add_error("table", str(rejected))
        return _tables(request, form, status=422)
    return redirect("intake:table", table_id=table.pk)


@door(Permission.IMPORT_TABLES)
@require_safe
def table(request: HttpRequest, table_id: uuid.UUID) -> HttpResponse:
    """One import: how far it is, what of each item is or would be taken, and what is said about rows."""
    row = _found(table_id)
    page = page_of(table_rows(row, with_remarks=True), request.GET.get("page"))
    context = {
        "table": row,
        "is_running": TableState(row.state) in RUNNING,
        "items": page_of(item_counts(row), request.GET.get("items"), size=60),
        "page": page,
        "rows": [shown_row(one) for one in page.rows],
    }
    response = render(request, "intake/table.html", context)
    if "HX-Request" in request.headers and not context["is_running"]:
        response["HX-Refresh"] = "true"  # the whole page is another one now
    return response


@door(Permission.IMPORT_TABLES)
@require_POST
def accept(request: HttpRequest, table_id: uuid.UUID) -> HttpResponse:
    """Let the worker take a table in."""
    row, form = _found(table_id), AcceptForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest("A decision is expected.", content_type="text/plain")
    try:
        table_accept(table=row, takes_questions=form.takes_questions, by=principal_of(request))
    except TableStepError as refused:
        messages.error(request, str(refused))
    return redirect("intake:table", table_id=table_id)


@door(Permission.IMPORT_TABLES)
@require_POST
def discard(request: HttpRequest, table_id: uuid.UUID) -> HttpResponse:
    """Let a table go before it is taken in."""
    row = _found(table_id)
    try:
        table_discard(table=row, by=principal_of(request))
    except TableStepError as refused:
        messages.error(request, str(refused))
        return redirect("intake:table", table_id=table_id)
    messages.success(request, "The table is let go. Nothing of it was taken in.")
    return redirect("intake:tables")


@door(Permission.IMPORT_TABLES)
@require_safe
def remarks(request: HttpRequest, table_id: uuid.UUID) -> HttpResponse:
    """Every question and refusal as CSV: row numbers and pseudonyms, never a value."""
    row = _found(table_id)
    response = HttpResponse(remarks_csv(row), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="table-{row.pk}.csv"'
    return response


def _tables(
    request: HttpRequest, form: TableForm, *, rejected: TableHoldsRejected | None = None, status: int = 200
) -> HttpResponse:
    page = page_of(table_list(), request.GET.get("page"))
    context = {"form": form, "page": page, "rejected": rejected}
    return render(request, "intake/tables.html", context, status=status)


def _found(table_id: uuid.UUID) -> TableImport:
    row = table_find(table_id)
    if row is None:
        raise Http404(NOTHING_HERE)
    return row
