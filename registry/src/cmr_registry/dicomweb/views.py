"""The viewer: prepared OHIF files behind the same door as the images, under a policy that lets nothing leave."""

import re
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.views.decorators.http import require_safe

from cmr_registry.accounts.doors import door
from cmr_registry.accounts.permissions import Permission

INDEX = "index.html"
MEDIA = {
    ".css": "text/css",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
    ".woff2": "font/woff2",
    ".xml": "application/xml",
}
POLICY = (
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; worker-src 'self' blob:; connect-src 'self' blob: data:; font-src 'self' data:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
"""What OHIF needs and no more (stack.md, trap 3); the page's own inline scripts stand in a file."""

_HASHED = re.compile(r"[.]?[0-9a-f]{16}[.]")


@require_safe
@door(Permission.SEE_IMAGES)
def viewer(request: HttpRequest, path: str = "") -> HttpResponse:
    """A file of the viewer, or its start page for every address that OHIF makes up itself."""
    root = settings.VIEWER_DIR
    if not (root / INDEX).is_file():
        raise Http404
    found = _file(root, path)
    if found is None and Path(path).suffix in MEDIA:
        raise Http404
    return _answer(request, found or root / INDEX)


def _file(root: Path, path: str) -> Path | None:
    """The file of that address, if it is of a known kind and inside the viewer's folder."""
    if "\0" in path:
        return None
    found = (root / path).resolve()
    if found.suffix not in MEDIA or not found.is_relative_to(root.resolve()) or not found.is_file():
        return None
    return found


def _answer(request: HttpRequest, path: Path) -> HttpResponse:
    packed = path.with_name(path.name + ".gz")
    as_packed = packed.is_file() and "gzip" in request.headers.get("Accept-Encoding", "")
    chosen = packed if as_packed else path
    facts = chosen.stat()
    response = HttpResponse(chosen.read_bytes(), content_type=MEDIA[path.suffix])
    if as_packed:
        response["Content-Encoding"] = "gzip"
    response["ETag"] = f'"{facts.st_mtime_ns:x}-{facts.st_size:x}"'
    is_named_by_hash = _HASHED.search(path.name) is not None
    response["Cache-Control"] = (
        f"private, {'max-age=31536000, immutable' if is_named_by_hash else 'no-cache'}"
    )
    response["Content-Security-Policy"] = POLICY
    response["Cross-Origin-Embedder-Policy"] = "require-corp"
    response["Cross-Origin-Opener-Policy"] = "same-origin"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    patch_vary_headers(response, ["Accept-Encoding", "Cookie"])
    return get_conditional_response(request, etag=response["ETag"], response=response) or response
