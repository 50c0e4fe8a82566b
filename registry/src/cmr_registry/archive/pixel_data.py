"""Where the frames of an instance lie within its Part-10 bytes, found without decoding a pixel.

Native pixel data are one run of equal frames (PS3.5 8.1.1). Encapsulated ones are fragments (PS3.5 A.4), put
together to frames by their number, by an offset table, or where each frame ends with the marker of its codec.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian, ImplicitVRLittleEndian

Part = tuple[int, int]
"""Offset and length of a fragment within the Part-10 bytes."""
Frame = tuple[Part, ...]

_ITEM, _END = 0xFFFEE000, 0xFFFEE0DD
_UNDEFINED = 0xFFFFFFFF
_PIXEL_DATA = (0x7FE0, 0x0010)
_LAST_BYTES = 10
_END_OF_IMAGE = b"\xff\xd9"
"""JPEG, JPEG-LS and JPEG 2000 all end an image with these bytes."""


@dataclass(frozen=True, slots=True)
class PixelLocation:
    """Pixel data of an instance.

    Attributes:
        offset, length: of the value; of encapsulated data, from the first item to the last fragment's end.
        n_frames: frames that can be cut out; 0 where there are none or they cannot be told apart.
        frames: the fragments of each frame of encapsulated data; None for native data.
    """

    offset: int = 0
    length: int = 0
    n_frames: int = 0
    frames: tuple[Frame, ...] | None = None


NO_PIXELS = PixelLocation()


def locate(
    data: bytes,
    at: int,
    transfer_syntax_uid: str,
    n_frames: int,
    *,
    frame_bytes: int = 0,
    offsets: bytes = b"",
) -> PixelLocation:
    """Find the frames.

    Args:
        data: Part-10 bytes.
        at: offset of the Pixel Data element.
        transfer_syntax_uid: how the data set is encoded.
        n_frames: Number of Frames, 1 where absent.
        frame_bytes: length of a native frame, so that a padding byte is not taken for pixels; 0 where unknown.
        offsets: Extended Offset Table (7FE0,0001), 8 bytes per frame, where there is one.
    """
    if transfer_syntax_uid == DeflatedExplicitVRLittleEndian or len(data) < at + 8:
        return NO_PIXELS
    order = ">" if transfer_syntax_uid == ExplicitVRBigEndian else "<"
    if struct.unpack_from(f"{order}HH", data, at) != _PIXEL_DATA:
        return NO_PIXELS
    start = at + (8 if transfer_syntax_uid == ImplicitVRLittleEndian else 12)
    if len(data) < start:
        return NO_PIXELS
    (length,) = struct.unpack_from(f"{order}I", data, start - 4)
    if length == _UNDEFINED:
        return _encapsulated(data, start, n_frames, offsets)
    if length > len(data) - start:
        return NO_PIXELS
    whole = frame_bytes * n_frames or length
    return PixelLocation(start, whole, n_frames) if n_frames <= whole <= length else NO_PIXELS


def _encapsulated(data: bytes, start: int, n_frames: int, extended: bytes) -> PixelLocation:
    items = list(_items(data, start))
    if len(items) < 2:
        return NO_PIXELS
    table, fragments = items[0], items[1:]
    frames = _frames(data, table, fragments, n_frames, extended)
    end = fragments[-1][0] + fragments[-1][1]
    return PixelLocation(start, end - start, len(frames), tuple(frames))


def _items(data: bytes, at: int) -> Iterator[Part]:
    """Offset and length of each item's value, up to the delimiter or the first thing that is no item."""
    while at + 8 <= len(data):
        group, element, length = struct.unpack_from("<HHI", data, at)
        if (group << 16 | element) != _ITEM or length > len(data) - at - 8:
            return
        yield (at + 8, length)
        at += 8 + length


def _frames(data: bytes, table: Part, fragments: list[Part], n_frames: int, extended: bytes) -> list[Frame]:
    if n_frames == 1:
        return [tuple(fragments)]
    if len(fragments) == n_frames:
        return [(fragment,) for fragment in fragments]
    starts = _starts(data[table[0] : table[0] + table[1]], extended)
    frames = _by_starts(fragments, starts) if len(starts) == n_frames else _by_markers(data, fragments)
    return frames if len(frames) == n_frames else []


def _starts(basic: bytes, extended: bytes) -> list[int]:
    """Offsets of frames, counted from the first fragment's item tag."""
    if extended and len(extended) % 8 == 0:
        return list(struct.unpack(f"<{len(extended) // 8}Q", extended))
    return list(struct.unpack(f"<{len(basic) // 4}I", basic[: len(basic) // 4 * 4]))


def _by_starts(fragments: list[Part], starts: list[int]) -> list[Frame]:
    base, known = fragments[0][0] - 8, set(starts)
    frames: list[list[Part]] = []
    for offset, length in fragments:
        if offset - 8 - base in known:
            frames.append([])
        if frames:
            frames[-1].append((offset, length))
    return [tuple(frame) for frame in frames]


def _by_markers(data: bytes, fragments: list[Part]) -> list[Frame]:
    frames: list[Frame] = []
    open_frame: list[Part] = []
    for offset, length in fragments:
        open_frame.append((offset, length))
        if _END_OF_IMAGE in data[max(offset, offset + length - _LAST_BYTES) : offset + length]:
            frames.append(tuple(open_frame))
            open_frame = []
    return [*frames, tuple(open_frame)] if open_frame else frames
