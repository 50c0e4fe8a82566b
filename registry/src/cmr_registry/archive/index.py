"""The index object of a segment: the only list of its instances.

Plaintext: `CMRINDEX1`, the length of the head (4 bytes, big endian), the head (compressed JSON: one row per
instance), then the instances' DICOM JSON metadata, one after the other, compressed. It lies in a box of the
series. A reader that wants no metadata does not decompress them.
"""

import json
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from cmr_imaging.headers import InstanceHeader, headers_from_dicom_json
from cmr_registry.archive.errors import StoredBytesDamagedError
from cmr_registry.archive.headers import DicomJson
from cmr_registry.archive.pixel_data import Frame

MAGIC = b"CMRINDEX1"
INDEX = "index"
"""Purpose of the box of an index object; its name is the segment object's."""
_LENGTH = struct.Struct(">I")


@dataclass(frozen=True, eq=False)
class IndexedInstance:
    """An accepted instance.

    Attributes:
        sha256, size: of the Part-10 bytes as received.
        stored_sha256: of its box.
        segment_object: the object that holds its box; `segment_ordinal` is the segment's number in the series.
        offset, length: of its box within that object.
        n_frames: frames that can be retrieved; 0 where there are none.
        pixel_offset, pixel_length: of the pixel data's value within the Part-10 bytes.
        frames: fragments of each frame of encapsulated data within the Part-10 bytes; None for native data.
        metadata_json: DICOM JSON model object without bulk data, as UTF-8 text.
    """

    sop_instance_uid: str
    sop_class_uid: str
    transfer_syntax_uid: str
    sha256: str
    size: int
    stored_sha256: str
    segment_object: str
    segment_ordinal: int
    offset: int
    length: int
    n_frames: int
    pixel_offset: int
    pixel_length: int
    frames: tuple[Frame, ...] | None = field(repr=False)
    metadata_json: bytes = field(repr=False)

    @cached_property
    def metadata(self) -> DicomJson:
        """DICOM JSON model object without bulk data. Shared by all callers: copy before changing."""
        document: DicomJson = json.loads(self.metadata_json)
        return document

    @cached_property
    def headers(self) -> tuple[InstanceHeader, ...]:
        """The header as recognition reads it: one for a classic instance, one per frame of an Enhanced one."""
        return headers_from_dicom_json(self.metadata)

    def number(self, tag: str) -> int | None:
        """The first value of an element as an integer, None where it is absent or no integer."""
        try:
            return int(self.metadata[tag]["Value"][0])
        except (KeyError, IndexError, TypeError, ValueError):
            return None


@dataclass(frozen=True, eq=False)
class SeriesIndex:
    """All instances of a series, segment by segment."""

    instances: tuple[IndexedInstance, ...]

    @cached_property
    def _by_uid(self) -> dict[str, IndexedInstance]:
        return {instance.sop_instance_uid: instance for instance in self.instances}

    def find(self, sop_instance_uid: str) -> IndexedInstance | None:
        """The instance with this SOP Instance UID."""
        return self._by_uid.get(sop_instance_uid)


_FIELDS = (
    "sop_instance_uid",
    "sop_class_uid",
    "transfer_syntax_uid",
    "sha256",
    "size",
    "stored_sha256",
    "offset",
    "length",
    "n_frames",
    "pixel_offset",
    "pixel_length",
    "frames",
)


def index_encode(instances: Sequence[IndexedInstance]) -> bytes:
    """The plaintext of the index object of one segment."""
    rows = [
        [*(getattr(instance, name) for name in _FIELDS), len(instance.metadata_json)]
        for instance in instances
    ]
    head = zlib.compress(json.dumps(rows, separators=(",", ":")).encode(), 6)
    metadata = zlib.compress(b"".join(instance.metadata_json for instance in instances), 6)
    return MAGIC + _LENGTH.pack(len(head)) + head + metadata


def index_decode(data: bytes, segment_object: str, segment_ordinal: int) -> tuple[IndexedInstance, ...]:
    """The instances of one segment.

    Args:
        data: plaintext of the index object.
        segment_object: object that holds the boxes.
        segment_ordinal: number of the segment within its series.

    Raises:
        StoredBytesDamagedError: it is no index of this version.
    """
    if not data.startswith(MAGIC):
        raise StoredBytesDamagedError("An index object has an unknown version.")
    start = len(MAGIC) + _LENGTH.size
    (length,) = _LENGTH.unpack(data[len(MAGIC) : start])
    rows = json.loads(zlib.decompress(data[start : start + length]))
    metadata = zlib.decompress(data[start + length :])
    instances, at = [], 0
    for *values, n_metadata in rows:
        fields: dict[str, Any] = dict(zip(_FIELDS, values, strict=True))
        frames = fields.pop("frames")
        instances.append(
            IndexedInstance(
                **fields,
                segment_object=segment_object,
                segment_ordinal=segment_ordinal,
                frames=None if frames is None else _frames(frames),
                metadata_json=metadata[at : at + n_metadata],
            )
        )
        at += n_metadata
    return tuple(instances)


def _frames(rows: list[list[list[int]]]) -> tuple[Frame, ...]:
    return tuple(tuple((offset, length) for offset, length in frame) for frame in rows)
