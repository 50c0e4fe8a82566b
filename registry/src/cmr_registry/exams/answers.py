"""Pictures and descriptions that the reader's browser may keep, and must ask about each time it shows them.

After sign-out on a shared computer the question is answered with the way to sign-in, so what was kept is not shown.
"""

from collections.abc import Callable
from hashlib import sha256

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_vary_headers


def tag_of(*names: object) -> str:
    """A strong entity tag out of what an answer is made of."""
    return '"' + sha256("\n".join(map(str, names)).encode()).hexdigest()[:32] + '"'


def asked_each_time(request: HttpRequest, tag: str, make: Callable[[], HttpResponse]) -> HttpResponse:
    """What `make` makes, or 304 where the browser holds it; nobody between may keep it."""
    known = get_conditional_response(request, etag=tag)
    response = make() if known is None else HttpResponse(status=known.status_code)
    response["ETag"] = tag
    response["Cache-Control"] = "private, no-cache"
    patch_vary_headers(response, ["Cookie"])
    return response


def png(picture: bytes) -> HttpResponse:
    """A picture."""
    return HttpResponse(picture, content_type="image/png")
