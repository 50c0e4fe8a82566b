"""What every page's frame shows: demo label, viewer presence, the principal."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from cmr_registry.accounts.permissions import Permission
from cmr_registry.accounts.policy import NOBODY, holds


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context of the frame.

    `demo`, `contact_email`, `has_viewer`, `principal`, and `may`: permission name -> held anywhere.
    """
    principal = getattr(request, "principal", NOBODY)
    return {
        "demo": settings.DEMO,
        "contact_email": settings.CONTACT_EMAIL,
        "has_viewer": (settings.VIEWER_DIR / "index.html").exists(),
        "principal": principal,
        "may": {permission.name.lower(): holds(principal, permission) for permission in Permission},
    }
