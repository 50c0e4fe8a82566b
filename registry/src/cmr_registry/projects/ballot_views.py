"""Pages of ballots for a center: the list, one ballot with its own eligible exams, the standing instruction."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from cmr_registry.accounts.doors import door
from cmr_registry.accounts.permissions import Permission
from cmr_registry.accounts.policy import can, scope_for
from cmr_registry.accounts.requests import principal_of
from cmr_registry.centers.models import Center
from cmr_registry.centers.selectors import centers_in
from cmr_registry.lib.pages import page_of
from cmr_registry.projects.ballot_services import (
    ballot_answer,
    ballot_withdraw,
    standing_revoke,
    standing_set,
)
from cmr_registry.projects.ballot_states import OPEN, BallotState
from cmr_registry.projects.eligible import eligible_today
from cmr_registry.projects.errors import ProjectError
from cmr_registry.projects.forms import BallotForm, StandingForm, WithdrawForm
from cmr_registry.projects.models import Ballot
from cmr_registry.projects.panels import asked_of
from cmr_registry.projects.selectors import GIVES, ballot_exams, ballot_find, ballot_list, standing_in_force

NOTHING_HERE = "There is no such ballot."


@door(Permission.SEE_BALLOTS)
@require_safe
def ballots(request: HttpRequest) -> HttpResponse:
    """Ballots of the center: those that may be answered first."""
    page = page_of(ballot_list(), request.GET.get("page"))
    centers = centers_in(scope_for(principal_of(request), Permission.SEE_BALLOTS))
    return render(request, "projects/ballots.html", {"page": page, "centers": centers})


@door(Permission.SEE_BALLOTS)
@require_safe
def ballot(request: HttpRequest, ballot_id: uuid.UUID) -> HttpResponse:
    """One ballot: what is asked, what of the center is eligible, and the answer."""
    row = _found(ballot_id)
    return _page(request, row, BallotForm(ballot=row))


@door(Permission.ANSWER_BALLOTS)
@require_POST
def answer(request: HttpRequest, ballot_id: uuid.UUID) -> HttpResponse:
    """Answer a ballot, or change the answer."""
    row = _found(ballot_id)
    form = BallotForm(request.POST, ballot=row)
    if not form.is_valid():
        return _page(request, row, form, status=422)
    try:
        ballot_answer(
            ballot=row,
            choice=form.answer,
            by=principal_of(request),
            reason=form.cleaned_data["reason"],
            wants_coauthorship=form.coauthorship,
        )
    except ProjectError as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, "Your center's answer is noted. You may change it until the deadline.")
    return redirect("projects:ballot", ballot_id=row.pk)


@door(Permission.ANSWER_BALLOTS)
@require_POST
def withdraw(request: HttpRequest, ballot_id: uuid.UUID) -> HttpResponse:
    """Withdraw the center's data after the lock."""
    row = _found(ballot_id)
    form = WithdrawForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest("The reason is too long.", content_type="text/plain")
    try:
        ballot_withdraw(ballot=row, by=principal_of(request), reason=form.cleaned_data["reason"])
    except ProjectError as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, "Your center's data are withdrawn; the registry steward has been told.")
    return redirect("projects:ballot", ballot_id=row.pk)


@door(Permission.SEE_BALLOTS)
@require_safe
def standing(request: HttpRequest) -> HttpResponse:
    """The standing instruction of each center of the caller."""
    principal, in_force = principal_of(request), standing_in_force()
    rows = []
    for center in centers_in(scope_for(principal, Permission.SEE_BALLOTS)):
        current = in_force.get(center.pk)
        initial = {"center": center.pk, "choice": current.choice if current else ""}
        form = StandingForm(initial=initial, auto_id=f"standing_{center.code}_%s")
        may_answer = can(principal, Permission.ANSWER_BALLOTS, center.pk)
        rows.append({"center": center, "current": current, "form": form if may_answer else None})
    return render(request, "projects/standing.html", {"rows": rows})


@door(Permission.ANSWER_BALLOTS)
@require_POST
def standing_change(request: HttpRequest) -> HttpResponse:
    """Set or replace a center's standing instruction."""
    form = StandingForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest("A center and an answer are expected.", content_type="text/plain")
    standing_set(
        center=_center(request, form.cleaned_data["center"]), choice=form.answer, by=principal_of(request)
    )
    messages.success(request, "The standing instruction is in force.")
    return redirect("projects:standing")


@door(Permission.ANSWER_BALLOTS)
@require_POST
def standing_end(request: HttpRequest) -> HttpResponse:
    """Revoke a center's standing instruction."""
    form = StandingForm({"center": request.POST.get("center", ""), "choice": "out"})
    if not form.is_valid():
        return HttpResponseBadRequest("A center is expected.", content_type="text/plain")
    standing_revoke(center=_center(request, form.cleaned_data["center"]), by=principal_of(request))
    messages.success(request, "The standing instruction is revoked.")
    return redirect("projects:standing")


def _page(request: HttpRequest, row: Ballot, form: BallotForm, status: int = 200) -> HttpResponse:
    principal = principal_of(request)
    may_answer = can(principal, Permission.ANSWER_BALLOTS, row.center_id)
    is_open = BallotState(row.state) in OPEN and timezone.now() <= row.deadline
    is_in = row.state == BallotState.LOCKED and row.choice in GIVES
    context: dict[str, Any] = {
        "ballot": row,
        "asked": asked_of(row.project),
        "is_open": is_open,
        "form": form if may_answer and is_open else None,
        "withdraw_form": WithdrawForm(auto_id="withdraw_%s") if may_answer and is_in else None,
        "may_open_exams": can(principal, Permission.SEE_EXAMS, row.center_id),
        **_eligible(request, row),
    }
    return render(request, "projects/ballot.html", context, status=status)


def _eligible(request: HttpRequest, row: Ballot) -> dict[str, Any]:
    today = eligible_today(row)
    if today is None:
        return {"today": None, "page": None, "exams": []}
    page = page_of(today.exams, request.GET.get("page"))
    return {"today": today, "page": page, "exams": ballot_exams(row, page.rows)}


def _found(ballot_id: uuid.UUID) -> Ballot:
    row = ballot_find(ballot_id)
    if row is None:
        raise Http404(NOTHING_HERE)
    return row


def _center(request: HttpRequest, pk: uuid.UUID) -> Center:
    for center in centers_in(scope_for(principal_of(request), Permission.ANSWER_BALLOTS)):
        if center.pk == pk:
            return center
    raise Http404(NOTHING_HERE)
