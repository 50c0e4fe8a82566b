"""Compressed images without what stands beside the image: comments, application data, bytes after the end.

JPEG and JPEG-LS (ISO 10918-1 Annex B, ISO 14495-1 Annex C), JPEG 2000 and HTJ2K (ISO 15444-1 Annex A) and RLE
(PS3.5 Annex G). The coded image itself is copied byte by byte; what cannot be told apart from it is refused.
"""

import re
import struct

RLE = "1.2.840.10008.1.2.5"
JPEG_LS = frozenset(("1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.81"))
_J2K_TAILS = ("4.90", "4.91", "4.201", "4.202", "4.203")
JPEG_2000 = frozenset(f"1.2.840.10008.1.2.{tail}" for tail in _J2K_TAILS)

_JPEG_KEPT = frozenset((*range(0xC0, 0xC8), *range(0xC9, 0xD0), *range(0xDA, 0xE0), 0xF7, 0xF8))
"""Frame headers, Huffman and arithmetic tables, SOS, DQT, DNL, DRI, DHP, EXP; SOF55 and LSE of JPEG-LS."""

_JPEG_HARMLESS = re.compile(
    rb"\xff\xe0\x00\x10JFIF\x00\x01.{6}\x00\x00|\xff\xee\x00\x0eAdobe\x00[\x64\x65].{5}", re.DOTALL
)
_J2K_KEPT = frozenset(
    (*(0x50, 0x51, 0x52, 0x53, 0x55, 0x56, 0x57, 0x58, 0x59, 0x5C, 0x5D, 0x5E, 0x5F), 0x60, 0x61, 0x63)
)
"""CAP, SIZ, COD, COC, TLM, PRF, PLM, PLT, CPF, QCD, QCC, RGN, POC, PPM, PPT, CRG."""

_J2K_HARMLESS = re.compile(
    rb"\xff\x64..\x00\x01(?:Created by OpenJPEG version [0-9]\.[0-9]{1,2}\.[0-9]{1,2}|Kakadu-v?[0-9.]{1,8})",
    re.DOTALL,
)
_SCAN_END = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
_LS_SCAN_END = re.compile(rb"\xff[\x80-\xcf\xd8-\xfe]")
_SOS, _EOI, _COM, _SOT, _SOD = 0xDA, 0xD9, 0x64, 0x90, 0x93


class UnknownStreamError(Exception):
    """The bytes are no codestream of the declared kind; never leaves `cmr_deid.pixel_data`."""


def starts(transfer_syntax_uid: str) -> bytes:
    """The bytes with which a codestream of this transfer syntax begins; empty for RLE."""
    if transfer_syntax_uid == RLE:
        return b""
    return b"\xff\x4f\xff\x51" if transfer_syntax_uid in JPEG_2000 else b"\xff\xd8\xff"


def cleaned(transfer_syntax_uid: str, stream: bytes, segments: int, samples: int) -> bytes:
    """The codestream of one frame without comments, application data and bytes after its end.

    Args:
        transfer_syntax_uid: of the file.
        stream: all fragments of the frame, joined.
        segments: bytes per pixel, the number of RLE segments.
        samples: pixels per frame, which each RLE segment holds.

    Raises:
        UnknownStreamError: something in it is not known to belong to the image.
    """
    try:
        if transfer_syntax_uid == RLE:
            return _rle(stream, segments, samples)
        if transfer_syntax_uid in JPEG_2000:
            return _jpeg_2000(stream)
        return _jpeg(stream, _LS_SCAN_END if transfer_syntax_uid in JPEG_LS else _SCAN_END)
    except (IndexError, struct.error):
        raise UnknownStreamError from None


def _jpeg(stream: bytes, scan_end: re.Pattern[bytes]) -> bytes:
    kept, at, scans = [stream[:2]], 2, 0
    while stream[at + 1] != _EOI or stream[at] != 0xFF:
        segment = _segment(stream, at, _JPEG_KEPT, _JPEG_HARMLESS)
        following = at + 2 + struct.unpack_from(">H", stream, at + 2)[0]
        if stream[at + 1] == _SOS:
            following, scans = _end_of_scan(stream, following, scan_end), scans + 1
            segment = stream[at:following]
        kept.append(segment)
        at = following
    if not scans:
        raise UnknownStreamError
    return b"".join((*kept, b"\xff\xd9"))


def _end_of_scan(stream: bytes, at: int, scan_end: re.Pattern[bytes]) -> int:
    found = scan_end.search(stream, at)
    if found is None:
        raise UnknownStreamError
    return found.start()


def _segment(stream: bytes, at: int, known: frozenset[int], harmless: re.Pattern[bytes]) -> bytes:
    """The marker segment at `at`; empty if it is a comment or application data that may hold anything."""
    length = struct.unpack_from(">H", stream, at + 2)[0]
    segment, marker = stream[at : at + 2 + length], stream[at + 1]
    if stream[at] != 0xFF or length < 2 or len(segment) < 2 + length:
        raise UnknownStreamError
    if marker in known or harmless.fullmatch(segment):
        return segment
    if marker == _COM or marker == 0xFE or 0xE0 <= marker <= 0xEF:
        return b""
    raise UnknownStreamError


def _jpeg_2000(stream: bytes) -> bytes:
    kept, at = [stream[:2]], 2
    while stream[at + 1] != _SOT:
        kept.append(_segment(stream, at, _J2K_KEPT, _J2K_HARMLESS))
        at += 2 + struct.unpack_from(">H", stream, at + 2)[0]
    first = at
    while stream[at : at + 2] == b"\xff\x90":
        at = _end_of_tile_part(stream, at)
    if stream[at : at + 2] != b"\xff\xd9":
        raise UnknownStreamError
    return b"".join((*kept, stream[first:at], b"\xff\xd9"))


def _end_of_tile_part(stream: bytes, start: int) -> int:
    """Where a tile-part ends; its header may hold no comment, for its length counts in other segments."""
    length = struct.unpack_from(">L", stream, start + 6)[0]
    stop = start + length if length else stream.rindex(b"\xff\xd9") if b"\xff\xd9" in stream else 0
    at = start + 12
    while stream[at + 1] != _SOD:
        segment = _segment(stream, at, _J2K_KEPT, _J2K_HARMLESS)
        if not segment:
            raise UnknownStreamError
        at += len(segment)
    if not at < stop <= len(stream):
        raise UnknownStreamError
    return stop


def _rle(stream: bytes, segments: int, samples: int) -> bytes:
    count, *offsets = struct.unpack_from("<16L", stream)
    used = offsets[:count]
    if count != segments or not used or used[0] != 64 or any(offsets[count:]):
        raise UnknownStreamError
    end = 0
    for start, limit in zip(used, [*used[1:], len(stream)], strict=True):
        end = _end_of_runs(stream, start, samples)
        if not start < end <= limit or any(stream[end:limit]):
            raise UnknownStreamError
    return stream[:end] + b"\0" * (end % 2)


def _end_of_runs(stream: bytes, at: int, samples: int) -> int:
    while samples > 0:
        head = stream[at]
        if head < 128:
            at, samples = at + head + 2, samples - head - 1
        elif head > 128:
            at, samples = at + 2, samples + head - 257
        else:
            at += 1
    return at
