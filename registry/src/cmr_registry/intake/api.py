"""Deliveries for machines: open one with a manifest, ask where it stands, fetch the key that checks receipts."""

import base64
import uuid
from typing import Any

from django.http import Http404, HttpRequest
from ninja import Router, Schema

from cmr_exchange.manifest import DeliveryManifest
from cmr_registry.accounts.doors import door, public_door
from cmr_registry.accounts.permissions import Permission
from cmr_registry.accounts.requests import principal_of
from cmr_registry.intake.errors import DeliveryRejected
from cmr_registry.intake.selectors import delivery_document, delivery_find
from cmr_registry.intake.services import delivery_open
from cmr_registry.lib.documents import PROBLEMS, document_body, read_document
from cmr_registry.lib.keyring import keyring
from cmr_registry.lib.problems import ProblemRejected

router = Router(tags=["deliveries"])
MAX_MANIFEST = 8 * 2**20
"""Most bytes of a manifest; one of 20,000 instances has about 4 MiB."""


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
    openapi_extra=document_body("A delivery manifest"),
)
@door(Permission.DELIVER)
def open_delivery(request: HttpRequest) -> Any:
    """Open the delivery that a manifest announces; the same manifest again answers the same delivery."""
    principal = principal_of(request)
    manifest = read_document(DeliveryManifest, request.body)
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
