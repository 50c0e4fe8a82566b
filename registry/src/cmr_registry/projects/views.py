"""Pages of projects: for the people in them, and for the registry's desk with the board of the ballots."""

import uuid
from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from cmr_registry.accounts.doors import door
from cmr_registry.accounts.permissions import Permission
from cmr_registry.accounts.policy import can
from cmr_registry.accounts.requests import principal_of
from cmr_registry.lib.pages import page_of
from cmr_registry.projects.errors import ProjectError
from cmr_registry.projects.forms import MoveForm, ProjectFilterForm
from cmr_registry.projects.models import Project
from cmr_registry.projects.panels import asked_of, clock_of, steps_of
from cmr_registry.projects.selectors import (
    ballots_of,
    boards_of,
    project_members,
    projects_all,
    projects_of,
)
from cmr_registry.projects.services import ballots_close, ballots_open, project_move
from cmr_registry.projects.states import BY_HAND, ProjectState

NOTHING_HERE = "There is no such project."


@door(Permission.USE_RELEASES)
@require_safe
def projects(request: HttpRequest) -> HttpResponse:
    """The projects in which the caller works."""
    page = page_of(projects_of(principal_of(request)), request.GET.get("page"))
    return render(request, "projects/projects.html", {"page": page, "rows": _rows(page.rows)})


@door(Permission.USE_RELEASES)
@require_safe
def project(request: HttpRequest, project_id: uuid.UUID) -> HttpResponse:
    """One project for its people: where it stands, what comes next, how many centers decided."""
    row = projects_of(principal_of(request)).filter(pk=project_id).first()
    if row is None:
        raise Http404(NOTHING_HERE)
    return render(request, "projects/project.html", _facts(row))


@door(Permission.SEE_REGISTRY_DESK)
@require_safe
def steward_projects(request: HttpRequest) -> HttpResponse:
    """All projects, the newest step first."""
    filters = ProjectFilterForm(request.GET)
    page = page_of(projects_all(filters.chosen), request.GET.get("page"))
    context = {"page": page, "rows": _rows(page.rows), "filters": filters}
    return render(request, "projects/steward_projects.html", context)


@door(Permission.SEE_REGISTRY_DESK)
@require_safe
def steward_project(request: HttpRequest, project_id: uuid.UUID) -> HttpResponse:
    """One project for the registry: the board with every center's choice, and the next step."""
    row = _found(project_id)
    may_move = can(principal_of(request), Permission.MANAGE_PROJECTS)
    has_steps = bool(BY_HAND[ProjectState(row.state)])
    context = {
        **_facts(row),
        "ballots": ballots_of(row),
        "may_move": may_move,
        "form": MoveForm(project=row) if may_move and has_steps else None,
    }
    return render(request, "projects/steward_project.html", context)


@door(Permission.MANAGE_PROJECTS)
@require_POST
def project_step(request: HttpRequest, project_id: uuid.UUID) -> HttpResponse:
    """Move a project on by hand."""
    row = _found(project_id)
    form = MoveForm(request.POST, project=row)
    if not form.is_valid():
        return HttpResponseBadRequest("A next step is expected.", content_type="text/plain")
    return _done(request, row, lambda: project_move(project=row, to=form.step, by=principal_of(request)))


@door(Permission.MANAGE_PROJECTS)
@require_POST
def round_open(request: HttpRequest, project_id: uuid.UUID) -> HttpResponse:
    """Open the ballots of an approved project that had no active center to ask."""
    row = _found(project_id)
    return _done(request, row, lambda: ballots_open(project=row, by=principal_of(request)))


@door(Permission.MANAGE_PROJECTS)
@require_POST
def round_close(request: HttpRequest, project_id: uuid.UUID) -> HttpResponse:
    """Lock the ballots after every center answered."""
    row = _found(project_id)
    return _done(request, row, lambda: ballots_close(project=row, by=principal_of(request)))


def _done(request: HttpRequest, row: Project, step: Any) -> HttpResponse:
    try:
        step()
    except ProjectError as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, "Done; the project has moved on.")
    return redirect("projects:steward_project", project_id=row.pk)


def _rows(found: Iterable[Project]) -> list[dict[str, Any]]:
    rows, now = list(found), timezone.now()
    boards = boards_of(rows)
    return [{"project": row, "board": boards.get(row.pk), "clock": clock_of(row, now)} for row in rows]


def _facts(row: Project) -> dict[str, Any]:
    return {
        "project": row,
        "asked": asked_of(row),
        "board": boards_of([row]).get(row.pk),
        "clock": clock_of(row, timezone.now()),
        "steps": steps_of(row),
        "members": project_members(row),
    }


def _found(project_id: uuid.UUID) -> Project:
    row = projects_all().filter(pk=project_id).first()
    if row is None:
        raise Http404(NOTHING_HERE)
    return row
