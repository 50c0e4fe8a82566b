"""The page on which a center states, sees and ends its own references of mapping."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from cmr_registry.accounts.doors import door
from cmr_registry.accounts.permissions import Permission
from cmr_registry.accounts.policy import scope_for
from cmr_registry.accounts.requests import principal_of
from cmr_registry.centers.models import Center
from cmr_registry.centers.selectors import centers_in
from cmr_registry.exams.errors import ReferenceRejected
from cmr_registry.exams.forms import MappingReferenceForm, ReferenceEndForm
from cmr_registry.exams.measures import measure_label
from cmr_registry.exams.reference_services import mapping_reference_end, mapping_reference_state
from cmr_registry.exams.selectors import reference_find, reference_rows
from cmr_registry.lib.pages import page_of

REFUSED = 422
NOTHING_HERE = "There is no such center or reference."


@door(Permission.EDIT_REFERENCES)
@require_http_methods(["GET", "HEAD", "POST"])
def references(request: HttpRequest) -> HttpResponse:
    """The references of a center, newest first; a POST states one."""
    centers = centers_in(scope_for(principal_of(request), Permission.EDIT_REFERENCES))
    center = _center(request, centers)
    form = MappingReferenceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            mapping_reference_state(principal=principal_of(request), center=center, stated=form.stated)
        except ReferenceRejected as rejected:
            form.add_error(None, str(rejected))
        else:
            messages.success(
                request, "The reference is kept. Exams of its technique show a z-score from now on."
            )
            return redirect(f"{reverse('exams:references')}?center={center.code}")
    page = page_of(reference_rows(center), request.GET.get("page"))
    rows = [(measure_label(row.item), row) for row in page.rows]
    context = {"center": center, "centers": centers, "form": form, "page": page, "rows": rows}
    context["this_year"] = timezone.now().year
    return render(
        request, "exams/references.html", context, status=REFUSED if request.method == "POST" else 200
    )


@door(Permission.EDIT_REFERENCES)
@require_POST
def reference_end(request: HttpRequest, reference_id: uuid.UUID) -> HttpResponse:
    """End one of the references."""
    reference = reference_find(reference_id)
    if reference is None:
        raise Http404(NOTHING_HERE)
    form = ReferenceEndForm(request.POST)
    try:
        if not form.is_valid():
            raise ReferenceRejected("Enter the last year of exams, as 2026.")
        last_year = int(form.cleaned_data["last_year"])
        mapping_reference_end(principal=principal_of(request), reference=reference, last_year=last_year)
    except ReferenceRejected as rejected:
        messages.error(request, str(rejected))
    else:
        messages.success(request, "The reference has ended.")
    return redirect(f"{reverse('exams:references')}?center={reference.center.code}")


def _center(request: HttpRequest, centers: list[Center]) -> Center:
    """The center that the address names, or else the first of the caller's.

    Raises:
        Http404: it is none of the caller's, or the caller has none.
    """
    code = request.GET.get("center", "")
    for center in centers:
        if not code or center.code == code:
            return center
    raise Http404(NOTHING_HERE)
