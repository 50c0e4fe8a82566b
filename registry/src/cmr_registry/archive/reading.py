"""Verified bytes of an accepted instance: whole, or frame by frame without the rest."""

import hashlib
from collections.abc import Sequence

from cmr_registry.archive.errors import StoredBytesDamagedError
from cmr_registry.archive.index import IndexedInstance
from cmr_registry.archive.objects import object_range
from cmr_registry.archive.packs import INSTANCE
from cmr_registry.archive.pixel_data import Frame
from cmr_registry.archive.places import Place


def bytes_read(place: Place, instance: IndexedInstance) -> bytes:
    """The Part-10 bytes as received.

    Raises:
        StoredBytesDamagedError: the stored bytes are not those that were accepted.
        StorageError: the store failed.
    """
    box = object_range(instance.segment_object, instance.offset, instance.length)
    data = place.open(INSTANCE, instance.sop_instance_uid, box)
    if hashlib.sha256(data).hexdigest() != instance.sha256:
        raise StoredBytesDamagedError("A stored instance does not have the hash of its receipt.")
    return data


def frames_read(place: Place, instance: IndexedInstance, numbers: Sequence[int]) -> list[bytes]:
    """Frames as stored (native or one compressed stream each); of a large box only the chunks that hold them.

    Args:
        place: where the instance belongs.
        instance: the instance.
        numbers: frame numbers from 1 on.

    Raises:
        IndexError: there is no such frame.
        StoredBytesDamagedError: the stored bytes are not those that were accepted.
        StorageError: the store failed.
    """
    parts = [_parts(instance, number) for number in numbers]
    if not parts:
        return []
    start = min(offset for frame in parts for offset, _ in frame)
    stop = max(offset + length for frame in parts for offset, length in frame)

    def read(at: int, count: int) -> bytes:
        return object_range(instance.segment_object, instance.offset + at, count)

    run = place.open_part(INSTANCE, instance.sop_instance_uid, read, instance.length, start, stop)
    return [
        b"".join(run[offset - start : offset - start + length] for offset, length in frame) for frame in parts
    ]


def _parts(instance: IndexedInstance, number: int) -> Frame:
    if not 1 <= number <= instance.n_frames:
        raise IndexError("There is no such frame.")
    if instance.frames is not None:
        return instance.frames[number - 1]
    length = instance.pixel_length // instance.n_frames
    return ((instance.pixel_offset + (number - 1) * length, length),)
