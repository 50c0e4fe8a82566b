"""Decoding of source text (PS3.5 section 6) inside the hospital: best effort, never an exception, no warning."""

import re
import warnings

from pydicom.charset import decode_bytes, python_encoding

from cmr_deid.elements import DataSet, Element

SPECIFIC_CHARACTER_SET = 0x00080005
_DELIMITERS = {0x0D, 0x0A, 0x09, 0x0C, 0x5E, 0x3D, 0x5C}
PADDING = " \0\t\r\n"
ASCII_TEXT = re.compile(rb"[\x20-\x7e]*")


def character_sets(data_set: DataSet) -> list[str]:
    """Python names of the encodings that (0008,0005) declares; unknown terms are passed over."""
    element = data_set.get(SPECIFIC_CHARACTER_SET)
    if element is None:
        return ["iso8859"]
    terms = bytes(element.value).decode("ascii", "replace").split("\\")
    return [python_encoding.get(term.strip(PADDING), "iso8859") for term in terms]


def plain(element: Element | None) -> str:
    """The value read byte by byte as Latin-1, without padding: for attributes whose form is ASCII."""
    if element is None:
        return ""
    return bytes(element.value).decode("latin-1").strip(PADDING)


def decoded(element: Element | None, encodings: list[str]) -> str:
    """The value as a person would read it, without padding; undecodable bytes become replacement signs."""
    if element is None:
        return ""
    raw = bytes(element.value)
    if raw.isascii() and b"\x1b" not in raw:
        return raw.decode("ascii").strip(PADDING)
    if b"\x1b" not in raw:
        return raw.decode(encodings[0], "replace").strip(PADDING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            text = decode_bytes(raw, encodings, _DELIMITERS)
    except Exception:
        text = raw.decode("latin-1")
    return text.strip(PADDING)
