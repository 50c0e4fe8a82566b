"""Bodies that hold one `cmr_exchange` document: read strictly, described in OpenAPI, refused with the place only."""

import json
from typing import Any, Protocol, TypeVar

from cmr_exchange.errors import MalformedDocumentError, UnknownVersionError
from cmr_registry.lib.problems import Problem, ProblemRejected

D = TypeVar("D", covariant=True)

MAX_OPENINGS = 200_000
"""Most objects and lists of a document: `{},` is three bytes on the wire and some hundred in memory."""
PROBLEMS: dict[Any, Any] = dict.fromkeys((401, 403, 404, 409, 413, 422), Problem)
"""How the routes that take documents refuse."""


class DocumentKind(Protocol[D]):
    """A class of the contract that reads itself strictly."""

    def from_document(self, document: Any) -> D:
        """Raises UnknownVersionError or MalformedDocumentError."""


def document_body(what: str) -> dict[str, Any]:
    """The body of a route in OpenAPI; `what` names the document."""
    return {
        "requestBody": {
            "required": True,
            "description": f"{what}; its JSON Schema ships with cmr-exchange.",
            "content": {"application/json": {"schema": {"type": "object"}}},
        }
    }


def read_document(kind: DocumentKind[D], body: bytes) -> D:
    """The document of a body.

    Raises:
        ProblemRejected: no JSON, nested too deeply, made of far more parts than a document has, or not of the declared
            form; the text names the place only.
    """
    try:
        if body.count(b"{") + body.count(b"[") > MAX_OPENINGS:
            raise MalformedDocumentError("document: more parts than such a document has.")
        return kind.from_document(json.loads(body))
    except UnknownVersionError as error:
        raise ProblemRejected(422, "unknown_version", str(error)) from None
    except MalformedDocumentError as error:
        raise ProblemRejected(422, "malformed_document", str(error)) from None
    except (ValueError, RecursionError):
        raise ProblemRejected(422, "malformed_document", "document: not a JSON document.") from None
