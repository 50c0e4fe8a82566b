"""Pages of an applicant: the list, the sections, the application with its timeline."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cmr_registry.access.application_form import BY_LETTER, SECTIONS
from cmr_registry.access.application_services import application_draft, application_submit, section_save
from cmr_registry.access.clocks import PROMISE_DAYS
from cmr_registry.access.completeness import lacks_of
from cmr_registry.access.errors import AccessError, IncompleteError, PolicyNotAcceptedError
from cmr_registry.access.forms import TitleForm
from cmr_registry.access.models import AccessApplication
from cmr_registry.access.requests import posted, refuse
from cmr_registry.access.search_selectors import certificate_quotable, certificates_quotable
from cmr_registry.access.section_forms import SectionForm
from cmr_registry.access.selectors import application_own, applications_own, sections_shown
from cmr_registry.access.states import EDITABLE, ApplicationState
from cmr_registry.access.steps import application_days, application_timeline
from cmr_registry.accounts.doors import door
from cmr_registry.accounts.permissions import Permission
from cmr_registry.accounts.requests import account_of, principal_of
from cmr_registry.documents.selectors import has_accepted
from cmr_registry.lib.pages import page_of

NOTHING_HERE = "There is no such application."


@door(Permission.DO_RESEARCH)
@require_http_methods(["GET", "HEAD", "POST"])
def applications(request: HttpRequest) -> HttpResponse:
    """One's own applications; a title begins a new one."""
    account = account_of(request)
    form = TitleForm(posted(request))
    if request.method == "POST" and form.is_valid():
        title = form.cleaned_data["title"]
        made = application_draft(applicant=account, title=title, by=principal_of(request))
        return redirect("access:section", application_id=made.pk, letter="A")
    context = {
        "page": page_of(applications_own(principal_of(request)), request.GET.get("page")),
        "form": form,
        "has_certificate": certificates_quotable(account).exists(),
    }
    return render(request, "access/applications.html", context, status=422 if form.errors else 200)


@door(Permission.DO_RESEARCH)
@require_safe
def application(request: HttpRequest, application_id: uuid.UUID) -> HttpResponse:
    """One application: where it stands, for how long, what it says and lacks, what was decided."""
    row = _found(request, application_id)
    may_edit = ApplicationState(row.state) in EDITABLE
    lacks = lacks_of(row.answers, has_certificate=_has_certificate(row)) if may_edit else []
    lacking = {lack.section.letter for lack in lacks}
    context = {
        **timeline_context(row),
        "may_edit": may_edit,
        "accepted": has_accepted(row.applicant),
        "lacks": lacks,
        "parts": [(section, section.letter in lacking) for section in SECTIONS],
        "sections": sections_shown(row.answers, certificate=_quoted(row)),
        "decisions": row.decisions.all(),
    }
    return render(request, "access/application.html", context)


@door(Permission.DO_RESEARCH)
@require_http_methods(["GET", "HEAD", "POST"])
def section(request: HttpRequest, application_id: uuid.UUID, letter: str) -> HttpResponse:
    """Edit one section; it is saved complete or not, and the next one follows."""
    row, part = _found(request, application_id), BY_LETTER.get(letter)
    if part is None or ApplicationState(row.state) not in EDITABLE:
        raise Http404(NOTHING_HERE)
    initial = {**row.answers.get(letter, {})}
    form = SectionForm(posted(request), section=part, applicant=account_of(request), initial=initial)
    context: dict[str, Any] = {"application": row, "section": part, "form": form, "sections": SECTIONS}
    if request.method != "POST":
        return render(request, "access/section.html", context)
    if not form.is_valid():
        return render(request, "access/section.html", context, status=422)
    try:
        section_save(
            application=row,
            letter=letter,
            answers=form.cleaned_data,
            certificate=form.certificate,
            by=principal_of(request),
        )
    except AccessError as refused:
        refuse(request, refused)
        return redirect("access:application", application_id=row.pk)
    messages.success(request, f"Section {letter} is saved.")
    following = next((one.letter for one in SECTIONS if one.letter > letter), None)
    if following is None or "stop" in request.POST:
        return redirect("access:application", application_id=row.pk)
    return redirect("access:section", application_id=row.pk, letter=following)


@door(Permission.DO_RESEARCH)
@require_POST
def application_hand_in(request: HttpRequest, application_id: uuid.UUID) -> HttpResponse:
    """Submit an application, or say what it lacks."""
    row = _found(request, application_id)
    try:
        application_submit(application=row, by=principal_of(request))
    except PolicyNotAcceptedError as refused:
        refuse(request, refused)
        return redirect("access:policy")
    except IncompleteError as refused:
        messages.error(
            request, f"Not submitted: {len(refused.lacks)} answers are missing. They are listed below."
        )
    except AccessError as refused:
        refuse(request, refused)
    else:
        messages.success(request, "The application is with the registry steward.")
    return redirect("access:application", application_id=row.pk)


def timeline_context(row: AccessApplication) -> dict[str, Any]:
    """What the timeline of an application shows."""
    return {
        "application": row,
        "spans": application_timeline(row),
        "days": application_days(row),
        "promise": PROMISE_DAYS,
    }


def _has_certificate(row: AccessApplication) -> bool:
    return row.certificate is not None and certificate_quotable(row.certificate, row.applicant)


def _quoted(row: AccessApplication) -> str:
    return row.certificate.number if row.certificate else ""


def _found(request: HttpRequest, application_id: uuid.UUID) -> AccessApplication:
    row = application_own(principal_of(request), application_id)
    if row is None:
        raise Http404(NOTHING_HERE)
    return row
