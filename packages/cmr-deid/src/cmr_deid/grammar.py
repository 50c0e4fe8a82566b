"""Grammar of values by VR: what an attribute that is kept may hold (PS3.5 section 6.2, narrowed).

A kept attribute whose value does not have the form of its VR is removed: a swallowed neighbor, a name in a
number, control characters. A date can only stand where the profile shifts it.
"""

import re
import struct

from cmr_deid.elements import Value, vr_of_tag
from cmr_deid.safe_private import NUMERIC_SIZES

_TEXT_FORMS = {
    "DS": re.compile(rb"(?!.*(?<![\d.])(?:19|20)\d{6}(?![\d.]))[0-9+\-.eE \\]*\0?", re.DOTALL),
    "IS": re.compile(rb"(?!.*(?<!\d)(?:19|20)\d{6}(?!\d))[0-9+\- \\]*\0?", re.DOTALL),
    "TM": re.compile(
        rb"(?:[01][0-9]|2[0-3])(?:[0-5][0-9](?:(?:[0-5][0-9]|60)(?:\.[0-9]{1,6})?)?)?[ \0]*"
        rb"|[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?[ \0]*|"
    ),
}
BINARY_SIZES = {
    **NUMERIC_SIZES,
    "AT": 4,
    "SV": 8,
    "UV": 8,
    "OW": 2,
    "OB": 1,
    "OL": 4,
    "OV": 8,
    "OF": 4,
    "OD": 8,
}
TEXT_VRS = frozenset(("LO", "SH", "ST", "LT", "UT", "UC", "UR", "PN", "AE"))
_WORDS = ("OW", "OB")
_INTERCHANGEABLE = ({"US", "SS", "OW"}, {"OB", "OW"}, {"UL", "SL"})


def writable_vr(tag: int, vr: str) -> str | None:
    """The VR under which a kept attribute is written, None where the file's VR cannot hold such a value."""
    expected = vr_of_tag(tag)
    if vr == expected:
        return vr
    if vr in TEXT_VRS and expected in TEXT_VRS:
        return expected
    if any(vr in group and expected in group for group in _INTERCHANGEABLE):
        return vr if vr not in _WORDS or expected in _WORDS else None
    return None


def has_form(vr: str, value: Value) -> bool:
    """True if the value may stay under this VR; code strings and texts have vocabularies of their own."""
    form = _TEXT_FORMS.get(vr)
    if form is not None:
        return bool(form.fullmatch(value))
    size = BINARY_SIZES.get(vr)
    return size is not None and len(value) % size == 0


def first_integer(vr: str, value: Value) -> int | None:
    """The first value of US, SS, UL or SL, None if there is none."""
    form = {"US": "<H", "SS": "<h", "UL": "<L", "SL": "<l"}[vr]
    if len(value) < struct.calcsize(form):
        return None
    return int(struct.unpack_from(form, value)[0])
