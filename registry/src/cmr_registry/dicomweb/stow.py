"""STOW-RS: instances come in a stream, are handed to intake in batches, and are answered one by one (PS3.18 10.5).

Verification, durability and the right of the center to upload belong to `intake.services.instances_store`;
nothing is acknowledged here that it did not name as stored.
"""

import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from starlette.requests import Request
from starlette.responses import Response

from cmr_deid.errors import DeidRefusal
from cmr_deid.reading import read_source
from cmr_exchange.reasons import Reason, reason
from cmr_registry.accounts.policy import Principal
from cmr_registry.dicomweb.answers import dicom_json
from cmr_registry.dicomweb.ask import Ask
from cmr_registry.dicomweb.dicom_json import Attributes, element, to_xml
from cmr_registry.dicomweb.errors import (
    AbsentRejected,
    CrossSiteRejected,
    MalformedRejected,
    TooLargeRejected,
)
from cmr_registry.dicomweb.negotiation import DICOM_JSON, DICOM_XML, choose
from cmr_registry.dicomweb.parts import Part, PartReader
from cmr_registry.dicomweb.services import refusals_record
from cmr_registry.intake.errors import DeliveryAbsentError
from cmr_registry.intake.services import FailedInstance, StoredInstance, instances_store

DELIVERY_HEADER = "cmr-delivery"
LARGEST_INSTANCE = 512 * 2**20
MOST_INSTANCES = 20_000
BATCH_BYTES = 32 * 2**20
BATCH_INSTANCES = 64

InScope = Callable[[Callable[[], Any]], Awaitable[Any]]


@dataclass(slots=True)
class Outcome:
    """What became of every instance of one request."""

    stored: list[StoredInstance] = field(default_factory=list)
    failed: list[FailedInstance] = field(default_factory=list)

    @property
    def status(self) -> int:
        """200 all stored, 202 some, 409 none (PS3.18 table 10.5.3-1)."""
        if not self.failed:
            return 200
        return 202 if self.stored else 409


@dataclass(slots=True)
class _Batch:
    """Parts that arrived and are not yet stored."""

    parts: list[Part] = field(default_factory=list)
    size: int = 0

    def add(self, part: Part) -> None:
        """Keep a part."""
        self.parts.append(part)
        self.size += len(part.data)

    @property
    def is_full(self) -> bool:
        """True where memory or count say that it is time to store."""
        return self.size >= BATCH_BYTES or len(self.parts) >= BATCH_INSTANCES


async def store(ask: Ask, body: AsyncIterator[bytes], in_scope: InScope) -> Response:
    """Store the instances of a request.

    Args:
        ask: the request; `study` in the path demands that every instance belongs to it.
        body: chunks as they arrive.
        in_scope: runs a blocking call in a worker inside the center scope.

    Raises:
        RequestRejected: the request as a whole cannot be read; batches stored before stay stored, and sending
            them again is harmless.
    """
    media = choose(ask.accepts, (DICOM_JSON, DICOM_XML))
    reader = PartReader(ask.headers.get("content-type", ""), LARGEST_INSTANCE)
    delivery, study = _delivery_of(ask), ask.uid("study") if ask.has("study") else None
    outcome, batch, n_parts = Outcome(), _Batch(), 0

    async def flush() -> None:
        nonlocal batch
        full, batch = batch, _Batch()
        await in_scope(partial(_store_batch, outcome, full.parts, ask.principal, delivery, study))

    async for chunk in body:
        for part in reader.feed(chunk):
            n_parts += 1
            batch.add(part)
            if n_parts > MOST_INSTANCES:
                raise TooLargeRejected(f"At most {MOST_INSTANCES} instances are taken in one request.")
            if batch.is_full:
                await flush()
    for part in reader.close():
        batch.add(part)
    if batch.parts:
        await flush()
    return _answer(ask, outcome, media)


def require_own_page(request: Request) -> None:
    """A browser's session may store only from our own pages: Django's own test of origin and token.

    Raises:
        CrossSiteRejected: the token is missing or the origin is another.
    """
    shadow = HttpRequest()
    shadow.method = request.method
    shadow.COOKIES = dict(request.cookies)
    shadow.META = {"HTTP_" + name.upper().replace("-", "_"): value for name, value in request.headers.items()}
    shadow.META["SERVER_NAME"], shadow.META["SERVER_PORT"] = request.url.hostname, str(request.url.port or 80)
    guard = CsrfViewMiddleware(_passed)
    guard.process_request(shadow)
    if guard.process_view(shadow, _passed, (), {}) is not None:
        raise CrossSiteRejected("Send the token of the registry's own pages (X-CSRFToken), or use a key.")


def _passed(_: HttpRequest) -> HttpResponse:
    return HttpResponse()


def _delivery_of(ask: Ask) -> uuid.UUID | None:
    named = ask.headers.get(DELIVERY_HEADER)
    if named is None:
        return None
    try:
        return uuid.UUID(named)
    except ValueError:
        raise MalformedRejected("The header CMR-Delivery is no delivery id.") from None


def _store_batch(
    outcome: Outcome,
    parts: Sequence[Part],
    principal: Principal,
    delivery: uuid.UUID | None,
    study: str | None,
) -> None:
    """Runs in a worker: what can be refused by its frame alone is; intake judges the rest."""
    judged = [(part, _refusal(part, study)) for part in parts]
    refusals = [refusal for _, refusal in judged if refusal]
    if refusals:
        outcome.failed += [FailedInstance("", "", refusal) for refusal in refusals]
        refusals_record(principal=principal, reasons=refusals)
    good = [bytes(part.data) for part, refusal in judged if refusal is None]
    if not good:
        return
    try:
        result = instances_store(principal=principal, delivery_id=delivery, instances=good)
    except DeliveryAbsentError:
        raise AbsentRejected from None
    outcome.stored += result.stored
    outcome.failed += result.failed


def _refusal(part: Part, study: str | None) -> Reason | None:
    if part.too_large:
        return reason("too_large")
    if study is not None and _study_of(part) not in (study, None):
        return reason("other_study")
    return None


def _study_of(part: Part) -> str | None:
    """Study Instance UID, or None where the part cannot be read: intake then says why."""
    try:
        uid = read_source(bytes(part.data)).get("StudyInstanceUID")
    except DeidRefusal:
        return None
    return str(uid) if uid else None


def _answer(ask: Ask, outcome: Outcome, media: str) -> Response:
    document = _document(ask, outcome)
    if media == DICOM_XML:
        return Response(to_xml(document), outcome.status, media_type=DICOM_XML)
    return dicom_json(document, outcome.status)


def _document(ask: Ask, outcome: Outcome) -> Attributes:
    """The Store Instances Response Module (PS3.18 table 10.5.3-2)."""
    document: Attributes = {}
    studies = {stored.study_instance_uid for stored in outcome.stored}
    if len(studies) == 1:
        document |= element("RetrieveURL", f"{ask.root}/studies/{studies.pop()}")
    if outcome.stored:
        document |= element("ReferencedSOPSequence", *(_stored_item(ask, one) for one in outcome.stored))
    named = [one for one in outcome.failed if one.sop_class_uid and one.sop_instance_uid]
    unnamed = [one for one in outcome.failed if not (one.sop_class_uid and one.sop_instance_uid)]
    if named:
        document |= element("FailedSOPSequence", *(_reference(one) | _why(one.reason) for one in named))
    if unnamed:
        document |= element("OtherFailuresSequence", *(_why(one.reason) for one in unnamed))
    return document


def _reference(one: StoredInstance | FailedInstance) -> Attributes:
    return element("ReferencedSOPClassUID", one.sop_class_uid) | element(
        "ReferencedSOPInstanceUID", one.sop_instance_uid
    )


def _stored_item(ask: Ask, one: StoredInstance) -> Attributes:
    path = (
        f"studies/{one.study_instance_uid}/series/{one.series_instance_uid}/instances/{one.sop_instance_uid}"
    )
    return _reference(one) | element("RetrieveURL", f"{ask.root}/{path}")


def _why(why: Reason) -> Attributes:
    """Failure Reason with code and sentence; neither holds a value of the instance.

    Error Comment (0000,0902) carries `code: sentence`, in the place where other DICOMweb servers put theirs.
    """
    return element("FailureReason", why.dicom_status) | element("ErrorComment", f"{why.code}: {why.sentence}")
