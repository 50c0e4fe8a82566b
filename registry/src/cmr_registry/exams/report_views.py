"""The page on which a person enters the case report of an exam, form by form."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from cmr_dictionary import entered_forms
from cmr_registry.accounts.doors import door
from cmr_registry.accounts.permissions import Permission
from cmr_registry.accounts.requests import principal_of
from cmr_registry.exams.errors import CaseReportRejected
from cmr_registry.exams.layout import FORM_HEADINGS
from cmr_registry.exams.models import Examination
from cmr_registry.exams.report_page import REASONS, ReportPage, answers_of, forms_filled, report_page
from cmr_registry.exams.services import case_report_save
from cmr_registry.exams.views import NOTHING_HERE, found, view_note

REFUSED = 422


@door(Permission.EDIT_CASE_REPORTS)
@require_http_methods(["GET", "HEAD", "POST"])
def case_report(request: HttpRequest, exam_id: uuid.UUID, form: str) -> HttpResponse:
    """One form of an exam: what is stored, and the place to enter it; a POST stores a new version or nothing."""
    exam = found(exam_id)
    if form not in entered_forms():
        raise Http404(NOTHING_HERE)
    if request.method != "POST":
        view_note(request, exam)
        return _page(request, exam, form, report_page(exam, form))
    answers = answers_of(form, request.POST)
    try:
        report = case_report_save(
            exam=exam,
            form=form,
            answers=answers,
            by=principal_of(request),
            seen_version=_seen(request.POST.get("seen_version", "")),
        )
    except CaseReportRejected as rejected:
        page = report_page(exam, form, answers, rejected.problems)
        return _page(request, exam, form, page, status=REFUSED)
    messages.success(request, f"Saved as version {report.version}." if report else "Nothing has changed.")
    return redirect("exams:case_report", exam_id=exam.pk, form=form)


def _page(
    request: HttpRequest, exam: Examination, form: str, page: ReportPage, status: int = 200
) -> HttpResponse:
    filled = forms_filled(exam)
    context = {
        "exam": exam,
        "form": form,
        "heading": FORM_HEADINGS[form],
        "page": page,
        "reasons": REASONS,
        "forms": [(name, FORM_HEADINGS[name], filled.get(name, 0)) for name in entered_forms()],
    }
    return render(request, "exams/case_report.html", context, status=status)


def _seen(text: str) -> int:
    """The version that the page showed; -1, which no form has, where the page did not say."""
    return int(text) if text.isdecimal() and len(text) < 10 else -1
