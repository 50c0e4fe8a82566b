"""The listing of a pack: which instances it holds and where each box lies."""

import dataclasses
import json
import zlib
from collections.abc import Iterable
from dataclasses import dataclass

from cmr_registry.archive.models import Pack

MAGIC = b"CMRPACK1"
INSTANCE = "instance"
"""Purpose of the box of an instance; it is the same in a pack and in a segment, so composing copies boxes."""


@dataclass(frozen=True, slots=True)
class NewInstance:
    """A verified instance that is to be stored.

    Attributes:
        sha256: of `data`, 64 lower-case hexadecimal digits; the hash that receipts speak of.
        data: DICOM Part-10 bytes.
    """

    study_instance_uid: str
    series_instance_uid: str
    sop_instance_uid: str
    sop_class_uid: str
    transfer_syntax_uid: str
    sha256: str
    data: bytes = dataclasses.field(repr=False)


@dataclass(frozen=True, slots=True)
class ListedInstance:
    """An instance in a pack.

    Attributes:
        sha256: of the Part-10 bytes as received.
        size: number of those bytes.
        offset, length: of its box within the pack object.
    """

    study_instance_uid: str
    series_instance_uid: str
    sop_instance_uid: str
    sop_class_uid: str
    transfer_syntax_uid: str
    sha256: str
    size: int
    offset: int
    length: int


def listing_encode(rows: Iterable[ListedInstance]) -> bytes:
    """The compressed form that a pack's row carries."""
    return zlib.compress(json.dumps([dataclasses.astuple(row) for row in rows]).encode(), 3)


def pack_listing(pack: Pack) -> tuple[ListedInstance, ...]:
    """The instances of a pack in the order in which they came."""
    return tuple(ListedInstance(*row) for row in json.loads(zlib.decompress(bytes(pack.listing))))
