"""Every write of the intake room: deliveries open, instances are verified and stored, deliveries close.

Acceptance, the worker's half, stands in `acceptance.py`. Re-sending anything is harmless (L7, contract rule 2).
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from cmr_dictionary.checks import Severity
from cmr_exchange.manifest import DeliveryManifest
from cmr_exchange.reasons import Reason, reason
from cmr_registry.accounts.errors import NotAllowedRejected
from cmr_registry.accounts.permissions import Permission
from cmr_registry.accounts.policy import Principal, can
from cmr_registry.audit.services import audited, denial_record, event_record
from cmr_registry.centers.models import Center
from cmr_registry.centers.selectors import center_by_code
from cmr_registry.centers.services import may_upload
from cmr_registry.exams.selectors import exam_by_pseudonym
from cmr_registry.exams.services import values_problems
from cmr_registry.intake.errors import DeliveryAbsentError, DeliveryRejected, DeliveryUnclosableError
from cmr_registry.intake.judging import Fate, Judged, look, refusal
from cmr_registry.intake.manifests import (
    manifest_put,
    plain_manifest,
)
from cmr_registry.intake.models import Delivery, RefusedInstance
from cmr_registry.intake.screening import manifest_refusal
from cmr_registry.intake.selectors import held_of_delivery, version_taken
from cmr_registry.intake.states import DeliveryState, DeliveryVia, require_step
from cmr_registry.intake.storing import Request, delivery_count, instances_settle, refused_row
from cmr_registry.lib.locks import transaction_lock
from cmr_registry.lib.log import event
from cmr_registry.lib.storage import StorageFullError
from cmr_registry.subjects.selectors import has_withdrawn


@dataclass(frozen=True, slots=True)
class StoredInstance:
    """An instance that is durably stored, now or already before."""

    sop_class_uid: str
    sop_instance_uid: str
    series_instance_uid: str
    study_instance_uid: str


@dataclass(frozen=True, slots=True)
class FailedInstance:
    """An instance that is not taken, and why; UIDs are empty where they could not be read."""

    sop_class_uid: str
    sop_instance_uid: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class StoreOutcome:
    """What became of the instances of one request."""

    stored: tuple[StoredInstance, ...]
    failed: tuple[FailedInstance, ...]


def delivery_open(*, principal: Principal, manifest: DeliveryManifest) -> Delivery:
    """Open the delivery that a manifest announces; the same manifest again gives the same delivery.

    Raises:
        NotAllowedRejected: the manifest names a center at which the caller may not deliver.
        DeliveryRejected: the agreement does not cover it, it holds text that may name a person, or another
            manifest of the exam came before with the same version.
    """
    center = center_by_code(manifest.center)
    if center is None or not can(principal, Permission.DELIVER, center.pk):
        denial_record(actor=principal.actor, action="delivery.open")
        raise NotAllowedRejected("Your key does not let you deliver for the center that the manifest names.")
    barred = may_upload(center, images=bool(manifest.series)) or manifest_refusal(manifest)
    if barred is None and has_withdrawn(center.pk, manifest.subject):
        barred = reason("subject_withdrawn")
    try:
        if barred is not None:
            raise DeliveryRejected(barred)
        return _delivery_open(principal, center, manifest)
    except DeliveryRejected:
        denial_record(actor=principal.actor, action="delivery.open", center=center.pk)
        raise


@audited
def _delivery_open(principal: Principal, center: Center, manifest: DeliveryManifest) -> Delivery:
    digest = manifest.digest()
    transaction_lock(f"exam {center.pk} {manifest.exam}")
    # The digest alone would read every delivery of the center: its index is partial, and SQLite cannot use that.
    ours = list(Delivery.objects.filter(center=center, exam_pseudonym=manifest.exam))
    known = [one for one in ours if one.digest == digest]
    if known:
        return known[0]
    exam = exam_by_pseudonym(center.pk, manifest.exam)
    is_older = exam is not None and exam.version > manifest.version
    if not is_older and version_taken(ours, manifest):
        raise DeliveryRejected(reason("version_taken"))
    facts = {
        "via": DeliveryVia.CONNECTOR.value,
        "state": DeliveryState.OPEN.value,
        "subject_pseudonym": manifest.subject,
        "study_instance_uid": manifest.study_instance_uid or "",
        "version": manifest.version,
        "contents": manifest.contents.value,
        "manifest_object": manifest_put(center.pk, manifest),
        "n_expected": sum(1 for _ in manifest.instances()),
        "problems": _value_problems(manifest),
        "opened_by": principal.actor,
    }
    delivery = Delivery(center=center, exam_pseudonym=manifest.exam, digest=digest, **facts)
    if not is_older:
        delivery_count(delivery, manifest)
    delivery.save(force_insert=True)
    if is_older:
        delivery_refuse(delivery, "superseded")
    _event(principal, "delivery.open", delivery, {"state": delivery.state, "n_expected": delivery.n_expected})
    event("delivery_opened", delivery=str(delivery.pk), state=delivery.state, n_expected=delivery.n_expected)
    return delivery


def instances_store(
    *,
    principal: Principal,
    delivery_id: uuid.UUID | None,
    instances: Sequence[bytes],
    center: Center | None = None,
    via: DeliveryVia = DeliveryVia.STOW,
) -> StoreOutcome:
    """Verify instances, store those that pass as one pack, and answer for each; durable on return.

    Nothing of an instance is written before it passed verification, and nothing but reason, size, time and
    sender remains of one that did not.

    Args:
        principal: who sends.
        delivery_id: the delivery that they belong to; None for plain STOW-RS, where one open delivery per
            center and study is made.
        instances: Part-10 bytes.
        center: whose images they are, where there is no delivery and the caller may deliver for several.
        via: how they came, where there is no delivery.

    Raises:
        DeliveryAbsentError: no such delivery at a center for which the caller may deliver.
        NotAllowedRejected: there is no one center for which the caller may deliver.
    """
    delivery = None if delivery_id is None else _delivery_for(principal, delivery_id)
    where = delivery.center if delivery else center or _only_center(principal)
    request = Request(principal, where, delivery, via)
    barred = may_upload(where)
    if barred is not None:
        _refuse_unseen(request, instances, barred)
        return StoreOutcome((), tuple(FailedInstance("", "", barred) for _ in instances))
    seen = [look(data) for data in instances]
    request.judged = [Judged(one, Fate.REFUSE, why) for one in seen if (why := refusal(one))]
    passed = [one for one in seen if not one.inspection.findings]
    try:
        instances_settle(request, passed)
    except StorageFullError:
        request.touched.clear()
        request.judged = [one for one in request.judged if not one.seen.sha256]
        request.judged += [Judged(one, Fate.REFUSE, reason("out_of_storage")) for one in passed]
        instances_settle(request, [])
    return _outcome(request)


def delivery_refuse(delivery: Delivery, code: str) -> None:
    """End a delivery as refused for a reason; part of an outer service, which leaves the event."""
    require_step(delivery.state, DeliveryState.REFUSED)
    delivery.state, delivery.ended_at = DeliveryState.REFUSED, timezone.now()
    delivery.problems = [*delivery.problems, {"code": code}]
    delivery.save(update_fields=["state", "ended_at", "problems"])


@audited
def delivery_close(*, delivery: Delivery, by: Principal) -> Delivery:
    """Close a delivery that came without a manifest, so that it can be accepted: by hand, or after quiet.

    Raises:
        DeliveryUnclosableError: it has a manifest, or is closed already.
    """
    row = Delivery.objects.select_for_update(of=("self",)).select_related("center").get(pk=delivery.pk)
    if row.digest or row.state != DeliveryState.OPEN:
        raise DeliveryUnclosableError("Only an open delivery without a manifest can be closed.")
    held = held_of_delivery(row)
    exam = exam_by_pseudonym(row.center_id, row.exam_pseudonym)
    if held:
        manifest = plain_manifest(
            center=row.center.code,
            subject=row.subject_pseudonym,
            exam=row.exam_pseudonym,
            version=exam.version if exam else 1,
            study=row.study_instance_uid,
            held=held,
        )
        row.digest, row.version = manifest.digest(), manifest.version
        row.manifest_object = manifest_put(row.center_id, manifest)
        row.n_expected = row.n_stored = len(held)
    if held or row.conflicts.exists():
        row.state = require_step(row.state, DeliveryState.COMPLETE if held else DeliveryState.CONFLICT)
        row.save()
    else:
        delivery_refuse(row, "superseded")
    _event(by, "delivery.close", row, {"n_expected": row.n_expected})
    event("delivery_closed", delivery=str(row.pk), n_expected=row.n_expected)
    return row


def _delivery_for(principal: Principal, pk: uuid.UUID) -> Delivery:
    delivery = Delivery.objects.filter(pk=pk).select_related("center").first()
    if delivery is None or not can(principal, Permission.DELIVER, delivery.center_id):
        raise DeliveryAbsentError("There is no such delivery.")
    return delivery


def _only_center(principal: Principal) -> Center:
    held = [pk for pk in principal.center_roles if can(principal, Permission.DELIVER, pk)]
    if len(held) != 1:
        raise NotAllowedRejected("Say for which center you deliver; your roles do not name exactly one.")
    return Center.objects.get(pk=held[0])


def _refuse_unseen(request: Request, instances: Sequence[bytes], why: Reason) -> None:
    rows = [refused_row(request, why, len(data)) for data in instances]
    RefusedInstance.objects.bulk_create(rows)
    denial_record(actor=request.principal.actor, action="instances.store", center=request.center.pk)


def _value_problems(manifest: DeliveryManifest) -> list[dict[str, str]]:
    return [
        {"code": "value_rejected", "item": problem.item, "detail": problem.sentence}
        for problem in values_problems(manifest.values, manifest.dictionary_version)
        if problem.severity is Severity.REJECT
    ]


def _outcome(request: Request) -> StoreOutcome:
    stored, failed = [], []
    for one in request.judged:
        read = one.seen.inspection
        if one.reason is None:
            stored.append(
                StoredInstance(
                    read.sop_class_uid,
                    read.sop_instance_uid,
                    read.series_instance_uid,
                    read.study_instance_uid,
                )
            )
        else:
            failed.append(FailedInstance(read.sop_class_uid, read.sop_instance_uid, one.reason))
    delivery = str(request.touched[0].pk) if len(request.touched) == 1 else ""
    event("instances_stored", delivery=delivery, n_stored=len(stored), n_failed=len(failed))
    return StoreOutcome(tuple(stored), tuple(failed))


def _event(by: Principal, action: str, delivery: Delivery, detail: dict[str, object]) -> None:
    event_record(
        actor=by.actor,
        action=action,
        center=delivery.center_id,
        target=f"delivery:{delivery.pk}",
        detail=detail,
    )
