"""The search of a shadow run: do identifiers of an exam stand in what would leave of it?

It shares no code with the engine: sources are read with pydicom, outgoing files with the verifier's own walker,
and the values are chosen here. Values stay in memory; what comes out is counts by kind.
"""

import base64
import io
import re
import warnings
from collections.abc import Iterator

import pydicom
from pydicom.dataset import Dataset

from cmr_connector.privacy.result import Searched
from cmr_deid.descriptors import clean_words
from cmr_deid.verify.walker import FieldWalk, MalformedBytesError

SHORTEST, LONGEST = 4, 256
KINDS = (
    "names of persons",
    "numbers",
    "addresses and contacts",
    "places",
    "devices",
    "dates",
    "UIDs",
    "comments",
)
_PIXELS = 0x7FE00010
_DATES = frozenset(("DA", "DT"))
_TEXTS = frozenset(("LO", "SH", "ST", "LT", "UT", "UC", "UR", "AE", "CS"))
_NUMERIC = frozenset(("DS", "IS", "TM", "AS", "AT", "US", "SS", "UL", "SL", "FL", "FD", "UI"))
_SHORT_NUMBER = 6
_STANDARD_UID = "1.2.840.10008."
_UID = re.compile(rb"[0-9]+(?:\.[0-9]+){2,}")
_WHOLE_UID = re.compile(r"[0-9]+(?:\.[0-9]+){2,}")
_BY_KEYWORD = (
    ("devices", re.compile(r"Serial|Device|Gantry|Detector|PlateID|Cassette|UDI")),
    (
        "addresses and contacts",
        re.compile(r"Address|Telephone|Telecom|Mail|CountryOfResidence|RegionOfResidence"),
    ),
    ("places", re.compile(r"Institution|Department|StationName|Location|Residence|AETitle|AETitles|Ward")),
    ("comments", re.compile(r"Comment|History|SpecialNeeds|Allergies|Alerts|Occupation|Religious|Ethnic")),
    ("numbers", re.compile(r"(ID|IDs|Number|Numbers|Locator)$|IssuerOf|Identifier$|OrderNumber")),
)
_NO_IDENTIFIER = frozenset(("SoftwareVersions", "DeviceDescription", "ManufacturerModelName"))


class _Region:
    """Lower-cased bytes in which values are searched; UIDs are looked up whole, for there are many of them."""

    def __init__(self, texts: bytes, everything: bytes) -> None:
        self._texts, self._everything = texts, everything
        self._uids = {match[0].decode() for match in _UID.finditer(everything)}
        self._is_wide = re.search(rb"[0-9]\0\.\0|\0[0-9]\0\.", everything) is not None

    def holds(self, value: str) -> bool:
        """Whether a value stands here by itself, in any of four encodings."""
        if _WHOLE_UID.fullmatch(value) and not self._is_wide:
            return value in self._uids
        is_short = value.isdigit() and len(value) < _SHORT_NUMBER
        region = self._texts if is_short else self._everything
        return any(_alone(form, region) for form in forms_of(value.casefold()))


class OwnValues:
    """Identifiers of one exam, collected from its sources, and the outgoing values in which they are "
    "searched.
    """

    def __init__(self) -> None:
        self._wanted: dict[str, set[str]] = {kind: set() for kind in KINDS}
        self._dated: set[tuple[str, bytes]] = set()
        self._texts: set[bytes] = set()
        self._numbers: set[bytes] = set()
        self._dates: set[tuple[str, bytes]] = set()
        self.bytes_searched = 0

    def add_source(self, data: bytes) -> None:
        """Collect what identifies in a file of the hospital."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            dataset = pydicom.dcmread(io.BytesIO(data), stop_before_pixels=True, force=True)
            for part in (dataset.file_meta, dataset):
                self._collect(part, "")

    def add_outgoing(self, data: bytes) -> None:
        """Take in all bytes of an outgoing file outside its pixel data."""
        view = memoryview(data)
        self._take("LO", bytes(view[:128]), "")
        walk = FieldWalk(view)
        try:
            fields = [*walk.meta(132)]
            fields += walk.fields(walk.end)
        except MalformedBytesError:
            # what the walker cannot read is text from end to end
            self._take("UT", data, "")
            return
        for field in fields:
            if field.vr != "SQ" and field.tag != _PIXELS:
                value = bytes(view[field.start : field.start + field.length])
                self._take(field.vr, value, _path((*field.path, field.tag)))
        self._take("UT", bytes(view[walk.end :]), "")

    def add_document(self, document: object) -> None:
        """Take in the texts of a JSON document that would leave beside the images."""
        for text in _strings(document):
            self._take("UT", text.encode(), "")

    def counts(self) -> dict[str, Searched]:
        """The outcome by kind."""
        texts = b"\0\0".join(sorted(self._texts)).lower()
        region = _Region(texts, texts + b"\0\0" + b"\0\0".join(sorted(self._numbers)).lower())
        found: dict[str, Searched] = {}
        for kind, values in self._wanted.items():
            counts = found[kind] = Searched()
            for value in values:
                if not _worth(value):
                    counts.passed_over += 1
                    continue
                counts.searched += 1
                if not (region.holds(value) or (kind == "dates" and self._date_stands(value))):
                    continue
                if clean_words(value).casefold() == value.casefold():
                    counts.coincident += 1
                else:
                    counts.found += 1
        return found

    def _collect(self, dataset: Dataset, path: str) -> None:
        for element in _elements(dataset):
            here = f"{path}/{int(element.tag):08X}"
            if element.VR == "SQ":
                for item in element.value or ():
                    self._collect(item, here)
                continue
            for text in _texts(element.value):
                self._choose(element.VR, element.keyword, text, here)

    def _choose(self, vr: str, keyword: str, text: str, path: str) -> None:
        if vr == "PN":
            parts = {text, *re.split(r"[\^= ]+", text)}
            self._wanted["names of persons"] |= {part for part in parts if part}
        elif vr == "UI":
            if not text.startswith(_STANDARD_UID) and "." in text:
                self._wanted["UIDs"].add(text)
        elif vr in _DATES:
            self._wanted["dates"].add(text[:8])
            self._dated.add((path, text[:8].encode()))
        elif vr in _TEXTS and keyword not in _NO_IDENTIFIER:
            kind = next((name for name, pattern in _BY_KEYWORD if pattern.search(keyword)), None)
            if kind is not None and len(text) <= LONGEST:
                self._wanted[kind].add(text)

    def _take(self, vr: str, value: bytes, path: str) -> None:
        self.bytes_searched += len(value)
        if vr in _DATES:
            self._dates |= {(path, part.strip()[:8]) for part in value.split(b"\\")}
        elif value:
            (self._numbers if vr in _NUMERIC else self._texts).add(value)

    def _date_stands(self, date: str) -> bool:
        """A shifted date may fall on another true one: only the same date in the same attribute counts."""
        return any((path, value) in self._dates and value == date.encode() for path, value in self._dated)


def _elements(dataset: Dataset) -> Iterator[pydicom.DataElement]:
    for tag in list(dataset.keys()):
        try:
            yield dataset[tag]
        except Exception:  # noqa: S112  pydicom raises six classes of exception on damaged values
            continue


def _texts(value: object) -> Iterator[str]:
    values = value if isinstance(value, (list, pydicom.multival.MultiValue)) else [value]
    for one in values:
        text = "" if one is None or isinstance(one, bytes) else str(one).strip(" \0\r\n\t")
        if text:
            yield text


def _strings(document: object) -> Iterator[str]:
    if isinstance(document, dict):
        for value in document.values():
            yield from _strings(value)
    elif isinstance(document, list):
        for value in document:
            yield from _strings(value)
    elif isinstance(document, str):
        yield document


def _path(tags: tuple[int, ...]) -> str:
    return "".join(f"/{tag:08X}" for tag in tags)


def _worth(value: str) -> bool:
    return len(value) >= SHORTEST and len(set(value)) > 1 and any(c.isalnum() for c in value)


def forms_of(value: str) -> set[bytes]:
    """A text in UTF-8, Latin-1 and UTF-16 of both orders."""
    forms = set()
    for encoding in ("utf-8", "latin-1", "utf-16-le", "utf-16-be"):
        forms.add(value.encode(encoding, "ignore"))
    return {form for form in forms if form}


def base64_forms(value: str) -> set[bytes]:
    """How a text looks inside base 64, at each of its three places; only the letters that do not depend "
    "on more.
    """
    raw, forms = value.encode(), set()
    for shift in range(3):
        code = base64.b64encode(b"\0" * shift + raw)
        first = -(-shift * 8 // 6)
        last = (shift + len(raw)) * 8 // 6
        forms.add(code[first:last])
    return forms


def _alone(form: bytes, region: bytes) -> bool:
    if form not in region:
        return False
    return re.search(b"(?<![0-9a-z])" + re.escape(form) + b"(?![0-9a-z])", region) is not None
