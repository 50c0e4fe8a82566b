"""Writing raw elements as a Part-10 file in Explicit VR Little Endian, with our own preamble and file meta."""

import struct

from cmr_deid.elements import ALL_VRS, LONG_VRS, UNDEFINED, DataSet, Element, Value

IMPLEMENTATION_CLASS_UID = "2.25.319236401935087453269428711563108437250"
IMPLEMENTATION_VERSION_NAME = "CMR_DEID_1"
_SHORT, _LONG, _ITEM = struct.Struct("<HH2sH"), struct.Struct("<HH2sHL"), struct.Struct("<HHL")
_ZERO_PADDED = frozenset(("UI", "OB", "OD", "OF", "OL", "OV", "OW", "UN"))
_PREAMBLE = bytes(128) + b"DICM"
_VR_BYTES = {vr: vr.encode() for vr in ALL_VRS}
_SHORT_VALUE = 4096
LONGEST_SHORT_VALUE = 0xFFFE


def text_value(text: str, vr: str) -> bytes:
    """ASCII bytes of a text, padded to even length as its VR asks (PS3.5 6.2)."""
    value = text.encode("ascii")
    return value + (b"\0" if vr in _ZERO_PADDED else b" ") if len(value) % 2 else value


def part_10(data_set: DataSet, sop_class_uid: str, sop_instance_uid: str, transfer_syntax_uid: str) -> bytes:
    """A complete file; pixel data are copied once, straight from the source's bytes."""
    meta = file_meta(sop_class_uid, sop_instance_uid, transfer_syntax_uid)
    return b"".join((_PREAMBLE, meta, *encoded(data_set)))


def encoded(data_set: DataSet) -> list[Value]:
    """The data set's bytes in pieces, in ascending order of tags; long values as they are, not copied."""
    parts: list[Value] = []
    for tag in sorted(data_set):
        element = data_set[tag]
        if element.encoded is not None:
            parts.append(element.encoded)
        elif element.items is None and len(element.value) > _SHORT_VALUE:
            _append(parts, element)
        else:
            element.encoded = b"".join(_pieces(element))
            parts.append(element.encoded)
    return parts


def file_meta(sop_class_uid: str, sop_instance_uid: str, transfer_syntax_uid: str) -> bytes:
    """Group 0002 with its group length (PS3.10 section 7.1)."""
    rows = (
        (0x00020002, "UI", sop_class_uid),
        (0x00020003, "UI", sop_instance_uid),
        (0x00020010, "UI", transfer_syntax_uid),
        (0x00020012, "UI", IMPLEMENTATION_CLASS_UID),
        (0x00020013, "SH", IMPLEMENTATION_VERSION_NAME),
    )
    elements = [Element(0x00020001, "OB", b"\0\1")]
    elements += [Element(tag, vr, text_value(text, vr)) for tag, vr, text in rows]
    body = b"".join(encoded({e.tag: e for e in elements}))
    return b"".join(encoded({0x00020000: Element(0x00020000, "UL", struct.pack("<L", len(body)))})) + body


def _pieces(element: Element) -> list[Value]:
    parts: list[Value] = []
    _append(parts, element)
    return parts


def _append(parts: list[Value], element: Element) -> None:
    tag, vr, value = element.tag, element.vr, element.value
    group, number = tag >> 16, tag & 0xFFFF
    if element.items is not None:
        start = len(parts)
        parts.append(b"")
        _append_items(parts, element.items)
        parts[start] = _LONG.pack(group, number, b"SQ", 0, sum(map(len, parts[start:])))
        return
    odd = len(value) % 2
    if element.undefined:
        parts.append(_LONG.pack(group, number, b"OB", 0, UNDEFINED))
    elif vr in LONG_VRS:
        parts.append(_LONG.pack(group, number, _VR_BYTES[vr], 0, len(value) + odd))
    else:
        parts.append(_SHORT.pack(group, number, _VR_BYTES[vr], len(value) + odd))
    parts.append(value)
    if odd:
        parts.append(b"\0" if vr in _ZERO_PADDED else b" ")


def _append_items(parts: list[Value], items: list[DataSet]) -> None:
    for item in items:
        start = len(parts)
        parts.append(b"")
        for tag in sorted(item):
            _append(parts, item[tag])
        parts[start] = _ITEM.pack(0xFFFE, 0xE000, sum(map(len, parts[start:])))
