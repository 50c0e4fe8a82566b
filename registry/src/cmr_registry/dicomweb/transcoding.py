"""Pixels for callers who cannot decode what is stored: native Explicit VR Little Endian (trap 4 of stack.md)."""

from io import BytesIO

from pydicom import dcmread
from pydicom.pixels.decoders.base import get_decoder
from pydicom.uid import UID, ExplicitVRLittleEndian

from cmr_registry.dicomweb.negotiation import EXPLICIT_LITTLE_ENDIAN, NATIVE_SYNTAXES


def can_be_decoded(syntax: str) -> bool:
    """True where this installation can turn the transfer syntax into native pixels."""
    if syntax in NATIVE_SYNTAXES:
        return True
    try:
        return bool(get_decoder(UID(syntax)).is_available)
    except NotImplementedError:
        return False


def to_explicit_little_endian(part_10: bytes, syntax: str) -> bytes:
    """The same instance in Explicit VR Little Endian; as it is where it is so already.

    Args:
        part_10: a whole DICOM file.
        syntax: its transfer syntax.
    """
    if syntax == EXPLICIT_LITTLE_ENDIAN:
        return part_10
    dataset = dcmread(BytesIO(part_10))
    if syntax in NATIVE_SYNTAXES:
        dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        out = BytesIO()
        dataset.save_as(out, implicit_vr=False, little_endian=True, enforce_file_format=True)
        return out.getvalue()
    dataset.decompress(as_rgb=False, generate_instance_uid=False)
    out = BytesIO()
    dataset.save_as(out, enforce_file_format=True)
    return out.getvalue()


def native_frames(part_10: bytes, syntax: str, numbers: list[int]) -> list[bytes]:
    """The numbered frames (from 1) of a compressed instance as native little endian bytes."""
    dataset = dcmread(BytesIO(to_explicit_little_endian(part_10, syntax)))
    pixels = bytes(dataset.PixelData)
    length = dataset.Rows * dataset.Columns * dataset.SamplesPerPixel * dataset.BitsAllocated // 8
    return [pixels[(number - 1) * length : number * length] for number in numbers]
