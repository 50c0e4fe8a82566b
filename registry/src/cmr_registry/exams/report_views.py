"""The case report of an exam as a form: the page, what it asks while one types, its draft, its versions."""

import uuid
import zoneinfo

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cmr_dictionary import entered_forms
from cmr_dictionary.case_report import SOURCE_WORDS, Answer, look, read_answers
from cmr_dictionary.form_plan import form_heading
from cmr_registry.accounts.doors import door
from cmr_registry.accounts.permissions import Permission
from cmr_registry.accounts.requests import principal_of
from cmr_registry.exams.drafts import draft_of, keepable
from cmr_registry.exams.entering import current_reports, entries_of, merged, saved_words
from cmr_registry.exams.errors import CaseReportRejected
from cmr_registry.exams.models import CaseReportDraft, Examination
from cmr_registry.exams.report_history import report_history
from cmr_registry.exams.report_page import Typed, report_html, seen_versions, surroundings_of, typed_before
from cmr_registry.exams.services import case_report_save, draft_discard, draft_keep
from cmr_registry.exams.views import NOTHING_HERE, found, view_note

REFUSED = 422


@door(Permission.EDIT_CASE_REPORTS)
@require_http_methods(["GET", "HEAD", "POST"])
def case_report(request: HttpRequest, exam_id: uuid.UUID) -> HttpResponse:
    """The whole case report: what is stored and drafted, and the place to enter it; a POST stores all or nothing."""
    exam = found(exam_id)
    by = principal_of(request)
    if request.method != "POST":
        view_note(request, exam)
        return _page(request, exam, typed_before(exam, draft_of(exam, by)))
    answers, seen = _answers(request), seen_versions(request.POST.dict())
    try:
        reports = case_report_save(exam=exam, answers=answers, by=by, seen=seen)
    except CaseReportRejected as rejected:
        own = merged(exam, current_reports(exam), answers, seen).answers
        return _page(request, exam, Typed(own, rejected.problems), status=REFUSED)
    messages.success(request, saved_words(reports))
    return redirect("exams:case_report", exam_id=exam.pk)


@door(Permission.EDIT_CASE_REPORTS)
@require_POST
def case_report_look(request: HttpRequest, exam_id: uuid.UUID) -> HttpResponse:
    """Keep what is typed as the person's draft, and say what the page should show beside it."""
    exam = found(exam_id)
    current = current_reports(exam)
    seen = seen_versions(request.POST.dict())
    own = merged(exam, current, _answers(request), seen).answers
    shown = look(entries_of(current.values()), own, surroundings_of(exam))
    kept = keepable(own, shown.problems)
    draft = draft_keep(exam=exam, answers=kept, seen=seen, by=principal_of(request))
    document = shown.to_document(SOURCE_WORDS)
    return JsonResponse(document | {"kept": _kept(exam, draft)})


@door(Permission.EDIT_CASE_REPORTS)
@require_POST
def case_report_discard(request: HttpRequest, exam_id: uuid.UUID) -> HttpResponse:
    """Forget what the person typed and did not save."""
    exam = found(exam_id)
    if draft_discard(exam=exam, by=principal_of(request)):
        messages.success(request, "Your unsaved entries are discarded.")
    return redirect("exams:case_report", exam_id=exam.pk)


@door(Permission.EDIT_CASE_REPORTS)
@require_safe
def case_report_form(request: HttpRequest, exam_id: uuid.UUID, form: str) -> HttpResponse:
    """Where a form had a page of its own: its place on the whole report."""
    exam = found(exam_id)
    _known(form)
    answer = redirect("exams:case_report", exam_id=exam.pk)
    answer["Location"] += f"#form-{form}"
    return answer


@door(Permission.SEE_EXAMS)
@require_safe
def case_report_history(request: HttpRequest, exam_id: uuid.UUID, form: str) -> HttpResponse:
    """The versions of one form: who, when, and two of them side by side, item by item."""
    exam = found(exam_id)
    _known(form)
    view_note(request, exam)
    context = {
        "exam": exam,
        "form": form,
        "heading": form_heading(form),
        "history": report_history(exam, form, request.GET),
    }
    return render(request, "exams/report_history.html", context)


def _page(request: HttpRequest, exam: Examination, typed: Typed, status: int = 200) -> HttpResponse:
    context = {"exam": exam, "report": report_html(request, exam, typed), "is_refused": bool(typed.problems)}
    return render(request, "exams/case_report.html", context, status=status)


def _answers(request: HttpRequest) -> dict[str, Answer]:
    return read_answers((name, text) for name, texts in request.POST.lists() for text in texts)


def _kept(exam: Examination, draft: CaseReportDraft | None) -> str:
    """What the page says of the draft, with the clock of the center."""
    if draft is None:
        return "Nothing is unsaved."
    try:
        zone = zoneinfo.ZoneInfo(exam.center.time_zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        zone = zoneinfo.ZoneInfo("UTC")
    return f"Draft kept at {timezone.now().astimezone(zone):%H:%M}, not saved yet."


def _known(form: str) -> None:
    """Raise Http404 for what is no form of an exam."""
    if form not in entered_forms():
        raise Http404(NOTHING_HERE)
