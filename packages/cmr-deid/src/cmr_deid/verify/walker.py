"""The verifier's own walk over the bytes of a Part-10 file (PS3.10 section 7.1, PS3.5 section 7.1).

Only Explicit VR Little Endian is read: the engine writes nothing else, so anything else is a finding.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

DEEPEST = 32
_FOUR_BYTE_LENGTH = (
    b"OB",
    b"OD",
    b"OF",
    b"OL",
    b"OV",
    b"OW",
    b"SQ",
    b"SV",
    b"UC",
    b"UN",
    b"UR",
    b"UT",
    b"UV",
)
_TWO_BYTE_LENGTH = (
    *(b"AE", b"AS", b"AT", b"CS", b"DA", b"DS", b"DT", b"FD", b"FL", b"IS", b"LO"),
    *(b"LT", b"PN", b"SH", b"SL", b"SS", b"ST", b"TM", b"UI", b"UL", b"US"),
)
_NAMES = {vr: vr.decode() for vr in _FOUR_BYTE_LENGTH + _TWO_BYTE_LENGTH}
_HEAD = struct.Struct("<HH2sH")
_LONG = frozenset(_FOUR_BYTE_LENGTH)
_OPEN = 0xFFFFFFFF


class MalformedBytesError(Exception):
    """The bytes are no well-formed data set; `code` is a reason code.

    Not in the package's error tree: the verifier stands alone.
    """

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass(slots=True)
class Field:
    """One attribute as it stands in the bytes.

    Attributes:
        tag: group * 65536 + element.
        vr: two letters.
        start, length: place of the value; of a sequence, of all its items.
        path: tags of the enclosing sequences, outermost first.
        open_ended: True for a value of undefined length (compressed pixel data).
        creator: private creator of a private data element, empty if there is none.
        scope: number of the data set or item that holds it, unique in the file.
    """

    tag: int
    vr: str
    start: int
    length: int
    path: tuple[int, ...]
    open_ended: bool
    creator: bytes
    scope: int


class FieldWalk:
    """Walks a file; afterwards `end` tells where the last attribute ended."""

    def __init__(self, data: memoryview) -> None:
        self._data = data
        self._size = len(data)
        self._scopes = 0
        self.end = 0

    def fields(self, start: int) -> Iterator[Field]:
        """All attributes from `start` to the end of the bytes, outer ones before their inner ones.

        Raises:
            MalformedBytesError: truncated, unreadable or too_deep.
        """
        self.end = start
        yield from self._level(start, self._size, (), False)

    def meta(self, start: int) -> Iterator[Field]:
        """The attributes of group 0002.

        Raises:
            MalformedBytesError: truncated, unreadable, or not in ascending order.
        """
        position, last = start, -1
        while position + 2 <= self._size and self._word(position) == 2:
            field, position = self._header(position, self._size, (), 0, {})
            if field.tag <= last:
                raise MalformedBytesError("hidden_bytes")
            last = field.tag
            yield field
        self.end = position

    def _level(self, position: int, limit: int, path: tuple[int, ...], delimited: bool) -> Iterator[Field]:
        if len(path) > DEEPEST:
            raise MalformedBytesError("too_deep")
        self._scopes += 1
        scope, creators, last = self._scopes, dict[int, bytes](), -1
        while position < limit:
            if delimited and self._is(position, limit, 0xE00D):
                self.end = position + 8
                return
            field, following = self._header(position, limit, path, scope, creators)
            if field.tag <= last:
                raise MalformedBytesError("hidden_bytes")
            last = field.tag
            if field.tag & 0x10000 and self._is_creator(field.tag):
                raw = bytes(self._data[field.start : field.start + field.length])
                creators[field.tag] = raw.strip(b" \0")
            yield field
            if field.vr == "SQ":
                yield from self._items(field, limit, (*path, field.tag))
                following = self.end
            self.end = position = following
        if delimited:
            raise MalformedBytesError("truncated")

    def _items(self, sequence: Field, limit: int, path: tuple[int, ...]) -> Iterator[Field]:
        position = sequence.start
        stop = limit if sequence.open_ended else sequence.start + sequence.length
        while position < stop:
            if sequence.open_ended and self._is(position, stop, 0xE0DD):
                self.end = position + 8
                return
            if not self._is(position, stop, 0xE000):
                raise MalformedBytesError("unreadable")
            length = self._long(position + 4)
            position += 8
            inner_stop = stop if length == _OPEN else position + length
            if inner_stop > stop:
                raise MalformedBytesError("truncated")
            self.end = position
            yield from self._level(position, inner_stop, path, length == _OPEN)
            position = self.end
        if sequence.open_ended:
            raise MalformedBytesError("truncated")
        self.end = position

    def _header(
        self, position: int, limit: int, path: tuple[int, ...], scope: int, creators: dict[int, bytes]
    ) -> tuple[Field, int]:
        if position + 8 > limit:
            raise MalformedBytesError("truncated")
        group, number, vr, length = _HEAD.unpack_from(self._data, position)
        name = _NAMES.get(vr)
        if name is None:
            raise MalformedBytesError("unreadable")
        start, tag = position + 8, group << 16 | number
        if vr in _LONG:
            start, length = self._long_length(position, limit, length)
            if length == _OPEN:
                return self._open(tag, name, start, path, scope)
        if start + length > limit:
            raise MalformedBytesError("truncated")
        creator = b""
        if group & 1 and not 0x10 <= number <= 0xFF:
            creator = creators.get(group << 16 | number >> 8, b"")
        return Field(tag, name, start, length, path, False, creator, scope), start + length

    def _long_length(self, position: int, limit: int, reserved: int) -> tuple[int, int]:
        """Where the value of an element with a length of four bytes begins, and its length."""
        if position + 12 > limit:
            raise MalformedBytesError("truncated")
        if reserved:
            raise MalformedBytesError("hidden_bytes")
        return position + 12, self._long(position + 8)

    def _open(self, tag: int, name: str, start: int, path: tuple[int, ...], scope: int) -> tuple[Field, int]:
        """An element of undefined length: a sequence, or compressed pixel data at the top."""
        if name == "SQ":
            return Field(tag, name, start, 0, path, True, b"", scope), start
        if tag != 0x7FE00010 or path:
            raise MalformedBytesError("unreadable")
        following = self._fragments(start)
        return Field(tag, name, start, following - start, path, True, b"", scope), following

    def _fragments(self, position: int) -> int:
        while self._is(position, self._size, 0xE000):
            position += 8 + self._long(position + 4)
        if not self._is(position, self._size, 0xE0DD):
            raise MalformedBytesError("truncated" if position + 8 > self._size else "unreadable")
        return position + 8

    def _is(self, position: int, limit: int, element: int) -> bool:
        fits = position + 8 <= limit
        return fits and self._word(position) == 0xFFFE and self._word(position + 2) == element

    @staticmethod
    def _is_creator(tag: int) -> bool:
        return bool(tag >> 16 & 1) and 0x10 <= tag & 0xFFFF <= 0xFF

    def _word(self, position: int) -> int:
        return self._data[position] | self._data[position + 1] << 8

    def _long(self, position: int) -> int:
        return int.from_bytes(self._data[position : position + 4], "little")
