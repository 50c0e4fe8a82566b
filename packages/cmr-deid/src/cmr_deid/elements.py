"""A byte walker over DICOM data sets (PS3.5 section 7): raw elements, nothing converted, nothing guessed.

Reads Explicit and Implicit VR Little Endian; every length is checked against the bytes that are there, depth
and number of elements are bounded, so hostile input ends in a refusal, never in a crash.
"""

import struct
from collections.abc import Container
from dataclasses import dataclass, field

from pydicom._dicom_dict import DicomDictionary

from cmr_deid.errors import InstanceRejected

Value = bytes | memoryview

MAX_DEPTH = 32
MAX_ELEMENTS = 2_000_000
FEW_ELEMENTS = 50_000
BYTES_PER_ELEMENT = 64
"""A file may hold `FEW_ELEMENTS` and one more for every so many bytes: no small file keeps the walker busy for long."""

LONGEST_REMEMBERED = 1 << 17
MOST_REMEMBERED = 1 << 22
UNDEFINED = 0xFFFFFFFF
PIXEL_DATA = 0x7FE00010
ITEM, ITEM_END, SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
LONG_VRS = frozenset(("OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"))
SHORT_VRS = frozenset(
    (
        *("AE", "AS", "AT", "CS", "DA", "DS", "DT", "FD", "FL", "IS", "LO"),
        *("LT", "PN", "SH", "SL", "SS", "ST", "TM", "UI", "UL", "US"),
    )
)
ALL_VRS = LONG_VRS | SHORT_VRS
_VR_OF_BYTES = {vr.encode(): vr for vr in ALL_VRS}
_SHORT_VRS = frozenset(vr.encode() for vr in SHORT_VRS)
_MAY_BE_UNDEFINED = (b"SQ", b"UN", b"OB", b"OW")
_UNAMBIGUOUS = {"US or SS": "US", "OB or OW": "OW", "US or OW": "OW", "US or SS or OW": "OW", "NONE": "UN"}
_EXPLICIT, _IMPLICIT = struct.Struct("<HH2sH"), struct.Struct("<HHL")
_LENGTH = struct.Struct("<L")
_VR_OF_TAG: dict[int, str] = {tag: _UNAMBIGUOUS.get(row[0], row[0]) for tag, row in DicomDictionary.items()}


@dataclass(slots=True)
class Element:
    """One raw element.

    Attributes:
        tag: group and element as one number.
        vr: value representation; looked up for implicit data and for UN with a known tag.
        value: the value's bytes; for encapsulated pixel data all its items and delimiters; empty for SQ.
        items: the items of a sequence, else None.
        undefined: True for encapsulated pixel data.
        remembered: True if the walker hands out this same object again for the same bytes.
        encoded: the element as it is written, once it has been; elements are never changed, only replaced.
    """

    tag: int
    vr: str
    value: Value = b""
    items: "list[DataSet] | None" = None
    undefined: bool = False
    remembered: bool = field(default=False, compare=False, repr=False)
    encoded: bytes | None = field(default=None, compare=False, repr=False)


DataSet = dict[int, Element]


@dataclass(slots=True)
class Walk:
    """What walking one data set found.

    Attributes:
        data_set: elements by tag, in file order; of a tag that stands twice, the first.
        repeated: tags that stood twice (the later ones are not taken).
        trailing: bytes after the last element that are no element.
    """

    data_set: DataSet
    repeated: list[int]
    trailing: int = 0


def vr_of_tag(tag: int) -> str:
    """VR of the dictionary of PS3.6; LO for private creators, UL for group lengths, UN for the unknown."""
    vr = _VR_OF_TAG.get(tag)
    if vr is not None:
        return vr
    if not tag & 0xFFFF:
        return "UL"
    if tag >> 16 & 1 and 0x10 <= tag & 0xFFFF <= 0xFF:
        return "LO"
    return "UN"


def _unheard_of(raw_vr: bytes) -> str:
    """A VR of a later edition is read as UN, of a 4-byte length as all new ones are (PS3.5 6.2)."""
    if raw_vr.isalpha() and raw_vr.isupper():
        return "UN"
    raise InstanceRejected("unreadable")


def looks_explicit(data: memoryview, offset: int) -> bool:
    """True if the element at `offset` carries a VR: the transfer syntax of a file is not always true."""
    return bytes(data[offset + 4 : offset + 6]) in _VR_OF_BYTES


class Memory:
    """Top-level elements of files read before, by the tag before them: instances of a series differ in few.

    What the walker makes of an element depends on its bytes and on whether VRs are explicit, on nothing else; so
    where the same bytes stand again, the same `Element` object is handed out again. At most `MOST_REMEMBERED`
    bytes are kept.
    """

    def __init__(self) -> None:
        self._after: dict[bool, dict[int, tuple[bytes, Element]]] = {True: {}, False: {}}
        self._bytes = 0

    def after(self, explicit: bool) -> dict[int, tuple[bytes, Element]]:
        """Bytes and element that followed a tag last time, by that tag."""
        return self._after[explicit]

    def remember(self, explicit: bool, last: int, raw: bytes, element: Element) -> None:
        """Keep an element for the next file; no part of it may be a view of this one."""
        known = self._after[explicit]
        before = known.get(last)
        self._bytes += len(raw) - (len(before[0]) if before else 0)
        if self._bytes > MOST_REMEMBERED:
            known.clear()
            self._after[not explicit].clear()
            self._bytes = len(raw)
        element.remembered = True
        known[last] = raw, element


class Walker:
    """Walks one data set; one object per file.

    Args:
        data: all bytes of the data set.
        memory: elements of files read before.
        file_bytes: size of the file where it is deflated: a small one may not unfold into endless elements.
    """

    def __init__(self, data: memoryview, memory: Memory | None = None, file_bytes: int | None = None) -> None:
        self.data = data
        self.repeated: list[int] = []
        self._memory = memory
        size = len(data) if file_bytes is None else file_bytes
        self._left = min(MAX_ELEMENTS, FEW_ELEMENTS + size // BYTES_PER_ELEMENT)

    def walk(self, offset: int, explicit: bool) -> Walk:
        """All elements from `offset` to the end of the file.

        Raises:
            InstanceRejected: truncated, unreadable or too_deep.
        """
        data_set: DataSet = {}
        last, end, whole = -1, len(self.data), self.data.obj
        known: dict[int, tuple[bytes, Element]] = {}
        stands_at = b"".startswith
        if self._memory is not None and isinstance(whole, bytes) and len(whole) == end:
            known, stands_at = self._memory.after(explicit), whole.startswith
        while offset < end:
            seen = known.get(last)
            if seen is not None and stands_at(seen[0], offset):
                element, offset = seen[1], offset + len(seen[0])
            else:
                element, offset = self._unseen(offset, explicit, last)
            last = element.tag
            if last in data_set:
                self._count()
                self.repeated.append(last)
            else:
                data_set[last] = element
            if last == PIXEL_DATA:
                offset = self._after_pixels(data_set, offset, explicit)
                break
        return Walk(data_set, self.repeated, end - offset)

    def picked(self, offset: int, explicit: bool, tags: Container[int]) -> DataSet:
        """Only these elements at the top, up to the pixel data; values of the others are passed over unread.

        Raises:
            InstanceRejected: truncated, unreadable or too_deep.
        """
        data_set: DataSet = {}
        end = len(self.data)
        while offset < end and PIXEL_DATA not in data_set:
            tag, following = self._skipped(offset, end, explicit)
            if tag in tags or following is None:
                element, following = self.element(offset, end, explicit, 0)
                data_set.setdefault(tag, element)
            offset = following
        return data_set

    def _skipped(self, offset: int, end: int, explicit: bool) -> tuple[int, int | None]:
        """Tag of the element at `offset` and the offset after it, None where only reading it tells."""
        if offset + 12 > end:
            return 0, None
        if not explicit:
            group, number, length = _IMPLICIT.unpack_from(self.data, offset)
            start = offset + 8
        else:
            group, number, raw_vr, length = _EXPLICIT.unpack_from(self.data, offset)
            start = offset + 8
            if raw_vr not in _SHORT_VRS:
                (length,), start = _LENGTH.unpack_from(self.data, start), start + 4
        known = length != UNDEFINED and start + length <= end
        return group << 16 | number, start + length if known else None

    def _unseen(self, offset: int, explicit: bool, last: int) -> tuple[Element, int]:
        """Read an element at the top and remember it; but none that has something to tell of the file."""
        repeated = len(self.repeated)
        element, following = self.element(offset, len(self.data), explicit, 0)
        short = following - offset <= LONGEST_REMEMBERED and element.tag != PIXEL_DATA
        if self._memory is not None and short and len(self.repeated) == repeated:
            self._memory.remember(explicit, last, bytes(self.data[offset:following]), element)
        return element, following

    def _after_pixels(self, data_set: DataSet, offset: int, explicit: bool) -> int:
        """Take the elements after the pixel data; the offset at which they end."""
        while offset < len(self.data):
            try:
                element, following = self.element(offset, len(self.data), explicit, 0)
            except InstanceRejected:
                break
            if element.tag <= PIXEL_DATA:
                break
            self._add(data_set, element)
            offset = following
        return offset

    def _add(self, data_set: DataSet, element: Element) -> None:
        if element.tag in data_set:
            self.repeated.append(element.tag)
        else:
            data_set[element.tag] = element

    def element(self, offset: int, end: int, explicit: bool, depth: int) -> tuple[Element, int]:
        """The element at `offset`, which must end before `end`, and the offset after it.

        Raises:
            InstanceRejected: truncated, unreadable or too_deep.
        """
        self._count()
        if offset + 8 > end:
            raise InstanceRejected("truncated")
        if explicit:
            group, number, raw_vr, length = _EXPLICIT.unpack_from(self.data, offset)
            tag, offset = group << 16 | number, offset + 8
            vr = _VR_OF_BYTES.get(raw_vr) or _unheard_of(raw_vr)
            if vr in LONG_VRS:
                if offset + 4 > end:
                    raise InstanceRejected("truncated")
                (length,), offset = _LENGTH.unpack_from(self.data, offset), offset + 4
            if length == UNDEFINED and raw_vr not in _MAY_BE_UNDEFINED:
                raise InstanceRejected("unreadable")
        else:
            group, number, length = _IMPLICIT.unpack_from(self.data, offset)
            tag, offset = group << 16 | number, offset + 8
            vr = vr_of_tag(tag)
        if group == 0xFFFE:
            raise InstanceRejected("unreadable")
        return self._value(tag, vr, length, offset, end, explicit, depth)

    def _value(
        self, tag: int, vr: str, length: int, offset: int, end: int, explicit: bool, depth: int
    ) -> tuple[Element, int]:
        if length == UNDEFINED:
            if tag == PIXEL_DATA:
                following = self._encapsulated(offset, end)
                return Element(tag, "OB", self.data[offset:following], None, True), following
            inner = explicit and vr != "UN"
            items, following = self._items(offset, end, inner, depth + 1, True)
            return Element(tag, "SQ", b"", items), following
        following = offset + length
        if following > end:
            raise InstanceRejected("truncated")
        known_vr = vr_of_tag(tag) if vr == "UN" and explicit else vr
        if known_vr == "SQ":
            return self._counted(tag, vr, offset, following, explicit and vr == "SQ", depth), following
        value: Value = self.data[offset:following]
        return Element(tag, known_vr, value if length > LONGEST_REMEMBERED else bytes(value)), following

    def _counted(self, tag: int, vr: str, offset: int, end: int, explicit: bool, depth: int) -> Element:
        """A sequence whose length is told. What is no sequence after all stays bytes if it will go as a whole."""
        try:
            return Element(tag, "SQ", b"", self._items(offset, end, explicit, depth + 1, False)[0])
        except InstanceRejected:
            if self._left < 0 or (vr == "SQ" and not tag >> 16 & 1):
                raise
        return Element(tag, "UN", bytes(self.data[offset:end]))

    def _items(
        self, offset: int, end: int, explicit: bool, depth: int, delimited: bool
    ) -> tuple[list[DataSet], int]:
        if depth > MAX_DEPTH:
            raise InstanceRejected("too_deep")
        items: list[DataSet] = []
        while offset < end:
            self._count()
            tag, length, offset = self._item_header(offset, end)
            if tag == SEQUENCE_END and delimited:
                return items, offset
            if tag != ITEM:
                raise InstanceRejected("unreadable")
            if length != UNDEFINED and offset + length > end:
                raise InstanceRejected("truncated")
            stop = end if length == UNDEFINED else offset + length
            item, offset = self._item(offset, stop, explicit, depth, length == UNDEFINED)
            items.append(item)
        if delimited:
            raise InstanceRejected("truncated")
        return items, offset

    def _item(
        self, offset: int, end: int, explicit: bool, depth: int, delimited: bool
    ) -> tuple[DataSet, int]:
        data_set: DataSet = {}
        while offset < end:
            if delimited and self._peek(offset, end) == ITEM_END:
                return data_set, offset + 8
            element, offset = self.element(offset, end, explicit, depth)
            self._add(data_set, element)
        if delimited:
            raise InstanceRejected("truncated")
        return data_set, offset

    def _encapsulated(self, offset: int, end: int) -> int:
        while offset < end:
            self._count("pixel_length")
            tag, length, offset = self._item_header(offset, end)
            if tag == SEQUENCE_END:
                return offset
            if tag != ITEM or length == UNDEFINED:
                raise InstanceRejected("unreadable")
            offset += length
        raise InstanceRejected("truncated")

    def _count(self, code: str = "too_deep") -> None:
        self._left -= 1
        if self._left < 0:
            raise InstanceRejected(code)

    def _item_header(self, offset: int, end: int) -> tuple[int, int, int]:
        if offset + 8 > end:
            raise InstanceRejected("truncated")
        group, number, length = _IMPLICIT.unpack_from(self.data, offset)
        return group << 16 | number, length, offset + 8

    def _peek(self, offset: int, end: int) -> int:
        if offset + 8 > end:
            raise InstanceRejected("truncated")
        group, number, _ = _IMPLICIT.unpack_from(self.data, offset)
        return int(group << 16 | number)
