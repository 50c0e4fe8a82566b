"""Pixel data as they leave: nothing but the image between the first byte and the last.

Compressed frames are taken out of their fragments, freed of what is not image (codestreams.py) and wrapped
again, one fragment per frame with an empty offset table (PS3.5 A.4); a stream that is clean already keeps its
bytes.
"""

import functools
import itertools
import struct
from collections.abc import Sequence
from dataclasses import dataclass, replace

from cmr_deid import codestreams
from cmr_deid.elements import ITEM, PIXEL_DATA, SEQUENCE_END, DataSet, Element, Value
from cmr_deid.errors import DeidRefusal, InstanceHeld, InstanceRejected
from cmr_deid.grammar import first_integer
from cmr_deid.reading import read_picked
from cmr_deid.text import plain

_ITEM = struct.Struct("<HHL")
_ROWS, _COLUMNS, _BITS_ALLOCATED, _FRAMES = 0x00280010, 0x00280011, 0x00280100, 0x00280008
_BITS_STORED, _HIGH_BIT, _PIXEL_REPRESENTATION = 0x00280101, 0x00280102, 0x00280103
_PHOTOMETRIC = 0x00280004
_OF_THE_IMAGE = frozenset(
    (
        PIXEL_DATA,
        _ROWS,
        _COLUMNS,
        _BITS_ALLOCATED,
        _FRAMES,
        _BITS_STORED,
        _HIGH_BIT,
        _PIXEL_REPRESENTATION,
        _PHOTOMETRIC,
    )
)
_NO_IMAGE, _MASKED = "bytes of the stream that are no image", "regions blanked"
Mask = tuple[int, int, int, int]
"""Row, column, rows and columns of a rectangle, in pixels from the upper left corner."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Rows, columns and frames of native pixel data, and bytes per pixel (one sample each)."""

    rows: int
    columns: int
    frames: int
    bytes_per_pixel: int


def clean_pixels(data_set: DataSet, transfer_syntax_uid: str, masks: Sequence[Mask] = ()) -> tuple[str, ...]:
    """Replace pixel data by the image alone; what was done to them, in words, empty if nothing.

    Native pixel data change inside the masks only: data with bits above the stored ones, where old overlays and
    texts are kept (PS3.5 8.1.2), are held.

    The data set has passed `cmr_deid.gates.gate_raw`.

    Raises:
        InstanceHeld: hidden_bytes; the data hold something that is not known to be image. burned_in_text; there
            is something to blank in compressed data.
        InstanceRejected: pixel_length; the fragments are not as many frames as the header says, or more bits
            are stored than allocated.
    """
    element = data_set[PIXEL_DATA]
    if not element.undefined:
        _require_empty_high_bits(data_set, element)
        return _blank(data_set, element, masks)
    if masks:
        raise InstanceHeld("burned_in_text")
    before = bytes(element.value)
    after = _image_alone(data_set, before, transfer_syntax_uid)
    if after == before:
        return ()
    data_set[PIXEL_DATA] = replace(element, value=after)
    return (_NO_IMAGE,)


def blanked(pixels: Value, shape: Shape, masks: Sequence[Mask]) -> bytes:
    """Native pixel data with zeros inside the masks, in every frame.

    Args:
        pixels: value of (7FE0,0010).
        shape: of the image.
        masks: (row, column, rows, columns) of rectangles; what lies outside the image is passed over.
    """
    out = bytearray(pixels)
    width = shape.columns * shape.bytes_per_pixel
    for row, column, rows, columns in masks:
        left, right = (min(max(c, 0), shape.columns) for c in (column, column + columns))
        top, bottom = (min(max(r, 0), shape.rows) for r in (row, row + rows))
        zeros = bytes(max(right - left, 0) * shape.bytes_per_pixel)
        for frame in range(shape.frames):
            for line in range(top, bottom):
                at = (frame * shape.rows + line) * width + left * shape.bytes_per_pixel
                out[at : at + len(zeros)] = zeros
    return bytes(out)


def pixels_equal(before: bytes, after: bytes, masks: Sequence[Mask] = ()) -> bool:
    """True if the image of one file is that of the other, bit for bit outside the masks, zero inside them.

    Of compressed frames the image bytes are compared, without comments and without how they are cut into
    fragments. False for files that cannot be read.

    Args:
        before: the source, a Part-10 file.
        after: what was made of it.
        masks: as `Engine.deidentify` was given.
    """
    try:
        first = _image(*read_picked(before, _OF_THE_IMAGE), masks)
        second = _image(*read_picked(after, _OF_THE_IMAGE), ())
    except (DeidRefusal, KeyError, ValueError, struct.error):
        return False
    return first == second


def _image(data_set: DataSet, transfer_syntax_uid: str, masks: Sequence[Mask]) -> tuple[object, ...]:
    """All that makes the image, to be compared."""
    element = data_set[PIXEL_DATA]
    shape = _shape(data_set)
    bits = [_integer(data_set, tag) for tag in (_BITS_STORED, _HIGH_BIT)]
    signed = _integer(data_set, _PIXEL_REPRESENTATION) if _PIXEL_REPRESENTATION in data_set else 0
    photometric = plain(data_set.get(_PHOTOMETRIC))
    if not element.undefined:
        pixels = blanked(element.value, shape, masks) if masks else bytes(element.value)
        return shape, *bits, signed, photometric, "native", pixels
    value = _image_alone(data_set, bytes(element.value), transfer_syntax_uid)
    return shape, *bits, signed, photometric, transfer_syntax_uid, _fragments(value)[1:]


def _blank(data_set: DataSet, element: Element, masks: Sequence[Mask]) -> tuple[str, ...]:
    if not masks:
        return ()
    data_set[PIXEL_DATA] = replace(element, value=blanked(element.value, _shape(data_set), masks))
    return (_MASKED,)


def _shape(data_set: DataSet) -> Shape:
    rows, columns, allocated = (_integer(data_set, tag) for tag in (_ROWS, _COLUMNS, _BITS_ALLOCATED))
    return Shape(rows, columns, int(plain(data_set.get(_FRAMES)) or 1), allocated // 8)


def _image_alone(data_set: DataSet, value: bytes, transfer_syntax_uid: str) -> bytes:
    """Encapsulated pixel data of the same frames, freed of what is no image, one fragment each."""
    shape = _shape(data_set)
    table, *fragments = _fragments(value) or [b""]
    frames = _frames(fragments, transfer_syntax_uid, shape.frames)
    samples = shape.rows * shape.columns
    try:
        images = [
            codestreams.cleaned(transfer_syntax_uid, frame, shape.bytes_per_pixel, samples)
            for frame in frames
        ]
    except codestreams.UnknownStreamError:
        raise InstanceHeld("hidden_bytes") from None
    images = [image + b"\0" * (len(image) % 2) for image in images]
    return _wrapped(images, table == _offsets(images))


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
    if element.vr not in ("US", "SS", "UL", "SL"):
        raise InstanceRejected("pixel_length")
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
    frames: list[list[bytes]] = []
    for fragment in fragments:
        if not frames or (fragment.startswith(start) and count > 1):
            frames.append([])
        frames[-1].append(fragment)
    if len(frames) != count or not all(frame[0].startswith(start) for frame in frames):
        raise InstanceRejected("pixel_length")
    return [b"".join(frame) for frame in frames]


def _offsets(images: list[bytes]) -> bytes:
    starts = itertools.accumulate((8 + len(image) for image in images[:-1]), initial=0)
    return b"".join(struct.pack("<L", start) for start in starts)


def _wrapped(images: list[bytes], with_table: bool) -> bytes:
    pieces = [_offsets(images) if with_table else b"", *images]
    tag = ITEM >> 16, ITEM & 0xFFFF
    body = b"".join(_ITEM.pack(*tag, len(piece)) + piece for piece in pieces)
    return body + _ITEM.pack(SEQUENCE_END >> 16, SEQUENCE_END & 0xFFFF, 0)
