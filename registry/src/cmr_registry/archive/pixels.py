"""Decoded frames and how they become gray: stored values, modality values, window (PS3.3 C.11.1, C.11.2)."""

import io
import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.pixels.utils import pixel_array
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from cmr_registry.archive.errors import NotRenderableError, StoredBytesDamagedError
from cmr_registry.archive.headers import DicomJson
from cmr_registry.archive.index import IndexedInstance
from cmr_registry.archive.places import Place
from cmr_registry.archive.reading import bytes_read, frames_read
from cmr_registry.lib.errors import StorageError

Array = NDArray[Any]
Gray = NDArray[np.uint8]
Window = tuple[float, float]
"""Center and width in modality values."""

NATIVE = frozenset({ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian})
MOST_PIXELS = 4096 * 4096
_SHARED, _PER_FRAME, _TRANSFORMATION = "52009229", "52009230", "00289145"
_LOW, _HIGH = 0.5, 99.5
"""Percentiles that a picture without a window of its own is stretched between."""


def frame_values(place: Place, instance: IndexedInstance, number: int) -> Array:
    """One decoded frame.

    Returns:
        Modality values, float32, shape (rows, columns); or colors, uint8, shape (rows, columns, 3).

    Raises:
        NotRenderableError: there is no such frame, or its encoding cannot be decoded here.
        StoredBytesDamagedError: the stored bytes are damaged.
        StorageError: the store failed.
    """
    try:
        if instance.transfer_syntax_uid in NATIVE:
            (stored,) = frames_read(place, instance, [number])
            values = _native(instance, stored)
        else:
            values = _decoded(bytes_read(place, instance), number)
        if values.ndim == 3:
            return values.astype(np.uint8)
        slope, intercept = _rescale(instance.metadata, number)
        return values.astype(np.float32) * np.float32(slope) + np.float32(intercept)
    except (StoredBytesDamagedError, StorageError, NotRenderableError):
        raise
    except Exception as error:  # decoders raise many classes on odd input
        raise NotRenderableError("These pixels cannot be decoded.") from error


def header_window(instance: IndexedInstance, number: int) -> Window | None:
    """The window that the header asks for, None where it asks for none."""
    headers = instance.headers
    header = headers[number - 1] if 1 <= number <= len(headers) else headers[0]
    if header.window_center is None or header.window_width is None or header.window_width < 1:
        return None
    return (header.window_center, header.window_width)


def own_window(values: Array) -> Window:
    """A window from the values themselves, between two percentiles so that one bright pixel does not darken all.

    Args:
        values: modality values of any shape; a large array is sampled.
    """
    sample = values.ravel()[:: max(1, values.size // 65_536)]
    low, high = (float(value) for value in np.percentile(sample, (_LOW, _HIGH)))
    return ((low + high) / 2, max(high - low, 1.0))


def gray_of(values: Array, window: Window, *, inverted: bool = False) -> Gray:
    """Window modality values to 8 bits (PS3.3 C.11.2.1.2.1, linear).

    Args:
        values: modality values.
        window: center and width.
        inverted: MONOCHROME1, where low values are bright.
    """
    center, width = window
    scale = 255.0 / max(width - 1, 1e-3)
    shades = values * np.float32(scale) + np.float32(127.5 - (center - 0.5) * scale)
    gray = np.clip(shades, 0, 255, out=shades).astype(np.uint8)
    return 255 - gray if inverted else gray


def is_inverted(instance: IndexedInstance) -> bool:
    """Whether low values are bright (MONOCHROME1)."""
    return bool(_word(instance.metadata, "00280004") == "MONOCHROME1")


def _native(instance: IndexedInstance, stored: bytes) -> Array:
    rows, columns = _size(instance)
    samples, bits = instance.number("00280002") or 1, instance.number("00280100") or 0
    used, signed = instance.number("00280101") or bits, instance.number("00280103") == 1
    if (
        bits not in (8, 16, 32)
        or samples not in (1, 3)
        or _word(instance.metadata, "00280004") == "PALETTE COLOR"
    ):
        raise NotRenderableError("This pixel format is not shown.")
    order = ">" if instance.transfer_syntax_uid == ExplicitVRBigEndian else "<"
    values: Array = np.frombuffer(
        stored, f"{order}{'i' if signed else 'u'}{bits // 8}", rows * columns * samples
    )
    if used < bits:
        values = values << (bits - used) >> (bits - used) if signed else values & ((1 << used) - 1)
    if samples == 1:
        return values.reshape(rows, columns)
    if instance.number("00280006") == 1:
        return values.reshape(3, rows, columns).transpose(1, 2, 0)
    return values.reshape(rows, columns, 3)


def _decoded(data: bytes, number: int) -> Array:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pixel_array(io.BytesIO(data), index=number - 1)


def _size(instance: IndexedInstance) -> tuple[int, int]:
    rows, columns = instance.number("00280010") or 0, instance.number("00280011") or 0
    if not 0 < rows * columns <= MOST_PIXELS:
        raise NotRenderableError("This picture is empty or too large.")
    return rows, columns


def _rescale(metadata: DicomJson, number: int) -> tuple[float, float]:
    """Slope and intercept of the frame: of its functional group, the shared one, or the header."""
    for groups in (_values(metadata, _PER_FRAME)[number - 1 : number], _values(metadata, _SHARED)[:1]):
        for group in groups:
            for item in _values(group, _TRANSFORMATION)[:1]:
                return _slope(item)
    return _slope(metadata)


def _slope(item: DicomJson) -> tuple[float, float]:
    slope, intercept = _values(item, "00281053")[:1], _values(item, "00281052")[:1]
    return (float(slope[0]) if slope else 1.0, float(intercept[0]) if intercept else 0.0)


def _values(item: DicomJson, tag: str) -> list[Any]:
    values = item.get(tag, {}).get("Value", [])
    return values if isinstance(values, list) else []


def _word(item: DicomJson, tag: str) -> str:
    values = _values(item, tag)
    return str(values[0]) if values else ""
