"""Judges compressed pixel data by their bytes: is there anything but images between the delimiters?

PS3.5 A.4 (fragments), Annex G (RLE), ISO 10918-1 B (JPEG), ISO 14495-1 C (JPEG-LS), ISO 15444-1 A (JPEG 2000).
Written apart from the engine's cleaning: it follows the markers and says no at the first byte that it cannot
place.
"""

from dataclasses import dataclass

_J2K = ("1.2.840.10008.1.2.4.9", "1.2.840.10008.1.2.4.20")
_LS = "1.2.840.10008.1.2.4.8"
_RLE = "1.2.840.10008.1.2.5"
_HEADERS = bytes.fromhex("c0c1c2c3c5c6c7c9cacbcdcecff7")
_TABLES = bytes.fromhex("c4ccdbdcdddedff8")
_J2K_MARKERS = bytes.fromhex("5051525355565758595c5d5e5f606163")
_ENCODERS = (b"Created by OpenJPEG version ", b"Kakadu-")


@dataclass(frozen=True, slots=True)
class Shape:
    """What the header says about one frame: pixels and bytes per pixel, and how many frames there are."""

    pixels: int
    width: int
    frames: int


def stream_finding(value: bytes, syntax: str, shape: Shape) -> str | None:
    """Reason code against encapsulated pixel data, items and delimiter included, or None."""
    table, frames, rest = _taken_apart(value)
    if rest != b"\xfe\xff\xdd\xe0\0\0\0\0":
        return "hidden_bytes"
    if len(frames) != shape.frames:
        return "pixel_length"
    places, position = b"", 0
    for frame in frames:
        places += position.to_bytes(4, "little")
        position += 8 + len(frame)
    if table not in (b"", places):
        return "hidden_bytes"
    return None if all(_is_image(frame, syntax, shape) for frame in frames) else "hidden_bytes"


def _taken_apart(value: bytes) -> tuple[bytes, list[bytes], bytes]:
    """Offset table, fragments, and whatever follows them."""
    items: list[bytes] = []
    position = 0
    while value[position : position + 4] == b"\xfe\xff\x00\xe0":
        start = position + 8
        position = start + int.from_bytes(value[start - 4 : start], "little")
        items.append(value[start:position])
    return b"".join(items[:1]), items[1:], value[position:]


def _is_image(frame: bytes, syntax: str, shape: Shape) -> bool:
    if syntax == _RLE:
        return _is_rle(frame, shape)
    if syntax.startswith(_J2K):
        return frame.startswith(b"\xff\x4f\xff\x51") and _is_jpeg_2000(frame)
    return frame.startswith(b"\xff\xd8\xff") and _is_jpeg(frame, 0x80 if syntax.startswith(_LS) else 1)


def _is_jpeg(frame: bytes, lowest_marker: int) -> bool:
    position, seen = 2, 0
    while frame[position : position + 2] != b"\xff\xd9":
        kind, size = _segment_at(frame, position)
        body = frame[position + 4 : position + size]
        if kind in _HEADERS:
            seen |= 1
        elif kind == 0xDA:
            seen |= 2
        elif kind not in _TABLES and not _is_known_application(kind, body):
            return False
        position += size
        if kind == 0xDA:
            position = _after_scan(frame, position, lowest_marker)
        if not size or position > len(frame):
            return False
    return seen == 3 and not frame[position + 2 :].strip(b"\0")


def _segment_at(frame: bytes, position: int) -> tuple[int, int]:
    """Marker and size of the segment with its marker; size 0 where there is none."""
    if frame[position : position + 1] != b"\xff" or position + 4 > len(frame):
        return 0xDB, 0
    declared = int.from_bytes(frame[position + 2 : position + 4], "big")
    return frame[position + 1], 0 if declared < 2 else declared + 2


def _after_scan(frame: bytes, position: int, lowest_marker: int) -> int:
    while True:
        position = frame.find(b"\xff", position)
        if position < 0 or position + 1 >= len(frame):
            return len(frame) + 1
        after = frame[position + 1]
        if lowest_marker <= after < 0xFF and not 0xD0 <= after <= 0xD7:
            return position
        position += 1 if after == 0xFF else 2


def _is_known_application(kind: int, body: bytes) -> bool:
    """JFIF without a thumbnail (ISO 10918-5), or Adobe's color transform: numbers at fixed places."""
    if kind == 0xE0:
        return len(body) == 14 and body.startswith(b"JFIF\0\1") and body.endswith(b"\0\0")
    return kind == 0xEE and len(body) == 12 and body.startswith((b"Adobe\0d", b"Adobe\0e"))


def _is_jpeg_2000(frame: bytes) -> bool:
    position = _after_headers(frame, 2, 0x90)
    if not position:
        return False
    while frame[position : position + 2] == b"\xff\x90":
        size = int.from_bytes(frame[position + 6 : position + 10], "big")
        start = position + 12
        position = position + size if size else len(frame.rstrip(b"\0")) - 2
        data = _after_headers(frame, start, 0x93)
        if not data or data >= position:
            return False
    return frame[position : position + 2] == b"\xff\xd9" and not frame[position + 2 :].strip(b"\0")


def _after_headers(frame: bytes, position: int, last: int) -> int:
    """Where the marker `last` stands after known segments only; 0 if something else stands there."""
    while frame[position : position + 2] != bytes((0xFF, last)):
        kind, size = _segment_at(frame, position)
        comment = kind == 0x64 and _is_encoder(frame[position + 4 : position + size])
        if not size or not (kind in _J2K_MARKERS or comment):
            return 0
        position += size
    return position


def _is_encoder(body: bytes) -> bool:
    """The comment (Latin-1 text) in which a known encoder tells its version."""
    for name in _ENCODERS:
        if body.startswith(b"\0\1" + name):
            version = body[2 + len(name) :]
            return len(version) <= 9 and not version.strip(b"v0123456789.")
    return False


def _is_rle(frame: bytes, shape: Shape) -> bool:
    words = [int.from_bytes(frame[at : at + 4], "little") for at in range(0, 64, 4)]
    ends = [*words[2 : shape.width + 1], len(frame)]
    if len(frame) <= 64 or words[0] != shape.width or words[1] != 64 or shape.width > 15:
        return False
    if any(words[shape.width + 1 :]):
        return False
    starts = words[1 : shape.width + 1]
    return all(_is_run(frame[start:end], shape.pixels) for start, end in zip(starts, ends, strict=True))


def _is_run(packed: bytes, pixels: int) -> bool:
    """True if the packed bytes hold exactly these pixels, and zeros at most after them (PS3.5 G.3)."""
    at = made = 0
    while made < pixels and at < len(packed):
        count = packed[at]
        at += 1 if count == 128 else 2 if count > 128 else count + 2
        made += 0 if count == 128 else 257 - count if count > 128 else count + 1
    return made == pixels and at <= len(packed) and not packed[at:].strip(b"\0")
