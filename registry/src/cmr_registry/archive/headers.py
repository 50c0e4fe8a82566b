"""What acceptance reads in an instance: its header in the DICOM JSON model without bulk data, and its frames."""

import io
import json
import math
import warnings
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pydicom import Dataset, dcmread
from pydicom.dataelem import RawDataElement, convert_raw_data_element
from pydicom.tag import BaseTag

from cmr_registry.archive.pixel_data import NO_PIXELS, PixelLocation, locate

DicomJson = dict[str, Any]

LONGEST_INLINE = 4096
"""Bytes of a binary value that metadata carry; a longer one is bulk data and stays in the instance."""
LONGEST_REMEMBERED = 256
_EXTENDED_OFFSETS = 0x7FE00001


@dataclass(frozen=True, slots=True)
class InstanceHeader:
    """The header of an instance.

    Attributes:
        metadata: DICOM JSON model object (PS3.18 F.2) without group 0002, Pixel Data and bulk values.
        pixels: where its frames lie.
    """

    metadata: DicomJson
    pixels: PixelLocation


def header_read(data: bytes, transfer_syntax_uid: str) -> InstanceHeader:
    """Read the header of a verified instance.

    Args:
        data: Part-10 bytes.
        transfer_syntax_uid: as in its File Meta Information.

    Raises:
        ValueError: pydicom cannot read it; the caller keeps the instance without a header.
    """
    stream = io.BytesIO(data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            dataset = dcmread(stream, stop_before_pixels=True)
            metadata = _json_of(dataset)
            pixels = _pixels(dataset, data, stream.tell(), transfer_syntax_uid)
        except Exception as error:  # pydicom raises many classes on odd input (deid-security.md section 7)
            raise ValueError("The header cannot be read.") from error
    return InstanceHeader(metadata, pixels)


def metadata_encode(metadata: DicomJson) -> bytes:
    """Compact UTF-8 JSON; what JSON cannot say (NaN, infinity) becomes null."""
    try:
        text = json.dumps(metadata, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    except ValueError:
        text = json.dumps(_finite(metadata), separators=(",", ":"), ensure_ascii=False)
    return text.encode("utf-8", "replace")


def _pixels(dataset: Dataset, data: bytes, at: int, transfer_syntax_uid: str) -> PixelLocation:
    n_frames = int(dataset.get("NumberOfFrames", 1) or 1)
    if n_frames < 1:
        return NO_PIXELS
    rows, columns = int(dataset.get("Rows", 0) or 0), int(dataset.get("Columns", 0) or 0)
    samples, bits = int(dataset.get("SamplesPerPixel", 1) or 1), int(dataset.get("BitsAllocated", 0) or 0)
    offsets = bytes(dataset[_EXTENDED_OFFSETS].value) if _EXTENDED_OFFSETS in dataset else b""
    return locate(
        data,
        at,
        transfer_syntax_uid,
        n_frames,
        frame_bytes=rows * columns * samples * (bits // 8),
        offsets=offsets,
    )


def _json_of(dataset: Dataset) -> DicomJson:
    """The data set without bulk values. The images of a series repeat nearly all of their short values."""
    document: DicomJson = {}
    others = Dataset()
    for tag in dataset.keys():  # noqa: SIM118  iterating a Dataset converts every element
        raw = dataset.get_item(tag)
        if isinstance(raw, RawDataElement) and _is_short(raw):
            element = _short_element(raw.tag, str(raw.VR), raw.value or b"", raw.is_little_endian)
            if element is not None:
                document[f"{raw.tag:08X}"] = element
        else:
            others[tag] = dataset[tag]
    rest: DicomJson = others.to_json_dict(
        bulk_data_threshold=LONGEST_INLINE,
        bulk_data_element_handler=lambda element: "",
        suppress_invalid_tags=True,
    )
    _drop_bulk(rest)
    document |= rest
    document["00080005"] = {"vr": "CS", "Value": ["ISO_IR 192"]}
    return document


def _is_short(raw: RawDataElement) -> bool:
    """Whether a value is worth remembering and means the same in every character set."""
    value = raw.value or b""
    return raw.VR not in (None, "SQ", "UN") and len(value) <= LONGEST_REMEMBERED and value.isascii()


@lru_cache(maxsize=16_384)
def _short_element(tag: int, vr: str, value: bytes, is_little_endian: bool) -> DicomJson | None:
    """The DICOM JSON of one short element, shared by all who ask and never changed; None where it has none."""
    raw = RawDataElement(BaseTag(tag), vr, len(value), value, 0, False, is_little_endian)
    try:
        element: DicomJson = convert_raw_data_element(raw).to_json_dict(None, LONGEST_INLINE)
    except Exception:  # one odd value must not hide the others, as with `suppress_invalid_tags`
        return None
    return element


def _drop_bulk(document: DicomJson) -> None:
    """Leave bulk values as elements without a value, at every depth; an address for them is the caller's."""
    for element in document.values():
        element.pop("BulkDataURI", None)
        if element.get("vr") == "SQ":
            for item in element.get("Value", []):
                _drop_bulk(item)


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _finite(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_finite(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
