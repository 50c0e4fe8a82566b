"""Refusals of the DICOMweb room; each carries its HTTP status, a stable code and a sentence without any value.

RequestRejected
├── MalformedRejected       400  the request cannot be read as PS3.18 says
├── CrossSiteRejected       403  a signed-in browser sent it without the token of our own pages
├── AbsentRejected          404  no such object for this caller; foreign and absent are one answer (L1)
├── NotAcceptableRejected   406  no offered form of the answer is accepted
├── TooLargeRejected        413  more was sent or asked for than the limit
└── MediaTypeRejected       415  a body of another media type than DICOM Part 10
"""

from typing import ClassVar


class RequestRejected(Exception):
    """Base of the refusals; its text is the sentence of the problem document (RFC 9457)."""

    status: ClassVar[int] = 400
    code: ClassVar[str] = "rejected"


class MalformedRejected(RequestRejected):
    """The request cannot be read."""

    code = "malformed"


class CrossSiteRejected(RequestRejected):
    """A request that changes something came with a session and without its token."""

    status = 403
    code = "cross_site"


class AbsentRejected(RequestRejected):
    """Nothing of that name is to be seen by this caller."""

    status = 404
    code = "not_found"

    def __init__(self) -> None:
        super().__init__("Nothing is known under this address.")


class NotAcceptableRejected(RequestRejected):
    """The caller accepts none of the forms on offer."""

    status = 406
    code = "not_acceptable"


class TooLargeRejected(RequestRejected):
    """The request or its answer exceeds a limit."""

    status = 413
    code = "too_large"


class MediaTypeRejected(RequestRejected):
    """The body has a media type that is not taken."""

    status = 415
    code = "media_type"
