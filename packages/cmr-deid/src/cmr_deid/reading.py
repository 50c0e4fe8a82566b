"""Reading a DICOM Part-10 file of unknown quality: a source or a refusal with a reason, nothing else.

Importing this module tells pydicom not to validate values while reading: its warnings would print values of
the file (S4, D15). Values are judged by this package's own rules.
"""

import zlib
from collections.abc import Container
from dataclasses import dataclass

from pydicom import config
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.tag import BaseTag

from cmr_deid.elements import PIXEL_DATA, DataSet, Element, Memory, Walk, Walker, looks_explicit
from cmr_deid.errors import DeidRefusal, InstanceRejected
from cmr_deid.text import PADDING, character_sets, decoded

config.settings.reading_validation_mode = config.IGNORE

MAX_BYTES = 1 << 31
MAX_INFLATED_BYTES = 1 << 26
IMPLICIT_LITTLE_ENDIAN = "1.2.840.10008.1.2"
EXPLICIT_LITTLE_ENDIAN = "1.2.840.10008.1.2.1"
DEFLATED = "1.2.840.10008.1.2.1.99"
NATIVE_SYNTAXES = frozenset((IMPLICIT_LITTLE_ENDIAN, EXPLICIT_LITTLE_ENDIAN, DEFLATED))
COMPRESSED_SYNTAXES = frozenset(
    f"1.2.840.10008.1.2.{tail}"
    for tail in (
        "4.50",
        "4.51",
        "4.57",
        "4.70",
        "4.80",
        "4.81",
        "4.90",
        "4.91",
        "4.201",
        "4.202",
        "4.203",
        "5",
    )
)
"""JPEG, JPEG lossless, JPEG-LS, JPEG 2000, HTJ2K and RLE; pixel bytes pass as they are."""

_TRANSFER_SYNTAX = 0x00020010
_TEXT_VRS = frozenset(("LO", "SH", "ST", "LT", "UT", "UC", "PN"))


@dataclass(slots=True)
class Source:
    """A file read as raw elements.

    Attributes:
        data_set: the data set's elements by tag.
        file_meta: the elements of group 0002.
        transfer_syntax_uid: as declared.
        has_preamble: True if one of the 128 leading bytes is not zero.
        repeated, trailing: what the walk passed over.
    """

    data_set: DataSet
    file_meta: DataSet
    transfer_syntax_uid: str
    has_preamble: bool
    repeated: list[int]
    trailing: int


def read_raw(data: bytes | memoryview, memory: Memory | None = None) -> Source:
    """Read a Part-10 file as raw elements.

    Args:
        data: the whole file.
        memory: elements of files read before; only makes reading faster.

    Raises:
        InstanceRejected: zero_length, not_dicom, too_large, truncated, too_deep, transfer_syntax, unreadable.
    """
    opened = _opened(data)
    walk: Walk = Walker(opened.view, memory, len(data)).walk(opened.offset, opened.explicit)
    pixels = walk.data_set.get(PIXEL_DATA)
    if pixels is not None and pixels.undefined != (opened.syntax in COMPRESSED_SYNTAXES):
        raise InstanceRejected("transfer_syntax")
    has_preamble = bytes(data[:128]) != bytes(128)
    trailing = walk.trailing + opened.after_end
    return Source(walk.data_set, opened.file_meta, opened.syntax, has_preamble, walk.repeated, trailing)


def read_picked(data: bytes | memoryview, tags: Container[int]) -> tuple[DataSet, str]:
    """Only these elements of the top level of a file, and its transfer syntax; much faster than `read_raw`.

    Raises:
        InstanceRejected: as `read_raw`; what is passed over is not looked at.
    """
    opened = _opened(data)
    return Walker(opened.view, None, len(data)).picked(opened.offset, opened.explicit, tags), opened.syntax


@dataclass(frozen=True, slots=True)
class _Opened:
    """Where the data set of a file stands: in `view` from `offset` on; bytes `after_end` of a deflated one."""

    file_meta: DataSet
    syntax: str
    view: memoryview
    offset: int
    after_end: int

    @property
    def explicit(self) -> bool:
        return looks_explicit(self.view, self.offset)


def _opened(data: bytes | memoryview) -> _Opened:
    view = memoryview(data)
    _require_part_10(view)
    file_meta, offset = _file_meta(view)
    syntax = bytes(file_meta[_TRANSFER_SYNTAX].value).decode("latin-1").strip(PADDING)
    if syntax not in NATIVE_SYNTAXES and syntax not in COMPRESSED_SYNTAXES:
        raise InstanceRejected("transfer_syntax")
    if syntax == DEFLATED:
        inflated, after_end = _inflated(view[offset:])
        return _Opened(file_meta, syntax, inflated, 0, after_end)
    return _Opened(file_meta, syntax, view, offset, 0)


def read_source(data: bytes, groups: Container[int] | None = None) -> Dataset:
    """Read a Part-10 file as a pydicom Dataset for looking at headers; pixel data stay unconverted.

    Elements that pydicom cannot convert are left out, so that no access to a standard attribute raises.

    Args:
        data: the whole file.
        groups: group numbers to convert, for a look at a few attributes; None converts all of them.

    Raises:
        InstanceRejected: with the reason; no other exception leaves this function.
    """
    try:
        source = read_raw(data)
        encodings = character_sets(source.data_set)
        chosen = source.data_set
        if groups is not None:
            chosen = {tag: element for tag, element in chosen.items() if tag >> 16 in groups}
        dataset = _converted(chosen, encodings)
        meta = FileMetaDataset()
        meta.update(_converted(source.file_meta, encodings))
        dataset.file_meta = meta
    except DeidRefusal:
        raise
    except Exception:
        raise InstanceRejected("unreadable") from None
    return dataset


def _require_part_10(view: memoryview) -> None:
    if not len(view):
        raise InstanceRejected("zero_length")
    if len(view) < 132 or bytes(view[128:132]) != b"DICM":
        raise InstanceRejected("not_dicom")
    if len(view) > MAX_BYTES:
        raise InstanceRejected("too_large")


def _inflated(compressed: memoryview) -> tuple[memoryview, int]:
    """A deflated data set (PS3.5 A.5), and how many bytes stand after its end beside one byte of padding."""
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        data = inflater.decompress(compressed, MAX_INFLATED_BYTES)
    except zlib.error:
        raise InstanceRejected("unreadable") from None
    if len(data) >= MAX_INFLATED_BYTES:
        raise InstanceRejected("too_large")
    if not inflater.eof:
        raise InstanceRejected("truncated")
    return memoryview(data), 0 if inflater.unused_data in (b"", b"\0") else len(inflater.unused_data)


def _file_meta(view: memoryview) -> tuple[DataSet, int]:
    offset = 132
    elements: DataSet = {}
    walker = Walker(view)
    while offset + 8 <= len(view) and view[offset] == 2 and view[offset + 1] == 0:
        element, offset = walker.element(offset, len(view), True, 0)
        elements.setdefault(element.tag, element)
    if _TRANSFER_SYNTAX not in elements:
        raise InstanceRejected("truncated" if offset + 8 > len(view) else "unreadable")
    if offset >= len(view):
        raise InstanceRejected("truncated")
    return elements, offset


def _converted(data_set: DataSet, encodings: list[str]) -> Dataset:
    dataset = Dataset()
    dataset.set_original_encoding(False, True, ["utf8"])
    for element in data_set.values():
        _put(dataset, element, encodings)
    return dataset


def _put(dataset: Dataset, element: Element, encodings: list[str]) -> None:
    tag = BaseTag(element.tag)
    try:
        if element.items is not None:
            dataset.add_new(tag, "SQ", Sequence([_converted(item, encodings) for item in element.items]))
            return
        value = element.value if element.tag == PIXEL_DATA else bytes(element.value)
        if element.vr in _TEXT_VRS and not bytes(value).isascii():
            value = decoded(element, encodings).encode("utf-8", "replace")
        length = len(value)
        dataset._dict[tag] = RawDataElement(tag, element.vr, length, value, 0, False, True, True)  # type: ignore
        if element.tag != PIXEL_DATA and not tag.is_private:
            dataset[tag]
    except Exception:
        dataset._dict.pop(tag, None)
