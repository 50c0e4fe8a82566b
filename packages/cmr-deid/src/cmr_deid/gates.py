"""Which instances are taken at all (deid-security.md section 3): judged from the header of one instance.

The exam-level question whether this is a CMR exam is the connector's; here only what one instance already
says against itself.
"""

import re
from collections.abc import Callable, Collection

from pydicom.dataset import Dataset

from cmr_deid.elements import PIXEL_DATA, DataSet
from cmr_deid.errors import InstanceHeld, InstanceRejected
from cmr_deid.grammar import first_integer
from cmr_deid.reading import COMPRESSED_SYNTAXES, NATIVE_SYNTAXES
from cmr_deid.text import plain

ROOT = "1.2.840.10008.5.1.4.1.1."
ACCEPTED_CLASSES = frozenset(ROOT + tail for tail in ("4", "4.1", "4.4"))
"""MR Image, Enhanced MR Image and Legacy Converted Enhanced MR Image Storage."""

SECONDARY_CAPTURES = frozenset(ROOT + tail for tail in ("7", "7.1", "7.2", "7.3", "7.4"))
OTHER_IMAGE_MODALITIES = frozenset(
    [
        "CT",
        "PT",
        "NM",
        "US",
        "CR",
        "DX",
        "MG",
        "XA",
        "RF",
        "IVUS",
        "OCT",
        "OPT",
        "ES",
        "GM",
        "SM",
        "XC",
        "BI",
        "DG",
        "IO",
        "PX",
    ]
)
SCREEN_WORDS = frozenset(
    ["SCREEN", "SCREENSAVE", "SCREENSHOT", "REPORT", "RESULT", "RESULTS", "SUMMARY", "DOCUMENT", "SNAPSHOT"]
)
HEAD_PARTS = frozenset(
    [
        "HEAD",
        "BRAIN",
        "SKULL",
        "FACE",
        "NECK",
        "HEADNECK",
        "HEAD_NECK",
        "ORBIT",
        "EYE",
        "EAR",
        "JAW",
        "SINUS",
        "IAC",
        "TMJ",
    ]
)
OTHER_PARTS = frozenset(
    [
        "KNEE",
        "HIP",
        "PROSTATE",
        "BREAST",
        "SPINE",
        "CSPINE",
        "LSPINE",
        "TSPINE",
        "SSPINE",
        "SHOULDER",
        "ANKLE",
        "FOOT",
        "HAND",
        "WRIST",
        "ELBOW",
        "PELVIS",
        "EXTREMITY",
        "LEG",
        "ARM",
        "UTERUS",
        "FEMUR",
        "TIBIA",
        "RECTUM",
        "FINGER",
        "TOE",
    ]
)
PLACEHOLDER_IDS = frozenset(
    (
        *("ANONYMOUS", "ANONYMIZED", "ANON", "UNKNOWN", "NONE", "NULL", "N/A", "UNDEFINED"),
        *("MISSING", "NO ID", "TEST", "DUMMY", "PHANTOM", "XXX", "XXXX", "NN", "N.N", "N.N.", "N. N."),
    )
)
"""Patient IDs that many persons share: they would become one subject."""

COLORS = ("RGB", "PALETTE", "YBR", "HSV", "ARGB", "CMYK")
"""Beginnings of photometric interpretations that an MR image never has (PS3.3 C.8.3.1)."""

SCREEN_PHRASES = ("screen save", "screensave", "screenshot", "screen shot", "secondary capture")
"""Words of a series description that say what the image type does not."""

OTHER_OBJECTS = {
    **dict.fromkeys((0x00181010, 0x00181016, 0x00181018, 0x00181019, 0x0018101B), "secondary_capture"),
    **dict.fromkeys((0x0040A730, 0x54000100, 0x56000020, 0x30060020, 0x00700001), "sop_class"),
    **dict.fromkeys((0x00620002, 0x7FE00008, 0x7FE00009), "sop_class"),
}
"""Reason by tag of what no MR image has: equipment of secondary capture, trees of content, waveforms,
spectra, structure sets, graphics, segments, floating-point pixels. An object that holds one only says that it is MR."""

_UID = re.compile(r"[0-9.]{1,64}")
_KEYWORDS = {
    "SOPClassUID": 0x00080016,
    "SOPInstanceUID": 0x00080018,
    "StudyInstanceUID": 0x0020000D,
    "SeriesInstanceUID": 0x0020000E,
    "Modality": 0x00080060,
    "ImageType": 0x00080008,
    "BurnedInAnnotation": 0x00280301,
    "ConversionType": 0x00080064,
    "BodyPartExamined": 0x00180015,
    "PatientID": 0x00100020,
    "SamplesPerPixel": 0x00280002,
    "Rows": 0x00280010,
    "Columns": 0x00280011,
    "BitsAllocated": 0x00280100,
    "NumberOfFrames": 0x00280008,
    "PhotometricInterpretation": 0x00280004,
    "SeriesDescription": 0x0008103E,
}
_SHORT_INTEGERS = frozenset(("SamplesPerPixel", "Rows", "Columns", "BitsAllocated"))
"""US by PS3.6: under another form they would not stay, and the image would have no size."""

Getter = Callable[[str], str]


def gate_instance(ds: Dataset, released: frozenset[str] = frozenset()) -> None:
    """Refuse an instance, read by `cmr_deid.reading.read_source`, that is not taken.

    Args:
        ds: header of the instance.
        released: reason codes that a person at the center has decided to let pass (only of `InstanceHeld`).

    Raises:
        InstanceRejected: wrong kind of object, screen save, burned-in text, head, broken pixel data, ...
        InstanceHeld: no_patient_id, two_patients or not_a_heart.
    """
    meta = getattr(ds, "file_meta", None)
    syntax = str(meta.get("TransferSyntaxUID", "")) if meta is not None else ""

    def get(keyword: str) -> str:
        value = ds.get(keyword)
        if value is None or isinstance(value, str | int | float):
            return "" if value is None else str(value).strip()
        return "\\".join(str(part) for part in value)

    pixels = ds._dict.get(PIXEL_DATA)  # type: ignore[call-overload]
    length = None if pixels is None else len(pixels.value or b"")
    _gate(get, ds.keys(), syntax, length, released)


def gate_raw(data_set: DataSet, transfer_syntax_uid: str, released: frozenset[str] = frozenset()) -> None:
    """The same gate on raw elements; raises as `gate_instance`."""

    def get(keyword: str) -> str:
        element = data_set.get(_KEYWORDS[keyword])
        if element is None:
            return ""
        if keyword not in _SHORT_INTEGERS:
            return plain(element)
        number = first_integer(element.vr, element.value) if element.vr in ("US", "SS") else None
        return "" if number is None else str(number)

    pixels = data_set.get(PIXEL_DATA)
    length = None if pixels is None else len(pixels.value)
    _gate(get, data_set.keys(), transfer_syntax_uid, length, released)


def _gate(
    get: Getter, tags: Collection[int], syntax: str, pixel_bytes: int | None, released: frozenset[str]
) -> None:
    _gate_object(get)
    _gate_other_objects(tags)
    _gate_image_type(get)
    _gate_identity(get)
    _gate_pixels(get, syntax, pixel_bytes)
    _gate_body_part(get, released)


def _gate_object(get: Getter) -> None:
    sop_class, modality = get("SOPClassUID"), get("Modality")
    if sop_class in SECONDARY_CAPTURES:
        raise InstanceRejected("secondary_capture")
    if sop_class not in ACCEPTED_CLASSES:
        raise InstanceRejected("not_mr" if modality in OTHER_IMAGE_MODALITIES else "sop_class")
    if modality != "MR":
        raise InstanceRejected("not_mr")
    if get("ConversionType"):
        raise InstanceRejected("secondary_capture")


def _gate_other_objects(tags: Collection[int]) -> None:
    for tag, code in OTHER_OBJECTS.items():
        if tag in tags:
            raise InstanceRejected(code)


def _gate_image_type(get: Getter) -> None:
    words = set(re.split(r"[\\ _]+", get("ImageType").upper()))
    if words & SCREEN_WORDS:
        raise InstanceRejected("screen_save")
    if get("BurnedInAnnotation").upper() == "YES":
        raise InstanceRejected("burned_in")
    if get("SamplesPerPixel") not in ("", "1"):
        raise InstanceRejected("screen_save")
    if get("PhotometricInterpretation").upper().startswith(COLORS):
        raise InstanceRejected("screen_save")
    description = get("SeriesDescription").lower().replace("_", " ")
    if any(phrase in description for phrase in SCREEN_PHRASES):
        raise InstanceRejected("screen_save")


def _gate_identity(get: Getter) -> None:
    for keyword in ("SOPInstanceUID", "SeriesInstanceUID", "StudyInstanceUID"):
        if not _UID.fullmatch(get(keyword)):
            raise InstanceRejected("missing_uid")
    patient_id = get("PatientID").strip(" \0")
    known = any(c.isalnum() and c != "0" for c in patient_id)
    if not known or patient_id.upper() in PLACEHOLDER_IDS:
        raise InstanceHeld("no_patient_id")
    if "\\" in patient_id:
        raise InstanceHeld("two_patients")


def _gate_pixels(get: Getter, syntax: str, pixel_bytes: int | None) -> None:
    if syntax not in NATIVE_SYNTAXES and syntax not in COMPRESSED_SYNTAXES:
        raise InstanceRejected("transfer_syntax")
    if not pixel_bytes:
        raise InstanceRejected("pixel_length")
    try:
        rows, columns, bits = int(get("Rows")), int(get("Columns")), int(get("BitsAllocated"))
        frames = int(get("NumberOfFrames") or "1")
    except ValueError:
        raise InstanceRejected("pixel_length") from None
    if min(rows, columns, frames) < 1 or bits not in (8, 16, 32):
        raise InstanceRejected("pixel_length")
    expected = rows * columns * frames * bits // 8
    if syntax in NATIVE_SYNTAXES and pixel_bytes != expected + expected % 2:
        raise InstanceRejected("pixel_length")


def _gate_body_part(get: Getter, released: frozenset[str]) -> None:
    part = get("BodyPartExamined").upper().replace(" ", "")
    if part in HEAD_PARTS:
        raise InstanceRejected("head_coverage")
    if part in OTHER_PARTS and "not_a_heart" not in released:
        raise InstanceHeld("not_a_heart")
