"""The header of one image as recognition needs it, read from the DICOM JSON model (PS3.18 Annex F).

Reading is tolerant: what is missing, empty or ill-typed is None, because a hospital's archive holds all of it
and one bad element must not hide a series. Nothing here looks at names, dates or numbers of a patient.
"""

import dataclasses
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cmr_imaging.vectors import Orientation, Vector, normal_of

Document = Mapping[str, Any]

SHARED_GROUPS, PER_FRAME_GROUPS = "52009229", "52009230"

MACROS = (
    "00209113", "00209116", "00289110", "00209111", "00189118", "00189114", "00189112", "00189115",
    "00189226", "00189197", "00189117", "00289132",
)  # fmt: skip
"""Functional groups that are read (PS3.3 C.7.6.16.2 and C.8.13.5), position to VOI LUT."""

SIEMENS_VENC = re.compile(r"_v(\d{1,3})(?:in|th|ap|rl|fh)?\b")


@dataclass(frozen=True, slots=True)
class InstanceHeader:
    """Header of one image: one classic instance, or one frame of an Enhanced multi-frame instance.

    Attributes:
        sop_instance_uid, series_instance_uid, sop_class_uid, modality: as in the header, empty when absent.
        frame_number: 1-based number of an Enhanced frame, None for a classic instance.
        position: ImagePositionPatient, mm. orientation: ImageOrientationPatient, direction cosines.
        pixel_spacing: row and column spacing, mm.
        trigger_time_ms: delay after the R wave. nominal_interval_ms: R-R interval.
        cardiac_synchronization: Enhanced CardiacSynchronizationTechnique.
        acquisition_time_s: seconds since midnight of the (possibly shifted) acquisition.
        temporal_position: TemporalPositionIdentifier or Enhanced TemporalPositionIndex.
        venc_cm_s: velocity encoding from the standard element or from Siemens' sequence name.
    """

    sop_instance_uid: str = ""
    series_instance_uid: str = ""
    sop_class_uid: str = ""
    modality: str = ""
    frame_number: int | None = None
    instance_number: int | None = None
    acquisition_number: int | None = None
    series_description: str = ""
    protocol_name: str = ""
    image_type: tuple[str, ...] = ()
    scanning_sequence: tuple[str, ...] = ()
    sequence_variant: tuple[str, ...] = ()
    scan_options: tuple[str, ...] = ()
    sequence_name: str = ""
    mr_acquisition_type: str = ""
    manufacturer: str = ""
    body_part: str = ""
    rows: int | None = None
    columns: int | None = None
    number_of_frames: int | None = None
    position: Vector | None = None
    orientation: Orientation | None = None
    pixel_spacing: tuple[float, float] | None = None
    slice_thickness_mm: float | None = None
    trigger_time_ms: float | None = None
    nominal_interval_ms: float | None = None
    cardiac_number_of_images: int | None = None
    cardiac_synchronization: str = ""
    temporal_position: int | None = None
    acquisition_time_s: float | None = None
    inversion_time_ms: float | None = None
    echo_time_ms: float | None = None
    repetition_time_ms: float | None = None
    flip_angle_deg: float | None = None
    venc_cm_s: float | None = None
    b_value: float | None = None
    tagging: bool = False
    window_center: float | None = None
    window_width: float | None = None

    @property
    def normal(self) -> Vector | None:
        """Unit normal of the image plane; None where the orientation is absent or degenerate."""
        return normal_of(self.orientation)


def header_from_dicom_json(document: Document) -> InstanceHeader:
    """Read the header of one instance; an Enhanced instance gives the header of its first frame.

    Args:
        document: DICOM JSON model object, as `pydicom.Dataset.to_json_dict()` or a STOW/WADO metadata object.
    """
    return headers_from_dicom_json(document)[0]


def headers_from_dicom_json(document: Document) -> tuple[InstanceHeader, ...]:
    """Read one header per frame: one for a classic instance, one for each frame of an Enhanced instance.

    A multi-frame instance without per-frame groups gives one header with `number_of_frames` set; per-frame
    groups in an instance without NumberOfFrames (a GE export has them) are read as part of its one header.
    """
    shared = _flattened(_items(document, SHARED_GROUPS)[:1])
    frames = _items(document, PER_FRAME_GROUPS)
    if _integer(document, "00280008") is None:
        return (_header({**document, **shared, **_flattened(frames[:1])}),)
    if not frames:
        return (_header({**document, **shared}),)
    return tuple(
        _header({**document, **shared, **_flattened([frame])}, number)
        for number, frame in enumerate(frames, 1)
    )


def _header(document: Document, frame_number: int | None = None) -> InstanceHeader:
    position, orientation = _numbers(document, "00200032", 3), _numbers(document, "00200037", 6)
    spacing = _numbers(document, "00280030", 2)
    sequence_name = _text(document, "00180024") or _text(document, "00189005")
    return InstanceHeader(
        sop_instance_uid=_text(document, "00080018"),
        series_instance_uid=_text(document, "0020000E"),
        sop_class_uid=_text(document, "00080016"),
        modality=_text(document, "00080060").upper(),
        frame_number=frame_number,
        instance_number=_integer(document, "00200013"),
        acquisition_number=_integer(document, "00200012"),
        series_description=_text(document, "0008103E"),
        protocol_name=_text(document, "00181030"),
        image_type=_words(document, "00089007") or _words(document, "00080008"),
        scanning_sequence=_words(document, "00180020") or _enhanced_sequence(document),
        sequence_variant=_words(document, "00180021") or _enhanced_variant(document),
        scan_options=_words(document, "00180022"),
        sequence_name=sequence_name,
        mr_acquisition_type=_text(document, "00180023").upper(),
        manufacturer=_text(document, "00080070"),
        body_part=_text(document, "00180015").upper(),
        rows=_integer(document, "00280010"),
        columns=_integer(document, "00280011"),
        number_of_frames=_integer(document, "00280008"),
        position=None if position is None else (position[0], position[1], position[2]),
        orientation=None if orientation is None else _six(orientation),
        pixel_spacing=None if spacing is None else (spacing[0], spacing[1]),
        slice_thickness_mm=_number(document, "00180050"),
        trigger_time_ms=_first_number(document, "00181060", "00209153"),
        nominal_interval_ms=_first_number(document, "00181062", "00209251"),
        cardiac_number_of_images=_integer(document, "00181090"),
        cardiac_synchronization=_text(document, "00189037").upper(),
        temporal_position=_first_integer(document, "00200100", "00209128"),
        acquisition_time_s=_seconds(document),
        inversion_time_ms=_first_number(document, "00180082", "00189079"),
        echo_time_ms=_first_number(document, "00180081", "00189082"),
        repetition_time_ms=_number(document, "00180080"),
        flip_angle_deg=_number(document, "00181314"),
        venc_cm_s=_venc(document, sequence_name),
        b_value=_number(document, "00189087"),
        tagging=_text(document, "00189028").upper() not in ("", "NONE"),
        window_center=_number(document, "00281050"),
        window_width=_number(document, "00281051"),
    )


def _items(document: Document, tag: str) -> list[Document]:
    return [item for item in _values(document, tag) if isinstance(item, Mapping)]


def _flattened(groups: list[Document]) -> dict[str, Any]:
    """The attributes of the functional groups that are read, as if they stood in a classic header."""
    flat: dict[str, Any] = {}
    for group in groups:
        for macro in MACROS:
            for item in _items(group, macro)[:1]:
                flat.update(item)
    return flat


def _values(document: Document, tag: str) -> list[Any]:
    element = document.get(tag)
    values = element.get("Value") if isinstance(element, Mapping) else None
    return values if isinstance(values, list) else []


def _text(document: Document, tag: str) -> str:
    values = _values(document, tag)
    return values[0].strip() if values and isinstance(values[0], str) else ""


def _words(document: Document, tag: str) -> tuple[str, ...]:
    return tuple(
        value.strip().upper() for value in _values(document, tag) if isinstance(value, str) and value
    )


def _as_number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _number(document: Document, tag: str) -> float | None:
    values = _values(document, tag)
    return _as_number(values[0]) if values else None


def _first_number(document: Document, *tags: str) -> float | None:
    return next((value for tag in tags if (value := _number(document, tag)) is not None), None)


def _numbers(document: Document, tag: str, count: int) -> list[float] | None:
    numbers = [_as_number(value) for value in _values(document, tag)]
    known = [number for number in numbers if number is not None]
    return known if len(numbers) == len(known) == count else None


def _six(n: list[float]) -> Orientation:
    return (n[0], n[1], n[2], n[3], n[4], n[5])


def _integer(document: Document, tag: str) -> int | None:
    number = _number(document, tag)
    return int(number) if number is not None and number == int(number) else None


def _first_integer(document: Document, *tags: str) -> int | None:
    return next((value for tag in tags if (value := _integer(document, tag)) is not None), None)


def _seconds(document: Document) -> float | None:
    """Seconds since midnight from AcquisitionTime, the frame's or instance's datetime, or ContentTime."""
    for tag, start in (("00080032", 0), ("00189074", 8), ("0008002A", 8), ("00080033", 0)):
        match = re.match(r"(\d\d)(\d\d)(\d\d(?:\.\d+)?)", _text(document, tag)[start:])
        if match:
            return int(match[1]) * 3600 + int(match[2]) * 60 + float(match[3])
    return None


def _venc(document: Document, sequence_name: str) -> float | None:
    standard = _number(document, "00189217")
    if standard is not None:
        return standard
    match = SIEMENS_VENC.search(sequence_name)
    return float(match[1]) if match else None


def _enhanced_sequence(document: Document) -> tuple[str, ...]:
    """ScanningSequence words from the Enhanced pulse-sequence attributes (PS3.3 C.8.13.4)."""
    echo = {"GRADIENT": ("GR",), "SPIN": ("SE",), "BOTH": ("GR", "SE")}.get(
        _text(document, "00189008").upper(), ()
    )
    planar = ("EP",) if _text(document, "00189018").upper() == "YES" else ()
    inverted = ("IR",) if _text(document, "00189009").upper() == "YES" else ()
    return (*echo, *planar, *inverted)


def _enhanced_variant(document: Document) -> tuple[str, ...]:
    return ("SS",) if _text(document, "00189017").upper() not in ("", "NONE") else ()


def with_facts(
    headers: tuple[InstanceHeader, ...],
    venc_cm_s: float | None = None,
    inversion_time_ms: float | None = None,
) -> tuple[InstanceHeader, ...]:
    """Fill what the standard header does not say from acquisition facts read inside the hospital.

    Args:
        headers: headers of one series.
        venc_cm_s: velocity encoding of that series; None changes nothing.
        inversion_time_ms: inversion time of that series; None changes nothing.
    """
    return tuple(
        dataclasses.replace(
            header,
            venc_cm_s=header.venc_cm_s if header.venc_cm_s is not None else venc_cm_s,
            inversion_time_ms=header.inversion_time_ms
            if header.inversion_time_ms is not None
            else inversion_time_ms,
        )
        for header in headers
    )
