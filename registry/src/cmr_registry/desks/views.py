"""Home pages per role. Reads only."""

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from cmr_registry.accounts.doors import door, public_door
from cmr_registry.accounts.mail import mails_given_up
from cmr_registry.accounts.models import Account
from cmr_registry.accounts.permissions import Permission
from cmr_registry.accounts.policy import centers_for, holds, scope_for
from cmr_registry.accounts.requests import principal_of
from cmr_registry.centers.selectors import centers_in
from cmr_registry.desks.research_waiting import research_waiting, steward_waiting
from cmr_registry.desks.selectors import (
    REFUSALS_SHOWN,
    center_figures,
    contacts_of,
    refusals_recent,
    research_figures,
    steward_figures,
)
from cmr_registry.desks.waiting import center_waiting
from cmr_registry.intake.selectors import conflicts_open, refusals_since
from cmr_registry.lib.pages import page_of
from cmr_registry.lib.scope import ALL_CENTERS

DESKS = (
    (Permission.SEE_REGISTRY_DESK, "desks:steward"),
    (Permission.SEE_CENTER_DESK, "desks:center_home"),
    (Permission.REVIEW_APPLICATIONS, "access:committee"),
    (Permission.DO_RESEARCH, "desks:research"),
    (Permission.USE_RELEASES, "releases:releases"),
)


@public_door("only leads on to the home page of the caller's role; shows nothing")
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Lead on to the home page of the caller's role."""
    principal = principal_of(request)
    if not principal.is_somebody:
        return redirect_to_login(request.get_full_path())
    for permission, address in DESKS:
        if holds(principal, permission):
            return redirect(address)
    return render(request, "desks/no_role.html")


@door(Permission.SEE_CENTER_DESK)
@require_safe
def center_home(request: HttpRequest) -> HttpResponse:
    """What waits for the people of a center (R51)."""
    now = timezone.now()
    principal = principal_of(request)
    centers = centers_in(scope_for(principal, Permission.SEE_CENTER_DESK))
    ballots, quality = (
        centers_for(principal, wanted) for wanted in (Permission.SEE_BALLOTS, Permission.SEE_QUALITY)
    )
    figures = center_figures(centers, now, ballots, quality)
    context = {
        "centers": centers,
        "zone": centers[0].time_zone if centers else "UTC",
        "figures": figures,
        "waiting": center_waiting(figures, now),
        "refusals": refusals_since(now - REFUSALS_SHOWN),
    }
    return render(request, "desks/center_home.html", context)


@door(Permission.SEE_REGISTRY_DESK)
@require_safe
def steward(request: HttpRequest) -> HttpResponse:
    """The registry's own desk: what waits, conflicts, refusals, and when each center was last in touch."""
    now = timezone.now()
    contacts = page_of(contacts_of(centers_in(ALL_CENTERS), now), request.GET.get("page"))
    context = {
        "waiting": steward_waiting(steward_figures()),
        "conflicts": page_of(conflicts_open(), request.GET.get("conflicts")),
        "refusals": page_of(refusals_recent(now), request.GET.get("refusals")),
        "mails": page_of(mails_given_up(), request.GET.get("mails")),
        "page": contacts,
    }
    return render(request, "desks/steward.html", context)


@door(Permission.DO_RESEARCH)
@require_safe
def research(request: HttpRequest) -> HttpResponse:
    """A researcher's home: what waits, and the way from a question to a release (R51)."""
    account = Account.objects.get(pk=str(principal_of(request).account))
    figures = research_figures(principal_of(request), account)
    return render(request, "desks/research.html", {"figures": figures, "waiting": research_waiting(figures)})
