"""Pages of data quality: a center's report, all centers, findings, the hospital's own counts."""

import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from cmr_exchange.census import CensusSource
from cmr_registry.accounts.doors import door
from cmr_registry.accounts.permissions import Permission
from cmr_registry.accounts.policy import scope_for
from cmr_registry.accounts.requests import principal_of
from cmr_registry.centers.models import Center
from cmr_registry.centers.selectors import centers_in
from cmr_registry.lib.pages import page_of
from cmr_registry.lib.scope import ALL_CENTERS
from cmr_registry.quality.drawing import months_drawing, trend_drawing
from cmr_registry.quality.exports import findings_csv, report_csv, report_pdf
from cmr_registry.quality.forms import CensusForm, FindingFilterForm
from cmr_registry.quality.quarters import QUARTER_FORM, quarter_of
from cmr_registry.quality.reporting import Report, trend_line
from cmr_registry.quality.selectors import (
    FindingFilter,
    census_months,
    errors_by_center,
    finding_list,
    finding_totals,
    is_being_checked,
    progress,
    quarter_sums,
    quarter_tallies,
    quarters_known,
    report_empty,
    report_find,
    rule_titles,
)
from cmr_registry.quality.services import MonthCount, census_record
from cmr_registry.quality.shares import Share

NOTHING_HERE = "There is no such center."
CSV, PDF = "text/csv; charset=utf-8", "application/pdf"


@door(Permission.SEE_QUALITY)
@require_safe
def quality(request: HttpRequest) -> HttpResponse:
    """A center's report; for the registry, which has many centers, the way to each of them."""
    centers = _centers(request)
    if len(centers) != 1 and "center" not in request.GET and _is_registry(request):
        return _overview(request)
    center = _center(request, centers)
    found = _report(request, center)
    context = {
        "center": center,
        "centers": centers,
        "report": found,
        "is_being_checked": is_being_checked(center),
        "trend": trend_drawing(found.trend) if found else None,
        "months": months_drawing(found.months) if found else None,
        "address": f"?center={center.code}",
    }
    return render(request, "quality/report.html", context)


@door(Permission.SEE_QUALITY)
@require_safe
def items(request: HttpRequest) -> HttpResponse:
    """Completeness of every item of a center's quarter that any exam owes."""
    center = _center(request, _centers(request))
    found = _report(request, center)
    context = {"center": center, "report": found, "address": f"?center={center.code}"}
    return render(request, "quality/items.html", context)


@door(Permission.SEE_QUALITY)
@require_safe
def report_file(request: HttpRequest, ending: str) -> HttpResponse:
    """The report as a file, `pdf` or `csv`, with the numbers of the page."""
    center = _center(request, _centers(request))
    found = _report(request, center) or report_empty(center, quarter_of(_now()))
    name = f"quality-{center.code}-{found.tally.quarter}.{ending}"
    if ending == "pdf":
        return _file(name, PDF, report_pdf(center, found))
    return _file(name, CSV, report_csv(center, found))


@door(Permission.SEE_QUALITY)
@require_safe
def findings(request: HttpRequest) -> HttpResponse:
    """What the checks found, errors first, each with the way to where it is mended."""
    center, filters, wanted = _wanted(request)
    context = {
        "center": center,
        "filters": filters,
        "wanted": wanted,
        "counts": finding_totals(wanted),
        "titles": rule_titles(),
        "page": page_of(finding_list(wanted), request.GET.get("page")),
    }
    return render(request, "quality/findings.html", context)


@door(Permission.SEE_QUALITY)
@require_safe
def findings_file(request: HttpRequest) -> HttpResponse:
    """The same findings as CSV."""
    center, _, wanted = _wanted(request)
    name = f"findings-{center.code if center else 'all-centers'}.csv"
    return _file(name, CSV, findings_csv(finding_list(wanted)))


@door(Permission.DELIVER)
@require_http_methods(["GET", "HEAD", "POST"])
def census(request: HttpRequest) -> HttpResponse:
    """Months that the hospital counted; a person may state one by hand (R17)."""
    centers = centers_in(scope_for(principal_of(request), Permission.DELIVER))
    center = _center(request, centers)
    form = CensusForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        stated = MonthCount(**form.cleaned_data)
        census_record(
            principal=principal_of(request),
            center=center,
            months=[stated],
            source=CensusSource.BY_HAND.value,
            counted_at=timezone.now(),
        )
        messages.success(request, f"The counts of {stated.month} are kept.")
        return redirect(f"{reverse('quality:census')}?center={center.code}")
    status = 422 if request.method == "POST" else 200
    context = {"center": center, "centers": centers, "form": form, "rows": census_months(center)[::-1]}
    return render(request, "quality/census.html", context, status=status)


def _overview(request: HttpRequest) -> HttpResponse:
    """All centers of one quarter, and how far the checks are."""
    quarters = quarters_known()
    asked = request.GET.get("quarter", "")
    quarter = asked if asked in quarters else next(iter(quarters), quarter_of(_now()))
    sums = quarter_sums(quarter)
    page = page_of(quarter_tallies(quarter), request.GET.get("page"))
    context = {
        "quarter": quarter,
        "quarters": quarters,
        "sums": sums,
        "known": Share(sums["n_known"], sums["n_obliged"]),
        "answered": Share(sums["n_answered"], sums["n_obliged"]),
        "page": page,
        "rows": [(tally, trend_line(tally, for_registry=True)) for tally in page.rows],
        "waiting": errors_by_center(),
        "progress": progress(),
    }
    return render(request, "quality/overview.html", context)


def _now() -> datetime.datetime:
    return timezone.now()


def _is_registry(request: HttpRequest) -> bool:
    return scope_for(principal_of(request), Permission.SEE_QUALITY) is ALL_CENTERS


def _centers(request: HttpRequest) -> list[Center]:
    return centers_in(scope_for(principal_of(request), Permission.SEE_QUALITY))


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


def _report(request: HttpRequest, center: Center) -> Report | None:
    asked = request.GET.get("quarter", "")
    return report_find(center, asked if QUARTER_FORM.fullmatch(asked) else "")


def _wanted(request: HttpRequest) -> tuple[Center | None, FindingFilterForm, FindingFilter]:
    """The center of a list of findings, its filter as a form and as what it asks for; no center: all in the scope."""
    centers = _centers(request)
    names_none = "center" not in request.GET and _is_registry(request)
    center = None if names_none else _center(request, centers)
    filters = FindingFilterForm(request.GET, rules=dict(rule_titles()))
    return center, filters, filters.wanted(None if center is None else center.pk)


def _file(name: str, kind: str, content: Any) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
