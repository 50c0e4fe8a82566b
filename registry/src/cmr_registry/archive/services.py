"""Every write of the archive: packs are stored, packs become segments of series.

Objects are durable before a row names them, rows stand in the caller's transaction, and objects are deleted
only after that transaction committed. A crash anywhere leaves orphan objects at most.
"""

import functools
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from cmr_registry.archive.describing import (
    modality_of,
    series_attributes,
    study_attributes,
    text_of,
    votes_document,
)
from cmr_registry.archive.errors import SubjectMismatchError
from cmr_registry.archive.indexing import hashes_of, study_indexes
from cmr_registry.archive.models import ImagingStudy, Pack, Segment, Series
from cmr_registry.archive.objects import object_put, objects_drop
from cmr_registry.archive.packs import (
    INSTANCE,
    MAGIC,
    ListedInstance,
    NewInstance,
    listing_encode,
    pack_listing,
)
from cmr_registry.archive.places import places_make
from cmr_registry.archive.plans import Facts, PlannedSeries, StudyPlan, study_base, study_plan
from cmr_registry.lib.locks import transaction_lock
from cmr_registry.subjects.models import Subject

__all__ = [
    "ListedInstance",
    "NewInstance",
    "StudyPlan",
    "instances_held",
    "pack_listing",
    "pack_store",
    "study_accept",
    "study_lock",
    "study_plan",
]


def pack_store(
    *, center_id: uuid.UUID, holder: uuid.UUID, instances: Sequence[NewInstance], is_apart: bool = False
) -> Pack:
    """Store verified instances of one study as one object, durable on return, and its row.

    Args:
        center_id: whose instances they are.
        holder: id of their delivery, or of the conflict that keeps them apart.
        instances: at least one, all of one study.
        is_apart: they are kept apart: never counted as held, never composed.

    Raises:
        ValueError: no instance, or instances of several studies: a programming error.
        StorageFullError: there is no room; nothing was stored.
        StorageError: the store failed; nothing may be taken as stored.
    """
    studies = {one.study_instance_uid for one in instances}
    if len(studies) != 1:
        raise ValueError("A pack holds instances of exactly one study.")
    (study_uid,) = studies
    places = places_make(center_id, study_uid, {one.series_instance_uid for one in instances})
    parts, rows, offset = [MAGIC], [], len(MAGIC)
    for one in instances:
        box = places[one.series_instance_uid].seal(INSTANCE, one.sop_instance_uid, one.data)
        rows.append(_listed(one, offset, len(box)))
        parts.append(box)
        offset += len(box)
    stored = object_put(center_id, b"".join(parts))
    return Pack.objects.create(
        center_id=center_id,
        holder=holder,
        study_instance_uid=study_uid,
        is_apart=is_apart,
        object_name=stored.name,
        stored_sha256=stored.sha256,
        n_bytes=stored.n_bytes,
        n_instances=len(rows),
        listing=listing_encode(rows),
    )


def study_lock(*, center_id: uuid.UUID, study_instance_uid: str) -> None:
    """Let one transaction at a time store into, or accept, this study."""
    transaction_lock(f"study {center_id} {study_instance_uid}")


def instances_held(*, center_id: uuid.UUID, study_instance_uid: str) -> dict[str, str]:
    """SOP Instance UID -> received SHA-256 of every durable instance of a study: accepted, or in a pack.

    What is kept apart is not held. Where an instance is held twice, the accepted one counts, else the older.
    """
    held = hashes_of(study_indexes(center_id, study_instance_uid).values())
    for pack in _packs_of(center_id, study_instance_uid):
        for row in pack_listing(pack):
            held.setdefault(row.sop_instance_uid, row.sha256)
    return held


@transaction.atomic
def study_accept(
    *,
    subject: Subject,
    study_instance_uid: str,
    packs: Sequence[Pack],
    wanted: Mapping[str, str],
    facts: Facts,
    at: datetime,
    plan: StudyPlan | None = None,
) -> ImagingStudy:
    """Accept what is wanted of these packs into the study; accepting again changes nothing.

    Packs that hold nothing but accepted instances are deleted, their objects after the commit; a pack with
    anything else in it stays. Late instances become a new segment of their series.

    Args:
        subject: whose study it is; its center is the study's.
        study_instance_uid: the study.
        packs: where the instances are; one that is gone by now is no error.
        wanted: SOP Instance UID -> received SHA-256 of what the manifest lists.
        facts: acquisition facts by Series Instance UID.
        at: time of acceptance.
        plan: what `study_plan` made of the same arguments before the transaction, so that no lock is held
            while objects are written; made anew where the study changed since.

    Raises:
        SubjectMismatchError: the study is stored under another subject.
        InstanceMissingError: a wanted instance is nowhere.
        ConflictingBytesError: one is already accepted with other bytes.
        StoredBytesDamagedError: a pack or index is damaged.
        StorageError: the store failed.
    """
    center_id = subject.center_id
    study_lock(center_id=center_id, study_instance_uid=study_instance_uid)
    standing = [
        pack for pack in _packs_of(center_id, study_instance_uid) if pack.pk in {one.pk for one in packs}
    ]
    if plan is None or plan.base != study_base(center_id, study_instance_uid):
        plan = study_plan(
            center_id=center_id,
            study_instance_uid=study_instance_uid,
            packs=standing,
            wanted=wanted,
            facts=facts,
        )
    study, _ = ImagingStudy.objects.get_or_create(
        center_id=center_id,
        study_instance_uid=study_instance_uid,
        defaults={"subject": subject, "accepted_at": at},
    )
    if study.subject_id != subject.pk:
        raise SubjectMismatchError("The study is already stored under another subject.")
    for planned in plan.series:
        _series_write(study, planned)
    _study_write(study, subject, plan, at)
    _packs_drop(standing, plan.held)
    return study


def _listed(one: NewInstance, offset: int, length: int) -> ListedInstance:
    return ListedInstance(
        study_instance_uid=one.study_instance_uid,
        series_instance_uid=one.series_instance_uid,
        sop_instance_uid=one.sop_instance_uid,
        sop_class_uid=one.sop_class_uid,
        transfer_syntax_uid=one.transfer_syntax_uid,
        sha256=one.sha256,
        size=len(one.data),
        offset=offset,
        length=length,
    )


def _packs_of(center_id: uuid.UUID, study_uid: str) -> list[Pack]:
    rows = Pack.objects.filter(center_id=center_id, study_instance_uid=study_uid, is_apart=False)
    return list(rows.order_by("stored_at", "id"))


def _series_write(study: ImagingStudy, planned: PlannedSeries) -> None:
    metadata, recognition = planned.instances[0].metadata, planned.recognition
    values = {
        "number": planned.instances[0].number("00200011"),
        "description": text_of(metadata, "0008103E", 64),
        "modality": modality_of(metadata),
        "attributes": series_attributes(
            metadata=metadata, series_uid=planned.series_instance_uid, n_instances=len(planned.instances)
        ),
        "kind": recognition.kind.value,
        "view": recognition.view.value,
        "recognition": votes_document(recognition),
        "facts": planned.facts,
        "n_positions": recognition.n_positions,
        "n_phases": recognition.n_phases,
        "n_instances": len(planned.instances),
        "n_bytes": sum(one.size for one in planned.instances),
    }
    if planned.thumbnail is not None:
        values |= {"thumbnail_object": planned.thumbnail.name, "thumbnail_sha256": planned.thumbnail.sha256}
    series, _ = Series.objects.update_or_create(
        center_id=study.center_id,
        study=study,
        series_instance_uid=planned.series_instance_uid,
        defaults=values,
    )
    Segment.objects.bulk_create(
        Segment(
            center_id=study.center_id,
            series=series,
            ordinal=segment.instances[0].segment_ordinal,
            object_name=segment.stored.name,
            stored_sha256=segment.stored.sha256,
            index_object_name=segment.index.name,
            index_sha256=segment.index.sha256,
            n_bytes=segment.stored.n_bytes,
            n_instances=len(segment.instances),
        )
        for segment in planned.segments
    )


def _study_write(study: ImagingStudy, subject: Subject, plan: StudyPlan, at: datetime) -> None:
    if not plan.series:
        return
    instances = [one for series in plan.series for one in series.instances]
    metadata = instances[0].metadata
    date = text_of(metadata, "00080020", 8)
    study.study_date = date if len(date) == 8 and date.isdigit() else ""
    study.n_series, study.n_instances = len(plan.series), len(instances)
    study.n_bytes = sum(one.size for one in instances)
    study.attributes = study_attributes(
        metadata=metadata,
        study_uid=study.study_instance_uid,
        pseudonym=subject.pseudonym,
        modalities=(modality_of(series.instances[0].metadata) for series in plan.series),
        n_series=study.n_series,
        n_instances=study.n_instances,
    )
    if any(series.segments for series in plan.series):
        study.accepted_at = at
    study.save()


def _packs_drop(packs: Sequence[Pack], held: Mapping[str, str]) -> None:
    emptied = [
        pack
        for pack in packs
        if all(held.get(row.sop_instance_uid) == row.sha256 for row in pack_listing(pack))
    ]
    Pack.objects.filter(pk__in=[pack.pk for pack in emptied]).delete()
    names = [pack.object_name for pack in emptied]
    transaction.on_commit(functools.partial(objects_drop, names), robust=True)
