"""Part-10 bytes of a data set as it stands, right or wrong: nothing is checked, sorted into sense or mended."""

import io
import struct

import pydicom
from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_data_element

from cmr_testkit.plants.place import LONG_VRS

OPEN = 0xFFFFFFFF
_ITEM = struct.Struct("<HHL")


def raw_copy(data: bytes) -> Dataset:
    """The data set of Part-10 bytes (Explicit VR Little Endian), its elements not converted."""
    return pydicom.dcmread(io.BytesIO(data))


def part_10(dataset: Dataset) -> bytes:
    """The file: empty preamble, file meta information with its length, elements in ascending order."""
    meta = dataset.file_meta
    body = b"".join(_element(meta.get_item(tag)) for tag in sorted(meta.keys()) if tag != 0x00020000)
    length = header(0x00020000, "UL", 4) + struct.pack("<L", len(body))
    return bytes(128) + b"DICM" + length + body + elements(dataset)


def elements(dataset: Dataset) -> bytes:
    """The elements of a data set or item."""
    return b"".join(_element(dataset.get_item(tag)) for tag in sorted(dataset.keys()))


def header(tag: int, vr: str, length: int) -> bytes:
    """Tag, VR and length of an explicit element."""
    start = struct.pack("<HH2s", tag >> 16, tag & 0xFFFF, vr.encode())
    return start + (struct.pack("<HL", 0, length) if vr in LONG_VRS else struct.pack("<H", length))


def in_items(*contents: bytes) -> bytes:
    """Items of known length."""
    return b"".join(_ITEM.pack(0xFFFE, 0xE000, len(content)) + content for content in contents)


def _element(element: DataElement | RawDataElement | None) -> bytes:
    if isinstance(element, RawDataElement) and element.VR is not None:
        value = element.value or b""
        length = OPEN if element.length == OPEN else len(value)
        return header(element.tag, element.VR, length) + value
    if isinstance(element, DataElement) and element.VR == "SQ":
        content = in_items(*(elements(one) for one in element.value))
        return header(element.tag, "SQ", len(content)) + content
    buffer = DicomBytesIO()
    buffer.is_little_endian, buffer.is_implicit_VR = True, False
    write_data_element(buffer, element, ["latin-1"])  # type: ignore[arg-type]
    return buffer.getvalue()
