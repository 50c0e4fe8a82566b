"""Pages of exams: the list, one exam, its thumbnails."""

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from cmr_registry.accounts.doors import door
from cmr_registry.accounts.permissions import Permission
from cmr_registry.accounts.requests import principal_of
from cmr_registry.archive.models import Series
from cmr_registry.archive.selectors import thumbnail
from cmr_registry.archive.viewing import view_record
from cmr_registry.exams.answers import asked_each_time, png, tag_of
from cmr_registry.exams.entering import current_reports
from cmr_registry.exams.forms import ExamFilterForm
from cmr_registry.exams.layout import before_and_after, heading_of, shelves_of
from cmr_registry.exams.measures import measures_of, surface_words
from cmr_registry.exams.models import Examination
from cmr_registry.exams.panels import panels_of
from cmr_registry.exams.selectors import (
    exam_find,
    exam_page_rows,
    exam_series,
    exam_values,
    local_references,
    present_values,
)
from cmr_registry.lib.pages import page_of

NOTHING_HERE = "There is no such exam."


@door(Permission.SEE_EXAMS)
@require_safe
def exam_list(request: HttpRequest) -> HttpResponse:
    """Exams of the center, newest first; the filter changes the rows without a full load where htmx runs."""
    filters = ExamFilterForm(request.GET)
    rows = exam_page_rows(has_report=filters.has_report, kind=filters.kind_value)
    page = page_of(rows, request.GET.get("page"))
    template = "exams/rows.html" if request.headers.get("HX-Request") else "exams/list.html"
    response = render(request, template, {"filters": filters, "page": page})
    patch_vary_headers(response, ["HX-Request"])
    return response


@door(Permission.SEE_EXAMS)
@require_safe
def exam_detail(request: HttpRequest, exam_id: uuid.UUID) -> HttpResponse:
    """One exam: facts, delivery, images by kind, report values, indication before and diagnosis after."""
    exam = found(exam_id)
    view_note(request, exam)
    forms = exam_values(exam)
    values = present_values(current_reports(exam).values())
    context = {
        "exam": exam,
        "shelves": shelves_of(exam_series(exam)),
        "forms": [(heading_of(form), form) for form in forms],
        "before_after": before_and_after(forms),
        "measures": measures_of(values, local_references(exam.center_id), exam.exam_year),
        "surface": surface_words(values),
        "panels": panels_of(exam),
    }
    return render(request, "exams/detail.html", context)


@door(Permission.SEE_IMAGES)
@require_safe
def series_thumbnail(request: HttpRequest, exam_id: uuid.UUID, series_id: uuid.UUID) -> HttpResponse:
    """The small picture of one series as PNG."""
    exam = found(exam_id)
    series = series_of(exam, series_id)
    picture = thumbnail(series)
    if picture is None:
        raise Http404(NOTHING_HERE)
    view_note(request, exam)
    return asked_each_time(request, tag_of(series.thumbnail_sha256), lambda: png(picture))


def view_note(request: HttpRequest, exam: Examination) -> None:
    """Leave the view event of a look at an exam's images or values; a viewer that follows leaves no second one."""
    principal = principal_of(request)
    if exam.imaging_study is not None:
        view_record(principal=principal, study=exam.imaging_study)


def found(exam_id: uuid.UUID) -> Examination:
    """The exam, where the caller's scope holds it.

    Raises:
        Http404: absent, or of another center; the answer is the same.
    """
    exam = exam_find(exam_id)
    if exam is None:
        raise Http404(NOTHING_HERE)
    return exam


def series_of(exam: Examination, series_id: uuid.UUID) -> Series:
    """A series of this exam.

    Raises:
        Http404: absent.
    """
    for series in exam_series(exam):
        if series.pk == series_id:
            return series
    raise Http404(NOTHING_HERE)
