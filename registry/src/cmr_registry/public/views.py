"""Pages for everybody."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cmr_registry.accounts.doors import public_door
from cmr_registry.public.selectors import centers_by_standing, figures


@public_door("says what the registry is; shows centers and safe counts only")
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Aims, why contribute, how to take part, centers, live safe numbers, contact (R52)."""
    standing = centers_by_standing()
    return render(request, "public/home.html", {"standing": standing, "figures": figures(standing)})
