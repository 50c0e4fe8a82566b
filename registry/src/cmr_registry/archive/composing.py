"""Packs become segments: boxes are copied as they are, every instance is opened and checked on the way.

Only objects are written here, no row: what is left behind by a crash is an orphan object and nothing else.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from cmr_registry.archive.errors import StoredBytesDamagedError
from cmr_registry.archive.headers import InstanceHeader, header_read, metadata_encode
from cmr_registry.archive.index import INDEX, IndexedInstance, index_encode
from cmr_registry.archive.objects import StoredObject, object_put, object_range
from cmr_registry.archive.packs import INSTANCE, ListedInstance
from cmr_registry.archive.pixel_data import NO_PIXELS
from cmr_registry.archive.places import Place

MAGIC = b"CMRSEGM1"
SEGMENT_BYTES = 128 * 2**20
"""A series larger than this becomes several segments, so that composing needs no more memory than this."""
_READ_AHEAD, _GAP = 32 * 2**20, 2**20

Listed = tuple[str, ListedInstance]
"""A pack's object and one instance in it."""


@dataclass(frozen=True, slots=True)
class ComposedSegment:
    """A segment whose objects are durable and whose row is not yet written."""

    stored: StoredObject
    index: StoredObject
    instances: tuple[IndexedInstance, ...]


@dataclass(frozen=True, slots=True)
class _Opened:
    """An instance out of a pack: its box, and what stands in it."""

    row: ListedInstance
    box: bytes
    header: InstanceHeader

    @property
    def order(self) -> tuple[int, str]:
        """Instance Number, then UID: a reader of one position or phase finds neighbors together."""
        values = self.header.metadata.get("00200013", {}).get("Value") or [0]
        return (values[0] if isinstance(values[0], int) else 0, self.row.sop_instance_uid)


def segments_compose(place: Place, listed: Sequence[Listed], first_ordinal: int) -> list[ComposedSegment]:
    """Write the segments and index objects that hold these instances.

    Args:
        place: their series.
        listed: instances of that series in packs, none twice.
        first_ordinal: number of the first new segment.

    Raises:
        StoredBytesDamagedError: a pack is damaged.
        StorageError: the store failed; what was written are orphans.
    """
    segments: list[ComposedSegment] = []
    batch: list[_Opened] = []
    size = 0
    for opened in _opened(place, listed):
        if batch and size + len(opened.box) > SEGMENT_BYTES:
            segments.append(_segment(place, batch, first_ordinal + len(segments)))
            batch, size = [], 0
        batch.append(opened)
        size += len(opened.box)
    if batch:
        segments.append(_segment(place, batch, first_ordinal + len(segments)))
    return segments


def by_series(listed: Iterable[Listed]) -> dict[str, list[Listed]]:
    """Listed instances by Series Instance UID."""
    grouped: dict[str, list[Listed]] = defaultdict(list)
    for pack_object, row in listed:
        grouped[row.series_instance_uid].append((pack_object, row))
    return dict(grouped)


def _segment(place: Place, batch: list[_Opened], ordinal: int) -> ComposedSegment:
    batch.sort(key=lambda opened: opened.order)
    stored = object_put(place.center_id, MAGIC + b"".join(opened.box for opened in batch))
    instances, offset = [], len(MAGIC)
    for opened in batch:
        instances.append(_indexed(opened, stored.name, ordinal, offset))
        offset += len(opened.box)
    index = object_put(place.center_id, place.seal(INDEX, stored.name, index_encode(instances)))
    return ComposedSegment(stored, index, tuple(instances))


def _indexed(opened: _Opened, segment_object: str, ordinal: int, offset: int) -> IndexedInstance:
    row, pixels = opened.row, opened.header.pixels
    return IndexedInstance(
        sop_instance_uid=row.sop_instance_uid,
        sop_class_uid=row.sop_class_uid,
        transfer_syntax_uid=row.transfer_syntax_uid,
        sha256=row.sha256,
        size=row.size,
        stored_sha256=hashlib.sha256(opened.box).hexdigest(),
        segment_object=segment_object,
        segment_ordinal=ordinal,
        offset=offset,
        length=len(opened.box),
        n_frames=pixels.n_frames,
        pixel_offset=pixels.offset,
        pixel_length=pixels.length,
        frames=pixels.frames,
        metadata_json=metadata_encode(opened.header.metadata),
    )


def _opened(place: Place, listed: Iterable[Listed]) -> Iterator[_Opened]:
    for row, box in _boxes(listed):
        data = place.open(INSTANCE, row.sop_instance_uid, box)
        if hashlib.sha256(data).hexdigest() != row.sha256:
            raise StoredBytesDamagedError("A packed instance does not have the hash that it came with.")
        yield _Opened(row, box, _header(row, data))


def _header(row: ListedInstance, data: bytes) -> InstanceHeader:
    """The header, or no more than what the pack's listing knows: an accepted instance is never lost for it."""
    try:
        return header_read(data, row.transfer_syntax_uid)
    except ValueError:
        uids = {
            "00080016": row.sop_class_uid,
            "00080018": row.sop_instance_uid,
            "0020000D": row.study_instance_uid,
            "0020000E": row.series_instance_uid,
        }
        return InstanceHeader({tag: {"vr": "UI", "Value": [uid]} for tag, uid in uids.items()}, NO_PIXELS)


def _boxes(listed: Iterable[Listed]) -> Iterator[tuple[ListedInstance, bytes]]:
    """Boxes, read in runs of neighbors so that a remote store is not asked once per instance."""
    for pack_object, run in _runs(listed):
        start = run[0].offset
        data = memoryview(object_range(pack_object, start, run[-1].offset + run[-1].length - start))
        for row in run:
            yield row, bytes(data[row.offset - start : row.offset - start + row.length])


def _runs(listed: Iterable[Listed]) -> Iterator[tuple[str, list[ListedInstance]]]:
    by_pack: dict[str, list[ListedInstance]] = defaultdict(list)
    for pack_object, row in listed:
        by_pack[pack_object].append(row)
    for pack_object, rows in by_pack.items():
        run: list[ListedInstance] = []
        for row in sorted(rows, key=lambda row: row.offset):
            if run and (
                row.offset - run[-1].offset - run[-1].length > _GAP
                or row.offset + row.length - run[0].offset > _READ_AHEAD
            ):
                yield pack_object, run
                run = []
            run.append(row)
        yield pack_object, run
