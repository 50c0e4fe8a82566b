"""Pages for everybody."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from cmr_registry.accounts.doors import public_door
from cmr_registry.documents.selectors import documents_current
from cmr_registry.lib.pages import page_of
from cmr_registry.projects.selectors import projects_public
from cmr_registry.public.maps import pins_of
from cmr_registry.public.selectors import centers_by_standing, figures
from cmr_registry.public.showcase import showcase
from cmr_registry.public.steps import contributor_steps, researcher_steps

PROJECTS_SHOWN = 5


@public_door("says what the registry is; shows centers, approved projects and safe counts only")
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Aims, why contribute, how to take part, centers, projects, live safe numbers, documents, contact (R52)."""
    standing = centers_by_standing()
    projects, documents = projects_public(), documents_current()
    context = {
        "standing": standing,
        "pins": pins_of(standing.contributing),
        "figures": figures(standing),
        "contributor_steps": contributor_steps(),
        "researcher_steps": researcher_steps(timezone.localdate()),
        "projects": projects[:PROJECTS_SHOWN],
        "n_projects": len(projects),
        "documents": documents,
        "published": {document.slug for document in documents},
    }
    return render(request, "public/home.html", context)


@public_door("counts of the whole registry, each through disclosure control")
@require_safe
def numbers(request: HttpRequest) -> HttpResponse:
    """The registry in numbers: one table per property, each with its denominator."""
    return render(
        request, "public/numbers.html", {"answers": showcase(), "today": figures(centers_by_standing())}
    )


@public_door("approved projects are public knowledge: title, people, lay summary, status")
@require_safe
def projects(request: HttpRequest) -> HttpResponse:
    """All approved projects."""
    page = page_of(projects_public(), request.GET.get("page"))
    return render(request, "public/projects.html", {"page": page})
