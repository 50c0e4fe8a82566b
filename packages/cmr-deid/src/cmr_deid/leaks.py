"""Do removed source values still stand somewhere in the outgoing bytes? (D14)

A last look at bytes, not at attributes: whatever rule failed, a patient's name, number, UID or date that went
must not be found outside the pixel data in any usual encoding.
"""

import re
from collections.abc import Iterable

from cmr_deid.elements import PIXEL_DATA, DataSet, Element
from cmr_deid.errors import DeidRefusal
from cmr_deid.reading import read_raw

SHORTEST = 4
_WIDE = ("utf-16-le", "utf-16-be")
_LEGACY = ("utf-8", "latin-1", "iso2022_jp", "shift_jis", "gb18030", "euc_kr", "cp1251", "iso8859_7")
_SHORT_NUMBER = 6
_NUMERIC_VRS = frozenset(("DS", "IS", "TM", "AS", "US", "SS", "UL", "SL", "FL", "FD", "UI", "AT"))
_ALNUM = b"[0-9a-z]"


def search(outgoing: bytes, removed: Iterable[str]) -> list[int]:
    """Which of the removed values are found in the outgoing file, outside its pixel data.

    Upper and lower case count as the same. A value counts where it stands by itself: a patient number
    inside the digits of a UID is chance. Numbers of fewer than six digits are not searched in numeric attributes.

    Args:
        outgoing: a Part-10 file as the engine writes it.
        removed: source values, `Deidentified.removed_values`; those shorter than four characters are passed over.

    Returns:
        Indices into `removed` of the values that were found (never the values).
    """
    text, numbers = _regions(outgoing)
    both = text + b"\0" + numbers
    found = []
    for index, value in enumerate(removed):
        if len(value) < SHORTEST:
            continue
        short_number = value.isdigit() and len(value) < _SHORT_NUMBER
        if _stands_in(value, text if short_number else both):
            found.append(index)
    return found


def _stands_in(value: str, region: bytes) -> bool:
    folded = value.casefold() if value.isascii() else value
    for pattern in _byte_forms(folded):
        if pattern.lower() in region and _alone(pattern.lower(), region):
            return True
    return not value.isascii() and any(p.lower() in region for p in _byte_forms(value.casefold()))


def _byte_forms(value: str) -> set[bytes]:
    forms: set[bytes] = set()
    for encoding in (*_LEGACY, *_WIDE) if not value.isascii() else ("ascii", *_WIDE):
        try:
            forms.add(value.encode(encoding))
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
