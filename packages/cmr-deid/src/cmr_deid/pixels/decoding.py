"""Pixel data as arrays, bounded before a decoder sees them: sizes come from the headers of the coded images.

Runs in a child process without files, network or room to grow (see the connector): a decoder that breaks on a
hostile stream takes nothing with it.
"""

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import imagecodecs
import numpy as np
from numpy.typing import NDArray

from cmr_deid.codestreams import JPEG_2000, JPEG_LS, RLE, starts
from cmr_deid.elements import ITEM, PIXEL_DATA, DataSet
from cmr_deid.grammar import first_integer
from cmr_deid.pixels.errors import UndecodableError
from cmr_deid.reading import NATIVE_SYNTAXES, Source
from cmr_deid.text import plain

Array = NDArray[Any]

MAX_SIDE = 4096
MAX_FRAMES = 20_000
_ITEM = struct.Struct("<HHL")
_SOF = frozenset((0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF, 0xF7))
_HIGH_THROUGHPUT = frozenset(f"1.2.840.10008.1.2.4.{tail}" for tail in ("201", "202", "203"))


@dataclass(frozen=True, slots=True)
class Shape:
    """What the header says of the pixels.

    Attributes:
        rows, columns, frames: sizes. bits: allocated. signed: two's complement. inverted: MONOCHROME1.
    """

    rows: int
    columns: int
    frames: int
    bits: int
    signed: bool
    inverted: bool

    @property
    def dtype(self) -> np.dtype[Any]:
        """Little-endian integers of the declared size and sign."""
        return np.dtype(f"<{'i' if self.signed else 'u'}{self.bits // 8}")


def shape_of(data_set: DataSet) -> Shape:
    """Sizes and kind of the pixels, within what is looked at.

    Raises:
        UndecodableError: sizes are missing or too large, or the pixels are no gray values.
    """
    rows, columns, bits = (_integer(data_set, tag) for tag in (0x00280010, 0x00280011, 0x00280100))
    words = plain(data_set.get(0x00280008)) or "1"
    frames = int(words) if words.isdecimal() and len(words) < 7 else 0
    kind = plain(data_set.get(0x00280004)).upper()
    if not (0 < rows <= MAX_SIDE and 0 < columns <= MAX_SIDE and 0 < frames <= MAX_FRAMES):
        raise UndecodableError("size")
    if bits not in (8, 16, 32) or kind not in ("", "MONOCHROME1", "MONOCHROME2"):
        raise UndecodableError("kind")
    return Shape(rows, columns, frames, bits, _integer(data_set, 0x00280103) == 1, kind == "MONOCHROME1")


def frames_of(source: Source) -> Iterator[Array]:
    """The frames of an instance one after the other, each (rows, columns), brighter meaning larger.

    Raises:
        UndecodableError: a frame is not what the header declares.
    """
    shape = shape_of(source.data_set)
    pixels = source.data_set.get(PIXEL_DATA)
    if pixels is None:
        raise UndecodableError("none")
    if source.transfer_syntax_uid in NATIVE_SYNTAXES:
        frames = _native(pixels.value, shape)
    else:
        frames = _compressed(bytes(pixels.value), shape, source.transfer_syntax_uid)
    for frame in frames:
        yield np.invert(frame) if shape.inverted else frame


def warm_up_codecs() -> None:
    """Load every codec, which happens at its first use."""
    image = np.zeros((16, 16), np.uint16)
    coded = (
        (imagecodecs.jpegls_decode, imagecodecs.jpegls_encode(image)),
        (imagecodecs.jpeg2k_decode, imagecodecs.jpeg2k_encode(image, level=0, codecformat="J2K")),
        (imagecodecs.htj2k_decode, imagecodecs.htj2k_encode(image, reversible=True)),
        (imagecodecs.ljpeg_decode, imagecodecs.ljpeg_encode(image)),
        (imagecodecs.jpeg_decode, imagecodecs.jpeg_encode(image.astype(np.uint8))),
    )
    for decode, stream in coded:
        decode(stream)


def _native(value: bytes | memoryview, shape: Shape) -> Iterator[Array]:
    size = shape.rows * shape.columns
    if len(value) < size * shape.frames * shape.bits // 8:
        raise UndecodableError("length")
    for number in range(shape.frames):
        start = number * size * shape.bits // 8
        yield np.frombuffer(value, shape.dtype, size, start).reshape(shape.rows, shape.columns)


def _compressed(value: bytes, shape: Shape, syntax: str) -> Iterator[Array]:
    streams = _streams(value, shape.frames, syntax)
    for stream in streams:
        if syntax == RLE:
            yield _run_lengths(stream, shape)
        else:
            yield _decoded(stream, shape, syntax)


def _streams(value: bytes, count: int, syntax: str) -> list[bytes]:
    """One codestream per frame; a stream that begins a new image begins a new frame."""
    start, found, at = starts(syntax), list[bytes](), 0
    items = []
    while at + 8 <= len(value):
        group, number, length = _ITEM.unpack_from(value, at)
        if group << 16 | number != ITEM:
            break
        items.append(value[at + 8 : at + 8 + length])
        at += 8 + length
    for item in items[1:]:
        if not found or (count > 1 and item.startswith(start)):
            found.append(item)
        else:
            found[-1] += item
    if len(found) != count or not all(stream.startswith(start) for stream in found):
        raise UndecodableError("frames")
    return found


def _decoded(stream: bytes, shape: Shape, syntax: str) -> Array:
    declared = _size_2000(stream) if syntax in JPEG_2000 else _size_jpeg(stream)
    if declared != (shape.rows, shape.columns, 1):
        raise UndecodableError("size")
    try:
        image = np.asarray(_decoder(syntax)(stream))
    except Exception:
        # every codec has errors of its own; their texts may quote the stream
        raise UndecodableError("codec") from None
    if image.shape != (shape.rows, shape.columns):
        raise UndecodableError("size")
    return image.view(shape.dtype) if image.dtype.itemsize * 8 == shape.bits else image


def _decoder(syntax: str) -> Callable[[bytes], Any]:
    if syntax in _HIGH_THROUGHPUT:
        return imagecodecs.htj2k_decode
    if syntax in JPEG_2000:
        return imagecodecs.jpeg2k_decode
    return imagecodecs.jpegls_decode if syntax in JPEG_LS else _jpeg


def _jpeg(stream: bytes) -> Any:
    """Lossless (SOF3) and the others have decoders of their own."""
    return (
        imagecodecs.ljpeg_decode(stream)
        if _frame_header(stream)[0] == 0xC3
        else imagecodecs.jpeg_decode(stream)
    )


def _size_jpeg(stream: bytes) -> tuple[int, int, int]:
    _, rows, columns, samples = _frame_header(stream)
    return rows, columns, samples


def _frame_header(stream: bytes) -> tuple[int, int, int, int]:
    """Marker, rows, columns and components of the frame header (ISO 10918-1 B.2.2)."""
    at = 2
    while at + 10 <= len(stream):
        marker, length = stream[at + 1], struct.unpack_from(">H", stream, at + 2)[0]
        if stream[at] != 0xFF or length < 2:
            break
        if marker in _SOF:
            rows, columns, samples = struct.unpack_from(">HHB", stream, at + 5)
            return marker, rows, columns, samples
        at += 2 + length
    raise UndecodableError("header")


def _size_2000(stream: bytes) -> tuple[int, int, int]:
    """Rows, columns and components by the SIZ marker, of one tile that is no larger (ISO 15444-1 A.5.1)."""
    if len(stream) < 42:
        raise UndecodableError("header")
    right, bottom, left, top, wide, high = struct.unpack_from(">6L", stream, 8)
    if not wide or not high or (right // wide) * (bottom // high) > MAX_SIDE:
        raise UndecodableError("tiles")
    return bottom - top, right - left, struct.unpack_from(">H", stream, 40)[0]


def _run_lengths(stream: bytes, shape: Shape) -> Array:
    """RLE (PS3.5 Annex G): one segment per byte of a pixel, the highest first."""
    size, width = shape.rows * shape.columns, shape.bits // 8
    if len(stream) < 64:
        raise UndecodableError("header")
    count, *offsets = struct.unpack_from("<16L", stream)
    if count != width:
        raise UndecodableError("segments")
    planes = np.empty((size, width), np.uint8)
    for place in range(width):
        stop = offsets[place + 1] if place + 1 < count else len(stream)
        planes[:, width - 1 - place] = _segment(stream[offsets[place] : stop], size)
    return planes.reshape(-1).view(shape.dtype).reshape(shape.rows, shape.columns)


def _segment(packed: bytes, size: int) -> Array:
    plain_bytes, at = bytearray(), 0
    while len(plain_bytes) < size and at < len(packed):
        head = packed[at]
        if head < 128:
            plain_bytes += packed[at + 1 : at + head + 2]
            at += head + 2
        elif head > 128:
            plain_bytes += packed[at + 1 : at + 2] * (257 - head)
            at += 2
        else:
            at += 1
    if len(plain_bytes) < size:
        raise UndecodableError("length")
    return np.frombuffer(bytes(plain_bytes[:size]), np.uint8)


def _integer(data_set: DataSet, tag: int) -> int:
    element = data_set.get(tag)
    return 0 if element is None else first_integer(element.vr, element.value) or 0
