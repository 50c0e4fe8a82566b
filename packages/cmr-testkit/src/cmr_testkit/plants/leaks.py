"""One leak put back into clean output, byte by byte: what the second gate must stop (D13).

The output is Explicit VR Little Endian; its elements are taken apart, one is changed or added, and they are put
together again in order. Fifty kinds; of those with `by_form` the form alone tells the leak.
"""

import random
import struct
from collections.abc import Callable
from dataclasses import dataclass

from cmr_testkit.plants.part import header, in_items
from cmr_testkit.plants.place import LONG_VRS
from cmr_testkit.plants.reserved import Reserved, Secret, double, long

Element = tuple[str, bytes]
Elements = dict[int, Element]
Change = Callable[[Elements, Reserved], None]
ByteChange = Callable[[bytes, Reserved], bytes]
_PREFIX, _OPEN = 132, 0xFFFFFFFF
_SERIES, _REFERENCES = 0x0008103E, 0x00081140


@dataclass(frozen=True, slots=True)
class Leak:
    """One kind of leak.

    Attributes:
        name: unique.
        by_form: True where the value's form or place alone tells it, without knowledge of words.
        change: makes it in the bytes of a file.
    """

    name: str
    by_form: bool
    change: ByteChange


def put_leak(data: bytes, kind: str, rng: random.Random) -> bytes:
    """Clean output with one leak of this kind.

    Raises:
        KeyError: there is no such kind.
    """
    return LEAKS[kind].change(data, Reserved(rng))


def taken_apart(data: bytes) -> Elements:
    """The elements of a file by tag with VR and value; compressed pixel data with their delimiter."""
    found: Elements = {}
    at = _PREFIX
    while at < len(data):
        group, number, vr, length = struct.unpack_from("<HH2sH", data, at)
        at += 8
        if vr.decode() in LONG_VRS:
            (length,) = struct.unpack_from("<L", data, at)
            at += 4
        end = len(data) if length == _OPEN else at + length
        found[group << 16 | number] = (vr.decode() + ("+" if length == _OPEN else ""), data[at:end])
        at = end
    return found


def put_together(elements: Elements) -> bytes:
    """The file of these elements in ascending order, with the right length of its file meta information."""
    pieces = {tag: _piece(tag, *element) for tag, element in elements.items() if tag != 0x00020000}
    meta = b"".join(piece for tag, piece in sorted(pieces.items()) if tag >> 16 == 2)
    rest = b"".join(piece for tag, piece in sorted(pieces.items()) if tag >> 16 != 2)
    length = header(0x00020000, "UL", 4) + struct.pack("<L", len(meta))
    return bytes(128) + b"DICM" + length + meta + rest


def _piece(tag: int, vr: str, value: bytes) -> bytes:
    if vr.endswith("+"):
        return header(tag, vr[:-1], _OPEN) + value
    if len(value) % 2:
        value += b"\0" if vr in ("UI", "OB") else b" "
    return header(tag, vr, len(value)) + value


def _put(tag: int, vr: str, draw: str, pattern: str = "%") -> Change:
    def change(elements: Elements, reserved: Reserved) -> None:
        secret: Secret = getattr(reserved, draw)()
        elements[tag] = (vr, secret.inside(pattern).bytes)

    return change


def _fixed(tag: int, vr: str, value: bytes) -> Change:
    def change(elements: Elements, reserved: Reserved) -> None:
        elements[tag] = (vr, value)

    return change


def _spelled(tag: int, vr: str, style: str) -> Change:
    def change(elements: Elements, reserved: Reserved) -> None:
        elements[tag] = (vr, b"cine " + reserved.spelled(style).bytes)

    return change


def _private(group: int, number: int, name: bytes, vr: str, draw: str) -> Change:
    def change(elements: Elements, reserved: Reserved) -> None:
        block = next(b for b in range(0x10, 0x100) if group << 16 | b not in elements)
        secret: Secret = getattr(reserved, draw)()
        elements[group << 16 | block] = ("LO", name)
        elements[group << 16 | block << 8 | number] = (vr, secret.bytes)

    return change


def _private_seconds(elements: Elements, reserved: Reserved) -> None:
    elements[0x00090010] = ("LO", b"GEMS_IDEN_01")
    elements[0x00091027] = ("SL", long(reserved.epoch()).bytes)


def _seconds(elements: Elements, reserved: Reserved) -> None:
    elements[0x00189073] = ("FD", double(float(reserved.epoch())).bytes)


def _in_item(tag: int, vr: str, draw: str) -> Change:
    def change(elements: Elements, reserved: Reserved) -> None:
        secret: Secret = getattr(reserved, draw)()
        elements[_REFERENCES] = ("SQ", in_items(_piece(tag, vr, secret.bytes)))

    return change


def _item(sequence: int, tag: int, vr: str, draw: str) -> Change:
    def change(elements: Elements, reserved: Reserved) -> None:
        secret: Secret = getattr(reserved, draw)()
        elements[sequence] = ("SQ", in_items(_piece(tag, vr, secret.bytes)))

    return change


def _local_code(elements: Elements, reserved: Reserved) -> None:
    parts = ((0x00080100, "SH", reserved.mark()), (0x00080102, "SH", Secret("99HOSP", "place", ())))
    content = b"".join(_piece(tag, vr, secret.bytes) for tag, vr, secret in parts)
    meaning = _piece(0x00080104, "LO", reserved.spoken().bytes)
    elements[0x00082218] = ("SQ", in_items(content + meaning))


def _both_names(elements: Elements, reserved: Reserved) -> None:
    number = reserved.mark().bytes
    elements[0x00100010], elements[0x00100020] = ("PN", number), ("LO", number)


def _utf_16(elements: Elements, reserved: Reserved) -> None:
    elements[0x00280F00] = ("OB", reserved.spoken().text.encode("utf-16-le"))


def _method(elements: Elements, reserved: Reserved) -> None:
    before = elements.get(0x00120063, ("LO", b""))[1]
    elements[0x00120063] = ("LO", before + b"\\" + reserved.person().bytes)


_TABLE: tuple[tuple[str, bool, Change], ...] = (
    ("name", True, _put(0x00100010, "PN", "person")),
    ("patient number", True, _put(0x00100020, "LO", "mark")),
    ("number in place of both", True, _both_names),
    ("birth date", True, _put(0x00100030, "DA", "date")),
    ("accession number", True, _put(0x00080050, "SH", "mark")),
    ("study number", True, _put(0x00200010, "SH", "mark")),
    ("referring physician", True, _put(0x00080090, "PN", "person")),
    ("institution", True, _put(0x00080080, "LO", "family")),
    ("station", True, _put(0x00081010, "SH", "mark")),
    ("operator", True, _put(0x00081070, "PN", "person")),
    ("address", True, _put(0x00101040, "LO", "address")),
    ("telephone", True, _put(0x00102154, "SH", "phone")),
    ("comment", True, _put(0x00104000, "LT", "spoken")),
    ("zone", True, _fixed(0x00080201, "SH", b"+0100")),
    ("name to use of 2026", True, _put(0x00100012, "LT", "spoken")),
    ("unknown attribute", True, _put(0x00101FF1, "LO", "spoken")),
    ("age above 90", True, _fixed(0x00101010, "AS", b"093Y")),
    ("age in days", True, _fixed(0x00101010, "AS", b"013D")),
    ("serial number", True, _put(0x00181000, "LO", "number")),
    ("original study UID", True, _put(0x0020000D, "UI", "uid")),
    ("original instance UID", True, _put(0x00080018, "UI", "uid")),
    ("original frame of reference", True, _put(0x00200052, "UI", "uid")),
    ("date in a UID of ours", True, _put(0x00200052, "UI", "moved_date", "2.25.%")),
    ("name in a series", False, _put(_SERIES, "LO", "spoken", "cine % sax")),
    ("name glued in a series", False, _put(_SERIES, "LO", "family", "cine_%_sax")),
    ("name in a protocol", False, _put(0x00181030, "LO", "family", "LGE Dr. %")),
    ("name in a study", False, _put(0x00081030, "LO", "spoken", "MR heart %")),
    ("number in a series", False, _put(_SERIES, "LO", "mark", "flow %")),
    ("date with dots in a series", True, _spelled(_SERIES, "LO", "%d.%m.%Y")),
    ("date with dashes in a protocol", True, _spelled(0x00181030, "LO", "%Y-%m-%d")),
    ("date with a month in a protocol", True, _spelled(0x00181030, "LO", "%d%b%Y")),
    ("telephone in a study", True, _put(0x00081030, "LO", "phone", "MR %")),
    ("e-mail in a series", True, _put(_SERIES, "LO", "email", "cine %")),
    ("name of a coil", False, _put(0x00181250, "SH", "mark")),
    ("hospital in the model", False, _put(0x00081090, "LO", "family", "Aera %")),
    ("name in the software", False, _put(0x00181020, "LO", "spoken", "syngo %")),
    ("number in a code string", False, _put(0x00180022, "CS", "mark", "CG\\%")),
    ("number in the body part", False, _put(0x00180015, "CS", "mark")),
    ("patient number as a decimal", True, _put(0x00181318, "DS", "number")),
    ("date as a decimal", True, _put(0x00181318, "DS", "moved_date")),
    ("seconds since 1970 as a double", True, _seconds),
    ("text under another form", True, _put(0x00181060, "LO", "family")),
    ("name in an item", True, _in_item(0x00100010, "PN", "person")),
    ("UID in an item", True, _in_item(0x00081155, "UI", "uid")),
    ("order", True, _item(0x00400275, 0x00401001, "SH", "mark")),
    ("values before correction", True, _item(0x04000561, 0x04000564, "LO", "family")),
    ("equipment before", True, _item(0x00081072, 0x00080080, "LO", "family")),
    ("icon", True, _item(0x00880200, 0x7FE00010, "OB", "spoken")),
    ("overlay", True, _put(0x60003000, "OW", "family")),
    ("curve", True, _put(0x50003000, "OW", "family")),
    ("local code", True, _local_code),
    ("earlier method", True, _method),
    ("CSA header", True, _private(0x0029, 0x10, b"SIEMENS CSA HEADER", "OB", "person")),
    ("private name", True, _private(0x0019, 0x9C, b"GEMS_ACQU_01", "LO", "spoken")),
    ("private seconds since 1970", True, _private_seconds),
    ("text in a safe number", True, _private(0x0019, 0xCC, b"GEMS_ACQU_01", "SS", "family")),
    ("date in a safe number", True, _private(0x0019, 0x2F, b"GEMS_ACQU_01", "DS", "moved_date")),
    ("private creator of a name", True, _private(0x0033, 0x10, b"Crwthquaxmjolptarm", "LO", "mark")),
    ("UTF-16 in bytes", True, _utf_16),
    ("AE title in the file meta information", True, _put(0x00020016, "AE", "mark")),
    ("writer of a name", True, _put(0x00020013, "SH", "mark")),
)  # fmt: skip


def _in_preamble(data: bytes, reserved: Reserved) -> bytes:
    return reserved.person().bytes.ljust(128, b"\0")[:128] + data[128:]


def _after_end(data: bytes, reserved: Reserved) -> bytes:
    return data + reserved.person().bytes


def _twice(data: bytes, reserved: Reserved) -> bytes:
    at = data.rindex(b"\xe0\x7f\x10\x00O")
    return data[:at] + _piece(0x00100010, "PN", reserved.person().bytes) + data[at:]


def _within(change: Change) -> ByteChange:
    def changed(data: bytes, reserved: Reserved) -> bytes:
        elements = taken_apart(data)
        change(elements, reserved)
        return put_together(elements)

    return changed


_AROUND: tuple[tuple[str, ByteChange], ...] = (
    ("preamble", _in_preamble),
    ("bytes after the end", _after_end),
    ("name twice", _twice),
)
LEAKS: dict[str, Leak] = {
    **{name: Leak(name, by_form, _within(change)) for name, by_form, change in _TABLE},
    **{name: Leak(name, True, change) for name, change in _AROUND},
}
"""Kinds of leaks by name."""
