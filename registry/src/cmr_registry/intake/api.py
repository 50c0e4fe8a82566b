"""Deliveries for machines: open one with a manifest, ask where it stands, fetch the key that checks receipts."""

import base64
import json
import uuid
from typing import Any

from django.http import Http404, HttpRequest
from ninja import Router, Schema

from cmr_exchange.errors import MalformedDocumentError, UnknownVersionError
from cmr_exchange.manifest import DeliveryManifest
from cmr_registry.accounts.doors import door, public_door
from cmr_registry.accounts.permissions import Permission
from cmr_registry.accounts.requests import principal_of
from cmr_registry.intake.errors import DeliveryRejected
from cmr_registry.intake.selectors import delivery_document, delivery_find
from cmr_registry.intake.services import delivery_open
from cmr_registry.lib.keyring import keyring
from cmr_registry.lib.problems import Problem, ProblemRejected

router = Router(tags=["deliveries"])
PROBLEMS: dict[Any, Any] = dict.fromkeys((401, 403, 404, 409, 413, 422), Problem)
MAX_MANIFEST = 8 * 2**20
"""Most bytes of a manifest; one of 20,000 instances has about 4 MiB."""
MAX_OPENINGS = 200_000
"""Most objects and lists of a manifest: `{},` is three bytes on the wire and some hundred in memory."""
MANIFEST_BODY = {
    "requestBody": {
        "required": True,
        "description": "A delivery manifest; its JSON Schema ships with cmr-exchange.",
        "content": {"application/json": {"schema": {"type": "object"}}},
    }
}


class ShownProblem(Schema):
    """One problem of a delivery: code, sentence, who mends it and how, and what it is about."""

    code: str
    sentence: str
    mender: str
    how: str
    about: str


class DeliveryOut(Schema):
    """Where a delivery stands; `missing` lists the instances that are still to be sent while it is open."""

    id: uuid.UUID
    digest: str
    state: str
    missing: list[str]
    receipt: dict[str, Any] | None
    problems: list[ShownProblem]


class ReceiptKey(Schema):
    """The public half of the key that signs receipts: name as in the receipt, Ed25519 key in base 64."""

    registry_key: str
    algorithm: str
    public_key: str


@router.post(
    "/deliveries",
    response={200: DeliveryOut, **PROBLEMS},
    operation_id="open_delivery",
    openapi_extra=MANIFEST_BODY,
)
@door(Permission.DELIVER)
def open_delivery(request: HttpRequest) -> Any:
    """Open the delivery that a manifest announces; the same manifest again answers the same delivery."""
    principal = principal_of(request)
    try:
        manifest = DeliveryManifest.from_document(_json(request.body))
    except UnknownVersionError as error:
        raise ProblemRejected(422, "unknown_version", str(error)) from None
    except MalformedDocumentError as error:
        raise ProblemRejected(422, "malformed_document", str(error)) from None
    try:
        delivery = delivery_open(principal=principal, manifest=manifest)
    except DeliveryRejected as rejected:
        why = rejected.reason
        raise ProblemRejected(409, why.code, why.sentence, mender=why.mender.value, how=why.how) from None
    return delivery_document(delivery)


@router.get(
    "/deliveries/{uuid:delivery_id}",
    response={200: DeliveryOut, **PROBLEMS},
    operation_id="read_delivery",
)
@door(Permission.SEE_DELIVERIES)
def read_delivery(request: HttpRequest, delivery_id: uuid.UUID) -> Any:
    """Where a delivery stands: what is missing, its problems, and its receipt once it is accepted."""
    delivery = delivery_find(delivery_id)
    if delivery is None:
        raise Http404
    return delivery_document(delivery)


@router.get("/receipt-key", response=ReceiptKey, operation_id="read_receipt_key", auth=None)
@public_door("A public key is public; connectors pin it before they trust a receipt.")
def read_receipt_key(request: HttpRequest) -> Any:
    """The key that checks receipts."""
    signing = keyring().signing_key()
    public = signing.private_key.public_key().public_bytes_raw()
    return {
        "registry_key": signing.name,
        "algorithm": "Ed25519",
        "public_key": base64.b64encode(public).decode("ascii"),
    }


def _json(body: bytes) -> Any:
    """The document in a body.

    Raises:
        MalformedDocumentError: no JSON, nested too deeply, or made of far more parts than a manifest has.
    """
    if body.count(b"{") + body.count(b"[") > MAX_OPENINGS:
        raise MalformedDocumentError("manifest: more parts than a manifest has.")
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise MalformedDocumentError("manifest: not a JSON document.") from None
