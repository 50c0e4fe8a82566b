"""Every read of the archive; the open center scope decides whose studies there are."""

from collections.abc import Sequence

from django.db.models import Sum

from cmr_registry.archive.errors import ArchiveError
from cmr_registry.archive.index import IndexedInstance, SeriesIndex
from cmr_registry.archive.indexing import index_of, segment_names
from cmr_registry.archive.models import ImagingStudy, Series
from cmr_registry.archive.objects import object_get
from cmr_registry.archive.places import series_place
from cmr_registry.archive.plans import THUMBNAIL
from cmr_registry.archive.reading import bytes_read, frames_read
from cmr_registry.archive.stacks import (
    ExamStack,
    SeriesStack,
    StackedImage,
    exam_stacks,
    series_stack,
    stack_around,
)
from cmr_registry.lib.errors import StorageError

__all__ = [
    "ExamStack",
    "IndexedInstance",
    "SeriesIndex",
    "SeriesStack",
    "StackedImage",
    "exam_stacks",
    "images_total",
    "instance_bytes",
    "instance_frames",
    "series_find",
    "series_index",
    "series_stack",
    "stack_around",
    "study_find",
    "thumbnail",
]


def study_find(study_instance_uid: str) -> ImagingStudy | None:
    """The study with this UID in the open scope.

    A UID may stand at several centers; who sees several of them gets the one that was accepted first.
    """
    rows = ImagingStudy.objects.filter(study_instance_uid=study_instance_uid)
    return rows.select_related("subject").order_by("accepted_at", "id").first()


def series_find(study_instance_uid: str, series_instance_uid: str) -> Series | None:
    """The series with these UIDs in the open scope, with its study in the same query."""
    rows = Series.objects.filter(
        study__study_instance_uid=study_instance_uid,
        series_instance_uid=series_instance_uid,
    )
    return rows.select_related("study__subject").order_by("study__accepted_at", "study_id").first()


def series_index(series: Series) -> SeriesIndex:
    """All instances of a series; one query, and the index objects where they are not in memory.

    Raises:
        StoredBytesDamagedError: an index object is damaged or gone.
        StorageError: the store failed.
    """
    uid = series.series_instance_uid
    names = segment_names(series.center_id, series.study.study_instance_uid, uid)
    return index_of(tuple(names.get(uid, ())))


def instance_bytes(series: Series, instance: IndexedInstance) -> bytes:
    """The Part-10 bytes as received, verified.

    Raises:
        StoredBytesDamagedError: the stored bytes are not those that were accepted; nothing is handed out.
        StorageError: the store failed.
    """
    return bytes_read(series_place(series), instance)


def instance_frames(series: Series, instance: IndexedInstance, numbers: Sequence[int]) -> list[bytes]:
    """Frames as stored, verified: native pixels, or one compressed stream each.

    Args:
        series: the series of the instance.
        instance: the instance.
        numbers: frame numbers from 1 on.

    Raises:
        IndexError: there is no such frame.
        StoredBytesDamagedError: the stored bytes are not those that were accepted; nothing is handed out.
        StorageError: the store failed.
    """
    return frames_read(series_place(series), instance, numbers)


def thumbnail(series: Series) -> bytes | None:
    """The series' small PNG; None where none could be made or it cannot be read."""
    if not series.thumbnail_object:
        return None
    try:
        box = object_get(series.thumbnail_object, series.thumbnail_sha256)
        return series_place(series).open(THUMBNAIL, "", box)
    except (ArchiveError, StorageError):
        return None


def images_total() -> int:
    """Instances of the open scope."""
    return int(ImagingStudy.objects.aggregate(n=Sum("n_instances"))["n"] or 0)
