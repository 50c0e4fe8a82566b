"""Which instances a series holds: the index objects of its segments, read once and kept."""

import functools
import uuid
from collections.abc import Iterable
from typing import NamedTuple

from cmr_registry.archive.index import INDEX, IndexedInstance, SeriesIndex, index_decode
from cmr_registry.archive.models import Segment
from cmr_registry.archive.objects import object_get
from cmr_registry.archive.places import place_of


class SegmentName(NamedTuple):
    """Everything that leads to one segment; immutable, so what it leads to may be kept."""

    center_id: uuid.UUID
    study_instance_uid: str
    series_instance_uid: str
    ordinal: int
    object_name: str
    index_object_name: str
    index_sha256: str


def segment_names(
    center_id: uuid.UUID, study_uid: str, series_uid: str | None = None
) -> dict[str, list[SegmentName]]:
    """Segments of a study, or of one of its series, by Series Instance UID and in order; one query."""
    rows = Segment.objects.filter(center_id=center_id, series__study__study_instance_uid=study_uid)
    if series_uid is not None:
        rows = rows.filter(series__series_instance_uid=series_uid)
    names: dict[str, list[SegmentName]] = {}
    fields = ("series__series_instance_uid", "ordinal", "object_name", "index_object_name", "index_sha256")
    for uid, *rest in rows.order_by("series__series_instance_uid", "ordinal").values_list(*fields):
        names.setdefault(uid, []).append(SegmentName(center_id, study_uid, uid, *rest))
    return names


@functools.lru_cache(maxsize=128)
def index_of(segments: tuple[SegmentName, ...]) -> SeriesIndex:
    """The merged index of these segments of one series.

    Raises:
        StoredBytesDamagedError: an index object is damaged or gone.
        StorageError: the store failed.
    """
    instances: list[IndexedInstance] = []
    for name in segments:
        place = place_of(name.center_id, name.study_instance_uid, name.series_instance_uid)
        box = object_get(name.index_object_name, name.index_sha256)
        plain = place.open(INDEX, name.object_name, box)
        instances += index_decode(plain, name.object_name, name.ordinal)
    return SeriesIndex(tuple(instances))


def study_indexes(center_id: uuid.UUID, study_uid: str) -> dict[str, SeriesIndex]:
    """The index of every accepted series of a study by Series Instance UID."""
    return {uid: index_of(tuple(names)) for uid, names in segment_names(center_id, study_uid).items()}


def hashes_of(indexes: Iterable[SeriesIndex]) -> dict[str, str]:
    """SOP Instance UID -> received SHA-256 of everything in these indexes."""
    return {one.sop_instance_uid: one.sha256 for index in indexes for one in index.instances}
