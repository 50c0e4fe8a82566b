"""Re-keying: one coded instance of the registry becomes an instance of one data release (contract.md, F12).

Everything that a center's engine derived is derived once more under the release's own key: subject, exam, UIDs,
device, key id and seal. Dates move so that the subject's first exam in the release stands on
`cmr_exchange.release.FIRST_STUDY_DATE`; distances and times of day stay exact, pixel data stay the same bytes.
Two releases share no key, UID or pseudonym; matching by content stays possible and is forbidden by agreement.
"""

import base64
import dataclasses
import functools
import hashlib
import hmac
import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from cmr_deid.elements import DataSet, Element
from cmr_deid.errors import DeidRefusal, RekeyError
from cmr_deid.identities import WELL_KNOWN_UID, canonical_uid, check_character
from cmr_deid.keys import new_key
from cmr_deid.marks import METHOD, sealed_bytes
from cmr_deid.reading import COMPRESSED_SYNTAXES, EXPLICIT_LITTLE_ENDIAN, read_raw
from cmr_deid.text import plain
from cmr_deid.values import DUMMY_DATES, band_age, days_between, shift_date, shift_datetime
from cmr_deid.verify import inspect
from cmr_deid.verify.leftovers import leftovers
from cmr_deid.writing import part_10, text_value
from cmr_exchange.release import FIRST_STUDY_DATE

_SOP_CLASS, _SOP_INSTANCE, _STUDY, _SERIES = 0x00080016, 0x00080018, 0x0020000D, 0x0020000E
_NAME, _PATIENT_ID, _AGE, _DEVICE, _STUDY_DATE = 0x00100010, 0x00100020, 0x00101010, 0x00181000, 0x00080020
_MARK = re.compile(
    r"(CMR Registry [a-z0-9.-]{1,24} [0-9a-z/]{1,12})\\k-[a-z2-7]{8} [A-Z2-7]{17} [A-Z2-7]{16}"
    r"((?:\\[^\\]{1,64})*)"
)


class ReleaseIdentities:
    """Derives every label and UID of one release from its 32-byte key.

    `owner` is any stable text that tells one center from another (its registry id): the same UID or device name
    at two centers is not the same thing, and nobody can make it so by sending another center's.
    """

    def __init__(self, key: bytes) -> None:
        """Take the key.

        Raises:
            KeyFileError: not 32 bytes, or all bytes equal.
        """
        master = new_key(key)
        self.key_id = master.key_id
        purposes = ("subject", "exam", "series", "center", "uid", "device", "seal")
        self._keys = {purpose: master.derive(f"release/{purpose}") for purpose in purposes}
        self._uid = functools.lru_cache(maxsize=65_536)(self._derive_uid)

    def __repr__(self) -> str:
        return f"ReleaseIdentities(key_id={self.key_id!r})"

    def subject(self, subject: str) -> str:
        """Label of a subject by its registry id: 16 letters of A-Z2-7 and a check character."""
        return self._label("subject", subject)

    def exam(self, exam: str) -> str:
        """Label of an exam by its registry id, of the same form."""
        return self._label("exam", exam)

    def series(self, series: str) -> str:
        """Label of a series by its registry id, of the same form."""
        return self._label("series", series)

    def centers(self, centers: Iterable[str]) -> dict[str, str]:
        """Labels `c1` .. `cn` of centers by their registry ids, in an order that the key alone decides."""
        ranked = sorted(set(centers), key=lambda center: self._mac("center", center))
        return {center: f"c{number}" for number, center in enumerate(ranked, 1)}

    def uid(self, owner: str, original: str) -> str:
        """`2.25.` and the decimal of a version 4 UUID (PS3.5 B.2); UIDs of the standard stay."""
        canonical = canonical_uid(original)
        return canonical if WELL_KNOWN_UID.fullmatch(canonical) else self._uid(owner, canonical)

    def device(self, owner: str, name: str) -> str:
        """Pseudonym of a scanner from the one that the center gave it: `D` and 15 letters."""
        return "D" + _base32(self._mac("device", f"{owner}|{name}"))[:15]

    def seal(self, data: bytes) -> str:
        """80-bit keyed seal over what was written, 16 letters."""
        return _base32(hmac.digest(self._keys["seal"], data, hashlib.sha256))

    def _label(self, purpose: str, text: str) -> str:
        body = _base32(self._mac(purpose, text))
        return body + check_character(body)

    def _derive_uid(self, owner: str, canonical: str) -> str:
        return f"2.25.{uuid.UUID(bytes=self._mac('uid', f'{owner}|{canonical}')[:16], version=4).int}"

    def _mac(self, purpose: str, text: str) -> bytes:
        return hmac.digest(self._keys[purpose], text.encode("utf-8", "surrogateescape"), hashlib.sha256)


@dataclass(frozen=True, slots=True)
class Place:
    """Where an instance stands in the release.

    Attributes:
        owner: registry id of the center, as `ReleaseIdentities` takes it; never written.
        subject, exam: labels in the release.
        day: of the exam, from the subject's first exam in the release; None where the exam has no known day,
            and then 1 January 1900 stands for every date.
        oldest_age_years: ages of so many years and above are given as this number (one band); None keeps them.
    """

    owner: str
    subject: str
    exam: str
    day: int | None
    oldest_age_years: int | None = None


@dataclass(frozen=True, slots=True)
class Rekeyed:
    """One instance of a release.

    Attributes:
        data: complete Part-10 file.
        sop_instance_uid, series_instance_uid, study_instance_uid: as they stand in it.
    """

    data: bytes = dataclasses.field(repr=False)
    sop_instance_uid: str
    series_instance_uid: str
    study_instance_uid: str


def rekey(data: bytes, identities: ReleaseIdentities, place: Place) -> Rekeyed:
    """Re-key one coded Part-10 file, and look at the result a second time.

    Args:
        data: as the registry keeps it, written by `cmr_deid.engine`.
        identities: of the release.
        place: of its exam in the release.

    Raises:
        RekeyError: the file is no coded instance, or something of the old one is left; nothing is handed out.
    """
    try:
        source = read_raw(data)
    except DeidRefusal:
        raise RekeyError("The instance cannot be read as a coded instance.") from None
    mark = _MARK.fullmatch(plain(source.data_set.get(METHOD)))
    if mark is None:
        raise RekeyError("The instance does not carry the mark of a coded instance.")
    days = _shift_of(source.data_set, place.day)
    data_set = _Rekeying(identities, place, days).run(source.data_set)
    seal = identities.seal(sealed_bytes(data_set, mark[2].removeprefix("\\")))
    _put(data_set, METHOD, "LO", f"{mark[1]}\\{identities.key_id} {place.exam} {seal}{mark[2]}")
    syntax = source.transfer_syntax_uid
    syntax = syntax if syntax in COMPRESSED_SYNTAXES else EXPLICIT_LITTLE_ENDIAN
    uids = [plain(data_set.get(tag)) for tag in (_SOP_INSTANCE, _SERIES, _STUDY)]
    after = part_10(data_set, plain(data_set.get(_SOP_CLASS)), uids[0], syntax)
    if inspect(after).findings or leftovers(data, after, days):
        raise RekeyError("The second look found something of the coded instance in the re-keyed one.")
    return Rekeyed(after, *uids)


def _shift_of(data_set: DataSet, day: int | None) -> int | None:
    """Whole days from the coded study date to the release's; None where either is unknown."""
    if day is None:
        return None
    distance = days_between(plain(data_set.get(_STUDY_DATE)), FIRST_STUDY_DATE)
    return None if distance is None else distance + day


class _Rekeying:
    def __init__(self, identities: ReleaseIdentities, place: Place, days: int | None) -> None:
        self._identities, self._place, self._days = identities, place, days
        self._fixed = {
            _NAME: lambda text: place.subject,
            _PATIENT_ID: lambda text: place.subject,
            _DEVICE: lambda text: identities.device(place.owner, text) if text else "",
            _AGE: lambda text: band_age(text, place.oldest_age_years),
        }

    def run(self, data_set: DataSet) -> DataSet:
        return {tag: self._element(element) for tag, element in data_set.items()}

    def _element(self, element: Element) -> Element:
        tag, vr = element.tag, element.vr
        if element.items is not None:
            return Element(tag, "SQ", b"", [self.run(item) for item in element.items])
        if tag in self._fixed:
            return Element(tag, vr, text_value(self._fixed[tag](plain(element)), vr))
        if vr == "UI":
            uids = [self._identities.uid(self._place.owner, uid) for uid in plain(element).split("\\") if uid]
            return Element(tag, vr, text_value("\\".join(uids), vr))
        return self._date(element) if vr in DUMMY_DATES else element

    def _date(self, element: Element) -> Element:
        text, dummy = plain(element), DUMMY_DATES[element.vr]
        if text in ("", dummy):
            return element
        move = shift_date if element.vr == "DA" else shift_datetime
        moved = None if self._days is None else move(text, self._days)
        return Element(element.tag, element.vr, text_value(moved or dummy, element.vr))


def _base32(digest: bytes) -> str:
    return base64.b32encode(digest[:10]).decode("ascii")


def _put(data_set: DataSet, tag: int, vr: str, text: str) -> None:
    data_set[tag] = Element(tag, vr, text_value(text, vr))
