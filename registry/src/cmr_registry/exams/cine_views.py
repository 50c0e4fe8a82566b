"""The cine view: a page, a description of the stack, one sheet of images per position."""

import uuid

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from cmr_registry.accounts.doors import door
from cmr_registry.accounts.permissions import Permission
from cmr_registry.archive.errors import ArchiveError
from cmr_registry.archive.models import Series
from cmr_registry.exams.answers import asked_each_time, png, tag_of
from cmr_registry.exams.cine import Cine, cine_of
from cmr_registry.exams.models import Examination
from cmr_registry.exams.templatetags.exams import kind_label, view_label
from cmr_registry.exams.views import NOTHING_HERE, found, series_of, view_note
from cmr_registry.lib.errors import StorageError


@door(Permission.SEE_IMAGES)
@require_safe
def cine(request: HttpRequest, exam_id: uuid.UUID, series_id: uuid.UUID) -> HttpResponse:
    """The page; without scripts it shows the middle image."""
    exam, series, stack = _stack(request, exam_id, series_id)
    view = view_label(series.view)
    context = {
        "exam": exam,
        "series": series,
        "heading": f"{kind_label(series.kind)}, {view.lower()}" if view else kind_label(series.kind),
        "facts": stack.facts(),
        "rate_words": stack.timing.words,
    }
    return render(request, "exams/cine.html", context)


@door(Permission.SEE_IMAGES)
@require_safe
def cine_description(request: HttpRequest, exam_id: uuid.UUID, series_id: uuid.UUID) -> HttpResponse:
    """Positions and phases, the address of each sheet, and how long each phase lasts."""
    exam, series, stack = _stack(request, exam_id, series_id)
    laid = stack.laid.stack
    positions = [
        {
            "mm": round(laid.positions[number], 2),
            "sheet": reverse("exams:cine_sheet", args=[exam.pk, series.pk, number]),
            "tiles": row.tiles,
        }
        for number, row in enumerate(stack.rows)
    ]
    document = {
        "rows": stack.height,
        "columns": stack.width,
        "positions": positions,
        "phases": laid.phases,
        "timed": laid.timed,
        "durations_ms": stack.timing.durations_ms,
        "rate_source": stack.timing.source,
    }
    answer = JsonResponse(document)
    return asked_each_time(request, tag_of(answer.content.decode()), lambda: answer)


@door(Permission.SEE_IMAGES)
@require_safe
def cine_sheet(request: HttpRequest, exam_id: uuid.UUID, series_id: uuid.UUID, position: int) -> HttpResponse:
    """All phases of one position as one PNG, tiles row by row."""
    _, _, stack = _stack(request, exam_id, series_id)
    try:
        tag = tag_of(*stack.sheet_names(position))
        return asked_each_time(request, tag, lambda: png(stack.sheet(position)))
    except (IndexError, ArchiveError, StorageError):
        raise Http404(NOTHING_HERE) from None


def _stack(
    request: HttpRequest, exam_id: uuid.UUID, series_id: uuid.UUID
) -> tuple[Examination, Series, Cine]:
    exam = found(exam_id)
    series = series_of(exam, series_id)
    stack = cine_of(series)
    if stack is None:
        raise Http404(NOTHING_HERE)
    view_note(request, exam)
    return exam, series, stack
