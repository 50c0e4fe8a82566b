"""Do removed source values still stand somewhere in the outgoing bytes? (D14)

A last look at bytes, not at attributes: whatever rule failed, a patient's name, number, UID or date that went
must not be found outside the pixel data in any usual encoding or spelling (spellings.py).

Nearly all values stand nowhere. So they are looked for first in the header as one run of lower-case bytes without
its NULs, where a text in UTF-16 reads as one in ASCII; only what is found there is looked for once more with care:
attribute by attribute, standing by itself.
"""

import functools
import re
import struct
from collections.abc import Iterable

from cmr_deid.elements import PIXEL_DATA, DataSet, Element
from cmr_deid.errors import DeidRefusal
from cmr_deid.reading import read_raw
from cmr_deid.spellings import spellings

SHORTEST = 4
_WIDE = ("utf-16-le", "utf-16-be")
_LEGACY = ("utf-8", "latin-1", "iso2022_jp", "shift_jis", "gb18030", "euc_kr", "cp1251", "iso8859_7")
_SHORT_NUMBER = 6
_YEAR, _DATE, _ROOT = 4, 8, 6
_NUMERIC_VRS = frozenset(("DS", "IS", "TM", "AS", "US", "SS", "UL", "SL", "FL", "FD", "UI", "AT"))
_ALNUM = b"[0-9a-z]"
_NATIVE_PIXELS = re.compile(rb"\xe0\x7f\x10\x00O[BW]\0\0(.{4})", re.DOTALL)
_OPEN, _END = b"\xff\xff\xff\xff", b"\xfe\xff\xdd\xe0\0\0\0\0"


def search(outgoing: bytes, removed: Iterable[str]) -> list[int]:
    """Which of the removed values are found in the outgoing file, outside its pixel data.

    Upper and lower case count as the same, and so do the spellings of a date and a number or name without its
    separators. A value counts where it stands by itself: a patient number inside the digits of a UID is chance.
    Numbers of fewer than six digits are not searched in numeric attributes.

    Args:
        outgoing: a Part-10 file as the engine writes it.
        removed: source values, `Deidentified.removed_values`; those shorter than four characters are passed over.

    Returns:
        Indices into `removed` of the values that were found (never the values).
    """
    values = tuple(removed)
    header = outgoing[: _header_length(outgoing)].lower().replace(b"\0", b"")
    suspects = _suspects(header, values)
    if not suspects:
        return []
    text, numbers = _regions(outgoing)
    both = text + b"\0" + numbers
    return [i for i in suspects if _stands_in(values[i], text if _is_short_number(values[i]) else both)]


def _header_length(outgoing: bytes) -> int:
    """Where the pixel data begin that reach to the end of the file; all of it if there are none."""
    for found in _NATIVE_PIXELS.finditer(outgoing):
        (length,) = struct.unpack("<L", found[1])
        if found.end() + length == len(outgoing) or (found[1] == _OPEN and outgoing.endswith(_END)):
            return found.end()
    return len(outgoing)


def _suspects(header: bytes, values: tuple[str, ...]) -> list[int]:
    """Indices of the values of which a spelling is among these bytes, by itself or within something longer."""
    found: list[int] = []
    begun: dict[str, bool] = {}
    for index, value in enumerate(values):
        beginning = _beginning(value)
        if beginning:
            there = begun.get(beginning)
            if there is None:
                there = begun[beginning] = beginning.encode() in header
            if not there:
                continue
        for needle in _needles(value):
            if needle in header:
                found.append(index)
                break
    return found


@functools.lru_cache(maxsize=16_384)
def _beginning(value: str) -> str:
    """What all spellings of a UID or date hold, and what many of them share: root or year; else nothing."""
    if value[1:2] == "." and value[0] in "012":
        return value[:_ROOT] if len(value) > _ROOT else ""
    return value[:_YEAR] if len(value) >= _DATE and value[:_DATE].isdigit() and _is_plain(value) else ""


def _is_plain(value: str) -> bool:
    return value.isascii() and all(value[:_YEAR] in spelled for spelled in spellings(value))


@functools.lru_cache(maxsize=16_384)
def _needles(value: str) -> tuple[bytes, ...]:
    """What the header without its NULs would hold of a value, the shortest of each: nothing for a short value."""
    if len(value) < SHORTEST:
        return ()
    spelled = spellings(value)
    if value.isascii():
        # in UTF-16 it has the same letters between NULs
        forms = {text.encode() for text in spelled}
    else:
        forms = {form.lower().replace(b"\0", b"") for text in spelled for form in _byte_forms(text)}
    return tuple(form for form in forms if not any(other in form for other in forms - {form}))


def _is_short_number(value: str) -> bool:
    return value.isdigit() and len(value) < _SHORT_NUMBER


def _stands_in(value: str, region: bytes) -> bool:
    return any(_spelled_in(spelled, region) for spelled in spellings(value))


def _spelled_in(value: str, region: bytes) -> bool:
    for form in _byte_forms(value):
        if form.lower() in region and (not value.isascii() or _alone(form.lower(), region)):
            return True
    return False


def _byte_forms(value: str) -> set[bytes]:
    """The value as bytes; outside ASCII in every usual encoding and in both cases."""
    if value.isascii():
        return {value.encode(encoding) for encoding in ("ascii", *_WIDE)}
    forms: set[bytes] = set()
    for text in {value, value.casefold(), value.upper()}:
        for encoding in (*_LEGACY, *_WIDE):
            try:
                forms.add(text.encode(encoding))
            except UnicodeEncodeError:
                continue
    return forms


def _alone(form: bytes, region: bytes) -> bool:
    pattern = b"(?<!" + _ALNUM + b")" + re.escape(form) + b"(?!" + _ALNUM + b")"
    return re.search(pattern, region) is not None


def _regions(outgoing: bytes) -> tuple[bytes, bytes]:
    """Lower-cased bytes of texts and unknown forms, and of numbers; a file that cannot be read is all text."""
    try:
        source = read_raw(outgoing)
    except DeidRefusal:
        return outgoing.lower(), b""
    text: list[bytes] = [bytes(outgoing[:128])]
    numbers: list[bytes] = []
    for data_set in (source.file_meta, source.data_set):
        _collect(data_set, text, numbers)
    if source.trailing:
        text.append(outgoing[-source.trailing :])
    return b"\0\0".join(text).lower(), b"\0\0".join(numbers).lower()


def _collect(data_set: DataSet, text: list[bytes], numbers: list[bytes]) -> None:
    for element in data_set.values():
        if element.items is not None:
            for item in element.items:
                _collect(item, text, numbers)
        elif element.tag != PIXEL_DATA:
            (numbers if _is_numeric(element) else text).append(bytes(element.value))


def _is_numeric(element: Element) -> bool:
    return element.vr in _NUMERIC_VRS
