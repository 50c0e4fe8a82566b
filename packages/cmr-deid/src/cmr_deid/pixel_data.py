"""Pixel data as they leave: nothing but the image between the first byte and the last.

Compressed frames are taken out of their fragments, freed of what is not image (codestreams.py) and wrapped
again, one fragment per frame with an empty offset table (PS3.5 A.4); a stream that is clean already keeps its
bytes.
"""

import functools
import struct
from dataclasses import replace

from cmr_deid import codestreams
from cmr_deid.elements import ITEM, PIXEL_DATA, SEQUENCE_END, DataSet, Element
from cmr_deid.errors import InstanceHeld, InstanceRejected
from cmr_deid.grammar import first_integer
from cmr_deid.text import plain

_ITEM = struct.Struct("<HHL")
_ROWS, _COLUMNS, _BITS_ALLOCATED, _FRAMES = 0x00280010, 0x00280011, 0x00280100, 0x00280008
_BITS_STORED, _HIGH_BIT, _PIXEL_REPRESENTATION = 0x00280101, 0x00280102, 0x00280103


def clean_pixels(data_set: DataSet, transfer_syntax_uid: str) -> bool:
    """Replace compressed pixel data by the same image alone; True if bytes went.

    Native pixel data are never changed: one with bits above the stored ones, where old overlays and texts are
    kept (PS3.5 8.1.2), is held.

    The data set has passed `cmr_deid.gates.gate_raw`.

    Raises:
        InstanceHeld: hidden_bytes; the data hold something that is not known to be image.
        InstanceRejected: pixel_length; the fragments are not as many frames as the header says, or more bits
            are stored than allocated.
    """
    element = data_set[PIXEL_DATA]
    if not element.undefined:
        _require_empty_high_bits(data_set, element)
        return False
    before = bytes(element.value)
    table, *fragments = _fragments(before) or [b""]
    frames = _frames(fragments, transfer_syntax_uid, int(plain(data_set.get(_FRAMES)) or 1))
    samples = _integer(data_set, _ROWS) * _integer(data_set, _COLUMNS)
    try:
        images = [
            codestreams.cleaned(transfer_syntax_uid, frame, _integer(data_set, _BITS_ALLOCATED) // 8, samples)
            for frame in frames
        ]
    except codestreams.UnknownStreamError:
        raise InstanceHeld("hidden_bytes") from None
    images = [image + b"\0" * (len(image) % 2) for image in images]
    after = _wrapped(images, table == _offsets(images))
    if after == before:
        return False
    data_set[PIXEL_DATA] = replace(element, value=after)
    return True


def _require_empty_high_bits(data_set: DataSet, pixels: Element) -> None:
    allocated = _integer(data_set, _BITS_ALLOCATED)
    stored, high = (_integer(data_set, tag) if tag in data_set else 0 for tag in (_BITS_STORED, _HIGH_BIT))
    if not 0 < stored <= allocated:
        raise InstanceRejected("pixel_length")
    if high != stored - 1:
        raise InstanceHeld("hidden_bytes")
    signed = _PIXEL_REPRESENTATION in data_set and _integer(data_set, _PIXEL_REPRESENTATION) == 1
    width, value = allocated // 8, bytes(pixels.value)
    for place in range((stored - 1) // 8, width):
        if value[place::width].translate(None, _lawful_bytes(stored - 8 * place, signed)):
            raise InstanceHeld("hidden_bytes")


@functools.lru_cache(maxsize=128)
def _lawful_bytes(used: int, signed: bool) -> bytes:
    """Values of a byte of a pixel of which `used` bits are stored; with a sign, its copies may fill the others."""
    if used >= 8:
        return bytes(range(256))
    lawful = list(range(1 << max(used, 0)))
    if signed:
        lawful += range(256 - (1 << used - 1), 256) if used > 0 else [255]
    return bytes(lawful)


def _integer(data_set: DataSet, tag: int) -> int:
    element: Element = data_set[tag]
    return first_integer(element.vr, element.value) or 0


def _fragments(value: bytes) -> list[bytes]:
    """The items of encapsulated pixel data, whose walk has shown that they are well-formed."""
    found: list[bytes] = []
    at = 0
    while True:
        group, number, length = _ITEM.unpack_from(value, at)
        if group << 16 | number == SEQUENCE_END:
            return found
        found.append(value[at + 8 : at + 8 + length])
        at += 8 + length


def _frames(fragments: list[bytes], transfer_syntax_uid: str, count: int) -> list[bytes]:
    """One codestream per frame from its one or more fragments."""
    start = codestreams.starts(transfer_syntax_uid)
    frames: list[bytes] = []
    for fragment in fragments:
        if not frames or (fragment.startswith(start) and count > 1):
            frames.append(fragment)
        else:
            frames[-1] += fragment
    if len(frames) != count or not all(frame.startswith(start) for frame in frames):
        raise InstanceRejected("pixel_length")
    return frames


def _offsets(images: list[bytes]) -> bytes:
    at, table = 0, b""
    for image in images:
        table += struct.pack("<L", at)
        at += 8 + len(image)
    return table


def _wrapped(images: list[bytes], with_table: bool) -> bytes:
    pieces = [_offsets(images) if with_table else b"", *images]
    tag = ITEM >> 16, ITEM & 0xFFFF
    body = b"".join(_ITEM.pack(*tag, len(piece)) + piece for piece in pieces)
    return body + _ITEM.pack(SEQUENCE_END >> 16, SEQUENCE_END & 0xFFFF, 0)
