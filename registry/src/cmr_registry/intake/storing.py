"""How the verified instances of one request reach their packs: in one transaction, durable when it commits.

The internals of `services.instances_store`. The study is locked first, so that two requests about it follow one
another and no conflict slips between them.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import F
from django.utils import timezone

from cmr_exchange.manifest import DeliveryManifest
from cmr_exchange.reasons import REASONS, Reason, reason
from cmr_registry.accounts.policy import Principal
from cmr_registry.archive.services import NewInstance, instances_held, pack_store, study_lock
from cmr_registry.audit.services import audited, event_record
from cmr_registry.centers.models import Center
from cmr_registry.exams.selectors import exam_by_study
from cmr_registry.intake.judging import Fate, Judged, Seen, judge
from cmr_registry.intake.manifests import entries_of, manifest_get, plain_exam_pseudonym
from cmr_registry.intake.models import Conflict, Delivery, RefusedInstance
from cmr_registry.intake.selectors import missing_of, plain_subject
from cmr_registry.intake.states import DeliveryState, DeliveryVia, require_step


@dataclass(slots=True)
class Request:
    """One request on its way: who sends what for whom, and what became of each instance so far."""

    principal: Principal
    center: Center
    delivery: Delivery | None
    via: DeliveryVia
    judged: list[Judged] = field(default_factory=list)
    touched: list[Delivery] = field(default_factory=list)


@audited
def instances_settle(request: Request, passed: Sequence[Seen]) -> None:
    """Store, keep apart and remember refusals in one transaction; its packs are durable before it commits."""
    if request.delivery is not None:
        _settle_listed(request, request.delivery, passed)
    else:
        for study in sorted({one.inspection.study_instance_uid for one in passed}):
            _settle_plain(
                request, study, [one for one in passed if one.inspection.study_instance_uid == study]
            )
    refused = [one for one in request.judged if one.fate is Fate.REFUSE and one.reason]
    RefusedInstance.objects.bulk_create(
        [refused_row(request, one.reason, one.seen.size) for one in refused if one.reason]
    )
    fates = Counter(one.fate.value for one in request.judged)
    codes = Counter(one.reason.code for one in refused if one.reason)
    target = f"delivery:{request.touched[0].pk}" if len(request.touched) == 1 else ""
    event_record(
        actor=request.principal.actor,
        action="instances.store",
        center=request.center.pk,
        target=target,
        detail={**fates, "reasons": dict(codes)},
    )


def _settle_listed(request: Request, delivery: Delivery, passed: Sequence[Seen]) -> None:
    """Instances of a delivery with a manifest, or of an open one whose manifest is not yet made."""
    study_lock(center_id=delivery.center_id, study_instance_uid=delivery.study_instance_uid)
    row = Delivery.objects.select_for_update(of=("self",)).get(pk=delivery.pk)
    manifest = manifest_get(row.center_id, row.digest, row.manifest_object) if row.digest else None
    held = instances_held(center_id=row.center_id, study_instance_uid=row.study_instance_uid)
    judged = judge(
        passed,
        subject=row.subject_pseudonym,
        study=row.study_instance_uid,
        entries=entries_of(manifest) if manifest else None,
        held=held,
    )
    if row.state != DeliveryState.OPEN:
        judged = [_too_late(row, one) for one in judged]
    _keep(request, row, judged)
    if row.state == DeliveryState.OPEN and manifest is not None:
        delivery_advance(row, manifest)


def _settle_plain(request: Request, study: str, passed: Sequence[Seen]) -> None:
    """Instances of one study that came without a delivery."""
    study_lock(center_id=request.center.pk, study_instance_uid=study)
    held = instances_held(center_id=request.center.pk, study_instance_uid=study)
    subject = plain_subject(request.center.pk, study) or passed[0].inspection.patient_id
    judged = judge(passed, subject=subject, study=study, entries=None, held=held)
    if not any(one.fate in (Fate.STORE, Fate.APART) for one in judged):
        request.judged += judged
        return
    facts = {
        "via": request.via.value,
        "subject_pseudonym": subject,
        "exam_pseudonym": _exam_pseudonym(request.center, study),
        "contents": "images_only",
        "opened_by": request.principal.actor,
    }
    row, _ = Delivery.objects.select_for_update().get_or_create(
        center=request.center,
        study_instance_uid=study,
        digest="",
        state=DeliveryState.OPEN.value,
        defaults=facts,
    )
    _keep(request, row, judged)


def _keep(request: Request, row: Delivery, judged: Sequence[Judged]) -> None:
    """Write what is to be stored as one pack, and each conflicting instance as a pack of its own."""
    request.judged += judged
    request.touched.append(row)
    fresh = [one.seen for one in judged if one.fate is Fate.STORE]
    if fresh:
        pack_store(center_id=row.center_id, holder=row.pk, instances=[_new(one) for one in fresh])
    for one in judged:
        if one.fate is Fate.APART:
            _keep_apart(row, one.seen)
    Delivery.objects.filter(pk=row.pk).update(
        n_stored=F("n_stored") + len(fresh),
        n_bytes=F("n_bytes") + sum(one.size for one in fresh),
        last_activity_at=timezone.now(),
    )
    row.refresh_from_db()


def _keep_apart(row: Delivery, seen: Seen) -> None:
    sop, held = (
        seen.inspection.sop_instance_uid,
        instances_held(center_id=row.center_id, study_instance_uid=seen.inspection.study_instance_uid),
    )
    conflict, made = Conflict.objects.get_or_create(
        center_id=row.center_id,
        delivery=row,
        sop_instance_uid=sop,
        offered_sha256=seen.sha256,
        defaults={"reason": "same_uid_other_bytes", "stored_sha256": held.get(sop, "")},
    )
    if made:
        pack = pack_store(center_id=row.center_id, holder=conflict.pk, instances=[_new(seen)], is_apart=True)
        conflict.pack = pack.pk
        conflict.save(update_fields=["pack"])
        row.problems = [*row.problems, {"code": "same_uid_other_bytes", "sop_instance_uid": sop}]
        row.save(update_fields=["problems"])


def delivery_advance(delivery: Delivery, manifest: DeliveryManifest) -> None:
    """Recount what is stored, and write it down."""
    delivery_count(delivery, manifest)
    delivery.save(update_fields=["n_stored", "n_bytes", "state"])


def delivery_count(delivery: Delivery, manifest: DeliveryManifest) -> None:
    """Say what is stored; a delivery that misses nothing is complete. Writes nothing."""
    missing = missing_of(delivery, manifest)
    total = sum(entry.size for entry in manifest.instances() if entry.sop_instance_uid not in missing)
    delivery.n_stored, delivery.n_bytes = delivery.n_expected - len(missing), total
    if not missing:
        delivery.state = require_step(delivery.state, DeliveryState.COMPLETE)


def _too_late(row: Delivery, one: Judged) -> Judged:
    """What a settled delivery answers: what is held is held, everything else comes too late."""
    if one.fate in (Fate.HELD, Fate.REFUSE):
        return one
    codes = [problem["code"] for problem in row.problems if problem["code"] in REASONS]
    return Judged(one.seen, Fate.REFUSE, reason(codes[-1] if codes else "not_in_manifest"))


def _exam_pseudonym(center: Center, study: str) -> str:
    exam = exam_by_study(center.pk, study)
    return exam.pseudonym if exam else plain_exam_pseudonym(center.pk, study)


def refused_row(request: Request, why: Reason, size: int) -> RefusedInstance:
    """All that remains of a refused instance."""
    return RefusedInstance(
        center_id=request.center.pk, reason=why.code, size=size, actor=request.principal.actor
    )


def _new(seen: Seen) -> NewInstance:
    read = seen.inspection
    return NewInstance(
        study_instance_uid=read.study_instance_uid,
        series_instance_uid=read.series_instance_uid,
        sop_instance_uid=read.sop_instance_uid,
        sop_class_uid=read.sop_class_uid,
        transfer_syntax_uid=read.transfer_syntax_uid,
        sha256=seen.sha256,
        data=seen.data,
    )
