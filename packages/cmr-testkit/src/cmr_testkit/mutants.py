"""Damaged DICOM files: the same seed always damages a file in the same way.

A mutant is a file after one to six small accidents: bytes changed, cut out or put in, lengths that lie, VRs and
tags exchanged, attributes twice or in the wrong order, ends cut off, two files spliced, another transfer syntax
declared.
"""

import random
import struct
from collections.abc import Callable

FILE_META_END = 144
HEADER_BYTES = 6000
_VRS = (b"LO", b"SH", b"PN", b"UI", b"DA", b"DS", b"IS", b"US", b"SQ", b"UN", b"OB", b"UT", b"ZZ", b"\0\0")
_SYNTAXES = (
    *(b"1.2.840.10008.1.2", b"1.2.840.10008.1.2.1", b"1.2.840.10008.1.2.1.99", b"1.2.840.10008.1.2.2"),
    *(b"1.2.840.10008.1.2.4.70", b"1.2.840.10008.1.2.4.90", b"1.2.840.10008.1.2.5", b"1.2.3"),
)
_LENGTHS = (0, 1, 2, 7, 8, 255, 0x7FFF, 0xFFFE, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFE, 0xFFFFFFFF)
Accident = Callable[[bytearray, random.Random], None]


def mutated(data: bytes, rng: random.Random) -> bytes:
    """The file after one to six accidents in its first bytes, where the header is.

    Args:
        data: a Part-10 file.
        rng: decides everything.
    """
    out = bytearray(data)
    for _ in range(rng.choice((1, 1, 1, 2, 3, 6))):
        if len(out) > FILE_META_END + 200:
            rng.choice(ACCIDENTS)(out, rng)
    return bytes(out)


def _place(out: bytearray, rng: random.Random) -> int:
    return rng.randrange(FILE_META_END, min(len(out) - 64, HEADER_BYTES))


def _element(out: bytearray, rng: random.Random) -> int:
    """Offset of an element with an explicit VR near a random place; that place if there is none."""
    place = _place(out, rng)
    for at in range(place, min(place + 200, len(out) - 12)):
        if bytes(out[at + 4 : at + 6]) in (
            b"LO",
            b"SH",
            b"PN",
            b"UI",
            b"DA",
            b"DS",
            b"IS",
            b"CS",
            b"US",
            b"SQ",
            b"TM",
        ):
            return at
    return place


def _byte(out: bytearray, rng: random.Random) -> None:
    out[_place(out, rng)] = rng.randrange(256)


def _bit(out: bytearray, rng: random.Random) -> None:
    out[_place(out, rng)] ^= 1 << rng.randrange(8)


def _cut(out: bytearray, rng: random.Random) -> None:
    at = _place(out, rng)
    del out[at : at + rng.randrange(1, 40)]


def _insert(out: bytearray, rng: random.Random) -> None:
    at = _place(out, rng)
    out[at:at] = rng.randbytes(rng.randrange(1, 40))


def _short_length(out: bytearray, rng: random.Random) -> None:
    at = _element(out, rng)
    before = struct.unpack_from("<H", out, at + 6)[0]
    after = rng.choice((*_LENGTHS, before + 1, before + 2, before + 8, max(before - 2, 0), before + 30))
    out[at + 6 : at + 8] = struct.pack("<H", after & 0xFFFF)


def _long_length(out: bytearray, rng: random.Random) -> None:
    at = _element(out, rng)
    out[at + 8 : at + 12] = struct.pack("<L", rng.choice(_LENGTHS))


def _vr(out: bytearray, rng: random.Random) -> None:
    at = _element(out, rng)
    out[at + 4 : at + 6] = rng.choice(_VRS)


def _tag(out: bytearray, rng: random.Random) -> None:
    at, other = _element(out, rng), _element(out, rng)
    out[at : at + 4] = out[other : other + 4]


def _twice(out: bytearray, rng: random.Random) -> None:
    at, to = _element(out, rng), _element(out, rng)
    size = 8 + struct.unpack_from("<H", out, at + 6)[0] % 200
    out[to:to] = out[at : at + size]


def _end(out: bytearray, rng: random.Random) -> None:
    del out[rng.randrange(FILE_META_END + 100, len(out)) :]


def _tail(out: bytearray, rng: random.Random) -> None:
    out += rng.choice((b"\0" * 64, rng.randbytes(33), bytes(out[200:400])))


def _splice(out: bytearray, rng: random.Random) -> None:
    at, other = _place(out, rng), _place(out, rng)
    out[at:] = out[other:]


def _unknown(out: bytearray, rng: random.Random) -> None:
    """Hide the rest of the neighborhood in a UN of defined or undefined length (CP-246)."""
    at = _element(out, rng)
    length = rng.choice((0xFFFFFFFF, rng.randrange(0, 120)))
    out[at:at] = struct.pack("<HH2sHL", rng.choice((0x0009, 0x0008, 0x0040)), 0x1011, b"UN", 0, length)


def _syntax(out: bytearray, rng: random.Random) -> None:
    at = out.find(b"\x02\x00\x10\x00UI")
    if at > 0:
        length = struct.unpack_from("<H", out, at + 6)[0]
        value = rng.choice(_SYNTAXES)
        value += b"\0" * (len(value) % 2)
        out[at + 6 : at + 8 + length] = struct.pack("<H", len(value)) + value


ACCIDENTS: tuple[Accident, ...] = (
    *(_byte, _byte, _byte, _bit, _cut, _insert, _short_length, _short_length, _long_length, _vr, _tag),
    *(_twice, _end, _tail, _splice, _unknown, _syntax),
)
