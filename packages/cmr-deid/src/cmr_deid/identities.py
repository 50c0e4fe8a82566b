"""Everything that stands for a person, a study or a device behind the hospital's wall, derived by HMAC-SHA256.

Nothing is drawn and nothing is stored: the same center key gives the same pseudonym, UID and date offset on
every machine, in every order (D8, D9). An unkeyed hash would fall to a dictionary of patient numbers
(PS3.15 E.1.1), so every derivation is keyed, each with its own key (HKDF purpose).

Canonical patient identity: issuer and patient ID are each brought to Unicode NFKC, stripped of blanks and
NULs, and case-folded; leading zeros and punctuation are kept, for two hospitals' numbers may differ in them
alone. The two are joined with their lengths, so that ("ab", "c") and ("a", "bc") never meet.
"""

import base64
import functools
import hashlib
import hmac
import re
import unicodedata
import uuid

from pydicom._uid_dict import UID_dictionary

from cmr_deid.keys import CenterKey
from cmr_exchange.reading import PSEUDONYM

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
DATE_OFFSET_RANGE_DAYS = (-3652, -1)
"""Smallest and largest offset that `date_offset_days` gives: up to ten years back, never zero."""

_CONTEXT_GROUP = r"1\.2\.840\.10008\.6\.1\.(?:1[0-9]{1,3}|[1-9][0-9]{0,2})"
_LATER = tuple(f"1.2.840.10008.1.2.{tail}" for tail in ("4.110", "4.111", "4.112", "8.1"))
"""JPEG XL and deflated frames (PS3.6 2025): pynetdicom adds them to pydicom's dictionary when it is loaded."""

WELL_KNOWN_UID = re.compile("|".join((_CONTEXT_GROUP, *map(re.escape, (*UID_dictionary, *_LATER)))))
"""UIDs of the DICOM standard itself (SOP classes, transfer syntaxes, well-known frames): never re-mapped.

Only those that PS3.6 Annex A lists: others under the root of the standard may hold a date or a patient number.
"""

_SEAL_CHARACTERS = 16


class Identities:
    """Derives pseudonyms, UIDs, offsets and device names from one center key."""

    def __init__(self, key: CenterKey) -> None:
        self.key_id = key.key_id
        self._keys = {
            purpose: key.derive(purpose) for purpose in ("subject", "exam", "uid", "date", "device", "seal")
        }
        self._uid = functools.lru_cache(maxsize=65_536)(self._derive_uid)

    def __repr__(self) -> str:
        return f"Identities(key_id={self.key_id!r})"

    def subject(self, issuer: str, patient_id: str) -> str:
        """Pseudonym of a patient: 80 bits in base 32 and a check character, 17 letters of A-Z2-7."""
        return self._pseudonym("subject", _person(issuer, patient_id))

    def exam(self, study_instance_uid: str) -> str:
        """Pseudonym of an exam (a DICOM study), of the same form as a subject's."""
        return self._pseudonym("exam", canonical_uid(study_instance_uid).encode())

    def uid(self, original: str) -> str:
        """`2.25.` and the decimal of a UUID made from 122 bits of the HMAC (PS3.5 B.2), at most 44 characters.

        UIDs of the standard (`1.2.840.10008.`) stay; trailing NULs and blanks do not make another UID.
        """
        return self._uid(canonical_uid(original))

    def date_offset_days(self, issuer: str, patient_id: str) -> int:
        """Whole days by which all dates of this patient move, within `DATE_OFFSET_RANGE_DAYS`."""
        low, high = DATE_OFFSET_RANGE_DAYS
        digest = self._mac("date", _person(issuer, patient_id))
        return low + int.from_bytes(digest[:8], "big") % (high - low + 1)

    def device(self, serial: str) -> str:
        """Pseudonym of a scanner: `D` and 15 letters, the same for the same serial number."""
        digest = self._mac("device", _folded(serial).encode())
        return "D" + base64.b32encode(digest[:10]).decode("ascii")[:15]

    def seal(self, data: bytes) -> str:
        """80-bit keyed seal over bytes that this center's engine wrote, 16 letters of A-Z2-7."""
        return base64.b32encode(self._mac("seal", data)[:10]).decode("ascii")[:_SEAL_CHARACTERS]

    def _pseudonym(self, purpose: str, data: bytes) -> str:
        body = base64.b32encode(self._mac(purpose, data)[:10]).decode("ascii")
        return body + check_character(body)

    def _derive_uid(self, canonical: str) -> str:
        if WELL_KNOWN_UID.fullmatch(canonical):
            return canonical
        digest = self._mac("uid", canonical.encode("utf-8", "surrogateescape"))
        return f"2.25.{uuid.UUID(bytes=digest[:16], version=4).int}"

    def _mac(self, purpose: str, data: bytes) -> bytes:
        return hmac.digest(self._keys[purpose], data, hashlib.sha256)


def canonical_uid(text: str) -> str:
    """A UID without the padding that writers leave around it."""
    return text.strip(" \0\t\r\n")


def check_character(body: str) -> str:
    """Check character of a base-32 text (Luhn mod 32): finds every single wrong and most swapped letters."""
    total = 0
    for i, letter in enumerate(reversed(body)):
        value = ALPHABET.index(letter)
        if i % 2 == 0:
            value *= 2
            value = value // 32 + value % 32
        total += value
    return ALPHABET[-total % 32]


def check_pseudonym(text: str) -> bool:
    """True if `text` has the form of a pseudonym and its check character fits."""
    return bool(PSEUDONYM.fullmatch(text)) and check_character(text[:-1]) == text[-1]


def _person(issuer: str, patient_id: str) -> bytes:
    first, second = _folded(issuer).encode(), _folded(patient_id).encode()
    return b"%d:%b|%d:%b" % (len(first), first, len(second), second)


def _folded(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).strip(" \0\t\r\n").casefold()
    return unicodedata.normalize("NFKC", folded).encode("utf-8", "replace").decode()
