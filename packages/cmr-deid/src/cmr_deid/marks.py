"""What the file says about its own de-identification (PS3.15 E.1.1, PS3.3 C.12.1 and C.7.1.1).

(0012,0063) holds two values: profile with edition, and `key-id exam-pseudonym seal`. The seal is a keyed hash
over everything that the engine wrote outside pixel data; it lets the engine recognize its own, untouched
output, so that running it twice changes nothing. Marks of an earlier tool are replaced: what they claim is
either done again here or no longer true.
"""

import re
from dataclasses import dataclass

from cmr_deid.elements import PIXEL_DATA, DataSet, Element
from cmr_deid.identities import Identities
from cmr_deid.profile import DeidProfile
from cmr_deid.text import plain
from cmr_deid.writing import encoded, text_value
from cmr_exchange.reading import PSEUDONYM

METHOD = 0x00120063
CODES = (
    ("113100", "Basic Application Confidentiality Profile"),
    ("113105", "Clean Descriptors Option"),
    ("113107", "Retain Longitudinal Temporal Information Modified Dates Option"),
    ("113108", "Retain Patient Characteristics Option"),
    ("113111", "Retain Safe Private Option"),
)
"""CID 7050: what is done, and nothing that is not (no pixel, graphics or visual-feature cleaning)."""

_SEALED = re.compile(r"(k-[a-z2-7]{8}) ([A-Z2-7]{17}) ([A-Z2-7]{16})")


@dataclass(frozen=True, slots=True)
class Sealed:
    """Subject and exam of a file that this center's engine wrote and nobody changed."""

    subject: str
    exam: str


def put_marks(data_set: DataSet, profile: DeidProfile, identities: Identities, exam: str) -> None:
    """Write all marks into a finished data set; the seal comes last."""
    _put(data_set, 0x00120062, "CS", "YES")
    _put(data_set, 0x00280303, "CS", "MODIFIED")
    data_set[0x00120064] = Element(0x00120064, "SQ", b"", [_code(*code) for code in CODES])
    data_set.pop(METHOD, None)
    seal = identities.seal(sealed_bytes(data_set))
    name = f"CMR Registry {profile.id} {profile.edition}"
    _put(data_set, METHOD, "LO", f"{name}\\{identities.key_id} {exam} {seal}")


def read_seal(data_set: DataSet, identities: Identities) -> Sealed | None:
    """Subject and exam if the data set is this center's own untouched output, else None."""
    match = _SEALED.search(plain(data_set.get(METHOD)))
    if match is None or match[1] != identities.key_id:
        return None
    if identities.seal(sealed_bytes(data_set)) != match[3]:
        return None
    subject = plain(data_set.get(0x00100020))
    return Sealed(subject, match[2]) if PSEUDONYM.fullmatch(subject) else None


def sealed_bytes(data_set: DataSet) -> bytes:
    """What a seal stands over: everything that was written but pixel data and the mark that holds the seal."""
    return b"".join(encoded({t: e for t, e in data_set.items() if t not in (METHOD, PIXEL_DATA)}))


def _code(value: str, meaning: str) -> DataSet:
    item: DataSet = {}
    _put(item, 0x00080100, "SH", value)
    _put(item, 0x00080102, "SH", "DCM")
    _put(item, 0x00080104, "LO", meaning)
    return item


def _put(data_set: DataSet, tag: int, vr: str, text: str) -> None:
    data_set[tag] = Element(tag, vr, text_value(text, vr))
