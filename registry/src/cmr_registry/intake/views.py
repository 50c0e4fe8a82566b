"""Pages of deliveries: the list, one delivery with its problems and receipt, the upload of a ZIP."""

import json
import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cmr_registry.accounts.doors import door
from cmr_registry.accounts.permissions import Permission
from cmr_registry.accounts.policy import Principal, scope_for
from cmr_registry.accounts.requests import principal_of
from cmr_registry.centers.models import Center
from cmr_registry.centers.selectors import centers_in
from cmr_registry.exams.panels import panels_with_delivery
from cmr_registry.intake.acceptance import conflict_decide
from cmr_registry.intake.errors import ConflictDecidedError
from cmr_registry.intake.forms import ConflictForm, DeliveryFilterForm, UploadForm
from cmr_registry.intake.models import Delivery
from cmr_registry.intake.panels import problem_groups
from cmr_registry.intake.selectors import conflicts_open, delivery_find, delivery_list, exam_of
from cmr_registry.intake.upload import archive_store
from cmr_registry.intake.zips import ZipRejected
from cmr_registry.lib.pages import page_of

NOTHING_HERE = "There is no such delivery."
CONFLICTS_SHOWN = 25


@door(Permission.SEE_DELIVERIES)
@require_safe
def deliveries(request: HttpRequest) -> HttpResponse:
    """Deliveries, newest first."""
    filters = DeliveryFilterForm(request.GET)
    page = page_of(delivery_list(show=filters.chosen), request.GET.get("page"))
    return render(request, "intake/deliveries.html", {"filters": filters, "page": page})


@door(Permission.SEE_DELIVERIES)
@require_safe
def delivery(request: HttpRequest, delivery_id: uuid.UUID) -> HttpResponse:
    """One delivery: where it stands, what is wrong and who mends it how, the receipt."""
    row = _found(delivery_id)
    conflicts = conflicts_open().filter(delivery=row)
    exam = exam_of(row)
    context = {
        "delivery": row,
        "problems": problem_groups(row),
        "conflicts": conflicts[:CONFLICTS_SHOWN],
        "exam": exam,
        "panels": panels_with_delivery(exam) if exam else [],
    }
    return render(request, "intake/delivery.html", context)


@door(Permission.RESOLVE_CONFLICTS)
@require_POST
def conflict(request: HttpRequest, delivery_id: uuid.UUID, conflict_id: uuid.UUID) -> HttpResponse:
    """Decide one conflict of a delivery: the stored image counts, or the delivery is refused."""
    row = conflicts_open().filter(delivery=_found(delivery_id), pk=conflict_id).first()
    if row is None:
        raise Http404(NOTHING_HERE)
    form = ConflictForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest("A decision is expected.", content_type="text/plain")
    principal = principal_of(request)
    try:
        conflict_decide(conflict=row, decision=form.decision, by=principal)
    except ConflictDecidedError as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, "The decision is noted.")
    return redirect("intake:delivery", delivery_id=delivery_id)


@door(Permission.SEE_DELIVERIES)
@require_safe
def receipt(request: HttpRequest, delivery_id: uuid.UUID) -> HttpResponse:
    """The signed receipt as a file."""
    row = _found(delivery_id)
    if row.receipt is None:
        raise Http404(NOTHING_HERE)
    response = HttpResponse(
        json.dumps(row.receipt, indent=2, sort_keys=True), content_type="application/json"
    )
    response["Content-Disposition"] = f'attachment; filename="receipt-{row.pk}.json"'
    return response


@door(Permission.DELIVER)
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Take the ZIP of an already de-identified exam; the same verification as everywhere decides (contract.md)."""
    principal = principal_of(request)
    centers = centers_in(scope_for(principal, Permission.DELIVER))
    if request.method != "POST":
        return render(request, "intake/upload.html", {"form": UploadForm(centers=centers)})
    form = UploadForm(request.POST, request.FILES, centers=centers)
    if not form.is_valid():
        return render(request, "intake/upload.html", {"form": form}, status=422)
    center = next(one for one in centers if one.pk == form.cleaned_data["center"])
    return _uploaded(request, principal, center, form)


def _uploaded(request: HttpRequest, principal: Principal, center: Center, form: UploadForm) -> HttpResponse:
    try:
        result = archive_store(principal=principal, center=center, archive=form.cleaned_data["archive"].file)
    except ZipRejected as refused:
        form.add_error("archive", str(refused))
        return render(request, "intake/upload.html", {"form": form}, status=422)
    return render(request, "intake/uploaded.html", {"result": result, "center": center})


def _found(delivery_id: uuid.UUID) -> Delivery:
    row = delivery_find(delivery_id)
    if row is None:
        raise Http404(NOTHING_HERE)
    return row
