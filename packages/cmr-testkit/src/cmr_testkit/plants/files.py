"""Identifiers that stand in the bytes of a file beside its data set, and in compressed pixel data."""

import struct
from collections.abc import Callable, Iterable

from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.tag import BaseTag

from cmr_testkit.plants.part import OPEN, header, in_items
from cmr_testkit.plants.place import BytePlanter, Place, Planter, place, put
from cmr_testkit.plants.reserved import Needle, Reserved, Secret

PIXEL_DATA = 0x7FE00010
_JPEG, _JPEG_LS, _J2K = (f"1.2.840.10008.1.2.{tail}".encode() for tail in ("4.70", "4.80", "4.90"))
_FRAMES = 0x00280008


def _meta(tag: int, vr: str, draw: str) -> Planter:
    def plant(dataset: Dataset, reserved: Reserved) -> Iterable[Secret]:
        secret: Secret = getattr(reserved, draw)()
        put(dataset.file_meta, tag, vr, secret.bytes)
        return [secret]

    return plant


def _private_meta(dataset: Dataset, reserved: Reserved) -> Iterable[Secret]:
    secret = reserved.spoken()
    put(dataset.file_meta, 0x00020100, "UI", b"1.3.6.1.4.1.9590.2")
    put(dataset.file_meta, 0x00020102, "OB", secret.bytes)
    return [secret]


def _padding(dataset: Dataset, reserved: Reserved) -> Iterable[Secret]:
    secret = reserved.spoken()
    put(dataset, 0xFFFCFFFC, "OB", secret.bytes)
    return [secret]


def _unknown_sequence(dataset: Dataset, reserved: Reserved) -> Iterable[Secret]:
    """A known sequence written as UN of known length: its items are implicit (CP-246)."""
    name = reserved.person()
    value = name.bytes + b" " * (len(name.bytes) % 2)
    inner = struct.pack("<HHL", 0x0010, 0x0010, len(value)) + value
    put(dataset, 0x00081140, "UN", in_items(inner))
    return [name]


def _open_unknown(dataset: Dataset, reserved: Reserved) -> Iterable[Secret]:
    """A private sequence written as UN of undefined length (CP-246)."""
    name = reserved.person()
    value = name.bytes + b" " * (len(name.bytes) % 2)
    inner = in_items(struct.pack("<HHL", 0x0010, 0x0010, len(value)) + value)
    put(dataset, 0x00470010, "LO", b"PLANTED OPEN")
    _put_open(dataset, 0x00471001, "UN", inner + struct.pack("<HHL", 0xFFFE, 0xE0DD, 0))
    return [name]


def _put_open(dataset: Dataset, tag: int, vr: str, value: bytes) -> None:
    dataset._dict[BaseTag(tag)] = RawDataElement(BaseTag(tag), vr, OPEN, value, 0, False, True, True)


def _preamble(start: bytes) -> BytePlanter:
    def plant(data: bytes, reserved: Reserved) -> tuple[bytes, Iterable[Secret]]:
        secret = reserved.person()
        return (start + secret.bytes)[:128].ljust(128, b"\0") + data[128:], [secret]

    return plant


def _after_end(data: bytes, reserved: Reserved) -> tuple[bytes, Iterable[Secret]]:
    secret = reserved.spoken()
    return data + b"\0\0" + secret.bytes, [secret]


def _element_after_end(data: bytes, reserved: Reserved) -> tuple[bytes, Iterable[Secret]]:
    secret = reserved.person()
    return data + _explicit(0x00100010, "PN", secret.bytes), [secret]


def _before_pixels(tag: int, vr: str, draw: str) -> BytePlanter:
    """An element that stands twice or out of order, right before the pixel data."""

    def plant(data: bytes, reserved: Reserved) -> tuple[bytes, Iterable[Secret]]:
        secret: Secret = getattr(reserved, draw)()
        at = data.rindex(b"\xe0\x7f\x10\x00O")
        return data[:at] + _explicit(tag, vr, secret.bytes) + data[at:], [secret]

    return plant


def _twice_in_meta(data: bytes, reserved: Reserved) -> tuple[bytes, Iterable[Secret]]:
    secret = reserved.mark()
    (length,) = struct.unpack_from("<L", data, 140)
    extra = _explicit(0x00020016, "AE", secret.bytes)
    end = 144 + length
    return data[:140] + struct.pack("<L", length + len(extra)) + data[144:end] + extra + data[end:], [secret]


def _explicit(tag: int, vr: str, value: bytes) -> bytes:
    value += b" " * (len(value) % 2)
    return header(tag, vr, len(value)) + value


def _segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body


_FRAME_HEADER = _segment(0xC3, b"\x10\0\x04\0\x06\x01\x01\x11\0")
_SCAN = _segment(0xC4, bytes(18)) + _segment(0xDA, b"\x01\x01\0\0\0\0") + b"\x12\xff\0\x34\xff\xd0\x56"


def _jpeg(marker: int, before: bytes) -> Callable[[bytes], bytes]:
    return lambda name: b"\xff\xd8" + _segment(marker, before + name) + _FRAME_HEADER + _SCAN + b"\xff\xd9"


def _jpeg_and_more(name: bytes) -> bytes:
    return b"\xff\xd8" + _FRAME_HEADER + _SCAN + b"\xff\xd9" + name


def _jpeg_ls(name: bytes) -> bytes:
    frame = _segment(0xF7, b"\x10\0\x04\0\x06\x01\x01\x11\0")
    scan = _segment(0xDA, b"\x01\x01\0\0\0\0") + b"\x12\xff\x7f\x34"
    return b"\xff\xd8" + _segment(0xFE, name) + frame + scan + b"\xff\xd9"


def _jpeg_2000(name: bytes) -> bytes:
    body = b"\xff\x93\x11\xff\x23"
    tile = _segment(0x90, struct.pack(">HLBB", 0, 12 + len(body), 0, 1)) + body
    head = _segment(0x51, bytes(39)) + _segment(0x64, b"\0\1" + name) + _segment(0x52, bytes(10))
    return b"\xff\x4f" + head + tile + b"\xff\xd9"


def _stream(syntax: bytes, made: Callable[[bytes], bytes]) -> Planter:
    """Compressed pixel data with a name in every frame."""

    def plant(dataset: Dataset, reserved: Reserved) -> Iterable[Secret]:
        count = int(dataset.get(_FRAMES).value) if _FRAMES in dataset else 1
        names = [reserved.family() for _ in range(count)]
        frames = [made(name.bytes) for name in names]
        pieces = in_items(b"", *(frame + b"\0" * (len(frame) % 2) for frame in frames))
        _put_open(dataset, PIXEL_DATA, "OB", pieces + struct.pack("<HHL", 0xFFFE, 0xE0DD, 0))
        put(dataset.file_meta, 0x00020010, "UI", syntax)
        return names

    return plant


def _in_bytes(name: str, what: str, made: BytePlanter, *slots: str) -> Place:
    return Place(name, what, "bytes", frozenset(slots or (name,)), None, made)


def _writer_uid(dataset: Dataset, reserved: Reserved) -> Iterable[Secret]:
    number = reserved.number(8).text
    uid = f"1.3.6.1.4.1.9590.{number}.7"
    put(dataset.file_meta, 0x00020012, "UI", uid.encode())
    return [Secret(uid, "uid", (Needle("text", f"9590.{number}".encode()),))]


FILES: tuple[Place, ...] = (
    place("meta-source-ae", "AE title in the file meta information", "meta", _meta(0x00020016, "AE", "mark")),
    place("meta-sending-ae", "sending AE title", "meta", _meta(0x00020017, "AE", "mark")),
    place("meta-receiving-ae", "receiving AE title", "meta", _meta(0x00020018, "AE", "mark")),
    place("meta-writer", "name of the software that wrote the file", "meta", _meta(0x00020013, "SH", "mark")),
    place("meta-writer-uid", "UID of the software with a number", "meta", _writer_uid),
    place(
        "meta-unknown",
        "unknown attribute of the file meta information",
        "meta",
        _meta(0x00020099, "LO", "spoken"),
    ),
    place("meta-address", "network address of the sender", "meta", _meta(0x00020026, "UR", "url")),
    place("meta-private", "private file meta information", "meta", _private_meta),
    place("trailing-padding", "data set trailing padding", "item", _padding),
    place("sequence-as-un", "known sequence of unknown form", "item", _unknown_sequence, "kept-reference"),
    place("open-un", "unknown form of undefined length", "private", _open_unknown),
    _in_bytes("preamble", "name in the preamble", _preamble(b""), "preamble"),
    _in_bytes("preamble-executable", "preamble of a program", _preamble(b"MZ\x90\0"), "preamble"),
    _in_bytes("preamble-tiff", "preamble of a TIFF", _preamble(b"II*\0\x08\0\0\0"), "preamble"),
    _in_bytes("after-end", "text after the last attribute", _after_end, "end"),
    _in_bytes("element-after-end", "attribute after the pixel data", _element_after_end, "end"),
    _in_bytes("name-twice", "second name", _before_pixels(0x00100010, "PN", "person"), "before pixels"),
    _in_bytes("number-twice", "second number", _before_pixels(0x00100020, "LO", "mark"), "before pixels"),
    _in_bytes(
        "out-of-order", "attribute out of order", _before_pixels(0x00080080, "LO", "family"), "before pixels"
    ),
    _in_bytes(
        "creator-twice",
        "two private creators of one block",
        _before_pixels(0x00190010, "LO", "family"),
        "before pixels",
    ),
    _in_bytes("meta-twice", "second AE title of the file meta information", _twice_in_meta),
)
STREAMS: tuple[Place, ...] = tuple(
    place(name, what, "stream", _stream(syntax, made), "pixels")
    for name, what, syntax, made in (
        ("jpeg-comment", "comment of a JPEG", _JPEG, _jpeg(0xFE, b"")),
        ("jpeg-exif", "EXIF of a JPEG", _JPEG, _jpeg(0xE1, b"Exif\0\0")),
        ("jpeg-xmp", "XMP of a JPEG", _JPEG, _jpeg(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x>")),
        ("jpeg-icc", "ICC profile of a JPEG", _JPEG, _jpeg(0xE2, b"ICC_PROFILE\0\1\1desc")),
        ("jpeg-after-end", "bytes after a JPEG", _JPEG, _jpeg_and_more),
        ("jpeg-ls-comment", "comment of a JPEG-LS", _JPEG_LS, _jpeg_ls),
        ("jpeg-2000-comment", "comment of a JPEG 2000", _J2K, _jpeg_2000),
    )
)
"""Places in compressed pixel data: they replace the pixel data of an image, one codestream per frame."""
