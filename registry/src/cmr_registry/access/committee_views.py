"""Pages of the committee: what waits, conflicts first, the application, the score sheet, the decision."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cmr_registry.access.application_views import timeline_context
from cmr_registry.access.certificate_pages import certificate_answer
from cmr_registry.access.errors import AccessError, ConflictedRejected
from cmr_registry.access.forms import ConflictForm, DecisionForm, ScoreForm
from cmr_registry.access.models import AccessApplication, ScoreSheet
from cmr_registry.access.people import co_investigators
from cmr_registry.access.permissions import check_user_can_read, check_user_is_not_excluded, user_can_score
from cmr_registry.access.printing import printed_sheet
from cmr_registry.access.requests import excluded, posted, refuse
from cmr_registry.access.review_services import conflict_declare, decision_record, score_submit
from cmr_registry.access.reviewing import (
    Review,
    Standing,
    decision_barred,
    review_of,
    sees_scores,
    standing_of,
    standings_of,
)
from cmr_registry.access.search_selectors import certificate_by_digest
from cmr_registry.access.selectors import (
    application_for_committee,
    applications_for_committee,
    submission_shown,
)
from cmr_registry.access.states import ApplicationState
from cmr_registry.accounts.doors import door
from cmr_registry.accounts.permissions import Permission
from cmr_registry.accounts.requests import principal_of
from cmr_registry.lib.pages import page_of

NOTHING_HERE = "There is no such application."


@door(Permission.REVIEW_APPLICATIONS)
@require_safe
def committee(request: HttpRequest) -> HttpResponse:
    """The applications that the committee has, and how one stands to each."""
    page = page_of(applications_for_committee(), request.GET.get("page"))
    by = principal_of(request)
    rows = standings_of(by, page.rows)
    mine = ScoreSheet.objects.filter(application__in=page.rows, reviewer=by.account)
    scored = {(sheet.application_id, sheet.round) for sheet in mine}
    shown = [(row, standing, (row.pk, row.round) in scored) for row, standing in rows]
    return render(request, "access/committee.html", {"page": page, "rows": shown})


@door(Permission.REVIEW_APPLICATIONS)
@require_safe
def review(request: HttpRequest, application_id: uuid.UUID) -> HttpResponse:
    """The application with its sheet; closed in conflict, and asked about conflicts first (L11)."""
    row = _found(application_id)
    standing = standing_of(principal_of(request), row)
    return _closed(request, row, standing) or render(
        request, "access/review.html", _review_context(row, standing)
    )


@door(Permission.REVIEW_APPLICATIONS)
@require_http_methods(["GET", "HEAD", "POST"])
def conflict(request: HttpRequest, application_id: uuid.UUID) -> HttpResponse:
    """Declare conflicts of interest; only who applies is shown here, not what for."""
    row, by = _found(application_id), principal_of(request)
    standing = standing_of(by, row)
    try:
        check_user_is_not_excluded(standing)
    except ConflictedRejected as refused:
        return excluded(request, refused, f"application:{row.pk}")
    form = ConflictForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            conflict_declare(application=row, declared=form.declared, note=form.cleaned_data["note"], by=by)
        except AccessError as refused:
            refuse(request, refused)
            return redirect("access:committee")
        if standing_of(by, row).is_excluded:
            messages.success(request, "Thank you. You take no part in this review.")
            return redirect("access:committee")
        return redirect("access:review", application_id=row.pk)
    submission = row.submissions.last()
    sections = submission.document["sections"] if submission else {}
    context = {
        "application": row,
        "form": form,
        "standing": standing,
        "institution": sections.get("B", {}).get("institution", ""),
        "people": co_investigators(sections),
    }
    return render(request, "access/conflict.html", context)


@door(Permission.REVIEW_APPLICATIONS)
@require_http_methods(["GET", "HEAD", "POST"])
def score(request: HttpRequest, application_id: uuid.UUID) -> HttpResponse:
    """The score sheet: fill it, or change it; every version is kept."""
    row, by = _found(application_id), principal_of(request)
    standing = standing_of(by, row)
    closed = _closed(request, row, standing)
    if closed is not None:
        return closed
    if not user_can_score(row, standing):
        messages.error(request, "Reviewers score while the review runs.")
        return redirect("access:review", application_id=row.pk)
    found = review_of(row)
    form = ScoreForm(posted(request), sheet=found.form, initial=_initial(found, standing))
    if request.method == "POST" and form.is_valid():
        try:
            score_submit(application=row, scores=form.scores, by=by)
        except AccessError as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "Your sheet is in.")
            return redirect("access:review", application_id=row.pk)
    context = {"application": row, "form": form, "sheet": found.form, "own": found.sheet_of(standing.account)}
    return render(request, "access/score.html", context, status=422 if form.errors else 200)


@door(Permission.DECIDE_APPLICATIONS)
@require_POST
def decide(request: HttpRequest, application_id: uuid.UUID) -> HttpResponse:
    """The chair's decision, or the deputy's where the chair is excluded."""
    row, by = _found(application_id), principal_of(request)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        messages.error(request, "A decision needs one of the four choices and its reasons.")
        return redirect("access:review", application_id=row.pk)
    given = form.cleaned_data
    try:
        decision_record(
            application=row,
            choice=ApplicationState(given["choice"]),
            reasons=given["reasons"],
            conditions=given["conditions"],
            by=by,
        )
    except ConflictedRejected as refused:
        return excluded(request, refused, f"application:{row.pk}")
    except AccessError as refused:
        refuse(request, refused)
    else:
        messages.success(request, "The decision is recorded, and the applicant is told.")
    return redirect("access:review", application_id=row.pk)


@door(Permission.REVIEW_APPLICATIONS)
@require_safe
def certificate(request: HttpRequest, application_id: uuid.UUID, kind: str) -> HttpResponse:
    """The certificate that the application quotes."""
    row = _found(application_id)
    closed = _closed(request, row, standing_of(principal_of(request), row))
    if closed is not None:
        return closed
    submission = row.submissions.last()
    found = certificate_by_digest(submission.certificate_digest) if submission else None
    if found is None:
        raise Http404(NOTHING_HERE)
    return certificate_answer(request, found, kind)


def _closed(request: HttpRequest, row: AccessApplication, standing: Standing) -> HttpResponse | None:
    """What is answered instead of an application that this person may not read, or not yet (L11)."""
    try:
        check_user_can_read(standing)
    except ConflictedRejected as refused:
        return excluded(request, refused, f"application:{row.pk}")
    except AccessError:
        return redirect("access:review_conflict", application_id=row.pk)
    return None


def _review_context(row: AccessApplication, standing: Standing) -> dict[str, Any]:
    found = review_of(row)
    submission, sections = submission_shown(row) or (None, ())
    shows = sees_scores(row, standing, found)
    barred = decision_barred(row, standing, found)
    return {
        **timeline_context(row),
        "standing": standing,
        "review": found,
        "submission": submission,
        "sections": sections,
        "own": found.sheet_of(standing.account),
        "may_score": user_can_score(row, standing),
        "printed": printed_sheet(found.result) if shows else None,
        "sheets": _sheet_rows(found) if shows else [],
        "decision_form": DecisionForm() if standing.acts and not barred else None,
        "barred": barred,
        "decisions": row.decisions.all(),
    }


def _sheet_rows(found: Review) -> list[tuple[ScoreSheet, list[tuple[str, int | None, str]]]]:
    """Each sheet with (category, points, comment)."""
    return [
        (
            sheet,
            [
                (one.title, sheet.scores.get(one.name), sheet.comments.get(one.name, ""))
                for one in found.form.categories
            ],
        )
        for sheet in found.sheets
    ]


def _initial(found: Review, standing: Standing) -> dict[str, Any]:
    own = found.sheet_of(standing.account)
    if own is None:
        return {}
    points = {f"points_{name}": value for name, value in own.scores.items()}
    comments = {f"comment_{name}": text for name, text in own.comments.items()}
    return {**points, **comments, "confidence": own.confidence}


def _found(application_id: uuid.UUID) -> AccessApplication:
    row = application_for_committee(application_id)
    if row is None:
        raise Http404(NOTHING_HERE)
    return row
