"""The forms of an answer: DICOM JSON, problem documents, single bodies and streamed multipart (PS3.18 8.6)."""

import json
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.responses import Response

from cmr_registry.dicomweb.errors import RequestRejected
from cmr_registry.dicomweb.negotiation import DICOM_JSON, MULTIPART

COMMON_HEADERS = {
    "Cache-Control": "private, no-cache",
    "Vary": "Accept, Authorization, Cookie",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; sandbox",
}
"""Of every answer: kept by nobody but the asking browser, and by that one only with a question back."""


@dataclass(frozen=True, slots=True)
class Streamed:
    """A multipart body that is made while it is sent; `pieces` runs inside the scope of the request."""

    pieces: Iterator[bytes]
    media_type: str
    headers: Mapping[str, str] = field(default_factory=dict)


def problem(status: int, code: str, detail: str, headers: Mapping[str, str] | None = None) -> Response:
    """A problem document (RFC 9457) with a stable code."""
    body = {
        "type": "about:blank",
        "title": code.replace("_", " "),
        "status": status,
        "code": code,
        "detail": detail,
    }
    return Response(json.dumps(body), status, dict(headers or {}), "application/problem+json")


def refused(reason: RequestRejected) -> Response:
    """The problem document of a refusal."""
    return problem(reason.status, reason.code, str(reason))


def dicom_json(document: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A body in the DICOM JSON model."""
    body = json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()
    return Response(body, status, dict(headers or {}), DICOM_JSON)


def multipart(
    parts: Iterable[tuple[str, bytes]], kind: str, headers: Mapping[str, str] | None = None, syntax: str = ""
) -> Streamed:
    """A multipart/related answer of (Content-Type, body) parts of media type `kind`."""
    boundary = secrets.token_hex(16)
    media_type = f'{MULTIPART}; type="{kind}"; boundary={boundary}'
    if syntax:
        media_type += f"; transfer-syntax={syntax}"
    return Streamed(_framed(parts, boundary.encode()), media_type, headers or {})


def _framed(parts: Iterable[tuple[str, bytes]], boundary: bytes) -> Iterator[bytes]:
    for content_type, body in parts:
        yield b"--%s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n" % (
            boundary,
            content_type.encode("latin-1"),
            len(body),
        )
        yield body
        yield b"\r\n"
    yield b"--%s--\r\n" % boundary


def etag(*names: object) -> str:
    """A strong entity tag out of the names of what is answered."""
    return '"' + "-".join(str(name) for name in names) + '"'


def is_known(if_none_match: str, tag: str) -> bool:
    """True where the caller holds the entity already (RFC 9110 13.1.2)."""
    return any(known.strip().removeprefix("W/") in (tag, "*") for known in if_none_match.split(","))
