"""Siemens CSA headers: the vendor's binary list of elements in (0029,xx10) and (0029,xx20), versions 1 and 2.

Version 2 begins with `SV10`, 04 03 02 01; version 1 with the count. Then the number of elements and 77; per
element a name of 64 bytes, multiplicity, VR of 4 bytes, syngo type, number of items and 77 or 205; per item four
lengths, of which version 2 uses the second, and version 1 the first less the number of items of the first element
(as SPM and nibabel read it). The few elements wanted are looked up by name: the list is not walked.
"""

import struct
from collections.abc import Iterable

_ELEMENT, _ITEM = struct.Struct("<64si4siiI"), struct.Struct("<4i")
_CHECKS, _MOST_ITEMS, _LONGEST = (77, 205), 1024, 4096
_MAGIC, _FIRST_OF_ONE, _ITEMS_AT = b"SV10", 8, 76


def values(data: bytes, wanted: Iterable[str]) -> dict[str, list[str]]:
    """The texts of the wanted elements that have any; never raises.

    Args:
        data: the whole value of the private element.
        wanted: names of CSA elements.
    """
    second = data.startswith(_MAGIC)
    surplus = 0 if second else _surplus(data)
    found = {}
    for name in wanted:
        at = data.find(name.encode() + b"\0")
        texts = _element(data, at, second, surplus) if at > 0 else []
        if texts:
            found[name] = texts
    return found


def _surplus(data: bytes) -> int:
    """In version 1 every length holds the number of items of the first element on top."""
    start = _FIRST_OF_ONE + _ITEMS_AT
    return int.from_bytes(data[start : start + 4], "little", signed=True)


def _element(data: bytes, at: int, second: bool, surplus: int) -> list[str]:
    if at + _ELEMENT.size > len(data):
        return []
    _, multiplicity, _, _, n_items, check = _ELEMENT.unpack_from(data, at)
    if check not in _CHECKS or not 0 < n_items <= _MOST_ITEMS:
        return []
    texts: list[str] = []
    at += _ELEMENT.size
    for _ in range(min(n_items, multiplicity) if multiplicity > 0 else n_items):
        if at + _ITEM.size > len(data):
            return []
        lengths = _ITEM.unpack_from(data, at)
        at += _ITEM.size
        length = lengths[1] if second else lengths[0] - surplus
        if not 0 <= length <= _LONGEST or at + length > len(data):
            return []
        if length:
            texts.append(data[at : at + length].split(b"\0", 1)[0].decode("latin-1").strip())
        at += length + -length % 4
    return texts
