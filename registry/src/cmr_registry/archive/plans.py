"""What accepting packs into a study will say, composed and durable before a row is written."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cmr_imaging.recognition import Recognition
from cmr_registry.archive.composing import ComposedSegment, Listed, by_series, segments_compose
from cmr_registry.archive.describing import exam_recognized
from cmr_registry.archive.errors import (
    ConflictingBytesError,
    InstanceMissingError,
    StoredBytesDamagedError,
)
from cmr_registry.archive.index import IndexedInstance
from cmr_registry.archive.indexing import SegmentName, hashes_of, index_of, segment_names
from cmr_registry.archive.models import Pack, Series
from cmr_registry.archive.objects import StoredObject, object_put
from cmr_registry.archive.packs import pack_listing
from cmr_registry.archive.pictures import thumbnail_picture
from cmr_registry.archive.places import Place, places_make

THUMBNAIL = "thumbnail"
"""Purpose of the box of a thumbnail; its name is empty, a series has one."""

Facts = Mapping[str, Mapping[str, Any]]
"""Acquisition facts by Series Instance UID."""


@dataclass(frozen=True, slots=True)
class PlannedSeries:
    """One series of the study as it will stand.

    Attributes:
        instances: all of them, old and new.
        segments: the new ones.
        thumbnail: a new picture, None where the old one stands or none can be made.
    """

    series_instance_uid: str
    instances: tuple[IndexedInstance, ...]
    segments: tuple[ComposedSegment, ...]
    recognition: Recognition
    facts: dict[str, Any]
    thumbnail: StoredObject | None


@dataclass(frozen=True, slots=True)
class StudyPlan:
    """The study as it will stand.

    Attributes:
        base: the segments that the plan starts from; where others stand by now, it is made anew.
        held: SOP Instance UID -> received SHA-256 of everything that the study will hold.
    """

    base: frozenset[SegmentName]
    held: dict[str, str]
    series: tuple[PlannedSeries, ...]


def study_base(center_id: uuid.UUID, study_uid: str) -> frozenset[SegmentName]:
    """The segments that a study has now."""
    return frozenset(name for names in segment_names(center_id, study_uid).values() for name in names)


def study_plan(
    *,
    center_id: uuid.UUID,
    study_instance_uid: str,
    packs: Sequence[Pack],
    wanted: Mapping[str, str],
    facts: Facts,
) -> StudyPlan:
    """Compose what is wanted and not yet accepted, recognize all series of the exam, make thumbnails.

    Writes objects and no row, so it may run outside of the transaction that accepts.

    Args:
        center_id: whose study it is.
        study_instance_uid: the study.
        packs: where the instances are.
        wanted: SOP Instance UID -> received SHA-256.
        facts: acquisition facts by Series Instance UID.

    Raises:
        InstanceMissingError: a wanted instance is nowhere.
        ConflictingBytesError: one is already accepted with other bytes.
        StoredBytesDamagedError: a pack or index is damaged.
        StorageError: the store failed.
    """
    try:
        return _plan(center_id, study_instance_uid, packs, wanted, facts)
    except StoredBytesDamagedError:
        # Another worker accepted a pack meanwhile and its object is gone: what it held is in a segment now.
        standing = list(Pack.objects.filter(pk__in=[pack.pk for pack in packs]).order_by("stored_at", "id"))
        if len(standing) == len(packs):
            raise
        return _plan(center_id, study_instance_uid, standing, wanted, facts)


def _plan(
    center_id: uuid.UUID, study_uid: str, packs: Sequence[Pack], wanted: Mapping[str, str], facts: Facts
) -> StudyPlan:
    names = segment_names(center_id, study_uid)
    accepted = {uid: index_of(tuple(segments)) for uid, segments in names.items()}
    held = hashes_of(accepted.values())
    fresh = by_series(_fresh(packs, study_uid, wanted, held))
    places = places_make(center_id, study_uid, {*fresh, *accepted})
    composed = {
        uid: segments_compose(places[uid], listed, len(names.get(uid, ())))
        for uid, listed in sorted(fresh.items())
    }
    instances = {
        uid: (
            *(accepted[uid].instances if uid in accepted else ()),
            *(one for segment in composed.get(uid, ()) for one in segment.instances),
        )
        for uid in sorted({*accepted, *composed})
    }
    known = _facts(center_id, study_uid, facts, instances)
    recognized = exam_recognized(instances, known)
    planned = tuple(
        PlannedSeries(
            series_instance_uid=uid,
            instances=members,
            segments=tuple(composed.get(uid, ())),
            recognition=recognized[uid],
            facts=known[uid],
            thumbnail=_thumbnail(places[uid], members) if uid in composed else None,
        )
        for uid, members in instances.items()
    )
    held |= {row.sop_instance_uid: row.sha256 for listed in fresh.values() for _, row in listed}
    return StudyPlan(frozenset(name for segments in names.values() for name in segments), held, planned)


def _fresh(
    packs: Sequence[Pack], study_uid: str, wanted: Mapping[str, str], held: Mapping[str, str]
) -> list[Listed]:
    """The wanted instances that are not accepted yet, each from the first pack that has it."""
    if any(held.get(uid, sha256) != sha256 for uid, sha256 in wanted.items()):
        raise ConflictingBytesError("An instance is already accepted with other bytes.")
    found: dict[str, Listed] = {}
    for pack in packs:
        for row in pack_listing(pack):
            is_wanted = row.study_instance_uid == study_uid and wanted.get(row.sop_instance_uid) == row.sha256
            if is_wanted and row.sop_instance_uid not in held:
                found.setdefault(row.sop_instance_uid, (pack.object_name, row))
    if wanted.keys() - held.keys() - found.keys():
        raise InstanceMissingError("A wanted instance is neither in a pack nor in a segment.")
    return list(found.values())


def _facts(
    center_id: uuid.UUID, study_uid: str, facts: Facts, instances: Mapping[str, object]
) -> dict[str, dict[str, Any]]:
    """Facts of every series: those that were stored, overridden by those of this delivery."""
    rows = Series.objects.filter(center_id=center_id, study__study_instance_uid=study_uid)
    stored = dict(rows.values_list("series_instance_uid", "facts"))
    return {uid: {**stored.get(uid, {}), **facts.get(uid, {})} for uid in instances}


def _thumbnail(place: Place, instances: Sequence[IndexedInstance]) -> StoredObject | None:
    picture = thumbnail_picture(place, instances)
    return None if picture is None else object_put(place.center_id, place.seal(THUMBNAIL, "", picture))
