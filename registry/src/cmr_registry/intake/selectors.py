"""Reads of the intake room; the open center scope decides whose deliveries there are."""

import datetime
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, QuerySet

from cmr_exchange.manifest import DeliveryManifest
from cmr_exchange.reasons import REASONS, Reason
from cmr_registry.archive.models import ImagingStudy, Pack
from cmr_registry.archive.services import instances_held, pack_listing
from cmr_registry.exams.models import Examination
from cmr_registry.intake.manifests import HeldInstance, manifest_get
from cmr_registry.intake.models import Conflict, Delivery, RefusedInstance
from cmr_registry.intake.states import SETTLED, DeliveryState, DeliveryVia
from cmr_registry.subjects.selectors import withdrawn_of


@dataclass(frozen=True, slots=True)
class ShownProblem:
    """One problem of a delivery as people read it (L4).

    Attributes:
        code: stable code of `cmr_exchange.reasons`.
        sentence: what is wrong.
        mender: who can mend it.
        how: what that person does.
        about: instance UID or dictionary item; empty where it is the whole delivery.
    """

    code: str
    sentence: str
    mender: str
    how: str
    about: str


@dataclass(frozen=True, slots=True)
class RefusalCount:
    """How many instances of a center were refused for one reason, and when the last one was."""

    reason: Reason
    n: int
    last_at: datetime.datetime


def delivery_list(*, show: str = "") -> QuerySet[Delivery]:
    """Deliveries of the open scope, newest first, with their center; none of a subject who withdrew.

    Args:
        show: a state, `problems` for those that have any, empty for all.
    """
    gone = withdrawn_of(OuterRef("center"), OuterRef("subject_pseudonym"))
    deliveries = Delivery.objects.exclude(Exists(gone)).select_related("center").order_by("-opened_at", "id")
    if show == "problems":
        return deliveries.exclude(problems=[]).exclude(problems=[{"code": "superseded"}])
    return deliveries.filter(state=show) if show else deliveries


def deliveries_open_of(center: uuid.UUID, studies: Iterable[str]) -> list[Delivery]:
    """The open deliveries without a manifest of these studies of a center."""
    rows = Delivery.objects.filter(center_id=center, study_instance_uid__in=list(studies), digest="")
    return list(rows.filter(state=DeliveryState.OPEN.value).order_by("opened_at", "id"))


def delivery_find(pk: uuid.UUID) -> Delivery | None:
    """The delivery with this id in the open scope."""
    return delivery_list().filter(pk=pk).first()


def exam_of(delivery: Delivery) -> Examination | None:
    """The exam that a delivery states, where it is the newest version that was accepted; else None."""
    if delivery.state != DeliveryState.ACCEPTED:
        return None
    stated = Examination.objects.filter(center=delivery.center_id, pseudonym=delivery.exam_pseudonym)
    return stated.filter(version=delivery.version).select_related("subject", "center").first()


def deliveries_of_exam(center: uuid.UUID, exam_pseudonym: str) -> QuerySet[Delivery]:
    """All deliveries of one exam of one center, newest first."""
    return delivery_list().filter(center_id=center, exam_pseudonym=exam_pseudonym)


def delivery_document(delivery: Delivery) -> dict[str, Any]:
    """What the API says about a delivery: id, digest, state, what is missing, receipt, problems in words."""
    missing: list[str] = []
    if delivery.state == DeliveryState.OPEN and delivery.digest:
        missing = sorted(missing_of(delivery, manifest_of(delivery)))
    return {
        "id": str(delivery.pk),
        "digest": delivery.digest,
        "state": delivery.state,
        "missing": missing,
        "receipt": delivery.receipt,
        "problems": [
            {"code": p.code, "sentence": p.sentence, "mender": p.mender, "how": p.how, "about": p.about}
            for p in delivery_problems(delivery)
        ],
    }


def delivery_problems(delivery: Delivery) -> tuple[ShownProblem, ...]:
    """The problems of a delivery in words."""
    return tuple(_shown(problem) for problem in delivery.problems)


def version_taken(of_exam: Iterable[Delivery], manifest: DeliveryManifest) -> bool:
    """True where a connector announced this version of the exam with another manifest that was not refused.

    A connector counts on with every manifest; a number that comes twice means that it lost its state.

    Args:
        of_exam: all deliveries of the exam.
        manifest: what is announced now.
    """
    digest = manifest.digest()
    return any(
        one.version == manifest.version
        and one.via == DeliveryVia.CONNECTOR
        and one.digest != digest
        and one.state != DeliveryState.REFUSED
        for one in of_exam
    )


def manifest_of(delivery: Delivery) -> DeliveryManifest:
    """The manifest of a delivery that has one."""
    return manifest_get(delivery.center_id, delivery.digest, delivery.manifest_object)


def missing_of(delivery: Delivery, manifest: DeliveryManifest) -> frozenset[str]:
    """SOP Instance UIDs that the manifest lists and that are neither held nor kept apart."""
    if not manifest.study_instance_uid:
        return frozenset()
    held = instances_held(center_id=delivery.center_id, study_instance_uid=manifest.study_instance_uid)
    apart = set(delivery.conflicts.values_list("sop_instance_uid", "offered_sha256"))
    return frozenset(
        entry.sop_instance_uid
        for entry in manifest.instances()
        if held.get(entry.sop_instance_uid) != entry.sha256
        and (entry.sop_instance_uid, entry.sha256) not in apart
    )


def packs_of_study(center: uuid.UUID, study_instance_uid: str) -> list[Pack]:
    """Packs of all deliveries of a study, oldest first; what is kept apart is not among them."""
    of_study = Pack.objects.filter(center_id=center, study_instance_uid=study_instance_uid, is_apart=False)
    return list(of_study.order_by("stored_at", "id"))


def held_of_delivery(delivery: Delivery) -> list[HeldInstance]:
    """What the packs of one delivery hold."""
    packs: Iterable[Pack] = Pack.objects.filter(holder=delivery.pk).order_by("stored_at", "id")
    return [
        HeldInstance(one.series_instance_uid, one.sop_instance_uid, one.sha256, one.size)
        for pack in packs
        for one in pack_listing(pack)
    ]


def accepted_subject(center: uuid.UUID, study_instance_uid: str) -> str:
    """Pseudonym of the subject of an accepted study; empty where it is not accepted."""
    study = ImagingStudy.everything.filter(center_id=center, study_instance_uid=study_instance_uid)
    return study.values_list("subject__pseudonym", flat=True).first() or ""


def plain_subject(center: uuid.UUID, study_instance_uid: str) -> str:
    """The subject under which a study is known, accepted or on its way; empty for a new study."""
    coming = Delivery.objects.filter(center_id=center, study_instance_uid=study_instance_uid)
    open_ones = coming.exclude(state=DeliveryState.REFUSED.value).order_by("opened_at", "id")
    known = open_ones.values_list("subject_pseudonym", flat=True).first()
    return accepted_subject(center, study_instance_uid) or known or ""


def conflicts_open() -> QuerySet[Conflict]:
    """Conflicts that wait for a decision, oldest first."""
    gone = withdrawn_of(OuterRef("center"), OuterRef("delivery__subject_pseudonym"))
    waiting = Conflict.objects.filter(decision="").exclude(Exists(gone))
    return waiting.select_related("delivery", "center").order_by("noted_at", "id")


def refusals_since(since: datetime.datetime) -> list[RefusalCount]:
    """Refused instances of the open scope by reason, most frequent first."""
    rows = (
        RefusedInstance.objects.filter(at__gte=since)
        .values("reason")
        .annotate(n=Count("pk"), last_at=Max("at"))
        .order_by("-n", "reason")
    )
    return [RefusalCount(REASONS[row["reason"]], row["n"], row["last_at"]) for row in rows]


def deliveries_with_problems() -> QuerySet[Delivery]:
    """Deliveries that a person should look at, newest first; one that a newer version replaced is none."""
    return delivery_list(show="problems")


def deliveries_silent(before: datetime.datetime) -> QuerySet[Delivery]:
    """Open deliveries of which nothing arrived since `before`."""
    still = Delivery.objects.filter(state=DeliveryState.OPEN.value)
    return still.filter(last_activity_at__lt=before).order_by("last_activity_at", "id")


def last_delivery_times() -> dict[uuid.UUID, datetime.datetime]:
    """Per center of the open scope, when something of a delivery last arrived."""
    rows = Delivery.objects.order_by().values("center_id").annotate(at=Max("last_activity_at"))
    return {row["center_id"]: row["at"] for row in rows}


def refusals_by_center(since: datetime.datetime) -> list[dict[str, Any]]:
    """Refused instances by center and reason.

    Rows: `center_id`, `center__name`, `center__time_zone`, `reason`, `n`, `last_at`.
    """
    recent = RefusedInstance.objects.filter(at__gte=since)
    grouped = recent.values("center_id", "center__name", "center__time_zone", "reason")
    counted = grouped.annotate(n=Count("pk"), last_at=Max("at")).order_by("center__name", "-n", "reason")
    return [dict(row) for row in counted]


def deliveries_to_accept() -> QuerySet[Delivery]:
    """Complete deliveries, those tried least often first."""
    complete = Delivery.objects.filter(state=DeliveryState.COMPLETE.value)
    return complete.order_by("claim_token", "last_activity_at", "id")


def deliveries_running_of(center: uuid.UUID, subject_pseudonym: str) -> QuerySet[Delivery]:
    """Deliveries of one subject that are not settled."""
    running = Delivery.objects.exclude(state__in=[state.value for state in SETTLED])
    return running.filter(center_id=center, subject_pseudonym=subject_pseudonym)


def deliveries_gone_quiet(before: datetime.datetime) -> QuerySet[Delivery]:
    """Open deliveries without a manifest in which nothing happened since `before`."""
    plain = Delivery.objects.filter(state=DeliveryState.OPEN.value, digest="")
    return plain.filter(last_activity_at__lt=before).order_by("last_activity_at", "id")


def _shown(problem: dict[str, str]) -> ShownProblem:
    why = REASONS.get(problem["code"])
    return ShownProblem(
        code=problem["code"],
        sentence=problem.get("detail") or (why.sentence if why else ""),
        mender=why.mender.value if why else "",
        how=why.how if why else "",
        about=problem.get("sop_instance_uid") or problem.get("item", ""),
    )
