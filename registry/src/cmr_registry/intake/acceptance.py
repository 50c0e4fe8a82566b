"""The worker's half of intake: a complete delivery becomes subject, study, exam and receipt in one transaction.

Until that transaction commits the exam is invisible; when it commits, the receipt stands with it (contract.md).
"""

import base64
import time
from datetime import UTC, datetime
from typing import Any, TypedDict

from django.utils import timezone

from cmr_exchange.manifest import DeliveryManifest
from cmr_exchange.receipt import Receipt
from cmr_exchange.versions import EXCHANGE_VERSION
from cmr_registry.accounts.policy import Principal
from cmr_registry.archive.models import Pack
from cmr_registry.archive.services import StudyPlan, instances_held, study_accept, study_lock, study_plan
from cmr_registry.audit.services import audited, event_record
from cmr_registry.exams.models import Examination
from cmr_registry.exams.selectors import exam_by_pseudonym
from cmr_registry.exams.services import exam_record
from cmr_registry.intake.errors import ConflictDecidedError, DeliveryIncompleteError
from cmr_registry.intake.models import Conflict, Delivery
from cmr_registry.intake.selectors import accepted_subject, manifest_of, packs_of_study
from cmr_registry.intake.services import delivery_refuse
from cmr_registry.intake.states import ConflictDecision, DeliveryState, DeliveryVia, require_step
from cmr_registry.lib.claims import Claim, ClaimLostError, claim_confirm, claim_next
from cmr_registry.lib.keyring import keyring
from cmr_registry.lib.log import event
from cmr_registry.subjects.models import Subject
from cmr_registry.subjects.selectors import has_withdrawn, subject_find
from cmr_registry.subjects.services import subject_ensure

WORKER = "job:intake"


class _Material(TypedDict):
    """What the archive composes a study from."""

    study_instance_uid: str
    packs: list[Pack]
    wanted: dict[str, str]
    facts: dict[str, dict[str, Any]]


def delivery_accept(*, delivery: Delivery, claim: Claim | None = None) -> Delivery:
    """Accept a complete delivery, or find the conflict or refusal that ends it; accepting twice changes nothing.

    Args:
        delivery: the delivery.
        claim: the worker's claim on it; taken here where none is handed in.

    Raises:
        ClaimLostError: another worker has it.
        DeliveryIncompleteError: something that was stored is gone; nothing changes.
    """
    if claim is None:
        claimed = claim_next(Delivery.objects.filter(pk=delivery.pk))
        if claimed is None:
            raise ClaimLostError("Another worker has this delivery.")
        delivery, claim = claimed
    started = time.monotonic()
    row = _delivery_settle(delivery, claim, _plan(delivery))
    elapsed = round(1000 * (time.monotonic() - started))
    event("delivery_settled", delivery=str(row.pk), state=row.state, n_expected=row.n_expected, ms=elapsed)
    return row


@audited
def conflict_decide(*, conflict: Conflict, decision: ConflictDecision, by: Principal) -> Conflict:
    """Decide a conflict. When none is left open, the delivery goes back to the worker or ends.

    Raises:
        ConflictDecidedError: it is decided, or the exam stands under another subject, where no byte can settle it.
    """
    delivery = Delivery.objects.select_for_update().get(pk=conflict.delivery_id)
    row = Conflict.objects.get(pk=conflict.pk)
    if row.decision:
        raise ConflictDecidedError("This conflict is decided already.")
    if row.reason == "subject_mismatch" and decision is not ConflictDecision.REFUSE:
        raise ConflictDecidedError("An exam of another subject can only be refused.")
    row.decision, row.decided_at, row.decided_by = decision.value, timezone.now(), by.actor
    row.save(update_fields=["decision", "decided_at", "decided_by"])
    if delivery.state == DeliveryState.CONFLICT:
        _go_on(delivery)
    event_record(
        actor=by.actor,
        action="conflict.decide",
        center=row.center_id,
        target=f"delivery:{delivery.pk}",
        detail={"reason": row.reason, "decision": decision.value},
    )
    return row


def _go_on(delivery: Delivery) -> None:
    """A delivery whose conflicts are all decided ends, or is complete again."""
    decisions = set(delivery.conflicts.values_list("decision", flat=True))
    if ConflictDecision.REFUSE.value in decisions:
        reasons = delivery.conflicts.filter(decision=ConflictDecision.REFUSE.value)
        delivery_refuse(delivery, reasons.values_list("reason", flat=True)[0])
    elif "" not in decisions and delivery.digest:
        delivery.state = require_step(delivery.state, DeliveryState.COMPLETE)
        delivery.save(update_fields=["state"])
    elif "" not in decisions:
        delivery_refuse(delivery, "same_uid_other_bytes")


def _plan(delivery: Delivery) -> StudyPlan | None:
    """Compose the study's new objects before the transaction, so that no lock is held meanwhile."""
    if not delivery.study_instance_uid:
        return None
    row = Delivery.objects.get(pk=delivery.pk)
    if row.state != DeliveryState.COMPLETE or row.conflicts.filter(decision="").exists():
        return None
    manifest = manifest_of(row)
    if has_withdrawn(row.center_id, manifest.subject):
        return None
    exam = exam_by_pseudonym(row.center_id, manifest.exam)
    if _known_subject(row, manifest, exam) not in ("", manifest.subject):
        return None
    return study_plan(center_id=row.center_id, **_material(row, manifest))


@audited
def _delivery_settle(delivery: Delivery, claim: Claim, plan: StudyPlan | None) -> Delivery:
    # center and study of a delivery never change, so the row in hand names the lock
    study_lock(center_id=delivery.center_id, study_instance_uid=delivery.study_instance_uid)
    row = Delivery.objects.select_for_update(of=("self",)).select_related("center").get(pk=claim.pk)
    if row.state == DeliveryState.COMPLETE:
        manifest = manifest_of(row)
        exam = exam_by_pseudonym(row.center_id, manifest.exam)
        subject = subject_find(row.center_id, manifest.subject)
        if exam is not None and exam.version > manifest.version:
            delivery_refuse(row, "superseded")
        elif subject is not None and subject.withdrawn_at is not None:
            delivery_refuse(row, "subject_withdrawn")
        elif _is_in_conflict(row, manifest, exam):
            row.state = require_step(row.state, DeliveryState.CONFLICT)
            row.save(update_fields=["state"])
        else:
            _accept(row, manifest, subject, plan)
        event_record(
            actor=WORKER,
            action="delivery.accept",
            center=row.center_id,
            target=f"delivery:{row.pk}",
            detail={"state": row.state, "version": row.version, "n_instances": row.n_expected},
        )
    claim_confirm(claim)
    return row


def _is_in_conflict(row: Delivery, manifest: DeliveryManifest, exam: Examination | None) -> bool:
    """Note a conflict of subject or bytes; True while any conflict of the delivery is undecided."""
    if _known_subject(row, manifest, exam) not in ("", manifest.subject):
        _note(row, "subject_mismatch")
    return row.conflicts.filter(decision="").exists()


def _known_subject(row: Delivery, manifest: DeliveryManifest, exam: Examination | None) -> str:
    """The subject under which exam or study is accepted; empty where both are new."""
    if exam is not None:
        return exam.subject.pseudonym
    if not manifest.study_instance_uid:
        return ""
    return accepted_subject(row.center_id, manifest.study_instance_uid)


def _note(row: Delivery, code: str) -> None:
    _, made = Conflict.objects.get_or_create(
        center_id=row.center_id,
        delivery=row,
        sop_instance_uid="",
        offered_sha256="",
        defaults={"reason": code},
    )
    if made:
        row.problems = [*row.problems, {"code": code}]
        row.save(update_fields=["problems"])


def _accept(row: Delivery, manifest: DeliveryManifest, known: Subject | None, plan: StudyPlan | None) -> None:
    at = datetime.now(UTC).replace(microsecond=0)
    subject = known or subject_ensure(center=row.center, pseudonym=manifest.subject, actor=WORKER)
    study = None
    if manifest.study_instance_uid:
        study = study_accept(subject=subject, at=at, plan=plan, **_material(row, manifest))
    exam_record(
        subject=subject,
        manifest=manifest,
        imaging_study=study,
        at=at,
        actor=WORKER,
        is_stated=row.via == DeliveryVia.CONNECTOR,
    )
    row.receipt = _receipt(row, manifest, at).to_document()
    row.state, row.ended_at = require_step(row.state, DeliveryState.ACCEPTED), at
    row.save(update_fields=["receipt", "state", "ended_at"])


def _material(row: Delivery, manifest: DeliveryManifest) -> _Material:
    """Every listed instance with the hash that is held; of a decided conflict the stored bytes count.

    Raises:
        DeliveryIncompleteError: an instance is not held.
    """
    study = manifest.study_instance_uid or ""
    held = instances_held(center_id=row.center_id, study_instance_uid=study)
    settled = set(row.conflicts.values_list("sop_instance_uid", flat=True))
    for entry in manifest.instances():
        stored = held.get(entry.sop_instance_uid)
        if stored is None or (stored != entry.sha256 and entry.sop_instance_uid not in settled):
            raise DeliveryIncompleteError("A stored instance of the delivery cannot be found.")
    return _Material(
        study_instance_uid=study,
        packs=packs_of_study(row.center_id, study),
        wanted={entry.sop_instance_uid: held[entry.sop_instance_uid] for entry in manifest.instances()},
        facts={series.series_instance_uid: series.facts.to_document() for series in manifest.series},
    )


def _receipt(row: Delivery, manifest: DeliveryManifest, at: datetime) -> Receipt:
    signing = keyring().signing_key()
    unsigned = Receipt(
        exchange_version=EXCHANGE_VERSION,
        delivery=row.digest,
        center=manifest.center,
        exam=manifest.exam,
        version=manifest.version,
        n_instances=row.n_expected,
        n_bytes=sum(entry.size for entry in manifest.instances()),
        accepted_at=at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        registry_key=signing.name,
    )
    signature = signing.private_key.sign(unsigned.signed_bytes())
    document = unsigned.to_document() | {"signature": base64.b64encode(signature).decode("ascii")}
    return Receipt.from_document(document)
