"""Part-10 files of one series, written fast: what did not change since the last image is not encoded again.

The bytes are those of `pydicom.dcmwrite` (a test compares them); a series repeats most of its header.
"""

from pathlib import Path
from typing import Any

from pydicom.charset import convert_encodings
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_data_element, write_file_meta_info

PREAMBLE = b"\0" * 128 + b"DICM"


class SeriesWriter:
    """Writes images whose header is one dataset that is changed from image to image.

    Values must be replaced, never changed in place; elements of ambiguous VR must be added with their VR.
    """

    def __init__(self) -> None:
        self._known: dict[int, tuple[DataElement, Any, bytes]] = {}

    def write(self, path: Path, dataset: Dataset) -> None:
        """Write the dataset with its file meta information, explicit VR little endian."""
        meta = DicomBytesIO()
        meta.is_little_endian, meta.is_implicit_VR = True, False
        write_file_meta_info(meta, dataset.file_meta, enforce_standard=True)
        encodings = convert_encodings(dataset.get("SpecificCharacterSet", "ISO_IR 6"))
        body = b"".join(self._encoded(dataset[tag], encodings) for tag in sorted(dataset.keys()))
        path.write_bytes(PREAMBLE + meta.getvalue() + body)

    def _encoded(self, element: DataElement, encodings: list[str]) -> bytes:
        known = self._known.get(element.tag)
        if known and known[0] is element and known[1] is element.value:
            return known[2]
        buffer = DicomBytesIO()
        buffer.is_little_endian, buffer.is_implicit_VR = True, False
        write_data_element(buffer, element, encodings)
        data = buffer.getvalue()
        self._known[element.tag] = (element, element.value, data)
        return data
