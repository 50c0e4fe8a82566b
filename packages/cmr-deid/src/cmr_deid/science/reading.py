"""A walk over the bytes of an output, for the elements that science stands on; written for what the engine writes.

Explicit VR Little Endian with defined lengths (PS3.5 7.1.2); bytes of any other form end the walk, and what was not
found counts as lost.
"""

import struct

from cmr_deid.elements import DataSet, Element
from cmr_deid.facts.places import PER_FRAME, SHARED
from cmr_deid.science.values import GROUP_TAGS, TAGS

_HEAD, _LONG, _ITEM = struct.Struct("<HH2sH"), struct.Struct("<L"), struct.Struct("<HHL")
_LONG_VRS = frozenset(
    (b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV")
)
_FACTS = frozenset(
    (0x00080008, 0x00080016, 0x00080070, 0x00180020, 0x00180022, 0x00180024, 0x00180087, 0x00189005)
)
_WANTED = (TAGS | _FACTS | {SHARED, PER_FRAME}, GROUP_TAGS, None)
"""What is taken at the top, from functional groups, and inside of those (all of it); private elements always."""

_PIXELS = 0x7FE00010
_DEEPEST = 8


def read_output(data: bytes) -> DataSet:
    """The elements of a Part-10 file that science and facts are read from."""
    return _elements(data, 132, len(data), 0)


def _elements(data: bytes, at: int, end: int, depth: int) -> DataSet:
    found: DataSet = {}
    unpack, wanted = _HEAD.unpack_from, _WANTED[min(depth, 2)]
    while at + 8 <= end:
        group, number, vr, length = unpack(data, at)
        at += 8
        if vr in _LONG_VRS:
            if at + 4 > end:
                break
            (length,) = _LONG.unpack_from(data, at)
            at += 4
        tag = group << 16 | number
        following = at + length
        if tag == _PIXELS or following > end:
            break
        if group & 1 or wanted is None or tag in wanted:
            if vr == b"SQ":
                found[tag] = Element(tag, "SQ", b"", _items(data, at, following, depth))
            else:
                found[tag] = Element(tag, vr.decode("latin-1"), data[at:following])
        at = following
    return found


def _items(data: bytes, at: int, end: int, depth: int) -> list[DataSet]:
    items: list[DataSet] = []
    while at + 8 <= end and depth < _DEEPEST:
        _, _, length = _ITEM.unpack_from(data, at)
        at += 8
        items.append(_elements(data, at, min(at + length, end), depth + 1))
        at += length
    return items
