"""What the file says about its own de-identification (PS3.15 E.1.1, PS3.3 C.12.1 and C.7.1.1).

(0012,0063) holds profile with edition, `key-id exam-pseudonym seal`, and what is lawful of an earlier tool's
statement. The seal is a keyed hash over everything that the engine wrote outside pixel data; it lets the engine
recognize its own, untouched output, so that running it twice changes nothing. The other marks of an earlier tool
are replaced: what they claim is either done again here or no longer true.
"""

import functools
import re
from dataclasses import dataclass

from cmr_deid.elements import PIXEL_DATA, DataSet, Element
from cmr_deid.identities import Identities
from cmr_deid.methods import lawful_methods
from cmr_deid.profile import DeidProfile
from cmr_deid.text import plain
from cmr_deid.writing import encoded, text_value
from cmr_exchange.reading import PSEUDONYM

METHOD = 0x00120063
CODES = (
    ("113100", "Basic Application Confidentiality Profile"),
    ("113101", "Clean Pixel Data Option"),
    ("113105", "Clean Descriptors Option"),
    ("113107", "Retain Longitudinal Temporal Information Modified Dates Option"),
    ("113108", "Retain Patient Characteristics Option"),
    ("113111", "Retain Safe Private Option"),
)
"""CID 7050: what is done, and nothing that is not (no graphics or visual-feature cleaning).

The pixel option is claimed only where pixels were looked at.
"""

PIXEL_OPTION = "113101"
EQUIPMENT_MANUFACTURER, EQUIPMENT_MODEL, EQUIPMENT_VERSION = "CMR Registry", "cmr-deid", "0.1"
_PURPOSE = ("109104", "De-identifying Equipment")
_EQUIPMENT, _BURNED_IN = 0x0018A001, 0x00280301
_SEALED = re.compile(r"[^\\]{1,64}\\(k-[a-z2-7]{8}) ([A-Z2-7]{17}) ([A-Z2-7]{16})(?:\\(.+))?")


@dataclass(frozen=True, slots=True)
class Sealed:
    """Subject and exam of a file that this center's engine wrote and nobody changed."""

    subject: str
    exam: str


def put_marks(
    data_set: DataSet,
    profile: DeidProfile,
    identities: Identities,
    exam: str,
    pixels_looked_at: bool = False,
    earlier: str = "",
) -> None:
    """Write all marks into a finished data set; the seal comes last.

    Args:
        data_set: what is written, without marks.
        profile: that was applied.
        identities: whose key seals.
        exam: pseudonym of the exam.
        pixels_looked_at: text burned into the pixels was looked for, and there is none.
        earlier: values of (0012,0063) of the source.
    """
    _put(data_set, 0x00120062, "CS", "YES")
    _put(data_set, 0x00280303, "CS", "MODIFIED")
    if pixels_looked_at:
        _put(data_set, _BURNED_IN, "CS", "NO")
    data_set[0x00120064] = _codes(pixels_looked_at)
    data_set[_EQUIPMENT] = _equipment(profile.id, profile.edition)
    data_set.pop(METHOD, None)
    name = f"CMR Registry {profile.id} {profile.edition}"
    lawful = lawful_methods(earlier)
    seal = identities.seal(sealed_bytes(data_set, lawful))
    values = [name, f"{identities.key_id} {exam} {seal}", *([lawful] if lawful else [])]
    _put(data_set, METHOD, "LO", "\\".join(values))


def read_seal(data_set: DataSet, identities: Identities) -> Sealed | None:
    """Subject and exam if the data set is this center's own untouched output, else None."""
    match = _SEALED.fullmatch(plain(data_set.get(METHOD)))
    if match is None or match[1] != identities.key_id:
        return None
    if identities.seal(sealed_bytes(data_set, match[4] or "")) != match[3]:
        return None
    subject = plain(data_set.get(0x00100020))
    return Sealed(subject, match[2]) if PSEUDONYM.fullmatch(subject) else None


def sealed_bytes(data_set: DataSet, earlier: str = "") -> bytes:
    """What a seal stands over: all that was written but pixel data, and of the mark the part after the seal."""
    written = {t: e for t, e in data_set.items() if t not in (METHOD, PIXEL_DATA)}
    return b"".join([*encoded(written), earlier.encode("ascii", "replace")])


@functools.cache
def _codes(pixels_looked_at: bool) -> Element:
    items = [_code(*code) for code in CODES if pixels_looked_at or code[0] != PIXEL_OPTION]
    return Element(0x00120064, "SQ", b"", items)


@functools.lru_cache(maxsize=8)
def _equipment(profile_id: str, edition: str) -> Element:
    """Contributing Equipment (PS3.3 C.12.1): software and profile; no place, station or time."""
    item: DataSet = {}
    _put(item, 0x00080070, "LO", EQUIPMENT_MANUFACTURER)
    _put(item, 0x00081090, "LO", EQUIPMENT_MODEL)
    _put(item, 0x00181020, "LO", EQUIPMENT_VERSION)
    _put(item, 0x0018A003, "ST", f"De-identified by profile {profile_id}, PS3.15 {edition}")
    item[0x0040A170] = Element(0x0040A170, "SQ", b"", [_code(*_PURPOSE)])
    return Element(_EQUIPMENT, "SQ", b"", [item])


def _code(value: str, meaning: str) -> DataSet:
    item: DataSet = {}
    _put(item, 0x00080100, "SH", value)
    _put(item, 0x00080102, "SH", "DCM")
    _put(item, 0x00080104, "LO", meaning)
    return item


def _put(data_set: DataSet, tag: int, vr: str, text: str) -> None:
    data_set[tag] = Element(tag, vr, text_value(text, vr))
