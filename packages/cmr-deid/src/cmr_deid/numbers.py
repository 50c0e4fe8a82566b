"""Numbers that are kept: as many as the standard says, and of a size that the quantity can have.

Letters written into a binary number make an absurd one, and a patient number in a count or length stands out of
its range; both go. The ranges are wide: they tell text from measurement, not good images from bad.
"""

import functools
import re
import struct
from collections.abc import Iterable

from pydicom.datadict import dictionary_VM, tag_for_keyword

from cmr_deid.mr_layer import RANGES

_FORMS = {"FL": "f", "FD": "d", "US": "H", "SS": "h", "UL": "L", "SL": "l"}
_LARGEST = {"DS": 1e6, "IS": 20_000, "FL": 1e5, "FD": 5e5, "UL": 20_000, "SL": 20_000, "US": 8191, "SS": 8191}
"""Eight letters that end in A are a double of 524,288 and more, four that end in H a float of 131,072 and more."""

_LARGEST_WHOLE = 70_000
"""More than 16 bits hold; a larger whole number is a date or somebody's number rather than a scale or a window."""

NUMERIC_VRS = frozenset((*_LARGEST, "AT"))
_SMALLEST = {"DS": 1e-99, "FD": 1e-30}
"""Scanners write rounding errors such as -1.7e-18 into orientations; digits read as an FD are below 1e-30."""

_SMALLEST_ELSE = 1e-12
_LETTERS = re.compile(rb"[A-Za-z ^=,.'-]{6,}\0*")
_OWN_NUMBER = re.compile(r"0*[1-9][0-9]{5,11}")
"""A patient number that is none by chance: of five digits, trigger times in milliseconds would be one."""

_ANY_SHORT = (0x0028, 0x0040)
_POINTED_GROUPS = frozenset((0x08, 0x10, 0x18, 0x20, 0x21, 0x28, 0x40, 0x48, 0x54, 0x2001, 0x2005, 0x5200))
_LIMITS = {tag: limit for limit, keywords in RANGES.items() for tag in map(tag_for_keyword, keywords.split())}


@functools.lru_cache(maxsize=16_384)
def is_plausible(tag: int, vr: str, value: bytes) -> bool:
    """True if a value of a numeric VR holds as many numbers as the attribute may, none of an absurd size."""
    if is_text(vr, value):
        return False
    if vr == "AT":
        groups = struct.unpack(f"<{len(value) // 2}H", value)[::2]
        return all(group in _POINTED_GROUPS for group in groups)
    numbers = _numbers(vr, value)
    if numbers is None or not _count_fits(dictionary_VM(tag), len(numbers)):
        return False
    if vr in ("US", "SS") and tag >> 16 in _ANY_SHORT:
        return True
    largest = _LIMITS.get(tag, _LARGEST[vr])
    smallest = _SMALLEST.get(vr, _SMALLEST_ELSE)
    whole = _LIMITS.get(tag, min(largest, _LARGEST_WHOLE))
    return all(
        number == 0 or smallest <= abs(number) <= (largest if number % 1 else whole) for number in numbers
    )


def own_numbers(words: Iterable[str]) -> frozenset[float]:
    """The numbers among the words of a patient's numbers that no measurement of an image has by chance."""
    return frozenset(float(word) for word in words if _OWN_NUMBER.fullmatch(word))


def holds_number(vr: str, value: bytes, numbers: frozenset[float]) -> bool:
    """True if one of these numbers stands in a value of a numeric VR."""
    if vr not in _LARGEST:
        return False
    return not numbers.isdisjoint(_numbers(vr, value) or ())


def is_text(vr: str, value: bytes) -> bool:
    """True if the bytes of binary numbers are the letters of a name: six or more, and nothing else."""
    return vr in _FORMS and _LETTERS.fullmatch(value) is not None


def _numbers(vr: str, value: bytes) -> list[float] | None:
    form = _FORMS.get(vr)
    if form is not None:
        return [number for (number,) in struct.iter_unpack("<" + form, value)]
    try:
        return [float(part) for part in value.decode("latin-1").strip(" \0").split("\\") if part.strip()]
    except ValueError:
        return None


def _count_fits(multiplicity: str, count: int) -> bool:
    low, _, high = multiplicity.partition("-")
    return count == 0 or (int(low) <= count and (high == "n" or count <= int(high or low)))
