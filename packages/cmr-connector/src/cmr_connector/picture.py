"""A small picture of an image, for a person who compares before and after: plain Python, a PNG as a data address."""

import base64
import struct
import zlib
from array import array

from cmr_deid.elements import PIXEL_DATA
from cmr_deid.errors import DeidRefusal
from cmr_deid.grammar import first_integer
from cmr_deid.reading import NATIVE_SYNTAXES, Source, read_raw
from cmr_deid.text import plain

SIDE = 192
_ROWS, _COLUMNS, _ALLOCATED, _STORED, _SIGNED = 0x00280010, 0x00280011, 0x00280100, 0x00280101, 0x00280103
_SAMPLES, _INTERPRETATION = 0x00280002, 0x00280004
_BRIGHTEST = 0.995
_LONGEST = 4096


def picture(data: bytes) -> str | None:
    """The first frame of a native gray image as a `data:` address, at most 192 pixels wide and high.

    Returns:
        None for a compressed, colored or odd image: a person then looks at it in the viewer.
    """
    try:
        source = read_raw(data)
    except DeidRefusal:
        return None
    frame = _frame(source)
    return None if frame is None else "data:image/png;base64," + base64.b64encode(_png(*frame)).decode()


def _number(source: Source, tag: int) -> int:
    element = source.data_set.get(tag)
    if element is None or element.vr != "US" or len(element.value) < 2:
        return 0
    return first_integer("US", element.value) or 0


def _frame(source: Source) -> tuple[int, int, bytes] | None:
    """Width, height and gray values of the shrunken frame."""
    rows, columns, allocated = (_number(source, tag) for tag in (_ROWS, _COLUMNS, _ALLOCATED))
    gray = plain(source.data_set.get(_INTERPRETATION))
    pixels = source.data_set.get(PIXEL_DATA)
    if pixels is None or source.transfer_syntax_uid not in NATIVE_SYNTAXES:
        return None
    if allocated not in (8, 16) or _number(source, _SAMPLES) != 1 or not gray.startswith("MONOCHROME"):
        return None
    n_bytes = rows * columns * allocated // 8
    if not 0 < rows <= _LONGEST or not 0 < columns <= _LONGEST or len(pixels.value) < n_bytes:
        return None
    step = -(-max(rows, columns) // SIDE)
    values = array("B" if allocated == 8 else "H", bytes(pixels.value[:n_bytes]))
    kept = [values[start : start + columns : step] for start in range(0, rows * columns, columns * step)]
    stored, signed = _number(source, _STORED) or allocated, _number(source, _SIGNED) == 1
    shown = [_true(value, stored, signed) for line in kept for value in line]
    return len(kept[0]), len(kept), _stretched(shown, gray == "MONOCHROME1")


def _true(value: int, stored: int, signed: bool) -> int:
    """The stored bits of a value; what stands above them is no image."""
    value &= (1 << stored) - 1
    return value - (1 << stored) if signed and value >> (stored - 1) else value


def _stretched(values: list[int], is_inverted: bool) -> bytes:
    in_order = sorted(values)
    low, high = in_order[0], in_order[int((len(in_order) - 1) * _BRIGHTEST)]
    scale = 255 / max(1, high - low)
    gray = (min(255, round((value - low) * scale)) for value in values)
    return bytes(255 - value for value in gray) if is_inverted else bytes(gray)


def _png(width: int, height: int, gray: bytes) -> bytes:
    lines = b"".join(b"\0" + gray[start : start + width] for start in range(0, width * height, width))
    head = struct.pack(">2L5B", width, height, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(lines)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*chunk) for chunk in chunks)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">L", len(body)) + kind + body + struct.pack(">L", zlib.crc32(kind + body))
